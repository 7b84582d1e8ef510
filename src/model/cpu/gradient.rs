//! Steps of the way back through a network that does not learn: what reaches the features in front of a PReLU, and of
//! a convolution of stride 2.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::{each_plane, numbers, planes_at_once, tensor};

/// PReLU with these slopes, one per channel.
pub fn prelu(x: Tensor<4>, slopes: &[f32]) -> Tensor<4> {
    each_plane(x, |channel, plane| {
        let slope = slopes[channel];
        for y in plane {
            *y = y.max(0.0) + slope * y.min(0.0);
        }
    })
}

/// The gradient in front of a PReLU, from that behind it and from what the PReLU was given.
pub fn prelu_gradient(gradient: Tensor<4>, before: Tensor<4>, slopes: &[f32]) -> Tensor<4> {
    let (shape, device) = (gradient.dims(), gradient.device());
    let [_, channels, height, width] = shape;
    let area = height * width;
    let (mut planes, before) = (numbers(gradient), numbers(before));
    let each = planes.par_chunks_mut(area).zip(before.par_chunks(area)).enumerate();
    each.with_min_len(planes_at_once(area)).for_each(|(index, (gradient, before))| {
        let slope = slopes[index % channels];
        for (gradient, before) in gradient.iter_mut().zip(before) {
            *gradient *= if *before > 0.0 { 1.0 } else { slope };
        }
    });
    tensor(planes, shape, &device)
}

/// Twice the size, with zeros behind every number along both axes: the gradient of a convolution of stride 2 as that of
/// one of stride 1.
pub fn spread(x: Tensor<4>) -> Tensor<4> {
    let ([images, channels, height, width], device) = (x.dims(), x.device());
    let x = numbers(x);
    let mut out = vec![0.0; 4 * x.len()];
    // Two rows come from one.
    let rows = out.par_chunks_exact_mut(4 * width).zip(x.par_chunks_exact(width)).with_min_len(64);
    rows.for_each(|(out, row)| out.iter_mut().step_by(2).zip(row).for_each(|(out, value)| *out = *value));
    tensor(out, [images, channels, 2 * height, 2 * width], &device)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn values(x: Tensor<4>) -> Vec<f32> {
        x.into_data().try_into_vec().unwrap()
    }

    fn planes<const N: usize>(shape: [usize; 4], numbers: [f32; N]) -> Tensor<4> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), shape), &Device::flex())
    }

    #[test]
    fn slopes_hold_below_zero_there_and_back() {
        let x = || planes([1, 2, 1, 2], [1.0, -2.0, 3.0, -4.0]);
        assert_eq!(values(prelu(x(), &[0.5, -1.0])), [1.0, -1.0, 3.0, 4.0]);
        let gradient = planes([1, 2, 1, 2], [10.0, 10.0, 10.0, 10.0]);
        assert_eq!(values(prelu_gradient(gradient, x(), &[0.5, -1.0])), [10.0, 5.0, 10.0, -10.0]);
    }

    #[test]
    fn numbers_are_spread_to_even_places() {
        let spread = values(spread(planes([1, 1, 2, 2], [1.0, 2.0, 3.0, 4.0])));
        assert_eq!(spread, [1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
