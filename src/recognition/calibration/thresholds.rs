//! The thresholds of all pairs of age groups, looked up once: what a ranking subtracts from each score (DESIGN §6).

use super::{Calibration, DEFAULT_FALSE_MATCH_RATE};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// The lowest score that at most one in a thousand pairs of different people reach, by the two age groups.
#[derive(Clone, Debug, PartialEq)]
pub struct AgeThresholds([[f32; GROUP_COUNT]; GROUP_COUNT]);

impl AgeThresholds {
    /// The threshold of two ages in years.
    pub fn of(&self, age_a_years: f32, age_b_years: f32) -> f32 {
        self.0[AgeGroup::of_years(age_a_years).index()][AgeGroup::of_years(age_b_years).index()]
    }
}

impl Calibration {
    /// The default thresholds of all pairs of age groups.
    pub fn thresholds(&self) -> AgeThresholds {
        self.impostors.thresholds()
    }
}

impl super::ImpostorTable {
    /// The default thresholds of all pairs of age groups, all ages pooled where too few pairs of two were measured.
    pub fn thresholds(&self) -> AgeThresholds {
        let years = AgeGroup::ALL.map(AgeGroup::anchor_years);
        let threshold = |a: f32, b: f32| self.scores(a, b).scores.threshold(DEFAULT_FALSE_MATCH_RATE);
        AgeThresholds(years.map(|a| years.map(|b| threshold(a, b))))
    }
}
