//! Where batches come from: the types the phases exchange with the loader.

use serde::{Deserialize, Serialize};

use crate::model::AgeGroup;

/// What is known of a face.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Who it is, counted from 0 among the labelled people.
    pub identity: Option<usize>,
    /// Age in years.
    pub age_years: Option<f32>,
    /// Which of the sources it came from.
    pub source: usize,
}

/// Which faces a batch wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// Faces of known age.
    ByAge {
        /// Power towards even ages.
        evenness: f32,
    },
    /// Faces of known people.
    ByIdentity,
    /// Faces of these age groups.
    OfGroups(Vec<AgeGroup>),
    /// Any face.
    Any,
}

/// How a face is changed before it is learned from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {}

/// A batch that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Names the draw, so that two batches of one step differ.
    pub stream: &'static str,
    /// The step it is for.
    pub step: u64,
    /// How many faces.
    pub count: usize,
    /// Which ones.
    pub draw: Draw,
    /// How they are changed.
    pub augmentation: Augmentation,
}

/// Faces with what is known of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub crops: Vec<f32>,
    /// `[N, 1, 112, 112]`, 1 where the pixels are those of the photograph.
    pub photographed: Vec<f32>,
    /// What is known of each.
    pub samples: Vec<Sample>,
    /// Where each came from.
    pub names: Vec<String>,
}
