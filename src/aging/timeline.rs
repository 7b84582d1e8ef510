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
    /// What the network changes for this group.
    pub change: Change,
    /// Cosine between the photograph's embedding and that of the face as shown at this anchor's age.
    pub identity_cosine: f32,
}

/// A face across the years.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// One anchor for each group, youngest first.
    pub anchors: [Anchor; GROUP_COUNT],
    /// The age the network estimated for the photograph, in years.
    pub estimated_age_years: f32,
}

impl Timeline {
    /// A timeline from what the network changes for each group, youngest first; missing groups change nothing.
    /// Every anchor counts as keeping the whole identity until [`Timeline::with_identity`] says otherwise.
    pub fn new(changes: Vec<Change>, estimated_age_years: f32) -> Self {
        let mut changes = changes.into_iter();
        let anchors = AgeGroup::ALL.map(|group| Anchor {
            group,
            change: changes.next().unwrap_or_else(Change::none),
            identity_cosine: 1.0,
        });
        Self { anchors, estimated_age_years }
    }

    /// The same timeline with the measured cosine of each anchor to the photograph, youngest first.
    #[must_use]
    pub fn with_identity(mut self, cosines: &[f32]) -> Self {
        for (anchor, cosine) in self.anchors.iter_mut().zip(cosines) {
            anchor.identity_cosine = *cosine;
        }
        self
    }

    /// The change that takes the photograph from `own_years` (estimated or stated) to `target_years`.
    ///
    /// Linear between the two neighbouring anchors, constant beyond the ends; the blend at the face's own age is
    /// subtracted, so that at `target_years == own_years` nothing changes (DESIGN §4). `strength` scales the change,
    /// 1 is as learnt.
    pub fn change_at(&self, target_years: f32, own_years: f32, strength: f32) -> Change {
        let mut change = self.blend_weights(target_years);
        for (weight, own) in change.iter_mut().zip(self.blend_weights(own_years)) {
            *weight = (*weight - own) * strength;
        }
        Change::weighted_sum(&self.anchors, &change)
    }

    /// Identity kept at an age: linear between the anchors' cosines, 1 where nothing changes.
    pub fn identity_at(&self, target_years: f32, own_years: f32) -> f32 {
        let mut points: Vec<(f32, f32)> =
            self.anchors.iter().map(|anchor| (anchor.group.anchor_years(), anchor.identity_cosine)).collect();
        points.retain(|(years, _)| (years - own_years).abs() > 0.5);
        points.push((own_years, 1.0));
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        interpolate(&points, target_years)
    }

    /// Weight of each anchor in the blend at an age; sums to 1.
    fn blend_weights(&self, age_years: f32) -> [f32; GROUP_COUNT] {
        let mut weights = [0.0; GROUP_COUNT];
        let anchors = AgeGroup::ALL.map(AgeGroup::anchor_years);
        let upper = anchors.iter().position(|anchor| age_years < *anchor).unwrap_or(GROUP_COUNT);
        if upper == 0 {
            weights[0] = 1.0;
        } else if upper == GROUP_COUNT {
            weights[GROUP_COUNT - 1] = 1.0;
        } else {
            let (low, high) = (anchors[upper - 1], anchors[upper]);
            let fraction = (age_years - low) / (high - low);
            weights[upper - 1] = 1.0 - fraction;
            weights[upper] = fraction;
        }
        weights
    }
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
        let anchors = AgeGroup::ALL.map(|group| {
            let value = group.index() as f32;
            let change = Change {
                flow_px: vec![[value, -value]; CROP_AREA],
                residual_levels: vec![[value * 10.0; 3]; CROP_AREA],
            };
            Anchor { group, change, identity_cosine: 1.0 - value / 10.0 }
        });
        Timeline { anchors, estimated_age_years: 30.0 }
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
}
