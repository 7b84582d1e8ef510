//! STUB (owner: engine). The change of a crop taken back into the full-resolution photo.
use image::RgbImage;

use super::Change;
use crate::face::SimilarityTransform;

/// The whole photo with one face changed: flow bends the original pixels, the residual is added.
pub fn age_photo(_photo: &RgbImage, _photo_to_crop: &SimilarityTransform, _change: &Change) -> RgbImage {
    todo!()
}

/// The 112×112 crop changed.
pub fn age_crop(_crop: &RgbImage, _change: &Change) -> RgbImage {
    todo!()
}
