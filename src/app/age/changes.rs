//! Which faces of the photo looked at are aged, to which age, and the change that does it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::choices::{Faces, Together};
use crate::aging::{Change, MAX_AGE_YEARS};
use crate::app::App;
use crate::app::aged_photo::{ChangeKey, PackedChange};
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::FaceId;

impl AppState {
    /// The faces to age: the one looked at first, and in the Age workspace every other of its photo where asked for.
    pub fn faces_to_age(&self) -> Vec<FaceId> {
        let Some((chosen, entry)) = self.face() else { return Vec::new() };
        let mut faces = vec![chosen];
        if self.view.age.faces == Faces::All && self.view.workspace == Workspace::Age {
            faces.extend(self.faces_of(entry.photo).into_iter().filter(|face| *face != chosen));
        }
        faces
    }

    /// The age a face is shown at, in years; nothing while its own age is not known and needed.
    pub fn target_of(&self, face: FaceId) -> Option<f32> {
        let target_years = self.document.target_years;
        let (chosen, _) = self.face()?;
        if face == chosen || self.view.age.together == Together::OneAge {
            return Some(target_years);
        }
        let by_years = target_years - self.own_age(chosen)?.years;
        Some((self.own_age(face)?.years + by_years).clamp(0.0, MAX_AGE_YEARS))
    }

    /// The next face whose ages are to be made: the one looked at, then the others to age, one after the other.
    pub fn next_timeline(&self) -> Option<FaceId> {
        // Who stops the ages of the face looked at does not wait for those of the others.
        let (_, chosen) = self.face()?;
        if chosen.timeline_stopped && chosen.timeline.is_none() {
            return None;
        }
        let is_missing = |face: &FaceId| {
            self.library.faces.get(face).is_some_and(|entry| entry.timeline.is_none() && !entry.timeline_stopped)
        };
        self.faces_to_age().into_iter().find(is_missing)
    }

    /// Faces to age whose ages are there, and how many there are to age.
    pub fn aged_count(&self) -> [usize; 2] {
        let faces = self.faces_to_age();
        let is_there = |face: &&FaceId| self.change_key(**face).is_some();
        [faces.iter().filter(is_there).count(), faces.len()]
    }

    /// What is said of several faces that are aged together, such as `3 faces at 65 years` or `2 faces 41 years older`.
    pub fn group_words(&self) -> String {
        let [count, _] = self.aged_count();
        let target_years = self.document.target_years;
        let own = self.face().and_then(|(face, _)| self.own_age(face));
        let Some(own) = own.filter(|_| self.view.age.together == Together::ByYears) else {
            return format!("{count} faces at {target_years:.0} years");
        };
        let years = target_years.round() - own.years.round();
        let word = if years < 0.0 { "younger" } else { "older" };
        format!("{count} faces {:.0} years {word}", years.abs())
    }

    /// The faces shown aged, each with its change at full precision, in the order in which they are drawn: applied one
    /// after the other to the photo they give the whole photo as it is shown.
    pub fn shown_changes(&self) -> Vec<(FaceId, Change)> {
        let change = |face: FaceId| Some((face, self.change_of(face, self.change_key(face)?)?));
        self.faces_to_age().into_iter().filter_map(change).collect()
    }

    /// The name of the change a face is shown with; nothing while its ages are not there.
    fn change_key(&self, face: FaceId) -> Option<ChangeKey> {
        self.library.faces.get(&face)?.timeline.as_ref()?;
        Some(ChangeKey {
            face: face.0,
            network: self.generation(),
            own_years: self.own_age(face)?.years,
            target_years: self.target_of(face)?,
            strength: self.document.strength,
            drawn: self.is_drawn(face),
        })
    }

    /// The change as the network drew it where it draws every age and has drawn this one, else blended.
    fn change_of(&self, face: FaceId, key: ChangeKey) -> Option<Change> {
        if let Some(drawn) = self.drawn_age(face).filter(|_| key.drawn) {
            return Some(drawn.change.scaled(key.strength));
        }
        let timeline = self.library.faces.get(&face)?.timeline.as_ref()?;
        Some(timeline.change_at(key.target_years, key.own_years, key.strength))
    }

    /// The network is asked to draw the age of the face looked at only; for others the blend stands in.
    fn is_drawn(&self, face: FaceId) -> bool {
        self.face().is_some_and(|(chosen, _)| chosen == face) && self.drawn_age(face).is_some()
    }
}

impl App {
    /// Makes the changes of the faces shown; again only where one is another than last time.
    pub(in crate::app) fn blend(&mut self) {
        let begun = Instant::now();
        let mut is_new = false;
        let mut changes = BTreeMap::new();
        for face in self.state.faces_to_age() {
            let Some(key) = self.state.change_key(face) else { continue };
            let known = self.state.changes.get(&face).filter(|change| change.key == key).cloned();
            let change = known.or_else(|| {
                is_new = true;
                Some(Arc::new(PackedChange::pack(key, &self.state.change_of(face, key)?)))
            });
            changes.extend(change.map(|change| (face, change)));
        }
        self.state.changes = changes;
        self.state.is_moving = is_new;
        if is_new {
            self.blend_time = Some(begun.elapsed());
        }
    }
}
