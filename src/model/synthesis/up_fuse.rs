//! The published block that doubles the size of what comes from below and joins it with a skip: two pairs of
//! convolutions, each convolution behind its own norm and activation, and a 1×1 shortcut (ARCHITECTURE §0.5).

use burn::module::Module;
use burn::nn::PRelu;
use burn::tensor::Tensor;

use crate::model::convolution::Convolution;
use crate::model::layers::{ConvShape, Source, doubled};
use crate::model::norm::{ConvNorm, ConvNormNames, LeadingNorm, MOMENTUM, instance_norm_leaky};
use crate::model::{Generation, ParameterError};

/// One block.
#[derive(Module, Debug)]
pub struct PublishedUpFuse {
    joined: Pair,
    alone: Pair,
    shortcut: Convolution,
}

/// Name and channels of one block.
#[derive(Clone, Copy, Debug)]
pub struct UpFuseWidths<'a> {
    /// Prefix of its parameters, such as `generator.up_1`.
    pub name: &'a str,
    /// Channels that come from below.
    pub below: usize,
    /// Channels of the skip.
    pub skip: usize,
    /// Channels that leave.
    pub out: usize,
}

impl PublishedUpFuse {
    /// Takes its parameters from names below the block's.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(widths: UpFuseWidths<'_>, generation: Generation, source: Source<'_>) -> Result<Self, ParameterError> {
        let UpFuseWidths { name, below, skip, out } = widths;
        Ok(Self {
            joined: Pair::new(&format!("{name}.conv"), below + skip, out, generation, source)?,
            alone: Pair::new(&format!("{name}.conv2"), out, out, generation, source)?,
            shortcut: Convolution::new(&format!("{name}.shortcut"), ConvShape::new(below, out, 1), true, source)?,
        })
    }

    /// `below` `[N, C, h, w]` and `skip` `[N, S, 2h, 2w]` to `[N, out, 2h, 2w]`. A skip of batch 1 serves all.
    pub fn forward(&self, below: Tensor<4>, skip: Tensor<4>) -> Tensor<4> {
        let x = doubled(below);
        let ([images, ..], [skips, ..]) = (x.dims(), skip.dims());
        let skip = if skips == images { skip } else { skip.repeat(&[images]) };
        let shortcut = self.shortcut.forward(x.clone());
        let y = self.joined.forward_add(Tensor::cat(vec![x, skip], 1), shortcut);
        self.alone.forward_add(y.clone(), y)
    }
}

/// Two convolutions, each behind a norm and an activation.
#[derive(Module, Debug)]
struct Pair {
    /// What CVPR 2021 learns of norms and slopes; TPAMI 2022 has instance norms and leaky ReLU.
    learnt: Option<Learnt>,
    first: ConvNorm,
    second: Convolution,
}

#[derive(Module, Debug)]
struct Learnt {
    enter: LeadingNorm,
    slopes: PRelu,
}

impl Pair {
    fn new(
        name: &str,
        inputs: usize,
        out: usize,
        generation: Generation,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let part = |index: usize| format!("{name}.{index}");
        let shape = ConvShape::new(inputs, out, 3);
        let second = Convolution::new(&part(5), ConvShape::new(out, out, 3), true, source)?;
        if generation == Generation::Tpami2022 {
            return Ok(Self {
                learnt: None,
                first: ConvNorm::bare(Convolution::new(&part(2), shape, true, source)?),
                second,
            });
        }
        let names = ConvNormNames { conv: &part(2), has_bias: true, norm: &part(3) };
        Ok(Self {
            learnt: Some(Learnt {
                enter: LeadingNorm::new(&part(0), Some(&part(1)), inputs, source)?,
                slopes: source.prelu(&part(4), out)?,
            }),
            first: ConvNorm::new(names, shape, MOMENTUM, source)?,
            second,
        })
    }

    fn forward_add(&self, x: Tensor<4>, addend: Tensor<4>) -> Tensor<4> {
        let y = match &self.learnt {
            Some(learnt) => self.first.forward_prelu(learnt.enter.forward(x), &learnt.slopes),
            None => instance_norm_leaky(self.first.forward(instance_norm_leaky(x))),
        };
        self.second.forward_add(y, addend)
    }
}
