//! What the window knows, as plain data. It is read everywhere and changed in two places only: `commands` (what a
//! person asks for) and `arrivals` (what the pool and the engine tell). Nothing is drawn or computed here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::TextureHandle;

use super::aged_photo::{PackedChange, PhotoTexture};
use super::compare::{Checklist, CompareState, FacePair};
use super::export::FilmWork;
pub use super::export::SaveWhat;
use super::frame_times::FrameTimes;
use super::lab::{LabPrompt, LabState};
use super::presenter::Presenter;
use super::session::{SessionPrompt, SessionState};
use super::tray::TrayState;
use super::view::View;
use crate::aging::Timeline;
use crate::engine::{DeviceReport, DrawnAge, FaceId, FaceReading, ModelInUse, OpeningStep, PhotoId, WeightsSource};
use crate::face::{AlignedFace, Detection, Landmarks, Photo};
use crate::model::age_group::GROUP_COUNT;
use crate::recognition::Calibration;

/// The whole state of the window.
#[derive(Default)]
pub struct AppState {
    /// What a person made and may undo.
    pub document: Document,
    /// What is known of every photo and face, by name. Results stay here while a step of undo may need them.
    pub library: Library,
    /// How it is looked at.
    pub view: View,
    /// The engine as it last told of itself.
    pub engine: EngineStatus,
    /// Weights that are being opened, and how far that is.
    pub opening: Option<(WeightsSource, OpeningStep)>,
    /// Weights files opened before, the latest first.
    pub recent_weights: Vec<PathBuf>,
    /// What scores mean, or why that is not known.
    pub calibration: Option<Result<Arc<Calibration>, String>>,
    /// What is asked right now, over everything else.
    pub prompt: Option<Prompt>,
    /// Short messages, oldest first.
    pub toasts: Vec<Toast>,
    /// How long the last stages took.
    pub timings: Timings,
    /// Where the slider is going by itself.
    pub play: Option<Play>,
    /// The changes of the faces that are shown aged, by face: made from the document before each frame is drawn.
    pub changes: BTreeMap<FaceId, Arc<PackedChange>>,
    /// A lasting sentence for the status bar, such as that settings cannot be kept.
    pub notice: Option<String>,
    /// Files being saved right now.
    pub saving: usize,
    /// The film that is being made.
    pub film: Option<FilmWork>,
    /// What the comparison holds beside faces and photos.
    pub compare: CompareState,
    /// The run that is watched.
    pub lab: LabState,
    /// The session's file.
    pub session: SessionState,
    /// What is known of the tray as a whole.
    pub tray: TrayState,
    /// Sessions opened before, the latest first.
    pub recent_sessions: Vec<PathBuf>,
    /// How long the last frames took, while somebody wants to see it.
    pub frame_times: Option<FrameTimes>,
    /// Whether a change shown is another than in the frame before.
    pub is_moving: bool,
    /// Whether the graphics driver draws on the CPU.
    pub draws_on_cpu: bool,
    /// Whether the first hint is shown.
    pub shows_hint: bool,
    /// Presenter mode, while it is on.
    pub presenter: Option<Presenter>,
}

/// What a person made: every change to it is one step of undo.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Photos in the tray, in order. Shared: every step of undo holds a tray.
    pub tray: Arc<Vec<PhotoId>>,
    /// The photo looked at.
    pub photo: Option<PhotoId>,
    /// The chosen face of each photo; the first one where none was chosen.
    pub chosen_faces: BTreeMap<PhotoId, FaceId>,
    /// The face placed by hand on a photo.
    pub hand_faces: BTreeMap<PhotoId, FaceId>,
    /// True ages a person stated, in years.
    pub stated_ages: BTreeMap<FaceId, f32>,
    /// The age shown, in years.
    pub target_years: f32,
    /// How much of the learnt change is shown; 1 is as learnt.
    pub strength: f32,
    /// Faces A and B of the comparison, where chosen.
    pub pair: [Option<FaceId>; 2],
    /// What a person judged of two faces, feature by feature.
    pub checklists: BTreeMap<FacePair, Checklist>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            tray: Arc::default(),
            photo: None,
            chosen_faces: BTreeMap::new(),
            hand_faces: BTreeMap::new(),
            stated_ages: BTreeMap::new(),
            target_years: 65.0,
            strength: 1.0,
            pair: [None, None],
            checklists: BTreeMap::new(),
        }
    }
}

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

/// The engine as it last told of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum EngineStatus {
    /// The networks are being loaded.
    #[default]
    Loading,
    /// It answers.
    Ready {
        /// The device in use.
        device: DeviceReport,
        /// The network in use.
        model: Box<ModelInUse>,
        /// Which one it is in this session, counted from 1: no two networks share a number.
        generation: u64,
    },
    /// It cannot work, as a sentence.
    Failed(String),
}

/// Milliseconds the last stages took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// Loading the networks.
    pub load_ms: Option<f64>,
    /// Finding the faces of a photo.
    pub find_ms: Option<f64>,
    /// Reading a face.
    pub read_ms: Option<f64>,
    /// The seven anchors.
    pub timeline_ms: Option<f64>,
    /// One age drawn, by a network that draws every age.
    pub age_ms: Option<f64>,
}

/// What is asked over everything else.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// The true age of a face.
    StatedAge {
        /// Which face.
        face: FaceId,
        /// What stands in the field.
        text: String,
    },
    /// Where to save, where the system has no file dialog.
    SavePath {
        /// What is to be saved.
        what: SaveWhat,
        /// What stands in the field.
        text: String,
    },
    /// What to open, where the system has no file dialog.
    OpenPath {
        /// What stands in the field.
        text: String,
    },
    /// Which weights to open, where the system has no file dialog.
    WeightsPath {
        /// What stands in the field.
        text: String,
    },
    /// The five landmarks of a face, placed by hand.
    Landmarks {
        /// On which photo.
        photo: PhotoId,
        /// Where they are, in pixels of the photo.
        points_px: Landmarks,
    },
    /// What a film is to show; `view.film` holds it.
    Film,
    /// What the Lab asks.
    Lab(LabPrompt),
    /// What is asked about sessions.
    Session(SessionPrompt),
    /// Which action to do.
    Palette {
        /// What stands in the field.
        text: String,
        /// Which of the actions that fit is chosen.
        chosen: usize,
    },
}

impl Prompt {
    /// The command palette with nothing typed yet.
    pub fn palette() -> Self {
        Self::Palette { text: String::new(), chosen: 0 }
    }

    /// Whether it has a field that takes the keys.
    pub fn is_typed(&self) -> bool {
        !matches!(
            self,
            Self::Landmarks { .. }
                | Self::Lab(LabPrompt::Stop | LabPrompt::Close)
                | Self::Session(SessionPrompt::Close)
        )
    }
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// It worked.
    Done,
    /// Worth knowing.
    Note,
    /// It did not work; stays until it is dismissed.
    Problem,
}

/// A short message.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// How it is meant.
    pub kind: ToastKind,
    /// The sentence.
    pub text: String,
    /// When it came.
    pub since: Instant,
}

impl Toast {
    const SHOWN_FOR: Duration = Duration::from_secs(6);

    /// When it goes by itself, if it does.
    pub fn ends(&self) -> Option<Instant> {
        (self.kind != ToastKind::Problem).then(|| self.since + Self::SHOWN_FOR)
    }
}

/// The slider going by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// Years per second; negative towards childhood.
    pub years_per_s: f32,
    /// When it was last moved.
    pub last: Instant,
}
