//! The MTLFace of TPAMI 2022 assembled: encoding a face, its style codes for an age group, and the picture drawn from
//! them (ARCHITECTURE B).

use burn::tensor::{Device, Tensor};

use super::convolution::Convolution;
use super::encoding::Encoding;
use super::identity_conditional::{IdentityConditional, RoutedBlock};
use super::layers::{ConvShape, Source};
use super::published_encoder::PublishedEncoder;
use super::style_codes::StyleBlocks;
use super::synthesis::styled::{self, DecoderStart, Modulations, Noise, StyleDecoder, StyleDecoderTrace};
use super::synthesis::{PublishedUpFuse, UpFuseWidths, Window};
use super::{AgeGroup, Generation, ParameterError, Parameters, PublishedConfig};

/// The network on one device, built to run.
#[derive(Debug)]
pub struct Tpami2022Network {
    encoder: PublishedEncoder,
    coarse: StyleBlocks,
    middle: StyleBlocks,
    fine: StyleBlocks,
    aging: [IdentityConditional; 3],
    upsample: [PublishedUpFuse; 3],
    lateral: [Convolution; 2],
    decoder: StyleDecoder,
    window: Window,
}

/// Style codes of one face at one age and what they make of the decoder.
#[derive(Clone, Debug)]
pub struct StyleCodes {
    /// W+ without the mean code, `[1, 12, C]`.
    pub codes: Tensor<3>,
    modulations: Modulations,
}

impl StyleCodes {
    /// A blend: 0 is this one, 1 the other.
    #[must_use]
    pub fn between(&self, other: &Self, fraction: f32) -> Self {
        Self {
            codes: styled::blend(self.codes.clone(), other.codes.clone(), fraction),
            modulations: self.modulations.between(&other.modulations, fraction),
        }
    }
}

/// Everything between a face's features and its style codes, to compare with a reference.
#[derive(Clone, Debug)]
pub struct StyleCodesTrace {
    /// Outputs of the three routed blocks: 7×7, 14×14, 28×28.
    pub aging: [Tensor<4>; 3],
    /// Outputs of the three up-fuse blocks: 14×14, 28×28, 56×56.
    pub upsample: [Tensor<4>; 3],
    /// What the middle and the fine style blocks see: 14×14, 56×56.
    pub lateral: [Tensor<4>; 2],
    /// W+, `[1, 12, C]`.
    pub codes: Tensor<3>,
}

impl Tpami2022Network {
    /// Builds the network from its parameters.
    ///
    /// # Errors
    /// When the widths do not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &PublishedConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let source = Source::running(parameters, device);
        let (base, top) = (config.base_width, config.top_channels());
        let aging = |name, channels: usize| {
            IdentityConditional::tpami2022(RoutedBlock { name, channels, unit: channels / 4, source })
        };
        let up_fuse = |name, below, skip, out| {
            PublishedUpFuse::new(UpFuseWidths { name, below, skip, out }, Generation::Tpami2022, source)
        };
        Ok(Self {
            encoder: PublishedEncoder::new(config, source)?,
            coarse: StyleBlocks::new(0..3, top, source)?,
            middle: StyleBlocks::new(3..7, top, source)?,
            fine: StyleBlocks::new(7..12, top, source)?,
            aging: [
                aging("encoder.aging1", top)?,
                aging("encoder.aging2", 4 * base)?,
                aging("encoder.aging3", 2 * base)?,
            ],
            upsample: [
                up_fuse("encoder.upsample1", top, 4 * base, 4 * base)?,
                up_fuse("encoder.upsample2", 4 * base, 2 * base, 2 * base)?,
                up_fuse("encoder.upsample3", 2 * base, base, base)?,
            ],
            lateral: [
                Convolution::new("encoder.latlayer1", ConvShape::new(4 * base, top, 3), true, source)?,
                Convolution::new("encoder.latlayer2", ConvShape::new(base, top, 3), true, source)?,
            ],
            decoder: StyleDecoder::new(top, source)?,
            window: Window::over_the_face(device),
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1]. The embeddings have unit length.
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        self.encoder.encode(faces)
    }

    /// The half of the network that reads a face, step by step.
    pub fn encoder(&self) -> &PublishedEncoder {
        &self.encoder
    }

    /// The style codes of one face (its encoding, batch 1) for an age group: once per face and group.
    pub fn codes(&self, encoding: &Encoding, group: AgeGroup) -> StyleCodes {
        let codes = self.codes_traced(encoding, group).codes;
        StyleCodes { modulations: self.decoder.modulations(codes.clone()), codes }
    }

    /// The same from W+ codes made elsewhere, `[1, 12, C]`.
    pub fn codes_from(&self, codes: Tensor<3>) -> StyleCodes {
        StyleCodes { modulations: self.decoder.modulations(codes.clone()), codes }
    }

    /// [`Self::codes`] with everything it goes through. Each lateral layer runs once for all styles it feeds.
    pub fn codes_traced(&self, encoding: &Encoding, group: AgeGroup) -> StyleCodesTrace {
        let groups = [group];
        let coarse = self.coarse.forward(encoding.x_id.clone());
        let aging1 = self.aging[0].forward(&encoding.x_id, &groups);
        let up14 = self.upsample[0].forward(aging1.clone(), encoding.t14.clone());
        let lateral14 = self.lateral[0].forward(up14.clone());
        let middle = self.middle.forward(lateral14.clone());
        let aging2 = self.aging[1].forward(&up14, &groups);
        let up28 = self.upsample[1].forward(aging2.clone(), encoding.t28.clone());
        let aging3 = self.aging[2].forward(&up28, &groups);
        let up56 = self.upsample[2].forward(aging3.clone(), encoding.t56.clone());
        let lateral56 = self.lateral[1].forward(up56.clone());
        let fine = self.fine.forward(lateral56.clone());
        StyleCodesTrace {
            aging: [aging1, aging2, aging3],
            upsample: [up14, up28, up56],
            lateral: [lateral14, lateral56],
            codes: Tensor::cat(vec![coarse, middle, fine], 1),
        }
    }

    /// What of a face's decoding does not depend on the age; the codes may be those of any of its ages. Once per face.
    pub fn start(&self, codes: &StyleCodes, noise: &Noise) -> DecoderStart {
        self.decoder.start(&codes.modulations, noise)
    }

    /// The face drawn from its codes, `[1, 3, 112, 112]` in [-1, 1]: the whole crop, not a change to it.
    pub fn decode(&self, start: &DecoderStart, codes: &StyleCodes, noise: &Noise) -> Tensor<4> {
        styled::to_crop(self.decoder.finish(start, &codes.modulations, noise))
    }

    /// Every level of the decoder, to compare with a reference; the last colour is the picture at 128 pixels.
    pub fn decode_traced(&self, codes: &StyleCodes, noise: &Noise) -> StyleDecoderTrace {
        self.decoder.trace(&codes.modulations, noise)
    }

    /// The soft window `[112 × 112]`, row-major, that keeps a redrawn face from ending in a seam.
    pub fn window(&self) -> &[f32] {
        self.window.values()
    }
}
