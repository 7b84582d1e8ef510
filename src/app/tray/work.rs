//! The work that the tray gives to the pool and the engine, and what comes back of it: photos opened in the order of
//! work, their stages, and pixels let go when nobody looks at them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::index::Standing;
use super::order::{self, Wanted};
use crate::app::App;
use crate::app::arrivals::Decoded;
use crate::app::intake;
use crate::app::state::{PhotoEntry, PhotoSource, PhotoStage, ToastKind};
use crate::app::view::Workspace;
use crate::engine::{FaceId, PhotoId};
use crate::face::Detection;

/// Photos decoded at once; more would fill the memory before the engine has looked at them.
const MAX_DECODING: usize = 2;
/// Photos that wait for the engine with their pixels.
const MAX_FINDING: usize = 3;
/// Pixels kept of photos that are not looked at, in bytes.
const PIXEL_BUDGET: usize = 160 << 20;
/// Photos whose pixels are kept, however small they are.
const MAX_HELD: usize = 64;

/// What is under way.
#[derive(Debug, Default)]
pub struct Work {
    /// Photos with pixels or a display copy, the latest last.
    held: Vec<PhotoId>,
    /// Photos that are decoded again for their pixels.
    pub reopening: Vec<PhotoId>,
    /// Faces whose timelines were asked for and are not there.
    pub timelines_asked: Vec<FaceId>,
    /// The face whose age was asked for last.
    pub age_asked: Option<FaceId>,
    /// Whom the engine was told is looked at.
    told: Option<(PhotoId, Vec<FaceId>)>,
}

impl App {
    /// Puts a photo into a stage; every change of a stage goes this way, so that the tray's counts hold.
    pub(in crate::app) fn set_stage(&mut self, photo: PhotoId, stage: PhotoStage) {
        if let Some(entry) = self.state.library.photos.get_mut(&photo) {
            entry.stage = stage;
        }
        self.look_again(photo);
    }

    /// Looks again where a photo stands, after its stage or faces changed.
    pub(in crate::app) fn look_again(&mut self, photo: PhotoId) {
        let state = &mut self.state;
        if state.tray.index.look_again(photo, &state.document, &state.library) {
            state.tray.search.note_done(Instant::now());
        }
    }

    /// The photo to open next, unless enough are under way.
    pub(in crate::app) fn next_to_open(&self) -> Option<PhotoId> {
        if self.decoding >= MAX_DECODING {
            return None;
        }
        // What the camera took in presenter mode is not in the tray.
        let is_waiting = |photo: &PhotoId| {
            self.state.library.photos.get(photo).is_some_and(|entry| entry.stage == PhotoStage::Waiting)
        };
        if let Some(own) = self.own_photos().into_iter().find(is_waiting) {
            return Some(own);
        }
        let tray = &self.state.tray;
        if tray.index.count(Standing::Waiting) == 0 {
            return None;
        }
        let has_room = tray.index.count(Standing::Finding) < MAX_FINDING;
        let wanted = Wanted {
            looked_at: self.state.document.photo,
            in_sight: tray.shown_and_near(),
            shown: tray.shown(),
            searches: has_room && !tray.search.is_stopped,
        };
        order::next(&tray.index, &self.state.library, &wanted)
    }

    /// Photos of presenter mode that the tray does not hold.
    fn own_photos(&self) -> Vec<PhotoId> {
        self.state.presenter.iter().flat_map(|presenter| presenter.own_photos()).collect()
    }

    /// Whether a photo that was just decoded goes to the engine, or waits with its thumbnail alone.
    pub(in crate::app) fn goes_to_engine(&self, photo: PhotoId) -> bool {
        let tray = &self.state.tray;
        let has_room = tray.index.count(Standing::Finding) < MAX_FINDING + MAX_DECODING;
        let is_looked_at = self.state.document.photo == Some(photo) || self.own_photos().contains(&photo);
        is_looked_at || (has_room && !tray.search.is_stopped)
    }

    /// A photo was decoded, for the first time or again, or could not be.
    pub(in crate::app) fn receive_decoded(&mut self, photo: PhotoId, result: Result<Decoded, String>) {
        self.decoding = self.decoding.saturating_sub(1);
        self.work.reopening.retain(|reopened| *reopened != photo);
        let goes_to_engine = self.goes_to_engine(photo);
        let Some(entry) = self.state.library.photos.get_mut(&photo) else { return };
        let is_first = entry.stage == PhotoStage::Decoding;
        match result {
            Ok(decoded) => {
                entry.size_px = Some([decoded.photo.pixels.width(), decoded.photo.pixels.height()]);
                entry.small = decoded.small;
                entry.is_marked_synthetic = decoded.is_marked_synthetic;
                entry.pixels = Some(Arc::clone(&decoded.photo));
                entry.sha256 = Some(decoded.photo.sha256.clone());
                self.hold(photo);
                self.show_thumbnail(photo, decoded.thumbnail);
                if is_first && goes_to_engine {
                    self.set_stage(photo, PhotoStage::Finding);
                    self.find_faces(photo, decoded.photo);
                } else if is_first {
                    self.wait_again(photo);
                }
            }
            Err(sentence) => {
                self.set_stage(photo, PhotoStage::Failed(sentence.clone()));
                self.tell_of_failure(photo, sentence);
            }
        }
    }

    /// The detector looked at a photo.
    pub(in crate::app) fn align(&mut self, photo: PhotoId, detections: Vec<Detection>) {
        let Some(entry) = self.state.library.photos.get(&photo) else { return };
        // A photo that was taken out meanwhile waits for its turn again.
        let Some(pixels) = entry.pixels.clone().filter(|_| entry.stage == PhotoStage::Finding) else { return };
        if detections.is_empty() {
            self.set_stage(photo, PhotoStage::Ready);
        } else {
            intake::align(&self.pool, photo, pixels, detections);
        }
    }

    /// Tells the engine who is looked at: what waits for them goes first.
    pub(in crate::app) fn tell_who_is_looked_at(&mut self) {
        let looked_at = self.state.document.photo.map(|photo| (photo, self.state.faces_of(photo)));
        if self.work.told != looked_at {
            if let Some((photo, faces)) = &looked_at {
                self.engine.look_at(*photo, faces);
            }
            self.work.told = looked_at;
        }
    }

    /// A photo has pixels or a display copy now.
    pub(in crate::app) fn hold(&mut self, photo: PhotoId) {
        self.work.held.retain(|held| *held != photo);
        self.work.held.push(photo);
    }

    /// Lets go of display copies nobody looks at, and of pixels once they fill the budget, the oldest first.
    pub(in crate::app) fn release_pixels(&mut self) {
        let is_comparing = self.state.view.workspace == Workspace::Compare;
        let compared = if is_comparing { self.state.pair() } else { [None; 2] };
        let photo_of = |face: FaceId| self.state.library.faces.get(&face).map(|entry| entry.photo);
        let compared = compared.into_iter().flatten().filter_map(photo_of);
        let looked_at: Vec<PhotoId> = self.state.photos_looked_at().into_iter().chain(compared).collect();
        let photos = &mut self.state.library.photos;
        let mut left = PIXEL_BUDGET;
        let mut kept = Vec::with_capacity(self.work.held.len());
        for photo in self.work.held.drain(..).rev() {
            let Some(entry) = photos.get_mut(&photo) else { continue };
            let is_idle = !looked_at.contains(&photo) && matches!(entry.stage, PhotoStage::Ready);
            if is_idle {
                entry.display = None;
                let bytes = entry.pixels.as_ref().map_or(0, |photo| photo.pixels.len());
                if bytes > left || kept.len() >= MAX_HELD {
                    entry.pixels = None;
                }
                left = left.saturating_sub(bytes);
            }
            if entry.pixels.is_some() || entry.display.is_some() || entry.display_asked {
                kept.push(photo);
            }
        }
        kept.reverse();
        self.work.held = kept;
    }

    /// Adds photos to the tray and looks at the first of them; one that is already there is looked at.
    pub(in crate::app) fn take_in(&mut self, photos: Vec<(String, PhotoSource)>) {
        let mut known = self.known_sources();
        let mut added = Vec::new();
        let mut first = None;
        for (name, source) in photos {
            let library = &mut self.state.library;
            let photo = *known.entry(SourceName::of(&source)).or_insert_with(|| {
                let photo = PhotoId(library.new_id());
                library.photos.insert(photo, PhotoEntry::waiting(name, source));
                added.push(photo);
                photo
            });
            first.get_or_insert(photo);
        }
        if added.len() > 1 {
            self.state.tray.search.is_stopped = false;
            self.state.tray.search.forget_rate();
        }
        if !added.is_empty() {
            Arc::make_mut(&mut self.state.document.tray).extend(added);
        }
        if let Some(photo) = first {
            self.uncover(photo);
            self.select_photo(photo);
        }
    }

    /// The tray's photos by where they come from.
    fn known_sources(&self) -> HashMap<SourceName, PhotoId> {
        let photos = &self.state.library.photos;
        let tray = self.state.document.tray.iter();
        tray.filter_map(|photo| Some((SourceName::of(&photos.get(photo)?.source), *photo))).collect()
    }

    /// Tells of a photo that could not be opened, unless the tray counts them: thousands of messages help nobody. The
    /// middle of the window says it of the photo looked at.
    pub(in crate::app) fn tell_of_failure(&mut self, photo: PhotoId, sentence: String) {
        if self.state.document.photo != Some(photo) && self.state.document.tray.len() < super::SHOWN_FROM {
            self.toast(ToastKind::Problem, sentence);
        }
    }
}

/// What makes two sources the same.
#[derive(PartialEq, Eq, Hash)]
enum SourceName {
    File(PathBuf),
    Bundled(&'static str),
    Pixels(String),
}

impl SourceName {
    fn of(source: &PhotoSource) -> Self {
        match source {
            PhotoSource::File(path) => Self::File(path.clone()),
            PhotoSource::Bundled { name, .. } => Self::Bundled(name),
            PhotoSource::Pixels(photo) => Self::Pixels(photo.sha256.clone()),
        }
    }
}
