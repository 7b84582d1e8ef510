//! Bytes of a picture → the face as the networks see it, and which of its pixels were photographed.

use image::RgbImage;

use super::mask;
use crate::face::alignment::CROP_SIZE_PX;
use crate::face::{AlignedFace, AlignmentError, Landmarks, Photo, SimilarityTransform};

/// Side of a face in pixels.
pub(super) const SIDE_PX: usize = CROP_SIZE_PX as usize;

/// One aligned face.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Face {
    /// `[3, 112, 112]`, RGB in [-1, 1].
    pub pixels: Vec<f32>,
    /// `[112, 112]`, 1 where the photograph reaches and 0 where not; nothing when it reaches everywhere.
    pub photographed: Option<Vec<f32>>,
}

impl Face {
    /// Takes an aligned crop of any size.
    ///
    /// # Errors
    /// When it is not square.
    pub(super) fn aligned(picture: RgbImage) -> Result<Self, AlignmentError> {
        let face = AlignedFace::already_aligned(&unnamed(picture))?;
        Ok(Self { pixels: planar(&face.pixels), photographed: None })
    }

    /// Aligns a face by its landmarks.
    ///
    /// # Errors
    /// When they do not fit a face in this picture.
    pub(super) fn by_landmarks(picture: RgbImage, landmarks_px: Landmarks) -> Result<Self, AlignmentError> {
        let photo = unnamed(picture);
        let face = AlignedFace::from_landmarks(&photo, landmarks_px)?;
        let photographed = reach(&face.photo_to_crop, photo.pixels.dimensions());
        Ok(Self { pixels: planar(&face.pixels), photographed })
    }

    /// Whether the photograph reaches everywhere.
    pub(super) fn is_whole(&self) -> bool {
        self.photographed.is_none()
    }

    /// Puts another face where the photograph does not reach; that is still not photographed.
    pub(super) fn fill_border(&mut self, other: &Self) {
        let Some(photographed) = &self.photographed else { return };
        let kept = mask::kept(photographed);
        for (plane, behind) in planes(&mut self.pixels).zip(other.pixels.chunks_exact(SIDE_PX * SIDE_PX)) {
            for ((value, behind), kept) in plane.iter_mut().zip(behind).zip(&kept) {
                *value = kept * *value + (1.0 - kept) * behind;
            }
        }
    }

    /// Moves the face by whole pixels. Its edge goes on where it leaves room, which is not photographed then.
    pub(super) fn shift(&mut self, dx_px: i64, dy_px: i64) {
        if (dx_px, dy_px) == (0, 0) {
            return;
        }
        let last = SIDE_PX as i64 - 1;
        let from = |place: usize, moved: i64| (place as i64 - moved).clamp(0, last) as usize;
        let came = |place: usize, moved: i64| (0..=last).contains(&(place as i64 - moved));
        let moved = |plane: &[f32]| -> Vec<f32> {
            (0..plane.len()).map(|at| plane[from(at / SIDE_PX, dy_px) * SIDE_PX + from(at % SIDE_PX, dx_px)]).collect()
        };
        for plane in planes(&mut self.pixels) {
            plane.copy_from_slice(&moved(plane));
        }
        let mut photographed = self.photographed.as_deref().map_or_else(|| vec![1.0; SIDE_PX * SIDE_PX], moved);
        for (at, value) in photographed.iter_mut().enumerate() {
            if !came(at % SIDE_PX, dx_px) || !came(at / SIDE_PX, dy_px) {
                *value = 0.0;
            }
        }
        self.photographed = Some(photographed);
    }

    /// Swaps left and right.
    pub(super) fn mirror(&mut self) {
        let rows = self.pixels.chunks_exact_mut(SIDE_PX);
        rows.chain(self.photographed.iter_mut().flat_map(|mask| mask.chunks_exact_mut(SIDE_PX)))
            .for_each(<[f32]>::reverse);
    }

    /// The mask that losses use, soft at its edge.
    pub(super) fn soft_mask(&self) -> Vec<f32> {
        self.photographed.as_deref().map_or_else(|| vec![1.0; SIDE_PX * SIDE_PX], mask::softened)
    }
}

fn planes(pixels: &mut [f32]) -> impl Iterator<Item = &mut [f32]> {
    pixels.chunks_exact_mut(SIDE_PX * SIDE_PX)
}

/// A photo that nobody will look up, so without name and hash.
fn unnamed(picture: RgbImage) -> Photo {
    Photo { name: String::new(), path: None, sha256: String::new(), pixels: picture.into() }
}

fn planar(picture: &RgbImage) -> Vec<f32> {
    let channel = |channel: usize| picture.pixels().map(move |pixel| f32::from(pixel.0[channel]) / 127.5 - 1.0);
    (0..3).flat_map(channel).collect()
}

/// Which pixels of the crop the photograph reaches, drawn in by one because the outermost are blends with the outside.
fn reach(photo_to_crop: &SimilarityTransform, (width, height): (u32, u32)) -> Option<Vec<f32>> {
    let back = photo_to_crop.inverse();
    let within = |value: f64, length: u32| (-0.5..f64::from(length) - 0.5).contains(&value);
    let reaches = |at: usize| {
        let [x, y] = back.apply([(at % SIDE_PX) as f64, (at / SIDE_PX) as f64]);
        within(x, width) && within(y, height)
    };
    let mut mask: Vec<f32> = (0..SIDE_PX * SIDE_PX).map(|at| f32::from(u8::from(reaches(at)))).collect();
    mask::erode(&mut mask, 1);
    mask.contains(&0.0).then_some(mask)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::face::alignment::TEMPLATE_PX;

    /// A picture whose landmarks are the template's, moved right and down by 20 pixels.
    fn cut_off() -> Face {
        let picture = RgbImage::from_pixel(112, 112, Rgb([255, 128, 0]));
        Face::by_landmarks(picture, TEMPLATE_PX.map(|[x, y]| [x + 20.0, y + 20.0])).unwrap()
    }

    #[test]
    fn the_mask_shows_where_the_photograph_ends() {
        let face = cut_off();
        let mask = face.photographed.as_deref().unwrap();
        // The picture ends 20 pixels before the crop does; one more is drawn in.
        assert_eq!((mask[50 * SIDE_PX + 90], mask[50 * SIDE_PX + 91]), (1.0, 0.0));
        assert_eq!((face.pixels[50 * SIDE_PX + 50], face.pixels[50 * SIDE_PX + 100]), (1.0, 1.0), "its edge goes on");
        let soft = face.soft_mask();
        assert!(soft[50 * SIDE_PX + 96] < 1e-3 && soft[50 * SIDE_PX + 50] > 0.999);
    }

    #[test]
    fn a_filled_border_is_the_other_face_and_still_not_photographed() {
        let mut face = cut_off();
        let mask = face.photographed.clone();
        let other = Face { pixels: vec![0.25; 3 * SIDE_PX * SIDE_PX], photographed: None };
        face.fill_border(&other);
        assert!((face.pixels[50 * SIDE_PX + 105] - 0.25).abs() < 1e-6 && face.pixels[50 * SIDE_PX + 50] == 1.0);
        assert_eq!(face.photographed, mask);
    }

    #[test]
    fn moving_and_mirroring_take_the_mask_along() {
        let mut face = cut_off();
        face.mirror();
        assert_eq!(face.photographed.as_deref().unwrap()[50 * SIDE_PX + 20], 0.0);
        let mut whole = Face { pixels: (0..3 * SIDE_PX * SIDE_PX).map(|at| at as f32).collect(), photographed: None };
        whole.shift(2, 0);
        assert_eq!(whole.pixels[..4], [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(whole.photographed.as_deref().unwrap()[..3], [0.0, 0.0, 1.0]);
    }

    #[test]
    fn an_oblong_crop_is_refused() {
        assert!(Face::aligned(RgbImage::new(112, 90)).is_err());
    }
}
