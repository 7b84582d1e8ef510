//! The few steps that decide how fast the networks are on a CPU, written by hand: 3×3 convolutions with what follows
//! them, PReLU behind a 1×1 convolution, and doubling the size.
//!
//! burn's CPU backend copies the features of a 3×3 convolution into a matrix of patches first and goes over each
//! result again for the bias and once more for the activation; here it is one pass, over as many cores as there are.
//! 1×1 convolutions stay with burn, whose matrix product is as fast as this processor allows. `layers` decides when
//! these are used; results differ from burn's by rounding only, which the tests below hold them to.

mod blur;
mod dense;
mod depthwise;
mod double;
mod gradient;
mod simd;
mod taps;

use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

use dense::{Dense, PackedWeights};
use depthwise::{ChannelWeights, Depthwise};
pub use gradient::{prelu, prelu_gradient, spread};
use taps::Finish;

/// Whether a network on this device, built to run, is run by these steps.
pub fn serves(device: &Device) -> bool {
    !device.is_autodiff() && *device == Device::flex()
}

/// Whether a tensor lies in this machine's own memory as f32, without gradients to keep: what these steps need.
pub fn runs(x: &Tensor<4>) -> bool {
    serves(&x.device()) && x.dtype() == DType::F32
}

/// A convolution and the PReLU behind it.
pub fn conv_prelu(x: Tensor<4>, conv: &Conv2d, prelu: &PRelu) -> Tensor<4> {
    let ([images, channels, height, width], device) = (x.dims(), x.device());
    let weight = conv.weight.val();
    let slopes = numbers(prelu.alpha.val());
    let biases = match &conv.bias {
        Some(bias) => numbers(bias.val()),
        None => vec![0.0; slopes.len()],
    };
    match (conv.kernel_size, conv.stride, conv.groups) {
        ([3, 3], [stride, _], groups) if groups == channels => {
            let geometry = Depthwise { channels, height, width, stride };
            let kernels = numbers(weight);
            let weights = ChannelWeights { kernels: &kernels, biases: &biases, slopes: &slopes };
            let planes = geometry.forward(&numbers(x), weights);
            let [height, width] = geometry.output_size();
            tensor(planes, [images, channels, height, width], &device)
        }
        _ => {
            let [pad, _] = conv.kernel_size.map(|side| side / 2);
            let options = ConvOptions::new(conv.stride, [pad, pad], conv.dilation, conv.groups);
            bias_prelu(conv2d(x, weight, None, options), &biases, &slopes)
        }
    }
}

/// `conv(x) + bias + addend` for a 3×3 convolution of stride 1, then a slope below zero.
pub fn conv(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    addend: Option<Tensor<4>>,
    slope: f32,
) -> Tensor<4> {
    let slopes = vec![slope; weight.dims()[0]];
    let (biases, addend) = (bias.map(numbers), addend.map(numbers));
    dense(x, weight, Finish { biases: biases.as_deref(), addend: addend.as_deref(), slopes: &slopes })
}

/// `x · scale + shift` channel by channel, then a slope below zero where there is one.
pub fn scale_shift(x: Tensor<4>, scale: Tensor<1>, shift: Tensor<1>, slopes: Option<&PRelu>) -> Tensor<4> {
    let (scale, shift) = (numbers(scale), numbers(shift));
    let slopes = slopes.map_or_else(|| vec![1.0; scale.len()], |slopes| numbers(slopes.alpha.val()));
    each_plane(x, |channel, plane| {
        let (scale, shift, slope) = (scale[channel], shift[channel], slopes[channel]);
        for y in plane {
            *y = *y * scale + shift;
            *y = y.max(0.0) + slope * y.min(0.0);
        }
    })
}

/// Every plane brought to mean 0 and variance 1, then a slope below zero; 1 leaves it as it is.
pub fn instance_norm(x: Tensor<4>, slope: f32) -> Tensor<4> {
    each_plane(x, |_, plane| {
        let count = plane.len() as f64;
        let mean = plane.iter().map(|y| f64::from(*y)).sum::<f64>() / count;
        let variance = plane.iter().map(|y| (f64::from(*y) - mean).powi(2)).sum::<f64>() / count;
        let (mean, scale) = (mean as f32, (1.0 / (variance + super::norm::EPSILON).sqrt()) as f32);
        for y in plane {
            *y = (*y - mean) * scale;
            *y = y.max(0.0) + slope * y.min(0.0);
        }
    })
}

/// A 3×3 convolution over all channels, stride 1 or 2, whose weights are kept in the order they are read. Packing them
/// at every use costs as much as a small convolution itself.
#[derive(Debug)]
pub struct PackedConv {
    weights: PackedWeights,
    biases: Option<Vec<f32>>,
    input: usize,
    output: usize,
    stride: usize,
}

impl PackedConv {
    /// From weights `[output, input, 3, 3]`.
    pub fn new(weights: &[f32], biases: Option<Vec<f32>>, [input, output]: [usize; 2], stride: usize) -> Self {
        Self { weights: PackedWeights::new(weights, [input, output]), biases, input, output, stride }
    }

    /// `conv(x) + bias + addend`, then the slopes below zero, one per output channel.
    pub fn forward(&self, x: Tensor<4>, addend: Option<Tensor<4>>, slopes: &[f32]) -> Tensor<4> {
        let ([images, _, height, width], device) = (x.dims(), x.device());
        let (input, output) = (self.input, self.output);
        let addend = addend.map(numbers);
        let finish = Finish { biases: self.biases.as_deref(), addend: addend.as_deref(), slopes };
        let geometry = Dense { input, output, height, width };
        let (planes, [height, width]) = match self.stride {
            1 => (geometry.forward(&numbers(x), &self.weights, finish), [height, width]),
            _ => (geometry.forward_halving(&numbers(x), &self.weights, finish), geometry.halved()),
        };
        tensor(planes, [images, output, height, width], &device)
    }

    /// [`Self::forward`] with the same slope everywhere.
    pub fn forward_sloped(&self, x: Tensor<4>, addend: Option<Tensor<4>>, slope: f32) -> Tensor<4> {
        self.forward(x, addend, &vec![slope; self.output])
    }

    /// [`Self::forward`] with a PReLU's slopes.
    pub fn forward_prelu(&self, x: Tensor<4>, prelu: &PRelu) -> Tensor<4> {
        self.forward(x, None, &numbers(prelu.alpha.val()))
    }
}

/// A transposed 3×3 convolution of stride 2 without padding: `[1, I, n, m]` to `[1, O, 2n + 1, 2m + 1]`, weights
/// `[I, O, 3, 3]`.
pub fn conv_doubling(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    let ([_, input, height, width], device) = (x.dims(), x.device());
    let output = weight.dims()[1];
    let planes = Dense { input, output, height, width }.forward_doubling(&numbers(x), &numbers(weight));
    tensor(planes, [1, output, 2 * height + 1, 2 * width + 1], &device)
}

/// Twice the size, bilinear.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    let ([images, channels, height, width], device) = (x.dims(), x.device());
    let planes = double::doubled(&numbers(x), height * width, width);
    tensor(planes, [images, channels, 2 * height, 2 * width], &device)
}

/// A four-tap filter along both axes with a zero on each side: planes of side 2n + 1 to planes of side 2n.
pub fn blurred(x: Tensor<4>, taps: [f32; 4]) -> Tensor<4> {
    let ([images, channels, height, width], device) = (x.dims(), x.device());
    let planes = blur::blurred(&numbers(x), height, width, taps);
    tensor(planes, [images, channels, height - 1, width - 1], &device)
}

fn dense(x: Tensor<4>, weight: Tensor<4>, finish: Finish<'_>) -> Tensor<4> {
    let ([images, input, height, width], device) = (x.dims(), x.device());
    let output = weight.dims()[0];
    let weights = PackedWeights::new(&numbers(weight), [input, output]);
    let planes = Dense { input, output, height, width }.forward(&numbers(x), &weights, finish);
    tensor(planes, [images, output, height, width], &device)
}

/// Bias and PReLU in place.
fn bias_prelu(x: Tensor<4>, biases: &[f32], slopes: &[f32]) -> Tensor<4> {
    each_plane(x, |channel, plane| {
        let (bias, slope) = (biases[channel], slopes[channel]);
        for y in plane {
            *y += bias;
            *y = y.max(0.0) + slope * y.min(0.0);
        }
    })
}

/// Something done to every plane in place, knowing its channel.
fn each_plane(x: Tensor<4>, work: impl Fn(usize, &mut [f32]) + Sync) -> Tensor<4> {
    let (shape, device) = (x.dims(), x.device());
    let [_, channels, height, width] = shape;
    let mut planes = numbers(x);
    let each = planes.par_chunks_mut(height * width).enumerate().with_min_len(planes_at_once(height * width));
    each.for_each(|(index, plane)| work(index % channels, plane));
    tensor(planes, shape, &device)
}

/// Planes of this many numbers that are worth handing to a core together.
fn planes_at_once(area: usize) -> usize {
    (16_384 / area).clamp(1, 64)
}

/// The numbers of a tensor; nothing is copied when nobody else holds it.
fn numbers<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    // Cannot fail: `runs` looked at the features, and parameters and features have one type, or burn would refuse them.
    x.into_data().try_into_vec().expect("parameters and features are f32")
}

fn tensor(values: Vec<f32>, shape: [usize; 4], device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests;
