//! The kernel under every convolution beside: sums over input channels and taps, several output channels and many
//! neighbouring outputs at once.
//!
//! Rows of a plane lie behind one another, so that a tap is a fixed offset in memory and long runs of output numbers are
//! computed from registers whatever the width of the plane. A few numbers at the end of a row are computed for nothing.
//! No patch matrix is built: the features are read where they are.

use rayon::prelude::*;

use super::simd::{Kernel, Lanes, has_wide_registers, run_kernel};

/// Registers of neighbouring outputs per channel.
const RUN: usize = 2;
/// Output channels computed together, so that each feature loaded serves several. With [`RUN`] registers for each, the
/// sums fill the sixteen registers of AVX2 without spilling: 6 × 2 measured fastest of 3 × 3, 4 × 2, 4 × 3 and 6 × 2.
const BLOCK: usize = 6;
/// The same for the thirty-two registers of AVX-512.
const WIDE_BLOCK: usize = 12;
/// Numbers read past the end of the last plane, for the widest registers.
pub const SLACK: usize = 16 * RUN + 2;
/// Outputs computed before they are finished, all channels of a block together, so that they are finished in the cache.
const BAND: usize = 12 * 1024;

/// Where the outputs of one image and their features lie.
#[derive(Clone, Debug)]
pub struct Taps {
    /// Rows of an output plane.
    pub rows: usize,
    /// Columns of an output plane.
    pub columns: usize,
    /// Numbers from a row of features to the next; at least `columns`.
    pub row_pitch: usize,
    /// Numbers from an input channel's features to the next channel's.
    pub plane_pitch: usize,
    /// Where each tap's feature for the first output lies in a channel's features.
    pub offsets: Vec<usize>,
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

/// A length of memory that is an odd number of cache lines, so that neighbouring channels do not compete for the same
/// places in the cache.
pub fn odd_lines(numbers: usize) -> usize {
    16 * (numbers.div_ceil(16) | 1)
}

/// Weights in the order the kernel reads them: for each block of output channels `[input, taps, block]`.
///
/// `kernel` gives the nine weights between an output and an input channel, `order` which of them each tap is.
pub fn packed<'a>(
    [input, output]: [usize; 2],
    order: &[usize],
    kernel: impl Fn(usize, usize) -> &'a [f32; 9] + Sync,
) -> Vec<Vec<f32>> {
    let block = block();
    let pack = |first: usize| {
        let channels = block.min(output - first);
        let mut packed = vec![0.0; input * order.len() * channels];
        for (input, packed) in packed.chunks_exact_mut(order.len() * channels).enumerate() {
            for channel in 0..channels {
                let kernel = kernel(first + channel, input);
                for (packed, tap) in packed[channel..].iter_mut().step_by(channels).zip(order) {
                    *packed = kernel[*tap];
                }
            }
        }
        packed
    };
    (0..output.div_ceil(block)).into_par_iter().map(|index| pack(index * block)).collect()
}

/// One image: features as `taps` says, with [`SLACK`] numbers behind them, to planes `[output, rows, columns]`.
pub fn convolve(taps: &Taps, features: &[f32], weights: &[Vec<f32>], finish: Finish<'_>, out: &mut [f32]) {
    let (block, area) = (block(), taps.rows * taps.columns);
    out.par_chunks_mut(block * area).zip(weights).enumerate().for_each(|(index, (out, weights))| {
        let channels = out.len() / area;
        run_block(Block { taps, features, weights, first: index * block, finish, out }, channels);
    });
}

fn block() -> usize {
    if has_wide_registers() { WIDE_BLOCK } else { BLOCK }
}

fn run_block(block: Block<'_>, channels: usize) {
    match channels {
        1 => run_kernel(Sized::<1>(block)),
        2 => run_kernel(Sized::<2>(block)),
        3 => run_kernel(Sized::<3>(block)),
        4 => run_kernel(Sized::<4>(block)),
        5 => run_kernel(Sized::<5>(block)),
        6 => run_kernel(Sized::<6>(block)),
        7 => run_kernel(Sized::<7>(block)),
        8 => run_kernel(Sized::<8>(block)),
        9 => run_kernel(Sized::<9>(block)),
        10 => run_kernel(Sized::<10>(block)),
        11 => run_kernel(Sized::<11>(block)),
        _ => run_kernel(Sized::<WIDE_BLOCK>(block)),
    }
}

struct Block<'a> {
    taps: &'a Taps,
    features: &'a [f32],
    /// `[input, taps, channels of this block]`.
    weights: &'a [f32],
    /// First output channel.
    first: usize,
    finish: Finish<'a>,
    out: &'a mut [f32],
}

/// A block of `CHANNELS` output channels.
struct Sized<'a, const CHANNELS: usize>(Block<'a>);

impl<const CHANNELS: usize> Kernel for Sized<'_, CHANNELS> {
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Block { taps, features, weights, first, finish, out } = self.0;
        let Taps { rows: height, columns: width, row_pitch, .. } = *taps;
        let rows_at_once = (BAND / CHANNELS / row_pitch).clamp(1, height);
        let band_pitch = (rows_at_once * row_pitch).next_multiple_of(L::WIDTH * RUN);
        let mut band = vec![0.0; CHANNELS * band_pitch];
        for top in (0..height).step_by(rows_at_once) {
            let rows = rows_at_once.min(height - top);
            for at in (0..rows * row_pitch).step_by(L::WIDTH * RUN) {
                let sums = sums::<L, CHANNELS>(lanes, taps, &features[top * row_pitch + at..], weights);
                for (channel, sums) in sums.into_iter().enumerate() {
                    for (lane, sum) in sums.into_iter().enumerate() {
                        lanes.store(&mut band[channel * band_pitch + at + lane * L::WIDTH..], sum);
                    }
                }
            }
            for channel in 0..CHANNELS {
                let bias = finish.biases.map_or(0.0, |biases| biases[first + channel]);
                let slope = finish.slopes[first + channel];
                for row in 0..rows {
                    let sums = &band[channel * band_pitch + row * row_pitch..][..width];
                    let at = (channel * height + top + row) * width;
                    let addend = finish.addend.map(|addend| &addend[first * height * width + at..][..width]);
                    finish_row(sums, bias, addend, slope, &mut out[at..at + width]);
                }
            }
        }
    }
}

/// Sums over all input channels and taps of a run of outputs; `features` begins at the run's place in the first
/// channel.
#[inline(always)]
fn sums<L: Lanes, const CHANNELS: usize>(
    lanes: L,
    taps: &Taps,
    features: &[f32],
    weights: &[f32],
) -> [[L::Register; RUN]; CHANNELS] {
    let mut sums = [[lanes.splat(0.0); RUN]; CHANNELS];
    for (channel, weights) in weights.chunks_exact(taps.offsets.len() * CHANNELS).enumerate() {
        let plane = &features[channel * taps.plane_pitch..];
        for (offset, weights) in taps.offsets.iter().zip(weights.chunks_exact(CHANNELS)) {
            let near = &plane[*offset..][..L::WIDTH * RUN];
            let mut read = [lanes.splat(0.0); RUN];
            for (lane, read) in read.iter_mut().enumerate() {
                *read = lanes.load(&near[lane * L::WIDTH..]);
            }
            for (sums, weight) in sums.iter_mut().zip(weights) {
                let weight = lanes.splat(*weight);
                for (sum, read) in sums.iter_mut().zip(read) {
                    *sum = lanes.mul_add(weight, read, *sum);
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
