//! The identity head (ARCHITECTURE-compact §3): identity features to an embedding. Similarity and its meaning are
//! not known here.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::layers::Source;
use super::{CELLS, ParameterError};

/// One linear layer over the flattened identity features.
#[derive(Module, Debug)]
pub struct IdentityHead {
    proj: Linear,
}

impl IdentityHead {
    /// Fills the layer from `identity.*`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(channels: usize, dim: usize, source: &Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self { proj: source.linear("proj", channels * CELLS * CELLS, dim)? })
    }

    /// Identity features `[N, C, 7, 7]` to embeddings `[N, dim]`, not normalised.
    pub fn forward(&self, x_id: Tensor<4>) -> Tensor<2> {
        self.proj.forward(x_id.flatten(1, 3))
    }
}
