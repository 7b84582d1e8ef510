//! The end of the compact backbone as it is trained: a stem, where it learns too, and depthwise-separable pairs.
//!
//! Features lie here as `[C, N, H, W]`, so that a pointwise convolution is one matrix product for all faces. A depthwise
//! convolution of a small map is one as well: its nine weights are spread over a matrix from cells to cells, channel by
//! channel. Gradients of both are matrix products again, where those of burn's depthwise convolution go channel by
//! channel, a convolution each.

use burn::module::{Module, Param};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::config::{BackboneConfig, PairConfig};
use crate::model::layers::{ConvShape, Source, convolve};
use crate::model::{CROP_SIZE_PX, ParameterError};

/// Side of the depthwise kernels.
const SIDE: usize = 3;
/// Cells of the largest map whose depthwise convolution is a matrix product: 14 × 14.
const MOST_CELLS: usize = 196;

/// The pairs that learn, and what lies between them.
#[derive(Module, Debug)]
pub struct TrainedPairs {
    stem: Option<Stem>,
    pairs: Vec<Pair>,
    input_scale: f32,
}

/// The first convolution, where it learns.
#[derive(Module, Debug)]
struct Stem {
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    slopes: Param<Tensor<1>>,
}

/// A depthwise 3×3 and a pointwise 1×1 convolution, each with its PReLU.
#[derive(Module, Debug)]
struct Pair {
    depthwise: Param<Tensor<4>>,
    depthwise_bias: Param<Tensor<1>>,
    depthwise_slopes: Param<Tensor<1>>,
    pointwise: Param<Tensor<4>>,
    pointwise_bias: Param<Tensor<1>>,
    pointwise_slopes: Param<Tensor<1>>,
    stride: usize,
}

impl TrainedPairs {
    /// The pairs from `first` on; with the stem where `first` is nothing.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &BackboneConfig, first: Option<usize>, source: Source<'_>) -> Result<Self, ParameterError> {
        let stem = match first {
            Some(_) => None,
            None => Some(Stem {
                weight: source.param("backbone.stem.weight", ConvShape::new(3, config.stem, SIDE).weight_shape())?,
                bias: source.param("backbone.stem.bias", [config.stem])?,
                slopes: source.param("backbone.stem_act.weight", [config.stem])?,
            }),
        };
        let pairs = config.pairs.iter().enumerate().skip(first.unwrap_or(0));
        Ok(Self {
            stem,
            pairs: pairs.map(|(index, pair)| Pair::new(index, *pair, source)).collect::<Result<_, _>>()?,
            input_scale: config.input_scale,
        })
    }

    /// What is in front of the first pair that learns, `[N, C, H, W]`, to the last features `[N, C, 7, 7]`; with a stem
    /// that learns it is the faces themselves.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = match &self.stem {
            Some(stem) => stem.forward(x.mul_scalar(self.input_scale)),
            None => x,
        };
        self.pairs.iter().fold(x.swap_dims(0, 1), |x, pair| pair.forward(x)).swap_dims(0, 1)
    }
}

impl Stem {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [faces, ..] = x.dims();
        let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
        let y = convolve(x, self.weight.val(), Some(self.bias.val()), options).swap_dims(0, 1);
        let [channels, ..] = y.dims();
        let y = prelu(y.reshape([channels, faces * CROP_SIZE_PX * CROP_SIZE_PX]), self.slopes.val());
        y.reshape([channels, faces, CROP_SIZE_PX, CROP_SIZE_PX]).swap_dims(0, 1)
    }
}

impl Pair {
    fn new(index: usize, config: PairConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let PairConfig { in_channels, out_channels, stride } = config;
        let name = |leaf: &str| format!("backbone.pairs.{index}.{leaf}");
        let depthwise = ConvShape::depthwise(in_channels, stride).weight_shape();
        let pointwise = ConvShape::new(in_channels, out_channels, 1).weight_shape();
        Ok(Self {
            depthwise: source.param(&name("depthwise.weight"), depthwise)?,
            depthwise_bias: source.param(&name("depthwise.bias"), [in_channels])?,
            depthwise_slopes: source.param(&name("act1.weight"), [in_channels])?,
            pointwise: source.param(&name("pointwise.weight"), pointwise)?,
            pointwise_bias: source.param(&name("pointwise.bias"), [out_channels])?,
            pointwise_slopes: source.param(&name("act2.weight"), [out_channels])?,
            stride,
        })
    }

    /// `[C, N, H, W]` to `[C', N, H', W']`.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [_, faces, height, width] = x.dims();
        let [height_out, width_out] = [height, width].map(|side| side.div_ceil(self.stride));
        let y = match height * width <= MOST_CELLS {
            true => spread(x, self.depthwise.val(), self.stride),
            false => depthwise(x, self.depthwise.val(), self.stride),
        };
        let y = prelu(y + column(self.depthwise_bias.val()), self.depthwise_slopes.val());
        let [channels_out, channels, ..] = self.pointwise.shape().dims::<4>();
        let rows = self.pointwise.val().reshape([channels_out, channels]);
        let y = prelu(rows.matmul(y) + column(self.pointwise_bias.val()), self.pointwise_slopes.val());
        y.reshape([channels_out, faces, height_out, width_out])
    }
}

/// `[C]` as `[C, 1]`.
fn column(vector: Tensor<1>) -> Tensor<2> {
    vector.unsqueeze_dim(1)
}

/// `[C, ·]`, and a slope below zero for each row.
fn prelu(x: Tensor<2>, slopes: Tensor<1>) -> Tensor<2> {
    let above = burn::tensor::activation::relu(x.clone());
    above.clone() + (x - above) * column(slopes)
}

/// A depthwise convolution of `[C, N, H, W]` with weights `[C, 1, 3, 3]` to `[C, N·H'·W']`, by a matrix product.
fn spread(x: Tensor<4>, weight: Tensor<4>, stride: usize) -> Tensor<2> {
    let [channels, faces, height, width] = x.dims();
    let (cells, taps) = (height * width, taps(height, width, stride, &x.device()));
    let cells_out = taps.dims()[1] / cells;
    let matrices = weight.reshape([channels, SIDE * SIDE]).matmul(taps).reshape([channels, cells, cells_out]);
    x.reshape([channels, faces, cells]).matmul(matrices).reshape([channels, faces * cells_out])
}

/// Which weight leads from which cell to which: `[9, cells · cells out]`, one where it does.
fn taps(height: usize, width: usize, stride: usize, device: &Device) -> Tensor<2> {
    let [height_out, width_out] = [height, width].map(|side| side.div_ceil(stride));
    let (cells, cells_out) = (height * width, height_out * width_out);
    let mut taps = vec![0.0_f32; SIDE * SIDE * cells * cells_out];
    let inside = |out: usize, tap: usize, side: usize| (out * stride + tap).checked_sub(1).filter(|at| *at < side);
    for out in 0..cells_out {
        for tap in 0..SIDE * SIDE {
            let row = inside(out / width_out, tap / SIDE, height);
            let column = inside(out % width_out, tap % SIDE, width);
            if let (Some(row), Some(column)) = (row, column) {
                taps[(tap * cells + row * width + column) * cells_out + out] = 1.0;
            }
        }
    }
    Tensor::from_data(TensorData::new(taps, [SIDE * SIDE, cells * cells_out]), device)
}

/// The same by burn's convolution.
fn depthwise(x: Tensor<4>, weight: Tensor<4>, stride: usize) -> Tensor<2> {
    let [channels, faces, height, width] = x.dims();
    let options = ConvOptions::new([stride, stride], [1, 1], [1, 1], channels);
    let y = convolve(x.swap_dims(0, 1), weight, None, options).swap_dims(0, 1);
    y.reshape([channels, faces * height.div_ceil(stride) * width.div_ceil(stride)])
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    fn apart<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
        (a - b).abs().max().into_scalar()
    }

    #[test]
    fn spread_weights_convolve_and_learn_as_burns_convolution_does() {
        let device = Device::flex().autodiff();
        for (side, stride) in [(14, 2), (14, 1), (7, 1), (5, 2)] {
            let random = |shape: [usize; 4]| Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device);
            let (x, weight) = (random([6, 2, side, side]).require_grad(), random([6, 1, 3, 3]).require_grad());
            let both = [spread, depthwise].map(|convolution| {
                let y = convolution(x.clone(), weight.clone(), stride);
                let gradients = y.clone().square().sum().backward();
                (y, x.grad(&gradients).unwrap(), weight.grad(&gradients).unwrap())
            });
            let [(y, to_x, to_weight), (reference, to_x_reference, to_weight_reference)] = both;
            assert!(apart(y, reference) < 1e-5, "side {side}, stride {stride}");
            assert!(apart(to_x, to_x_reference) < 1e-4, "side {side}, stride {stride}");
            assert!(apart(to_weight, to_weight_reference) < 2e-3, "side {side}, stride {stride}");
        }
    }
}
