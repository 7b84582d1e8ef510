//! Which photos the tray lists: all of them, or those a person asked for by name and by where they stand. Made anew
//! only when something it depends on changed.

use std::sync::Arc;

use super::index::{Standing, TrayIndex};
use crate::app::state::Library;
use crate::engine::PhotoId;

/// Photos by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All of them.
    #[default]
    All,
    /// Those with a face.
    Faces,
    /// Those in which no face was found.
    NoFace,
    /// Those that could not be opened.
    Failed,
}

impl Only {
    /// All choices, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::All, Self::Faces, Self::NoFace, Self::Failed];

    /// The choice in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All photos",
            Self::Faces => "With faces",
            Self::NoFace => "No face found",
            Self::Failed => "Not opened",
        }
    }

    /// Where its photos stand; nothing for all of them.
    pub fn standing(self) -> Option<Standing> {
        match self {
            Self::All => None,
            Self::Faces => Some(Standing::Faces),
            Self::NoFace => Some(Standing::NoFace),
            Self::Failed => Some(Standing::Failed),
        }
    }

    /// How many photos of the tray it lists.
    pub fn count(self, index: &TrayIndex) -> usize {
        self.standing().map_or(index.total(), |standing| index.count(standing))
    }
}

/// What a person asked to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that a name must hold, whatever their case.
    pub text: String,
    /// Where photos must stand.
    pub only: Only,
}

impl Filter {
    /// Whether it leaves anything out.
    pub fn is_on(&self) -> bool {
        self.only != Only::All || !self.text.trim().is_empty()
    }
}

/// The photos listed, in the tray's order.
#[derive(Default)]
pub struct Rows {
    photos: Arc<Vec<PhotoId>>,
    made_of: Option<([u64; 2], Filter)>,
}

impl Rows {
    /// Makes the list anew if the tray, the filter or, where it matters, the standing of a photo changed.
    pub fn keep_up(&mut self, index: &TrayIndex, library: &Library, filter: &Filter) {
        let revision = if filter.only == Only::All { 0 } else { index.revision() };
        let key = [index.trays(), revision];
        if self.made_of.as_ref().is_some_and(|(known, made)| *known == key && made == filter) {
            return;
        }
        self.photos = if filter.is_on() { Arc::new(listed(index, library, filter)) } else { index.tray() };
        self.made_of = Some((key, filter.clone()));
    }

    /// The photos.
    pub fn photos(&self) -> &[PhotoId] {
        &self.photos
    }

    /// Where a photo is in the list; the place where it would be, where it is left out.
    pub fn position(&self, index: &TrayIndex, photo: PhotoId) -> Option<Result<usize, usize>> {
        let place = index.place(photo)?;
        Some(self.photos.binary_search_by_key(&Some(place), |listed| index.place(*listed)))
    }

    /// The photo so many rows away, at most the first or last; the first one from nowhere.
    pub fn stepped(&self, index: &TrayIndex, from: Option<PhotoId>, by: isize) -> Option<PhotoId> {
        let last = self.photos.len().checked_sub(1)?;
        let at = match from.and_then(|photo| self.position(index, photo)) {
            None => 0,
            Some(Ok(at)) => at.saturating_add_signed(by),
            // From between two rows, the next one is the first step.
            Some(Err(next)) if by > 0 => next.saturating_add_signed(by - 1),
            Some(Err(next)) => next.saturating_add_signed(by),
        };
        Some(self.photos[at.min(last)])
    }
}

fn listed(index: &TrayIndex, library: &Library, filter: &Filter) -> Vec<PhotoId> {
    let words: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
    let is_named = |photo: &PhotoId| {
        words.is_empty()
            || library.photos.get(photo).is_some_and(|entry| {
                let name = entry.name.to_lowercase();
                words.iter().all(|word| name.contains(word.as_str()))
            })
    };
    match filter.only.standing() {
        Some(standing) => index.standing_at(standing).filter(is_named).collect(),
        None => index.tray().iter().copied().filter(is_named).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::state_of;
    use super::*;
    use crate::app::state::PhotoStage;

    #[test]
    fn photos_are_listed_by_name_and_standing() {
        let mut state = state_of(30);
        let tray = Arc::clone(&state.document.tray);
        let (mut index, mut rows) = (TrayIndex::default(), Rows::default());
        index.keep_up(&state.document, &state.library);
        let mut list = |index: &TrayIndex, state: &crate::app::state::AppState, text: &str, only| {
            rows.keep_up(index, &state.library, &Filter { text: text.to_owned(), only });
            rows.photos().to_vec()
        };
        assert_eq!(list(&index, &state, "", Only::All), *tray);
        assert_eq!(list(&index, &state, "2 PHOTO", Only::All).len(), 12, "2, 12, 20 to 29");
        assert!(list(&index, &state, "", Only::Failed).is_empty());
        state.library.photos.get_mut(&tray[12]).unwrap().stage = PhotoStage::Failed(String::new());
        index.look_again(tray[12], &state.document, &state.library);
        assert_eq!(list(&index, &state, "", Only::Failed), [tray[12]]);
        assert!(list(&index, &state, "13", Only::Failed).is_empty());
    }

    #[test]
    fn steps_end_at_the_ends_and_begin_between_rows() {
        let state = state_of(30);
        let tray = Arc::clone(&state.document.tray);
        let (mut index, mut rows) = (TrayIndex::default(), Rows::default());
        index.keep_up(&state.document, &state.library);
        rows.keep_up(&index, &state.library, &Filter { text: "2".to_owned(), only: Only::All });
        let step = |from: usize, by| rows.stepped(&index, Some(tray[from]), by);
        assert_eq!(step(2, 1), Some(tray[12]));
        assert_eq!(step(29, 1), Some(tray[29]));
        assert_eq!(step(2, isize::MIN / 2), Some(tray[2]));
        assert_eq!((step(10, 1), step(10, -1)), (Some(tray[12]), Some(tray[2])));
        assert_eq!(rows.stepped(&index, None, 1), Some(tray[2]));
        assert_eq!(Rows::default().stepped(&index, None, 1), None);
    }
}
