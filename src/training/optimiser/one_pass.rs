//! Adam's step on a CPU in one pass over memory: the network's parameters, their gradients and both means are read once
//! and written once, where single tensor operations go over them a dozen times.

use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

/// Numbers a thread takes at a time.
const PIECE: usize = 1 << 14;

/// One step's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Share of the past in the mean of gradients.
    pub mean_decay: f32,
    /// Share of this gradient.
    pub mean_new: f32,
    /// Share of the past in the mean of squared gradients.
    pub square_decay: f32,
    /// Share of this gradient's square.
    pub square_new: f32,
    /// What the mean is divided by, as it starts at zero.
    pub mean_share: f32,
    /// What the mean of squares is divided by.
    pub square_share: f32,
    /// Added to the size of a gradient.
    pub epsilon: f32,
    /// Learning rate of the parameter.
    pub rate: f32,
    /// Share of itself that it loses.
    pub lost: f32,
}

/// Whether a tensor lies in this machine's own memory in single precision.
pub fn serves<const D: usize>(x: &Tensor<D>) -> bool {
    let device = x.device();
    !device.is_autodiff() && device == Device::flex() && x.dtype() == DType::F32
}

/// A parameter, the mean of its gradients and that of their squares behind a step, of tensors that [`serves`] takes.
pub fn step([values, gradient, mean, square]: [Tensor<1>; 4], pace: Pace) -> [Tensor<1>; 3] {
    let device = values.device();
    // Cannot fail: `serves` looked at every tensor's type.
    let numbers = |tensor: Tensor<1>| tensor.into_data().try_into_vec::<f32>().expect("all four are f32");
    let (mut values, gradient) = (numbers(values), numbers(gradient));
    let (mut mean, mut square) = (numbers(mean), numbers(square));
    let pieces = values.par_chunks_mut(PIECE).zip(gradient.par_chunks(PIECE));
    let pieces = pieces.zip(mean.par_chunks_mut(PIECE).zip(square.par_chunks_mut(PIECE)));
    pieces.for_each(|((values, gradient), (mean, square))| {
        let both = mean.iter_mut().zip(square.iter_mut());
        for ((value, gradient), (mean, square)) in values.iter_mut().zip(gradient).zip(both) {
            *mean = *mean * pace.mean_decay + gradient * pace.mean_new;
            *square = *square * pace.square_decay + gradient * gradient * pace.square_new;
            let size = (*square / pace.square_share).sqrt() + pace.epsilon;
            *value -= *mean / pace.mean_share / size * pace.rate + *value * pace.lost;
        }
    });
    let tensor = |values: Vec<f32>| {
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), &device)
    };
    [values, mean, square].map(tensor)
}
