//! Five landmarks → a 112×112 crop in the pose every network expects, and the way back (ARCHITECTURE C.4).

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use super::{Detection, Landmarks, Photo, QualityWarning, quality};

/// Side of the crop in pixels.
pub const CROP_SIZE_PX: u32 = 112;

/// Where the five landmarks belong in the 112×112 crop (ARCHITECTURE C.4).
pub const TEMPLATE_PX: Landmarks =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/// Below this scale from photo to crop the photo is reduced first, so that fine detail does not alias into the
/// crop; the bundled weights were trained on crops made this way.
const REDUCE_BELOW_SCALE: f64 = 0.5;
/// How much larger than the crop needs the reduced copy stays.
const REDUCED_OVERSIZE: f64 = 1.6;

/// Rotation, uniform scale and shift: `q = matrix · (x, y, 1)`. Pixel centres are at integers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarityTransform {
    /// Two rows `[a, -c, tx]`, `[c, a, ty]`.
    pub matrix: [[f64; 3]; 2],
}

impl SimilarityTransform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };

    /// The transform that takes `from` nearest to `to` in the least-squares sense, without reflection; nothing when
    /// `from` is a single point or not numbers.
    pub fn between(from: &Landmarks, to: &Landmarks) -> Option<Self> {
        let mean = |points: &Landmarks, axis: usize| points.iter().map(|p| f64::from(p[axis])).sum::<f64>() / 5.0;
        let (from_mean, to_mean) = ([mean(from, 0), mean(from, 1)], [mean(to, 0), mean(to, 1)]);
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let x = [f64::from(p[0]) - from_mean[0], f64::from(p[1]) - from_mean[1]];
            let u = [f64::from(q[0]) - to_mean[0], f64::from(q[1]) - to_mean[1]];
            along += x[0] * u[0] + x[1] * u[1];
            across += x[0] * u[1] - x[1] * u[0];
            spread += x[0] * x[0] + x[1] * x[1];
        }
        let (a, c) = (along / spread, across / spread);
        if !(a.is_finite() && c.is_finite()) || a.hypot(c) < 1e-9 {
            return None;
        }
        let shift =
            [to_mean[0] - a * from_mean[0] + c * from_mean[1], to_mean[1] - c * from_mean[0] - a * from_mean[1]];
        Some(Self { matrix: [[a, -c, shift[0]], [c, a, shift[1]]] })
    }

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.matrix.map(|[a, b, shift]| a * x + b * y + shift)
    }

    /// The transform that undoes this one.
    pub fn inverse(&self) -> Self {
        let [[a, _, tx], [c, _, ty]] = self.matrix;
        let square = a * a + c * c;
        let (a, c) = (a / square, -c / square);
        Self { matrix: [[a, -c, -(a * tx - c * ty)], [c, a, -(c * tx + a * ty)]] }
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
    /// The landmarks do not span a face.
    #[error("The five landmarks lie on one point or are not numbers. Place them on eyes, nose and mouth corners.")]
    Degenerate,
    /// A landmark lies outside the photo.
    #[error("A landmark lies outside the photo ({x:.0}, {y:.0}). Landmarks are pixels of the upright photo.")]
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
    /// When the landmarks fall on one point, are not numbers or lie far outside the photo.
    pub fn from_landmarks(photo: &Photo, landmarks_px: Landmarks) -> Result<Self, AlignmentError> {
        let (width, height) = (photo.pixels.width() as f32, photo.pixels.height() as f32);
        for [x, y] in landmarks_px {
            if !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
                return Err(AlignmentError::Outside { x, y });
            }
        }
        let transform = SimilarityTransform::between(&landmarks_px, &TEMPLATE_PX).ok_or(AlignmentError::Degenerate)?;
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
        let pixels = crop(&photo.pixels, &photo_to_crop);
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

/// The crop, with a face much larger than it reduced first.
fn crop(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    let scale = photo_to_crop.scale();
    if scale >= REDUCE_BELOW_SCALE {
        return warp(photo, photo_to_crop);
    }
    let back = photo_to_crop.inverse();
    let last = f64::from(CROP_SIZE_PX - 1);
    let corners = [[0.0, 0.0], [last, 0.0], [0.0, last], [last, last]].map(|corner| back.apply(corner));
    let range = |axis: usize, length: u32| {
        let values = corners.map(|corner| corner[axis]);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min).floor() - 2.0;
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil() + 3.0;
        let limit = f64::from(length);
        (low.clamp(0.0, limit - 1.0) as u32, high.clamp(1.0, limit) as u32)
    };
    let ((left, right), (top, bottom)) = (range(0, photo.width()), range(1, photo.height()));
    let (columns, rows) = (right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1));
    let region = imageops::crop_imm(photo, left, top, columns, rows).to_image();
    let factor = scale * REDUCED_OVERSIZE;
    let shrunk = |length: u32| ((f64::from(length) * factor).round() as u32).max(1);
    let reduced = imageops::resize(&region, shrunk(columns), shrunk(rows), FilterType::Triangle);
    let (fx, fy) = (f64::from(reduced.width()) / f64::from(columns), f64::from(reduced.height()) / f64::from(rows));
    // Pixel centres: reduced = (original + 0.5 - offset) * f - 0.5, so original = (reduced + 0.5) / f - 0.5 + offset.
    sample(&reduced, |x, y| {
        let [px, py] = back.apply([x, y]);
        [(px - f64::from(left) + 0.5) * fx - 0.5, (py - f64::from(top) + 0.5) * fy - 0.5]
    })
}

/// Inverse-mapped bilinear warp to 112×112, black outside the photo: the published alignment, exact in f64.
pub fn warp(photo: &RgbImage, photo_to_crop: &SimilarityTransform) -> RgbImage {
    let back = photo_to_crop.inverse();
    sample(photo, |x, y| back.apply([x, y]))
}

fn sample(photo: &RgbImage, place: impl Fn(f64, f64) -> [f64; 2]) -> RgbImage {
    let (width, height) = (i64::from(photo.width()), i64::from(photo.height()));
    let at = |x: i64, y: i64, channel: usize| -> f64 {
        if (0..width).contains(&x) && (0..height).contains(&y) {
            f64::from(photo.get_pixel(x as u32, y as u32).0[channel])
        } else {
            0.0
        }
    };
    RgbImage::from_fn(CROP_SIZE_PX, CROP_SIZE_PX, |x, y| {
        let [sx, sy] = place(f64::from(x), f64::from(y));
        let (left, top) = (sx.floor(), sy.floor());
        let (fx, fy) = (sx - left, sy - top);
        let (left, top) = (left as i64, top as i64);
        Rgb(std::array::from_fn(|channel| {
            let upper = at(left, top, channel) * (1.0 - fx) + at(left + 1, top, channel) * fx;
            let lower = at(left, top + 1, channel) * (1.0 - fx) + at(left + 1, top + 1, channel) * fx;
            (upper * (1.0 - fy) + lower * fy + 0.5).floor().clamp(0.0, 255.0) as u8
        }))
    })
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
    fn forward_and_back_is_the_same_place() {
        let transform = SimilarityTransform { matrix: [[0.7, -0.2, 11.0], [0.2, 0.7, -4.0]] };
        let [x, y] = transform.inverse().apply(transform.apply([123.0, 45.0]));
        assert!((x - 123.0).abs() < 1e-9 && (y - 45.0).abs() < 1e-9);
    }

    #[test]
    fn landmarks_on_the_template_need_no_change() {
        let transform = SimilarityTransform::between(&TEMPLATE_PX, &TEMPLATE_PX).unwrap();
        assert!((transform.scale() - 1.0).abs() < 1e-6);
        assert!(SimilarityTransform::between(&[[4.0, 4.0]; 5], &TEMPLATE_PX).is_none());
        assert!(SimilarityTransform::between(&[[f32::NAN; 2]; 5], &TEMPLATE_PX).is_none());
    }

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
}
