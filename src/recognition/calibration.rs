//! STUB (owner: evaluation). How often different people of two ages score as high as this.

/// Counts of scores in equal bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Cosine at the left edge of the first bin.
    pub start: f32,
    /// Width of a bin.
    pub bin_width: f32,
    /// Pairs in each bin.
    pub counts: Vec<u64>,
}

/// What one score means for one pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The raw score.
    pub cosine: f32,
    /// The default threshold for the ages of this pair (false match rate 1 in 1,000 where the cell supports it).
    pub threshold: f32,
    /// Whether the score reaches the threshold.
    pub same: bool,
    /// Share of different people of these ages that score this high or higher; `None` where the cell has too few pairs.
    pub false_match_rate: Option<f64>,
    /// Share of pairs of one person at this age gap that score lower; `None` where nothing was measured.
    pub false_non_match_rate: Option<f64>,
    /// Pairs of different people behind the figure.
    pub impostor_pairs: u64,
    /// Name of the calibration set, such as `UTKFace dev, 0–10 and 31–40`.
    pub calibration_name: String,
    /// A few words, such as `Supports the same person`.
    pub headline: String,
    /// Two or three sentences with the numbers of pairs.
    pub explanation: String,
    /// What changes the reading (under 18, large age gap, …), one sentence each. Always holds the sentence
    /// “Investigative lead, not an identification.” first.
    pub warnings: Vec<String>,
}

/// The measured meaning of scores for one set of weights.
#[derive(Clone, Debug)]
pub struct Calibration {}

impl Calibration {
    /// The calibration bundled for the bundled weights; an error for any other weights.
    ///
    /// # Errors
    /// When there is no calibration for weights of this hash.
    pub fn for_weights(_sha256: &str) -> Result<Self, CalibrationError> {
        todo!()
    }
    /// What this score means between faces of these ages.
    pub fn read(&self, _cosine: f32, _age_a_years: f32, _age_b_years: f32) -> Reading {
        todo!()
    }
    /// Scores of different people of these two ages.
    pub fn impostors(&self, _age_a_years: f32, _age_b_years: f32) -> Histogram {
        todo!()
    }
    /// Scores of the same person at this age gap, where measured.
    pub fn genuine(&self, _age_gap_years: f32) -> Option<Histogram> {
        todo!()
    }
}

/// Why there is no calibration.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// None was measured for these weights.
    #[error("no calibration was measured for these weights ({sha256}): run `mtlface eval impostors` with them")]
    Unknown {
        /// Hash of the weights.
        sha256: String,
    },
    /// The bundled file is damaged.
    #[error("the bundled calibration is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
}
