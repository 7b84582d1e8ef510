//! What a film shows before the face is changed: the photo or the part around the face at the film's size, and where
//! the face is in it. Ageing and labelling at this size is what makes frames cheap.

use image::{RgbImage, imageops};

use super::{FilmFace, FilmFraming};
use crate::aging::age_photo;
use crate::aging::export::label::Tag;
use crate::aging::export::picture::{framed, framed_to_crop, portrait_margin};
use crate::face::SimilarityTransform;

/// The unchanged picture of a film.
pub struct Stage {
    picture: RgbImage,
    /// From its pixels to those of the crop.
    to_crop: SimilarityTransform,
    label_size_px: f32,
    label_corner: [f32; 2],
}

impl Stage {
    /// Both sides are even, as film asks for; a photo that is smaller than the film may be keeps its size.
    pub fn new(
        photo: &RgbImage,
        photo_to_crop: &SimilarityTransform,
        framing: FilmFraming,
        longest_side_px: u32,
    ) -> Self {
        let (picture, to_crop) = match framing {
            FilmFraming::Face => {
                let margin = portrait_margin(photo, photo_to_crop);
                let picture = framed(photo, photo_to_crop, longest_side_px, margin);
                (picture, framed_to_crop(longest_side_px, margin))
            }
            FilmFraming::WholePhoto => shrunk(photo, photo_to_crop, longest_side_px),
        };
        let label_size_px = (picture.width().min(picture.height()) as f32 / 36.0).clamp(10.0, 30.0);
        let label_corner = Tag::corner_of_film(&picture, &to_crop, label_size_px);
        Self { picture, to_crop, label_size_px, label_corner }
    }

    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        [self.picture.width(), self.picture.height()]
    }

    /// The picture at an age, with its label in whole years.
    pub fn frame(&self, face: &FilmFace<'_>, years: f32) -> RgbImage {
        let change = face.timeline.change_at(years, face.own_years, face.strength);
        let mut frame = age_photo(&self.picture, &self.to_crop, &change);
        Tag::synthetic(years.round(), self.label_size_px).draw(&mut frame, self.label_corner);
        frame
    }
}

/// The whole photo, no longer than this, without the last row or column where a side is odd.
fn shrunk(photo: &RgbImage, photo_to_crop: &SimilarityTransform, longest_px: u32) -> (RgbImage, SimilarityTransform) {
    let scale = (f64::from(longest_px) / f64::from(photo.width().max(photo.height()).max(1))).min(1.0);
    let [width, height] = [photo.width(), photo.height()].map(|side| ((f64::from(side) * scale).round() as u32).max(2));
    let small = if scale < 1.0 {
        imageops::resize(photo, width, height, imageops::FilterType::CatmullRom)
    } else {
        photo.clone()
    };
    let even = imageops::crop_imm(&small, 0, 0, width & !1, height & !1).to_image();
    // Pixel centres stand at whole numbers: a place p of the film is (p + ½) / scale − ½ in the photo.
    let half = 0.5 / scale - 0.5;
    let matrix = photo_to_crop.matrix.map(|[a, b, shift]| [a / scale, b / scale, shift + (a + b) * half]);
    (even, SimilarityTransform { matrix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_photo_stays_where_it_is_in_the_face() {
        let photo = RgbImage::new(2161, 1441);
        let to_crop = SimilarityTransform { matrix: [[0.2, -0.05, -90.0], [0.05, 0.2, -70.0]] };
        for framing in [FilmFraming::WholePhoto, FilmFraming::Face] {
            let stage = Stage::new(&photo, &to_crop, framing, 1080);
            let [width, height] = stage.size_px();
            assert!(width % 2 == 0 && height % 2 == 0 && width.max(height) == 1080, "{width}×{height}");
        }
        let (_, small) = shrunk(&photo, &to_crop, 1080);
        let scale = 1080.0 / 2161.0;
        let place = [700.0, 500.0];
        let there = place.map(|at| (at + 0.5) * scale - 0.5);
        for (a, b) in small.apply(there).into_iter().zip(to_crop.apply(place)) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn a_small_photo_is_not_enlarged() {
        let (picture, _) = shrunk(&RgbImage::new(301, 200), &SimilarityTransform::IDENTITY, 1080);
        assert_eq!(picture.dimensions(), (300, 200));
    }
}
