//! A run as the window shows it: finished plain data, made by `reader`.

use std::path::PathBuf;
use std::sync::Arc;

use super::curve::Curve;
use super::gates::GateHistory;
use super::records::{RunState, Status};
use super::samples::SampleColumns;

/// A run as far as its folder tells.
#[derive(Clone, Debug)]
pub struct Run {
    /// The folder.
    pub folder: PathBuf,
    /// What it said of itself last.
    pub status: Option<Status>,
    /// What it is doing, seen from here.
    pub state: RunState,
    /// Every loss, `total` first, what was measured on faces kept back last.
    pub losses: Vec<LossCurve>,
    /// The learning rate.
    pub learning_rate: Curve,
    /// Pictures learned from in a second, at the latest line.
    pub images_per_second: Option<f64>,
    /// Seconds all steps took.
    pub seconds: Option<f64>,
    /// The gates at every step they were kept of.
    pub gates: Arc<GateHistory>,
    /// The steps of which there is a picture.
    pub sample_steps: Vec<u64>,
    /// What the pictures' columns show.
    pub columns: SampleColumns,
    /// It can be gone on with.
    pub has_checkpoint: bool,
    /// It left a network.
    pub has_weights: bool,
    /// What could not be read, as a sentence.
    pub problem: Option<String>,
}

/// A loss over the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    /// Its name.
    pub name: String,
    /// Measured on faces kept back: few points.
    pub is_validation: bool,
    /// Its values.
    pub curve: Curve,
}

impl Run {
    /// A run of which nothing was read.
    pub fn unread(folder: PathBuf) -> Self {
        Self {
            folder,
            status: None,
            state: RunState::Preparing,
            losses: Vec::new(),
            learning_rate: Curve::default(),
            images_per_second: None,
            seconds: None,
            gates: Arc::default(),
            sample_steps: Vec::new(),
            columns: SampleColumns::default(),
            has_checkpoint: false,
            has_weights: false,
            problem: None,
        }
    }
}
