//! The picture of one face, cut from the photo in the pose of the aligned crop at four times its size.

use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::label::Tag;
use crate::aging::sample::cubic_photo;
use crate::face::SimilarityTransform;
use crate::model::CROP_SIZE_PX;

/// Pixels of the face picture for one pixel of the crop.
const SCALE: usize = 4;
/// How much wider than the crop a portrait may be, widest first.
const PORTRAIT_MARGINS: [f64; 5] = [1.4, 1.3, 1.2, 1.1, 1.0];
/// Side of a face picture in pixels. Being a multiple of the crop, it can be read again with `--aligned`.
pub const FACE_PICTURE_SIZE_PX: u32 = (CROP_SIZE_PX * SCALE) as u32;

/// The face as it is in the photo, upright and centred, 448×448.
pub fn face_picture(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    framed(photo, photo_to_crop, FACE_PICTURE_SIZE_PX, 1.0)
}

/// The face with some of what surrounds it, as far as the photo goes, 448×448: for sheets, not for networks.
pub fn portrait_picture(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    framed(photo, photo_to_crop, FACE_PICTURE_SIZE_PX, portrait_margin(photo, photo_to_crop))
}

/// How much wider than the crop a view of the face may be without reaching past the photo.
pub fn portrait_margin(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> f64 {
    let back = photo_to_crop.inverse();
    let [width, height] = [f64::from(photo.width()), f64::from(photo.height())];
    let fits = |margin: &f64| {
        let ends = [0.0, f64::from(FACE_PICTURE_SIZE_PX - 1)];
        let view = View::new(FACE_PICTURE_SIZE_PX, *margin);
        ends.iter().flat_map(|x| ends.map(|y| [*x, y])).all(|corner| {
            let [x, y] = back.apply(corner.map(|at| view.in_crop(at)));
            (0.0..width).contains(&x) && (0.0..height).contains(&y)
        })
    };
    PORTRAIT_MARGINS.iter().copied().find(fits).unwrap_or(1.0)
}

/// A square view around the face, `size_px` pixels and `margin` crops wide.
pub fn framed(photo: &RgbImage, photo_to_crop: &SimilarityTransform, size_px: u32, margin: f64) -> RgbImage {
    let back = photo_to_crop.inverse();
    let view = View::new(size_px, margin);
    // Large faces shrink here: enough samples a pixel, that nothing of the photo is skipped.
    let samples = (back.scale() * margin / view.scale).ceil().clamp(1.0, 16.0) as usize;
    let mut picture = RgbImage::new(size_px, size_px);
    let row_bytes = size_px as usize * 3;
    picture.as_flat_samples_mut().samples.par_chunks_mut(row_bytes).enumerate().for_each(|(y, row)| {
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&mean_colour(photo, &back, [x, y], samples, view).0);
        }
    });
    picture
}

/// The way from such a view to the crop.
pub fn framed_to_crop(size_px: u32, margin: f64) -> SimilarityTransform {
    let view = View::new(size_px, margin);
    let (scale, shift) = (view.in_crop(1.0) - view.in_crop(0.0), view.in_crop(0.0));
    SimilarityTransform { matrix: [[scale, 0.0, shift], [0.0, scale, shift]] }
}

/// A square view around the face.
#[derive(Clone, Copy)]
struct View {
    /// Pixels of the view for one pixel of the crop, were it as wide as the crop.
    scale: f64,
    margin: f64,
}

impl View {
    fn new(size_px: u32, margin: f64) -> Self {
        Self { scale: f64::from(size_px) / CROP_SIZE_PX as f64, margin }
    }

    /// From a coordinate of the view to one of the crop.
    fn in_crop(self, at: f64) -> f64 {
        let centre = (CROP_SIZE_PX as f64 - 1.0) / 2.0;
        ((at + 0.5) / self.scale - 0.5 - centre) * self.margin + centre
    }
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
fn mean_colour(
    photo: &RgbImage,
    back: &SimilarityTransform,
    [x, y]: [usize; 2],
    samples: usize,
    view: View,
) -> Rgb<u8> {
    let place = |at: usize, step: usize| view.in_crop(at as f64 - 0.5 + (step as f64 + 0.5) / samples as f64);
    let mut sum = [0.0; 3];
    for row in 0..samples {
        for column in 0..samples {
            let at = back.apply([place(x, column), place(y, row)]).map(|value| value as f32);
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
        assert!(portrait_picture(&photo, &transform).pixels().all(|pixel| *pixel == Rgb([10, 120, 200])));
        assert!(face_picture(&photo, &transform).pixels().all(|pixel| *pixel == Rgb([10, 120, 200])));
    }
}
