//! STUB (owner: engine). The whole main job, called directly: find faces, read them, synthesise their timeline.
use super::{DevicePreference, DeviceReport, FaceReading, SharedGpu};
use crate::aging::Timeline;
use crate::face::{AlignedFace, Detection, Photo};
use crate::weights::Weights;

/// Why the engine cannot work, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The device asked for is not there.
    #[error("{0}")]
    Device(String),
    /// The weights do not fit.
    #[error(transparent)]
    Parameters(#[from] crate::model::ParameterError),
    /// The weights cannot be read.
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
}

/// Milliseconds each stage took, in the order they ran.
pub type StageTimes = Vec<(&'static str, f64)>;

/// Networks on a device.
#[derive(Debug)]
pub struct Pipeline {}

impl Pipeline {
    /// Loads the networks onto a device. `shared` is the window's GPU, if there is a window.
    ///
    /// # Errors
    /// When the device is not there or the weights do not fit.
    pub fn new(_preference: DevicePreference, _shared: Option<SharedGpu>, _weights: &Weights) -> Result<Self, EngineError> {
        todo!()
    }
    /// The device in use.
    pub fn device(&self) -> &DeviceReport {
        todo!()
    }
    /// SHA-256 of the weights in use, hex.
    pub fn weights_sha256(&self) -> &str {
        todo!()
    }
    /// Every face in the photo, the centre-most large one first.
    pub fn find_faces(&self, _photo: &Photo) -> Vec<Detection> {
        todo!()
    }
    /// Reads faces, several at once (each with its mirror image).
    pub fn read_faces(&self, _faces: &[&AlignedFace]) -> Vec<FaceReading> {
        todo!()
    }
    /// The seven anchors of one face, with the identity each keeps.
    pub fn timeline(&self, _face: &AlignedFace) -> Timeline {
        todo!()
    }
}
