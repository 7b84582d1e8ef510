//! burn's layers filled with named parameters. Convolutions keep their size (padding `kernel / 2`) and have a bias
//! unless said otherwise; file layouts are PyTorch's (linear weights `[out, in]`). The steps that cost most on a CPU go
//! through `cpu` there and through burn everywhere else, so that each network is written once.

use burn::module::{Param, RunningState};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PRelu, PReluConfig, PaddingConfig2d};
use burn::tensor::activation::leaky_relu;
use burn::tensor::module::{conv2d, interpolate};
use burn::tensor::ops::{ConvOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::parameters::parameter_id;
use super::{ParameterError, Parameters, convolutions, cpu};

/// Where parameters come from and where they go: a set of names below one prefix, and a device.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// All parameters of the network.
    pub parameters: &'a Parameters,
    /// The device that will hold them.
    pub device: &'a Device,
    /// What the network is built for.
    pub mode: Mode,
}

/// What a network is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To run: batch norms are folded into the convolutions and linear layers beside them wherever that is exact.
    Running,
    /// To train: every batch norm stands by itself.
    Training,
}

/// Shape of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    /// Channels in.
    pub channels_in: usize,
    /// Channels out.
    pub channels_out: usize,
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// Stride along both axes.
    pub stride: usize,
    /// Groups of channels; `channels_in` for a depthwise convolution.
    pub groups: usize,
}

impl ConvShape {
    /// A convolution of stride 1 over all channels.
    pub fn new(channels_in: usize, channels_out: usize, kernel: usize) -> Self {
        Self { channels_in, channels_out, kernel, stride: 1, groups: 1 }
    }

    /// The same with another stride.
    #[must_use]
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Shape of the weights.
    pub fn weight_shape(&self) -> [usize; 4] {
        [self.channels_out, self.channels_in / self.groups, self.kernel, self.kernel]
    }

    /// A depthwise 3×3 convolution.
    pub fn depthwise(channels: usize, stride: usize) -> Self {
        Self { channels_in: channels, channels_out: channels, kernel: 3, stride, groups: channels }
    }
}

impl<'a> Source<'a> {
    /// For a network that will only run.
    pub fn running(parameters: &'a Parameters, device: &'a Device) -> Self {
        Self { parameters, device, mode: Mode::Running }
    }

    /// A tensor by name.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn tensor<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Tensor<D>, ParameterError> {
        let values = self.parameters.get(name, &shape)?;
        Ok(Tensor::from_data(TensorData::new(values.into_owned(), shape), self.device))
    }

    /// A vector of these numbers.
    pub fn vector(&self, values: Vec<f32>) -> Tensor<1> {
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), self.device)
    }

    /// A trainable tensor by name.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn param<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>, ParameterError> {
        Ok(named(Param::from_tensor(self.tensor(name, shape)?), name))
    }

    /// A running statistic by name.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn state<const D: usize>(
        &self,
        name: &str,
        shape: [usize; D],
    ) -> Result<RunningState<Tensor<D>>, ParameterError> {
        Ok(RunningState::with_id(parameter_id(name), self.tensor(name, shape)?))
    }

    /// The convolution `name.weight`, `name.bias`.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn conv(&self, name: &str, shape: ConvShape) -> Result<Conv2d, ParameterError> {
        self.conv_named(name, shape, true)
    }

    /// The convolution `name.weight`, with `name.bias` where it has one.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn conv_named(&self, name: &str, shape: ConvShape, has_bias: bool) -> Result<Conv2d, ParameterError> {
        let weight = self.param(&format!("{name}.weight"), shape.weight_shape())?;
        let bias = || self.param(&format!("{name}.bias"), [shape.channels_out]);
        Ok(self.conv_with(shape, weight, has_bias.then(bias).transpose()?))
    }

    /// The convolution with these numbers.
    pub fn conv_of(&self, shape: ConvShape, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Conv2d {
        self.conv_with(shape, Param::from_tensor(weight), bias.map(Param::from_tensor))
    }

    fn conv_with(&self, shape: ConvShape, weight: Param<Tensor<4>>, bias: Option<Param<Tensor<1>>>) -> Conv2d {
        let ConvShape { channels_in, channels_out, kernel, stride, groups } = shape;
        let padding = kernel / 2;
        let mut conv = Conv2dConfig::new([channels_in, channels_out], [kernel, kernel])
            .with_stride([stride, stride])
            .with_groups(groups)
            .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
            .with_bias(bias.is_some())
            .init(self.device);
        conv.weight = weight;
        conv.bias = bias;
        conv
    }

    /// The per-channel slopes `name.weight` of a PReLU.
    ///
    /// # Errors
    /// When the tensor is missing or has another shape.
    pub fn prelu(&self, name: &str, channels: usize) -> Result<PRelu, ParameterError> {
        let mut prelu = PReluConfig::new().with_num_parameters(channels).init(self.device);
        prelu.alpha = self.param(&format!("{name}.weight"), [channels])?;
        Ok(prelu)
    }

    /// The linear layer `name.weight` `[out, in]`, with `name.bias` where there is one.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn linear(&self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Result<Linear, ParameterError> {
        let rows = self.parameters.get(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = match bias {
            true => Some(self.tensor(&format!("{name}.bias"), [outputs])?),
            false => None,
        };
        Ok(named_linear(self.linear_of(&rows, bias, [inputs, outputs]), name))
    }

    /// The linear layer with these numbers, `rows` `[outputs, inputs]`.
    pub fn linear_of(&self, rows: &[f32], bias: Option<Tensor<1>>, [inputs, outputs]: [usize; 2]) -> Linear {
        // burn multiplies by `[in, out]`: transposed once here, not at every use.
        let weight = Tensor::from_data(TensorData::new(transposed(rows, inputs), [inputs, outputs]), self.device);
        let mut linear = LinearConfig::new(inputs, outputs).with_bias(bias.is_some()).init(self.device);
        linear.weight = Param::from_tensor(weight);
        linear.bias = bias.map(Param::from_tensor);
        linear
    }
}

/// A parameter that can be told by this name.
fn named<const D: usize>(mut param: Param<Tensor<D>>, name: &str) -> Param<Tensor<D>> {
    param.id = parameter_id(name);
    param
}

/// A linear layer that holds the tensors `name.weight`, and `name.bias` where it has one, as they are in files.
pub fn named_linear(linear: Linear, name: &str) -> Linear {
    Linear {
        weight: named(linear.weight, &format!("{name}.weight")),
        bias: linear.bias.map(|bias| named(bias, &format!("{name}.bias"))),
    }
}

/// Rows of this length as columns. In tiles, so that neither side walks through memory in long steps.
fn transposed(rows: &[f32], length: usize) -> Vec<f32> {
    const TILE: usize = 32;
    let count = rows.len() / length;
    let mut columns = vec![0.0; rows.len()];
    for first_row in (0..count).step_by(TILE) {
        for first_column in (0..length).step_by(TILE) {
            for row in first_row..(first_row + TILE).min(count) {
                for column in first_column..(first_column + TILE).min(length) {
                    columns[column * count + row] = rows[row * length + column];
                }
            }
        }
    }
    columns
}

/// Slope below zero of the leaky ReLU wherever one is used.
pub const LEAKY_SLOPE: f32 = 0.2;

/// Leaky ReLU with the slope every network here uses.
pub fn leaky<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    leaky_relu(x, f64::from(LEAKY_SLOPE))
}

/// A convolution.
pub fn conv(x: Tensor<4>, conv: &Conv2d) -> Tensor<4> {
    convolutions::count();
    conv.forward(x)
}

/// A convolution with weights that are not a layer's own.
pub fn convolve(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions<2>) -> Tensor<4> {
    convolutions::count();
    conv2d(x, weight, bias, options)
}

/// Whether a convolution is one of `cpu`'s: neither what goes in nor the weights have gradients to keep.
fn runs_by_hand(x: &Tensor<4>, weight: &Tensor<4>) -> bool {
    cpu::runs(x) && !weight.is_autodiff()
}

/// A convolution and the PReLU behind it.
pub fn conv_prelu(x: Tensor<4>, conv: &Conv2d, prelu: &PRelu) -> Tensor<4> {
    convolutions::count();
    if runs_by_hand(&x, &conv.weight.val()) { cpu::conv_prelu(x, conv, prelu) } else { prelu.forward(conv.forward(x)) }
}

/// `leaky(conv(x) + addend)` for a 3×3 convolution of stride 1 that keeps the size. The addend has the batch of `x`, or
/// 1 to serve all of it; without a bias the addend brings it.
pub fn conv_add_leaky(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, addend: Tensor<4>) -> Tensor<4> {
    conv_sloped(x, weight, bias, Some(addend), LEAKY_SLOPE)
}

/// `leaky(conv(x))` for a 3×3 convolution of stride 1 that keeps the size.
pub fn conv_leaky(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    conv_sloped(x, weight, bias, None, LEAKY_SLOPE)
}

/// A 3×3 convolution of stride 1 that keeps the size.
pub fn conv_same(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    conv_sloped(x, weight, bias, None, 1.0)
}

/// A 3×3 convolution of stride 1 that keeps the size, what is added to it, and a slope below zero; 1 is none.
fn conv_sloped(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    addend: Option<Tensor<4>>,
    slope: f32,
) -> Tensor<4> {
    convolutions::count();
    if runs_by_hand(&x, &weight) {
        return cpu::conv(x, weight, bias, addend, slope);
    }
    let y = conv2d(x, weight, bias, ConvOptions::new([1, 1], [1, 1], [1, 1], 1));
    let y = match addend {
        Some(addend) => y + addend,
        None => y,
    };
    if slope == 1.0 { y } else { leaky_relu(y, f64::from(slope)) }
}

/// Rows `[N, D]` at unit length; those of no length stay zero.
pub fn unit_rows(x: Tensor<2>) -> Tensor<2> {
    const SHORTEST: f64 = 1e-12;
    let lengths = x.clone().square().sum_dim(1).sqrt().clamp_min(SHORTEST);
    x / lengths
}

/// Twice the size, bilinear with half-pixel centres and clamped edges.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    if cpu::runs(&x) {
        return cpu::doubled(x);
    }
    let [_, _, height, width] = x.dims();
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size([2 * height, 2 * width]);
    interpolate(x, options)
}
