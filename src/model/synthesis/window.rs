//! The soft window that fades a change out before the border of the crop (ARCHITECTURE-compact §6).

use burn::tensor::{Device, Tensor, TensorData};

use crate::model::CROP_SIZE_PX;

/// 0 at the border of the crop, 1 over the face.
#[derive(Clone, Debug)]
pub struct Window {
    values: Vec<f32>,
    /// `[1, 1, 112, 112]`.
    tensor: Tensor<4>,
}

impl Window {
    /// A window of these 112 × 112 numbers, row-major.
    pub fn new(values: Vec<f32>, device: &Device) -> Self {
        let tensor = Tensor::from_data(TensorData::new(values.clone(), [1, 1, CROP_SIZE_PX, CROP_SIZE_PX]), device);
        Self { values, tensor }
    }

    /// The window the compact network was trained with, by its formula: the published networks have none of their own,
    /// and without one a residual would end in a seam.
    pub fn over_the_face(device: &Device) -> Self {
        let ramp = |t: f32| {
            let t = t.clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let row = |i: f32| ramp((i - 1.0) / 12.0) * ramp((111.0 - i) / 4.0);
        let column = |j: f32| ramp((j - 1.0) / 10.0) * ramp((110.0 - j) / 10.0);
        let side = CROP_SIZE_PX;
        let values = (0..side * side).map(|at| row((at / side) as f32) * column((at % side) as f32)).collect();
        Self::new(values, device)
    }

    /// Fades `[N, C, 112, 112]` out towards the border.
    pub fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        x * self.tensor.clone()
    }

    /// The numbers as `[1, 1, 112, 112]`.
    pub fn tensor(&self) -> Tensor<4> {
        self.tensor.clone()
    }

    /// The numbers, row-major.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}
