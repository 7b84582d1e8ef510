//! Questions asked of the state in many places: which face is looked at, how old it is taken to be, what a row says.

use super::state::{AppState, EngineStatus, FaceEntry, PhotoEntry, PhotoStage};
use super::view::Workspace;
use crate::aging::Between;
use crate::engine::{DrawnAge, FaceId, ModelInUse, PhotoId};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// How a face's own age is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnAge {
    /// In years.
    pub years: f32,
    /// The network's doubt in years; nothing where a person stated the age.
    pub spread_years: Option<f32>,
}

impl OwnAge {
    /// Whether a person stated it.
    pub fn is_stated(self) -> bool {
        self.spread_years.is_none()
    }
}

impl AppState {
    /// The network in use.
    pub fn model(&self) -> Option<&ModelInUse> {
        match &self.engine {
            EngineStatus::Ready { model, .. } => Some(model),
            _ => None,
        }
    }

    /// Which network of this session is in use; 0 before the first.
    pub fn generation(&self) -> u64 {
        match &self.engine {
            EngineStatus::Ready { generation, .. } => *generation,
            _ => 0,
        }
    }

    /// The ages at which anchors stand, in years.
    pub fn anchors_years(&self) -> [f32; GROUP_COUNT] {
        self.model().map_or_else(|| AgeGroup::ALL.map(AgeGroup::anchor_years), |model| model.anchors_years)
    }

    /// The age of a face that the network has to draw: its own and the one shown, in years. Nothing where the blend of
    /// the anchors is what the network means, where there is nothing to change, and while the slider goes by itself.
    pub fn age_to_draw(&self, face: FaceId) -> Option<[f32; 2]> {
        let timeline = self.library.faces.get(&face)?.timeline.as_ref()?;
        let (own_years, target_years) = (self.own_age(face)?.years, self.document.target_years);
        let is_drawn = timeline.between == Between::Drawn && self.play.is_none();
        (is_drawn && own_years != target_years).then_some([own_years, target_years])
    }

    /// The age shown as the network drew it, once it has.
    pub fn drawn_age(&self, face: FaceId) -> Option<&DrawnAge> {
        let wanted = self.age_to_draw(face)?;
        let drawn = self.library.faces.get(&face)?.drawn.as_ref()?;
        ([drawn.own.years, drawn.target_years] == wanted).then_some(drawn)
    }

    /// Whether the age shown is a blend that stands in for what the network is drawing.
    pub fn is_refining(&self, face: FaceId) -> bool {
        self.age_to_draw(face).is_some() && self.drawn_age(face).is_none()
    }

    /// The photo looked at.
    pub fn photo(&self) -> Option<(PhotoId, &PhotoEntry)> {
        let id = self.document.photo?;
        self.library.photos.get(&id).map(|entry| (id, entry))
    }

    /// The face looked at.
    pub fn face(&self) -> Option<(FaceId, &FaceEntry)> {
        let id = self.face_of(self.document.photo?)?;
        self.library.faces.get(&id).map(|entry| (id, entry))
    }

    /// The chosen face of a photo, else its first one.
    pub fn face_of(&self, photo: PhotoId) -> Option<FaceId> {
        let offered = self.faces_of(photo);
        let chosen = self.document.chosen_faces.get(&photo).copied();
        chosen.filter(|face| offered.contains(face)).or_else(|| offered.first().copied())
    }

    /// Every face of a photo: the one placed by hand first, then those the detector found.
    pub fn faces_of(&self, photo: PhotoId) -> Vec<FaceId> {
        let found = self.library.photos.get(&photo).map(|entry| entry.faces.as_slice()).unwrap_or_default();
        self.document.hand_faces.get(&photo).into_iter().chain(found).copied().collect()
    }

    /// The age a face is taken to have: stated, else estimated.
    pub fn own_age(&self, face: FaceId) -> Option<OwnAge> {
        if let Some(years) = self.document.stated_ages.get(&face) {
            return Some(OwnAge { years: *years, spread_years: None });
        }
        let age = self.library.faces.get(&face)?.reading.as_ref()?.age;
        Some(OwnAge { years: age.years, spread_years: Some(age.spread_years) })
    }

    /// The name of the photo a face is in.
    pub fn photo_name_of(&self, face: FaceId) -> &str {
        let photo = self.library.faces.get(&face).map(|entry| entry.photo);
        photo.and_then(|photo| self.library.photos.get(&photo)).map_or("", |entry| entry.name.as_str())
    }

    /// Faces A and B: those chosen, else the face looked at and the first face of another photo.
    pub fn pair(&self) -> [Option<FaceId>; 2] {
        let in_tray = |face: &FaceId| {
            self.library
                .faces
                .get(face)
                .is_some_and(|entry| self.is_in_tray(entry.photo) && self.faces_of(entry.photo).contains(face))
        };
        let [a, b] = self.document.pair.map(|chosen| chosen.filter(in_tray));
        let a = a.or_else(|| self.face().map(|(id, _)| id).filter(|face| Some(*face) != b));
        let a = a.or_else(|| self.every_face().find(|face| Some(*face) != b));
        let photo_of = |face: Option<FaceId>| face.and_then(|face| self.library.faces.get(&face)).map(|f| f.photo);
        let b = b.or_else(|| {
            let mut other = self.photos_with_faces().filter(|photo| Some(*photo) != photo_of(a));
            other.find_map(|photo| self.face_of(photo))
        });
        [a, b.or_else(|| self.every_face().find(|face| Some(*face) != a))]
    }

    /// Whether the comparison waits until its faces are read: ages that take long come after that.
    pub fn waits_for_pair(&self) -> bool {
        let is_read = |face: FaceId| self.library.faces.get(&face).is_some_and(|entry| entry.reading.is_some());
        self.view.workspace == Workspace::Compare && self.pair().into_iter().flatten().any(|face| !is_read(face))
    }

    fn every_face(&self) -> impl Iterator<Item = FaceId> + '_ {
        self.photos_with_faces().flat_map(|photo| self.faces_of(photo))
    }

    /// The line below a photo's name in the tray, and how it is meant.
    pub fn photo_caption(&self, photo: PhotoId) -> (String, RowTone) {
        let Some(entry) = self.library.photos.get(&photo) else { return (String::new(), RowTone::Plain) };
        let faces = self.faces_of(photo);
        match (&entry.stage, faces.len()) {
            (PhotoStage::Failed(_), _) => ("not opened".to_owned(), RowTone::Problem),
            (PhotoStage::Waiting, _) if self.tray.search.is_stopped => {
                ("faces not looked for".to_owned(), RowTone::Plain)
            }
            (PhotoStage::Waiting, _) => ("waiting".to_owned(), RowTone::Plain),
            (PhotoStage::Decoding, _) => ("opening…".to_owned(), RowTone::Plain),
            (PhotoStage::Finding, 0) => ("looking for faces…".to_owned(), RowTone::Plain),
            (_, 0) => ("no face found".to_owned(), RowTone::Warning),
            (_, 1) => self.single_face_caption(faces[0]),
            (_, count) => (format!("{count} faces"), RowTone::Plain),
        }
    }

    fn single_face_caption(&self, face: FaceId) -> (String, RowTone) {
        let warning = self.library.faces.get(&face).and_then(|entry| entry.aligned.quality.first());
        match (warning, self.own_age(face)) {
            (Some(warning), _) => (warning.short().to_owned(), RowTone::Warning),
            (None, Some(age)) if age.is_stated() => (format!("1 face · {:.0} years", age.years), RowTone::Plain),
            (None, Some(age)) => (format!("1 face · about {:.0}", age.years), RowTone::Plain),
            (None, None) => ("1 face".to_owned(), RowTone::Plain),
        }
    }
}

/// How a row's second line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowTone {
    /// Nothing special.
    Plain,
    /// Take it with care.
    Warning,
    /// It did not work.
    Problem,
}
