//! The faces a synthesis step takes on, whatever the network.

use std::slice::ChunksExact;

use serde_json::{Value, json};

use super::average::MovingAverage;
use crate::model::AgeGroup;
use crate::training::data::{Augmentation, Batch, Dataset};
use crate::training::phase::PhaseError;
use crate::training::recognition::BatchError;

/// How much a step takes on and what it draws from.
#[derive(Clone, Debug)]
pub struct Faces {
    /// Faces of a micro-batch.
    pub count: usize,
    /// Micro-batches of a step.
    pub accumulation: usize,
    /// How photographs are changed.
    pub augmentation: Augmentation,
    /// The groups the data has faces of.
    pub present: Vec<AgeGroup>,
    /// Faces that are drawn again and again for people to look at.
    pub samples: Batch,
    /// What random numbers follow from.
    pub seed: u64,
}

impl Faces {
    /// Refuses data that has nothing to learn ages from.
    ///
    /// # Errors
    /// When no face's age is known.
    pub fn check(&self) -> Result<(), PhaseError> {
        match self.present.is_empty() {
            false => Ok(()),
            true => Err(PhaseError::Needs {
                what: "the synthesis phase needs faces of known age, and the data has none".to_owned(),
                next_step: "Give the ages in the labels or the file names.".to_owned(),
            }),
        }
    }

    /// The number of a micro-batch among all of the run.
    pub fn place(&self, step: u64, micro: usize) -> u64 {
        step * self.accumulation as u64 + micro as u64
    }

    /// What reports say of them.
    pub fn summary(&self, average: &MovingAverage) -> Value {
        let groups: Vec<&str> = self.present.iter().map(|group| group.label()).collect();
        json!({ "groups": groups, "average": average.past() })
    }
}

/// The groups that a data set has faces of, youngest first.
pub fn groups_in(dataset: &Dataset) -> Vec<AgeGroup> {
    let has = |group: &AgeGroup| {
        let mut ages = dataset.samples().iter().filter_map(|sample| sample.age_years);
        ages.any(|years| AgeGroup::of_years(years) == *group)
    };
    AgeGroup::ALL.into_iter().filter(has).collect()
}

/// The batches of a step, so many for each micro-batch.
///
/// # Errors
/// When there are others than were asked for.
pub fn batches_for<'a>(faces: &Faces, batches: &'a [Batch], each: usize) -> Result<ChunksExact<'a, Batch>, BatchError> {
    let (found, asked) = (batches.len(), each * faces.accumulation);
    if found != asked {
        return Err(BatchError::Length { faces: found, labels: asked, what: "batches asked for" });
    }
    for batch in batches {
        let (found, asked) = (batch.samples.len(), faces.count);
        if found != asked {
            return Err(BatchError::Length { faces: found, labels: asked, what: "groups" });
        }
    }
    Ok(batches.chunks_exact(each))
}
