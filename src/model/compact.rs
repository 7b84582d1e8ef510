//! The compact MTLFace assembled: one encoding feeds recognition, age and synthesis (ARCHITECTURE-compact).

use burn::tensor::{Device, Tensor};

use super::age_estimation::AgeHead;
use super::backbone::{MobileBackbone, Taps};
use super::decomposition::Decomposition;
use super::identity::IdentityHead;
use super::identity_conditional::IdentityConditional;
use super::layers::Source;
use super::synthesis::Decoder;
use super::synthesis::residual::window_tensor;
use super::{AgeGroup, CROP_SIZE_PX, CompactConfig, ParameterError, Parameters};

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
pub struct CompactNetwork {
    backbone: MobileBackbone,
    decomposition: Decomposition,
    identity: IdentityHead,
    age: AgeHead,
    identity_conditional: IdentityConditional,
    decoder: Decoder,
    window: Vec<f32>,
    window_on_device: Tensor<4>,
}

impl CompactNetwork {
    /// Builds the network from its parameters.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        let source = Source { parameters, device };
        let channels = config.afd.channels;
        let window = parameters.get("generator.window", &[1, 1, CROP_SIZE_PX, CROP_SIZE_PX])?.to_vec();
        Ok(Self {
            backbone: MobileBackbone::new(&config.backbone, source)?,
            decomposition: Decomposition::new(&config.afd, source)?,
            identity: IdentityHead::new(channels, config.identity.dim, source)?,
            age: AgeHead::new(channels, &config.age, source)?,
            identity_conditional: IdentityConditional::new(channels, &config.icm, source)?,
            decoder: Decoder::new(config.icm.out, &config.decoder, source)?,
            window_on_device: window_tensor(&window, device),
            window,
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        let Taps { t56, t28, t14, x } = self.backbone.forward(faces);
        let parts = self.decomposition.forward(x.clone());
        let embedding = self.identity.forward(parts.x_id.clone());
        let (age_logits, group_logits) = self.age.forward(parts.x_age.clone());
        Encoding {
            t56,
            t28,
            t14,
            x,
            channel_gate: parts.channel_gate,
            spatial_gate: parts.spatial_gate,
            x_id: parts.x_id,
            x_age: parts.x_age,
            embedding,
            age_logits,
            group_logits,
        }
    }

    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once.
    /// What does not depend on the group is computed once.
    pub fn synthesise(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Synthesis {
        let redrawn = self.identity_conditional.forward(&encoding.x_id, groups);
        let taps = Taps {
            t56: encoding.t56.clone(),
            t28: encoding.t28.clone(),
            t14: encoding.t14.clone(),
            x: encoding.x.clone(),
        };
        let (flow_px, residual) = self.decoder.forward(redrawn, &taps, &face);
        Synthesis { flow_px, residual: residual * self.window_on_device.clone() }
    }

    /// The soft window `[112 × 112]`, row-major, 0 at the border of the crop and 1 over the face.
    pub fn window(&self) -> &[f32] {
        &self.window
    }
}
