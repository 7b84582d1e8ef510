//! Convolutions whose weights a style code scales (ARCHITECTURE B.4; StyleGAN2 §2). One face and one code at a time:
//! the scaled weights are made once per code and the convolution is then an ordinary one.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::module::conv_transpose2d;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, TensorData};

use super::blur;
use crate::model::layers::{Source, conv_add_leaky, conv_leaky, convolve, leaky};
use crate::model::norm::per_channel;
use crate::model::{ParameterError, convolutions, cpu};

/// Keeps the demodulation finite.
const EPSILON: f64 = 1e-8;
/// Gain behind every leaky ReLU. It is folded into the weights: a leaky ReLU does not mind.
const GAIN: f64 = std::f64::consts::SQRT_2;

/// From a style code to what each input channel is multiplied by.
#[derive(Module, Debug)]
pub struct Affine {
    linear: Linear,
}

impl Affine {
    /// Takes `name.weight` `[outputs, inputs]`, kept at unit variance by `1/√inputs`, and `name.bias`.
    fn new(name: &str, inputs: usize, outputs: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let mut rows = source.parameters.get(&format!("{name}.weight"), &[outputs, inputs])?.into_owned();
        let scale = 1.0 / (inputs as f32).sqrt();
        rows.iter_mut().for_each(|weight| *weight *= scale);
        let bias = source.tensor(&format!("{name}.bias"), [outputs])?;
        Ok(Self { linear: source.linear_of(&rows, Some(bias), [inputs, outputs]) })
    }

    /// `[1, style]` to `[1, channels]`.
    pub fn forward(&self, code: Tensor<2>) -> Tensor<2> {
        self.linear.forward(code)
    }
}

/// Channels of a modulated convolution.
#[derive(Clone, Copy, Debug)]
pub struct StyledConvShape {
    /// Channels in.
    pub inputs: usize,
    /// Channels out.
    pub outputs: usize,
    /// Length of a style code.
    pub style: usize,
    /// Whether it doubles the size.
    pub is_up: bool,
}

/// A modulated 3×3 convolution with noise, bias and leaky ReLU.
#[derive(Module, Debug)]
pub struct StyledConv {
    affine: Affine,
    /// `[outputs, inputs, 3, 3]`; `[inputs, outputs, 3, 3]` where it doubles the size.
    weight: Param<Tensor<4>>,
    /// Sum of the squared weights over the kernel, `[inputs, outputs]`: what demodulation needs of them.
    squares: Tensor<2>,
    /// One number, gain included.
    noise_gain: Tensor<1>,
    /// `[outputs]`, gain included.
    bias: Param<Tensor<1>>,
    is_up: bool,
}

impl StyledConv {
    /// Takes its parameters from names below `name.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(name: &str, shape: StyledConvShape, source: Source<'_>) -> Result<Self, ParameterError> {
        let StyledConvShape { inputs, outputs, style, is_up } = shape;
        let stored = source.parameters.get(&format!("{name}.conv.weight"), &[1, outputs, inputs, 3, 3])?;
        let scale = 1.0 / ((inputs * 9) as f32).sqrt();
        let mut squares = vec![0.0; inputs * outputs];
        let mut weights = vec![0.0; stored.len()];
        for (at, kernel) in stored.chunks_exact(9).enumerate() {
            let (output, input) = (at / inputs, at % inputs);
            let place = if is_up { input * outputs + output } else { at };
            for (to, from) in weights[place * 9..][..9].iter_mut().zip(kernel) {
                *to = from * scale;
                squares[input * outputs + output] += *to * *to;
            }
        }
        let shape = if is_up { [inputs, outputs, 3, 3] } else { [outputs, inputs, 3, 3] };
        let device = source.device;
        Ok(Self {
            affine: Affine::new(&format!("{name}.conv.modulation"), style, inputs, source)?,
            weight: Param::from_tensor(Tensor::from_data(TensorData::new(weights, shape), device)),
            squares: Tensor::from_data(TensorData::new(squares, [inputs, outputs]), device),
            noise_gain: source.tensor::<1>(&format!("{name}.noise.weight"), [1])?.mul_scalar(GAIN),
            bias: Param::from_tensor(source.tensor::<1>(&format!("{name}.activate.bias"), [outputs])?.mul_scalar(GAIN)),
            is_up,
        })
    }

    /// The layer that turns a style code into a modulation.
    pub fn affine(&self) -> &Affine {
        &self.affine
    }

    /// Features `[1, inputs, n, n]` and a modulation `[1, inputs]` to `[1, outputs, n, n]`, twice that size where it
    /// doubles; noise has the size of the result, `[1, 1, ·, ·]`.
    pub fn forward(&self, x: Tensor<4>, modulation: Tensor<2>, noise: Option<Tensor<4>>) -> Tensor<4> {
        let demodulation = (modulation.clone() * modulation.clone()).matmul(self.squares.clone());
        let demodulation = demodulation.add_scalar(EPSILON).sqrt().recip().mul_scalar(GAIN);
        let ([_, inputs], [_, outputs]) = (modulation.dims(), demodulation.dims());
        let noise = noise.map(|noise| noise * self.noise_gain.clone().reshape([1, 1, 1, 1]));
        if self.is_up {
            let by_input = modulation.reshape([inputs, 1, 1, 1]);
            let weight = self.weight.val() * by_input * demodulation.reshape([1, outputs, 1, 1]);
            let y = blur::blurred(doubling(x, weight)) + per_channel(self.bias.val());
            return leaky(match noise {
                Some(noise) => y + noise,
                None => y,
            });
        }
        let by_input = modulation.reshape([1, inputs, 1, 1]);
        let weight = self.weight.val() * by_input * demodulation.reshape([outputs, 1, 1, 1]);
        match noise {
            Some(noise) => conv_add_leaky(x, weight, Some(self.bias.val()), noise.repeat(&[1, outputs])),
            None => conv_leaky(x, weight, Some(self.bias.val())),
        }
    }
}

/// A transposed 3×3 convolution of stride 2 without padding: `[1, inputs, n, n]` to `[1, outputs, 2n + 1, 2n + 1]`.
fn doubling(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    convolutions::count();
    if cpu::runs(&x) {
        return cpu::conv_doubling(x, weight);
    }
    conv_transpose2d(x, weight, None, ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1))
}

/// A modulated 1×1 convolution to colour, without demodulation, on top of the colour of the level below.
#[derive(Module, Debug)]
pub struct ToRgb {
    affine: Affine,
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
}

impl ToRgb {
    /// Takes its parameters from names below `name.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(name: &str, inputs: usize, style: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let mut weights = source.parameters.get(&format!("{name}.conv.weight"), &[1, 3, inputs, 1, 1])?.into_owned();
        let scale = 1.0 / (inputs as f32).sqrt();
        weights.iter_mut().for_each(|weight| *weight *= scale);
        let bias = source.parameters.get(&format!("{name}.bias"), &[1, 3, 1, 1])?.into_owned();
        let weight = Tensor::from_data(TensorData::new(weights, [3, inputs, 1, 1]), source.device);
        Ok(Self {
            affine: Affine::new(&format!("{name}.conv.modulation"), style, inputs, source)?,
            weight: Param::from_tensor(weight),
            bias: Param::from_tensor(source.vector(bias)),
        })
    }

    /// The layer that turns a style code into a modulation.
    pub fn affine(&self) -> &Affine {
        &self.affine
    }

    /// Features `[1, inputs, n, n]`, a modulation `[1, inputs]` and the colour at half the size to `[1, 3, n, n]`.
    pub fn forward(&self, x: Tensor<4>, modulation: Tensor<2>, below: Option<Tensor<4>>) -> Tensor<4> {
        let [_, inputs] = modulation.dims();
        let weight = self.weight.val() * modulation.reshape([1, inputs, 1, 1]);
        let rgb = convolve(x, weight, Some(self.bias.val()), ConvOptions::new([1, 1], [0, 0], [1, 1], 1));
        match below {
            Some(below) => rgb + blur::doubled(below),
            None => rgb,
        }
    }
}
