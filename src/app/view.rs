//! How things are looked at: which workspace, which view in it, what is laid over what. Kept between sessions; no step
//! of undo.

use serde::{Deserialize, Serialize};

use super::age::AgeChoices;
use super::attention::AttentionView;
use super::compare::CompareView;
use super::export::FilmWish;
use super::lab::LabView;
use super::tray::TrayView;

/// The four workspaces.
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
    /// A network that learns.
    Lab,
}

impl Workspace {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Age, Self::Attention, Self::Compare, Self::Lab];

    /// The tab's word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Age => "Age",
            Self::Attention => "Attention",
            Self::Compare => "Compare",
            Self::Lab => "Lab",
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
    /// How the Age workspace is looked at.
    pub age: AgeChoices,
    /// How the attention maps are looked at.
    pub attention: AttentionView,
    /// How two faces are compared.
    pub compare: CompareView,
    /// What the tray lists.
    #[serde(skip)]
    pub tray: TrayView,
    /// How a run is looked at.
    pub lab: LabView,
    /// What a film was to show last.
    pub film: FilmWish,
}

impl Default for View {
    fn default() -> Self {
        Self {
            workspace: Workspace::Age,
            age_view: AgeView::Wipe,
            framing: Framing::WholePhoto,
            wipe: None,
            age: AgeChoices::default(),
            attention: AttentionView::default(),
            compare: CompareView::default(),
            tray: TrayView::default(),
            lab: LabView::default(),
            film: FilmWish::default(),
        }
    }
}
