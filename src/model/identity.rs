//! Identity head: from the identity features to the embedding (ARCHITECTURE A.1, B.1; ARCHITECTURE-compact §3).

use burn::module::Module;
use burn::nn::Dropout;
use burn::tensor::Tensor;

use super::layers::Source;
use super::norm::{NormedLinear, NormedLinearNames};
use super::{CELLS, ParameterError};

/// The projection. Dropout belongs to training and comes from there.
#[derive(Module, Debug)]
pub struct IdentityHead {
    projection: NormedLinear,
}

impl IdentityHead {
    /// The compact network's: parameters from names below `identity.`, batch norms folded in.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn compact(channels: usize, dimensions: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let linear = source.linear("identity.proj", channels * CELLS * CELLS, dimensions, true)?;
        Ok(Self { projection: NormedLinear::bare(linear) })
    }

    /// A published network's: parameters from names below `prefix.output_layer.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn published(prefix: &str, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let name = |index: usize| format!("{prefix}.output_layer.{index}");
        let names = NormedLinearNames { before: Some(&name(0)), linear: &name(3), after: Some(&name(4)) };
        Ok(Self { projection: NormedLinear::new(names, channels, channels, source)? })
    }

    /// Identity features `[N, C, 7, 7]` to embeddings `[N, D]`, not normalised.
    pub fn forward(&self, x_id: Tensor<4>) -> Tensor<2> {
        self.projection.forward(x_id)
    }

    /// The same as it is trained, with dropout between the first norm and the projection (ARCHITECTURE A.1).
    pub fn forward_dropping(&self, x_id: Tensor<4>, dropout: &Dropout) -> Tensor<2> {
        self.projection.forward_with(x_id, |normed| dropout.forward(normed))
    }
}
