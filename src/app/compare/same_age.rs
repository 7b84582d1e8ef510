//! Both faces at the same ages: what is needed is started here, and the matrix of their scores is made. Pictures of
//! synthetic faces are made on the pool at the size of the photo, so that they are looked at like photographs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::side::Shown;
use super::view::{CompareMode, MatrixValues};
use crate::aging::{Between, age_photo};
use crate::app::App;
use crate::app::aged_photo::PhotoTexture;
use crate::app::arrivals::Arrival;
use crate::app::state::{AppState, FaceEntry};
use crate::app::view::Workspace;
use crate::engine::{FaceId, Request};
use crate::model::age_group::GROUP_COUNT;
use crate::recognition::SimilarityMatrix;
use crate::recognition::age_normalised::AgedEmbedding;

/// An answer that is on its way is not missed.
const PATIENCE: Duration = Duration::from_millis(800);

/// Names a synthetic face: of whom, by which network, from which age to which anchor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgedPicture {
    /// Which face.
    pub face: FaceId,
    /// Which network of the session.
    pub generation: u64,
    /// The age in the photograph, in years.
    pub own_years: f32,
    /// Which anchor, 0 (youngest) to 6.
    pub anchor: usize,
}

/// A synthetic face that was opened, and its picture once it is made.
type OpenedFace = (AgedPicture, Option<Arc<PhotoTexture>>);

/// What the comparison holds beside what the library has.
#[derive(Default)]
pub struct CompareState {
    /// The synthetic faces A and B that were opened: asked for, then there.
    pub aged: [Option<OpenedFace>; 2],
    /// Whose timeline was asked for last.
    timeline_asked: Option<(FaceId, u64)>,
    /// Since when the ages are missing although nobody works on them.
    idle_since: Option<Instant>,
}

impl CompareState {
    /// Keeps a picture that was made, if it is still wanted.
    pub fn receive(&mut self, picture: AgedPicture, texture: &Arc<PhotoTexture>) {
        for (wanted, there) in self.aged.iter_mut().flatten() {
            if *wanted == picture {
                *there = Some(Arc::clone(texture));
            }
        }
    }
}

/// How far the matrix is.
pub enum SameAge {
    /// One of the faces is missing or not read yet.
    NoPair,
    /// The ages are being made: how many of the two faces are done, and how many anchors of the other where it tells.
    Making {
        /// Faces that are done.
        faces: usize,
        /// Anchors of the face in work and how many there will be.
        anchors: Option<[usize; 2]>,
    },
    /// Somebody stopped the ages of a face.
    Stopped,
    /// They could not be made.
    Failed,
    /// All pairs, by what of A (rows) and B (columns) is shown: the photograph first.
    Ready(SimilarityMatrix),
}

impl AppState {
    /// The matrix of both faces at every age, or how far it is.
    pub fn same_age(&self) -> SameAge {
        let [Some(a), Some(b)] = self.pair() else { return SameAge::NoPair };
        let faces = [a, b].map(|id| self.library.faces.get(&id));
        let [Some(face_a), Some(face_b)] = faces else { return SameAge::NoPair };
        if face_a.reading.is_none() || face_b.reading.is_none() {
            return SameAge::NoPair;
        }
        let [aged_a, aged_b] = [(a, face_a), (b, face_b)].map(|(id, face)| self.at_every_age(id, face));
        let (Some(aged_a), Some(aged_b)) = (&aged_a, &aged_b) else {
            if face_a.timeline_stopped || face_b.timeline_stopped {
                return SameAge::Stopped;
            }
            if self.compare.idle_since.is_some_and(|since| since.elapsed() > PATIENCE) {
                return SameAge::Failed;
            }
            let anchors = [face_a, face_b].into_iter().find_map(|face| face.making.progress);
            let done = usize::from(aged_a.is_some()) + usize::from(aged_b.is_some());
            return SameAge::Making { faces: done, anchors };
        };
        SameAge::Ready(match (self.view.compare.matrix, &self.calibration) {
            (MatrixValues::AboveThreshold, Some(Ok(calibration))) => {
                SimilarityMatrix::above_threshold(aged_a, aged_b, &calibration.thresholds())
            }
            _ => SimilarityMatrix::cosines(aged_a, aged_b),
        })
    }

    /// The photograph and the seven synthetic ages of a face, as far as they belong to the age it is taken to have.
    fn at_every_age<'a>(&self, id: FaceId, face: &'a FaceEntry) -> Option<Vec<AgedEmbedding<'a>>> {
        let own_years = self.own_age(id)?.years;
        let photograph = AgedEmbedding { embedding: &face.reading.as_ref()?.embedding, years: own_years };
        let aged = face.aged_readings.as_ref().filter(|aged| aged.own_years == own_years)?;
        let years = self.anchors_years();
        let synthetic = aged.readings.iter().zip(years);
        let synthetic = synthetic.map(|(reading, years)| AgedEmbedding { embedding: &reading.embedding, years });
        let all: Vec<_> = std::iter::once(photograph).chain(synthetic).collect();
        (all.len() == GROUP_COUNT + 1).then_some(all)
    }

    /// The synthetic picture of a side, once it is there.
    pub fn aged_picture(&self, slot: usize, face: FaceId, shown: Shown) -> Option<&Arc<PhotoTexture>> {
        let wanted = self.wanted_picture(face, shown)?;
        let (picture, texture) = self.compare.aged.get(slot)?.as_ref()?;
        texture.as_ref().filter(|_| *picture == wanted)
    }

    fn wanted_picture(&self, face: FaceId, shown: Shown) -> Option<AgedPicture> {
        let Shown::Age(anchor) = shown else { return None };
        let own_years = self.own_age(face)?.years;
        Some(AgedPicture { face, generation: self.generation(), own_years, anchor })
    }
}

impl App {
    /// Asks for the ages of both faces once more.
    pub(super) fn make_ages_again(&mut self) {
        for face in self.state.pair().into_iter().flatten() {
            if let Some(entry) = self.state.library.faces.get_mut(&face) {
                entry.aged_readings_asked_years = None;
            }
        }
        self.state.compare.idle_since = None;
    }

    /// Starts what the comparison lacks. Called once per frame; starts nothing twice.
    pub(in crate::app) fn keep_comparison_up(&mut self) {
        if self.state.view.workspace != Workspace::Compare {
            return;
        }
        let pair = self.state.pair();
        for face in pair.into_iter().flatten() {
            if let Some(photo) = self.state.library.faces.get(&face).map(|entry| entry.photo) {
                self.serve_display(photo);
            }
        }
        let [Some(a), Some(b)] = pair else { return };
        // A network that draws every age is asked only where its ages are looked at: they take their time.
        let is_quick = self.state.model().is_some_and(|model| model.between == Between::Blended);
        let mode = self.state.view.compare.mode;
        if mode != CompareMode::Ages && !(is_quick && mode == CompareMode::Side && !self.state.waits_for_pair()) {
            return;
        }
        for face in [a, b] {
            self.serve_aged_readings(face);
        }
        let is_idle =
            self.engine.pending() == 0 && matches!(self.state.same_age(), SameAge::Making { .. } | SameAge::Failed);
        self.state.compare.idle_since = is_idle.then(|| self.state.compare.idle_since.unwrap_or_else(Instant::now));
        for (slot, face) in [a, b].into_iter().enumerate() {
            self.serve_aged_picture(slot, face);
        }
    }

    /// The synthetic face that was opened.
    fn serve_aged_picture(&mut self, slot: usize, face: FaceId) {
        let shown = self.state.view.compare.shown()[slot];
        let Some(wanted) = self.state.wanted_picture(face, shown) else { return };
        if self.state.compare.aged[slot].as_ref().is_some_and(|(picture, _)| *picture == wanted) {
            return;
        }
        let Some(entry) = self.state.library.faces.get(&face) else { return };
        let (photo, aligned) = (entry.photo, Arc::clone(&entry.aligned));
        let Some(timeline) = entry.timeline.clone() else { return self.serve_timeline_of(face) };
        self.serve_pixels(photo);
        let Some(pixels) = self.state.library.photos.get(&photo).and_then(|entry| entry.pixels.clone()) else { return };
        self.state.compare.aged[slot] = Some((wanted, None));
        let gpu = self.gpu.clone();
        self.pool.run(move || {
            let years = timeline.anchors_years()[wanted.anchor.min(GROUP_COUNT - 1)];
            let change = timeline.change_at(years, wanted.own_years, 1.0);
            let aged = age_photo(&pixels.pixels, &aligned.photo_to_crop, &change);
            Some(Arrival::AgedPicture(wanted, Arc::new(PhotoTexture::upload(&gpu, &aged))))
        });
    }

    /// The timeline of a face that is not the one looked at. The engine has made it already, for the readings.
    fn serve_timeline_of(&mut self, face: FaceId) {
        // One timeline waits at a time: that of the face looked at goes first.
        let is_looked_at_ready = self.state.face().is_none_or(|(id, entry)| id == face || entry.timeline.is_some());
        let asked = Some((face, self.state.generation()));
        let is_new = self.state.compare.timeline_asked != asked || self.engine.pending() == 0;
        if !is_looked_at_ready || !is_new {
            return;
        }
        if let Some(entry) = self.state.library.faces.get(&face).filter(|entry| entry.aged_readings.is_some()) {
            self.engine.request(Request::Timeline { face, aligned: Arc::clone(&entry.aligned) });
            self.state.compare.timeline_asked = asked;
        }
    }
}
