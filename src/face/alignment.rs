//! STUB (owner: face).
use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::{Detection, Landmarks, Photo, QualityWarning};

/// Where the five landmarks belong in the 112×112 crop (ARCHITECTURE C.4).
pub const TEMPLATE_PX: Landmarks =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/// Rotation, uniform scale and shift: `q = matrix · (x, y, 1)`. Pixel centres are at integers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarityTransform {
    /// Two rows `[a, -c, tx]`, `[c, a, ty]`.
    pub matrix: [[f64; 3]; 2],
}

impl SimilarityTransform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };
    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.matrix.map(|[a, b, shift]| a * x + b * y + shift)
    }
    /// The transform that undoes this one.
    pub fn inverse(&self) -> Self {
        todo!()
    }
    /// Length of a unit after the transform.
    pub fn scale(&self) -> f64 {
        self.matrix[0][0].hypot(self.matrix[1][0])
    }
}

/// Who placed the landmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LandmarkSource {
    /// The detector.
    Detector,
    /// A person, by hand.
    Hand,
    /// Nobody: the picture is already an aligned crop.
    AlreadyAligned,
}

/// One face brought to the pose every network expects, and how it got there.
#[derive(Clone, Debug)]
pub struct AlignedFace {
    /// 112×112 RGB.
    pub pixels: RgbImage,
    /// From pixels of the photo to pixels of the crop.
    pub photo_to_crop: SimilarityTransform,
    /// Box, score and landmarks in the photo.
    pub detection: Detection,
    /// Who placed the landmarks.
    pub landmark_source: LandmarkSource,
    /// SHA-256 of the photo.
    pub photo_sha256: String,
    /// What makes this face hard to read; empty when nothing does.
    pub quality: Vec<QualityWarning>,
}

/// Why a face cannot be aligned.
#[derive(Debug, thiserror::Error)]
pub enum AlignmentError {
    /// STUB.
    #[error("stub")]
    Stub,
}

impl AlignedFace {
    /// Aligns a face the detector found.
    ///
    /// # Errors
    /// When the landmarks fall on one point or are not numbers.
    pub fn from_detection(_photo: &Photo, _detection: &Detection) -> Result<Self, AlignmentError> {
        todo!()
    }
    /// Aligns a face whose landmarks a person placed.
    ///
    /// # Errors
    /// When the landmarks fall on one point or are not numbers.
    pub fn from_landmarks(_photo: &Photo, _landmarks_px: Landmarks) -> Result<Self, AlignmentError> {
        todo!()
    }
    /// Takes a picture that already is a 112×112 aligned crop (any square size is resized).
    ///
    /// # Errors
    /// When the picture is not square.
    pub fn already_aligned(_photo: &Photo) -> Result<Self, AlignmentError> {
        todo!()
    }
}
