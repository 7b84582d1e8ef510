//! The improved-residual backbone (IR) of both published networks: a stem and four stages of residual units whose
//! stride sits in the second convolution (ARCHITECTURE §0.1).

use burn::module::Module;
use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};

use super::Taps;
use crate::model::layers::{ConvShape, Source, conv};
use crate::model::norm::{ConvNorm, ConvNormNames, LeadingNorm, MOMENTUM};
use crate::model::{ParameterError, PublishedConfig};

/// How many times fewer channels the hidden layer of a squeeze-and-excitation step has.
pub const SQUEEZE_REDUCTION: usize = 16;

/// The backbone on one device.
#[derive(Module, Debug)]
pub struct ImprovedResidualBackbone {
    stem: ConvNorm,
    stem_slopes: PRelu,
    stages: Vec<Vec<ResidualUnit>>,
}

impl ImprovedResidualBackbone {
    /// Takes its parameters from names below `prefix`, such as `backbone` or `encoder`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(prefix: &str, config: &PublishedConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let stem = format!("{prefix}.input_layer");
        let mut channels = config.base_width;
        let mut stages = Vec::with_capacity(config.depths.len());
        for (stage, (out, depth)) in config.stage_channels().into_iter().zip(config.depths).enumerate() {
            let mut units = Vec::with_capacity(depth);
            for unit in 0..depth {
                let name = format!("{prefix}.block{}.{unit}", stage + 1);
                let widths = UnitWidths { channels, out, stride: if unit == 0 { 2 } else { 1 } };
                units.push(ResidualUnit::new(&name, widths, config.squeeze_excite, source)?);
                channels = out;
            }
            stages.push(units);
        }
        let shape = ConvShape::new(3, config.base_width, 3);
        Ok(Self {
            stem: conv_norm(&format!("{stem}.0"), &format!("{stem}.1"), shape, source)?,
            stem_slopes: source.prelu(&format!("{stem}.2"), config.base_width)?,
            stages,
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn forward(&self, faces: Tensor<4>) -> Taps {
        self.stages(self.stem(faces))
    }

    /// Faces to the features in front of the first stage, `[N, 64, 112, 112]`.
    pub fn stem(&self, faces: Tensor<4>) -> Tensor<4> {
        self.stem.forward_prelu(faces, &self.stem_slopes)
    }

    /// What [`Self::stem`] yields to the outputs of the four stages.
    pub fn stages(&self, stem: Tensor<4>) -> Taps {
        let run = |x: Tensor<4>, stage: usize| self.stages[stage].iter().fold(x, |x, unit| unit.forward(x));
        let t56 = run(stem, 0);
        let t28 = run(t56.clone(), 1);
        let t14 = run(t28.clone(), 2);
        let x = run(t14.clone(), 3);
        Taps { t56, t28, t14, x }
    }
}

#[derive(Clone, Copy)]
struct UnitWidths {
    channels: usize,
    out: usize,
    stride: usize,
}

/// `side(x) + norm(conv(prelu(norm(conv(norm(x))))))`.
#[derive(Module, Debug)]
struct ResidualUnit {
    enter: LeadingNorm,
    first: ConvNorm,
    slopes: PRelu,
    second: ConvNorm,
    squeeze_excite: Option<SqueezeExcite>,
    /// A 1×1 convolution where the channels change; every `stride`-th pixel as it is where not.
    side: Option<ConvNorm>,
    stride: usize,
}

impl ResidualUnit {
    fn new(name: &str, widths: UnitWidths, squeezes: bool, source: Source<'_>) -> Result<Self, ParameterError> {
        let UnitWidths { channels, out, stride } = widths;
        let branch = |index: usize| format!("{name}.res_layer.{index}");
        let side = || {
            let (conv, norm) = (format!("{name}.shortcut_layer.0"), format!("{name}.shortcut_layer.1"));
            conv_norm(&conv, &norm, ConvShape::new(channels, out, 1).with_stride(stride), source)
        };
        let second = ConvShape::new(out, out, 3).with_stride(stride);
        Ok(Self {
            enter: LeadingNorm::new(&branch(0), None, channels, source)?,
            first: conv_norm(&branch(1), &branch(2), ConvShape::new(channels, out, 3), source)?,
            slopes: source.prelu(&branch(3), out)?,
            second: conv_norm(&branch(4), &branch(5), second, source)?,
            squeeze_excite: squeezes.then(|| SqueezeExcite::new(&branch(6), out, source)).transpose()?,
            side: (channels != out).then(side).transpose()?,
            stride,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let side = match &self.side {
            Some(side) => side.forward(x.clone()),
            None => every_nth(x.clone(), self.stride),
        };
        let inner = self.first.forward_prelu(self.enter.forward(x), &self.slopes);
        match &self.squeeze_excite {
            Some(squeeze_excite) => squeeze_excite.forward(self.second.forward(inner)) + side,
            None => self.second.forward_add(inner, side),
        }
    }
}

/// Channels weighed by what the whole map says of them.
#[derive(Module, Debug)]
struct SqueezeExcite {
    squeeze: Conv2d,
    excite: Conv2d,
}

impl SqueezeExcite {
    fn new(name: &str, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let hidden = (channels / SQUEEZE_REDUCTION).max(1);
        let layer = |leaf: &str, shape| source.conv_named(&format!("{name}.{leaf}"), shape, false);
        Ok(Self {
            squeeze: layer("fc1", ConvShape::new(channels, hidden, 1))?,
            excite: layer("fc2", ConvShape::new(hidden, channels, 1))?,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mean = x.clone().mean_dim(2).mean_dim(3);
        x * sigmoid(conv(relu(conv(mean, &self.squeeze)), &self.excite))
    }
}

/// Every `stride`-th row and column.
fn every_nth(x: Tensor<4>, stride: usize) -> Tensor<4> {
    if stride == 1 {
        return x;
    }
    let [images, channels, height, width] = x.dims();
    let (rows, columns) = (height.div_ceil(stride), width.div_ceil(stride));
    // Whole strides only: the crop's side is 16 · 7.
    let split = x.reshape([images * channels, rows, stride, columns * stride]).narrow(2, 0, 1);
    let split = split.reshape([images * channels, rows, columns, stride]).narrow(3, 0, 1);
    split.reshape([images, channels, rows, columns])
}

fn conv_norm(conv: &str, norm: &str, shape: ConvShape, source: Source<'_>) -> Result<ConvNorm, ParameterError> {
    ConvNorm::new(ConvNormNames { conv, has_bias: false, norm }, shape, MOMENTUM, source)
}
