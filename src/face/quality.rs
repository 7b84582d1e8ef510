//! What makes a face hard to read: too few pixels, a turned head, blur, a doubtful detection, a face cut off.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::alignment::{CROP_SIZE_PX, SimilarityTransform};
use super::{Detection, Landmarks};

/// Below this the crop is mostly interpolated.
const SMALL_PX: f32 = 48.0;
/// Below this the detector's word is doubtful.
const DOUBTFUL_SCORE: f32 = 0.95;
/// Offset of the nose from the middle of the eyes, in eye distances, above which the head counts as turned.
const TURNED_NOSE_OFFSET: f32 = 0.30;
/// Variance of the Laplacian of the crop's face region below which it counts as blurred, in squared levels. Sharp
/// demo portraits measure 350 to 2,700; the same blurred over 2 pixels of the crop, below 35.
const BLURRED_VARIANCE: f64 = 60.0;

/// A reason to trust a reading less. `sentence` says it to a person; `short` fits a list row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QualityWarning {
    /// The face covers few pixels.
    Small {
        /// Longer side of the face's box.
        size_px: f32,
    },
    /// The head is turned to the side or tilted back or forward.
    Turned,
    /// The face is out of focus or moved.
    Blurred,
    /// The detector was not sure this is a face.
    Uncertain {
        /// Its confidence.
        score: f32,
    },
    /// Part of the face lies outside the photo.
    CutOff,
}

impl QualityWarning {
    /// Two or three words for a list row, such as `blurred face`.
    pub fn short(&self) -> &'static str {
        match self {
            Self::Small { .. } => "small face",
            Self::Turned => "turned head",
            Self::Blurred => "blurred face",
            Self::Uncertain { .. } => "maybe not a face",
            Self::CutOff => "face cut off",
        }
    }

    /// A sentence for a panel.
    pub fn sentence(&self) -> String {
        match self {
            Self::Small { size_px } => {
                format!(
                    "The face is only {size_px:.0} pixels across. Use a larger scan or a closer photo if there is one."
                )
            }
            Self::Turned => "The head is turned or tilted. A frontal photo reads more reliably.".to_owned(),
            Self::Blurred => "The face is blurred. A sharper photo reads more reliably.".to_owned(),
            Self::Uncertain { score } => {
                format!("The detector is unsure that this is a face ({score:.2}). Check the landmarks by eye.")
            }
            Self::CutOff => {
                "Part of the face lies outside the photo. What is missing repeats the photo's edge.".to_owned()
            }
        }
    }
}

/// Everything that makes this face hard to read.
pub(super) fn judge(
    photo: &RgbImage,
    detection: &Detection,
    photo_to_crop: &SimilarityTransform,
    crop: &RgbImage,
) -> Vec<QualityWarning> {
    let mut warnings = Vec::new();
    let size_px = detection.size_px();
    let is_small = size_px < SMALL_PX;
    if is_small {
        warnings.push(QualityWarning::Small { size_px });
    }
    if is_turned(&detection.landmarks_px) {
        warnings.push(QualityWarning::Turned);
    }
    // A small face is always soft at the crop's size; one reason is enough.
    if !is_small && laplacian_variance(crop) < BLURRED_VARIANCE {
        warnings.push(QualityWarning::Blurred);
    }
    if detection.score < DOUBTFUL_SCORE {
        warnings.push(QualityWarning::Uncertain { score: detection.score });
    }
    if is_cut_off(photo, photo_to_crop) {
        warnings.push(QualityWarning::CutOff);
    }
    warnings
}

/// A nose far from the middle between the eyes, or far up or down between eyes and mouth. Measured along the face's
/// own axes, so that a rolled head, which alignment undoes, does not count.
fn is_turned(landmarks_px: &Landmarks) -> bool {
    let [left_eye, right_eye, nose, mouth_left, mouth_right] = *landmarks_px;
    let middle = |a: [f32; 2], b: [f32; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    let (eyes, mouth) = (middle(left_eye, right_eye), middle(mouth_left, mouth_right));
    let across = [right_eye[0] - left_eye[0], right_eye[1] - left_eye[1]];
    let distance = across[0].hypot(across[1]);
    let down = [mouth[0] - eyes[0], mouth[1] - eyes[1]];
    let height = down[0].hypot(down[1]);
    if distance < 1.0 || height < 1.0 {
        return true;
    }
    let from_eyes = [nose[0] - eyes[0], nose[1] - eyes[1]];
    let sideways = (from_eyes[0] * across[0] + from_eyes[1] * across[1]) / (distance * distance);
    let downwards = (from_eyes[0] * down[0] + from_eyes[1] * down[1]) / (height * height);
    sideways.abs() > TURNED_NOSE_OFFSET || !(0.25..=0.85).contains(&downwards)
}

/// Sharpness of the face's inner region.
fn laplacian_variance(crop: &RgbImage) -> f64 {
    let grey = |x: u32, y: u32| {
        let [r, g, b] = crop.get_pixel(x, y).0.map(f64::from);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for y in 30..104 {
        for x in 24..88 {
            let value = grey(x - 1, y) + grey(x + 1, y) + grey(x, y - 1) + grey(x, y + 1) - 4.0 * grey(x, y);
            sum += value;
            squares += value * value;
            count += 1.0;
        }
    }
    squares / count - (sum / count) * (sum / count)
}

/// Whether a corner of the face's part of the crop lies outside the photo.
fn is_cut_off(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> bool {
    let back = photo_to_crop.inverse();
    let (width, height) = (f64::from(photo.width() - 1), f64::from(photo.height() - 1));
    let last = f64::from(CROP_SIZE_PX - 1);
    [[0.2, 0.25], [0.8, 0.25], [0.25, 0.95], [0.75, 0.95]].iter().any(|[x, y]| {
        let [px, py] = back.apply([x * last, y * last]);
        !(0.0..=width).contains(&px) || !(0.0..=height).contains(&py)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::alignment::TEMPLATE_PX;

    #[test]
    fn the_template_looks_straight_ahead_and_a_shifted_nose_does_not() {
        assert!(!is_turned(&TEMPLATE_PX));
        let mut turned = TEMPLATE_PX;
        turned[2][0] += 14.0;
        assert!(is_turned(&turned));
    }

    #[test]
    fn every_warning_has_words() {
        let all = [
            QualityWarning::Small { size_px: 20.0 },
            QualityWarning::Turned,
            QualityWarning::Blurred,
            QualityWarning::Uncertain { score: 0.5 },
            QualityWarning::CutOff,
        ];
        for warning in all {
            assert!(!warning.short().is_empty() && warning.sentence().ends_with('.'));
        }
    }
}
