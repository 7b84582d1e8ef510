//! Attention-based feature decomposition (CVPR 2021 §3.1; ARCHITECTURE-compact §2): a channel gate and a spatial gate
//! say which share of the features speaks of age; the rest is identity.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::module::adaptive_avg_pool2d;

use super::ParameterError;
use super::config::DecompositionConfig;
use super::layers::{ConvShape, Source};

/// Side of the spatial gate's kernel.
const SPATIAL_KERNEL: usize = 7;
/// Sides of the pooling grids of both published networks (ARCHITECTURE §0.2).
pub const PUBLISHED_POOLS: [usize; 3] = [1, 2, 3];
/// How many times fewer numbers the published channel gates have between their layers than in front of them.
pub const GATE_REDUCTION: usize = 16;

/// Features divided into identity and age.
#[derive(Clone, Debug)]
pub struct Decomposed {
    /// `[N, C, 1, 1]`, 0 to 1.
    pub channel_gate: Tensor<4>,
    /// `[N, 1, H, W]`, 0 to 1.
    pub spatial_gate: Tensor<4>,
    /// `x · (channel_gate + spatial_gate) / 2`.
    pub x_age: Tensor<4>,
    /// `x - x_age`.
    pub x_id: Tensor<4>,
}

/// The two gates. As bundled, batch norms are folded in.
#[derive(Module, Debug)]
pub struct Decomposition {
    channel_fc1: Linear,
    channel_fc2: Linear,
    spatial_conv: Conv2d,
    pools: Vec<usize>,
}

impl Decomposition {
    /// Takes its parameters from names below `afd.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &DecompositionConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let cells: usize = config.pools.iter().map(|side| side * side).sum();
        Ok(Self {
            channel_fc1: source.linear("afd.channel_fc1", cells * config.channels, config.hidden, false)?,
            channel_fc2: source.linear("afd.channel_fc2", config.hidden, config.channels, true)?,
            spatial_conv: source.conv("afd.spatial_conv", ConvShape::new(2, 1, SPATIAL_KERNEL))?,
            pools: config.pools.clone(),
        })
    }

    /// Divides features `[N, C, H, W]`.
    pub fn forward(&self, x: Tensor<4>) -> Decomposed {
        let [batch, channels, _, _] = x.dims();
        let hidden = relu(self.channel_fc1.forward(self.pyramid(&x)));
        let channel_gate = sigmoid(self.channel_fc2.forward(hidden)).reshape([batch, channels, 1, 1]);
        let stacked = Tensor::cat(vec![x.clone().max_dim(1), x.clone().mean_dim(1)], 1);
        let spatial_gate = sigmoid(self.spatial_conv.forward(stacked));
        let gate = (channel_gate.clone() + spatial_gate.clone()).mul_scalar(0.5);
        let x_age = x.clone() * gate;
        let x_id = x - x_age.clone();
        Decomposed { channel_gate, spatial_gate, x_age, x_id }
    }

    /// For each grid of the pyramid the average and the maximum of every window, added; channel-major, coarsest grid
    /// first: `[N, C, H, W]` to `[N, C·Σs²]`.
    pub fn pyramid(&self, x: &Tensor<4>) -> Tensor<2> {
        let [batch, channels, _, _] = x.dims();
        let levels = self.pools.iter().map(|side| {
            let average = adaptive_avg_pool2d(x.clone(), [*side, *side]);
            (average + adaptive_max_pool(x, *side)).reshape([batch, channels * side * side])
        });
        Tensor::cat(levels.collect(), 1)
    }
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
