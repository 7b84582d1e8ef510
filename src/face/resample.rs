//! Making pictures smaller or larger: with Pillow's antialiased triangle filter, to the bit, for the detector (a box can
//! move by two pixels when one grey level changes, ARCHITECTURE C.2), and by exact areas for crops of large faces.
//! Where faces are is not known here.

use image::RgbImage;
use rayon::prelude::*;

/// Fraction bits of the filter's weights.
const PRECISION_BITS: u32 = 22;
/// Pictures with fewer pixels than this are not worth handing to other threads.
const PARALLEL_FROM_PX: usize = 1 << 18;

/// The filter along one axis: for each output position the first input position and its weights.
struct Axis {
    taps: Vec<(usize, std::ops::Range<usize>)>,
    weights: Vec<i32>,
}

impl Axis {
    /// Pillow's triangle, as wide as an output pixel where the picture shrinks.
    fn triangle(n_in: usize, n_out: usize) -> Self {
        let scale = n_in as f64 / n_out as f64;
        let support = scale.max(1.0);
        Self::new(n_out, |output| {
            let centre = (output as f64 + 0.5) * scale;
            // `as` truncates towards zero and clamps below it, as the filter asks.
            let first = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(n_in);
            let weight = |input: usize| (1.0 - ((input as f64 - centre + 0.5) / support).abs()).max(0.0);
            (first, (first..end).map(weight).collect())
        })
    }

    /// Each output pixel is the mean of the area it covers.
    fn area(n_in: usize, n_out: usize) -> Self {
        let scale = n_in as f64 / n_out as f64;
        Self::new(n_out, |output| {
            let (start, stop) = (output as f64 * scale, (output as f64 + 1.0) * scale);
            let (first, end) = ((start as usize).min(n_in - 1), (stop.ceil() as usize).min(n_in));
            let covered = |input: usize| (stop.min(input as f64 + 1.0) - start.max(input as f64)).max(0.0);
            (first, (first..end).map(covered).collect())
        })
    }

    fn new(n_out: usize, filter: impl Fn(usize) -> (usize, Vec<f64>)) -> Self {
        let (mut taps, mut weights) = (Vec::with_capacity(n_out), Vec::new());
        for output in 0..n_out {
            let (first, shares) = filter(output);
            let total: f64 = shares.iter().sum();
            let start = weights.len();
            let unit = f64::from(1u32 << PRECISION_BITS);
            weights.extend(shares.iter().map(|value| (value / total * unit + 0.5).floor() as i32));
            taps.push((first, start..weights.len()));
        }
        Self { taps, weights }
    }

    fn tap(&self, output: usize) -> (usize, &[i32]) {
        let (first, range) = &self.taps[output];
        (*first, &self.weights[range.clone()])
    }
}

/// Resizes to `width` × `height` pixels (each at least 1), equal to Pillow's bilinear filter to the bit. An axis
/// whose length stays is left alone.
pub fn resize(source: &RgbImage, width: u32, height: u32) -> RgbImage {
    let narrow = along_rows(source, width, Axis::triangle);
    along_columns(narrow.as_ref().unwrap_or(source), height, Axis::triangle)
        .or(narrow)
        .unwrap_or_else(|| source.clone())
}

/// As [`resize`], but column by column first: faster on large reductions, and one level off here and there.
pub fn resize_fast(source: &RgbImage, width: u32, height: u32) -> RgbImage {
    columns_first(source, width, height, Axis::triangle)
}

/// Reduces to `width` × `height` pixels (each at least 1 and at most the source's): every pixel is the mean of the
/// area it covers, as OpenCV's `INTER_AREA`.
pub fn reduce_by_area(source: &RgbImage, width: u32, height: u32) -> RgbImage {
    columns_first(source, width, height, Axis::area)
}

fn columns_first(source: &RgbImage, width: u32, height: u32, filter: fn(usize, usize) -> Axis) -> RgbImage {
    let low = along_columns(source, height, filter);
    along_rows(low.as_ref().unwrap_or(source), width, filter).or(low).unwrap_or_else(|| source.clone())
}

/// Changes the width; `None` when it stays.
fn along_rows(source: &RgbImage, width: u32, filter: fn(usize, usize) -> Axis) -> Option<RgbImage> {
    let ((source_width, height), width) = (source.dimensions(), width.max(1));
    if source_width == width || source_width == 0 || height == 0 {
        return None;
    }
    let axis = filter(source_width as usize, width as usize);
    let mut result = RgbImage::new(width, height);
    let (source_row, row) = (3 * source_width as usize, 3 * width as usize);
    for_each_row(&mut result, row, source.as_raw().len(), |y, output| {
        let input = &source.as_raw()[y * source_row..][..source_row];
        for (x, pixel) in output.chunks_exact_mut(3).enumerate() {
            let (first, weights) = axis.tap(x);
            let mut sums = [1i32 << (PRECISION_BITS - 1); 3];
            for (colour, &weight) in input[3 * first..].chunks_exact(3).zip(weights) {
                for channel in 0..3 {
                    sums[channel] += i32::from(colour[channel]) * weight;
                }
            }
            for channel in 0..3 {
                pixel[channel] = to_byte(sums[channel]);
            }
        }
    });
    Some(result)
}

/// Changes the height; `None` when it stays.
fn along_columns(source: &RgbImage, height: u32, filter: fn(usize, usize) -> Axis) -> Option<RgbImage> {
    let ((width, source_height), height) = (source.dimensions(), height.max(1));
    if source_height == height || width == 0 || source_height == 0 {
        return None;
    }
    let axis = filter(source_height as usize, height as usize);
    let mut result = RgbImage::new(width, height);
    let row = 3 * width as usize;
    for_each_row(&mut result, row, source.as_raw().len(), |y, output| {
        let (first, weights) = axis.tap(y);
        let mut sums = vec![1i32 << (PRECISION_BITS - 1); row];
        for (input, &weight) in source.as_raw()[first * row..].chunks_exact(row).zip(weights) {
            for (sum, &value) in sums.iter_mut().zip(input) {
                *sum += i32::from(value) * weight;
            }
        }
        for (byte, &sum) in output.iter_mut().zip(&sums) {
            *byte = to_byte(sum);
        }
    });
    Some(result)
}

/// Calls `fill(y, row)` for every row of `picture`, on all cores when the source is large.
fn for_each_row(picture: &mut RgbImage, row: usize, source_len: usize, fill: impl Fn(usize, &mut [u8]) + Sync) {
    if row == 0 {
        return;
    }
    if source_len < 3 * PARALLEL_FROM_PX {
        picture.chunks_exact_mut(row).enumerate().for_each(|(y, output)| fill(y, output));
    } else {
        picture.par_chunks_exact_mut(row).enumerate().for_each(|(y, output)| fill(y, output));
    }
}

fn to_byte(sum: i32) -> u8 {
    // The clamp makes the cast exact.
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[derive(serde::Deserialize)]
    struct PillowResult {
        picture: String,
        width: u32,
        height: u32,
        sha256: String,
    }

    fn fixture(name: &str) -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mtcnn").join(name)
    }

    #[test]
    fn every_byte_is_pillows() {
        let expected: Vec<PillowResult> =
            serde_json::from_slice(&std::fs::read(fixture("pillow_sha256.json")).unwrap()).unwrap();
        assert!(expected.len() >= 16);
        for PillowResult { picture, width, height, sha256 } in expected {
            let source = image::open(fixture(&format!("{picture}.png"))).unwrap().to_rgb8();
            let resized = crate::face::Photo::from_pixels("resized", resize(&source, width, height));
            assert_eq!(resized.sha256, sha256, "{picture} to {width}×{height}");
        }
    }

    #[test]
    fn the_faster_order_differs_by_rounding_only() {
        let source = image::open(fixture("astronaut.png")).unwrap().to_rgb8();
        let exact = resize(&source, 97, 61);
        let fast = resize_fast(&source, 97, 61);
        assert!(exact.as_raw().iter().zip(fast.as_raw()).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

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
        assert_eq!(half.get_pixel(1, 0).0[0], 117);
    }

    #[test]
    fn an_area_is_the_mean_of_what_it_covers() {
        let picture = RgbImage::from_fn(3, 3, |x, y| Rgb([[0, 90, 30][x as usize] + 3 * y as u8; 3]));
        // Columns: (0 + 90/2) / 1.5 = 30 and (90/2 + 30) / 1.5 = 50; rows add (0 + 3/2) / 1.5 = 1 and 5.
        assert_eq!(reduce_by_area(&picture, 2, 2).into_raw(), [31, 31, 31, 51, 51, 51, 35, 35, 35, 55, 55, 55]);
    }
}
