//! The classifier that teaches the backbone identities: CosFace (CVPR 2021 §3.3; ARCHITECTURE A.2). One direction per
//! person; a face's logits are the cosines to all of them, its own person's lowered by a margin. Needed in training only.

use burn::module::{Module, Param};
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

use super::ParameterError;
use super::layers::{Source, unit_rows};

/// Name of the classifier's only tensor, `[people, D]`.
const WEIGHT: &str = "head.weight";

/// What CosFace makes of cosines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosFaceConfig {
    /// What cosines are multiplied by, 64 as published.
    pub scale: f32,
    /// What is taken from the cosine to the right person before, 0.35 as published.
    pub margin: f32,
}

impl Default for CosFaceConfig {
    fn default() -> Self {
        Self { scale: 64.0, margin: 0.35 }
    }
}

/// The classifier on one device.
#[derive(Module, Debug)]
pub struct IdentityClassifier {
    /// `[people, D]`, of any length.
    weight: Param<Tensor<2>>,
    scale: f32,
    margin: f32,
}

impl IdentityClassifier {
    /// From `head.weight`, which also says how many people there are; `dimensions` is the length of an embedding.
    ///
    /// # Errors
    /// When the tensor is missing or its rows have another length.
    pub fn new(dimensions: usize, config: CosFaceConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let people = source.parameters.shape(WEIGHT).and_then(|shape| shape.first()).copied().unwrap_or_default();
        let weight = source.param(WEIGHT, [people, dimensions])?;
        Ok(Self { weight, scale: config.scale, margin: config.margin })
    }

    /// How many people it tells apart.
    pub fn people(&self) -> usize {
        self.weight.shape().dims::<2>()[0]
    }

    /// Embeddings `[N, D]` of any length and who they are, `[N]` below [`Self::people`], to logits `[N, people]`.
    pub fn forward(&self, embeddings: Tensor<2>, identities: Tensor<1, Int>) -> Tensor<2> {
        let cosines = unit_rows(embeddings).matmul(unit_rows(self.weight.val()).transpose());
        let own = identities.one_hot::<2>(self.people()).float().cast(cosines.dtype());
        (cosines - own.mul_scalar(self.margin)).mul_scalar(self.scale)
    }
}
