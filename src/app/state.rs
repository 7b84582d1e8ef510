//! What the window knows, as plain data. It is read everywhere and changed in two places only: `commands` (what a
//! person asks for) and `arrivals` (what the pool and the engine tell). Nothing is drawn or computed here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::TextureHandle;
use serde::{Deserialize, Serialize};

use super::aged_photo::PhotoTexture;
use crate::aging::Timeline;
use crate::engine::{DeviceReport, FaceId, FaceReading, PhotoId};
use crate::face::{AlignedFace, Landmarks, Photo};
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
    /// The network's own words about itself.
    pub model: Option<ModelCard>,
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
    /// A lasting sentence for the status bar, such as that settings cannot be kept.
    pub notice: Option<String>,
    /// Files being saved right now.
    pub saving: usize,
}

/// What a person made: every change to it is one step of undo.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Photos in the tray, in order.
    pub tray: Vec<PhotoId>,
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
}

impl Default for Document {
    fn default() -> Self {
        Self {
            tray: Vec::new(),
            photo: None,
            chosen_faces: BTreeMap::new(),
            hand_faces: BTreeMap::new(),
            stated_ages: BTreeMap::new(),
            target_years: 65.0,
            strength: 1.0,
            pair: [None, None],
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
    /// How far it has come.
    pub stage: PhotoStage,
    /// Width and height in pixels, once decoded.
    pub size_px: Option<[u32; 2]>,
    /// Its pixels while they are needed; decoded again from `source` when they are not here.
    pub pixels: Option<Arc<Photo>>,
    /// Its display copy on the GPU, while it is looked at.
    pub display: Option<Arc<PhotoTexture>>,
    /// The display copy is being made.
    pub display_asked: bool,
    /// A small square picture.
    pub thumbnail: Option<TextureHandle>,
    /// Faces the detector found, the most important first.
    pub faces: Vec<FaceId>,
}

impl PhotoEntry {
    /// A photo whose turn has not come.
    pub fn waiting(name: String, source: PhotoSource) -> Self {
        Self {
            name,
            source,
            stage: PhotoStage::Waiting,
            size_px: None,
            pixels: None,
            display: None,
            display_asked: false,
            thumbnail: None,
            faces: Vec::new(),
        }
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
    /// The crop, for lists and the attention workspace.
    pub crop: TextureHandle,
    /// The crop without colour, under the attention maps.
    pub grey_crop: TextureHandle,
    /// The seven anchors as pictures.
    pub filmstrip: Option<Filmstrip>,
    /// The own age the filmstrip was asked for last.
    pub filmstrip_asked_years: Option<f32>,
    /// The face with its surroundings, for the comparison.
    pub portrait: Option<TextureHandle>,
    /// The portrait was asked for.
    pub portrait_asked: bool,
}

/// The seven anchors of a face as pictures, for one age of its own.
pub struct Filmstrip {
    /// The own age the changes start from, in years.
    pub own_years: f32,
    /// Youngest first.
    pub frames: Vec<TextureHandle>,
}

/// The three workspaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workspace {
    /// The face at any age.
    #[default]
    Age,
    /// How the network divides the face into identity and age.
    Attention,
    /// Two faces.
    Compare,
}

impl Workspace {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Age, Self::Attention, Self::Compare];

    /// The tab's word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Age => "Age",
            Self::Attention => "Attention",
            Self::Compare => "Compare",
        }
    }
}

/// How the photograph and its synthetic age are shown together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeView {
    /// One picture, a line between the two.
    #[default]
    Wipe,
    /// Side by side.
    Side,
    /// One after the other in the same place.
    Blink,
    /// What was changed.
    Diff,
}

/// How much of the photo is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// All of it.
    #[default]
    WholePhoto,
    /// The face.
    Face,
}

/// What the attention workspace shows over the face.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionLayer {
    /// Share of each cell's features that is identity.
    #[default]
    IdentityShare,
    /// The spatial gate.
    SpatialGate,
    /// What one channel responds to.
    Channel,
}

/// Whether the map's cells are shown as computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// 7×7, as computed.
    #[default]
    Honest,
    /// Interpolated between the cells' middles.
    Smooth,
}

/// The range of numbers the colours stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapScale {
    /// As far from one half as this face goes.
    #[default]
    ThisFace,
    /// From 0 to 1.
    Full,
}

/// How things are looked at: kept between sessions, no step of undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Which workspace.
    pub workspace: Workspace,
    /// How photograph and synthetic age are shown together.
    pub age_view: AgeView,
    /// Whole photo or face.
    pub framing: Framing,
    /// Where the wipe's line was put, 0 (left) to 1; through the middle of the face where it was not touched.
    #[serde(skip)]
    pub wipe: Option<f32>,
    /// What the attention workspace shows.
    pub layer: AttentionLayer,
    /// How much of the map lies over the face, 0 to 1.
    pub opacity: f32,
    /// Cells or smooth.
    pub cells: Cells,
    /// Range of the colours.
    pub scale: MapScale,
    /// The channel kept in sight, in the network's order.
    #[serde(skip)]
    pub channel: Option<usize>,
    /// Which of A and B a click in the tray sets.
    #[serde(skip)]
    pub pair_slot: usize,
}

impl Default for View {
    fn default() -> Self {
        Self {
            workspace: Workspace::Age,
            age_view: AgeView::Wipe,
            framing: Framing::WholePhoto,
            wipe: None,
            layer: AttentionLayer::IdentityShare,
            opacity: 0.7,
            cells: Cells::Honest,
            scale: MapScale::ThisFace,
            channel: None,
            pair_slot: 1,
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
        /// Hash of the weights.
        weights_sha256: String,
    },
    /// It cannot work, as a sentence.
    Failed(String),
}

/// What the model chip says.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCard {
    /// Such as `compact v1`.
    pub name: String,
    /// Training data and terms.
    pub terms: String,
    /// Hash of the file, hex.
    pub sha256: String,
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
    /// The five landmarks of a face, placed by hand.
    Landmarks {
        /// On which photo.
        photo: PhotoId,
        /// Where they are, in pixels of the photo.
        points_px: Landmarks,
    },
}

/// What can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveWhat {
    /// The whole photo with the face aged.
    Photo,
    /// The contact sheet of the seven anchors.
    Sheet,
    /// The picture of the attention maps.
    Attention,
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
