//! The patch discriminator the compact generator is trained against. It sees a face under a mask, and the mask: real and
//! synthesised faces carry the same one, or it would learn where photographs end instead of what age looks like.
//! Group norms instead of spectral norms, which shrink its signal to nothing at this width.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{GroupNorm, GroupNormConfig};
use burn::tensor::Tensor;

use super::spectral::{PatchConv, PatchConvShape};
use super::with_group_planes;
use crate::model::age_group::GROUP_COUNT;
use crate::model::layers::{ConvShape, Source, conv, leaky};
use crate::model::{AgeGroup, ParameterError};

/// Groups of channels that are brought to one scale together.
const NORM_GROUPS: usize = 8;
const KERNEL: usize = 4;

/// Four 4×4 convolutions of stride 2 and two 3×3, a group norm behind all but the first and the last. The age group
/// enters behind the first as seven planes.
#[derive(Module, Debug)]
pub struct MaskedDiscriminator {
    enter: PatchConv,
    inner: Vec<PatchConv>,
    last: Conv2d,
    norms: Vec<GroupNorm>,
    score: Conv2d,
}

impl MaskedDiscriminator {
    /// Takes its parameters from names below `discriminator.`; `base` is the width of the first convolution, a multiple
    /// of 4.
    ///
    /// # Errors
    /// When the width is none of these, or a parameter is missing or has another shape.
    pub fn new(base: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        if base == 0 || !(2 * base).is_multiple_of(NORM_GROUPS) {
            return Err(ParameterError::Config(format!("a discriminator {base} wide; its width is a multiple of 4")));
        }
        let [enter, inner @ ..] = halving(base);
        let inner = inner.iter().enumerate();
        Ok(Self {
            enter: PatchConv::plain("discriminator.conv1", enter, source)?,
            inner: inner
                .map(|(index, shape)| PatchConv::plain(&format!("discriminator.mid.{index}"), *shape, source))
                .collect::<Result<_, _>>()?,
            last: source.conv("discriminator.mid.3", ConvShape::new(8 * base, 8 * base, 3))?,
            norms: norm_widths(base)
                .into_iter()
                .enumerate()
                .map(|(index, channels)| norm(&format!("discriminator.norm.{index}"), channels, source))
                .collect::<Result<_, _>>()?,
            score: source.conv("discriminator.out", ConvShape::new(8 * base, 1, 3))?,
        })
    }

    /// Faces under their masks `[N, 3, 112, 112]`, RGB in [-1, 1] times the mask, the masks `[N, 1, 112, 112]`, and the
    /// group each face claims to be of, to scores `[N, 1, 7, 7]`.
    pub fn forward(&self, masked_faces: Tensor<4>, masks: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let entered = leaky(self.enter.forward(Tensor::cat(vec![masked_faces, masks], 1)));
        let mut x = with_group_planes(entered, groups);
        for (conv, norm) in self.inner.iter().zip(&self.norms) {
            x = leaky(norm.forward(conv.forward(x)));
        }
        let x = self.norms.iter().skip(self.inner.len()).fold(conv(x, &self.last), |x, norm| leaky(norm.forward(x)));
        conv(x, &self.score)
    }

    /// Name and shape of every parameter.
    pub fn parameters(base: usize) -> Vec<(String, Vec<usize>)> {
        let names = ["conv1", "mid.0", "mid.1", "mid.2"];
        let halving = names
            .into_iter()
            .zip(halving(base))
            .map(|(name, shape)| (name.to_owned(), vec![shape.channels_out, shape.channels_in, KERNEL, KERNEL]));
        let last = [("mid.3".to_owned(), vec![8 * base, 8 * base, 3, 3]), ("out".to_owned(), vec![1, 8 * base, 3, 3])];
        let convolutions = halving.chain(last).flat_map(|(name, shape)| {
            let bias = (format!("discriminator.{name}.bias"), vec![shape[0]]);
            [(format!("discriminator.{name}.weight"), shape), bias]
        });
        let norms = norm_widths(base).into_iter().enumerate().flat_map(|(index, channels)| {
            ["weight", "bias"].map(|leaf| (format!("discriminator.norm.{index}.{leaf}"), vec![channels]))
        });
        convolutions.chain(norms).collect()
    }
}

/// The convolutions that halve the size.
fn halving(base: usize) -> [PatchConvShape; 4] {
    let shape = |channels_in, channels_out| PatchConvShape { channels_in, channels_out, stride: 2 };
    [shape(4, base), shape(base + GROUP_COUNT, 2 * base), shape(2 * base, 4 * base), shape(4 * base, 8 * base)]
}

fn norm_widths(base: usize) -> [usize; 4] {
    [2 * base, 4 * base, 8 * base, 8 * base]
}

/// A group norm with scales `name.weight` and shifts `name.bias`.
fn norm(name: &str, channels: usize, source: Source<'_>) -> Result<GroupNorm, ParameterError> {
    let leaf = |leaf: &str| -> Result<Param<Tensor<1>>, ParameterError> {
        source.param(&format!("{name}.{leaf}"), [channels])
    };
    let (gamma, beta) = (Some(leaf("weight")?), Some(leaf("bias")?));
    Ok(GroupNorm { gamma, beta, ..GroupNormConfig::new(NORM_GROUPS, channels).init(source.device) })
}
