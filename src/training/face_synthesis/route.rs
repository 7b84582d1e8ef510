//! Which groups faces come from and which they are to look like.

use crate::model::AgeGroup;
use crate::training::phase::StepRandom;

/// The groups of one batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Of the faces that are changed.
    pub sources: Vec<AgeGroup>,
    /// What they are to look like; also those of the photographs beside them.
    pub targets: Vec<AgeGroup>,
    /// Groups at least two away from the targets, around the circle.
    pub wrong: Vec<AgeGroup>,
}

impl Route {
    /// Groups for `count` faces, drawn evenly from those the data has; of `own` the target is their own group.
    pub fn new(present: &[AgeGroup], count: usize, own: f32, random: StepRandom) -> Self {
        let number = |place: usize, what: u64| 8 * place as u64 + what;
        let any = |place, what| present[random.below(number(place, what), present.len())];
        let sources: Vec<AgeGroup> = (0..count).map(|place| any(place, 0)).collect();
        let target = |place: usize| match random.uniform(number(place, 1)) < own {
            true => sources[place],
            false => any(place, 2),
        };
        let targets: Vec<AgeGroup> = (0..count).map(target).collect();
        let wrong = targets.iter().enumerate().map(|(place, target)| {
            let groups = AgeGroup::ALL.len();
            AgeGroup::ALL[(target.index() + 2 + random.below(number(place, 3), groups - 3)) % groups]
        });
        let wrong = wrong.collect();
        Self { sources, targets, wrong }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_from_the_data_and_wrong_ones_are_far() {
        let present = [AgeGroup::ALL[1], AgeGroup::ALL[4]];
        let route = Route::new(&present, 400, 0.5, StepRandom::new(1, 0, "groups"));
        assert!(route.sources.iter().chain(&route.targets).all(|group| present.contains(group)));
        let own = route.sources.iter().zip(&route.targets).filter(|(a, b)| a == b).count();
        assert!((250..350).contains(&own), "{own}");
        for (target, wrong) in route.targets.iter().zip(&route.wrong) {
            let apart = target.index().abs_diff(wrong.index());
            assert!((2..=5).contains(&apart), "{apart}");
        }
    }
}
