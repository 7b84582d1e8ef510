//! The synthesis phase (CVPR 2021 §3.3; ARCHITECTURE A.7), in the order of one step: faces are synthesised, the
//! discriminator is shown them beside photographs and updated, then the generator is judged by the updated one, by
//! whether the face is still the same person's, and by whether it looks its age.

use burn::module::Module;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

use super::losses::{cross_entropy, discriminator_loss, generator_loss, mean_squared};
use super::networks::{Encoder, TrainingNetworks};
use super::recognition::{BatchError, same_length};
use super::tensors::classes;
use crate::model::AgeGroup;
use crate::model::age_estimation::AgeHead;
use crate::model::discriminator::Discriminator;

/// How much the generator's terms weigh.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SynthesisWeights {
    /// Of what the discriminator thinks, 75 as published.
    pub discriminator: f32,
    /// Of the change of the identity features, 0.002 as published.
    pub identity: f32,
    /// Of the age group seen in the face, 10 as published.
    pub age: f32,
}

impl Default for SynthesisWeights {
    fn default() -> Self {
        Self { discriminator: 75.0, identity: 0.002, age: 10.0 }
    }
}

/// Faces to change, groups to change them to, and photographs of those groups.
#[derive(Clone, Debug)]
pub struct SynthesisBatch {
    sources: Tensor<4>,
    photographs: Tensor<4>,
    groups: Vec<AgeGroup>,
}

impl SynthesisBatch {
    /// Faces `[N, 3, 112, 112]`, as many photographs of the same shape, and the group of each photograph, which is the
    /// target of the face at the same place; RGB in [-1, 1].
    ///
    /// # Errors
    /// When the lengths differ.
    pub fn new(sources: Tensor<4>, photographs: Tensor<4>, groups: Vec<AgeGroup>) -> Result<Self, BatchError> {
        same_length(&sources, groups.len(), "target groups")?;
        same_length(&photographs, groups.len(), "target groups")?;
        Ok(Self { sources, photographs, groups })
    }

    /// The target groups `[N]` as classes.
    fn classes(&self) -> Tensor<1, Int> {
        classes(&self.groups, &self.sources.device())
    }
}

/// The networks that judge a synthesised face and do not learn from it. The backbone uses its running statistics. The
/// age head learns nothing either, but its norms use the batch's statistics and follow them, as published.
#[derive(Clone, Debug)]
pub struct Judges {
    encoder: Encoder,
    age: AgeHead,
}

impl Judges {
    /// The networks as they are now. Statistics the age head gathers are shared with `networks`.
    pub fn of(networks: &TrainingNetworks) -> Self {
        Self { encoder: networks.encoder.clone().freeze(), age: networks.age.clone().no_grad() }
    }
}

/// Synthesised faces on their way through a step.
#[derive(Clone, Debug)]
pub struct Synthesised {
    /// `[N, 3, 112, 112]`; gradients reach the generator through them.
    pub faces: Tensor<4>,
    /// Identity features of the faces they were made from, constants.
    source_x_id: Tensor<4>,
}

/// Synthesises the batch's faces at their target groups.
pub fn synthesise(networks: &TrainingNetworks, judges: &Judges, batch: &SynthesisBatch) -> Synthesised {
    let features = judges.encoder.features(batch.sources.clone());
    let faces = networks.generator.forward(batch.sources.clone(), &features, &batch.groups);
    Synthesised { faces, source_x_id: features.divided.x_id.detach() }
}

/// What the discriminator learns from.
#[derive(Clone, Debug)]
pub struct DiscriminatorLoss {
    /// Scores of the photographs, `[N, 1, 5, 5]`.
    pub real: Tensor<4>,
    /// Scores of the synthesised faces, `[N, 1, 5, 5]`.
    pub synthesised: Tensor<4>,
    /// What to minimise.
    pub total: Tensor<1>,
}

/// The discriminator's loss. Nothing of it reaches the generator.
pub fn judge_photographs(
    discriminator: &Discriminator,
    batch: &SynthesisBatch,
    synthesised: &Synthesised,
) -> DiscriminatorLoss {
    // In this order: each pass moves the spectral norms on.
    let real = discriminator.forward(batch.photographs.clone(), &batch.groups);
    let synthesised = discriminator.forward(synthesised.faces.clone().detach(), &batch.groups);
    let total = discriminator_loss(real.clone(), synthesised.clone());
    DiscriminatorLoss { real, synthesised, total }
}

/// The generator's terms, not weighted, and their weighted sum.
#[derive(Clone, Debug)]
pub struct GeneratorLosses {
    /// Scores of the synthesised faces, `[N, 1, 5, 5]`.
    pub scores: Tensor<4>,
    /// What the discriminator thinks.
    pub discriminator: Tensor<1>,
    /// Mean squared change of the identity features.
    pub identity: Tensor<1>,
    /// Cross-entropy of the target group.
    pub age: Tensor<1>,
    /// The weighted sum: what to minimise.
    pub total: Tensor<1>,
}

/// The generator's losses, judged by the discriminator as it is after its own update. It learns nothing here, but the
/// pass moves its spectral norms on.
pub fn judge_synthesis(
    judges: &Judges,
    discriminator: &Discriminator,
    batch: &SynthesisBatch,
    synthesised: &Synthesised,
    weights: &SynthesisWeights,
) -> GeneratorLosses {
    let divided = judges.encoder.features(synthesised.faces.clone()).divided;
    let scores = discriminator.clone().no_grad().forward(synthesised.faces.clone(), &batch.groups);
    let discriminator = generator_loss(scores.clone());
    let identity = mean_squared(synthesised.source_x_id.clone(), divided.x_id);
    let (_, group_logits) = judges.age.forward(divided.x_age);
    let age = cross_entropy(group_logits, batch.classes());
    let total = discriminator.clone().mul_scalar(weights.discriminator)
        + identity.clone().mul_scalar(weights.identity)
        + age.clone().mul_scalar(weights.age);
    GeneratorLosses { scores, discriminator, identity, age, total }
}
