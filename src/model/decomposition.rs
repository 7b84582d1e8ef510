//! Attention-based feature decomposition (ARCHITECTURE-compact §2): two gates divide the last features into
//! identity and age. Nothing here judges either.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation};

use super::config::DecompositionConfig;
use super::layers::{ConvShape, Source};
use super::{CELLS, ParameterError};

/// Features of N faces divided in two; `x_id + x_age` is what came in.
#[derive(Clone, Debug)]
pub struct Decomposed {
    /// `[N, C, 1, 1]`, 0 to 1: share of a channel given to age.
    pub channel_gate: Tensor<4>,
    /// `[N, 1, 7, 7]`, 0 to 1: share of a cell given to age.
    pub spatial_gate: Tensor<4>,
    /// Identity features `[N, C, 7, 7]`.
    pub x_id: Tensor<4>,
    /// Age features `[N, C, 7, 7]`.
    pub x_age: Tensor<4>,
}

/// Channel gate from a pooling pyramid, spatial gate from channel maximum and mean. Batch norms are folded in.
#[derive(Module, Debug)]
pub struct Decomposition {
    channel_fc1: Linear,
    channel_fc2: Linear,
    spatial_conv: Conv2d,
    pools: Vec<usize>,
}

impl Decomposition {
    /// Fills the layers from `afd.*`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &DecompositionConfig, source: &Source<'_>) -> Result<Self, ParameterError> {
        let cells: usize = config.pools.iter().map(|side| side * side).sum();
        Ok(Self {
            channel_fc1: source.linear_without_bias("channel_fc1", config.channels * cells, config.hidden)?,
            channel_fc2: source.linear("channel_fc2", config.hidden, config.channels)?,
            spatial_conv: source.conv("spatial_conv", ConvShape::dense(2, 1, 7))?,
            pools: config.pools.clone(),
        })
    }

    /// Divides features `[N, C, 7, 7]`.
    pub fn forward(&self, x: Tensor<4>) -> Decomposed {
        let [faces, channels, _, _] = x.dims();
        let hidden = activation::relu(self.channel_fc1.forward(self.pyramid(x.clone())));
        let channel_gate = activation::sigmoid(self.channel_fc2.forward(hidden)).reshape([faces, channels, 1, 1]);
        let extremes = Tensor::cat(vec![x.clone().max_dim(1), x.clone().mean_dim(1)], 1);
        let spatial_gate = activation::sigmoid(self.spatial_conv.forward(extremes));
        let age_share = (channel_gate.clone() + spatial_gate.clone()).mul_scalar(0.5);
        let x_age = x.clone() * age_share;
        let x_id = x - x_age.clone();
        Decomposed { channel_gate, spatial_gate, x_id, x_age }
    }

    /// Average plus maximum over every cell of every grid: `[N, C, 7, 7]` to `[N, C·Σs²]`, each grid
    /// flattened channel by channel, coarsest first.
    pub fn pyramid(&self, x: Tensor<4>) -> Tensor<2> {
        let grids = self.pools.iter().map(|side| pooled(&x, *side).flatten(1, 3)).collect();
        Tensor::cat(grids, 1)
    }
}

/// Adaptive average pool plus adaptive maximum pool to `side × side`. burn has no adaptive maximum pool, so both
/// are composed from slices, which they share.
fn pooled(x: &Tensor<4>, side: usize) -> Tensor<4> {
    let rows = windows(side).map(|window| {
        let band = x.clone().narrow(2, window.start, window.len());
        let (sums, maxima) = (band.clone().sum_dim(2), band.max_dim(2));
        let cells = windows(side).map(|column| {
            let area = (window.len() * column.len()) as f32;
            let sum = sums.clone().narrow(3, column.start, column.len()).sum_dim(3);
            sum.div_scalar(area) + maxima.clone().narrow(3, column.start, column.len()).max_dim(3)
        });
        Tensor::cat(cells.collect(), 3)
    });
    Tensor::cat(rows.collect(), 2)
}

/// Adaptive pooling windows over the seven cells: `[⌊i·7/n⌋, ⌈(i+1)·7/n⌉)`.
fn windows(side: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..side).map(move |i| i * CELLS / side..((i + 1) * CELLS).div_ceil(side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_as_specified() {
        assert_eq!((windows(1).next(), windows(1).count()), (Some(0..7), 1));
        assert_eq!(windows(2).collect::<Vec<_>>(), [0..4, 3..7]);
        assert_eq!(windows(3).collect::<Vec<_>>(), [0..3, 2..5, 4..7]);
    }
}
