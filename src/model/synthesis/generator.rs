//! The compact generator as it is trained: the network's own module and decoder over a batch of faces, each with a
//! group of its own, and the change applied to them, so that gradients go from an aged face to every parameter
//! (ARCHITECTURE-compact §5–6).

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};

use super::{Decoder, warped};
use crate::model::backbone::Taps;
use crate::model::identity_conditional::IdentityConditional;
use crate::model::layers::Source;
use crate::model::{AgeGroup, CROP_SIZE_PX, CompactConfig, ParameterError};

/// Features and a group for each face to an aged face.
#[derive(Module, Debug)]
pub struct CompactGenerator {
    conditional: IdentityConditional,
    decoder: Decoder,
    /// `[1, 1, 112, 112]`, not trained.
    window: Param<Tensor<4>>,
}

/// Aged faces and what was done to them.
#[derive(Clone, Debug)]
pub struct Aged {
    /// `[N, 3, 112, 112]`, not bounded.
    pub faces: Tensor<4>,
    /// What was added, windowed: `[N, 3, 112, 112]`.
    pub residual: Tensor<4>,
    /// Where pixels came from, x then y, not windowed: `[N, 2, 28, 28]`, pixels of the crop.
    pub flow_px: Tensor<4>,
}

impl CompactGenerator {
    /// Takes its parameters from names below `generator.`.
    ///
    /// # Errors
    /// When the config does not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let window = source.param("generator.window", [1, 1, CROP_SIZE_PX, CROP_SIZE_PX])?;
        Ok(Self {
            conditional: IdentityConditional::compact(config.afd.channels, &config.icm, source)?,
            decoder: Decoder::new(config, source)?,
            window: window.set_require_grad(false),
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1], their taps and identity features, and the group each is to look like.
    pub fn forward(&self, faces: Tensor<4>, taps: &Taps, x_id: Tensor<4>, groups: &[AgeGroup]) -> Aged {
        let stages = self.decoder.forward(self.conditional.forward_each(x_id, groups), taps, faces.clone());
        let (flow_px, residual) = (stages.flow_px, stages.residual * self.window.val());
        let faces = changed(faces, flow_px.clone(), residual.clone(), self.window.val());
        Aged { faces, residual, flow_px }
    }
}

/// Faces `[N, 3, 112, 112]` with a change applied: a flow `[N, 2, 28, 28]` that is not windowed yet, a residual that is.
/// The window is `[1, 1, 112, 112]`.
pub fn changed(faces: Tensor<4>, flow_px: Tensor<4>, residual: Tensor<4>, window: Tensor<4>) -> Tensor<4> {
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size([CROP_SIZE_PX, CROP_SIZE_PX]);
    warped(faces, interpolate(flow_px, options) * window) + residual
}
