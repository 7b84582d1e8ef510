//! How the Age workspace is looked at: kept between sessions, no step of undo.

use serde::{Deserialize, Serialize};

use super::commands::BLINK_RANGE_S;
use super::play::{PLAY_YEARS_PER_S, SPEEDS};
use super::zoom::Zoom;

/// What the slider that goes by itself does at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopMode {
    /// It turns round.
    #[default]
    ThereAndBack,
    /// It begins again at 0.
    FromStart,
    /// It stops.
    Once,
}

impl LoopMode {
    /// All, in the order the control goes through.
    pub const ALL: [Self; 3] = [Self::ThereAndBack, Self::FromStart, Self::Once];

    /// The one after this.
    pub fn next(self) -> Self {
        match self {
            Self::ThereAndBack => Self::FromStart,
            Self::FromStart => Self::Once,
            Self::Once => Self::ThereAndBack,
        }
    }

    /// In words, in sentence case.
    pub fn label(self) -> &'static str {
        match self {
            Self::ThereAndBack => "There and back",
            Self::FromStart => "From the start again",
            Self::Once => "Once",
        }
    }
}

/// Which faces of a photo are aged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Faces {
    /// The one looked at.
    #[default]
    This,
    /// Every one.
    All,
}

/// How several faces are aged at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// All to the age shown.
    #[default]
    OneAge,
    /// All by as many years as the face looked at.
    ByYears,
}

/// A change of the zoom that has to wait until the picture's place is known: asked by key, done as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ZoomStep {
    /// So many times larger, around the middle.
    By(f32),
    /// One pixel of the photo on one of the screen.
    ActualPixels,
}

/// How the Age workspace is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgeChoices {
    /// What the slider does at its end.
    pub loop_mode: LoopMode,
    /// How fast the slider goes: 1 is [`PLAY_YEARS_PER_S`].
    pub speed: f32,
    /// Seconds that each picture stays while they blink.
    pub blink_s: f32,
    /// Which faces of a photo are aged.
    pub faces: Faces,
    /// How several faces are aged at once.
    pub together: Together,
    /// How far the picture is enlarged and where; fitted where it was not touched.
    #[serde(skip)]
    pub zoom: Option<Zoom>,
    /// A change of the zoom that is still to be done.
    #[serde(skip)]
    pub zoom_step: Option<ZoomStep>,
}

impl Default for AgeChoices {
    fn default() -> Self {
        Self {
            loop_mode: LoopMode::default(),
            speed: 1.0,
            blink_s: 0.7,
            faces: Faces::default(),
            together: Together::default(),
            zoom: None,
            zoom_step: None,
        }
    }
}

impl AgeChoices {
    /// Shows the photo fitted again, as when another one is looked at.
    pub fn forget_zoom(&mut self) {
        (self.zoom, self.zoom_step) = (None, None);
    }

    /// Years per second of the slider that goes by itself. A settings file may say anything: it stays within reach.
    pub fn years_per_s(&self) -> f32 {
        self.speed.clamp(SPEEDS[0], SPEEDS[SPEEDS.len() - 1]) * PLAY_YEARS_PER_S
    }

    /// Seconds that each picture stays while they blink, within what is safe to look at.
    pub fn safe_blink_s(&self) -> f32 {
        self.blink_s.clamp(*BLINK_RANGE_S.start(), *BLINK_RANGE_S.end())
    }
}
