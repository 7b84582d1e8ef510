//! The visible label of a synthetic picture: a small tag in a corner of the photo, away from the face.

use image::RgbImage;

use super::canvas::{Area, Pen, fill, write};
use super::{ink, years_text};
use crate::face::{AlignedFace, SimilarityTransform};
use crate::model::CROP_SIZE_PX;

/// The whole years whose digits take most room.
const WIDEST_AGE_YEARS: f32 = 88.0;

/// What the tag of a synthetic face says.
pub fn label_text(age_years: f32) -> String {
    format!("Synthetic · age {}", years_text(age_years))
}

/// The aged photo with its tag, in the corner that overlaps the face least.
pub fn labelled_photo(aged: &RgbImage, face: &AlignedFace, age_years: f32) -> RgbImage {
    let mut labelled = aged.clone();
    let size_px = (aged.width().min(aged.height()) as f32 / 54.0).clamp(8.0, 44.0);
    let tag = Tag::synthetic(age_years, size_px);
    let corner = tag.corner_away_from(&labelled, face_area(&face.photo_to_crop));
    tag.draw(&mut labelled, corner);
    labelled
}

/// A tag: its text, its size and its colours.
pub struct Tag {
    text: String,
    pen: Pen,
    ground: image::Rgb<u8>,
    ground_opacity: f32,
}

impl Tag {
    /// The tag of a synthetic face.
    pub fn synthetic(age_years: f32, size_px: f32) -> Self {
        Self {
            text: label_text(age_years),
            pen: Pen::semibold(size_px, ink::ON_SYNTHETIC),
            ground: ink::SYNTHETIC,
            ground_opacity: 1.0,
        }
    }

    /// The tag of a photograph.
    pub fn photograph(size_px: f32) -> Self {
        Self {
            text: "Photograph".to_owned(),
            pen: Pen::semibold(size_px, ink::ON_PHOTOGRAPH),
            ground: ink::PHOTOGRAPH,
            ground_opacity: 0.72,
        }
    }

    /// Width and height in pixels.
    fn size_px(&self) -> [f32; 2] {
        let em = self.pen.size_px;
        [(self.pen.width_px(&self.text) + 1.1 * em).ceil(), (1.8 * em).ceil()]
    }

    /// Where the tag of a film goes: one place for every age, away from the face where it can be.
    pub fn corner_of_film(picture: &RgbImage, photo_to_crop: &SimilarityTransform, size_px: f32) -> [f32; 2] {
        Self::synthetic(WIDEST_AGE_YEARS, size_px).corner_away_from(picture, face_area(photo_to_crop))
    }

    /// Where the tag goes: bottom right, bottom left, top right or top left, the first that leaves the face free, or
    /// the one that hides least of it.
    fn corner_away_from(&self, picture: &RgbImage, face: Area) -> [f32; 2] {
        let corners = self.corners(picture);
        let hidden = corners.map(|corner| overlap_px2(self.area(corner), face));
        let best = (1..4).fold(0, |best, other| if hidden[other] < hidden[best] { other } else { best });
        corners[best]
    }

    /// The tag in the bottom right corner.
    pub fn bottom_right(&self, picture: &RgbImage) -> [f32; 2] {
        self.corners(picture)[0]
    }

    fn corners(&self, picture: &RgbImage) -> [[f32; 2]; 4] {
        let margin = (0.8 * self.pen.size_px).round();
        let [width, height] = self.size_px();
        let right = (picture.width() as f32 - margin - width).max(0.0);
        let bottom = (picture.height() as f32 - margin - height).max(0.0);
        [[right, bottom], [margin, bottom], [right, margin], [margin, margin]]
    }

    fn area(&self, [left, top]: [f32; 2]) -> Area {
        let [width, height] = self.size_px();
        [left, top, width, height]
    }

    /// Draws the tag with its top left corner there.
    pub fn draw(&self, picture: &mut RgbImage, corner: [f32; 2]) {
        let [left, top, width, height] = self.area(corner);
        let em = self.pen.size_px;
        fill(picture, [left, top, width, height], 0.36 * em, self.ground, self.ground_opacity);
        write(picture, [left + 0.55 * em, top + height / 2.0 + 0.36 * em], self.pen, &self.text);
    }
}

/// The part of the photo the network may change, as an upright rectangle.
fn face_area(photo_to_crop: &SimilarityTransform) -> Area {
    let back = photo_to_crop.inverse();
    let last = (CROP_SIZE_PX - 1) as f64;
    let corners = [[0.0, 0.0], [last, 0.0], [0.0, last], [last, last]].map(|corner| back.apply(corner));
    let low = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min);
    let high = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::NEG_INFINITY, f64::max);
    [low(0) as f32, low(1) as f32, (high(0) - low(0)) as f32, (high(1) - low(1)) as f32]
}

fn overlap_px2(a: Area, b: Area) -> f32 {
    let shared = |axis: usize| (a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]) - a[axis].max(b[axis]);
    shared(0).max(0.0) * shared(1).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_leaves_the_face_free_where_it_can() {
        let picture = RgbImage::new(400, 300);
        let tag = Tag::synthetic(65.0, 10.0);
        let corners = tag.corners(&picture);
        assert_eq!(tag.corner_away_from(&picture, [150.0, 80.0, 100.0, 100.0]), corners[0]);
        assert_eq!(tag.corner_away_from(&picture, [250.0, 200.0, 150.0, 100.0]), corners[1]);
        assert_eq!(tag.corner_away_from(&picture, [0.0, 150.0, 400.0, 150.0]), corners[2]);
    }

    #[test]
    fn the_tag_says_the_age() {
        assert_eq!(label_text(65.0), "Synthetic · age 65");
    }
}
