//! The few steps that decide how fast the networks are on a CPU, written by hand: 3×3 convolutions with what follows
//! them, PReLU behind a 1×1 convolution, and doubling the size.
//!
//! burn's CPU backend copies the features of a 3×3 convolution into a matrix of patches first and goes over each
//! result again for the bias and once more for the activation; here it is one pass, over as many cores as there are.
//! 1×1 convolutions stay with burn, whose matrix product is as fast as this processor allows. `layers` decides when
//! these are used; results differ from burn's by rounding only, which the tests below hold them to.

mod dense;
mod depthwise;
mod double;
mod simd;

use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

use dense::{Dense, Finish};
use depthwise::{ChannelWeights, Depthwise};

/// Whether a tensor lies in this machine's own memory as f32, without gradients to keep: what these steps need.
pub fn runs(x: &Tensor<4>) -> bool {
    let device = x.device();
    !device.is_autodiff() && device == Device::flex() && x.dtype() == DType::F32
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
        ([3, 3], [1, 1], 1) => {
            let finish = Finish { biases: Some(&biases), addend: None, slopes: &slopes };
            dense(x, weight, finish)
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

/// Twice the size, bilinear.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    let ([images, channels, height, width], device) = (x.dims(), x.device());
    let planes = double::doubled(&numbers(x), height * width, width);
    tensor(planes, [images, channels, 2 * height, 2 * width], &device)
}

fn dense(x: Tensor<4>, weight: Tensor<4>, finish: Finish<'_>) -> Tensor<4> {
    let ([images, input, height, width], device) = (x.dims(), x.device());
    let output = weight.dims()[0];
    let planes = Dense { input, output, height, width }.forward(&numbers(x), &numbers(weight), finish);
    tensor(planes, [images, output, height, width], &device)
}

/// Bias and PReLU in place.
fn bias_prelu(x: Tensor<4>, biases: &[f32], slopes: &[f32]) -> Tensor<4> {
    let (shape, device) = (x.dims(), x.device());
    let [_, channels, height, width] = shape;
    let mut planes = numbers(x);
    let each = planes.par_chunks_mut(height * width).enumerate().with_min_len((16_384 / (height * width)).clamp(1, 64));
    each.for_each(|(index, plane)| {
        let (bias, slope) = (biases[index % channels], slopes[index % channels]);
        for y in plane {
            *y += bias;
            *y = y.max(0.0) + slope * y.min(0.0);
        }
    });
    tensor(planes, shape, &device)
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
