//! SFace, a MobileNet: stem and thirteen depthwise-separable pairs, each convolution followed by PReLU, batch norms
//! folded in (ARCHITECTURE-compact §1).

use burn::module::Module;
use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::Taps;
use crate::model::ParameterError;
use crate::model::config::{BackboneConfig, PairConfig};
use crate::model::convolution::Convolution;
use crate::model::layers::{ConvShape, Source, conv_prelu};

/// The backbone on one device.
#[derive(Module, Debug)]
pub struct MobileBackbone {
    stem: Convolution,
    stem_activation: PRelu,
    pairs: Vec<SeparablePair>,
    input_scale: f32,
    /// Pairs whose output is kept, finest first; the last pair's is always kept.
    tapped_pairs: [usize; 3],
}

impl MobileBackbone {
    /// Takes its parameters from names below `backbone.`. The config must have passed
    /// [`CompactConfig::validate`](crate::model::CompactConfig::validate).
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &BackboneConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let pairs = config.pairs.iter().enumerate();
        Ok(Self {
            stem: Convolution::new("backbone.stem", ConvShape::new(3, config.stem, 3), true, source)?,
            stem_activation: source.prelu("backbone.stem_act", config.stem)?,
            pairs: pairs
                .map(|(index, pair)| SeparablePair::new(&format!("backbone.pairs.{index}"), *pair, source))
                .collect::<Result<_, _>>()?,
            input_scale: config.input_scale,
            tapped_pairs: config.tapped_pairs().map_err(ParameterError::Config)?,
        })
    }

    /// Faces `[N, 3, 112, 112]` as far as the output of the first `pairs` pairs.
    pub fn forward_until(&self, faces: Tensor<4>, pairs: usize) -> Tensor<4> {
        let stem = self.stem.forward_prelu(faces.mul_scalar(self.input_scale), &self.stem_activation);
        self.pairs.iter().take(pairs).fold(stem, |x, pair| pair.forward(x))
    }

    /// What [`Self::forward_until`] yields on through the other pairs, to the last features.
    pub fn forward_from(&self, x: Tensor<4>, pairs: usize) -> Tensor<4> {
        self.pairs.iter().skip(pairs).fold(x, |x, pair| pair.forward(x))
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn forward(&self, faces: Tensor<4>) -> Taps {
        let scaled = faces.mul_scalar(self.input_scale);
        let mut x = self.stem.forward_prelu(scaled, &self.stem_activation);
        let mut kept = self.tapped_pairs.map(|_| None);
        for (index, pair) in self.pairs.iter().enumerate() {
            x = pair.forward(x);
            if let Some(tap) = self.tapped_pairs.iter().position(|tapped| *tapped == index) {
                kept[tap] = Some(x.clone());
            }
        }
        // Every tapped pair exists, so the last features never stand in for one.
        let [t56, t28, t14] = kept.map(|tap| tap.unwrap_or_else(|| x.clone()));
        Taps { t56, t28, t14, x }
    }
}

/// A depthwise 3×3 and a pointwise 1×1 convolution.
#[derive(Module, Debug)]
struct SeparablePair {
    depthwise: Conv2d,
    depthwise_activation: PRelu,
    pointwise: Conv2d,
    pointwise_activation: PRelu,
}

impl SeparablePair {
    fn new(name: &str, pair: PairConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let PairConfig { in_channels, out_channels, stride } = pair;
        Ok(Self {
            depthwise: source.conv(&format!("{name}.depthwise"), ConvShape::depthwise(in_channels, stride))?,
            depthwise_activation: source.prelu(&format!("{name}.act1"), in_channels)?,
            pointwise: source.conv(&format!("{name}.pointwise"), ConvShape::new(in_channels, out_channels, 1))?,
            pointwise_activation: source.prelu(&format!("{name}.act2"), out_channels)?,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = conv_prelu(x, &self.depthwise, &self.depthwise_activation);
        conv_prelu(x, &self.pointwise, &self.pointwise_activation)
    }
}
