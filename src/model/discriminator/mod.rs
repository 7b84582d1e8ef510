//! Patch discriminators: does each patch of a face look like a photograph of its age group? Here that of CVPR 2021
//! (§3.2; ARCHITECTURE A.4), in `masked` that of the compact network. Needed in training only. What is made of their
//! scores is `training`'s business.

mod masked;
mod spectral;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::age_group::GROUP_COUNT;
use super::layers::{Source, leaky};
use super::{AgeGroup, ParameterError};
pub use masked::MaskedDiscriminator;
use spectral::{PatchConv, PatchConvShape};

/// Six 4×4 convolutions. The group enters behind the first as seven planes, all zeros but the group's own of ones.
#[derive(Module, Debug)]
pub struct Discriminator {
    enter: PatchConv,
    inner: Vec<PatchConv>,
    score: PatchConv,
}

impl Discriminator {
    /// Takes its parameters from names below `discriminator.`; `base` is the width of the first convolution.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(base: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let inner = [
            PatchConvShape { channels_in: base + GROUP_COUNT, channels_out: 2 * base, stride: 2 },
            PatchConvShape { channels_in: 2 * base, channels_out: 4 * base, stride: 2 },
            PatchConvShape { channels_in: 4 * base, channels_out: 8 * base, stride: 2 },
            PatchConvShape { channels_in: 8 * base, channels_out: 8 * base, stride: 1 },
        ];
        // The names count activations too.
        let inner = inner
            .into_iter()
            .enumerate()
            .map(|(index, shape)| PatchConv::spectral(&format!("discriminator.main.{}", 2 * index), shape, source));
        let enter = PatchConvShape { channels_in: 3, channels_out: base, stride: 2 };
        let score = PatchConvShape { channels_in: 8 * base, channels_out: 1, stride: 1 };
        Ok(Self {
            enter: PatchConv::plain("discriminator.conv1", enter, source)?,
            inner: inner.collect::<Result<_, _>>()?,
            score: PatchConv::plain("discriminator.main.8", score, source)?,
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1], and the group each claims to be of, to raw scores `[N, 1, 5, 5]`.
    ///
    /// Every call on a device with gradients takes one step of the power iteration behind the spectral norms, unless
    /// the network is frozen.
    pub fn forward(&self, faces: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let joined = with_group_planes(leaky(self.enter.forward(faces)), groups);
        self.score.forward(self.inner.iter().fold(joined, |x, conv| leaky(conv.forward(x))))
    }
}

/// Features `[N, C, H, W]` and behind them seven planes of each face's group: `[N, C + 7, H, W]`.
fn with_group_planes(x: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
    let [images, _, height, width] = x.dims();
    let planes = group_planes(groups, &x.device()).cast(x.dtype());
    Tensor::cat(vec![x, planes.expand([images, GROUP_COUNT, height, width])], 1)
}

/// `[N, 7, 1, 1]`: 1 at each face's group.
fn group_planes(groups: &[AgeGroup], device: &Device) -> Tensor<4> {
    let mut values = vec![0.0; groups.len() * GROUP_COUNT];
    for (row, group) in values.chunks_mut(GROUP_COUNT).zip(groups) {
        row[group.index()] = 1.0;
    }
    Tensor::from_data(TensorData::new(values, [groups.len(), GROUP_COUNT, 1, 1]), device)
}
