//! The CVPR 2021 decoder: four up-fuse blocks from the group's features to what is added to the face (ARCHITECTURE A.3).

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::up_fuse::{PublishedUpFuse, UpFuseWidths};
use crate::model::backbone::Taps;
use crate::model::layers::{ConvShape, Source, conv};
use crate::model::{Generation, ParameterError};

/// Every stage of the decoder; N is the batch.
#[derive(Clone, Debug)]
pub struct ResidualImageStages {
    /// `[N, 256, 14, 14]`, `[N, 128, 28, 28]`, `[N, 64, 56, 56]`, `[N, 32, 112, 112]` as published.
    pub up: [Tensor<4>; 4],
    /// `[N, 3, 112, 112]`, units of the [-1, 1] image; not bounded.
    pub residual: Tensor<4>,
}

/// Decoder of the residual image.
#[derive(Module, Debug)]
pub struct ResidualImageDecoder {
    up14: PublishedUpFuse,
    up28: PublishedUpFuse,
    up56: PublishedUpFuse,
    up112: PublishedUpFuse,
    to_rgb: Conv2d,
}

impl ResidualImageDecoder {
    /// Takes its parameters from names below `generator.`; `base` is the width of the backbone's first convolution.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(base: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let block = |name: &str, below, skip, out| {
            let widths = UpFuseWidths { name, below, skip, out };
            PublishedUpFuse::new(widths, Generation::Cvpr2021, source)
        };
        Ok(Self {
            up14: block("generator.up_1", 8 * base, 4 * base, 4 * base)?,
            up28: block("generator.up_2", 4 * base, 2 * base, 2 * base)?,
            up56: block("generator.up_3", 2 * base, base, base)?,
            up112: block("generator.up_4", base, 3, base / 2)?,
            to_rgb: source.conv("generator.conv3", ConvShape::new(base / 2, 3, 1))?,
        })
    }

    /// Group features `[N, 512, 7, 7]`, taps and faces `[N, 3, 112, 112]`; one face's (batch 1) serve all groups.
    pub fn forward(&self, features: Tensor<4>, taps: &Taps, faces: Tensor<4>) -> ResidualImageStages {
        let up14 = self.up14.forward(features, taps.t14.clone());
        let up28 = self.up28.forward(up14.clone(), taps.t28.clone());
        let up56 = self.up56.forward(up28.clone(), taps.t56.clone());
        let up112 = self.up112.forward(up56.clone(), faces);
        let residual = conv(up112.clone(), &self.to_rgb);
        ResidualImageStages { up: [up14, up28, up56, up112], residual }
    }
}
