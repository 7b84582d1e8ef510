//! Attention-based feature decomposition (CVPR 2021 §3.1; ARCHITECTURE §0.2, ARCHITECTURE-compact §2): a channel gate and
//! a spatial gate divide the features into those of identity and those of age. What the gates select, and how the two
//! pooled pyramids meet, differs between the generations.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::module::adaptive_avg_pool2d;

use super::config::DecompositionConfig;
use super::convolution::Convolution;
use super::layers::{ConvShape, Mode, Source, named_linear};
use super::norm::{BatchNorm, ConvNorm, ConvNormNames, Folded};
use super::{Generation, ParameterError};

/// Side of the spatial gate's kernel.
const SPATIAL_KERNEL: usize = 7;
/// Sides of the pooling grids of both published networks.
pub const PUBLISHED_POOLS: [usize; 3] = [1, 2, 3];
/// How many times fewer numbers the published channel gates have between their layers than in front of them.
pub const GATE_REDUCTION: usize = 16;
/// Share of a batch in the running statistics of the published gates' norms.
const GATE_MOMENTUM: f64 = 0.01;

/// Features divided into identity and age.
#[derive(Clone, Debug)]
pub struct Decomposed {
    /// `[N, C, 1, 1]`, 0 to 1: share of a channel given to age.
    pub channel_gate: Tensor<4>,
    /// `[N, 1, H, W]`, 0 to 1: share of a cell given to age.
    pub spatial_gate: Tensor<4>,
    /// `x · (channel_gate + spatial_gate) / 2`.
    pub x_age: Tensor<4>,
    /// `x - x_age`.
    pub x_id: Tensor<4>,
}

/// What the gates, as trained, select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gated {
    /// Age features (CVPR 2021, compact).
    Age,
    /// Identity features (TPAMI 2022).
    Identity,
}

/// How the pyramid of averages and that of maxima meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pyramids {
    /// Added (CVPR 2021, compact).
    Added,
    /// Side by side, averages first (TPAMI 2022).
    Joined,
}

/// The two gates.
#[derive(Module, Debug)]
pub struct Decomposition {
    channel_fc1: Linear,
    channel_fc2: Linear,
    channel_norm: Option<BatchNorm>,
    spatial: ConvNorm,
    pools: Vec<usize>,
    #[module(skip)]
    gated: Gated,
    #[module(skip)]
    pyramids: Pyramids,
}

impl Decomposition {
    /// The compact network's: parameters from names below `afd.`, batch norms folded in.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn compact(config: &DecompositionConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let cells: usize = config.pools.iter().map(|side| side * side).sum();
        let spatial = Convolution::new("afd.spatial_conv", ConvShape::new(2, 1, SPATIAL_KERNEL), true, source)?;
        Ok(Self {
            channel_fc1: source.linear("afd.channel_fc1", cells * config.channels, config.hidden, false)?,
            channel_fc2: source.linear("afd.channel_fc2", config.hidden, config.channels, true)?,
            channel_norm: None,
            spatial: ConvNorm::bare(spatial),
            pools: config.pools.clone(),
            gated: Gated::Age,
            pyramids: Pyramids::Added,
        })
    }

    /// A published network's: parameters from names below `prefix.fsm.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn published(
        prefix: &str,
        generation: Generation,
        channels: usize,
        source: Source<'_>,
    ) -> Result<Self, ParameterError> {
        let (gated, pyramids) = match generation {
            Generation::Cvpr2021 => (Gated::Age, Pyramids::Added),
            Generation::Tpami2022 => (Gated::Identity, Pyramids::Joined),
        };
        let pooled = PUBLISHED_POOLS.iter().map(|side| side * side).sum::<usize>() * channels;
        let inputs = if pyramids == Pyramids::Joined { 2 * pooled } else { pooled };
        let hidden = inputs / GATE_REDUCTION;
        let name = |leaf: &str| format!("{prefix}.fsm.{leaf}");
        let names = ConvNormNames { conv: &name("spatial.0"), has_bias: false, norm: &name("spatial.1") };
        let (channel_fc2, channel_norm) =
            channel_gate(&name("channel.2"), &name("channel.3"), hidden, channels, source)?;
        Ok(Self {
            channel_fc1: pointwise(&name("channel.0"), inputs, hidden, source)?,
            channel_fc2,
            channel_norm,
            spatial: ConvNorm::new(names, ConvShape::new(2, 1, SPATIAL_KERNEL), GATE_MOMENTUM, source)?,
            pools: PUBLISHED_POOLS.to_vec(),
            gated,
            pyramids,
        })
    }

    /// Divides features `[N, C, H, W]`.
    pub fn forward(&self, x: Tensor<4>) -> Decomposed {
        let (channel_gate, spatial_gate) = self.gates(&x);
        let selected = x.clone() * (channel_gate.clone() + spatial_gate.clone()).mul_scalar(0.5);
        let rest = x - selected.clone();
        match self.gated {
            Gated::Age => Decomposed { channel_gate, spatial_gate, x_age: selected, x_id: rest },
            Gated::Identity => {
                let age_share = |gate: Tensor<4>| gate.neg().add_scalar(1.0);
                let (channel_gate, spatial_gate) = (age_share(channel_gate), age_share(spatial_gate));
                Decomposed { channel_gate, spatial_gate, x_age: rest, x_id: selected }
            }
        }
    }

    /// The gates as trained: `[N, C, 1, 1]` and `[N, 1, H, W]`.
    fn gates(&self, x: &Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let [batch, channels, _, _] = x.dims();
        let hidden = relu(self.channel_fc1.forward(self.pyramid(x)));
        let channel = self.channel_fc2.forward(hidden);
        let channel = match &self.channel_norm {
            Some(norm) => norm.forward(channel),
            None => channel,
        };
        let stacked = Tensor::cat(vec![x.clone().max_dim(1), x.clone().mean_dim(1)], 1);
        (sigmoid(channel).reshape([batch, channels, 1, 1]), sigmoid(self.spatial.forward(stacked)))
    }

    /// For each grid of the pyramid the average and the maximum of every window, added or averages first;
    /// channel-major, coarsest grid first: `[N, C, H, W]` to `[N, C·Σs²]`, twice that when joined.
    pub fn pyramid(&self, x: &Tensor<4>) -> Tensor<2> {
        let [batch, channels, _, _] = x.dims();
        let flat = |level: Tensor<4>, side: usize| level.reshape([batch, channels * side * side]);
        let averages = self.pools.iter().map(|side| flat(adaptive_avg_pool2d(x.clone(), [*side, *side]), *side));
        let averages = Tensor::cat(averages.collect(), 1);
        let maxima = self.pools.iter().map(|side| flat(adaptive_max_pool(x, *side), *side));
        let maxima = Tensor::cat(maxima.collect(), 1);
        match self.pyramids {
            Pyramids::Added => averages + maxima,
            Pyramids::Joined => Tensor::cat(vec![averages, maxima], 1),
        }
    }
}

/// A 1×1 convolution without bias over one cell, as the linear layer it is.
fn pointwise(name: &str, inputs: usize, outputs: usize, source: Source<'_>) -> Result<Linear, ParameterError> {
    let rows = source.parameters.get(&format!("{name}.weight"), &[outputs, inputs, 1, 1])?;
    Ok(named_linear(source.linear_of(&rows, None, [inputs, outputs]), name))
}

/// The channel gate's second layer and the norm behind it, folded where the network only runs.
fn channel_gate(
    name: &str,
    norm: &str,
    inputs: usize,
    outputs: usize,
    source: Source<'_>,
) -> Result<(Linear, Option<BatchNorm>), ParameterError> {
    if source.mode == Mode::Training {
        let norm = BatchNorm::new(norm, outputs, GATE_MOMENTUM, source)?;
        return Ok((pointwise(name, inputs, outputs, source)?, Some(norm)));
    }
    let mut rows = source.parameters.get(&format!("{name}.weight"), &[outputs, inputs, 1, 1])?;
    let folded = Folded::new(norm, outputs, source)?;
    folded.scale_rows(rows.to_mut());
    Ok((source.linear_of(&rows, Some(source.vector(folded.shift)), [inputs, outputs]), None))
}
/// Maximum of `side × side` windows; window i of n over a length L covers `[⌊i·L/n⌋, ⌈(i+1)·L/n⌉)`.
/// burn has no adaptive maximum, so it is composed from slices.
fn adaptive_max_pool(x: &Tensor<4>, side: usize) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let window = |index: usize, length: usize| (index * length / side)..((index + 1) * length).div_ceil(side);
    let rows = (0..side).map(|row| {
        let rows = window(row, height);
        let band = x.clone().narrow(2, rows.start, rows.len()).max_dim(2);
        let cells = (0..side).map(|column| {
            let columns = window(column, width);
            band.clone().narrow(3, columns.start, columns.len()).max_dim(3)
        });
        Tensor::cat(cells.collect(), 3)
    });
    Tensor::cat(rows.collect(), 2)
}
