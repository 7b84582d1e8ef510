//! STUB (owner: face). MTCNN.
use burn::tensor::Device;
use image::RgbImage;

use super::Detection;
use crate::model::{ParameterError, Parameters};

/// The MTCNN cascade on one device.
#[derive(Debug)]
pub struct Detector {}

impl Detector {
    /// Builds the three networks.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(_parameters: &Parameters, _device: &Device) -> Result<Self, ParameterError> {
        todo!()
    }
    /// Every face in the picture, the centre-most large one first; the best first look for photos of any size
    /// (searched on a reduced copy, refined on the original).
    pub fn find_faces(&self, _pixels: &RgbImage) -> Vec<Detection> {
        todo!()
    }
}
