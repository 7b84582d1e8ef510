//! burn's layers filled with named parameters. Convolutions keep their size (padding `kernel / 2`) and have a bias
//! unless said otherwise; file layouts are PyTorch's (linear weights `[out, in]`). The steps that cost most on a CPU go
//! through `cpu` there and through burn everywhere else, so that each network is written once.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PRelu, PReluConfig, PaddingConfig2d};
use burn::tensor::activation::leaky_relu;
use burn::tensor::module::{conv2d, interpolate};
use burn::tensor::ops::{ConvOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::{ParameterError, Parameters, cpu};

/// Where parameters come from and where they go: a set of names below one prefix, and a device.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// All parameters of the network.
    pub parameters: &'a Parameters,
    /// The device that will hold them.
    pub device: &'a Device,
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

    /// A depthwise 3×3 convolution.
    pub fn depthwise(channels: usize, stride: usize) -> Self {
        Self { channels_in: channels, channels_out: channels, kernel: 3, stride, groups: channels }
    }
}

impl Source<'_> {
    /// A tensor by name.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn tensor<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Tensor<D>, ParameterError> {
        let values = self.parameters.get(name, &shape)?;
        Ok(Tensor::from_data(TensorData::new(values.into_owned(), shape), self.device))
    }

    /// A trainable tensor by name.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn param<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>, ParameterError> {
        self.tensor(name, shape).map(Param::from_tensor)
    }

    /// The convolution `name.weight`, `name.bias`.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn conv(&self, name: &str, shape: ConvShape) -> Result<Conv2d, ParameterError> {
        let ConvShape { channels_in, channels_out, kernel, stride, groups } = shape;
        let padding = kernel / 2;
        let mut conv = Conv2dConfig::new([channels_in, channels_out], [kernel, kernel])
            .with_stride([stride, stride])
            .with_groups(groups)
            .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
            .init(self.device);
        let weight_shape = [channels_out, channels_in / groups, kernel, kernel];
        conv.weight = Param::from_tensor(self.tensor(&format!("{name}.weight"), weight_shape)?);
        conv.bias = Some(Param::from_tensor(self.tensor(&format!("{name}.bias"), [channels_out])?));
        Ok(conv)
    }

    /// The per-channel slopes `name.weight` of a PReLU.
    ///
    /// # Errors
    /// When the tensor is missing or has another shape.
    pub fn prelu(&self, name: &str, channels: usize) -> Result<PRelu, ParameterError> {
        let mut prelu = PReluConfig::new().with_num_parameters(channels).init(self.device);
        prelu.alpha = Param::from_tensor(self.tensor(&format!("{name}.weight"), [channels])?);
        Ok(prelu)
    }

    /// The linear layer `name.weight` `[out, in]`, with `name.bias` where there is one.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn linear(&self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Result<Linear, ParameterError> {
        let rows = self.parameters.get(&format!("{name}.weight"), &[outputs, inputs])?;
        // burn multiplies by `[in, out]`: transposed once here, not at every use.
        let mut columns = vec![0.0; rows.len()];
        for (output, row) in rows.chunks(inputs).enumerate() {
            for (input, value) in row.iter().enumerate() {
                columns[input * outputs + output] = *value;
            }
        }
        let mut linear = LinearConfig::new(inputs, outputs).with_bias(bias).init(self.device);
        let weight = Tensor::from_data(TensorData::new(columns, [inputs, outputs]), self.device);
        linear.weight = Param::from_tensor(weight);
        if bias {
            linear.bias = Some(Param::from_tensor(self.tensor(&format!("{name}.bias"), [outputs])?));
        }
        Ok(linear)
    }
}

/// Slope below zero of the leaky ReLU in every part of the compact synthesis.
const LEAKY_SLOPE: f32 = 0.2;

/// Leaky ReLU with the slope every part of the compact synthesis uses.
pub fn leaky<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    leaky_relu(x, f64::from(LEAKY_SLOPE))
}

/// A convolution and the PReLU behind it.
pub fn conv_prelu(x: Tensor<4>, conv: &Conv2d, prelu: &PRelu) -> Tensor<4> {
    if cpu::runs(&x) { cpu::conv_prelu(x, conv, prelu) } else { prelu.forward(conv.forward(x)) }
}

/// `leaky(conv(x) + addend)` for a 3×3 convolution of stride 1 that keeps the size. The addend has the batch of `x`, or
/// 1 to serve all of it; without a bias the addend brings it.
pub fn conv_add_leaky(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, addend: Tensor<4>) -> Tensor<4> {
    if cpu::runs(&x) {
        return cpu::conv(x, weight, bias, Some(addend), LEAKY_SLOPE);
    }
    leaky(conv2d(x, weight, bias, same_size()) + addend)
}

/// A 3×3 convolution of stride 1 that keeps the size.
pub fn conv_same(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    if cpu::runs(&x) { cpu::conv(x, weight, bias, None, 1.0) } else { conv2d(x, weight, bias, same_size()) }
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

fn same_size() -> ConvOptions<2> {
    ConvOptions::new([1, 1], [1, 1], [1, 1], 1)
}
