//! A 4×4 convolution whose weights, seen as a matrix, are divided by their largest singular value, so that no layer can
//! sharpen differences without bound (spectral norm; ARCHITECTURE A.4). The value is found by power iteration, one
//! step per training pass, and the vectors that carry it on are running state.

use burn::module::{Flag, Module, Param, RunningState};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;

use crate::model::ParameterError;
use crate::model::layers::{Source, convolve, unit_rows};

const KERNEL: usize = 4;
const PADDING: usize = 1;

/// Shape of one 4×4 convolution, padded by 1.
#[derive(Clone, Copy, Debug)]
pub struct PatchConvShape {
    /// Channels in.
    pub channels_in: usize,
    /// Channels out.
    pub channels_out: usize,
    /// Stride along both axes.
    pub stride: usize,
}

/// The convolution, with or without spectral norm.
#[derive(Module, Debug)]
pub struct PatchConv {
    /// As learnt, not yet divided.
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    spectral: Option<SingularVectors>,
    stride: usize,
}

impl PatchConv {
    /// The convolution `name.weight`, `name.bias`, as it is.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn plain(name: &str, shape: PatchConvShape, source: Source<'_>) -> Result<Self, ParameterError> {
        Self::new(name, "weight", shape, source)
    }

    /// The convolution `name.weight_orig`, `name.bias`, with spectral norm: `name.weight_u`, `name.weight_v`.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn spectral(name: &str, shape: PatchConvShape, source: Source<'_>) -> Result<Self, ParameterError> {
        let spectral = SingularVectors {
            left: source.state(&format!("{name}.weight_u"), [shape.channels_out])?,
            right: source.state(&format!("{name}.weight_v"), [shape.channels_in * KERNEL * KERNEL])?,
            training: Param::from_bool(true),
        };
        Ok(Self { spectral: Some(spectral), ..Self::new(name, "weight_orig", shape, source)? })
    }

    fn new(name: &str, weight: &str, shape: PatchConvShape, source: Source<'_>) -> Result<Self, ParameterError> {
        let PatchConvShape { channels_in, channels_out, stride } = shape;
        Ok(Self {
            weight: source.param(&format!("{name}.{weight}"), [channels_out, channels_in, KERNEL, KERNEL])?,
            bias: source.param(&format!("{name}.bias"), [channels_out])?,
            spectral: None,
            stride,
        })
    }

    /// `[N, C, h, w]` to `[N, out, h', w']`: half the size at stride 2, one less at stride 1.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let weight = self.weight.val();
        let weight = match &self.spectral {
            Some(vectors) => vectors.normalise(weight),
            None => weight,
        };
        let options = ConvOptions::new([self.stride; 2], [PADDING; 2], [1, 1], 1);
        convolve(x, weight, Some(self.bias.val()), options)
    }
}

/// Unit vectors on either side of a weight matrix that near those of its largest singular value.
#[derive(Module, Debug)]
struct SingularVectors {
    /// `[out]`.
    left: RunningState<Tensor<1>>,
    /// `[in · 16]`.
    right: RunningState<Tensor<1>>,
    training: Param<Flag>,
}

impl SingularVectors {
    /// The weights divided by their largest singular value. Gradients reach the weights through that value too, but
    /// not through the vectors.
    fn normalise(&self, weight: Tensor<4>) -> Tensor<4> {
        let [out, channels_in, height, width] = weight.dims();
        let rows: Tensor<2> = weight.clone().reshape([out, channels_in * height * width]);
        let left: Tensor<2> = self.left.value_sync().unsqueeze();
        let right: Tensor<2> = self.right.value_sync().unsqueeze();
        let (left, right) = match weight.device().is_autodiff() && self.training.is_enabled() {
            true => self.step(rows.clone().detach(), left),
            false => (left, right),
        };
        let largest = left.matmul(rows).mul(right).sum_dim(1);
        weight / largest.reshape([1, 1, 1, 1])
    }

    /// One step of the power iteration from `left` `[1, out]`: the new vectors, kept and returned as rows.
    fn step(&self, rows: Tensor<2>, left: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let right = unit_rows(left.matmul(rows.clone())).detach();
        let left = unit_rows(right.clone().matmul(rows.transpose())).detach();
        self.left.update(left.clone().flatten(0, 1));
        self.right.update(right.clone().flatten(0, 1));
        (left, right)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::model::layers::Mode;
    use crate::model::{Parameter, Parameters};

    /// A convolution from one channel to two whose matrix has the singular values 3 and 2.
    fn conv(device: &Device) -> PatchConv {
        let mut weights = vec![0.0; 2 * KERNEL * KERNEL];
        (weights[0], weights[KERNEL * KERNEL + 1]) = (3.0, 2.0);
        let diagonal = std::f32::consts::FRAC_1_SQRT_2;
        let mut right = vec![0.0; KERNEL * KERNEL];
        right[..2].fill(diagonal);
        let mut parameters = Parameters::default();
        let tensors = [
            ("c.weight_orig", vec![2, 1, KERNEL, KERNEL], weights),
            ("c.bias", vec![2], vec![0.0; 2]),
            ("c.weight_u", vec![2], vec![diagonal; 2]),
            ("c.weight_v", vec![KERNEL * KERNEL], right),
        ];
        for (name, shape, values) in tensors {
            parameters.insert(name, Parameter { shape, values });
        }
        let source = Source { parameters: &parameters, device, mode: Mode::Training };
        PatchConv::spectral("c", PatchConvShape { channels_in: 1, channels_out: 2, stride: 1 }, source).unwrap()
    }

    /// The first weight, 3 before it is divided.
    fn first_weight(conv: &PatchConv, device: &Device) -> f32 {
        let mut face = vec![0.0; 16];
        face[0] = 1.0;
        let face = Tensor::<1>::from_floats(face.as_slice(), device).reshape([1, 1, 4, 4]);
        // Where the padded kernel's first weight meets the only pixel that is not zero.
        conv.forward(face).slice([0..1, 0..1, 1..2, 1..2]).into_scalar()
    }

    #[test]
    fn training_passes_near_the_largest_singular_value() {
        let device = Device::flex().autodiff();
        let conv = conv(&device);
        let weights: Vec<f32> = (0..20).map(|_| first_weight(&conv, &device)).collect();
        assert!(weights.is_sorted_by(|a, b| *a >= b - 1e-5), "{weights:?}");
        assert!((weights[19] - 1.0).abs() < 1e-5, "{weights:?}");
    }

    #[test]
    fn frozen_and_running_passes_leave_the_vectors_alone() {
        let (training, running) = (Device::flex().autodiff(), Device::flex());
        for (conv, device) in [(conv(&training).freeze(), &training), (conv(&running), &running)] {
            // u·Wv = (3 + 2) / 2
            for _ in 0..3 {
                assert!((first_weight(&conv, device) - 3.0 / 2.5).abs() < 1e-5);
            }
        }
    }
}
