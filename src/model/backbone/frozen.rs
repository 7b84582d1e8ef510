//! The MobileNet as a judge of synthesised faces: it does not learn, but gradients go through it to the faces. The way
//! back is written out, for a CPU: every step of it is a convolution again, done by `cpu`, where burn's would be a
//! transposed convolution and as slow as three passes forward.

use burn::nn::conv::Conv2d;
use burn::nn::{PRelu, PReluConfig};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use crate::model::config::{BackboneConfig, PairConfig};
use crate::model::layers::{ConvShape, Mode, Source, convolve};
use crate::model::{ParameterError, Parameters, cpu};

/// The backbone on a CPU, without gradients of burn's.
#[derive(Debug)]
pub struct FrozenBackbone {
    /// `[C, 3, 3, 3]`, and for the way back `[3, C, 3, 3]`.
    stem: [Tensor<4>; 2],
    stem_bias: Tensor<1>,
    stem_slopes: Vec<f32>,
    pairs: Vec<FrozenPair>,
    input_scale: f32,
}

/// What went into every PReLU on the way to the last features, first to last.
#[derive(Clone, Debug)]
pub struct Passed {
    before: Vec<Tensor<4>>,
}

#[derive(Debug)]
struct FrozenPair {
    depthwise: Conv2d,
    /// The depthwise convolution of the way back, stride 1.
    depthwise_back: Conv2d,
    depthwise_slopes: Vec<f32>,
    pointwise: Conv2d,
    pointwise_slopes: Vec<f32>,
    stride: usize,
    /// PReLUs that leave everything as it is, since what goes into the real ones is kept.
    straight: [PRelu; 2],
}

impl FrozenBackbone {
    /// Whether a network on this device, which has no gradients, is one this serves.
    pub fn serves(device: &Device) -> bool {
        cpu::serves(device)
    }

    /// Takes its parameters from names below `backbone.`. The config must have passed
    /// [`CompactConfig::validate`](crate::model::CompactConfig::validate).
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &BackboneConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        let source = Source { parameters, device, mode: Mode::Training };
        let stem = source.tensor("backbone.stem.weight", ConvShape::new(3, config.stem, 3).weight_shape())?;
        let pairs = config.pairs.iter().enumerate();
        Ok(Self {
            stem: [stem.clone(), stem.flip([2, 3]).swap_dims(0, 1)],
            stem_bias: source.tensor("backbone.stem.bias", [config.stem])?,
            stem_slopes: parameters.get("backbone.stem_act.weight", &[config.stem])?.into_owned(),
            pairs: pairs
                .map(|(index, pair)| FrozenPair::new(&format!("backbone.pairs.{index}"), *pair, source))
                .collect::<Result<_, _>>()?,
            input_scale: config.input_scale,
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1], to the last features `[N, C, 7, 7]`, and what the way back needs.
    pub fn forward(&self, faces: Tensor<4>) -> (Tensor<4>, Passed) {
        let scaled = faces.mul_scalar(self.input_scale);
        let stem = cpu::conv(scaled, self.stem[0].clone(), Some(self.stem_bias.clone()), None, 1.0);
        let mut x = cpu::prelu(stem.clone(), &self.stem_slopes);
        let mut before = vec![stem];
        for pair in &self.pairs {
            let depthwise = cpu::conv_prelu(x, &pair.depthwise, &pair.straight[0]);
            x = cpu::prelu(depthwise.clone(), &pair.depthwise_slopes);
            let pointwise = cpu::conv_prelu(x, &pair.pointwise, &pair.straight[1]);
            x = cpu::prelu(pointwise.clone(), &pair.pointwise_slopes);
            before.extend([depthwise, pointwise]);
        }
        (x, Passed { before })
    }

    /// The gradient at the faces, from that at the last features.
    pub fn backward(&self, gradient: Tensor<4>, passed: &Passed) -> Tensor<4> {
        let mut before = passed.before.iter().rev().cloned();
        // Every PReLU has left what went into it.
        let mut behind = |gradient: Tensor<4>, slopes: &[f32]| match before.next() {
            Some(before) => cpu::prelu_gradient(gradient, before, slopes),
            None => gradient,
        };
        let mut gradient = gradient;
        for pair in self.pairs.iter().rev() {
            gradient = behind(gradient, &pair.pointwise_slopes);
            let back = pair.pointwise.weight.val().swap_dims(0, 1);
            gradient = convolve(gradient, back, None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1));
            gradient = behind(gradient, &pair.depthwise_slopes);
            let spread = if pair.stride == 2 { cpu::spread(gradient) } else { gradient };
            gradient = cpu::conv_prelu(spread, &pair.depthwise_back, &pair.straight[0]);
        }
        let gradient = behind(gradient, &self.stem_slopes);
        cpu::conv(gradient, self.stem[1].clone(), None, None, 1.0).mul_scalar(self.input_scale)
    }
}

impl FrozenPair {
    fn new(name: &str, pair: PairConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let PairConfig { in_channels, out_channels, stride } = pair;
        let depthwise = source.conv(&format!("{name}.depthwise"), ConvShape::depthwise(in_channels, stride))?;
        let back = depthwise.weight.val().flip([2, 3]);
        let slopes = |leaf: &str, channels: usize| {
            source.parameters.get(&format!("{name}.{leaf}.weight"), &[channels]).map(|slopes| slopes.into_owned())
        };
        let straight = |channels| PReluConfig::new().with_num_parameters(channels).with_alpha(1.0).init(source.device);
        Ok(Self {
            depthwise_back: source.conv_of(ConvShape::depthwise(in_channels, 1), back, None),
            depthwise,
            depthwise_slopes: slopes("act1", in_channels)?,
            pointwise: source.conv(&format!("{name}.pointwise"), ConvShape::new(in_channels, out_channels, 1))?,
            pointwise_slopes: slopes("act2", out_channels)?,
            stride,
            straight: [straight(in_channels), straight(out_channels)],
        })
    }
}
