//! Pillow's antialiased bilinear resize, bit for bit (ARCHITECTURE C.2): the detector was trained behind it, and a
//! box moves by pixels when a few levels differ. Horizontal pass first, rounded to bytes between the passes.

use image::RgbImage;
use rayon::prelude::*;

/// Fixed-point bits of a weight.
const WEIGHT_BITS: u32 = 22;

/// Weights of the source pixels behind one target pixel.
struct Taps {
    first: usize,
    weights: Vec<i64>,
}

/// The picture at another size.
pub fn resize(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let mut resized = None;
    if width != picture.width() {
        resized = Some(resize_rows(picture, width));
    }
    if height != picture.height() {
        resized = Some(resize_columns(resized.as_ref().unwrap_or(picture), height));
    }
    resized.unwrap_or_else(|| picture.clone())
}

fn resize_rows(picture: &RgbImage, width: u32) -> RgbImage {
    let taps = axis_taps(picture.width(), width);
    let source_stride = picture.width() as usize * 3;
    let mut out = RgbImage::new(width, picture.height());
    let rows = picture.as_raw().par_chunks(source_stride);
    out.as_flat_samples_mut().samples.par_chunks_mut(width as usize * 3).zip(rows).for_each(|(out, row)| {
        for (pixel, taps) in out.as_chunks_mut::<3>().0.iter_mut().zip(&taps) {
            let source = &row[taps.first * 3..];
            *pixel = weighted(&taps.weights, |tap, channel| source[tap * 3 + channel]);
        }
    });
    out
}

fn resize_columns(picture: &RgbImage, height: u32) -> RgbImage {
    let taps = axis_taps(picture.height(), height);
    let stride = picture.width() as usize * 3;
    let raw = picture.as_raw();
    let mut out = RgbImage::new(picture.width(), height);
    out.as_flat_samples_mut().samples.par_chunks_mut(stride).zip(&taps).for_each(|(out, taps)| {
        let mut sums = vec![1_i64 << (WEIGHT_BITS - 1); stride];
        for (tap, weight) in taps.weights.iter().enumerate() {
            let row = &raw[(taps.first + tap) * stride..][..stride];
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += weight * i64::from(*value);
            }
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out = to_byte(*sum);
        }
    });
    out
}

fn weighted(weights: &[i64], value: impl Fn(usize, usize) -> u8) -> [u8; 3] {
    std::array::from_fn(|channel| {
        let sum: i64 = weights.iter().enumerate().map(|(tap, weight)| weight * i64::from(value(tap, channel))).sum();
        to_byte(sum + (1 << (WEIGHT_BITS - 1)))
    })
}

fn to_byte(sum: i64) -> u8 {
    (sum >> WEIGHT_BITS).clamp(0, 255) as u8
}

/// Triangle filter, as wide as a target pixel where the picture shrinks.
fn axis_taps(length_in: u32, length_out: u32) -> Vec<Taps> {
    let scale = f64::from(length_in) / f64::from(length_out);
    let support = scale.max(1.0);
    let taps = |target: u32| {
        let centre = (f64::from(target) + 0.5) * scale;
        let first = ((centre - support + 0.5) as i64).max(0);
        let end = ((centre + support + 0.5) as i64).min(i64::from(length_in));
        let raw: Vec<f64> =
            (first..end).map(|i| (1.0 - ((i as f64 - centre + 0.5) / support).abs()).max(0.0)).collect();
        let total: f64 = raw.iter().sum();
        let fixed = |weight: &f64| (weight / total * f64::from(1_u32 << WEIGHT_BITS) + 0.5).floor() as i64;
        Taps { first: first as usize, weights: raw.iter().map(fixed).collect() }
    };
    (0..length_out).map(taps).collect()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = RgbImage::from_fn(7, 5, |x, y| Rgb([x as u8, y as u8, 9]));
        assert_eq!(resize(&picture, 7, 5), picture);
    }

    #[test]
    fn halving_averages_with_the_triangle() {
        let picture = RgbImage::from_fn(4, 1, |x, _| Rgb([[0, 100, 200, 40][x as usize]; 3]));
        let half = resize(&picture, 2, 1);
        // Weights 0.75, 0.75, 0.25 (one tap falls outside) and their mirror, normalised.
        assert_eq!(half.get_pixel(0, 0).0[0], 71);
        assert_eq!(half.get_pixel(1, 0).0[0], 109);
    }
}
