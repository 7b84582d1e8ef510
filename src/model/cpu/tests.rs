//! The steps by hand against burn's own, over sizes that divide the registers and sizes that do not.

use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::activation::{leaky_relu, prelu};
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};

use super::*;

/// Numbers in [-1, 1] that repeat late.
fn values<const D: usize>(seed: u32, shape: [usize; D]) -> Tensor<D> {
    let mut state = seed.wrapping_mul(2_654_435_769).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((state >> 16) as u16) / 32_768.0 - 1.0
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn assert_close(ours: Tensor<4>, burns: Tensor<4>, case: &str) {
    assert_eq!(ours.dims(), burns.dims(), "{case}");
    let (ours, burns) = (numbers(ours), numbers(burns));
    let largest = burns.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let worst = ours.iter().zip(&burns).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
    assert!(worst <= 1e-5 * largest, "{case}: {worst} of {largest}");
}

fn conv_of(input: usize, output: usize, kernel: usize, stride: usize, groups: usize) -> Conv2d {
    let pad = kernel / 2;
    let mut conv = Conv2dConfig::new([input, output], [kernel, kernel])
        .with_stride([stride, stride])
        .with_groups(groups)
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .init(&Device::flex());
    conv.weight = Param::from_tensor(values(7, [output, input / groups, kernel, kernel]));
    conv.bias = Some(Param::from_tensor(values(8, [output])));
    conv
}

#[test]
fn convolutions_with_prelu() {
    // Channels in and out, side of the kernel, stride, groups.
    let convolutions = [(6, 6, 3, 1, 6), (6, 6, 3, 2, 6), (3, 32, 3, 1, 1), (5, 13, 3, 1, 1), (9, 7, 1, 1, 1)];
    for (height, width) in [(1, 1), (7, 7), (14, 14), (9, 30), (112, 112)] {
        for (input, output, kernel, stride, groups) in convolutions {
            let conv = conv_of(input, output, kernel, stride, groups);
            let act = PRelu { alpha: Param::from_tensor(values(9, [output])), alpha_value: 0.0 };
            let x = values(1, [2, input, height, width]);
            let burns = prelu(conv.forward(x.clone()), act.alpha.val());
            let case = format!("{input} to {output}, {kernel}×{kernel}, stride {stride}, {height}×{width}");
            assert_close(conv_prelu(x, &conv, &act), burns, &case);
        }
    }
}

#[test]
fn an_addend_of_one_image_serves_all() {
    for (images, shared, size) in [(3, 1, 14), (3, 3, 28), (1, 1, 5)] {
        let conv_shape = conv_of(4, 10, 3, 1, 1);
        let (x, addend) = (values(2, [images, 4, size, size]), values(3, [shared, 10, size, size]));
        let burns = leaky_relu(conv_shape.forward(x.clone()) + addend.clone(), 0.2);
        let bias = conv_shape.bias.as_ref().map(|bias| bias.val());
        let ours = conv(x, conv_shape.weight.val(), bias, Some(addend), 0.2);
        assert_close(ours, burns, &format!("{images} images, {shared} addends, {size}×{size}"));
    }
}

#[test]
fn twice_the_size() {
    for (height, width) in [(1, 1), (1, 3), (7, 7), (28, 56)] {
        let x = values(4, [2, 3, height, width]);
        let options = InterpolateOptions::new(InterpolateMode::Bilinear)
            .with_align_corners(false)
            .with_output_size([2 * height, 2 * width]);
        assert_close(doubled(x.clone()), interpolate(x, options), &format!("{height}×{width}"));
    }
}

#[test]
fn a_transposed_convolution_that_doubles() {
    use burn::tensor::module::conv_transpose2d;
    use burn::tensor::ops::ConvTransposeOptions;
    for (input, output, height, width) in [(1, 1, 1, 1), (3, 5, 4, 4), (7, 13, 8, 5), (2, 25, 33, 64)] {
        let (x, weight) = (values(3, [1, input, height, width]), values(4, [input, output, 3, 3]));
        let options = ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1);
        let burns = conv_transpose2d(x.clone(), weight.clone(), None, options);
        assert_close(conv_doubling(x, weight), burns, &format!("{input} to {output}, {height}×{width}"));
    }
}

#[test]
fn a_packed_convolution_of_either_stride() {
    for (height, width) in [(1, 1), (4, 4), (7, 7), (14, 14), (9, 30), (112, 112)] {
        for (input, output, stride) in [(3, 32, 1), (5, 13, 1), (4, 17, 2), (6, 24, 2)] {
            let conv = conv_of(input, output, 3, stride, 1);
            let biases = conv.bias.as_ref().map(|bias| numbers(bias.val()));
            let packed = PackedConv::new(&numbers(conv.weight.val()), biases, [input, output], stride);
            let x = values(1, [2, input, height, width]);
            let burns = conv.forward(x.clone());
            let addend = values(2, burns.dims());
            let burns = leaky_relu(burns + addend.clone(), 0.2);
            let case = format!("{input} to {output}, stride {stride}, {height}×{width}");
            assert_close(packed.forward_sloped(x, Some(addend), 0.2), burns, &case);
        }
    }
}
