//! Five landmarks → a 112×112 crop in the pose every network expects, and the way back (ARCHITECTURE C.4).

mod crop;
mod residuals;
mod transform;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::{Detection, Landmarks, Photo, QualityWarning, quality};
pub use crop::{aligned_crop, warp};
pub use residuals::DOUBTFUL_LANDMARK_PX;
pub use transform::SimilarityTransform;

/// Side of the crop in pixels.
pub const CROP_SIZE_PX: u32 = 112;

/// Where the five landmarks belong in the 112×112 crop (ARCHITECTURE C.4): the published 96-wide template moved by 8,
/// added in f32 as the reference does, which is not the same f32 as the sum written out.
pub const TEMPLATE_PX: Landmarks = [
    [30.2946 + 8.0, 51.6963],
    [65.5318 + 8.0, 51.5014],
    [48.0252 + 8.0, 71.7366],
    [33.5493 + 8.0, 92.3655],
    [62.7299 + 8.0, 92.2041],
];

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
    /// The landmarks do not span a face.
    #[error("The five landmarks lie on one point or are not numbers. Place them on eyes, nose and mouth corners.")]
    Degenerate,
    /// The landmarks are those of a mirrored face: left and right are swapped, or eyes and mouth.
    #[error(
        "The five landmarks are in another order than a face's. Give the eye at the picture's left, the eye at its right, the nose, then the mouth corner at the left and the one at the right."
    )]
    WrongOrder,
    /// A landmark lies far outside the photo.
    #[error("A landmark lies far outside the photo ({x:.0}, {y:.0}). Landmarks are pixels of the upright photo.")]
    Outside {
        /// Its column.
        x: f32,
        /// Its row.
        y: f32,
    },
    /// The picture is not square.
    #[error("An aligned face is square; this picture is {width}×{height}. Leave out --aligned to have the face found.")]
    NotSquare {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl AlignedFace {
    /// Aligns a face the detector found.
    ///
    /// # Errors
    /// When the landmarks fall on one point or are not numbers.
    pub fn from_detection(photo: &Photo, detection: &Detection) -> Result<Self, AlignmentError> {
        Self::aligned(photo, *detection, LandmarkSource::Detector)
    }

    /// Aligns a face whose landmarks a person placed.
    ///
    /// # Errors
    /// When the landmarks fall on one point, are not numbers, lie far outside the photo (a quarter of its size), or are
    /// in another order than a face's.
    pub fn from_landmarks(photo: &Photo, landmarks_px: Landmarks) -> Result<Self, AlignmentError> {
        if landmarks_px.iter().flatten().any(|value| !value.is_finite()) {
            return Err(AlignmentError::Degenerate);
        }
        let (width, height) = (photo.pixels.width() as f32, photo.pixels.height() as f32);
        // A mouth corner beyond the edge of a photo that cuts the face is fine; one in another place is a mistake.
        let near = |value: f32, length: f32| (-0.25 * length..1.25 * length).contains(&value);
        if let Some([x, y]) = landmarks_px.into_iter().find(|[x, y]| !near(*x, width) || !near(*y, height)) {
            return Err(AlignmentError::Outside { x, y });
        }
        let transform = SimilarityTransform::between(&landmarks_px, &TEMPLATE_PX).ok_or(AlignmentError::Degenerate)?;
        if is_mirrored(&landmarks_px) {
            return Err(AlignmentError::WrongOrder);
        }
        let detection = Detection { box_px: box_around(&transform), score: 1.0, landmarks_px };
        Self::aligned(photo, detection, LandmarkSource::Hand)
    }

    /// Takes a picture that already is a 112×112 aligned crop (any square size is resized).
    ///
    /// # Errors
    /// When the picture is not square.
    pub fn already_aligned(photo: &Photo) -> Result<Self, AlignmentError> {
        let (width, height) = photo.pixels.dimensions();
        if width != height {
            return Err(AlignmentError::NotSquare { width, height });
        }
        let scale = f64::from(CROP_SIZE_PX) / f64::from(width);
        let shift = (scale - 1.0) / 2.0;
        let photo_to_crop = SimilarityTransform { matrix: [[scale, 0.0, shift], [0.0, scale, shift]] };
        let back = photo_to_crop.inverse();
        let landmarks_px = TEMPLATE_PX.map(|point| back.apply(point.map(f64::from)).map(|value| value as f32));
        let pixels = if width == CROP_SIZE_PX {
            (*photo.pixels).clone()
        } else {
            super::resample::resize(&photo.pixels, CROP_SIZE_PX, CROP_SIZE_PX)
        };
        let detection = Detection { box_px: box_around(&photo_to_crop), score: 1.0, landmarks_px };
        Ok(Self {
            pixels,
            photo_to_crop,
            detection,
            landmark_source: LandmarkSource::AlreadyAligned,
            photo_sha256: photo.sha256.clone(),
            quality: Vec::new(),
        })
    }

    fn aligned(photo: &Photo, detection: Detection, source: LandmarkSource) -> Result<Self, AlignmentError> {
        let photo_to_crop =
            SimilarityTransform::between(&detection.landmarks_px, &TEMPLATE_PX).ok_or(AlignmentError::Degenerate)?;
        let pixels = aligned_crop(&photo.pixels, &photo_to_crop);
        let quality = quality::judge(&photo.pixels, &detection, &photo_to_crop, &pixels);
        Ok(Self {
            pixels,
            photo_to_crop,
            detection,
            landmark_source: source,
            photo_sha256: photo.sha256.clone(),
            quality,
        })
    }
}

/// Whether going from the left eye to the right eye and on to the mouth turns the other way than in a face: no rotation
/// brings such landmarks to the template.
fn is_mirrored(&[left_eye, right_eye, _, mouth_left, mouth_right]: &Landmarks) -> bool {
    let across = [right_eye[0] - left_eye[0], right_eye[1] - left_eye[1]];
    let down = [
        mouth_left[0] + mouth_right[0] - left_eye[0] - right_eye[0],
        mouth_left[1] + mouth_right[1] - left_eye[1] - right_eye[1],
    ];
    let mouth = [mouth_right[0] - mouth_left[0], mouth_right[1] - mouth_left[1]];
    let turn = |a: [f32; 2], b: [f32; 2]| a[0] * b[1] - a[1] * b[0];
    turn(across, down) <= 0.0 || turn(mouth, down) <= 0.0
}

/// Bounds in the photo of the face's part of the crop, for faces whose box no detector gave.
fn box_around(photo_to_crop: &SimilarityTransform) -> [f32; 4] {
    let back = photo_to_crop.inverse();
    let corners = [[20.0, 12.0], [92.0, 12.0], [20.0, 108.0], [92.0, 108.0]].map(|corner| back.apply(corner));
    let low = |axis: usize| corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min) as f32;
    let high = |axis: usize| corners.iter().map(|c| c[axis]).fold(f64::NEG_INFINITY, f64::max) as f32;
    [low(0), low(1), high(0), high(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_picture_passes_as_aligned_and_another_does_not() {
        let square = Photo::from_pixels("square", RgbImage::new(224, 224));
        let face = AlignedFace::already_aligned(&square).unwrap();
        assert_eq!(face.pixels.dimensions(), (112, 112));
        assert!(AlignedFace::already_aligned(&Photo::from_pixels("wide", RgbImage::new(20, 10))).is_err());
    }

    #[test]
    fn landmarks_outside_the_photo_are_refused() {
        let photo = Photo::from_pixels("small", RgbImage::new(30, 30));
        assert!(matches!(AlignedFace::from_landmarks(&photo, TEMPLATE_PX), Err(AlignmentError::Outside { .. })));
    }

    #[test]
    fn landmarks_of_a_mirrored_face_are_refused() {
        let photo = Photo::from_pixels("empty", RgbImage::new(112, 112));
        let [left_eye, right_eye, nose, mouth_left, mouth_right] = TEMPLATE_PX;
        assert!(AlignedFace::from_landmarks(&photo, TEMPLATE_PX).is_ok());
        for swapped in [
            [right_eye, left_eye, nose, mouth_right, mouth_left],
            [right_eye, left_eye, nose, mouth_left, mouth_right],
            [left_eye, right_eye, nose, mouth_right, mouth_left],
            [mouth_left, mouth_right, nose, left_eye, right_eye],
        ] {
            assert!(matches!(AlignedFace::from_landmarks(&photo, swapped), Err(AlignmentError::WrongOrder)));
        }
        // Upside down is only turned.
        let upside_down = TEMPLATE_PX.map(|[x, y]| [111.0 - x, 111.0 - y]);
        assert!(AlignedFace::from_landmarks(&photo, upside_down).is_ok());
    }

    #[test]
    fn landmarks_placed_by_hand_get_a_box_around_the_face() {
        let photo = Photo::from_pixels("empty", RgbImage::new(400, 400));
        let face =
            AlignedFace::from_landmarks(&photo, TEMPLATE_PX.map(|[x, y]| [2.0 * x + 50.0, 2.0 * y + 60.0])).unwrap();
        let [left, top, right, bottom] = face.detection.box_px;
        assert_eq!(face.landmark_source, LandmarkSource::Hand);
        for [x, y] in face.detection.landmarks_px {
            assert!(left < x && x < right && top < y && y < bottom);
        }
        assert!((face.photo_to_crop.scale() - 0.5).abs() < 1e-6);
    }
}
