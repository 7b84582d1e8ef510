//! 3×3 convolution over all channels, stride 1, with what follows it: bias, an addend and a slope below zero.
//!
//! Rows of a padded plane lie behind one another, so that a shift of the kernel is a shift of the address and long runs
//! of output numbers are computed from registers whatever the width of the plane. Two numbers a row are computed for
//! nothing. No patch matrix is built: the features are read where they are.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::simd::{load, run, store};

/// Output channels computed together, so that each feature loaded serves several. With [`RUN`] registers for each, the
/// sums fill the sixteen registers of AVX2 without spilling: 6 × 2 measured fastest of 3 × 3, 4 × 2, 4 × 3 and 6 × 2.
const BLOCK: usize = 6;
/// Registers of neighbouring outputs per channel.
const RUN: usize = 2;
/// Numbers read past the end of a plane, for the widest registers.
const SLACK: usize = 16 * RUN + 2;
/// Outputs of a channel computed before they are finished, so that they are finished in the cache.
const BAND: usize = 2048;

/// Geometry of the convolution; padding is 1.
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Rows of a plane.
    pub height: usize,
    /// Columns of a plane.
    pub width: usize,
}

/// What happens to the sums: `y = sum + bias + addend`, then `y` where it is positive and `slope · y` where not.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a> {
    /// One per output channel, or none.
    pub biases: Option<&'a [f32]>,
    /// Planes as the output's, of every image or of one image for all.
    pub addend: Option<&'a [f32]>,
    /// One per output channel; 1 leaves the sum as it is.
    pub slopes: &'a [f32],
}

impl Dense {
    /// Planes `[N, input, height, width]` to planes `[N, output, height, width]`; weights are `[output, input, 3, 3]`.
    pub fn forward(&self, planes: &[f32], weights: &[f32], finish: Finish<'_>) -> Vec<f32> {
        let area = self.height * self.width;
        let images = planes.len() / (self.input * area);
        let blocks = self.packed(weights);
        let mut out = vec![0.0; images * self.output * area];
        let pairs = out.par_chunks_mut(self.output * area).zip(planes.par_chunks(self.input * area)).enumerate();
        pairs.for_each(|(image, (out, planes))| {
            let padded = self.padded(planes);
            let addend = finish.addend.map(|addend| match addend.len() / (self.output * area) {
                1 => addend,
                _ => &addend[image * self.output * area..],
            });
            let finish = Finish { addend, ..finish };
            out.par_chunks_mut(BLOCK * area).zip(&blocks).enumerate().for_each(|(block, (out, weights))| {
                let first = block * BLOCK;
                let block = Block { geometry: *self, padded: &padded, weights, first, finish, out };
                match block.out.len() / area {
                    1 => run(Sized::<1>(block)),
                    2 => run(Sized::<2>(block)),
                    3 => run(Sized::<3>(block)),
                    4 => run(Sized::<4>(block)),
                    5 => run(Sized::<5>(block)),
                    _ => run(Sized::<BLOCK>(block)),
                }
            });
        });
        out
    }

    /// Weights of each block of output channels as `[input, 9, block]`.
    fn packed(&self, weights: &[f32]) -> Vec<Vec<f32>> {
        let blocks = weights.chunks(BLOCK * self.input * 9).map(|block| {
            let channels = block.len() / (self.input * 9);
            let mut packed = vec![0.0; block.len()];
            for (channel, weights) in block.chunks_exact(self.input * 9).enumerate() {
                for (tap, weight) in weights.iter().enumerate() {
                    packed[tap * channels + channel] = *weight;
                }
            }
            packed
        });
        blocks.collect()
    }

    /// The planes of one image, each with a border of zeros.
    fn padded(&self, planes: &[f32]) -> Vec<f32> {
        let mut padded = vec![0.0; self.input * self.plane_pitch()];
        let planes = planes.chunks_exact(self.height * self.width);
        for (plane, padded) in planes.zip(padded.chunks_exact_mut(self.plane_pitch())) {
            let rows = padded.chunks_exact_mut(self.row_pitch()).skip(1);
            for (row, padded) in plane.chunks_exact(self.width).zip(rows) {
                padded[1..=self.width].copy_from_slice(row);
            }
        }
        padded
    }

    fn row_pitch(&self) -> usize {
        self.width + 2
    }

    /// An odd number of cache lines, so that neighbouring channels do not compete for the same places in the cache.
    fn plane_pitch(&self) -> usize {
        let lines = ((self.height + 2) * self.row_pitch() + SLACK).div_ceil(16);
        16 * (lines | 1)
    }
}

struct Block<'a> {
    geometry: Dense,
    padded: &'a [f32],
    /// `[input, 9, channels of this block]`.
    weights: &'a [f32],
    /// First output channel.
    first: usize,
    finish: Finish<'a>,
    out: &'a mut [f32],
}

/// A block of `CHANNELS` output channels.
struct Sized<'a, const CHANNELS: usize>(Block<'a>);

impl<const CHANNELS: usize> WithSimd for Sized<'_, CHANNELS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Block { geometry, padded, weights, first, finish, out } = self.0;
        let Dense { height, width, .. } = geometry;
        let rows_at_once = (BAND / geometry.row_pitch()).clamp(1, height);
        let band_pitch = (rows_at_once * geometry.row_pitch()).next_multiple_of(S::F32_LANES * RUN);
        let mut band = vec![0.0; CHANNELS * band_pitch];
        for top in (0..height).step_by(rows_at_once) {
            let rows = rows_at_once.min(height - top);
            let length = rows * geometry.row_pitch();
            for at in (0..length).step_by(S::F32_LANES * RUN) {
                let sums = sums::<S, CHANNELS>(simd, geometry, &padded[top * geometry.row_pitch() + at..], weights);
                for (channel, sums) in sums.into_iter().enumerate() {
                    for (lane, sum) in sums.into_iter().enumerate() {
                        store(simd, &mut band[channel * band_pitch + at + lane * S::F32_LANES..], sum);
                    }
                }
            }
            for channel in 0..CHANNELS {
                let bias = finish.biases.map_or(0.0, |biases| biases[first + channel]);
                let slope = finish.slopes[first + channel];
                for row in 0..rows {
                    let sums = &band[channel * band_pitch + row * geometry.row_pitch()..][..width];
                    let at = (channel * height + top + row) * width;
                    let addend = finish.addend.map(|addend| &addend[first * height * width + at..][..width]);
                    finish_row(sums, bias, addend, slope, &mut out[at..at + width]);
                }
            }
        }
    }
}

/// Sums over all input channels and taps of a run of outputs; `padded` begins at the run's first tap.
#[inline(always)]
fn sums<S: Simd, const CHANNELS: usize>(
    simd: S,
    geometry: Dense,
    padded: &[f32],
    weights: &[f32],
) -> [[S::f32s; RUN]; CHANNELS] {
    let (row_pitch, plane_pitch) = (geometry.row_pitch(), geometry.plane_pitch());
    let mut sums = [[simd.splat_f32s(0.0); RUN]; CHANNELS];
    for (channel, weights) in weights.chunks_exact(9 * CHANNELS).enumerate() {
        let plane = &padded[channel * plane_pitch..];
        for (k, weights) in weights.chunks_exact(3 * CHANNELS).enumerate() {
            let taps = &plane[k * row_pitch..][..S::F32_LANES * RUN + 2];
            for (j, weights) in weights.chunks_exact(CHANNELS).enumerate() {
                let mut features = [simd.splat_f32s(0.0); RUN];
                for (lane, feature) in features.iter_mut().enumerate() {
                    *feature = load::<S>(&taps[j + lane * S::F32_LANES..]);
                }
                for (sums, weight) in sums.iter_mut().zip(weights) {
                    let weight = simd.splat_f32s(*weight);
                    for (sum, feature) in sums.iter_mut().zip(features) {
                        *sum = simd.mul_add_e_f32s(weight, feature, *sum);
                    }
                }
            }
        }
    }
    sums
}

#[inline(always)]
fn finish_row(sums: &[f32], bias: f32, addend: Option<&[f32]>, slope: f32, out: &mut [f32]) {
    let sloped = |y: f32| y.max(0.0) + slope * y.min(0.0);
    match addend {
        Some(addend) => {
            for ((out, sum), addend) in out.iter_mut().zip(sums).zip(addend) {
                *out = sloped(sum + bias + addend);
            }
        }
        None => {
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = sloped(sum + bias);
            }
        }
    }
}
