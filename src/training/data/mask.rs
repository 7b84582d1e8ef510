//! Masks of 112×112: erosion and blur, by which an edge becomes soft, as OpenCV computes both.

use super::face::SIDE_PX;

/// Weights of a symmetric filter, the middle one first.
pub(super) struct Kernel {
    weights: Vec<f32>,
}

impl Kernel {
    /// A Gaussian of this deviation in pixels, cut off after four of them.
    pub(super) fn gaussian(deviation_px: f32) -> Self {
        let radius = (4.0 * deviation_px).round().max(1.0);
        let weight = |distance: usize| (-(distance as f32 / deviation_px).powi(2) / 2.0).exp();
        let weights: Vec<f32> = (0..=radius as usize).map(weight).collect();
        let total = 2.0 * weights.iter().sum::<f32>() - weights[0];
        Self { weights: weights.into_iter().map(|weight| weight / total).collect() }
    }
}

/// Blurs a plane; at its edge it goes on as its mirror image, without repeating the edge.
pub(super) fn blur(plane: &mut [f32], kernel: &Kernel) {
    along_both(plane, |line, place| {
        let last = SIDE_PX - 1;
        let mirrored = |place: usize| if place > last { 2 * last - place } else { place };
        let pair = |(distance, weight): (usize, &f32)| {
            weight * (line[place.abs_diff(distance)] + line[mirrored(place + distance)])
        };
        kernel.weights[0] * line[place] + kernel.weights.iter().enumerate().skip(1).map(pair).sum::<f32>()
    });
}

/// The smallest value of the square `2 * radius + 1` pixels wide around each pixel; what lies outside is left out.
pub(super) fn erode(plane: &mut [f32], radius: usize) {
    along_both(plane, |line, place| {
        let near = &line[place.saturating_sub(radius)..(place + radius + 1).min(SIDE_PX)];
        near.iter().copied().fold(f32::INFINITY, f32::min)
    });
}

/// The mask that losses use, drawn in by three pixels and soft over the next few.
pub(super) fn softened(photographed: &[f32]) -> Vec<f32> {
    eroded_and_blurred(photographed, 3, 2.0)
}

/// How much of a face stays where its border is filled from another: drawn in and softened a little less.
pub(super) fn kept(photographed: &[f32]) -> Vec<f32> {
    eroded_and_blurred(photographed, 2, 1.5)
}

fn eroded_and_blurred(mask: &[f32], radius: usize, deviation_px: f32) -> Vec<f32> {
    let mut mask = mask.to_vec();
    erode(&mut mask, radius);
    blur(&mut mask, &Kernel::gaussian(deviation_px));
    mask
}

/// Replaces every value by `filtered(line, place)`, along rows and then along columns.
fn along_both(plane: &mut [f32], filtered: impl Fn(&[f32; SIDE_PX], usize) -> f32) {
    let mut line = [0.0; SIDE_PX];
    for row in plane.chunks_exact_mut(SIDE_PX) {
        line.copy_from_slice(row);
        row.iter_mut().enumerate().for_each(|(x, value)| *value = filtered(&line, x));
    }
    for x in 0..SIDE_PX {
        for (value, held) in line.iter_mut().zip(plane.iter().skip(x).step_by(SIDE_PX)) {
            *value = *held;
        }
        plane.iter_mut().skip(x).step_by(SIDE_PX).enumerate().for_each(|(y, value)| *value = filtered(&line, y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One where the column is at least `from`.
    fn right_of(from: usize) -> Vec<f32> {
        (0..SIDE_PX * SIDE_PX).map(|index| f32::from(u8::from(index % SIDE_PX >= from))).collect()
    }

    #[test]
    fn a_softened_edge_lies_inside_the_photograph() {
        let soft = softened(&right_of(20));
        let row = &soft[50 * SIDE_PX..][..SIDE_PX];
        // The edge has moved to column 23; there a Gaussian of two pixels passes one half.
        assert!((row[22] + row[23] - 1.0).abs() < 1e-5, "{} and {}", row[22], row[23]);
        assert!(row[14] == 0.0 && (row[111] - 1.0).abs() < 1e-6);
        assert!(row.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6));
    }

    #[test]
    fn a_whole_mask_stays_whole() {
        for mask in [softened(&right_of(0)), kept(&right_of(0))] {
            assert!(mask.iter().all(|value| (value - 1.0).abs() < 1e-6));
        }
    }

    #[test]
    fn blur_keeps_the_sum_away_from_edges() {
        let mut plane = vec![0.0; SIDE_PX * SIDE_PX];
        plane[56 * SIDE_PX + 40] = 1.0;
        blur(&mut plane, &Kernel::gaussian(1.5));
        assert!((plane.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        // The weight of the middle of a Gaussian of 1.5 pixels, squared: 0.2661².
        assert!((plane[56 * SIDE_PX + 40] - 0.0708).abs() < 1e-3);
    }
}
