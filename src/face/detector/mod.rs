//! MTCNN (Zhang et al. 2016): where the faces are and where their five landmarks lie. [`Detector::detect_exact`] is
//! the published cascade; [`Detector::find_faces`] is what the product uses on photos of any size.

mod boxes;
mod cascade;
mod networks;
#[cfg(test)]
mod parity;

use burn::tensor::Device;
use image::RgbImage;

use super::selection::{SelectionRule, order_by_importance};
use super::{Detection, resample};
use crate::model::{ParameterError, Parameters};
use cascade::Cascade;
use networks::Networks;

/// Smallest face the published cascade looks for, in pixels.
pub const PUBLISHED_MIN_FACE_PX: f64 = 20.0;
/// Longer side of the reduced copy that is searched first, in pixels.
const FIRST_LOOK_PX: u32 = 640;
/// Longer side for the second look, when the first found nothing, in pixels.
const SECOND_LOOK_PX: u32 = 1600;
/// Faces smaller than this on the reduced copy are looked for again on the larger one, in pixels.
const SMALL_ON_COPY_PX: f32 = 40.0;

/// The MTCNN cascade on one device.
#[derive(Debug)]
pub struct Detector {
    networks: Networks,
}

impl Detector {
    /// Builds the three networks.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        Ok(Self { networks: Networks::new(parameters, device)? })
    }

    /// The published cascade on the picture as it is, in the cascade's own order.
    pub fn detect_exact(&self, picture: &RgbImage, min_face_px: f64) -> Vec<Detection> {
        Cascade { networks: &self.networks, picture }.run(min_face_px)
    }

    /// Every face in the picture, the centre-most large one first.
    ///
    /// A picture larger than 640 pixels is searched on a reduced copy and each face refined on the original, so
    /// that landmarks have the original's precision. Where the copy shows no face, or only small ones that may have
    /// smaller neighbours, a larger copy is searched as well.
    pub fn find_faces(&self, picture: &RgbImage) -> Vec<Detection> {
        let mut faces = self.look(picture, FIRST_LOOK_PX);
        let longer_px = picture.width().max(picture.height());
        let reduction = longer_px as f32 / FIRST_LOOK_PX as f32;
        let only_small = faces.iter().all(|face| face.size_px() < SMALL_ON_COPY_PX * reduction);
        if longer_px > FIRST_LOOK_PX && only_small {
            faces = self.look(picture, SECOND_LOOK_PX);
        }
        order_by_importance(&mut faces, picture.dimensions(), SelectionRule::CentreMost);
        faces
    }

    fn look(&self, picture: &RgbImage, longer_px: u32) -> Vec<Detection> {
        let reduction = f64::from(picture.width().max(picture.height())) / f64::from(longer_px);
        if reduction <= 1.0 {
            return self.detect_exact(picture, PUBLISHED_MIN_FACE_PX);
        }
        let shrunk = |length: u32| ((f64::from(length) / reduction).round() as u32).max(1);
        let copy = resample::resize(picture, shrunk(picture.width()), shrunk(picture.height()));
        let rough = self.detect_exact(&copy, PUBLISHED_MIN_FACE_PX);
        Cascade { networks: &self.networks, picture }.refine(&rough, reduction)
    }
}
