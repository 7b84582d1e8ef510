//! The measured meaning of scores for one set of weights: how often different people of two age groups score this
//! high (UTKFace), how often one person some years apart does (FG-NET). Words are made in [`verdict`](super::verdict).

mod files;
mod thresholds;

use serde::{Deserialize, Serialize};

pub use files::CalibrationError;
pub use thresholds::AgeThresholds;

use super::Histogram;
use crate::model::AgeGroup;

/// Share of different people that may reach the default threshold.
pub const DEFAULT_FALSE_MATCH_RATE: f64 = 1e-3;
/// A cell with fewer pairs of different people cannot support the default rate: ten pairs would have to reach it.
pub const MIN_IMPOSTOR_PAIRS: u64 = 10_000;
/// An age gap with fewer pairs of one person says nothing about misses.
pub const MIN_GENUINE_PAIRS: u64 = 50;
/// Version of the layout this program writes. Version 1 has no scores of under-18s and none held to thresholds.
pub const LAYOUT_VERSION: u32 = 2;
/// Below this age a face is a child's, in years.
pub const ADULT_YEARS: f32 = 18.0;

/// The measured meaning of scores for one set of weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Calibration {
    /// Version of the file's layout.
    pub version: u32,
    /// SHA-256 of the weights all scores were made with.
    pub weights_sha256: String,
    /// Version of the program that measured.
    pub app_version: String,
    /// Pairs of different people, by their age groups.
    pub impostors: ImpostorTable,
    /// Pairs of one person, by the years between the two photographs.
    pub genuine: Option<GenuineTable>,
}

/// Pairs of different people.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImpostorTable {
    /// Name of the set, such as `UTKFace dev`.
    pub name: String,
    /// Faces that were read.
    pub faces: usize,
    /// Pictures in which no face was found.
    pub without_face: usize,
    /// How faces were aligned.
    pub alignment: String,
    /// One cell for each pair of groups, the younger first.
    pub cells: Vec<ImpostorCell>,
}

/// Pairs of different people of two age groups.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImpostorCell {
    /// The younger group.
    pub younger: AgeGroup,
    /// The older group.
    pub older: AgeGroup,
    /// Their scores.
    pub scores: Histogram,
}

/// Pairs of one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenuineTable {
    /// Name of the set, such as `FG-NET, persons 001–041`.
    pub name: String,
    /// By age gap, smallest first.
    pub gaps: Vec<GenuineGap>,
    /// Pairs with faces under 18, by how many of the two are; empty in version 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_18: Vec<GenuineUnder18>,
}

/// Pairs of one person photographed before 18 once or twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenuineUnder18 {
    /// How many of the two faces are under 18: 1 or 2.
    pub faces_under_18: u8,
    /// Their scores.
    pub scores: Histogram,
    /// Their scores minus the threshold of the pair's two age groups.
    pub above_threshold: Histogram,
}

/// Pairs of one person some years apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenuineGap {
    /// Years between the photographs, at least.
    pub from_years: f32,
    /// Years between the photographs, less than this; nothing for no limit.
    pub to_years: Option<f32>,
    /// Their scores.
    pub scores: Histogram,
    /// Their scores minus the threshold of the pair's two age groups; nothing in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_threshold: Option<Histogram>,
}

/// The different people a score is held against.
#[derive(Clone, Debug)]
pub struct ImpostorScores {
    /// Their scores.
    pub scores: Histogram,
    /// Who they are, such as `different people aged 0–10 and 31–40 (UTKFace dev)`.
    pub people: String,
    /// Whether all ages were pooled because the cell of this pair is too small.
    pub pooled: bool,
}

impl Calibration {
    /// Scores of different people of these two ages; of all ages where too few pairs of these were measured.
    pub fn impostors(&self, age_a_years: f32, age_b_years: f32) -> ImpostorScores {
        self.impostors.scores(age_a_years, age_b_years)
    }

    /// Scores of one person at this age gap; nothing where too few pairs were measured.
    pub fn genuine(&self, age_gap_years: f32) -> Option<&GenuineGap> {
        let within = |gap: &&GenuineGap| {
            age_gap_years >= gap.from_years && gap.to_years.is_none_or(|to_years| age_gap_years < to_years)
        };
        let gap = self.genuine.as_ref()?.gaps.iter().find(within)?;
        (gap.scores.pairs() >= MIN_GENUINE_PAIRS).then_some(gap)
    }

    /// Scores of different people of all ages together.
    pub fn impostors_of_all_ages(&self) -> ImpostorScores {
        self.impostors.scores_of_all_ages()
    }

    /// Scores of one person, whatever the years between; nothing where too few pairs were measured.
    pub fn genuine_of_all_gaps(&self) -> Option<Histogram> {
        let mut scores = Histogram::default();
        for gap in &self.genuine.as_ref()?.gaps {
            scores.merge(&gap.scores);
        }
        (scores.pairs() >= MIN_GENUINE_PAIRS).then_some(scores)
    }

    /// Scores of one person of whom one photograph or both show a face under 18; nothing for two adults, and where too
    /// few pairs were measured.
    pub fn genuine_under_18(&self, age_a_years: f32, age_b_years: f32) -> Option<&GenuineUnder18> {
        let faces_under_18 = u8::from(age_a_years < ADULT_YEARS) + u8::from(age_b_years < ADULT_YEARS);
        let measured = &self.genuine.as_ref()?.under_18;
        let found = measured.iter().find(|pairs| pairs.faces_under_18 == faces_under_18)?;
        (found.scores.pairs() >= MIN_GENUINE_PAIRS).then_some(found)
    }

    /// The lowest score that at most one in a thousand pairs of different people of these ages reach.
    pub fn threshold(&self, age_a_years: f32, age_b_years: f32) -> f32 {
        self.impostors(age_a_years, age_b_years).scores.threshold(DEFAULT_FALSE_MATCH_RATE)
    }
}

impl ImpostorTable {
    /// The cell of the groups of these two ages.
    fn cell(&self, age_a_years: f32, age_b_years: f32) -> Option<&ImpostorCell> {
        let (a, b) = (AgeGroup::of_years(age_a_years), AgeGroup::of_years(age_b_years));
        self.cells.iter().find(|cell| (cell.younger, cell.older) == (a.min(b), a.max(b)))
    }

    /// Scores of different people of these two ages; of all ages where too few pairs of these were measured.
    pub fn scores(&self, age_a_years: f32, age_b_years: f32) -> ImpostorScores {
        let cell = self.cell(age_a_years, age_b_years);
        if let Some(cell) = cell.filter(|cell| cell.scores.pairs() >= MIN_IMPOSTOR_PAIRS) {
            let (younger, older) = (cell.younger, cell.older);
            let ages = if younger == older {
                format!("aged {}", younger.label())
            } else {
                format!("aged {} and {}", younger.label(), older.label())
            };
            let people = format!("different people {ages} ({})", self.name);
            return ImpostorScores { scores: cell.scores.clone(), people, pooled: false };
        }
        self.scores_of_all_ages()
    }

    /// Scores of different people of all ages together.
    pub fn scores_of_all_ages(&self) -> ImpostorScores {
        let mut scores = Histogram::default();
        for cell in &self.cells {
            scores.merge(&cell.scores);
        }
        ImpostorScores { scores, people: format!("different people of all ages ({})", self.name), pooled: true }
    }
}

impl GenuineGap {
    /// The gap in words, such as `5 to 15 years apart`.
    pub fn label(&self) -> String {
        match self.to_years {
            Some(to_years) if self.from_years == 0.0 => format!("less than {to_years:.0} years apart"),
            Some(to_years) => format!("{:.0} to {to_years:.0} years apart", self.from_years),
            None => format!("{:.0} or more years apart", self.from_years),
        }
    }

    /// Share of the pairs that the threshold of their two age groups refuses (FNMR at FMR 1e-3); nothing in version 1.
    pub fn refused(&self) -> Option<f64> {
        self.above_threshold.as_ref().and_then(share_below_zero)
    }
}

impl GenuineUnder18 {
    /// Who is under 18, in words.
    pub fn label(&self) -> &'static str {
        if self.faces_under_18 == 1 { "one face under 18" } else { "both faces under 18" }
    }

    /// Share of the pairs that the threshold of their two age groups refuses (FNMR at FMR 1e-3).
    pub fn refused(&self) -> Option<f64> {
        share_below_zero(&self.above_threshold)
    }
}

fn share_below_zero(above_threshold: &Histogram) -> Option<f64> {
    let pairs = above_threshold.pairs();
    (pairs > 0).then(|| 1.0 - above_threshold.at_least(0.0) as f64 / pairs as f64)
}
