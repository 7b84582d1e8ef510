//! The compact MTLFace assembled: encoding a face, and synthesising it for other age groups.

use burn::tensor::{Device, Tensor, TensorData};

use super::age_estimation::AgeHead;
use super::backbone::{MobileBackbone, Taps};
use super::decomposition::Decomposition;
use super::identity::IdentityHead;
use super::identity_conditional::IdentityConditional;
use super::layers::Source;
use super::synthesis::{Decoder, DecoderStages};
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
    /// Flow in pixels of the crop, x then y, not windowed: `[G, 2, 28, 28]`. For the crop's own size see
    /// [`upsample_flow`](super::synthesis::upsample_flow).
    pub flow_px: Tensor<4>,
    /// Residual in units of the [-1, 1] image, windowed: `[G, 3, 112, 112]`.
    pub residual: Tensor<4>,
}

/// Synthesis with everything it went through, to compare with a reference.
#[derive(Clone, Debug)]
pub struct SynthesisTrace {
    /// Group features `[G, 256, 7, 7]`.
    pub icm: Tensor<4>,
    /// The decoder's stages.
    pub decoder: DecoderStages,
}

/// The compact network on one device.
#[derive(Debug)]
pub struct CompactNetwork {
    backbone: MobileBackbone,
    afd: Decomposition,
    identity: IdentityHead,
    age: AgeHead,
    icm: IdentityConditional,
    decoder: Decoder,
    window: Vec<f32>,
    /// The same on the device, `[1, 1, 112, 112]`.
    window_tensor: Tensor<4>,
}

impl CompactNetwork {
    /// Builds the network from its parameters.
    ///
    /// # Errors
    /// When the config does not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let source = Source { parameters, device };
        let channels = config.afd.channels;
        let window_shape = [1, 1, CROP_SIZE_PX, CROP_SIZE_PX];
        let window = parameters.get("generator.window", &window_shape)?.into_owned();
        Ok(Self {
            backbone: MobileBackbone::new(&config.backbone, source)?,
            afd: Decomposition::new(&config.afd, source)?,
            identity: IdentityHead::new(channels, config.identity.dim, source)?,
            age: AgeHead::new(channels, &config.age, source)?,
            icm: IdentityConditional::new(channels, &config.icm, source)?,
            decoder: Decoder::new(config, source)?,
            window_tensor: Tensor::from_data(TensorData::new(window.clone(), window_shape), device),
            window,
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        let Taps { t56, t28, t14, x } = self.backbone.forward(faces);
        let divided = self.afd.forward(x.clone());
        let embedding = self.identity.forward(divided.x_id.clone());
        let (age_logits, group_logits) = self.age.forward(divided.x_age.clone());
        Encoding {
            t56,
            t28,
            t14,
            x,
            channel_gate: divided.channel_gate,
            spatial_gate: divided.spatial_gate,
            x_id: divided.x_id,
            x_age: divided.x_age,
            embedding,
            age_logits,
            group_logits,
        }
    }

    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once;
    /// at least one.
    pub fn synthesise(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Synthesis {
        let decoder = self.synthesise_traced(face, encoding, groups).decoder;
        Synthesis { flow_px: decoder.flow_px, residual: decoder.residual * self.window_tensor.clone() }
    }

    /// [`Self::synthesise`] with every stage kept; its residual is not windowed.
    pub fn synthesise_traced(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> SynthesisTrace {
        let icm = self.icm.forward(&encoding.x_id, groups);
        let taps = Taps {
            t56: encoding.t56.clone(),
            t28: encoding.t28.clone(),
            t14: encoding.t14.clone(),
            x: encoding.x.clone(),
        };
        let decoder = self.decoder.forward(icm.clone(), &taps, face);
        SynthesisTrace { icm, decoder }
    }

    /// The pooling pyramid behind the channel gate, `[N, 14336]` for features `[N, 1024, 7, 7]`.
    pub fn pyramid(&self, x: Tensor<4>) -> Tensor<2> {
        self.afd.pyramid(&x)
    }

    /// The soft window `[112 × 112]`, row-major, 0 at the border of the crop and 1 over the face.
    pub fn window(&self) -> &[f32] {
        &self.window
    }
}
