//! The measured meaning of scores for one set of weights: how often different people of two age groups score this
//! high (UTKFace), how often one person some years apart does (FG-NET). Words are made in [`verdict`](super::verdict).

use serde::{Deserialize, Serialize};

use super::Histogram;
use crate::model::AgeGroup;

/// Share of different people that may reach the default threshold.
pub const DEFAULT_FALSE_MATCH_RATE: f64 = 1e-3;
/// A cell with fewer pairs of different people cannot support the default rate: ten pairs would have to reach it.
pub const MIN_IMPOSTOR_PAIRS: u64 = 10_000;
/// An age gap with fewer pairs of one person says nothing about misses.
pub const MIN_GENUINE_PAIRS: u64 = 50;

const BUNDLED: &str = include_str!("../../assets/calibration/compact-v1.json");

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
}

/// Why there is no calibration.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// None was measured for these weights.
    #[error("No calibration was measured for these weights ({sha256}). Run `mtlface eval calibrate` with them.")]
    Unknown {
        /// Hash of the weights.
        sha256: String,
    },
    /// The bundled file is damaged.
    #[error("The bundled calibration is damaged: {reason}. Build the program again from a clean copy.")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
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
    /// The calibration bundled for these weights.
    ///
    /// # Errors
    /// When none was measured for weights of this hash.
    pub fn for_weights(sha256: &str) -> Result<Self, CalibrationError> {
        let bundled: Self =
            serde_json::from_str(BUNDLED).map_err(|error| CalibrationError::Damaged { reason: error.to_string() })?;
        if bundled.weights_sha256 == sha256 {
            Ok(bundled)
        } else {
            Err(CalibrationError::Unknown { sha256: sha256.to_owned() })
        }
    }

    /// Scores of different people of these two ages; of all ages where too few pairs of these were measured.
    pub fn impostors(&self, age_a_years: f32, age_b_years: f32) -> ImpostorScores {
        let (a, b) = (AgeGroup::of_years(age_a_years), AgeGroup::of_years(age_b_years));
        let (younger, older) = (a.min(b), a.max(b));
        let table = &self.impostors;
        let cell = table.cells.iter().find(|cell| (cell.younger, cell.older) == (younger, older));
        if let Some(cell) = cell.filter(|cell| cell.scores.pairs() >= MIN_IMPOSTOR_PAIRS) {
            let ages = if younger == older {
                format!("aged {}", younger.label())
            } else {
                format!("aged {} and {}", younger.label(), older.label())
            };
            let people = format!("different people {ages} ({})", table.name);
            return ImpostorScores { scores: cell.scores.clone(), people, pooled: false };
        }
        let mut scores = Histogram::default();
        for cell in &table.cells {
            scores.merge(&cell.scores);
        }
        ImpostorScores { scores, people: format!("different people of all ages ({})", table.name), pooled: true }
    }

    /// Scores of one person at this age gap; nothing where too few pairs were measured.
    pub fn genuine(&self, age_gap_years: f32) -> Option<&GenuineGap> {
        let within = |gap: &&GenuineGap| {
            age_gap_years >= gap.from_years && gap.to_years.is_none_or(|to_years| age_gap_years < to_years)
        };
        let gap = self.genuine.as_ref()?.gaps.iter().find(within)?;
        (gap.scores.pairs() >= MIN_GENUINE_PAIRS).then_some(gap)
    }

    /// The lowest score that at most one in a thousand pairs of different people of these ages reach.
    pub fn threshold(&self, age_a_years: f32, age_b_years: f32) -> f32 {
        self.impostors(age_a_years, age_b_years).scores.threshold(DEFAULT_FALSE_MATCH_RATE)
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
}
