//! 3×3 convolutions over all channels with padding 1: stride 1, stride 2, and the transposed one that doubles the size.
//! Each lays the features out so that every tap is one offset, and leaves the sums to `taps`.

use rayon::prelude::*;

use super::taps::{Finish, SLACK, Taps, convolve, odd_lines, packed};

/// A 3×3 kernel row by row.
const ALL_TAPS: [usize; 9] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/// Weights in the order the kernel reads them.
#[derive(Clone, Debug)]
pub struct PackedWeights(Vec<Vec<f32>>);

impl PackedWeights {
    /// From weights `[output, input, 3, 3]`.
    pub fn new(weights: &[f32], [input, output]: [usize; 2]) -> Self {
        let kernels = weights.as_chunks::<9>().0;
        Self(packed([input, output], &ALL_TAPS, |output, from| &kernels[output * input + from]))
    }
}

/// Geometry of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Rows of an input plane.
    pub height: usize,
    /// Columns of an input plane.
    pub width: usize,
}

impl Dense {
    /// Stride 1: planes `[N, input, height, width]` to `[N, output, height, width]`.
    pub fn forward(&self, planes: &[f32], weights: &PackedWeights, finish: Finish<'_>) -> Vec<f32> {
        // One zero stands between two rows: behind the one and in front of the other.
        let row_pitch = self.width + 1;
        let taps = Taps {
            rows: self.height,
            columns: self.width,
            row_pitch,
            plane_pitch: odd_lines((self.height + 2) * row_pitch + 1),
            offsets: (0..9).map(|tap| tap / 3 * row_pitch + tap % 3).collect(),
        };
        let place = |y: usize, x: usize| (y + 1) * row_pitch + x + 1;
        self.every_image(&taps, planes, weights, finish, |plane, features| {
            for (y, row) in plane.chunks_exact(self.width).enumerate() {
                features[place(y, 0)..][..self.width].copy_from_slice(row);
            }
        })
    }

    /// Rows and columns of a plane after stride 2.
    pub fn halved(&self) -> [usize; 2] {
        [self.height, self.width].map(|length| length.div_ceil(2))
    }

    /// Stride 2: to planes `[N, output, ⌈height / 2⌉, ⌈width / 2⌉]`.
    ///
    /// Even and odd rows and columns lie apart, as four small planes: what a tap reads for neighbouring outputs is then
    /// neighbouring too.
    pub fn forward_halving(&self, planes: &[f32], weights: &PackedWeights, finish: Finish<'_>) -> Vec<f32> {
        let [rows, columns] = self.halved();
        let row_pitch = columns + 1;
        let quarter = (rows + 1) * row_pitch;
        let place = |y: usize, x: usize| (y % 2 * 2 + x % 2) * quarter + y / 2 * row_pitch + x / 2;
        let taps = Taps {
            rows,
            columns,
            row_pitch,
            plane_pitch: odd_lines(4 * quarter),
            offsets: (0..9).map(|tap| place(tap / 3, tap % 3)).collect(),
        };
        self.every_image(&taps, planes, weights, finish, |plane, features| {
            for (y, row) in plane.chunks_exact(self.width).enumerate() {
                for (x, value) in row.iter().enumerate() {
                    features[place(y + 1, x + 1)] = *value;
                }
            }
        })
    }

    /// Lays every image out and convolves it.
    fn every_image(
        &self,
        taps: &Taps,
        planes: &[f32],
        weights: &PackedWeights,
        finish: Finish<'_>,
        lay: impl Fn(&[f32], &mut [f32]) + Sync,
    ) -> Vec<f32> {
        let (plane, area) = (self.height * self.width, self.output * taps.rows * taps.columns);
        let images = planes.len() / (self.input * plane);
        let mut out = vec![0.0; images * area];
        let pairs = out.par_chunks_mut(area).zip(planes.par_chunks(self.input * plane)).enumerate();
        pairs.for_each(|(image, (out, planes))| {
            let mut features = vec![0.0; self.input * taps.plane_pitch + SLACK + taps.row_pitch];
            let channels = features.par_chunks_mut(taps.plane_pitch).zip(planes.par_chunks(plane));
            channels.with_min_len(16).for_each(|(features, plane)| lay(plane, features));
            let addend = finish.addend.map(|addend| match addend.len() / area {
                1 => addend,
                _ => &addend[image * area..],
            });
            convolve(taps, &features, &weights.0, Finish { addend, ..finish }, out);
        });
        out
    }

    /// Transposed, stride 2, without padding: one image's planes `[input, n, m]` to `[output, 2n + 1, 2m + 1]`; weights
    /// are `[input, output, 3, 3]`.
    ///
    /// Outputs in even and in odd rows and columns see different taps, four, two, two and one of them: each kind is a
    /// convolution of its own.
    pub fn forward_doubling(&self, planes: &[f32], weights: &[f32]) -> Vec<f32> {
        let (plane, row_pitch) = (self.height * self.width, self.width + 2);
        let plane_pitch = odd_lines((self.height + 2) * row_pitch);
        let mut features = vec![0.0; self.input * plane_pitch + SLACK + 2 * row_pitch];
        for (features, plane) in features.chunks_mut(plane_pitch).zip(planes.chunks_exact(plane)) {
            for (y, row) in plane.chunks_exact(self.width).enumerate() {
                features[(y + 1) * row_pitch + 1..][..self.width].copy_from_slice(row);
            }
        }
        let [high, wide] = [2 * self.height + 1, 2 * self.width + 1];
        let mut out = vec![0.0; self.output * high * wide];
        let (slopes, kernels) = (vec![1.0; self.output], weights.as_chunks::<9>().0);
        for (odd_row, odd_column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            // Which row or column of the kernel, and which feature it meets: the one before or the one at the place.
            let met = |odd: usize| if odd == 1 { vec![(1, 1)] } else { vec![(2, 0), (0, 1)] };
            let kernel: Vec<(usize, usize)> = met(odd_row)
                .into_iter()
                .flat_map(|(ky, y)| met(odd_column).into_iter().map(move |(kx, x)| (ky * 3 + kx, y * row_pitch + x)))
                .collect();
            let taps = Taps {
                rows: self.height + 1 - odd_row,
                columns: self.width + 1 - odd_column,
                row_pitch,
                plane_pitch,
                offsets: kernel.iter().map(|(_, offset)| *offset).collect(),
            };
            let order: Vec<usize> = kernel.iter().map(|(tap, _)| *tap).collect();
            let weights =
                packed([self.input, self.output], &order, |output, input| &kernels[input * self.output + output]);
            let mut part = vec![0.0; self.output * taps.rows * taps.columns];
            let finish = Finish { biases: None, addend: None, slopes: &slopes };
            convolve(&taps, &features, &weights, finish, &mut part);
            let parts = part.par_chunks(taps.rows * taps.columns);
            out.par_chunks_mut(high * wide).zip(parts).with_min_len(8).for_each(|(out, part)| {
                for (y, row) in part.chunks_exact(taps.columns).enumerate() {
                    let out = &mut out[(2 * y + odd_row) * wide + odd_column..];
                    for (out, value) in out.iter_mut().step_by(2).zip(row) {
                        *out = *value;
                    }
                }
            });
        }
        out
    }
}
