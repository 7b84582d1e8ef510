//! The seven anchors of one face and the blend at any age between them.

use super::Change;
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// The slider goes from 0 to this many years.
pub const MAX_AGE_YEARS: f32 = 90.0;

/// One synthesised age group of one face.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Which group.
    pub group: AgeGroup,
    /// The age it stands at, which the network decides.
    pub years: f32,
    /// What the network changes for this group.
    pub change: Change,
    /// Cosine between the photograph's embedding and that of the face as shown at this anchor's age.
    pub identity_cosine: f32,
}

/// How an age between two anchors comes about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// The blend of the two is what the network means.
    #[default]
    Blended,
    /// The network draws it; the blend stands in until it has.
    Drawn,
}

/// What the network makes of a face at the age it has in the photograph.
#[derive(Clone, Debug)]
pub struct OwnAnchor {
    /// That age.
    pub years: f32,
    /// The change, as that of an [`Anchor`].
    pub change: Change,
}

/// A face across the years.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// One anchor for each group, youngest first.
    pub anchors: [Anchor; GROUP_COUNT],
    /// One more point of the blend, for a network that does not leave a face as it is at its own age.
    pub own: Option<OwnAnchor>,
    /// How the ages between the anchors come about.
    pub between: Between,
    /// The age the network estimated for the photograph, in years.
    pub estimated_age_years: f32,
}

impl Timeline {
    /// A timeline from what the network changes for each group, youngest first, and the ages these stand at; missing
    /// groups change nothing. Every anchor counts as keeping the whole identity until [`Timeline::with_identity`]
    /// says otherwise.
    pub fn new(changes: Vec<Change>, anchors_years: [f32; GROUP_COUNT], estimated_age_years: f32) -> Self {
        let mut changes = changes.into_iter();
        let anchors = AgeGroup::ALL.map(|group| Anchor {
            group,
            years: anchors_years[group.index()],
            change: changes.next().unwrap_or_else(Change::none),
            identity_cosine: 1.0,
        });
        Self { anchors, own: None, between: Between::Blended, estimated_age_years }
    }

    /// The same timeline with the measured cosine of each anchor to the photograph, youngest first.
    #[must_use]
    pub fn with_identity(mut self, cosines: &[f32]) -> Self {
        for (anchor, cosine) in self.anchors.iter_mut().zip(cosines) {
            anchor.identity_cosine = *cosine;
        }
        self
    }

    /// The same timeline of a network that draws every age, with what it makes of the face at its own age: from
    /// there to an anchor the blend is then exact.
    #[must_use]
    pub fn drawn_from(mut self, own: OwnAnchor) -> Self {
        self.own = Some(own);
        self.between = Between::Drawn;
        self
    }

    /// The change that takes the photograph from `own_years` (estimated or stated) to `target_years`.
    ///
    /// Linear between the two neighbouring anchors, constant beyond the ends; the blend at the face's own age is
    /// subtracted, so that at `target_years == own_years` nothing changes (DESIGN §4). `strength` scales the change,
    /// 1 is as learnt.
    pub fn change_at(&self, target_years: f32, own_years: f32, strength: f32) -> Change {
        let points = self.points();
        let ages: Vec<f32> = points.iter().map(|(years, _)| *years).collect();
        let weights = blend_weights(&ages, target_years).into_iter().zip(blend_weights(&ages, own_years));
        let weights = weights.map(|(target, own)| (target - own) * strength);
        Change::weighted_sum(points.iter().map(|(_, change)| *change).zip(weights))
    }

    /// Identity kept at an age: linear between the anchors' cosines, 1 where nothing changes.
    pub fn identity_at(&self, target_years: f32, own_years: f32) -> f32 {
        let mut points: Vec<(f32, f32)> =
            self.anchors.iter().map(|anchor| (anchor.years, anchor.identity_cosine)).collect();
        points.retain(|(years, _)| (years - own_years).abs() > 0.5);
        points.push((own_years, 1.0));
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        interpolate(&points, target_years)
    }

    /// The ages the anchors stand at, youngest first.
    pub fn anchors_years(&self) -> [f32; GROUP_COUNT] {
        self.anchors.each_ref().map(|anchor| anchor.years)
    }

    /// What is blended, by age.
    fn points(&self) -> Vec<(f32, &Change)> {
        let own = self.own.iter().map(|own| (own.years, &own.change));
        let mut points: Vec<_> = self.anchors.iter().map(|anchor| (anchor.years, &anchor.change)).chain(own).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }
}

/// Weight of each point in the blend at an age, for points in the order of their ages; sums to 1.
fn blend_weights(points_years: &[f32], age_years: f32) -> Vec<f32> {
    let mut weights = vec![0.0; points_years.len()];
    let upper = points_years.iter().position(|point| age_years < *point).unwrap_or(points_years.len());
    if upper == 0 {
        weights[0] = 1.0;
    } else if upper == points_years.len() {
        weights[upper - 1] = 1.0;
    } else {
        let (low, high) = (points_years[upper - 1], points_years[upper]);
        let fraction = (age_years - low) / (high - low);
        weights[upper - 1] = 1.0 - fraction;
        weights[upper] = fraction;
    }
    weights
}

/// Linear interpolation through points sorted by x, constant beyond the ends.
fn interpolate(points: &[(f32, f32)], x: f32) -> f32 {
    let upper = points.iter().position(|point| x < point.0).unwrap_or(points.len());
    match (upper.checked_sub(1).and_then(|lower| points.get(lower)), points.get(upper)) {
        (Some(low), Some(high)) => low.1 + (high.1 - low.1) * (x - low.0) / (high.0 - low.0),
        (Some(end), None) | (None, Some(end)) => end.1,
        (None, None) => f32::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aging::change::CROP_AREA;

    /// A timeline whose flow and residual are the anchor's index everywhere.
    fn timeline() -> Timeline {
        let values = AgeGroup::ALL.map(|group| group.index() as f32);
        let changes = values.map(constant).to_vec();
        Timeline::new(changes, AgeGroup::ALL.map(AgeGroup::anchor_years), 30.0)
            .with_identity(&values.map(|value| 1.0 - value / 10.0))
    }

    fn constant(value: f32) -> Change {
        Change { flow_px: vec![[value, -value]; CROP_AREA], residual_levels: vec![[value * 10.0; 3]; CROP_AREA] }
    }

    #[test]
    fn nothing_changes_at_the_own_age() {
        for own_years in [0.0, 5.0, 22.0, 61.0, 90.0] {
            let change = timeline().change_at(own_years, own_years, 1.0);
            assert_eq!(change, Change::none(), "own age {own_years}");
        }
    }

    #[test]
    fn between_two_anchors_the_blend_is_linear_and_constant_beyond_the_ends() {
        let timeline = timeline();
        let flow = |target: f32| timeline.change_at(target, 5.0, 1.0).flow_px[77][0];
        assert!((flow(20.5) - 1.5).abs() < 1e-5);
        assert!((flow(70.0) - 6.0).abs() < 1e-5);
        assert_eq!(flow(90.0), flow(70.0));
        assert_eq!(flow(0.0), 0.0);
    }

    #[test]
    fn strength_scales_the_change() {
        let timeline = timeline();
        let full = timeline.change_at(70.0, 5.0, 1.0).residual_levels[5][1];
        let half = timeline.change_at(70.0, 5.0, 0.5).residual_levels[5][1];
        assert!((full - 60.0).abs() < 1e-4 && (half - 30.0).abs() < 1e-4);
    }

    #[test]
    fn identity_is_complete_at_the_own_age_and_falls_to_the_anchors() {
        let timeline = timeline();
        assert_eq!(timeline.identity_at(33.0, 33.0), 1.0);
        assert!((timeline.identity_at(70.0, 33.0) - 0.4).abs() < 1e-6);
        assert!((timeline.identity_at(90.0, 33.0) - 0.4).abs() < 1e-6);
    }

    #[test]
    fn what_is_drawn_at_the_own_age_is_what_every_blend_starts_from() {
        let drawn = timeline().drawn_from(OwnAnchor { years: 33.0, change: constant(9.0) });
        assert_eq!(drawn.change_at(33.0, 33.0, 1.0), Change::none());
        let at_anchor = drawn.change_at(45.5, 33.0, 1.0).flow_px[3][0];
        assert!((at_anchor - (4.0 - 9.0)).abs() < 1e-6, "{at_anchor}");
        // On an anchor's own age the two points coincide; the later one counts and nothing is divided by zero.
        let coincident = timeline().drawn_from(OwnAnchor { years: 35.5, change: constant(9.0) });
        assert!(coincident.change_at(40.0, 35.5, 1.0).flow_px.iter().flatten().all(|value| value.is_finite()));
    }

    #[test]
    fn anchors_stand_where_the_network_puts_them() {
        let timeline = Timeline::new(vec![constant(0.0), constant(1.0)], [5., 15., 25., 35., 45., 55., 65.], 5.0);
        assert!((timeline.change_at(10.0, 5.0, 1.0).flow_px[0][0] - 0.5).abs() < 1e-6);
        assert_eq!(timeline.anchors_years()[6], 65.0);
    }
}
