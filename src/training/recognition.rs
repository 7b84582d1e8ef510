//! The recognition phase (CVPR 2021 §3.3; ARCHITECTURE A.6): one batch of faces with identities and ages to the loss.
//! Identity features should tell people apart and hide their age, age features should tell the age.

use burn::tensor::{Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::losses::{AgeLoss, cross_entropy, reverse_gradient};
use super::networks::TrainingNetworks;
use crate::model::AgeGroup;

/// How much the terms weigh beside that of identity, which weighs 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecognitionWeights {
    /// Of the age told by the age features, 0.001 as published.
    pub age: f32,
    /// Of the age found in the identity features, 0.002 as published.
    pub adversary: f32,
}

impl Default for RecognitionWeights {
    fn default() -> Self {
        Self { age: 0.001, adversary: 0.002 }
    }
}

/// Faces with what is known of them.
#[derive(Clone, Debug)]
pub struct RecognitionBatch {
    faces: Tensor<4>,
    identities: Tensor<1, Int>,
    ages_years: Tensor<1>,
    groups: Tensor<1, Int>,
}

/// Why a batch cannot be trained on.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum BatchError {
    /// Something is not known of every face.
    #[error("{faces} faces come with {labels} {what}")]
    Length {
        /// Faces in the batch.
        faces: usize,
        /// Labels given.
        labels: usize,
        /// What the labels are.
        what: &'static str,
    },
    /// A person the classifier has no place for.
    #[error("person {identity} is not among the {people} the classifier tells apart, counted from 0")]
    Identity {
        /// The person.
        identity: usize,
        /// How many there are.
        people: usize,
    },
}

/// Fails unless there are as many labels as faces.
pub(super) fn same_length(faces: &Tensor<4>, labels: usize, what: &'static str) -> Result<(), BatchError> {
    let [faces, ..] = faces.dims();
    if faces == labels { Ok(()) } else { Err(BatchError::Length { faces, labels, what }) }
}

impl RecognitionBatch {
    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1]; who they are, counted from 0 among `people`; ages in years.
    ///
    /// # Errors
    /// When the lengths differ or there is no such person.
    pub fn new(faces: Tensor<4>, identities: &[usize], ages_years: &[f32], people: usize) -> Result<Self, BatchError> {
        same_length(&faces, identities.len(), "identities")?;
        same_length(&faces, ages_years.len(), "ages")?;
        if let Some(identity) = identities.iter().copied().find(|identity| *identity >= people) {
            return Err(BatchError::Identity { identity, people });
        }
        let device = faces.device();
        let classes = |indices: Vec<i64>| {
            let count = indices.len();
            Tensor::from_data(TensorData::new(indices, [count]), &device)
        };
        let groups = ages_years.iter().map(|years| AgeGroup::of_years(*years).index() as i64).collect();
        Ok(Self {
            identities: classes(identities.iter().map(|identity| *identity as i64).collect()),
            groups: classes(groups),
            ages_years: Tensor::from_data(TensorData::new(ages_years.to_vec(), [ages_years.len()]), &device),
            faces,
        })
    }
}

/// The terms of one step.
#[derive(Clone, Debug)]
pub struct RecognitionLosses {
    /// Cross-entropy over identities.
    pub identity: Tensor<1>,
    /// Of the age features.
    pub age: AgeLoss,
    /// Of the identity features, looked at by the adversary.
    pub adversary: AgeLoss,
    /// The weighted sum: what to minimise.
    pub total: Tensor<1>,
}

/// The losses of one batch. Batch norms take part with its statistics.
pub fn recognition_losses(
    networks: &TrainingNetworks,
    batch: &RecognitionBatch,
    weights: &RecognitionWeights,
) -> RecognitionLosses {
    let divided = networks.encoder.features(batch.faces.clone()).divided;
    let logits = networks.classifier.forward(networks.encoder.embed(divided.x_id.clone()), batch.identities.clone());
    let identity = cross_entropy(logits, batch.identities.clone());
    let age_loss = |logits| AgeLoss::new(logits, batch.ages_years.clone(), batch.groups.clone());
    let age = age_loss(networks.age.forward(divided.x_age));
    let adversary = age_loss(networks.adversary.forward(reverse_gradient(divided.x_id)));
    let total = identity.clone()
        + age.total.clone().mul_scalar(weights.age)
        + adversary.total.clone().mul_scalar(weights.adversary);
    RecognitionLosses { identity, age, adversary, total }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn labels_that_do_not_fit_are_refused_with_a_sentence() {
        let faces = || Tensor::<4>::zeros([2, 3, 112, 112], &Device::flex());
        let refusal = |identities: &[usize], ages: &[f32]| {
            RecognitionBatch::new(faces(), identities, ages, 5).unwrap_err().to_string()
        };
        assert_eq!(refusal(&[0], &[20.0, 30.0]), "2 faces come with 1 identities");
        assert_eq!(refusal(&[0, 1], &[20.0]), "2 faces come with 1 ages");
        let stranger = refusal(&[0, 5], &[20.0, 30.0]);
        assert_eq!(stranger, "person 5 is not among the 5 the classifier tells apart, counted from 0");
        assert!(RecognitionBatch::new(faces(), &[0, 4], &[20.0, 30.0], 5).is_ok());
    }
}
