//! Undo and redo: whole documents, a handful of numbers each. Which commands count is decided here too.

use std::time::{Duration, Instant};

use super::commands::Command;
use super::state::Document;

/// Steps kept.
const MAX_STEPS: usize = 100;
/// Changes of one gesture that follow within this time are one step.
const GESTURE_PAUSE: Duration = Duration::from_millis(900);

/// What kind of change a step is; the same kind in quick succession is one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Moving the age.
    Age,
    /// Moving the strength.
    Strength,
    /// Writing a note to the feature at this place of the checklist.
    Note(usize),
    /// Walking through the tray by key.
    Walk,
    /// The slider going by itself.
    Play,
    /// Anything that is a step of its own.
    Single,
}

impl Gesture {
    /// The gesture of a command; nothing for one that is no step.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::SetAge(_) | Command::StepAge(_) => Some(Self::Age),
            Command::SetStrength(_) => Some(Self::Strength),
            Command::TakeIn(_)
            | Command::TakeInPixels(_)
            | Command::TakeInDemo
            | Command::SelectPhoto(_)
            | Command::SelectFace(_)
            | Command::Remove(_)
            | Command::RemoveSelected
            | Command::StateAge(..)
            | Command::SetPair(..)
            | Command::SwapPair
            | Command::UseHandFace(..) => Some(Self::Single),
            Command::Compare(command) => command.gesture(),
            Command::Tray(command) => command.gesture(),
            _ => None,
        }
    }
}

/// The documents before each step, oldest first, and those taken back.
#[derive(Debug, Default)]
pub struct History {
    past: Vec<Document>,
    future: Vec<Document>,
    last: Option<(Gesture, Instant)>,
}

impl History {
    /// Keeps the document as it was before a change.
    pub fn record(&mut self, before: Document, gesture: Gesture, now: Instant) {
        let continues = self
            .last
            .is_some_and(|(last, at)| gesture != Gesture::Single && last == gesture && now - at < GESTURE_PAUSE);
        self.last = Some((gesture, now));
        self.future.clear();
        if continues {
            return;
        }
        if self.past.len() == MAX_STEPS {
            self.past.remove(0);
        }
        self.past.push(before);
    }

    /// The document one step back; `current` can be had again with [`History::redo`].
    pub fn undo(&mut self, current: &Document) -> Option<Document> {
        Self::step(&mut self.past, &mut self.future, &mut self.last, current)
    }

    /// The document one step forward again.
    pub fn redo(&mut self, current: &Document) -> Option<Document> {
        Self::step(&mut self.future, &mut self.past, &mut self.last, current)
    }

    fn step(
        from: &mut Vec<Document>,
        to: &mut Vec<Document>,
        last: &mut Option<(Gesture, Instant)>,
        current: &Document,
    ) -> Option<Document> {
        *last = None;
        // A gesture that ended where it began left a step that changes nothing.
        let document = loop {
            let document = from.pop()?;
            if document != *current {
                break document;
            }
        };
        to.push(current.clone());
        Some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(years: f32) -> Document {
        Document { target_years: years, ..Document::default() }
    }

    #[test]
    fn a_drag_is_one_step_and_comes_back_both_ways() {
        let (mut history, start) = (History::default(), Instant::now());
        for years in 30..40 {
            history.record(at(years as f32), Gesture::Age, start + Duration::from_millis(years * 10));
        }
        let back = history.undo(&at(40.0)).unwrap();
        assert_eq!(back.target_years, 30.0);
        assert_eq!(history.redo(&back).unwrap().target_years, 40.0);
    }

    #[test]
    fn a_pause_begins_another_step() {
        let (mut history, start) = (History::default(), Instant::now());
        history.record(at(10.0), Gesture::Age, start);
        history.record(at(20.0), Gesture::Age, start + Duration::from_secs(2));
        assert_eq!(history.undo(&at(30.0)).unwrap().target_years, 20.0);
        assert_eq!(history.undo(&at(20.0)).unwrap().target_years, 10.0);
        assert!(history.undo(&at(10.0)).is_none());
    }

    #[test]
    fn a_new_change_forgets_what_was_taken_back() {
        let (mut history, now) = (History::default(), Instant::now());
        history.record(at(10.0), Gesture::Single, now);
        let back = history.undo(&at(20.0)).unwrap();
        history.record(back, Gesture::Single, now);
        assert!(history.redo(&at(15.0)).is_none());
    }
}
