//! A convolution that is a layer of its own: burn's, or on a CPU, where the network only runs, `cpu`'s with its weights
//! kept in the order they are read.

use std::sync::Arc;

use burn::module::Module;
use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, TensorData};

use super::cpu::{self, PackedConv};
use super::layers::{ConvShape, LEAKY_SLOPE, Mode, Source, conv, conv_prelu, leaky};
use super::{ParameterError, convolutions};

/// One convolution. A network holds a hundred at most, so that the size of the larger kind does not matter.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Convolution {
    /// burn's.
    Layer(Conv2d),
    /// Ours.
    Packed(Packed),
}

/// Weights in the order `cpu` reads them; they are never trained.
#[derive(Module, Debug)]
pub struct Packed {
    #[module(skip)]
    conv: Arc<PackedConv>,
}

impl Convolution {
    /// The convolution `name.weight`, with `name.bias` where it has one.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(name: &str, shape: ConvShape, has_bias: bool, source: Source<'_>) -> Result<Self, ParameterError> {
        if !is_packed(shape, source) {
            return source.conv_named(name, shape, has_bias).map(Self::Layer);
        }
        let weights = source.parameters.get(&format!("{name}.weight"), &shape.weight_shape())?;
        let bias = || source.parameters.get(&format!("{name}.bias"), &[shape.channels_out]);
        let bias = has_bias.then(bias).transpose()?.map(|bias| bias.into_owned());
        Ok(Self::packed(shape, &weights, bias))
    }

    /// The convolution with these numbers, `[out, in, side, side]`.
    pub fn of(shape: ConvShape, weights: Vec<f32>, bias: Option<Vec<f32>>, source: Source<'_>) -> Self {
        if is_packed(shape, source) {
            return Self::packed(shape, &weights, bias);
        }
        let weight = Tensor::from_data(TensorData::new(weights, shape.weight_shape()), source.device);
        Self::Layer(source.conv_of(shape, weight, bias.map(|bias| source.vector(bias))))
    }

    fn packed(shape: ConvShape, weights: &[f32], bias: Option<Vec<f32>>) -> Self {
        let conv = PackedConv::new(weights, bias, [shape.channels_in, shape.channels_out], shape.stride);
        Self::Packed(Packed { conv: Arc::new(conv) })
    }

    /// `conv(x)`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Layer(layer) => conv(x, layer),
            Self::Packed(packed) => packed.sloped(x, None, 1.0),
        }
    }

    /// `leaky(conv(x))`.
    pub fn forward_leaky(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Layer(layer) => leaky(conv(x, layer)),
            Self::Packed(packed) => packed.sloped(x, None, LEAKY_SLOPE),
        }
    }

    /// `prelu(conv(x))`.
    pub fn forward_prelu(&self, x: Tensor<4>, slopes: &PRelu) -> Tensor<4> {
        match self {
            Self::Layer(layer) => conv_prelu(x, layer, slopes),
            Self::Packed(packed) => {
                convolutions::count();
                packed.conv.forward_prelu(x, slopes)
            }
        }
    }

    /// `conv(x) + addend`. The addend has the batch of the result, or 1 to serve all of it.
    pub fn forward_add(&self, x: Tensor<4>, addend: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Layer(layer) => conv(x, layer) + addend,
            Self::Packed(packed) => packed.sloped(x, Some(addend), 1.0),
        }
    }

    /// `leaky(conv(x) + addend)`. The addend has the batch of the result, or 1 to serve all of it.
    pub fn forward_add_leaky(&self, x: Tensor<4>, addend: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Layer(layer) => leaky(conv(x, layer) + addend),
            Self::Packed(packed) => packed.sloped(x, Some(addend), LEAKY_SLOPE),
        }
    }
}

impl Packed {
    fn sloped(&self, x: Tensor<4>, addend: Option<Tensor<4>>, slope: f32) -> Tensor<4> {
        convolutions::count();
        self.conv.forward_sloped(x, addend, slope)
    }
}

/// Whether `cpu` has this convolution and may keep its weights: 3×3 over all channels, stride 1 or 2.
fn is_packed(shape: ConvShape, source: Source<'_>) -> bool {
    let has = shape.kernel == 3 && shape.groups == 1 && matches!(shape.stride, 1 | 2);
    has && source.mode == Mode::Running && cpu::serves(source.device)
}
