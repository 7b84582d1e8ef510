//! The 112×112 pixels of one face: where each of them lies in the photo, and how many of the photo's pixels it stands
//! for.

use image::{Rgb, RgbImage, imageops};

use super::{CROP_SIZE_PX, SimilarityTransform};
use crate::face::resample;

/// Below this scale from photo to crop the photo is reduced first. A bilinear warp looks at four pixels whatever the
/// scale; of a face 1,000 pixels wide it would take every tenth and turn skin and hair into noise. The bundled
/// weights were trained on crops made this way, with these two figures.
const REDUCE_BELOW_SCALE: f64 = 0.5;
/// How much finer than the crop the reduced copy stays.
const REDUCED_OVERSIZE: f64 = 1.6;

/// The crop the networks see: a bilinear warp, behind a reduction by areas where the face is more than twice as large
/// as the crop. Outside the photo its edge goes on, as in the crops the bundled weights were trained on: the shape of a
/// black border tells the age of a tightly cut face (with one, a linear probe reads an R² of 0.34 from the embeddings
/// of UTKFace dev; without, nothing).
pub fn aligned_crop(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    let factor = photo_to_crop.scale() * REDUCED_OVERSIZE;
    let back = photo_to_crop.inverse();
    if photo_to_crop.scale() >= REDUCE_BELOW_SCALE {
        return sample(photo, Outside::Edge, |x, y| back.apply([x, y]));
    }
    let [left, top, right, bottom] = bounds_in_photo(photo, &back);
    let region = imageops::crop_imm(photo, left, top, right - left, bottom - top).to_image();
    let shrunk = |length: u32| ((f64::from(length) * factor).round() as u32).clamp(1, length);
    let reduced = resample::reduce_by_area(&region, shrunk(region.width()), shrunk(region.height()));
    let step = |reduced: u32, whole: u32| f64::from(reduced) / f64::from(whole);
    let (step_x, step_y) = (step(reduced.width(), region.width()), step(reduced.height(), region.height()));
    sample(&reduced, Outside::Edge, |x, y| {
        let [px, py] = back.apply([x, y]);
        // Pixel centres are at integers, so edges are at halves.
        [(px - f64::from(left) + 0.5) * step_x - 0.5, (py - f64::from(top) + 0.5) * step_y - 0.5]
    })
}

/// Inverse-mapped bilinear warp to 112×112, black outside the photo: the published alignment, exact in f64.
pub fn warp(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    let back = photo_to_crop.inverse();
    sample(photo, Outside::Black, |x, y| back.apply([x, y]))
}

/// Left, top, right and bottom (exclusive) of the crop's bounds in the photo, one crop pixel wider, within the photo.
fn bounds_in_photo(photo: &RgbImage, back: &SimilarityTransform) -> [u32; 4] {
    let last = f64::from(CROP_SIZE_PX);
    let corners = [[-1.0, -1.0], [last, -1.0], [-1.0, last], [last, last]].map(|corner| back.apply(corner));
    let within = |axis: usize, length: u32| {
        let values = corners.map(|corner| corner[axis]);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min).floor();
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil() + 1.0;
        // At least one pixel, even when the crop lies wholly outside: none of its pixels shows the face.
        let low = low.clamp(0.0, f64::from(length) - 1.0);
        (low as u32, high.clamp(low + 1.0, f64::from(length)) as u32)
    };
    let ((left, right), (top, bottom)) = (within(0, photo.width()), within(1, photo.height()));
    [left, top, right, bottom]
}

/// What lies outside the photo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outside {
    /// Its nearest pixel.
    Edge,
    /// Nothing.
    Black,
}

/// Bilinear samples at `place(x, y)` for each pixel of the crop.
fn sample(photo: &RgbImage, outside: Outside, place: impl Fn(f64, f64) -> [f64; 2]) -> RgbImage {
    let (width, height) = (i64::from(photo.width()), i64::from(photo.height()));
    let at = |x: i64, y: i64| -> [f64; 3] {
        let (x, y) = match outside {
            Outside::Edge => (x.clamp(0, width - 1), y.clamp(0, height - 1)),
            Outside::Black => (x, y),
        };
        if (0..width).contains(&x) && (0..height).contains(&y) {
            photo.get_pixel(x as u32, y as u32).0.map(f64::from)
        } else {
            [0.0; 3]
        }
    };
    RgbImage::from_fn(CROP_SIZE_PX, CROP_SIZE_PX, |x, y| {
        let [sx, sy] = place(f64::from(x), f64::from(y));
        let (left, top) = (sx.floor(), sy.floor());
        let (fx, fy) = (sx - left, sy - top);
        let (left, top) = (left as i64, top as i64);
        let (upper_left, upper_right) = (at(left, top), at(left + 1, top));
        let (lower_left, lower_right) = (at(left, top + 1), at(left + 1, top + 1));
        Rgb(std::array::from_fn(|channel| {
            let upper = upper_left[channel] * (1.0 - fx) + upper_right[channel] * fx;
            let lower = lower_left[channel] * (1.0 - fx) + lower_right[channel] * fx;
            (upper * (1.0 - fy) + lower * fy + 0.5).floor().clamp(0.0, 255.0) as u8
        }))
    })
}

#[cfg(test)]
mod tests {
    use safetensors::SafeTensors;

    use super::*;
    use crate::face::Landmarks;
    use crate::face::alignment::TEMPLATE_PX;

    fn fixture(name: &str) -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mtcnn").join(name)
    }

    fn numbers(file: &SafeTensors<'_>, name: &str) -> Vec<f32> {
        let bits = file.tensor(name).unwrap().data();
        bits.chunks(4).map(|bits| f32::from_le_bytes(bits.try_into().unwrap())).collect()
    }

    #[test]
    fn matrices_and_crops_are_the_references() {
        let bytes = std::fs::read(fixture("mtcnn.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        for name in ["astronaut", "obama"] {
            let photo = image::open(fixture(&format!("{name}.png"))).unwrap().to_rgb8();
            let chosen = numbers(&file, &format!("{name}/chosen"))[0] as usize;
            let points = &numbers(&file, &format!("{name}/landmarks"))[10 * chosen..][..10];
            let landmarks: Landmarks = std::array::from_fn(|point| [points[2 * point], points[2 * point + 1]]);
            let transform = SimilarityTransform::between(&landmarks, &TEMPLATE_PX).unwrap();
            for (found, expected) in transform.matrix.iter().flatten().zip(numbers(&file, &format!("{name}/matrix"))) {
                assert!((found - f64::from(expected)).abs() < 1e-4, "{name}: {found} for {expected}");
            }
            let expected: Vec<u8> = numbers(&file, &format!("{name}/aligned")).iter().map(|v| *v as u8).collect();
            let found = warp(&photo, &transform).into_raw();
            let differing = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
            let worst = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(differing == 0, "{name}: {differing} bytes of the crop differ, by up to {worst:?}");
        }
    }

    #[test]
    fn a_large_face_is_averaged_not_picked_from() {
        // Stripes one pixel wide: a plain warp picks black or white ones, the average is grey.
        let stripes = RgbImage::from_fn(1200, 1200, |x, _| Rgb([if x % 2 == 0 { 0 } else { 255 }; 3]));
        let landmarks = TEMPLATE_PX.map(|point| point.map(|value| value * 10.0 + 37.0));
        let transform = SimilarityTransform::between(&landmarks, &TEMPLATE_PX).unwrap();
        let crop = aligned_crop(&stripes, &transform);
        let inside = |x: u32| (8..104).contains(&x);
        let is_grey = |value: u8| (120..=135).contains(&value);
        assert!(crop.enumerate_pixels().filter(|(x, y, _)| inside(*x) && inside(*y)).all(|(_, _, p)| is_grey(p.0[0])));
    }

    #[test]
    fn reducing_first_does_not_move_the_face() {
        // A smooth slope shows a shift of a hundredth of its length.
        let slope = RgbImage::from_fn(1120, 1120, |x, y| Rgb([(x * 255 / 1120) as u8, (y * 255 / 1120) as u8, 0]));
        let transform = SimilarityTransform { matrix: [[0.1, 0.0, -0.45], [0.0, 0.1, -0.45]] };
        let (reduced, plain) = (aligned_crop(&slope, &transform), warp(&slope, &transform));
        let levels = |a: &Rgb<u8>, b: &Rgb<u8>| (0..2).map(|c| i32::from(a.0[c]) - i32::from(b.0[c])).sum::<i32>();
        let total: i32 = reduced.pixels().zip(plain.pixels()).map(|(a, b)| levels(a, b)).sum();
        let mean = f64::from(total) / f64::from(2 * CROP_SIZE_PX * CROP_SIZE_PX);
        assert!(mean.abs() < 0.5, "moved by {mean} levels, of which a crop pixel has 2.3");
    }

    #[test]
    fn outside_the_photo_its_edge_goes_on_and_the_published_warp_is_black() {
        let white = RgbImage::from_pixel(300, 200, Rgb([255; 3]));
        let far = SimilarityTransform { matrix: [[0.2, 0.0, 900.0], [0.0, 0.2, 900.0]] };
        assert!(aligned_crop(&white, &far).pixels().all(|pixel| pixel.0 == [255; 3]));
        let near = SimilarityTransform { matrix: [[1.0, 0.0, 40.0], [0.0, 1.0, 900.0]] };
        assert!(aligned_crop(&white, &near).pixels().all(|pixel| pixel.0 == [255; 3]));
        assert!(warp(&white, &far).pixels().all(|pixel| pixel.0 == [0; 3]));
    }
}
