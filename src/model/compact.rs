//! STUB (owner: model). The compact MTLFace assembled.
use burn::tensor::{Device, Tensor};

use super::{AgeGroup, CompactConfig, ParameterError, Parameters};

/// What encoding a batch of faces yields. N is the batch.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// Backbone tap `[N, 128, 56, 56]`.
    pub t56: Tensor<4>,
    /// Backbone tap `[N, 256, 28, 28]`.
    pub t28: Tensor<4>,
    /// Backbone tap `[N, 512, 14, 14]`.
    pub t14: Tensor<4>,
    /// Last features `[N, 1024, 7, 7]`.
    pub x: Tensor<4>,
    /// `[N, 1024, 1, 1]`, 0 to 1: share of a channel given to age.
    pub channel_gate: Tensor<4>,
    /// `[N, 1, 7, 7]`, 0 to 1: share of a cell given to age.
    pub spatial_gate: Tensor<4>,
    /// Identity features `[N, 1024, 7, 7]`.
    pub x_id: Tensor<4>,
    /// Age features `[N, 1024, 7, 7]`.
    pub x_age: Tensor<4>,
    /// `[N, 128]`, not normalised.
    pub embedding: Tensor<2>,
    /// `[N, 101]`.
    pub age_logits: Tensor<2>,
    /// `[N, 7]`.
    pub group_logits: Tensor<2>,
}

/// What synthesis yields for G target groups of one face.
#[derive(Clone, Debug)]
pub struct Synthesis {
    /// Flow in pixels of the crop, x then y, not windowed: `[G, 2, 28, 28]`.
    pub flow_px: Tensor<4>,
    /// Residual in units of the [-1, 1] image, windowed: `[G, 3, 112, 112]`.
    pub residual: Tensor<4>,
}

/// The compact network on one device.
#[derive(Debug)]
pub struct CompactNetwork {}

impl CompactNetwork {
    /// Builds the network from its parameters.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(_config: &CompactConfig, _parameters: &Parameters, _device: &Device) -> Result<Self, ParameterError> {
        todo!()
    }
    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, _faces: Tensor<4>) -> Encoding {
        todo!()
    }
    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once.
    pub fn synthesise(&self, _face: Tensor<4>, _encoding: &Encoding, _groups: &[AgeGroup]) -> Synthesis {
        todo!()
    }
    /// The soft window `[112 × 112]`, row-major, 0 at the border of the crop and 1 over the face.
    pub fn window(&self) -> &[f32] {
        todo!()
    }
}
