//! How a comparison is looked at: kept between sessions, no step of undo.

use serde::{Deserialize, Serialize};

use super::pose::Pose;
use super::side::Shown;

/// What the Compare workspace shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareMode {
    /// Both photographs beside each other.
    #[default]
    Side,
    /// One over the other.
    Overlay,
    /// Both faces at every age.
    Ages,
    /// The photographs feature by feature.
    Features,
}

impl CompareMode {
    /// All, in the order of the choice.
    pub const ALL: [Self; 4] = [Self::Side, Self::Overlay, Self::Ages, Self::Features];

    /// The word of the choice.
    pub fn label(self) -> &'static str {
        match self {
            Self::Side => "Side by side",
            Self::Overlay => "Overlay",
            Self::Ages => "Same age",
            Self::Features => "Features",
        }
    }
}

/// How B lies over A.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlayKind {
    /// Both at once, B with an opacity.
    #[default]
    Blend,
    /// A left of a line, B right of it.
    Wipe,
    /// One after the other.
    Blink,
}

/// Which pairs are drawn as the distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Of these two ages, and of this gap.
    #[default]
    TheseAges,
    /// Of all ages and gaps.
    AllAges,
}

/// What the cells of the matrix say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatrixValues {
    /// The cosine.
    #[default]
    Cosine,
    /// The cosine minus the threshold of the cell's two age groups.
    AboveThreshold,
}

/// How two pictures that were opened from the matrix are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// Beside each other.
    #[default]
    Side,
    /// One over the other.
    Overlay,
}

/// How a comparison is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompareView {
    /// What is shown.
    pub mode: CompareMode,
    /// Which of A and B a click in the tray sets.
    #[serde(skip)]
    pub pair_slot: usize,
    /// What is done to one picture is done to both.
    pub is_linked: bool,
    /// How the aligned faces A and B lie in their places.
    #[serde(skip)]
    pub poses: [Pose; 2],
    /// How B lies over A.
    pub overlay: OverlayKind,
    /// How much of B lies over A, 0 to 1.
    pub opacity: f32,
    /// Where the line between A and B is, 0 (left) to 1.
    #[serde(skip)]
    pub wipe: f32,
    /// Which pairs are drawn as the distribution.
    pub scope: Scope,
    /// What the cells of the matrix say.
    pub matrix: MatrixValues,
    /// The pair of the matrix that is looked at.
    #[serde(skip)]
    pub opened: Option<[Shown; 2]>,
    /// How it is shown.
    pub together: Together,
    /// The feature looked at, by its place in the list.
    #[serde(skip)]
    pub feature: usize,
}

impl Default for CompareView {
    fn default() -> Self {
        Self {
            mode: CompareMode::Side,
            pair_slot: 1,
            is_linked: true,
            poses: [Pose::default(); 2],
            overlay: OverlayKind::Blend,
            opacity: 0.5,
            wipe: 0.5,
            scope: Scope::TheseAges,
            matrix: MatrixValues::Cosine,
            opened: None,
            together: Together::Side,
            feature: 0,
        }
    }
}

impl CompareView {
    /// What of A and B the pictures show: the photographs but for a pair opened from the matrix.
    pub fn shown(&self) -> [Shown; 2] {
        self.opened.filter(|_| self.mode == CompareMode::Ages).unwrap_or([Shown::Photograph; 2])
    }

    /// Sets the pose of one face, and of the other too where they are linked.
    pub fn set_pose(&mut self, slot: usize, pose: Pose) {
        if self.is_linked {
            self.poses = [pose; 2];
        } else if let Some(own) = self.poses.get_mut(slot) {
            *own = pose;
        }
    }
}
