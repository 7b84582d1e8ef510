//! Planes brought to twice their size: bilinear, half-pixel centres, edges clamped.

use rayon::prelude::*;

/// Share of the nearer of the two cells an output number lies between; the other has the rest.
const NEAR: f32 = 0.75;

/// Planes of `width` columns and `area` numbers to planes of twice the rows and columns.
pub fn doubled(planes: &[f32], area: usize, width: usize) -> Vec<f32> {
    let mut out = vec![0.0; 4 * planes.len()];
    let pairs = out.par_chunks_mut(4 * area).zip(planes.par_chunks(area));
    pairs.with_min_len((16_384 / area).clamp(1, 64)).for_each_init(
        || vec![0.0; width],
        |blended, (out, plane)| {
            let height = area / width;
            for (row, out) in out.chunks_exact_mut(2 * width).enumerate() {
                let (near, far) = neighbours(row, height);
                let (near, far) = (&plane[near * width..][..width], &plane[far * width..][..width]);
                for ((blended, near), far) in blended.iter_mut().zip(near).zip(far) {
                    *blended = NEAR * near + (1.0 - NEAR) * far;
                }
                widened(blended, out);
            }
        },
    );
    out
}

/// One row to twice its length.
fn widened(row: &[f32], out: &mut [f32]) {
    let last = row.len() - 1;
    let blend = |near: f32, far: f32| NEAR * near + (1.0 - NEAR) * far;
    out[0] = row[0];
    out[2 * last + 1] = row[last];
    for (pair, out) in row.array_windows::<2>().zip(out[1..].chunks_exact_mut(2)) {
        out[0] = blend(pair[0], pair[1]);
        out[1] = blend(pair[1], pair[0]);
    }
}

/// The two input rows an output row lies between, the nearer first.
fn neighbours(row: usize, height: usize) -> (usize, usize) {
    let near = row / 2;
    let far = if row.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(height - 1) };
    (near, far)
}
