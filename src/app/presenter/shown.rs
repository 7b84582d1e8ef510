//! Questions asked of presenter mode: which photo and face are shown, how old the face is, which photo comes next.

use crate::app::aged_photo::ChangeKey;
use crate::app::queries::OwnAge;
use crate::app::state::{AppState, FaceEntry, PhotoEntry, PhotoStage};
use crate::engine::{FaceId, PhotoId};

impl AppState {
    /// The photo presenter mode shows.
    pub fn presented_photo(&self) -> Option<(PhotoId, &PhotoEntry)> {
        let id = self.presenter.as_ref()?.photo?;
        self.library.photos.get(&id).map(|entry| (id, entry))
    }

    /// The face presenter mode shows.
    pub fn presented_face(&self) -> Option<(FaceId, &FaceEntry)> {
        let id = self.face_of(self.presenter.as_ref()?.photo?)?;
        self.library.faces.get(&id).map(|entry| (id, entry))
    }

    /// The age of that face in its photograph: as everywhere, else what was estimated with its ages.
    pub fn presented_own_age(&self) -> Option<OwnAge> {
        let (id, face) = self.presented_face()?;
        let estimated = || face.timeline.as_ref().map(|timeline| timeline.estimated_age_years);
        self.own_age(id).or_else(|| estimated().map(|years| OwnAge { years, spread_years: None }))
    }

    /// Whether a photo shows a face that has ages or may get them.
    pub fn is_presentable(&self, photo: PhotoId) -> bool {
        let is_whole =
            self.library.photos.get(&photo).is_some_and(|entry| !matches!(entry.stage, PhotoStage::Failed(_)));
        let given_up = |face: &FaceId| self.presenter.as_ref().is_some_and(|shown| shown.given_up.contains(face));
        let has_ages = |face: &FaceId| self.library.faces.get(face).is_some_and(|entry| entry.timeline.is_some());
        is_whole && self.face_of(photo).is_some_and(|face| has_ages(&face) || !given_up(&face))
    }

    /// Whether faces may still be found in a photo.
    pub fn is_on_its_way(&self, photo: PhotoId) -> bool {
        let stage = self.library.photos.get(&photo).map(|entry| &entry.stage);
        matches!(stage, Some(PhotoStage::Waiting | PhotoStage::Decoding | PhotoStage::Finding))
    }

    /// The photo to begin with: the one looked at, else the first that shows a face.
    pub fn first_presentable(&self) -> Option<PhotoId> {
        let looked_at = self.document.photo.into_iter();
        looked_at.chain(self.candidates()).find(|photo| self.is_presentable(*photo))
    }

    /// The next photo with a face after the one shown, or before it (-1), around the end; nothing where there is no
    /// other.
    pub fn presentable_after(&self, step: isize) -> Option<PhotoId> {
        let photos = self.candidates();
        let (shown, count) = (self.presenter.as_ref()?.photo, photos.len() as isize);
        let at = photos.iter().position(|photo| Some(*photo) == shown).map_or(-step, |at| at as isize);
        let places = (1..=count).map(|place| (at + place * step).rem_euclid(count) as usize);
        let mut others = places.map(|place| photos[place]).filter(|photo| Some(*photo) != shown);
        others.find(|photo| self.is_presentable(*photo))
    }

    /// Photos of the tray, then those taken by the camera.
    fn candidates(&self) -> Vec<PhotoId> {
        let taken = self.presenter.iter().flat_map(|presenter| &presenter.taken);
        self.document.tray.iter().chain(taken).copied().collect()
    }

    /// Photos whose pixels and display copies are wanted: the one looked at, and in presenter mode the one shown and
    /// the one that comes next.
    pub fn photos_looked_at(&self) -> Vec<PhotoId> {
        let presented = self.presenter.as_ref().and_then(|presenter| presenter.photo);
        let next = presented.and_then(|_| self.presentable_after(1));
        presented.into_iter().chain(next).chain(self.document.photo).collect()
    }

    /// The face whose ages presenter mode needs next: the one shown, then the one that comes next.
    pub fn next_presented_timeline(&self) -> Option<FaceId> {
        let next = self.presentable_after(1).and_then(|photo| self.face_of(photo));
        let faces = self.presented_face().map(|(id, _)| id).into_iter().chain(next);
        let is_missing = |face: &FaceId| self.library.faces.get(face).is_some_and(|entry| entry.timeline.is_none());
        let given_up = |face: &FaceId| self.presenter.as_ref().is_some_and(|shown| shown.given_up.contains(face));
        faces.into_iter().find(|face| is_missing(face) && !given_up(face))
    }

    /// The name of the change presenter mode shows; nothing while the ages are not there.
    pub fn presented_key(&self) -> Option<ChangeKey> {
        let (id, face) = self.presented_face()?;
        face.timeline.as_ref()?;
        Some(ChangeKey {
            face: id.0,
            network: self.generation(),
            own_years: self.presented_own_age()?.years,
            target_years: self.presenter.as_ref()?.target_years,
            strength: self.document.strength,
            drawn: false,
        })
    }
}
