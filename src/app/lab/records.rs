//! What a run's files say, line by line. What is left out or null is not known; keys of later versions are ignored.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::model::CELLS;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its process is there and has not said anything yet: faces are listed, networks loaded.
    #[serde(skip)]
    Preparing,
    /// Learning.
    Running,
    /// Waiting to be told to go on.
    Paused,
    /// All steps are made.
    Finished,
    /// Ended before its time, as it was told.
    Stopped,
    /// Ended by an error.
    Failed,
    /// It said that it runs, but long ago, and its process is gone.
    #[serde(skip)]
    NotAnswering,
}

impl RunState {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::NotAnswering => "not answering",
        }
    }

    /// Whether a process is at work or waits.
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Preparing | Self::Running | Self::Paused)
    }
}

/// `status.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Status {
    /// The phase.
    pub phase: String,
    /// What the run said it is doing.
    pub state: RunState,
    /// Steps made.
    pub step: u64,
    /// Steps to make.
    pub of: u64,
    /// Seconds that are left.
    #[serde(default)]
    pub eta_seconds: Option<f64>,
    /// What computes.
    #[serde(default)]
    pub device: String,
    /// Hash of the weights the run started from.
    #[serde(default)]
    pub weights_sha256: String,
    /// What went wrong.
    #[serde(default)]
    pub message: String,
    /// The process that trains.
    #[serde(default)]
    pub process_id: u32,
    /// Pictures that could not be used.
    #[serde(default)]
    pub broken_pictures: u64,
}

/// A line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MetricsLine {
    /// The step, counted from 1.
    pub step: u64,
    /// Seconds all steps took so far.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Pictures learned from in a second.
    #[serde(default)]
    pub images_per_second: Option<f64>,
    /// The learning rate.
    #[serde(default)]
    pub learning_rate: Option<f64>,
    /// Losses by name.
    #[serde(default)]
    losses: BTreeMap<String, Value>,
    /// What was measured on faces kept back, by name.
    #[serde(default)]
    validation: Option<BTreeMap<String, Value>>,
}

impl MetricsLine {
    /// Losses that are numbers.
    pub fn losses(&self) -> impl Iterator<Item = (&str, f64)> {
        numbers(&self.losses)
    }

    /// Numbers measured on faces kept back.
    pub fn validation(&self) -> impl Iterator<Item = (&str, f64)> {
        self.validation.iter().flat_map(numbers)
    }
}

fn numbers(named: &BTreeMap<String, Value>) -> impl Iterator<Item = (&str, f64)> {
    named.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
}

/// A line of `gates.jsonl`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct GatesLine {
    /// The step.
    pub step: u64,
    /// Share of each cell given to age, row-major.
    spatial_gate: Vec<f32>,
    /// Share of each channel given to age.
    pub channel_gate: Vec<f32>,
}

impl GatesLine {
    /// The spatial gate by row and column; nothing where it is no map of this size.
    pub fn spatial(&self) -> Option<[[f32; CELLS]; CELLS]> {
        let is_map = self.spatial_gate.len() == CELLS * CELLS;
        is_map.then(|| std::array::from_fn(|row| std::array::from_fn(|column| self.spatial_gate[row * CELLS + column])))
    }
}

/// `samples/latest.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LatestSamples {
    /// The step of the latest picture.
    pub step: u64,
    /// What each column shows.
    #[serde(default)]
    pub columns: Vec<String>,
    /// How many faces.
    #[serde(default)]
    pub rows: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_known_and_what_is_no_number_left_out() {
        let line: MetricsLine =
            serde_json::from_str(r#"{"step":3,"losses":{"age":1.5,"total":null},"grown":7}"#).unwrap();
        assert_eq!(line.losses().collect::<Vec<_>>(), [("age", 1.5)]);
        assert_eq!((line.learning_rate, line.validation().count()), (None, 0));
        let status: Status =
            serde_json::from_str(r#"{"phase":"decomposition","state":"paused","step":1,"of":9,"eta_seconds":null}"#)
                .unwrap();
        assert_eq!((status.state, status.process_id), (RunState::Paused, 0));
        assert!(serde_json::from_str::<Status>(r#"{"phase":"a","state":"resting","step":1,"of":9}"#).is_err());
    }

    #[test]
    fn a_gate_of_another_size_is_no_map() {
        let line = |count: usize| GatesLine { step: 1, spatial_gate: vec![0.5; count], channel_gate: Vec::new() };
        assert!(line(49).spatial().is_some() && line(48).spatial().is_none());
    }
}
