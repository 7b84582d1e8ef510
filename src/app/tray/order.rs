//! The order of work: which photo is opened next. What one looks at comes first, then rows in sight, then those near
//! them, then the rest of the tray. Each is opened once for thumbnail and faces together, unless rows in sight lack
//! thumbnails while the engine is busy: those do not wait for it.

use super::index::{Standing, TrayIndex};
use crate::app::state::Library;
use crate::engine::PhotoId;

/// What is wanted right now.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The photo looked at.
    pub looked_at: Option<PhotoId>,
    /// Rows on screen, then rows near them.
    pub in_sight: Vec<PhotoId>,
    /// The rows on screen of those.
    pub shown: &'a [PhotoId],
    /// Whether faces are looked for in photos nobody looks at, and the engine has room for another.
    pub searches: bool,
}

/// The photo to open next.
pub fn next(index: &TrayIndex, library: &Library, wanted: &Wanted<'_>) -> Option<PhotoId> {
    let is_waiting = |photo: &PhotoId| index.standing(*photo) == Some(Standing::Waiting);
    let is_unseen = |photo: &PhotoId| library.photos.get(photo).is_some_and(|entry| entry.small.is_none());
    let first = wanted.looked_at.filter(is_waiting);
    let first = first.or_else(|| wanted.in_sight.iter().copied().find(|photo| is_waiting(photo) && is_unseen(photo)));
    if first.is_some() || !wanted.searches {
        return first;
    }
    let in_sight = wanted.shown.iter().copied().find(is_waiting);
    in_sight.or_else(|| index.standing_at(Standing::Waiting).next())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::state_of;
    use super::*;
    use crate::app::state::{AppState, PhotoStage};

    /// The places of photos in the order in which they are opened, at most so many.
    fn opened(state: &mut AppState, wanted: &Wanted<'_>, most: usize, becomes: PhotoStage) -> Vec<usize> {
        let mut index = TrayIndex::default();
        index.keep_up(&state.document, &state.library);
        let mut order = Vec::new();
        while order.len() < most
            && let Some(photo) = next(&index, &state.library, wanted)
        {
            order.extend(index.place(photo));
            let entry = state.library.photos.get_mut(&photo).unwrap();
            (entry.stage, entry.small) = (becomes.clone(), Some(Arc::from([0])));
            index.look_again(photo, &state.document, &state.library);
        }
        order
    }

    #[test]
    fn looked_at_comes_first_then_what_is_in_sight_then_the_rest() {
        let mut state = state_of(9);
        let tray = Arc::clone(&state.document.tray);
        let in_sight = vec![tray[4], tray[5], tray[3]];
        let wanted = Wanted { looked_at: Some(tray[8]), in_sight, shown: &tray[4..6], searches: true };
        assert_eq!(opened(&mut state, &wanted, 9, PhotoStage::Finding), [8, 4, 5, 3, 0, 1, 2, 6, 7]);
    }

    #[test]
    fn thumbnails_in_sight_do_not_wait_for_faces_and_faces_in_sight_come_before_others() {
        let mut state = state_of(9);
        let tray = Arc::clone(&state.document.tray);
        let in_sight = vec![tray[4], tray[5], tray[6]];
        let mut wanted = Wanted { looked_at: None, in_sight, shown: &tray[4..6], searches: false };
        // Decoded for their thumbnails only: they go back to waiting.
        assert_eq!(opened(&mut state, &wanted, 9, PhotoStage::Waiting), [4, 5, 6]);
        wanted.searches = true;
        assert_eq!(opened(&mut state, &wanted, 4, PhotoStage::Finding), [4, 5, 0, 1]);
    }

    #[test]
    fn a_search_that_was_stopped_opens_only_what_is_looked_at_or_in_sight() {
        let mut state = state_of(5);
        let tray = Arc::clone(&state.document.tray);
        let wanted = Wanted { looked_at: Some(tray[2]), in_sight: vec![tray[0]], shown: &tray[..1], searches: false };
        assert_eq!(opened(&mut state, &wanted, 9, PhotoStage::Finding), [2, 0]);
    }
}
