//! Identity head: one linear layer from the identity features to the embedding (ARCHITECTURE-compact §3).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::layers::Source;
use super::{CELLS, ParameterError};

/// The projection, batch norms folded in.
#[derive(Module, Debug)]
pub struct IdentityHead {
    projection: Linear,
}

impl IdentityHead {
    /// Takes its parameters from names below `identity.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(channels: usize, dimensions: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self { projection: source.linear("identity.proj", channels * CELLS * CELLS, dimensions, true)? })
    }

    /// Identity features `[N, C, 7, 7]` to embeddings `[N, D]`, not normalised.
    pub fn forward(&self, x_id: Tensor<4>) -> Tensor<2> {
        self.projection.forward(x_id.flatten(1, 3))
    }
}
