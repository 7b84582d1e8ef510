//! The change of a crop taken back into the full-resolution photo: the flow bends the ORIGINAL pixels and the
//! residual is added to them, so background, hair edges and skin detail stay the person's own. Everything outside
//! the crop is copied untouched. `shaders/aged_photo.wgsl` draws the same per frame; this is the reference.

use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::Change;
use super::sample::{bilinear_field, cubic_field, cubic_photo};
use crate::face::SimilarityTransform;
use crate::model::CROP_SIZE_PX;

/// Largest coordinate inside the crop, in pixels of the crop.
const LAST_PX: f64 = (CROP_SIZE_PX - 1) as f64;

/// The whole photo with one face changed.
///
/// A pixel of the photo that falls inside the crop takes its colour from where the flow points in the photo (bicubic)
/// plus the residual at its place in the crop (bicubic). The flow and the residual are windowed, so the change fades
/// out before the border of the crop and leaves no seam.
pub fn age_photo(photo: &RgbImage, photo_to_crop: &SimilarityTransform, change: &Change) -> RgbImage {
    let mut aged = photo.clone();
    let crop_to_photo = photo_to_crop.inverse();
    let Some(bounds) = crop_bounds_px(photo, &crop_to_photo) else { return aged };
    let row_bytes = photo.width() as usize * 3;
    let rows = bounds.top * row_bytes..bounds.bottom * row_bytes;
    aged.as_flat_samples_mut().samples[rows].par_chunks_mut(row_bytes).zip(bounds.top..bounds.bottom).for_each(
        |(row, y)| {
            for x in bounds.left..bounds.right {
                if let Some(Rgb(pixel)) = aged_pixel([x, y], photo, photo_to_crop, &crop_to_photo, change) {
                    row[x * 3..x * 3 + 3].copy_from_slice(&pixel);
                }
            }
        },
    );
    aged
}

/// The 112×112 crop changed, as if it were the whole photo.
pub fn age_crop(crop: &RgbImage, change: &Change) -> RgbImage {
    age_photo(crop, &SimilarityTransform::IDENTITY, change)
}

/// One pixel of the aged photo, or nothing where it stays as it is.
fn aged_pixel(
    [x, y]: [usize; 2],
    photo: &RgbImage,
    photo_to_crop: &SimilarityTransform,
    crop_to_photo: &SimilarityTransform,
    change: &Change,
) -> Option<Rgb<u8>> {
    let at_px = photo_to_crop.apply([x as f64, y as f64]);
    if !at_px.iter().all(|value| (0.0..=LAST_PX).contains(value)) {
        return None;
    }
    let crop_px = at_px.map(|value| value as f32);
    let flow_px = bilinear_field(&change.flow_px, crop_px);
    let residual = cubic_field(&change.residual_levels, crop_px);
    let shift_px = rotate(crop_to_photo, flow_px);
    let source = cubic_photo(photo, [x as f32 + shift_px[0], y as f32 + shift_px[1]]);
    Some(Rgb(std::array::from_fn(|channel| (source[channel] + residual[channel]).round().clamp(0.0, 255.0) as u8)))
}

/// A direction in the crop as a direction in the photo: rotation and scale without the shift.
fn rotate(crop_to_photo: &SimilarityTransform, [x, y]: [f32; 2]) -> [f32; 2] {
    crop_to_photo.matrix.map(|[a, b, _]| a as f32 * x + b as f32 * y)
}

/// Pixels of the photo that may lie in the crop; right and bottom are one past the last.
struct Bounds {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

fn crop_bounds_px(photo: &RgbImage, crop_to_photo: &SimilarityTransform) -> Option<Bounds> {
    let corners = [[0.0, 0.0], [LAST_PX, 0.0], [0.0, LAST_PX], [LAST_PX, LAST_PX]].map(|at| crop_to_photo.apply(at));
    let range = |axis: usize, length: u32| {
        let values = corners.map(|corner| corner[axis]);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min).floor().max(0.0);
        let high = (values.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil() + 1.0).min(f64::from(length));
        (high > low).then_some((low as usize, high as usize))
    };
    let (left, right) = range(0, photo.width())?;
    let (top, bottom) = range(1, photo.height())?;
    Some(Bounds { left, top, right, bottom })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aging::change::CROP_AREA;

    fn photo() -> RgbImage {
        RgbImage::from_fn(160, 140, |x, y| Rgb([x as u8, y as u8, (x * y % 251) as u8]))
    }

    fn transform() -> SimilarityTransform {
        SimilarityTransform { matrix: [[1.2, -0.3, -20.0], [0.3, 1.2, -15.0]] }
    }

    #[test]
    fn no_change_leaves_every_pixel() {
        assert_eq!(age_photo(&photo(), &transform(), &Change::none()), photo());
    }

    #[test]
    fn nothing_outside_the_crop_changes() {
        let change = Change { flow_px: vec![[3.0, -2.0]; CROP_AREA], residual_levels: vec![[40.0; 3]; CROP_AREA] };
        let (before, transform) = (photo(), transform());
        let after = age_photo(&before, &transform, &change);
        let mut changed = 0;
        for (x, y, pixel) in after.enumerate_pixels() {
            let inside = transform.apply([f64::from(x), f64::from(y)]).iter().all(|v| (0.0..=LAST_PX).contains(v));
            if !inside {
                assert_eq!(pixel, before.get_pixel(x, y), "{x}, {y}");
            }
            changed += usize::from(pixel != before.get_pixel(x, y));
        }
        assert!(changed > 4000, "{changed} pixels changed");
    }

    #[test]
    fn flow_takes_pixels_from_where_it_points() {
        let change = Change { flow_px: vec![[2.0, 1.0]; CROP_AREA], residual_levels: vec![[0.0; 3]; CROP_AREA] };
        let before = RgbImage::from_fn(112, 112, |x, y| Rgb([(2 * x) as u8, (2 * y) as u8, 7]));
        let after = age_crop(&before, &change);
        assert_eq!(after.get_pixel(50, 60), &Rgb([104, 122, 7]));
    }

    #[test]
    fn a_crop_that_misses_the_photo_changes_nothing() {
        let away = SimilarityTransform { matrix: [[1.0, 0.0, 9000.0], [0.0, 1.0, 0.0]] };
        let change = Change { flow_px: vec![[1.0; 2]; CROP_AREA], residual_levels: vec![[9.0; 3]; CROP_AREA] };
        assert_eq!(age_photo(&photo(), &away, &change), photo());
    }
}
