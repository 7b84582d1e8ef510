//! Ageing, whatever the network: a timeline of seven anchors, and the change from one age to another. Two kinds of
//! network are told apart here and nowhere else: those whose changes can be blended, and the one that draws every age.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use image::RgbImage;

use super::pipeline::{guarded, lock};
use super::styled::{AnchorMade, Drawer, DrawnAge, StyledFace, nearest_first};
use super::{EngineError, FaceReading, Pipeline, StageTimes, reading};
use crate::aging::{Between, Change, Timeline, age_crop};
use crate::face::{AlignedFace, Photo};
use crate::model::age_group::GROUP_COUNT;
use crate::model::{AgeGroup, Encoding, Noise, Residual, STYLE_ANCHORS_YEARS, Synthesiser};
use crate::recognition::Embedding;

/// Someone who is told of a timeline that is made anchor by anchor, and may end it.
pub trait TimelineWatch {
    /// One more anchor is made.
    fn anchor_made(&mut self, made: &AnchorMade, done: usize);
    /// Whether to leave the rest; asked before each anchor.
    fn is_stopped(&self) -> bool;
}

/// Waits for the whole timeline.
struct NoWatch;

impl TimelineWatch for NoWatch {
    fn anchor_made(&mut self, _made: &AnchorMade, _done: usize) {}

    fn is_stopped(&self) -> bool {
        false
    }
}

impl Pipeline {
    /// How the ages between two anchors come about.
    pub fn between(&self) -> Between {
        match self.network.synthesiser() {
            Synthesiser::Residual(_) => Between::Blended,
            Synthesiser::Styled(_) => Between::Drawn,
        }
    }

    /// The ages at which a face's anchors stand, in years.
    pub fn anchors_years(&self) -> [f32; GROUP_COUNT] {
        match self.between() {
            Between::Blended => AgeGroup::ALL.map(AgeGroup::anchor_years),
            Between::Drawn => STYLE_ANCHORS_YEARS,
        }
    }

    /// What the network takes for noise; nothing for a network that draws without.
    pub fn noise(&self) -> Option<&Noise> {
        (self.between() == Between::Drawn).then_some(&self.noise)
    }

    /// The seven anchors of one face, with the identity each keeps.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn timeline(&self, face: &AlignedFace) -> Result<Timeline, EngineError> {
        let whole = self.timeline_watched(face, &mut NoWatch)?;
        whole.ok_or_else(|| EngineError::Lost("the ages were not finished".to_owned()))
    }

    /// As [`Self::timeline`]; a network that draws every age tells of each anchor. Nothing when the rest was left:
    /// what there is of it is kept and need not be made again.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn timeline_watched(
        &self,
        face: &AlignedFace,
        watch: &mut dyn TimelineWatch,
    ) -> Result<Option<Timeline>, EngineError> {
        let key = self.key(&face.pixels);
        if let Some(timeline) = lock(&self.timelines).get(&key) {
            return Ok(Some(timeline));
        }
        let (encoding, reading) = self.encoded(&face.pixels)?;
        let timeline = match self.network.synthesiser() {
            Synthesiser::Residual(network) => {
                Some(guarded(|| self.blended_timeline(&network, &face.pixels, &encoding, &reading))?)
            }
            Synthesiser::Styled(_) => self.drawn_timeline(&face.pixels, &reading, watch)?,
        };
        if let Some(timeline) = &timeline {
            lock(&self.timelines).put(key, timeline.clone());
        }
        Ok(timeline)
    }

    /// The changes from one age of a face to others, in years, as exactly as the network can say them.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn changes(
        &self,
        face: &AlignedFace,
        own_years: f32,
        targets_years: &[f32],
        strength: f32,
    ) -> Result<Vec<Change>, EngineError> {
        if self.between() == Between::Drawn {
            let drawn = targets_years.iter().map(|target| {
                let drawn = self.draw_age(face, own_years, *target)?;
                Ok(drawn.map_or_else(Change::none, |drawn| drawn.change.scaled(strength)))
            });
            return drawn.collect();
        }
        let timeline = self.timeline(face)?;
        Ok(targets_years.iter().map(|target| timeline.change_at(*target, own_years, strength)).collect())
    }

    /// What the network reads from the face at each of its seven anchors, youngest first, changed from `own_years` as
    /// it is shown. Nothing when the timeline was left before it was whole.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn read_ages(
        &self,
        face: &AlignedFace,
        own_years: f32,
        watch: &mut dyn TimelineWatch,
    ) -> Result<Option<Vec<FaceReading>>, EngineError> {
        let Some(timeline) = self.timeline_watched(face, watch)? else { return Ok(None) };
        let targets = timeline.anchors_years();
        let changes = self.changes(face, own_years, &targets, 1.0)?;
        let aged: Vec<RgbImage> = changes.iter().map(|change| age_crop(&face.pixels, change)).collect();
        let crops: Vec<&RgbImage> = aged.iter().collect();
        guarded(|| self.read_crops(&crops).1).map(Some)
    }

    /// A face at one age as the network draws it; nothing for a network whose blends are exact. Runs the decoder
    /// alone where the face's codes are there already.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn draw_age(
        &self,
        face: &AlignedFace,
        own_years: f32,
        target_years: f32,
    ) -> Result<Option<DrawnAge>, EngineError> {
        let Some(drawer) = self.drawer() else { return Ok(None) };
        let styled = self.styled_face(&face.pixels)?;
        guarded(|| Some(lock(&styled).change(drawer, own_years, target_years)))
    }

    /// Time of each stage on one face, measured now, caches aside.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn time_stages(&self, photo: &Photo, face: &AlignedFace) -> Result<StageTimes, EngineError> {
        let mut times = StageTimes::new();
        let mut time = |name, started: Instant| times.push((name, started.elapsed().as_secs_f64() * 1e3));
        let started = Instant::now();
        self.find_faces(photo)?;
        time("find faces", started);
        let started = Instant::now();
        let (encoding, readings) = guarded(|| self.read_crops(&[&face.pixels]))?;
        time("read face", started);
        let encoding = reading::only_first(encoding);
        match (self.network.synthesiser(), self.drawer()) {
            (Synthesiser::Residual(network), _) => {
                let started = Instant::now();
                guarded(|| self.blended_timeline(&network, &face.pixels, &encoding, &readings[0]))?;
                time("seven ages", started);
            }
            (Synthesiser::Styled(network), Some(drawer)) => {
                let mut styled = StyledFace::new(Arc::new(encoding));
                let years = STYLE_ANCHORS_YEARS[0];
                let started = Instant::now();
                guarded(|| {
                    styled.codes(network, AgeGroup::ALL[0]);
                    self.finish();
                })?;
                time("style codes", started);
                let started = Instant::now();
                guarded(|| styled.drawn(drawer, years))?;
                time("one age drawn", started);
            }
            (Synthesiser::Styled(_), None) => {}
        }
        Ok(times)
    }

    fn blended_timeline(
        &self,
        network: &Residual<'_>,
        crop: &RgbImage,
        encoding: &Encoding,
        reading: &FaceReading,
    ) -> Timeline {
        let synthesis = network.synthesise(self.upload(&[crop]), encoding, &AgeGroup::ALL);
        let changes = reading::changes(&synthesis, self.network.window());
        let timeline = Timeline::new(changes, self.anchors_years(), reading.age.years);
        let own_years = timeline.estimated_age_years;
        let aged = timeline.anchors_years().map(|years| age_crop(crop, &timeline.change_at(years, own_years, 1.0)));
        let kept = self.identity_kept(&aged.each_ref(), &reading.embedding);
        timeline.with_identity(&kept)
    }

    /// Anchor by anchor, each with the identity it keeps; nothing when it was stopped.
    fn drawn_timeline(
        &self,
        crop: &RgbImage,
        reading: &FaceReading,
        watch: &mut dyn TimelineWatch,
    ) -> Result<Option<Timeline>, EngineError> {
        let Some(drawer) = self.drawer() else { return Ok(None) };
        let styled = self.styled_face(crop)?;
        let own_years = reading.age.years;
        for (index, group) in nearest_first(own_years).into_iter().enumerate() {
            if watch.is_stopped() {
                return Ok(None);
            }
            let held = lock(&styled).made[group.index()].clone();
            let made = match held {
                Some(made) => made,
                None => guarded(|| self.make_anchor(drawer, &styled, crop, reading, group))?,
            };
            watch.anchor_made(&made, index + 1);
        }
        let timeline = guarded(|| {
            let mut styled = lock(&styled);
            let cosines: Vec<f32> = styled.made.iter().flatten().map(|made| made.identity_cosine).collect();
            let changes = STYLE_ANCHORS_YEARS.map(|years| styled.drawn(drawer, years).change.clone());
            let own = (*styled.drawn(drawer, own_years)).clone();
            Timeline::new(changes.to_vec(), STYLE_ANCHORS_YEARS, own_years).with_identity(&cosines).drawn_from(own)
        })?;
        Ok(Some(timeline))
    }

    fn make_anchor(
        &self,
        drawer: Drawer<'_>,
        styled: &Mutex<StyledFace>,
        crop: &RgbImage,
        reading: &FaceReading,
        group: AgeGroup,
    ) -> AnchorMade {
        let drawn = lock(styled).change(drawer, reading.age.years, STYLE_ANCHORS_YEARS[group.index()]);
        let picture = age_crop(crop, &drawn.change);
        let identity_cosine = self.identity_kept(&[&picture], &reading.embedding)[0];
        let made = AnchorMade { group, picture: Arc::new(picture), identity_cosine };
        lock(styled).made[group.index()] = Some(made.clone());
        made
    }

    /// Cosine of each crop to the photograph.
    fn identity_kept(&self, crops: &[&RgbImage], own: &Embedding) -> Vec<f32> {
        self.read_crops(crops).1.iter().map(|reading| reading.embedding.cosine(own)).collect()
    }

    /// The network that draws, if it is one that does.
    fn drawer(&self) -> Option<Drawer<'_>> {
        match self.network.synthesiser() {
            Synthesiser::Residual(_) => None,
            Synthesiser::Styled(network) => Some(Drawer { network, noise: &self.noise, window: self.network.window() }),
        }
    }

    fn styled_face(&self, crop: &RgbImage) -> Result<Arc<Mutex<StyledFace>>, EngineError> {
        let key = self.key(crop);
        if let Some(held) = lock(&self.styled).get(&key) {
            return Ok(held);
        }
        let (encoding, _) = self.encoded(crop)?;
        let styled = Arc::new(Mutex::new(StyledFace::new(encoding)));
        lock(&self.styled).put(key, Arc::clone(&styled));
        Ok(styled)
    }
}
