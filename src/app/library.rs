//! Photos and faces by name: what is known of each, how far it has come, and the pictures of it on the GPU. Plain data;
//! who may change it is said in `state`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::TextureHandle;

use super::aged_photo::PhotoTexture;
use crate::aging::Timeline;
use crate::engine::{DrawnAge, FaceId, FaceReading, PhotoId};
use crate::face::{AlignedFace, Detection, Photo};
use crate::model::age_group::GROUP_COUNT;

/// Photos and faces by name.
#[derive(Default)]
pub struct Library {
    /// Photos.
    pub photos: BTreeMap<PhotoId, PhotoEntry>,
    /// Faces.
    pub faces: BTreeMap<FaceId, FaceEntry>,
    next_id: u64,
}

impl Library {
    /// A name nobody has yet.
    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// Where a photo's pixels come from, so that they can be decoded again.
#[derive(Clone, Debug)]
pub enum PhotoSource {
    /// A file.
    File(PathBuf),
    /// A file inside the program.
    Bundled {
        /// Its name.
        name: &'static str,
        /// Its bytes.
        bytes: &'static [u8],
    },
    /// Pixels without a file, from the clipboard.
    Pixels(Arc<Photo>),
}

/// How far a photo has come.
#[derive(Clone, Debug, PartialEq)]
pub enum PhotoStage {
    /// Its turn to be decoded has not come.
    Waiting,
    /// Being decoded.
    Decoding,
    /// Decoded; the engine looks for faces.
    Finding,
    /// Looked at; its faces are in the library.
    Ready,
    /// It cannot be used, as a sentence.
    Failed(String),
}

/// One photo.
pub struct PhotoEntry {
    /// File name as shown.
    pub name: String,
    /// Where it came from.
    pub source: PhotoSource,
    /// How far it has come. Changed through `App::set_stage`, so that the tray's counts hold.
    pub stage: PhotoStage,
    /// Width and height in pixels, once decoded.
    pub size_px: Option<[u32; 2]>,
    /// Whether the file says of itself that a trained network made it or part of it.
    pub is_marked_synthetic: bool,
    /// Its pixels while they are needed; decoded again from `source` when they are not here.
    pub pixels: Option<Arc<Photo>>,
    /// Its display copy on the GPU, while it is looked at.
    pub display: Option<Arc<PhotoTexture>>,
    /// The display copy is being made.
    pub display_asked: bool,
    /// A small square picture, while it is near the screen.
    pub thumbnail: Option<TextureHandle>,
    /// The same as a JPEG of a few kilobytes, once the photo was opened.
    pub small: Option<Arc<[u8]>>,
    /// Faces the detector found, the most important first.
    pub faces: Vec<FaceId>,
    /// SHA-256 of its file, hex, once it was opened.
    pub sha256: Option<String>,
    /// Faces that a session knew, until they are here again.
    pub known: Option<KnownFaces>,
}

/// Faces that a session knew of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownFaces {
    /// SHA-256 of the file they were found in, hex.
    pub sha256: String,
    /// The one placed by hand first, then those the detector found.
    pub faces: Vec<KnownFace>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownFace {
    /// Its name in this window.
    pub id: FaceId,
    /// Where it is.
    pub detection: Detection,
    /// Whether a person placed its landmarks.
    pub is_by_hand: bool,
}

impl PhotoEntry {
    /// A photo whose turn has not come.
    pub fn waiting(name: String, source: PhotoSource) -> Self {
        Self {
            name,
            source,
            stage: PhotoStage::Waiting,
            size_px: None,
            is_marked_synthetic: false,
            pixels: None,
            display: None,
            display_asked: false,
            thumbnail: None,
            small: None,
            faces: Vec::new(),
            sha256: None,
            known: None,
        }
    }

    /// Whether faces were looked for.
    pub fn is_searched(&self) -> bool {
        self.stage == PhotoStage::Ready || self.known.is_some()
    }
}

/// One face.
pub struct FaceEntry {
    /// The photo it is in.
    pub photo: PhotoId,
    /// The aligned crop and how it got there.
    pub aligned: Arc<AlignedFace>,
    /// What the network reads from it.
    pub reading: Option<Arc<FaceReading>>,
    /// Its anchors.
    pub timeline: Option<Arc<Timeline>>,
    /// The timeline was asked for.
    pub timeline_asked: bool,
    /// A person stopped the timeline; it goes on when they ask for it.
    pub timeline_stopped: bool,
    /// The anchors made so far, for a network that makes them one by one.
    pub making: Making,
    /// The age the network drew last, for a network that draws every age.
    pub drawn: Option<DrawnAge>,
    /// The own age and the target that were asked for last, in years.
    pub drawn_asked_years: Option<[f32; 2]>,
    /// What the network reads from the synthetic faces at the seven anchors, once asked for.
    pub aged_readings: Option<AgedReadings>,
    /// The own age from which those readings were asked for last, in years.
    pub aged_readings_asked_years: Option<f32>,
    /// The crop, for lists and the attention workspace. A single empty pixel while nobody looks at the face.
    pub crop: TextureHandle,
    /// The crop without colour, under the attention maps. As empty as the crop.
    pub grey_crop: TextureHandle,
    /// The seven anchors as pictures.
    pub filmstrip: Option<Filmstrip>,
    /// The own age the filmstrip was asked for last.
    pub filmstrip_asked_years: Option<f32>,
}

impl FaceEntry {
    /// A face of which nothing is known yet.
    pub fn new(photo: PhotoId, aligned: Arc<AlignedFace>, crop: TextureHandle, grey_crop: TextureHandle) -> Self {
        Self {
            photo,
            aligned,
            reading: None,
            timeline: None,
            timeline_asked: false,
            timeline_stopped: false,
            making: Making::default(),
            drawn: None,
            drawn_asked_years: None,
            aged_readings: None,
            aged_readings_asked_years: None,
            crop,
            grey_crop,
            filmstrip: None,
            filmstrip_asked_years: None,
        }
    }

    /// Forgets everything a network said of the face; what was found and aligned stays.
    pub fn forget_results(&mut self) {
        (self.reading, self.timeline, self.filmstrip, self.drawn) = (None, None, None, None);
        (self.timeline_asked, self.timeline_stopped) = (false, false);
        (self.filmstrip_asked_years, self.drawn_asked_years) = (None, None);
        (self.aged_readings, self.aged_readings_asked_years) = (None, None);
        self.making = Making::default();
    }
}

/// What the network reads from the synthetic faces at a face's seven anchors.
#[derive(Clone, Debug)]
pub struct AgedReadings {
    /// The own age the changes start from, in years.
    pub own_years: f32,
    /// Youngest first.
    pub readings: Arc<[FaceReading]>,
}

/// A timeline while it is made.
#[derive(Default)]
pub struct Making {
    /// Picture and identity kept of the anchors that are there, youngest first.
    pub anchors: [Option<(TextureHandle, f32)>; GROUP_COUNT],
    /// How many are there and how many there will be; nothing before the first.
    pub progress: Option<[usize; 2]>,
}

/// The seven anchors of a face as pictures, for one age of its own.
pub struct Filmstrip {
    /// The own age the changes start from, in years.
    pub own_years: f32,
    /// Youngest first.
    pub frames: Vec<TextureHandle>,
    /// The same without colour, under the attention maps.
    pub grey: Vec<TextureHandle>,
}
