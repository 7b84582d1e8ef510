//! What is kept of one face by the network that draws a whole crop from style codes: everything that does not depend
//! on the age shown is computed once, so that a new age costs the decoder alone. Which faces are kept is the
//! pipeline's business.

use std::sync::Arc;

use image::RgbImage;

use super::cache::RecentCache;
use super::reading;
use crate::aging::{Change, OwnAnchor};
use crate::model::age_group::GROUP_COUNT;
use crate::model::{
    AgeGroup, DecoderStart, Encoding, Noise, STYLE_ANCHORS_YEARS, StyleCodes, Tpami2022Network, style_neighbours,
};

/// Drawn ages of one face that stay in memory (about 250 kB each).
const CACHED_AGES: usize = 24;

/// One anchor of a timeline that is made anchor by anchor.
#[derive(Clone, Debug, PartialEq)]
pub struct AnchorMade {
    /// Which group.
    pub group: AgeGroup,
    /// The crop at this anchor's age, from the age the network estimates.
    pub picture: Arc<RgbImage>,
    /// Cosine between the photograph's embedding and that of this picture.
    pub identity_cosine: f32,
}

/// A face at one age as the network draws it.
#[derive(Clone, Debug)]
pub struct DrawnAge {
    /// The face's age in the photograph, in years, and what the network makes of it there.
    pub own: Arc<OwnAnchor>,
    /// The age shown, in years.
    pub target_years: f32,
    /// The change from one to the other at full strength.
    pub change: Arc<Change>,
}

/// The network and how it draws.
#[derive(Clone, Copy)]
pub(super) struct Drawer<'a> {
    pub network: &'a Tpami2022Network,
    pub noise: &'a Noise,
    /// Fades a change out before the crop's border, `[112 × 112]`.
    pub window: &'a [f32],
}

/// What is kept of one face.
#[derive(Debug)]
pub(super) struct StyledFace {
    encoding: Arc<Encoding>,
    codes: [Option<Arc<StyleCodes>>; GROUP_COUNT],
    start: Option<Arc<DecoderStart>>,
    /// By the bits of the age in years.
    drawn: RecentCache<u32, Arc<OwnAnchor>>,
    /// Anchors whose identity was measured.
    pub made: [Option<AnchorMade>; GROUP_COUNT],
}

impl StyledFace {
    /// A face of which nothing was computed yet but its encoding, without mirror image.
    pub fn new(encoding: Arc<Encoding>) -> Self {
        Self {
            encoding,
            codes: Default::default(),
            start: None,
            drawn: RecentCache::new(CACHED_AGES),
            made: Default::default(),
        }
    }

    /// The crop as drawn at an age, in levels and windowed: two of these subtracted are a change.
    pub fn drawn(&mut self, drawer: Drawer<'_>, years: f32) -> Arc<OwnAnchor> {
        let key = years.to_bits();
        if let Some(held) = self.drawn.get(&key) {
            return held;
        }
        let codes = self.codes_at(drawer.network, years);
        let start = self.start(drawer, &codes);
        let crop = drawer.network.decode(&start, &codes, drawer.noise);
        let drawn = Arc::new(OwnAnchor { years, change: reading::drawn_change(crop, drawer.window) });
        self.drawn.put(key, Arc::clone(&drawn));
        drawn
    }

    /// The change from one age to another; nothing at all where they are the same.
    pub fn change(&mut self, drawer: Drawer<'_>, own_years: f32, target_years: f32) -> DrawnAge {
        let own = self.drawn(drawer, own_years);
        let change = if own_years == target_years {
            Change::none()
        } else {
            let target = self.drawn(drawer, target_years);
            Change::weighted_sum([(&target.change, 1.0), (&own.change, -1.0)])
        };
        DrawnAge { own, target_years, change: Arc::new(change) }
    }

    /// The style codes of a group.
    pub fn codes(&mut self, network: &Tpami2022Network, group: AgeGroup) -> Arc<StyleCodes> {
        let encoding = &self.encoding;
        let held = &mut self.codes[group.index()];
        Arc::clone(held.get_or_insert_with(|| Arc::new(network.codes(encoding, group))))
    }

    /// The codes of an age: those of the two groups around it, mixed. On an anchor those of one group are enough.
    fn codes_at(&mut self, network: &Tpami2022Network, years: f32) -> Arc<StyleCodes> {
        let (younger, older, fraction) = style_neighbours(years);
        if fraction == 1.0 {
            return self.codes(network, older);
        }
        let low = self.codes(network, younger);
        if fraction == 0.0 {
            return low;
        }
        let high = self.codes(network, older);
        Arc::new(low.between(&high, fraction))
    }

    /// What the decoder computes before it meets the age.
    fn start(&mut self, drawer: Drawer<'_>, codes: &StyleCodes) -> Arc<DecoderStart> {
        let start = self.start.get_or_insert_with(|| Arc::new(drawer.network.start(codes, drawer.noise)));
        Arc::clone(start)
    }
}

/// The groups in the order in which their anchors are made: nearest to the person's own age first.
pub(super) fn nearest_first(own_years: f32) -> [AgeGroup; GROUP_COUNT] {
    let mut groups = AgeGroup::ALL;
    let distance = |group: &AgeGroup| (STYLE_ANCHORS_YEARS[group.index()] - own_years).abs();
    groups.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_made_from_the_own_age_outwards() {
        let order = nearest_first(33.0).map(AgeGroup::index);
        assert_eq!(order, [3, 2, 4, 1, 5, 0, 6]);
    }
}
