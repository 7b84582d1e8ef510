//! burn layers filled from named parameters, and the small functions all networks share.
//! Which layers a network has is said in the network's own file.

use burn::module::Param;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, PRelu, PaddingConfig2d};
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::{ParameterError, Parameters};

/// Slope of the leaky ReLU in the synthesis half (ARCHITECTURE-compact, head).
const LEAKY_SLOPE: f64 = 0.2;

/// Where layers find their parameters: a set of parameters, a name in front, and the device they go to.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    parameters: &'a Parameters,
    prefix: String,
    device: &'a Device,
}

/// Geometry of a convolution. Padding is always half the kernel, so a stride of 1 keeps the size.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// Stride along both axes.
    pub stride: usize,
    /// Groups; `input` of them makes the convolution depthwise.
    pub groups: usize,
}

impl ConvShape {
    /// A dense convolution with stride 1.
    pub fn dense(input: usize, output: usize, kernel: usize) -> Self {
        Self { input, output, kernel, stride: 1, groups: 1 }
    }

    /// A 3×3 convolution of each channel by itself.
    pub fn depthwise(channels: usize, stride: usize) -> Self {
        Self { input: channels, output: channels, kernel: 3, stride, groups: channels }
    }
}

impl<'a> Source<'a> {
    /// All parameters, no name in front.
    pub fn new(parameters: &'a Parameters, device: &'a Device) -> Self {
        Self { parameters, prefix: String::new(), device }
    }

    /// The part of the network called `name`.
    pub fn part(&self, name: &str) -> Self {
        Self { prefix: self.name(name), ..self.clone() }
    }

    /// The plain numbers of a tensor of this part.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn values(&self, name: &str, shape: &[usize]) -> Result<&'a [f32], ParameterError> {
        self.parameters.get(&self.name(name), shape)
    }

    /// A trainable tensor of this part.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn param<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>, ParameterError> {
        let data = TensorData::new(self.values(name, &shape)?.to_vec(), shape);
        Ok(Param::from_tensor(Tensor::from_data(data, self.device)))
    }

    /// A convolution with bias.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn conv(&self, name: &str, shape: ConvShape) -> Result<Conv2d, ParameterError> {
        let part = self.part(name);
        let ConvShape { input, output, kernel, stride, groups } = shape;
        let pad = kernel / 2;
        Ok(Conv2d {
            weight: part.param("weight", [output, input / groups, kernel, kernel])?,
            bias: Some(part.param("bias", [output])?),
            stride: [stride; 2],
            kernel_size: [kernel; 2],
            dilation: [1; 2],
            groups,
            padding: PaddingConfig2d::Explicit(pad, pad, pad, pad),
        })
    }

    /// A linear layer; the file's `[out, in]` weights become burn's `[in, out]`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn linear(&self, name: &str, input: usize, output: usize) -> Result<Linear, ParameterError> {
        let bias = Some(self.part(name).param("bias", [output])?);
        Ok(Linear { bias, ..self.linear_without_bias(name, input, output)? })
    }

    /// A linear layer without bias.
    ///
    /// # Errors
    /// When the weights are missing or have another shape.
    pub fn linear_without_bias(&self, name: &str, input: usize, output: usize) -> Result<Linear, ParameterError> {
        let rows = self.part(name).values("weight", &[output, input])?;
        let columns = transposed(rows, output, input);
        let weight = Tensor::from_data(TensorData::new(columns, [input, output]), self.device);
        Ok(Linear { weight: Param::from_tensor(weight), bias: None })
    }

    /// A PReLU with one slope per channel (`weight` in the file, `alpha` in burn).
    ///
    /// # Errors
    /// When the slopes are missing or have another shape.
    pub fn prelu(&self, name: &str, channels: usize) -> Result<PRelu, ParameterError> {
        Ok(PRelu { alpha: self.part(name).param("weight", [channels])?, alpha_value: 0.0 })
    }

    fn name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }
}

/// Leaky ReLU with slope 0.2.
pub fn leaky(x: Tensor<4>) -> Tensor<4> {
    activation::leaky_relu(x, LEAKY_SLOPE)
}

/// Twice the size, bilinear with half-pixel centres and clamped edges: `[N, C, H, W]` to `[N, C, 2H, 2W]`.
pub fn upsample_twice(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size([2 * height, 2 * width]);
    interpolate(x, options)
}

/// A row-major matrix with rows and columns exchanged, in tiles so that both sides stay in the cache.
fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const TILE: usize = 32;
    let mut out = vec![0.0; matrix.len()];
    for row_tile in (0..rows).step_by(TILE) {
        for column_tile in (0..columns).step_by(TILE) {
            for row in row_tile..(row_tile + TILE).min(rows) {
                for column in column_tile..(column_tile + TILE).min(columns) {
                    out[column * rows + row] = matrix[row * columns + column];
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_changes_nothing() {
        let matrix: Vec<f32> = (0..35 * 67).map(|value| value as f32).collect();
        let once = transposed(&matrix, 35, 67);
        assert_eq!(once[35 * 3 + 2], matrix[2 * 67 + 3]);
        assert_eq!(transposed(&once, 67, 35), matrix);
    }
}
