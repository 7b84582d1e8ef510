//! MTCNN (Zhang et al. 2016): where the faces are and where their five landmarks lie. [`Detector::detect_exact`] is
//! the published cascade; [`Detector::find_faces`] is what the product uses on photos of any size.

mod boxes;
mod cascade;
mod closer;
mod networks;
#[cfg(test)]
mod parity;
mod search;

use burn::tensor::Device;
use image::RgbImage;

use super::Detection;
use crate::model::{ParameterError, Parameters};
use cascade::Cascade;
use networks::Networks;

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

    /// The published cascade on the picture as it is, for faces of at least `min_face_px` pixels (20 as published), in
    /// the cascade's own order: highest score first.
    pub fn detect_exact(&self, picture: &RgbImage, min_face_px: f64) -> Vec<Detection> {
        Cascade::published(&self.networks, picture).run(min_face_px)
    }

    /// Every face in the picture, the centre-most large one first; the best first look for photos of any size.
    ///
    /// The photo is searched on a copy of 640 pixels, and on one of 1,600 where the first shows no face, only small ones
    /// or a group. Each face is then looked at again in the photo's own pixels, several times over, which places its
    /// landmarks more steadily than the published cascade does and drops what only looked like a face.
    pub fn find_faces(&self, picture: &RgbImage) -> Vec<Detection> {
        search::find_faces(&self.networks, picture)
    }
}
