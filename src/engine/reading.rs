//! What the network reads from one aligned face, as plain numbers.

use serde::Serialize;

use crate::model::{AgeGroup, CELLS};
use crate::recognition::Embedding;

/// Everything one look at a face yields.
#[derive(Clone, Debug, Serialize)]
pub struct FaceReading {
    /// Identity, from the face and its mirror image.
    pub embedding: Embedding,
    /// Apparent age.
    pub age: AgeEstimate,
    /// How the features divide into identity and age.
    pub attention: AttentionMaps,
}

/// Apparent age: the expectation over 101 one-year bins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AgeEstimate {
    /// Expected age in years, 0 to 100.
    pub years: f32,
    /// Standard deviation of the network's own distribution in years: its doubt, not a measured error.
    pub spread_years: f32,
}

impl AgeEstimate {
    /// The age group of the expected age.
    pub fn group(&self) -> AgeGroup {
        AgeGroup::of_years(self.years)
    }
}

/// The decomposition, cell by cell and channel by channel. Rows top to bottom, columns left to right; cell
/// `(row, col)` stands for the crop's pixels `[16·row, 16·row + 16) × [16·col, 16·col + 16)`, though the
/// features of a cell see more of the face than that.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttentionMaps {
    /// `Σ|x_id| / Σ|x|` over channels, 0 to 1; the age share is 1 minus this.
    pub identity_share: [[f32; CELLS]; CELLS],
    /// Spatial gate, 0 to 1: share of a cell given to age.
    pub spatial_gate: [[f32; CELLS]; CELLS],
    /// Channel gate, 0 to 1: share of a channel given to age, in the network's order.
    pub channel_gate: Vec<f32>,
    /// Mean absolute identity feature of each channel and cell, `[channel][row][col]` flattened: what a single
    /// channel responds to.
    pub channel_activity: Vec<f32>,
}
