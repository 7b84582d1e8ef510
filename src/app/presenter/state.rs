//! What presenter mode knows. Plain data; it is changed by `commands` and `playing`.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::TextureHandle;
use image::RgbImage;

use crate::app::aged_photo::PackedChange;
use crate::engine::{FaceId, PhotoId};

/// Presenter mode while it is on.
#[derive(Default)]
pub struct Presenter {
    /// The age shown, in years.
    pub target_years: f32,
    /// The photo shown.
    pub photo: Option<PhotoId>,
    /// The demo face, where no photo of the tray shows a face.
    pub demo: Option<PhotoId>,
    /// Pictures taken by the camera, oldest first. They are forgotten when presenter mode is left.
    pub taken: Vec<PhotoId>,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Seconds of the round that have passed.
    pub elapsed_s: f32,
    /// Seconds since the photo was put up.
    pub shown_s: f32,
    /// Seconds since presenter mode was entered.
    pub clock_s: f32,
    /// How much of the picture is seen, 0 to 1: photos come and go softly.
    pub visibility: f32,
    /// The change to the age shown.
    pub change: Option<Arc<PackedChange>>,
    /// Faces whose ages could not be made.
    pub given_up: BTreeSet<FaceId>,
    /// Seconds for which ages that were asked for neither came nor were being made.
    pub stalled_s: f32,
    /// What is said for a few seconds.
    pub note: Option<Note>,
    /// The camera.
    pub camera: CameraStage,
    /// Whether the window filled the screen before.
    pub was_fullscreen: bool,
}

/// A sentence that goes by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// When it goes, by the presenter's clock, in seconds.
    pub until_s: f32,
}

/// How far the camera is.
#[derive(Default)]
pub enum CameraStage {
    /// Off.
    #[default]
    Off,
    /// Its key was pressed once; a second time before this moment of the presenter's clock, in seconds, switches it on.
    Asked {
        /// Until when.
        until_s: f32,
    },
    /// On its way: no picture yet.
    Starting,
    /// On.
    On(LivePicture),
}

/// What the camera sees now.
pub struct LivePicture {
    /// Its pixels.
    pub picture: Arc<RgbImage>,
    /// The same on the GPU.
    pub texture: TextureHandle,
    /// Whether it fills the stage; else it stands small beside a face.
    pub is_large: bool,
}

impl CameraStage {
    /// Whether the camera is in use: then the indicator is shown.
    pub fn is_on(&self) -> bool {
        matches!(self, Self::Starting | Self::On(_))
    }

    /// What the camera sees, once there is a picture.
    pub fn live(&self) -> Option<&LivePicture> {
        match self {
            Self::On(live) => Some(live),
            _ => None,
        }
    }
}

impl Presenter {
    /// Puts a photo up, from the beginning of its round.
    pub fn put_up(&mut self, photo: PhotoId) {
        self.photo = Some(photo);
        (self.elapsed_s, self.shown_s, self.visibility) = (0.0, 0.0, 0.0);
        self.change = None;
    }

    /// Says a sentence for a few seconds.
    pub fn say(&mut self, text: impl Into<String>) {
        const SAID_FOR_S: f32 = 9.0;
        self.note = Some(Note { text: text.into(), until_s: self.clock_s + SAID_FOR_S });
    }

    /// Photos of its own, which are not in the tray.
    pub fn own_photos(&self) -> impl Iterator<Item = PhotoId> + '_ {
        self.taken.iter().copied().chain(self.demo)
    }

    /// Shows what the camera sees large, or small beside a face.
    pub fn show_live(&mut self, is_large: bool) {
        if let CameraStage::On(live) = &mut self.camera {
            live.is_large = is_large;
        }
    }

    /// Whether what the camera sees fills the stage.
    pub fn is_live(&self) -> bool {
        self.camera.live().is_some_and(|live| live.is_large)
    }
}
