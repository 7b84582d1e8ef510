//! The identity-conditional module (ARCHITECTURE-compact §5): identity features seen from one age group.
//! Each group owns a slice of channels; only the slices asked for are run, all of them in one pass.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

use super::age_group::{AgeGroup, GROUP_COUNT};
use super::config::IdentityConditionalConfig;
use super::layers::{Source, leaky};
use super::{CELLS, ParameterError};

/// Share of its slice a group has in common with the next, CVPR 2021 (ARCHITECTURE §0.3).
pub const CVPR2021_OVERLAP: f64 = 0.1;
/// The same in TPAMI 2022.
pub const TPAMI2022_OVERLAP: f64 = 0.125;
/// Residual units of every published routed block.
pub const PUBLISHED_RESIDUAL_UNITS: usize = 4;

/// Channels of a routed block whose groups have `unit` channels each and share `overlap` of them with the next group.
/// The published code truncates in double precision, and so must this.
pub fn routed_width(unit: usize, overlap: f64) -> usize {
    let groups = GROUP_COUNT as f64;
    ((groups - (groups - 1.0) * overlap) * unit as f64) as usize
}

/// Routed convolutions. `enter` and `leave` keep the published dense shape, of which a group uses its slice.
#[derive(Module, Debug)]
pub struct IdentityConditional {
    enter_weight: Param<Tensor<4>>,
    enter_bias: Param<Tensor<1>>,
    /// Two 3×3 convolutions a residual unit, `[7, unit, unit, 3, 3]` each.
    blocks: Vec<Param<Tensor<5>>>,
    biases: Vec<Param<Tensor<1>>>,
    leave_weight: Param<Tensor<4>>,
    leave_bias: Param<Tensor<1>>,
    unit: usize,
    start: Vec<usize>,
}

impl IdentityConditional {
    /// Takes its parameters from names below `generator.icm.`. The config must have passed
    /// [`CompactConfig::validate`](super::CompactConfig::validate).
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(
        channels: usize,
        config: &IdentityConditionalConfig,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let (unit, width) = (config.unit, config.width);
        let convolutions = 0..2 * config.residual_units;
        let block = |k| source.param(&format!("generator.icm.blocks.{k}"), [GROUP_COUNT, unit, unit, 3, 3]);
        let bias = |k| source.param(&format!("generator.icm.biases.{k}"), [width]);
        Ok(Self {
            enter_weight: source.param("generator.icm.enter.weight", [width, channels, 1, 1])?,
            enter_bias: source.param("generator.icm.enter.bias", [width])?,
            blocks: convolutions.clone().map(block).collect::<Result<_, _>>()?,
            biases: convolutions.map(bias).collect::<Result<_, _>>()?,
            leave_weight: source.param("generator.icm.leave.weight", [config.out, width, 1, 1])?,
            leave_bias: source.param("generator.icm.leave.bias", [config.out])?,
            unit,
            start: config.start.clone(),
        })
    }

    /// Identity features of one face `[1, C, 7, 7]` seen from G groups: `[G, out, 7, 7]`.
    ///
    /// The groups' slices lie side by side as channels, so that one grouped convolution serves them all.
    pub fn forward(&self, x_id: &Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let weight = self.gather(&self.enter_weight.val(), 0, groups);
        let mut y = leaky(convolve(x_id.clone(), weight, self.gather(&self.enter_bias.val(), 0, groups), 1));
        for k in (0..self.blocks.len()).step_by(2) {
            let z = leaky(self.routed(k, y.clone(), groups));
            y = leaky(y + self.routed(k + 1, z, groups));
        }
        // Columns of `leave` become one group of filters for each age group.
        let weight = self.leave_weight.val();
        let slices = groups.iter().map(|group| weight.clone().narrow(1, self.start[group.index()], self.unit));
        let weight = Tensor::cat(slices.collect(), 0);
        let bias = self.leave_bias.val().repeat(&[groups.len()]);
        let [out] = self.leave_bias.dims();
        leaky(convolve(y, weight, bias, groups.len()).reshape([groups.len(), out, CELLS, CELLS]))
    }

    /// Convolution `k` of every group over that group's slice.
    fn routed(&self, k: usize, y: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let weight = self.blocks[k].val();
        let slices = groups.iter().map(|group| weight.clone().narrow(0, group.index(), 1).squeeze_dim::<4>(0));
        let weight = Tensor::cat(slices.collect(), 0);
        convolve(y, weight, self.gather(&self.biases[k].val(), 0, groups), groups.len())
    }

    /// The groups' slices of a dense tensor along one axis, side by side.
    fn gather<const D: usize>(&self, dense: &Tensor<D>, axis: usize, groups: &[AgeGroup]) -> Tensor<D> {
        let slices = groups.iter().map(|group| dense.clone().narrow(axis, self.start[group.index()], self.unit));
        Tensor::cat(slices.collect(), axis)
    }
}

/// Grouped convolution that keeps the size.
fn convolve(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, groups: usize) -> Tensor<4> {
    let pad = weight.dims()[2] / 2;
    conv2d(x, weight, Some(bias), ConvOptions::new([1, 1], [pad, pad], [1, 1], groups))
}
