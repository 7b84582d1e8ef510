//! StyleGAN2's fixed low-pass filter, [1, 3, 3, 1] along both axes (ARCHITECTURE B.4).

use burn::tensor::Tensor;

use crate::model::cpu;

/// Weights of the filter along one axis where the size has been doubled with zeros between: they sum to 2.
const TAPS: [f32; 4] = [0.25, 0.75, 0.75, 0.25];

/// `[N, C, 2n + 1, 2n + 1]`, as a transposed convolution leaves it, filtered to `[N, C, 2n, 2n]`.
pub fn blurred(x: Tensor<4>) -> Tensor<4> {
    if cpu::runs(&x) {
        return cpu::blurred(x, TAPS);
    }
    along(along(x, 2), 3)
}

/// One axis: a zero on each side, then the filter.
fn along(x: Tensor<4>, axis: usize) -> Tensor<4> {
    let padded = zero_padded(x, axis);
    let out = padded.dims()[axis] - (TAPS.len() - 1);
    let shifted =
        TAPS.into_iter().enumerate().map(|(shift, tap)| padded.clone().narrow(axis, shift, out).mul_scalar(tap));
    // There are four taps, so there is a sum.
    shifted.reduce(|sum, tap| sum + tap).unwrap_or(padded.clone())
}

/// Colour `[N, C, n, n]` at twice the size, `[N, C, 2n, 2n]`: zeros between the pixels and beyond the border, filtered.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    doubled_along(doubled_along(x, 2), 3)
}

/// `out[2i] = (x[i-1] + 3 x[i]) / 4`, `out[2i+1] = (3 x[i] + x[i+1]) / 4`.
fn doubled_along(x: Tensor<4>, axis: usize) -> Tensor<4> {
    let length = x.dims()[axis];
    let padded = zero_padded(x.clone(), axis);
    let near = x.mul_scalar(TAPS[1]);
    let even = near.clone() + padded.clone().narrow(axis, 0, length).mul_scalar(TAPS[0]);
    let odd = near + padded.narrow(axis, 2, length).mul_scalar(TAPS[0]);
    let mut dims = even.dims();
    dims[axis] *= 2;
    Tensor::stack::<5>(vec![even, odd], axis + 1).reshape(dims)
}

fn zero_padded(x: Tensor<4>, axis: usize) -> Tensor<4> {
    let mut dims = x.dims();
    dims[axis] = 1;
    let zeros = Tensor::zeros(dims, &x.device());
    Tensor::cat(vec![zeros.clone(), x, zeros], axis)
}
