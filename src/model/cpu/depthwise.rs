//! 3×3 convolution of each channel by itself, bias and PReLU in one pass over each plane.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::simd::{load, run, store};

/// Widest register of any processor, in numbers: what padding must allow for.
const MAX_LANES: usize = 16;

/// Geometry of the planes and of the convolution; padding is 1.
#[derive(Clone, Copy, Debug)]
pub struct Depthwise {
    /// Channels of an image.
    pub channels: usize,
    /// Rows of a plane.
    pub height: usize,
    /// Columns of a plane.
    pub width: usize,
    /// 1 or 2.
    pub stride: usize,
}

/// What happens to each channel: its nine weights, its bias and its slope below zero.
#[derive(Clone, Copy, Debug)]
pub struct ChannelWeights<'a> {
    /// `[channels, 9]`.
    pub kernels: &'a [f32],
    /// One per channel.
    pub biases: &'a [f32],
    /// One per channel.
    pub slopes: &'a [f32],
}

impl Depthwise {
    /// Size of an output plane.
    pub fn output_size(&self) -> [usize; 2] {
        [self.height.div_ceil(self.stride), self.width.div_ceil(self.stride)]
    }

    /// Planes `[N, channels, height, width]` to planes of [`Self::output_size`].
    pub fn forward(&self, planes: &[f32], weights: ChannelWeights<'_>) -> Vec<f32> {
        let area = self.height * self.width;
        let [out_height, out_width] = self.output_size();
        let mut out = vec![0.0; planes.len() / area * out_height * out_width];
        let pairs = out.par_chunks_mut(out_height * out_width).zip(planes.par_chunks(area)).enumerate();
        // A few planes at a time, so that tasks are not smaller than what they cost to hand out.
        let at_once = (16_384 / area).clamp(1, 64);
        pairs.with_min_len(at_once).for_each_init(
            || (vec![0.0; (self.height + 2) * self.pitch()], vec![0.0; self.pitch()]),
            |(padded, wide), (index, (out, plane))| {
                let channel = index % self.channels;
                let kernel = &weights.kernels[9 * channel..9 * channel + 9];
                self.pad(plane, padded);
                let (bias, slope) = (weights.biases[channel], weights.slopes[channel]);
                run(Plane { geometry: *self, padded, wide, kernel, bias, slope, out });
            },
        );
        out
    }

    /// Length of a padded row: a border on either side, and room for a register to reach past the end.
    fn pitch(&self) -> usize {
        self.width.next_multiple_of(MAX_LANES) + 2
    }

    /// Copies a plane into the middle of the zeros. Borders are never written, so they stay zero from plane to plane.
    fn pad(&self, plane: &[f32], padded: &mut [f32]) {
        let rows = padded.chunks_exact_mut(self.pitch()).skip(1);
        for (row, padded) in plane.chunks_exact(self.width).zip(rows) {
            padded[1..=self.width].copy_from_slice(row);
        }
    }
}

struct Plane<'a> {
    geometry: Depthwise,
    padded: &'a [f32],
    /// One row as it would be at stride 1.
    wide: &'a mut [f32],
    kernel: &'a [f32],
    bias: f32,
    slope: f32,
    out: &'a mut [f32],
}

impl WithSimd for Plane<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { geometry, padded, wide, kernel, bias, slope, out } = self;
        let (pitch, stride) = (geometry.pitch(), geometry.stride);
        let [_, out_width] = geometry.output_size();
        let mut weights = [simd.splat_f32s(0.0); 9];
        for (weight, value) in weights.iter_mut().zip(kernel) {
            *weight = simd.splat_f32s(*value);
        }
        let (bias, slope, zero) = (simd.splat_f32s(bias), simd.splat_f32s(slope), simd.splat_f32s(0.0));
        for (row, out) in out.chunks_exact_mut(out_width).enumerate() {
            let rows = &padded[row * stride * pitch..];
            let mut column = 0;
            while column < geometry.width {
                let mut sum = bias;
                for (k, weights) in weights.chunks_exact(3).enumerate() {
                    let taps = &rows[k * pitch + column..][..S::F32_LANES + 2];
                    for (j, weight) in weights.iter().enumerate() {
                        sum = simd.mul_add_e_f32s(*weight, load::<S>(&taps[j..]), sum);
                    }
                }
                let below = simd.mul_f32s(slope, simd.min_f32s(sum, zero));
                let sum = simd.add_f32s(simd.max_f32s(sum, zero), below);
                let to = if stride == 1 { &mut out[column..] } else { &mut wide[column..] };
                store(simd, to, sum);
                column += S::F32_LANES;
            }
            if stride != 1 {
                for (out, value) in out.iter_mut().zip(wide.iter().step_by(stride)) {
                    *out = *value;
                }
            }
        }
    }
}
