//! The CVPR 2021 module as it is trained: all channels of every sample, masked to the sample's group behind the norms,
//! because batch statistics are taken before the mask (ARCHITECTURE §0.4).

use burn::module::Module;
use burn::nn::PRelu;
use burn::tensor::{Device, Tensor, TensorData};

use super::{CVPR2021_OVERLAP, PUBLISHED_RESIDUAL_UNITS, RoutedBlock, Slices, routed_width};
use crate::model::layers::ConvShape;
use crate::model::norm::{ConvNorm, ConvNormNames, MOMENTUM};
use crate::model::{AgeGroup, ParameterError};

/// Routed convolutions in the published dense shape.
#[derive(Module, Debug)]
pub struct DenseIdentityConditional {
    enter: ConvNorm,
    enter_slopes: PRelu,
    units: Vec<RoutedResidual>,
    leave: ConvNorm,
    leave_slopes: PRelu,
    width: usize,
    unit: usize,
    start: Vec<usize>,
}

#[derive(Module, Debug)]
struct RoutedResidual {
    first: ConvNorm,
    first_slopes: PRelu,
    second: ConvNorm,
    second_slopes: PRelu,
}

impl DenseIdentityConditional {
    /// Takes its parameters from names below the block's.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape, or the table of slices is not one.
    pub fn new(block: RoutedBlock<'_>) -> Result<Self, ParameterError> {
        let RoutedBlock { name, channels, unit, source } = block;
        let width = routed_width(unit, CVPR2021_OVERLAP);
        let Slices { unit, start } = Slices::published(name, width, source.parameters)?;
        let conv = |name: &str, inputs, outputs, kernel| {
            let (conv, norm) = (format!("{name}.0"), format!("{name}.1"));
            let names = ConvNormNames { conv: &conv, has_bias: true, norm: &norm };
            ConvNorm::new(names, ConvShape::new(inputs, outputs, kernel), MOMENTUM, source)
        };
        let residual = |index: usize| {
            let name = format!("{name}.transform.{index}");
            Ok(RoutedResidual {
                first: conv(&format!("{name}.conv1"), width, width, 3)?,
                first_slopes: source.prelu(&format!("{name}.relu1"), width)?,
                second: conv(&format!("{name}.conv2"), width, width, 3)?,
                second_slopes: source.prelu(&format!("{name}.relu2"), width)?,
            })
        };
        Ok(Self {
            enter: conv(&format!("{name}.conv1"), channels, width, 1)?,
            enter_slopes: source.prelu(&format!("{name}.conv1.2"), width)?,
            units: (0..PUBLISHED_RESIDUAL_UNITS).map(residual).collect::<Result<_, _>>()?,
            leave: conv(&format!("{name}.conv2"), width, channels, 1)?,
            leave_slopes: source.prelu(&format!("{name}.conv2.2"), channels)?,
            width,
            unit,
            start,
        })
    }

    /// Features `[N, C, H, W]` and a group for each sample to the same shape.
    pub fn forward(&self, x: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let mask = self.mask(groups, &x.device()).cast(x.dtype());
        let mut y = self.enter.forward_prelu(x, &self.enter_slopes) * mask.clone();
        for unit in &self.units {
            let z = unit.first_slopes.forward(unit.first.forward(y.clone()) * mask.clone());
            y = unit.second_slopes.forward(y + unit.second.forward(z) * mask.clone());
        }
        self.leave.forward_prelu(y, &self.leave_slopes)
    }

    /// `[N, width, 1, 1]`: 1 on the channels of each sample's group.
    fn mask(&self, groups: &[AgeGroup], device: &Device) -> Tensor<4> {
        let mut values = vec![0.0; groups.len() * self.width];
        for (row, group) in values.chunks_mut(self.width).zip(groups) {
            row[self.start[group.index()]..][..self.unit].fill(1.0);
        }
        Tensor::from_data(TensorData::new(values, [groups.len(), self.width, 1, 1]), device)
    }
}
