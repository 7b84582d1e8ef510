//! A four-tap filter along both axes, with a zero on each side of a plane.

use rayon::prelude::*;

/// Planes of `height` × `width` numbers to planes with one row and one column less.
pub fn blurred(planes: &[f32], height: usize, width: usize, taps: [f32; 4]) -> Vec<f32> {
    let (rows, columns) = (height - 1, width - 1);
    let count = planes.len() / (height * width);
    let mut out = vec![0.0; count * rows * columns];
    let pairs = out.par_chunks_mut(rows * columns).zip(planes.par_chunks(height * width));
    pairs.with_min_len((16_384 / (rows * columns)).clamp(1, 64)).for_each_init(
        || vec![0.0; width + 2],
        |filtered, (out, plane)| {
            for (row, out) in out.chunks_exact_mut(columns).enumerate() {
                filter_columns(plane, width, row, taps, &mut filtered[1..=width]);
                for (out, run) in out.iter_mut().zip(filtered.array_windows::<4>()) {
                    *out = taps[0] * run[0] + taps[1] * run[1] + taps[2] * run[2] + taps[3] * run[3];
                }
            }
        },
    );
    out
}

/// One row of the result before it is filtered along itself: the rows `row - 1` to `row + 2` of the plane.
fn filter_columns(plane: &[f32], width: usize, row: usize, taps: [f32; 4], out: &mut [f32]) {
    out.fill(0.0);
    for (offset, tap) in taps.into_iter().enumerate() {
        let Some(from) = (row + offset).checked_sub(1).and_then(|row| plane.chunks_exact(width).nth(row)) else {
            continue;
        };
        for (out, value) in out.iter_mut().zip(from) {
            *out += tap * value;
        }
    }
}
