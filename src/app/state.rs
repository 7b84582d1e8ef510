//! What the window knows, as plain data. It is read everywhere and changed in two places only: `commands` (what a
//! person asks for) and `arrivals` (what the pool and the engine tell). Nothing is drawn or computed here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::aged_photo::PackedChange;
use super::compare::{Checklist, CompareState, FacePair};
use super::export::FilmWork;
pub use super::export::SaveWhat;
use super::frame_times::FrameTimes;
use super::lab::{LabPrompt, LabState};
pub use super::library::{
    AgedReadings, FaceEntry, Filmstrip, KnownFace, KnownFaces, Library, Making, PhotoEntry, PhotoSource, PhotoStage,
};
use super::presenter::Presenter;
use super::session::{SessionPrompt, SessionState};
use super::tray::TrayState;
use super::view::View;
use crate::engine::{DeviceReport, FaceId, ModelInUse, OpeningStep, PhotoId, WeightsSource};
use crate::face::Landmarks;
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
