//! The thresholds of all pairs of age groups, looked up once: what a ranking subtracts from each score (DESIGN §6).

use super::{Calibration, DEFAULT_FALSE_MATCH_RATE};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// So many pairs have to reach a threshold before its rate counts as measured; `MIN_IMPOSTOR_PAIRS` is this for the
/// default rate.
const PAIRS_BEHIND_A_RATE: f64 = 10.0;

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
    /// The lowest score that at most this share of different people of these two ages reach.
    ///
    /// # Errors
    /// How many pairs of these ages were measured, where those are too few for this share: ten would have to reach it.
    pub fn measured_threshold(&self, age_a_years: f32, age_b_years: f32, share: f64) -> Result<f32, u64> {
        let scores = self.cell(age_a_years, age_b_years).map(|cell| &cell.scores).ok_or(0_u64)?;
        let pairs = scores.pairs();
        if (pairs as f64) * share < PAIRS_BEHIND_A_RATE { Err(pairs) } else { Ok(scores.threshold(share)) }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::AgeGroup;
    use crate::recognition::Histogram;
    use crate::recognition::calibration::{ImpostorCell, ImpostorTable};

    /// One cell of 20,000 pairs with scores from 0 to 1.
    fn table() -> ImpostorTable {
        let mut scores = Histogram::default();
        for step in 0..20_000 {
            scores.add(step as f32 / 20_000.0);
        }
        let cell = ImpostorCell { younger: AgeGroup::of_years(5.0), older: AgeGroup::of_years(25.0), scores };
        ImpostorTable {
            name: "a test".to_owned(),
            faces: 400,
            without_face: 0,
            alignment: String::new(),
            cells: vec![cell],
        }
    }

    #[test]
    fn a_rate_that_too_few_pairs_stand_behind_has_no_threshold() {
        let table = table();
        let one_in_thousand = table.measured_threshold(25.0, 5.0, 1e-3).unwrap();
        assert!((one_in_thousand - 0.999).abs() < 0.003, "{one_in_thousand}");
        assert_eq!(table.measured_threshold(25.0, 5.0, 1e-4), Err(20_000));
        assert_eq!(table.measured_threshold(45.0, 5.0, 1e-3), Err(0), "nothing is pooled here");
    }
}
