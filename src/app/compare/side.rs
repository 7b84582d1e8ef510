//! One of the two faces that are compared, and both together with their score.

use crate::app::aged_photo::PhotoTexture;
use crate::app::queries::OwnAge;
use crate::app::state::{AppState, FaceEntry};
use crate::engine::FaceId;
use crate::model::age_group::GROUP_COUNT;
use crate::recognition::verdict::KnownAge;
use crate::recognition::{Embedding, Reading};
use std::sync::Arc;

/// What of a face is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The photograph.
    #[default]
    Photograph,
    /// The synthetic face at this anchor, 0 (youngest) to 6.
    Age(usize),
}

impl Shown {
    /// Everything a face can be shown as: the photograph, then the anchors, youngest first.
    pub fn all() -> [Self; GROUP_COUNT + 1] {
        std::array::from_fn(|index| if index == 0 { Self::Photograph } else { Self::Age(index - 1) })
    }
}

/// One of the two faces.
pub struct Side<'a> {
    /// 0 is A, 1 is B.
    pub slot: usize,
    /// Its name.
    pub id: FaceId,
    /// What is known of it.
    pub face: &'a FaceEntry,
    /// The age it is taken to have in the photograph.
    pub age: Option<OwnAge>,
    /// What of it is shown.
    pub shown: Shown,
    /// The picture of that, once it is on the GPU.
    pub texture: Option<&'a Arc<PhotoTexture>>,
}

/// Two faces that were read, at the ages they are shown at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparedPair {
    /// Their score.
    pub cosine: f32,
    /// The ages of A and B.
    pub ages: [KnownAge; 2],
    /// Whether one of them is synthetic.
    pub is_synthetic: bool,
}

impl Side<'_> {
    /// `A` or `B`.
    pub fn letter(&self) -> &'static str {
        ["A", "B"][self.slot.min(1)]
    }

    /// The identity of what is shown, and its age.
    fn read(&self, state: &AppState) -> Option<(Embedding, KnownAge)> {
        match self.shown {
            Shown::Photograph => {
                let age = self.age?;
                let known = KnownAge { years: age.years, stated: age.is_stated() };
                Some((self.face.reading.as_ref()?.embedding.clone(), known))
            }
            Shown::Age(index) => {
                let readings = &self.face.aged_readings.as_ref()?.readings;
                let known = KnownAge::stated(*state.anchors_years().get(index)?);
                Some((readings.get(index)?.embedding.clone(), known))
            }
        }
    }
}

impl AppState {
    /// Face A (0) or B (1) as it is shown now.
    pub fn compared_side(&self, slot: usize) -> Option<Side<'_>> {
        let id = (*self.pair().get(slot)?)?;
        let face = self.library.faces.get(&id)?;
        let shown = self.view.compare.shown()[slot.min(1)];
        let texture = match shown {
            Shown::Photograph => self.library.photos.get(&face.photo)?.display.as_ref(),
            Shown::Age(_) => self.aged_picture(slot, id, shown),
        };
        Some(Side { slot, id, face, age: self.own_age(id), shown, texture })
    }

    /// Both faces as they are shown now, once they are read.
    pub fn compared_pair(&self) -> Option<ComparedPair> {
        let (a, b) = (self.compared_side(0)?, self.compared_side(1)?);
        let is_synthetic = [a.shown, b.shown] != [Shown::Photograph; 2];
        let ((a, age_a), (b, age_b)) = (a.read(self)?, b.read(self)?);
        Some(ComparedPair { cosine: a.cosine(&b), ages: [age_a, age_b], is_synthetic })
    }

    /// What the score of the pair means, where that was measured.
    pub fn compared_reading(&self, pair: &ComparedPair) -> Option<Reading> {
        let Some(Ok(calibration)) = &self.calibration else { return None };
        Some(calibration.read(pair.cosine, pair.ages[0], pair.ages[1]))
    }
}
