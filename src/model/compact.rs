//! The compact MTLFace assembled: encoding a face, and synthesising it for other age groups.

use burn::tensor::{Device, Tensor};

use super::age_estimation::AgeHead;
use super::backbone::MobileBackbone;
use super::decomposition::Decomposition;
use super::encoding::{Encoding, Synthesis};
use super::identity::IdentityHead;
use super::identity_conditional::IdentityConditional;
use super::layers::Source;
use super::synthesis::{Decoder, DecoderStages, Window, changed};
use super::{AgeGroup, CROP_SIZE_PX, CompactConfig, ParameterError, Parameters};

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
    window: Window,
}

impl CompactNetwork {
    /// Builds the network from its parameters.
    ///
    /// # Errors
    /// When the config does not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let source = Source::running(parameters, device);
        let channels = config.afd.channels;
        let window_shape = [1, 1, CROP_SIZE_PX, CROP_SIZE_PX];
        let window = parameters.get("generator.window", &window_shape)?.into_owned();
        Ok(Self {
            backbone: MobileBackbone::new(&config.backbone, source)?,
            afd: Decomposition::compact(&config.afd, source)?,
            identity: IdentityHead::compact(channels, config.identity.dim, source)?,
            age: AgeHead::compact(channels, &config.age, source)?,
            icm: IdentityConditional::compact(channels, &config.icm, source)?,
            decoder: Decoder::new(config, source)?,
            window: Window::new(window, device),
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        let taps = self.backbone.forward(faces);
        let divided = self.afd.forward(taps.x.clone());
        let embedding = self.identity.forward(divided.x_id.clone());
        let age = self.age.forward(divided.x_age.clone());
        Encoding::new(taps, divided, embedding, age)
    }

    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once;
    /// at least one.
    pub fn synthesise(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Synthesis {
        let decoder = self.synthesise_traced(face, encoding, groups).decoder;
        Synthesis { flow_px: decoder.flow_px, residual: self.window.apply(decoder.residual) }
    }

    /// The face itself as it looks in several groups, `[G, 3, 112, 112]` in [-1, 1]: what [`Self::synthesise`] yields,
    /// applied to the crop.
    pub fn aged(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Tensor<4> {
        let Synthesis { flow_px, residual } = self.synthesise(face.clone(), encoding, groups);
        let faces = face.repeat(&[groups.len()]);
        changed(faces, flow_px, residual, self.window.tensor()).clamp(-1.0, 1.0)
    }

    /// [`Self::synthesise`] with every stage kept; its residual is not windowed.
    pub fn synthesise_traced(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> SynthesisTrace {
        let icm = self.icm.forward(&encoding.x_id, groups);
        let decoder = self.decoder.forward(icm.clone(), &encoding.taps(), face);
        SynthesisTrace { icm, decoder }
    }

    /// The pooling pyramid behind the channel gate, `[N, 14336]` for features `[N, 1024, 7, 7]`.
    pub fn pyramid(&self, x: Tensor<4>) -> Tensor<2> {
        self.afd.pyramid(&x)
    }

    /// The soft window `[112 × 112]`, row-major, 0 at the border of the crop and 1 over the face.
    pub fn window(&self) -> &[f32] {
        self.window.values()
    }
}
