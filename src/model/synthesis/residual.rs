//! The decoder that moves, then repaints (ARCHITECTURE-compact §6): group features and the face's own taps to a flow
//! and a residual.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use crate::model::ParameterError;
use crate::model::backbone::Taps;
use crate::model::config::CompactConfig;
use crate::model::convolution::Convolution;
use crate::model::layers::{ConvShape, Source, conv, conv_add_leaky, conv_same, doubled};

/// Every stage of the decoder for G groups of one face, or for G faces.
#[derive(Clone, Debug)]
pub struct DecoderStages {
    /// `[G, 128, 14, 14]`.
    pub up14: Tensor<4>,
    /// `[G, 80, 28, 28]`.
    pub up28: Tensor<4>,
    /// `[G, 48, 56, 56]`.
    pub up56: Tensor<4>,
    /// `[G, 24, 112, 112]`.
    pub up112: Tensor<4>,
    /// `[G, 2, 28, 28]`, pixels of the crop, x then y.
    pub flow_px: Tensor<4>,
    /// `[G, 3, 112, 112]`, units of the [-1, 1] image, not windowed.
    pub residual: Tensor<4>,
}

/// Doubles the size of what comes from below and joins it with a skip of the face itself.
#[derive(Module, Debug)]
pub struct UpFuse {
    reduce: Conv2d,
    skip: Option<Conv2d>,
    conv1: Conv2d,
    conv2: Convolution,
}

/// Channels of one block.
#[derive(Clone, Copy)]
struct UpFuseWidths {
    below: usize,
    skip: usize,
    /// What the skip is compressed to; `None` takes it as it is.
    keep: Option<usize>,
    out: usize,
}

impl UpFuse {
    fn new(name: &str, widths: UpFuseWidths, source: Source<'_>) -> Result<Self, ParameterError> {
        let UpFuseWidths { below, skip, keep, out } = widths;
        let compress = |keep| source.conv(&format!("{name}.skip"), ConvShape::new(skip, keep, 1));
        Ok(Self {
            reduce: source.conv(&format!("{name}.reduce"), ConvShape::new(below, out, 1))?,
            skip: keep.map(compress).transpose()?,
            conv1: source.conv(&format!("{name}.conv1"), ConvShape::new(out + keep.unwrap_or(skip), out, 3))?,
            conv2: Convolution::new(&format!("{name}.conv2"), ConvShape::new(out, out, 3), true, source)?,
        })
    }

    /// `below` `[G, C, h, w]` of G groups, `skip` `[1, S, 2h, 2w]` of the face they share, or `[G, S, 2h, 2w]` of a face
    /// for each: `[G, out, 2h, 2w]`.
    ///
    /// `conv1` runs over both side by side; a convolution is linear, so the skip's part of it is computed once and
    /// added to each group's.
    fn forward(&self, below: Tensor<4>, skip: Tensor<4>) -> Tensor<4> {
        let u = doubled(conv(below, &self.reduce));
        let s = match &self.skip {
            Some(compress) => conv(skip, compress),
            None => skip,
        };
        let [_, from_below, _, _] = u.dims();
        let [_, from_skip, _, _] = s.dims();
        let weight = self.conv1.weight.val();
        let shared = conv_same(
            s,
            weight.clone().narrow(1, from_below, from_skip),
            self.conv1.bias.as_ref().map(|bias| bias.val()),
        );
        let own = conv_add_leaky(u.clone(), weight.narrow(1, 0, from_below), None, shared);
        self.conv2.forward_add_leaky(own, u)
    }
}

/// Four [`UpFuse`] blocks, the flow read off the second, the residual off the last.
#[derive(Module, Debug)]
pub struct Decoder {
    up14: UpFuse,
    up28: UpFuse,
    up56: UpFuse,
    up112: UpFuse,
    to_flow: Convolution,
    to_rgb: Convolution,
    max_flow_px: f32,
}

impl Decoder {
    /// Takes its parameters from names below `generator.decoder.`. The config must have passed [`CompactConfig::validate`].
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let (widths, keep) = (&config.decoder.widths, &config.decoder.keep);
        let taps = &config.backbone.taps;
        let tap = |name| config.backbone.tap_channels(name).map_err(ParameterError::Config);
        let block = |name: &str, below, skip, keep, out| {
            let name = format!("generator.decoder.{name}");
            UpFuse::new(&name, UpFuseWidths { below, skip, keep, out }, source)
        };
        Ok(Self {
            up14: block("up14", config.icm.out, tap(&taps.t14)?, Some(keep[0]), widths[0])?,
            up28: block("up28", widths[0], tap(&taps.t28)?, Some(keep[1]), widths[1])?,
            up56: block("up56", widths[1], tap(&taps.t56)?, Some(keep[2]), widths[2])?,
            up112: block("up112", widths[2], 3, None, widths[3])?,
            to_flow: Convolution::new("generator.decoder.to_flow", ConvShape::new(widths[1], 2, 3), true, source)?,
            to_rgb: Convolution::new("generator.decoder.to_rgb", ConvShape::new(widths[3], 3, 3), true, source)?,
            max_flow_px: config.decoder.max_flow_px,
        })
    }

    /// Group features `[G, 256, 7, 7]`, the taps of one face and the face itself `[1, 3, 112, 112]` to every stage; or
    /// the taps of G faces, one for each group, and those faces.
    pub fn forward(&self, features: Tensor<4>, taps: &Taps, face: Tensor<4>) -> DecoderStages {
        let up14 = self.up14.forward(features, taps.t14.clone());
        let up28 = self.up28.forward(up14.clone(), taps.t28.clone());
        let flow = self.to_flow.forward(up28.clone());
        let flow_px = flow.div_scalar(self.max_flow_px).tanh().mul_scalar(self.max_flow_px);
        let up56 = self.up56.forward(up28.clone(), taps.t56.clone());
        let up112 = self.up112.forward(up56.clone(), face);
        let residual = self.to_rgb.forward(up112.clone()).tanh();
        DecoderStages { up14, up28, up56, up112, flow_px, residual }
    }
}
