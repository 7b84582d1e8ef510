//! What can be asked of the engine thread and what it tells.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AnchorMade, DeviceReport, DrawnAge, FaceReading};
use crate::aging::{Between, Timeline};
use crate::face::{AlignedFace, Detection, Photo};
use crate::model::Preset;
use crate::model::age_group::GROUP_COUNT;
use crate::weights::{self, ModelCard, Weights, WeightsError};

/// Names a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhotoId(pub u64);
/// Names a face of a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u64);

/// Where weights come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WeightsSource {
    /// Inside the program.
    #[default]
    Bundled,
    /// A file.
    File(PathBuf),
}

impl WeightsSource {
    /// Reads the weights.
    ///
    /// # Errors
    /// When the file cannot be read or does not hold a network this program knows.
    pub fn open(&self) -> Result<Weights, WeightsError> {
        match self {
            Self::Bundled => weights::bundled(),
            Self::File(path) => weights::open(path),
        }
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Bundled => None,
            Self::File(path) => Some(path),
        }
    }

    /// The file's name without its folders, as shown to people.
    pub fn label(&self) -> String {
        match self {
            Self::Bundled => "the bundled model".to_owned(),
            Self::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        }
    }
}

/// The network in use and what is known of its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInUse {
    /// Where the weights came from.
    pub source: WeightsSource,
    /// Which network it is.
    pub preset: Preset,
    /// Version of the weights, such as `v1`.
    pub version: String,
    /// What the weights say of themselves.
    pub card: ModelCard,
    /// Hash of the weights, hex.
    pub weights_sha256: Arc<str>,
    /// The ages at which a face's anchors stand.
    pub anchors_years: [f32; GROUP_COUNT],
    /// How the ages between the anchors come about.
    pub between: Between,
}

impl ModelInUse {
    /// Preset and version, such as `compact v1`.
    pub fn name(&self) -> String {
        format!("{} {}", self.preset, self.version)
    }
}

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
    /// The face's timeline. Latest wins: an older one that has not started is dropped, and one that is being made
    /// anchor by anchor is left where it is when that of another face is asked for.
    Timeline {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
    },
    /// The face at one age as the network draws it, for networks whose blends only stand in. Latest wins.
    AgeExactly {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
        /// Its age in the photograph, in years.
        own_years: f32,
        /// The age to show, in years.
        target_years: f32,
    },
    /// Read the face at each of its seven anchors, as the person would be shown there. Makes the timeline first where
    /// it is not there yet.
    ReadAges {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
        /// Its age in the photograph, in years.
        own_years: f32,
    },
    /// Change to other weights. Goes before everything else; the latest wins.
    OpenWeights(WeightsSource),
}

/// What is being done about new weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningStep {
    /// The file is read and checked.
    Reading,
    /// The network is built on the device.
    Building,
}

/// What the engine tells.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Weights are being opened; those in use go on until the new ones are ready.
    OpeningWeights {
        /// Which.
        source: WeightsSource,
        /// How far it is.
        step: OpeningStep,
    },
    /// The networks are loaded, at the start or after a change of weights. Every reply that follows comes from them.
    Ready {
        /// The device in use.
        device: DeviceReport,
        /// The network.
        model: Box<ModelInUse>,
        /// How long loading took.
        elapsed_ms: f64,
    },
    /// Weights could not be opened; those in use stay.
    WeightsRefused {
        /// Which.
        source: WeightsSource,
        /// The sentence, with a next step.
        message: String,
    },
    /// Something could not be done, as a sentence with a next step.
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
    /// Faces of a photo could not be looked for.
    SearchFailed {
        /// Which photo.
        photo: PhotoId,
        /// The sentence, with a next step.
        message: String,
    },
    /// A face was read.
    FaceRead {
        /// Which face.
        face: FaceId,
        /// Hash of the weights it was read with.
        weights_sha256: Arc<str>,
        /// What was read.
        reading: Arc<FaceReading>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// One more anchor of a timeline is made.
    TimelineProgress {
        /// Which face.
        face: FaceId,
        /// Hash of the weights it was made with.
        weights_sha256: Arc<str>,
        /// The anchor.
        made: AnchorMade,
        /// How many anchors there are now.
        done: usize,
        /// How many there will be.
        total: usize,
    },
    /// A face's timeline is there.
    TimelineReady {
        /// Which face.
        face: FaceId,
        /// Hash of the weights it was made with.
        weights_sha256: Arc<str>,
        /// The timeline.
        timeline: Arc<Timeline>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A timeline was left before it was whole; what there is of it is kept for the next request.
    TimelineLeft {
        /// Which face.
        face: FaceId,
    },
    /// A face was read at its seven anchors.
    AgesRead {
        /// Which face.
        face: FaceId,
        /// Hash of the weights it was made and read with.
        weights_sha256: Arc<str>,
        /// The age in the photograph the changes start from, in years.
        own_years: f32,
        /// What was read of each synthetic face, youngest first.
        readings: Arc<[FaceReading]>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A face at one age as the network draws it.
    AgeDrawn {
        /// Which face.
        face: FaceId,
        /// Hash of the weights it was drawn with.
        weights_sha256: Arc<str>,
        /// Which age, from which, and what changes.
        age: DrawnAge,
        /// How long it took.
        elapsed_ms: f64,
    },
}
