//! STUB (owner: engine). The engine thread: requests in, replies out, never a wait on the window's side.
use std::sync::Arc;

use super::{DevicePreference, DeviceReport, FaceReading, SharedGpu};
use crate::aging::Timeline;
use crate::face::{AlignedFace, Detection, Photo};

/// Names a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhotoId(pub u64);
/// Names a face of a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u64);

/// What can be asked of the engine.
#[derive(Clone, Debug)]
pub enum Request {
    /// Find the faces of a photo.
    FindFaces {
        /// The photo's name in the reply.
        photo: PhotoId,
        /// The photo.
        pixels: Arc<Photo>,
    },
    /// Read one face: identity, age, attention. Cached by content.
    ReadFace {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
    },
    /// The face's timeline. Latest wins: an older one that has not started is dropped.
    Timeline {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
    },
}

/// What the engine tells.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The networks are loaded.
    Ready {
        /// The device in use.
        device: DeviceReport,
        /// Hash of the weights.
        weights_sha256: String,
        /// How long loading took.
        elapsed_ms: f64,
    },
    /// The networks could not be loaded, as a sentence with a next step.
    Failed {
        /// The sentence.
        message: String,
    },
    /// The GPU was lost; the engine goes on on the CPU and repeats what it was doing.
    DeviceLost {
        /// The device now in use.
        device: DeviceReport,
        /// What happened.
        message: String,
    },
    /// Faces of a photo, the centre-most large one first; empty when there is none.
    FacesFound {
        /// Which photo.
        photo: PhotoId,
        /// Its faces.
        detections: Vec<Detection>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A face was read.
    FaceRead {
        /// Which face.
        face: FaceId,
        /// What was read.
        reading: Arc<FaceReading>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A face's timeline is there.
    TimelineReady {
        /// Which face.
        face: FaceId,
        /// The timeline.
        timeline: Arc<Timeline>,
        /// How long it took.
        elapsed_ms: f64,
    },
}

/// The window's handle on the engine thread.
#[derive(Debug)]
pub struct Engine {}

impl Engine {
    /// Starts the thread; loading goes on behind. `wake` is called after every reply (request a repaint there).
    pub fn start(
        _preference: DevicePreference,
        _shared: Option<SharedGpu>,
        _weights_file: Option<std::path::PathBuf>,
        _wake: impl Fn() + Send + 'static,
    ) -> Self {
        todo!()
    }
    /// Asks for something; returns at once.
    pub fn request(&self, _request: Request) {
        todo!()
    }
    /// The next reply, if one has come; never waits.
    pub fn try_reply(&self) -> Option<Reply> {
        todo!()
    }
    /// How many requests wait or run.
    pub fn pending(&self) -> usize {
        todo!()
    }
}
