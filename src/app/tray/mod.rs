//! The tray without drawing: folders that are opened, thousands of photos in order, which of them are worked on next,
//! and what is held of them. No frame's work grows with the tray. Drawing is `widgets::tray`.
//!
//! | file | purpose |
//! |---|---|
//! | `folders`, `natural` | which pictures lie in folders, in the order of their names |
//! | `index` | where each photo stands, without walking the tray |
//! | `rows` | which photos are listed |
//! | `order`, `search` | which photo is opened next; how far the search for faces is |
//! | `work`, `pictures` | doing it; small pictures and crops within a budget |
//! | `commands` | what a person can ask of the tray |

mod commands;
pub mod folders;
mod index;
mod natural;
mod order;
mod pictures;
mod rows;
mod search;
pub mod words;
mod work;

use std::ops::Range;

use super::state::AppState;
use crate::engine::{FaceId, PhotoId};

pub use commands::{FILTER_FIELD, TrayCommand};
pub use index::{Standing, TrayIndex};
pub use pictures::{Pictures, crop_pictures, kept};
pub use rows::{Filter, Only, Rows};
pub use search::{Progress, SHOWN_FROM, Search};
pub use work::Work;

/// Photos from which on a filter is offered.
pub const FILTER_FROM: usize = 30;
/// Rows below and above those on screen whose thumbnails are made ahead.
const AHEAD: usize = 16;
const BEHIND: usize = 8;

/// What is known of the tray as a whole.
#[derive(Default)]
pub struct TrayState {
    /// Where each photo stands.
    pub index: TrayIndex,
    /// The photos listed.
    pub rows: Rows,
    /// The rows on screen.
    pub in_sight: Range<usize>,
    /// The search for faces.
    pub search: Search,
}

impl TrayState {
    /// How far the search is; nothing where all is done or the tray is short.
    pub fn progress(&self) -> Option<Progress> {
        Progress::of(&self.index, &self.search)
    }

    /// The photos on screen.
    pub fn shown(&self) -> &[PhotoId] {
        let photos = self.rows.photos();
        &photos[self.in_sight.start.min(photos.len())..self.in_sight.end.min(photos.len())]
    }

    /// The photos on screen, then those near them.
    pub fn shown_and_near(&self) -> Vec<PhotoId> {
        let photos = self.rows.photos();
        let (start, end) = (self.in_sight.start.min(photos.len()), self.in_sight.end.min(photos.len()));
        let ahead = &photos[end..(end + AHEAD).min(photos.len())];
        let behind = &photos[start.saturating_sub(BEHIND)..start];
        self.shown().iter().chain(ahead).chain(behind).copied().collect()
    }
}

/// How the tray is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrayView {
    /// What is listed.
    pub filter: Filter,
    /// The filter was asked for in a short tray.
    pub shows_filter: bool,
}

impl AppState {
    /// Makes index and rows anew where the tray or the filter is another.
    pub(super) fn keep_tray_up(&mut self) {
        self.tray.index.keep_up(&self.document, &self.library);
        self.tray.rows.keep_up(&self.tray.index, &self.library, &self.view.tray.filter);
    }

    /// Whether a photo is in the tray.
    pub fn is_in_tray(&self, photo: PhotoId) -> bool {
        if self.tray.index.is_of(&self.document) {
            self.tray.index.place(photo).is_some()
        } else {
            self.document.tray.contains(&photo)
        }
    }

    /// The photos of the tray that have faces, in order. A tray that has just changed is walked until the index knows
    /// it.
    pub(super) fn photos_with_faces(&self) -> Box<dyn Iterator<Item = PhotoId> + '_> {
        if self.tray.index.is_of(&self.document) {
            return Box::new(self.tray.index.with_faces());
        }
        let has_face = |photo: &PhotoId| self.faces_of(*photo).iter().any(|face| self.library.faces.contains_key(face));
        Box::new(self.document.tray.iter().copied().filter(has_face))
    }

    /// Faces whose crops may be drawn in this frame: those of the photo looked at, the chosen one first, and the pair.
    pub(super) fn faces_in_sight(&self) -> Vec<FaceId> {
        let chosen = self.face().map(|(face, _)| face);
        let others = self.document.photo.map(|photo| self.faces_of(photo)).unwrap_or_default();
        chosen.into_iter().chain(self.pair().into_iter().flatten()).chain(others).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::app::state::{PhotoEntry, PhotoSource};

    /// A tray of photos that wait, named `photo 0` and so on.
    pub fn state_of(photos: usize) -> AppState {
        let mut state = AppState::default();
        let ids = (0..photos).map(|number| {
            let (id, name) = (PhotoId(state.library.new_id()), format!("photo {number}"));
            let source = PhotoSource::File(format!("/photos/{number}.jpg").into());
            state.library.photos.insert(id, PhotoEntry::waiting(name, source));
            id
        });
        let tray = ids.collect();
        state.document.tray = std::sync::Arc::new(tray);
        state
    }

    #[test]
    fn rows_near_those_on_screen_end_where_the_list_does() {
        let mut state = state_of(40);
        state.keep_tray_up();
        state.tray.in_sight = 2..30;
        let near = state.tray.shown_and_near();
        assert_eq!(near.len(), 40);
        assert_eq!(
            (near[0], near[28], near[38]),
            (state.document.tray[2], state.document.tray[30], state.document.tray[0])
        );
        state.tray.in_sight = 100..120;
        assert!(state.tray.shown().is_empty());
    }
}
