//! Identity-conditional module: redraws identity features for one age group (CVPR 2021 §3.2; ARCHITECTURE-compact §5).
//!
//! Group g owns `unit` of `width` channels, and neighbours share a tenth. The published form runs dense layers and
//! masks them with the group's router; only the own slice can be reached, so only that is stored and run.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

use super::config::IdentityConditionalConfig;
use super::layers::{Source, leaky};
use super::{AgeGroup, ParameterError};

/// One group's slices.
#[derive(Module, Debug)]
struct GroupBranch {
    enter: ConvParameters,
    units: Vec<ConvParameters>,
    leave: ConvParameters,
}

#[derive(Module, Debug)]
struct ConvParameters {
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
}

impl ConvParameters {
    fn new(weight: Tensor<4>, bias: Tensor<1>) -> Self {
        Self { weight: Param::from_tensor(weight), bias: Param::from_tensor(bias) }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let padding = self.weight.dims()[2] / 2;
        let options = ConvOptions::new([1, 1], [padding, padding], [1, 1], 1);
        conv2d(x, self.weight.val(), Some(self.bias.val()), options)
    }
}

/// The module for all groups.
#[derive(Module, Debug)]
pub struct IdentityConditional {
    branches: Vec<GroupBranch>,
}

impl IdentityConditional {
    /// Takes its parameters from names below `generator.icm.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(
        channels: usize,
        config: &IdentityConditionalConfig,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let (width, unit, groups) = (config.width, config.unit, config.start.len());
        let enter = source.tensor("generator.icm.enter.weight", [width, channels, 1, 1])?;
        let enter_bias = source.tensor("generator.icm.enter.bias", [width])?;
        let leave = source.tensor("generator.icm.leave.weight", [config.out, width, 1, 1])?;
        let leave_bias = source.tensor("generator.icm.leave.bias", [config.out])?;
        let mut blocks = Vec::new();
        for block in 0..2 * config.residual_units {
            let weight = source.tensor(&format!("generator.icm.blocks.{block}"), [groups, unit, unit, 3, 3])?;
            blocks.push((weight, source.tensor(&format!("generator.icm.biases.{block}"), [width])?));
        }
        let branches = config.start.iter().enumerate().map(|(group, start)| GroupBranch {
            enter: ConvParameters::new(
                enter.clone().narrow(0, *start, unit),
                enter_bias.clone().narrow(0, *start, unit),
            ),
            units: blocks
                .iter()
                .map(|(weight, bias)| {
                    let weight: Tensor<5> = weight.clone().narrow(0, group, 1);
                    ConvParameters::new(weight.squeeze_dim::<4>(0), bias.clone().narrow(0, *start, unit))
                })
                .collect(),
            leave: ConvParameters::new(leave.clone().narrow(1, *start, unit), leave_bias.clone()),
        });
        Ok(Self { branches: branches.collect() })
    }

    /// One face's identity features `[1, C, 7, 7]` for each group asked for: `[G, out, 7, 7]`.
    pub fn forward(&self, x_id: &Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let redrawn = groups.iter().map(|group| self.one(x_id.clone(), *group));
        Tensor::cat(redrawn.collect(), 0)
    }

    fn one(&self, x_id: Tensor<4>, group: AgeGroup) -> Tensor<4> {
        let branch = &self.branches[group.index()];
        let mut y = leaky(branch.enter.forward(x_id));
        for unit in branch.units.chunks(2) {
            let [first, second] = unit else { continue };
            let z = leaky(first.forward(y.clone()));
            y = leaky(y + second.forward(z));
        }
        leaky(branch.leave.forward(y))
    }
}
