//! The picture of one face, cut from the photo in the pose of the aligned crop at four times its size.

use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::label::Tag;
use crate::aging::sample::cubic_photo;
use crate::face::SimilarityTransform;
use crate::model::CROP_SIZE_PX;

/// Pixels of the face picture for one pixel of the crop.
const SCALE: usize = 4;
/// Side of a face picture in pixels. Being a multiple of the crop, it can be read again with `--aligned`.
pub const FACE_PICTURE_SIZE_PX: u32 = (CROP_SIZE_PX * SCALE) as u32;

/// The face as it is in the photo, upright and centred, 448×448.
pub fn face_picture(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    let back = photo_to_crop.inverse();
    let size = FACE_PICTURE_SIZE_PX as usize;
    // Large faces shrink here: enough samples a pixel, that nothing of the photo is skipped.
    let samples = (back.scale() / SCALE as f64).ceil().clamp(1.0, 16.0) as usize;
    let mut picture = RgbImage::new(FACE_PICTURE_SIZE_PX, FACE_PICTURE_SIZE_PX);
    picture.as_flat_samples_mut().samples.par_chunks_mut(size * 3).enumerate().for_each(|(y, row)| {
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&mean_colour(photo, &back, [x, y], samples).0);
        }
    });
    picture
}

/// The aged face, 448×448, with its tag in the corner below the jaw.
pub fn labelled_face(aged_photo: &RgbImage, photo_to_crop: &SimilarityTransform, age_years: f32) -> RgbImage {
    let mut picture = face_picture(aged_photo, photo_to_crop);
    let tag = Tag::synthetic(age_years, 13.0);
    let corner = tag.bottom_right(&picture);
    tag.draw(&mut picture, corner);
    picture
}

/// Mean over a grid of places inside one pixel of the face picture.
fn mean_colour(photo: &RgbImage, back: &SimilarityTransform, [x, y]: [usize; 2], samples: usize) -> Rgb<u8> {
    let mut sum = [0.0; 3];
    for row in 0..samples {
        for column in 0..samples {
            let inside =
                |at: usize, step: usize| (at as f64 + (step as f64 + 0.5) / samples as f64) / SCALE as f64 - 0.5;
            let at = back.apply([inside(x, column), inside(y, row)]).map(|value| value as f32);
            for (total, value) in sum.iter_mut().zip(cubic_photo(photo, at)) {
                *total += value;
            }
        }
    }
    Rgb(sum.map(|total| (total / (samples * samples) as f32).round().clamp(0.0, 255.0) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_photo_gives_an_even_face() {
        let photo = RgbImage::from_pixel(300, 300, Rgb([10, 120, 200]));
        let transform = SimilarityTransform { matrix: [[0.1, 0.0, 40.0], [0.0, 0.1, 40.0]] };
        assert!(face_picture(&photo, &transform).pixels().all(|pixel| *pixel == Rgb([10, 120, 200])));
    }
}
