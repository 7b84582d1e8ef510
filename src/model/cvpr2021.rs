//! The MTLFace of CVPR 2021 assembled: encoding a face, and synthesising it for other age groups (ARCHITECTURE A).

use burn::tensor::{Device, Tensor};

use super::backbone::Taps;
use super::encoding::{Encoding, Synthesis};
use super::identity_conditional::{IdentityConditional, RoutedBlock};
use super::layers::Source;
use super::published_encoder::PublishedEncoder;
use super::synthesis::{ResidualImageDecoder, ResidualImageStages, Window};
use super::{AgeGroup, FLOW_SIZE, ParameterError, Parameters, PublishedConfig};

/// The network on one device, built to run.
#[derive(Debug)]
pub struct Cvpr2021Network {
    encoder: PublishedEncoder,
    conditional: IdentityConditional,
    decoder: ResidualImageDecoder,
    window: Window,
}

/// Synthesis with everything it went through, to compare with a reference.
#[derive(Clone, Debug)]
pub struct Cvpr2021Trace {
    /// Group features `[G, 512, 7, 7]`.
    pub conditional: Tensor<4>,
    /// The decoder's stages; the residual is not windowed.
    pub decoder: ResidualImageStages,
}

impl Cvpr2021Network {
    /// Builds the network from its parameters: those of `backbone`, `estimation_network` and `generator`.
    ///
    /// # Errors
    /// When the widths do not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &PublishedConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let source = Source::running(parameters, device);
        let top = config.top_channels();
        let block = RoutedBlock { name: "generator", channels: top, unit: 2 * config.base_width, source };
        Ok(Self {
            encoder: PublishedEncoder::new(config, source)?,
            conditional: IdentityConditional::cvpr2021(block)?,
            decoder: ResidualImageDecoder::new(config.base_width, source)?,
            window: Window::over_the_face(device),
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        self.encoder.encode(faces)
    }

    /// The half of the network that reads a face, step by step.
    pub fn encoder(&self) -> &PublishedEncoder {
        &self.encoder
    }

    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once; at least
    /// one. Nothing moves: the flow is zero.
    pub fn synthesise(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Synthesis {
        let device = face.device();
        let residual = self.synthesise_traced(face, encoding, groups).decoder.residual;
        Synthesis {
            flow_px: Tensor::zeros([groups.len(), 2, FLOW_SIZE, FLOW_SIZE], &device),
            residual: self.window.apply(residual),
        }
    }

    /// [`Self::synthesise`] with every stage kept; its residual is not windowed.
    pub fn synthesise_traced(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Cvpr2021Trace {
        let conditional = self.conditional.forward(&encoding.x_id, groups);
        let taps: Taps = encoding.taps();
        let decoder = self.decoder.forward(conditional.clone(), &taps, face);
        Cvpr2021Trace { conditional, decoder }
    }

    /// The soft window `[112 × 112]`, row-major.
    pub fn window(&self) -> &[f32] {
        self.window.values()
    }
}
