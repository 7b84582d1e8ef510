//! Batches and labels as tensors, and terms as numbers.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::data::Batch;
use crate::model::{AgeGroup, CROP_SIZE_PX};

/// A batch's faces `[N, 3, 112, 112]`, RGB in [-1, 1].
pub fn faces(batch: &Batch, device: &Device) -> Tensor<4> {
    planes(&batch.crops, batch.samples.len(), 3, device)
}

/// A batch's masks `[N, 1, 112, 112]`: 1 where the pixels are those of the photograph.
pub fn photographed(batch: &Batch, device: &Device) -> Tensor<4> {
    planes(&batch.photographed, batch.samples.len(), 1, device)
}

fn planes(values: &[f32], images: usize, channels: usize, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values.to_vec(), [images, channels, CROP_SIZE_PX, CROP_SIZE_PX]), device)
}

/// Age groups as classes `[N]`.
pub fn classes(groups: &[AgeGroup], device: &Device) -> Tensor<1, Int> {
    let indices: Vec<i64> = groups.iter().map(|group| group.index() as i64).collect();
    Tensor::from_data(TensorData::new(indices, [groups.len()]), device)
}

/// Single numbers `[1]` brought from their device, all in one go.
pub fn values(numbers: impl IntoIterator<Item = Tensor<1>>) -> Vec<f32> {
    let numbers: Vec<Tensor<1>> = numbers.into_iter().map(Tensor::without_autodiff).collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    Tensor::cat(numbers, 0).into_data().convert::<f32>().iter::<f32>().collect()
}
