//! The search for faces through the whole tray: how far it is, how long it still takes, whether a person stopped it.

use std::collections::VecDeque;
use std::time::Instant;

use super::index::{Standing, TrayIndex};
use super::words;

/// Photos from which on progress is shown: fewer are done before anybody has read it.
pub const SHOWN_FROM: usize = 13;
/// Photos whose times make the rate.
const RATE_OF: usize = 64;
/// Photos before a time is told: the first ones say little.
const TOLD_FROM: usize = 8;

/// The search.
#[derive(Debug, Default)]
pub struct Search {
    /// A person stopped it; what is looked at is still looked through.
    pub is_stopped: bool,
    /// When the last photos were done.
    done: VecDeque<Instant>,
}

impl Search {
    /// One more photo is done.
    pub fn note_done(&mut self, now: Instant) {
        if self.done.len() == RATE_OF {
            self.done.pop_front();
        }
        self.done.push_back(now);
    }

    /// Forgets how fast it went, when it begins again.
    pub fn forget_rate(&mut self) {
        self.done.clear();
    }

    /// How long this many photos will take, in seconds; nothing before that is known.
    fn left_s(&self, photos: usize) -> Option<f64> {
        let (first, last) = (self.done.front()?, self.done.back()?);
        let gaps = (self.done.len() >= TOLD_FROM).then(|| self.done.len() - 1)?;
        Some(last.duration_since(*first).as_secs_f64() / gaps as f64 * photos as f64)
    }
}

/// What is told of the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Photos looked through.
    pub done: usize,
    /// Photos in all.
    pub total: usize,
    /// Whether a person stopped it.
    pub is_stopped: bool,
    /// How long it still takes, once that is known.
    pub left: Option<String>,
}

impl Progress {
    /// Of the tray as it is; nothing where all is done or the tray is short.
    pub fn of(index: &TrayIndex, search: &Search) -> Option<Self> {
        let (total, open) = (index.total(), index.open());
        let is_over = open == 0 || (search.is_stopped && index.count(Standing::Waiting) == 0);
        if total < SHOWN_FROM || is_over {
            return None;
        }
        let left = search.left_s(open).filter(|_| !search.is_stopped).map(words::time_left);
        Some(Self { done: total - open, total, is_stopped: search.is_stopped, left })
    }

    /// Such as `Finding faces · 312 of 5,000 · about 6 min`.
    pub fn sentence(&self) -> String {
        let counted = format!("{} of {}", words::count(self.done), words::count(self.total));
        let doing = if self.is_stopped { "Finding faces stopped" } else { "Finding faces" };
        match &self.left {
            Some(left) => format!("{doing} · {counted} · {left}"),
            None => format!("{doing} · {counted}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::state_of;
    use super::*;
    use crate::app::state::PhotoStage;

    #[test]
    fn progress_tells_how_far_and_how_long() {
        let mut state = state_of(20);
        let (first, last) = (state.document.tray[0], state.document.tray[19]);
        for photo in [first, last] {
            state.library.photos.get_mut(&photo).unwrap().stage = PhotoStage::Ready;
        }
        let mut index = TrayIndex::default();
        index.keep_up(&state.document, &state.library);
        let (mut search, begun) = (Search::default(), Instant::now());
        let told = |search: &Search| Progress::of(&index, search).map(|progress| progress.sentence());
        assert_eq!(told(&search).unwrap(), "Finding faces · 2 of 20");
        for photo in 0..TOLD_FROM {
            search.note_done(begun + Duration::from_secs(20 * photo as u64));
        }
        assert_eq!(told(&search).unwrap(), "Finding faces · 2 of 20 · about 6 min");
        search.is_stopped = true;
        assert_eq!(told(&search).unwrap(), "Finding faces stopped · 2 of 20");
    }

    #[test]
    fn a_short_tray_and_one_that_is_done_tell_nothing() {
        let mut index = TrayIndex::default();
        let mut state = state_of(SHOWN_FROM - 1);
        index.keep_up(&state.document, &state.library);
        assert_eq!(Progress::of(&index, &Search::default()), None);
        state = state_of(SHOWN_FROM);
        for entry in state.library.photos.values_mut() {
            entry.stage = PhotoStage::Ready;
        }
        index.keep_up(&state.document, &state.library);
        assert_eq!(Progress::of(&index, &Search::default()), None);
    }
}
