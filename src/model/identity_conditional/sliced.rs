//! The module as it runs: only the slices of the groups asked for, all of them in one pass, side by side as channels of
//! grouped convolutions. Equal to the dense form, whose other channels are zero (ARCHITECTURE §0.4).

use burn::module::{Module, Param};
use burn::tensor::activation::prelu;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, TensorData};

use super::{CVPR2021_OVERLAP, PUBLISHED_RESIDUAL_UNITS, RoutedBlock, Slices, TPAMI2022_OVERLAP, routed_width};
use crate::model::ParameterError;
use crate::model::age_group::{AgeGroup, GROUP_COUNT};
use crate::model::config::IdentityConditionalConfig;
use crate::model::layers::{ConvShape, Source, convolve, leaky};
use crate::model::norm::{ConvNormNames, folded_conv, instance_norm, instance_norm_leaky};

/// What follows the convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finish {
    /// Leaky ReLU everywhere (compact).
    Leaky,
    /// Folded batch norms and slopes of their own (CVPR 2021).
    Slopes,
    /// Instance norms and leaky ReLU, nothing behind the last convolution (TPAMI 2022).
    InstanceNorm,
}

/// Routed convolutions. `enter` and `leave` keep the published dense shape, of which a group uses its slice.
#[derive(Module, Debug)]
pub struct IdentityConditional {
    enter: Dense,
    /// Two 3×3 convolutions a residual unit.
    blocks: Vec<Routed>,
    leave: Dense,
    unit: usize,
    start: Vec<usize>,
    #[module(skip)]
    finish: Finish,
}

/// A 1×1 convolution in the dense shape.
#[derive(Module, Debug)]
struct Dense {
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    slopes: Option<Param<Tensor<1>>>,
}

/// A 3×3 convolution of every group over its own slice; biases and slopes keep the dense shape.
#[derive(Module, Debug)]
struct Routed {
    /// `[7, unit, unit, 3, 3]`.
    weight: Param<Tensor<5>>,
    bias: Param<Tensor<1>>,
    slopes: Option<Param<Tensor<1>>>,
}

impl IdentityConditional {
    /// The compact network's: parameters from names below `generator.icm.`. The config must have passed
    /// [`CompactConfig::validate`](crate::model::CompactConfig::validate).
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn compact(
        channels: usize,
        config: &IdentityConditionalConfig,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let (unit, width) = (config.unit, config.width);
        let dense = |name: &str, inputs, outputs| {
            Ok(Dense {
                weight: source.param(&format!("generator.icm.{name}.weight"), [outputs, inputs, 1, 1])?,
                bias: source.param(&format!("generator.icm.{name}.bias"), [outputs])?,
                slopes: None,
            })
        };
        let routed = |k: usize| {
            Ok(Routed {
                weight: source.param(&format!("generator.icm.blocks.{k}"), [GROUP_COUNT, unit, unit, 3, 3])?,
                bias: source.param(&format!("generator.icm.biases.{k}"), [width])?,
                slopes: None,
            })
        };
        Ok(Self {
            enter: dense("enter", channels, width)?,
            blocks: (0..2 * config.residual_units).map(routed).collect::<Result<_, _>>()?,
            leave: dense("leave", width, config.out)?,
            unit,
            start: config.start.clone(),
            finish: Finish::Leaky,
        })
    }

    /// The CVPR 2021 network's, batch norms folded in.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape, or the table of slices is not one.
    pub fn cvpr2021(block: RoutedBlock<'_>) -> Result<Self, ParameterError> {
        Self::published(block, CVPR2021_OVERLAP, Finish::Slopes)
    }

    /// One of the TPAMI 2022 network's three.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape, or the table of slices is not one.
    pub fn tpami2022(block: RoutedBlock<'_>) -> Result<Self, ParameterError> {
        Self::published(block, TPAMI2022_OVERLAP, Finish::InstanceNorm)
    }

    fn published(block: RoutedBlock<'_>, overlap: f64, finish: Finish) -> Result<Self, ParameterError> {
        let RoutedBlock { name, channels, unit, source } = block;
        let width = routed_width(unit, overlap);
        let slices = Slices::published(name, width, source.parameters)?;
        let load = Loader { source, finish, width, slices: &slices };
        let blocks = (0..PUBLISHED_RESIDUAL_UNITS).flat_map(|unit| [(unit, 1), (unit, 2)]);
        Ok(Self {
            enter: load.dense(&format!("{name}.conv1"), channels, width)?,
            blocks: blocks
                .map(|(unit, half)| load.routed(&format!("{name}.transform.{unit}"), half))
                .collect::<Result<_, _>>()?,
            leave: load.dense(&format!("{name}.conv2"), width, channels)?,
            unit: slices.unit,
            start: slices.start.clone(),
            finish,
        })
    }

    /// Features of one face `[1, C, H, W]` seen from G groups: `[G, out, H, W]`.
    ///
    /// The groups' slices lie side by side as channels, so that one grouped convolution serves them all.
    pub fn forward(&self, x: &Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        self.forward_entered(self.enter(x.clone(), 1, groups), groups)
    }

    /// Features of N faces `[N, C, H, W]`, each seen from the group at its place: `[N, out, H, W]`.
    pub fn forward_each(&self, x: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let [faces, channels, height, width] = x.dims();
        let side_by_side = x.reshape([1, faces * channels, height, width]);
        self.forward_entered(self.enter(side_by_side, faces, groups), groups)
    }

    /// The first convolution of every group, over one face they share or a face for each.
    fn enter(&self, x: Tensor<4>, faces: usize, groups: &[AgeGroup]) -> Tensor<4> {
        let weight = self.gather(&self.enter.weight.val(), groups);
        convolve(x, weight, Some(self.gather(&self.enter.bias.val(), groups)), same_size(0, faces))
    }

    /// What follows the first convolution: `[1, G · unit, H, W]` to `[G, out, H, W]`.
    fn forward_entered(&self, entered: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let [_, _, height, width] = entered.dims();
        let mut y = self.normed_activated(entered, self.enter.slopes.as_ref(), groups);
        for pair in self.blocks.chunks_exact(2) {
            let z = self.routed(&pair[0], y.clone(), groups);
            let z = self.normed_activated(z, pair[0].slopes.as_ref(), groups);
            let z = self.normed(self.routed(&pair[1], z, groups));
            y = self.activated(y + z, pair[1].slopes.as_ref(), groups);
        }
        // Columns of `leave` become one group of filters for each age group.
        let weight = self.leave.weight.val();
        let slices = groups.iter().map(|group| weight.clone().narrow(1, self.start[group.index()], self.unit));
        let weight = Tensor::cat(slices.collect(), 0);
        let bias = self.leave.bias.val().repeat(&[groups.len()]);
        let [out] = self.leave.bias.dims();
        let left = convolve(y, weight, Some(bias), same_size(0, groups.len()));
        let left = left.reshape([groups.len(), out, height, width]);
        match (&self.leave.slopes, self.finish) {
            (Some(slopes), _) => prelu(left, slopes.val()),
            (None, Finish::InstanceNorm) => left,
            (None, _) => leaky(left),
        }
    }

    /// One convolution of every group over that group's slice.
    fn routed(&self, conv: &Routed, y: Tensor<4>, groups: &[AgeGroup]) -> Tensor<4> {
        let weight = conv.weight.val();
        let slices = groups.iter().map(|group| weight.clone().narrow(0, group.index(), 1).squeeze_dim::<4>(0));
        let weight = Tensor::cat(slices.collect(), 0);
        convolve(y, weight, Some(self.gather(&conv.bias.val(), groups)), same_size(1, groups.len()))
    }

    fn normed(&self, y: Tensor<4>) -> Tensor<4> {
        if self.finish == Finish::InstanceNorm { instance_norm(y) } else { y }
    }

    fn activated(&self, y: Tensor<4>, slopes: Option<&Param<Tensor<1>>>, groups: &[AgeGroup]) -> Tensor<4> {
        match slopes {
            Some(slopes) => prelu(y, self.gather(&slopes.val(), groups)),
            None => leaky(y),
        }
    }

    fn normed_activated(&self, y: Tensor<4>, slopes: Option<&Param<Tensor<1>>>, groups: &[AgeGroup]) -> Tensor<4> {
        match self.finish {
            Finish::InstanceNorm => instance_norm_leaky(y),
            _ => self.activated(y, slopes, groups),
        }
    }

    /// The groups' slices of a dense tensor along its first axis, side by side.
    fn gather<const D: usize>(&self, dense: &Tensor<D>, groups: &[AgeGroup]) -> Tensor<D> {
        let slices = groups.iter().map(|group| dense.clone().narrow(0, self.start[group.index()], self.unit));
        Tensor::cat(slices.collect(), 0)
    }
}

fn same_size(padding: usize, groups: usize) -> ConvOptions<2> {
    ConvOptions::new([1, 1], [padding, padding], [1, 1], groups)
}

/// Takes a published block apart.
struct Loader<'a> {
    source: Source<'a>,
    finish: Finish,
    width: usize,
    slices: &'a Slices,
}

impl Loader<'_> {
    fn dense(&self, name: &str, inputs: usize, outputs: usize) -> Result<Dense, ParameterError> {
        let shape = ConvShape::new(inputs, outputs, 1);
        let (weights, bias) = self.conv(name, shape)?;
        let weight = Tensor::from_data(TensorData::new(weights, shape.weight_shape()), self.source.device);
        let slopes = self.slopes(&format!("{name}.2"), outputs)?;
        Ok(Dense { weight: Param::from_tensor(weight), bias: Param::from_tensor(self.source.vector(bias)), slopes })
    }

    /// `block.conv1` or `block.conv2`, cut down to what each group uses of it.
    fn routed(&self, block: &str, half: usize) -> Result<Routed, ParameterError> {
        let (unit, width) = (self.slices.unit, self.width);
        let (weights, bias) = self.conv(&format!("{block}.conv{half}"), ConvShape::new(width, width, 3))?;
        let mut cut = Vec::with_capacity(GROUP_COUNT * unit * unit * 9);
        for start in &self.slices.start {
            for filter in weights.chunks(width * 9).skip(*start).take(unit) {
                cut.extend_from_slice(&filter[start * 9..(start + unit) * 9]);
            }
        }
        let weight = Tensor::from_data(TensorData::new(cut, [GROUP_COUNT, unit, unit, 3, 3]), self.source.device);
        let slopes = self.slopes(&format!("{block}.relu{half}"), width)?;
        Ok(Routed { weight: Param::from_tensor(weight), bias: Param::from_tensor(self.source.vector(bias)), slopes })
    }

    /// Weights and biases of `name.0`, the norm `name.1` folded in where there is one.
    fn conv(&self, name: &str, shape: ConvShape) -> Result<(Vec<f32>, Vec<f32>), ParameterError> {
        let conv = format!("{name}.0");
        if self.finish == Finish::Slopes {
            let names = ConvNormNames { conv: &conv, has_bias: true, norm: &format!("{name}.1") };
            return folded_conv(names, shape, self.source);
        }
        let parameters = self.source.parameters;
        let weights = parameters.get(&format!("{conv}.weight"), &shape.weight_shape())?.into_owned();
        Ok((weights, parameters.get(&format!("{conv}.bias"), &[shape.channels_out])?.into_owned()))
    }

    fn slopes(&self, name: &str, channels: usize) -> Result<Option<Param<Tensor<1>>>, ParameterError> {
        let slopes = || self.source.param(&format!("{name}.weight"), [channels]);
        (self.finish == Finish::Slopes).then(slopes).transpose()
    }
}
