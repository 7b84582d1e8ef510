//! The faces that training learns from: sources and their labels ([`config`], `source`), which faces a batch draws
//! (`draws`), how a face is aligned and changed (`face`, [`augmentation`]), and the threads that do so ahead of the step
//! ([`loader`]). Networks and losses are not known here.
//!
//! Everything random about a face of a batch is a hash of seed, stream, step and its place in the batch. So neither the
//! number of threads nor an interruption changes what is learned from, and there is no state to save.

pub mod augmentation;
pub mod config;
mod dataset;
mod draws;
mod error;
mod face;
mod labels;
mod list;
pub mod loader;
mod mask;
mod record;
mod source;
pub mod statistics;
#[cfg(test)]
mod testing;
mod utkface;

use serde::{Deserialize, Serialize};

pub use augmentation::Augmentation;
pub use config::{DataConfig, DataKind};
pub use dataset::Dataset;
pub use error::DataError;
pub use loader::{BrokenPicture, Loader};
pub use statistics::Statistics;

use crate::model::AgeGroup;

/// Gender as the labels give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
}

/// What is known of a face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Who it is, counted from 0 among the labelled people of all sources.
    pub identity: Option<usize>,
    /// Age in years.
    pub age_years: Option<f32>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Index into [`UTKFACE_ETHNICITIES`](crate::pictures::UTKFACE_ETHNICITIES).
    pub ethnicity: Option<u8>,
    /// Which of the sources it came from.
    pub source: usize,
}

/// Which faces a batch wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// Faces of known age, by bins of five years.
    ByAge {
        /// 0 draws ages as often as they are there, 1 every bin equally often; a bin of `n` faces is drawn with a
        /// probability proportional to `n^(1 - evenness)`.
        evenness: f32,
    },
    /// Faces of known people, every one of them equally often.
    ByIdentity,
    /// Faces of these age groups: the face at place `k` is of group `k` of the list, which starts over at its end.
    OfGroups(Vec<AgeGroup>),
    /// The faces at these places of [`Dataset::samples`], in this order; the list starts over at its end.
    Listed(Vec<usize>),
    /// Any face.
    Any,
}

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
    /// `[N, 1, 112, 112]`, 1 where the pixels are those of the photograph, 0 where they are not, soft in between.
    pub photographed: Vec<f32>,
    /// What is known of each.
    pub samples: Vec<Sample>,
    /// Where each came from.
    pub names: Vec<String>,
    /// Where each stands among [`Dataset::samples`].
    pub indices: Vec<usize>,
}
