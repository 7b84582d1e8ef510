//! Which request runs next. Plain data: the lock around it is held for moments only.

use std::collections::VecDeque;

use super::{FaceId, PhotoId, Request};

/// Requests that wait, in order: new weights before everything, since what is made meanwhile would be thrown away;
/// then the timeline of the face someone looks at, behind the reading of that face, which the timeline needs anyway and
/// which says how old it is; then the age shown; then what else waits for the photo someone looks at; then the rest,
/// first come first served.
#[derive(Debug, Default)]
pub(super) struct RequestQueue {
    /// The latest weights asked for; newer ones take their place.
    weights: Option<Request>,
    /// The latest timeline asked for; a newer one takes its place.
    timeline: Option<Request>,
    /// The latest age to be drawn; a newer one takes its place.
    age: Option<Request>,
    others: VecDeque<Request>,
    /// The photo someone looks at, and its faces.
    looked_at: Option<(PhotoId, Vec<FaceId>)>,
    running: bool,
    /// Faces whose timeline nobody waits for any more, though it may be running.
    stopped: Vec<FaceId>,
    /// Set when the window is gone.
    pub closed: bool,
}

impl RequestQueue {
    /// Adds a request.
    pub fn put(&mut self, request: Request) {
        match request {
            Request::OpenWeights(_) => self.weights = Some(request),
            Request::Timeline { face, .. } => {
                self.stopped.retain(|stopped| *stopped != face);
                self.timeline = Some(request);
            }
            Request::AgeExactly { .. } => self.age = Some(request),
            _ => self.others.push_back(request),
        }
    }

    /// The next request to run; call `finished` when it is done. Without a network only weights can be opened.
    pub fn take(&mut self, has_network: bool) -> Option<Request> {
        let mut next = self.weights.take();
        if has_network {
            let waiting = next.or_else(|| self.reading_before_timeline()).or_else(|| self.timeline.take());
            let waiting = waiting.or_else(|| self.age.take());
            next = waiting.or_else(|| self.of_looked_at()).or_else(|| self.others.pop_front());
        }
        self.running = next.is_some();
        next
    }

    /// The reading of the face whose timeline comes next.
    fn reading_before_timeline(&mut self) -> Option<Request> {
        let Some(Request::Timeline { face: next, .. }) = &self.timeline else { return None };
        let is_its = |request: &Request| matches!(request, Request::ReadFace { face, .. } if face == next);
        let index = self.others.iter().position(is_its)?;
        self.others.remove(index)
    }

    /// The first request that waits for the photo someone looks at.
    fn of_looked_at(&mut self) -> Option<Request> {
        let (photo, faces) = self.looked_at.as_ref()?;
        let index = self.others.iter().position(|request| concerns(request, *photo, faces))?;
        self.others.remove(index)
    }

    /// Somebody looks at this photo and its faces now: what waits for them goes first.
    pub fn look_at(&mut self, photo: PhotoId, faces: &[FaceId]) {
        self.looked_at = Some((photo, faces.to_vec()));
    }

    /// Drops every search for faces that has not started, but in one photo; says in which.
    pub fn leave_searches(&mut self, except: Option<PhotoId>) -> Vec<PhotoId> {
        let mut left = Vec::new();
        self.others.retain(|request| match request {
            Request::FindFaces { photo, .. } if Some(*photo) != except => {
                left.push(*photo);
                false
            }
            _ => true,
        });
        left
    }

    /// The request taken last is done.
    pub fn finished(&mut self) {
        self.running = false;
        self.stopped.clear();
    }

    /// Withdraws a face's timeline, also while it is being made.
    pub fn stop_timeline(&mut self, face: FaceId) {
        self.stopped.push(face);
        let is_other = |request: &Request| !matches!(request, Request::Timeline { face: asked, .. } if *asked == face);
        self.timeline = self.timeline.take().filter(is_other);
    }

    /// Whether the timeline that is being made should be left: something more urgent waits, or nobody waits for it.
    pub fn is_unwanted(&self, face: FaceId) -> bool {
        let other_waits = matches!(&self.timeline, Some(Request::Timeline { face: asked, .. }) if *asked != face);
        self.closed || self.weights.is_some() || other_waits || self.stopped.contains(&face)
    }

    /// Drops everything that asks a network about a face: new weights are in use and the window asks again.
    pub fn forget_results(&mut self) {
        (self.timeline, self.age) = (None, None);
        self.others.retain(|request| matches!(request, Request::FindFaces { .. }));
    }

    /// Drops what waits for a photo and its faces.
    pub fn forget(&mut self, photo: PhotoId, faces: &[FaceId]) {
        let keeps = |request: &Request| !concerns(request, photo, faces);
        self.others.retain(keeps);
        self.timeline = self.timeline.take().filter(keeps);
        self.age = self.age.take().filter(keeps);
        self.stopped.extend_from_slice(faces);
    }

    /// How many requests wait or run.
    pub fn pending(&self) -> usize {
        let urgent = [&self.weights, &self.timeline, &self.age].into_iter().flatten().count();
        self.others.len() + urgent + usize::from(self.running)
    }
}

/// Whether a request is about a photo or one of its faces.
fn concerns(request: &Request, photo: PhotoId, faces: &[FaceId]) -> bool {
    match request {
        Request::FindFaces { photo: asked, .. } => *asked == photo,
        Request::ReadFace { face, .. }
        | Request::Timeline { face, .. }
        | Request::ReadAges { face, .. }
        | Request::AgeExactly { face, .. } => faces.contains(face),
        Request::OpenWeights(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::RgbImage;

    use super::*;
    use crate::engine::WeightsSource;
    use crate::face::{AlignedFace, Detection, LandmarkSource, Photo, SimilarityTransform};

    fn aligned() -> Arc<AlignedFace> {
        let detection = Detection { box_px: [0.0; 4], score: 1.0, landmarks_px: [[0.0; 2]; 5] };
        Arc::new(AlignedFace {
            pixels: RgbImage::new(112, 112),
            photo_to_crop: SimilarityTransform::IDENTITY,
            detection,
            landmark_source: LandmarkSource::Hand,
            photo_sha256: String::new(),
            quality: Vec::new(),
        })
    }

    fn photo() -> Arc<Photo> {
        Arc::new(Photo::from_pixels("grey", RgbImage::new(8, 8)))
    }

    fn timeline(face: u64) -> Request {
        Request::Timeline { face: FaceId(face), aligned: aligned() }
    }

    fn read(face: u64) -> Request {
        Request::ReadFace { face: FaceId(face), aligned: aligned() }
    }

    #[test]
    fn a_newer_timeline_takes_the_place_of_one_that_has_not_started() {
        let mut queue = RequestQueue::default();
        queue.put(timeline(1));
        queue.put(timeline(2));
        assert!(matches!(queue.take(true), Some(Request::Timeline { face: FaceId(2), .. })));
        assert!(queue.take(true).is_none());
    }

    #[test]
    fn the_timeline_someone_looks_at_goes_before_readings() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(timeline(2));
        assert!(matches!(queue.take(true), Some(Request::Timeline { .. })));
        assert_eq!(queue.pending(), 2);
        queue.finished();
        assert!(matches!(queue.take(true), Some(Request::ReadFace { .. })));
    }

    #[test]
    fn a_face_is_read_before_its_own_timeline() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(read(2));
        queue.put(timeline(2));
        assert!(matches!(queue.take(true), Some(Request::ReadFace { face: FaceId(2), .. })));
        assert!(matches!(queue.take(true), Some(Request::Timeline { .. })));
        assert!(matches!(queue.take(true), Some(Request::ReadFace { face: FaceId(1), .. })));
    }

    fn age(face: u64, target_years: f32) -> Request {
        Request::AgeExactly { face: FaceId(face), aligned: aligned(), own_years: 30.0, target_years }
    }

    #[test]
    fn the_latest_age_goes_behind_the_timeline_and_before_readings() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(age(2, 40.0));
        queue.put(age(2, 50.0));
        queue.put(timeline(2));
        assert!(matches!(queue.take(true), Some(Request::Timeline { .. })));
        let next = queue.take(true);
        assert!(matches!(next, Some(Request::AgeExactly { target_years: 50.0, .. })), "{next:?}");
        assert!(matches!(queue.take(true), Some(Request::ReadFace { .. })));
        assert!(queue.take(true).is_none());
    }

    #[test]
    fn new_weights_go_first_and_are_all_that_runs_without_a_network() {
        let mut queue = RequestQueue::default();
        queue.put(timeline(1));
        assert!(queue.take(false).is_none());
        queue.put(Request::OpenWeights(WeightsSource::File("old".into())));
        queue.put(Request::OpenWeights(WeightsSource::Bundled));
        assert!(queue.is_unwanted(FaceId(1)));
        assert!(matches!(queue.take(false), Some(Request::OpenWeights(WeightsSource::Bundled))));
        queue.put(Request::FindFaces { photo: PhotoId(1), pixels: photo() });
        queue.put(read(1));
        queue.forget_results();
        assert!(matches!(queue.take(true), Some(Request::FindFaces { .. })));
        assert!(queue.take(true).is_none());
    }

    #[test]
    fn a_timeline_is_left_for_another_face_and_when_it_is_stopped() {
        let mut queue = RequestQueue::default();
        queue.put(timeline(1));
        queue.take(true);
        assert!(!queue.is_unwanted(FaceId(1)));
        queue.put(timeline(1));
        assert!(!queue.is_unwanted(FaceId(1)));
        queue.put(timeline(2));
        assert!(queue.is_unwanted(FaceId(1)));
        queue.take(true);
        queue.stop_timeline(FaceId(2));
        assert!(queue.is_unwanted(FaceId(2)));
        queue.put(timeline(2));
        assert!(!queue.is_unwanted(FaceId(2)));
        queue.stop_timeline(FaceId(2));
        assert!(queue.take(true).is_none());
    }

    fn find(photo: u64) -> Request {
        Request::FindFaces { photo: PhotoId(photo), pixels: self::photo() }
    }

    #[test]
    fn what_waits_for_the_photo_looked_at_goes_before_the_rest() {
        let mut queue = RequestQueue::default();
        for request in [find(1), read(11), find(2), read(21), find(3)] {
            queue.put(request);
        }
        queue.look_at(PhotoId(2), &[FaceId(21)]);
        assert!(matches!(queue.take(true), Some(Request::FindFaces { photo: PhotoId(2), .. })));
        assert!(matches!(queue.take(true), Some(Request::ReadFace { face: FaceId(21), .. })));
        assert!(matches!(queue.take(true), Some(Request::FindFaces { photo: PhotoId(1), .. })));
        queue.look_at(PhotoId(3), &[]);
        assert!(matches!(queue.take(true), Some(Request::FindFaces { photo: PhotoId(3), .. })));
        assert!(matches!(queue.take(true), Some(Request::ReadFace { face: FaceId(11), .. })));
    }

    #[test]
    fn a_search_that_is_left_keeps_readings_and_the_photo_looked_at() {
        let mut queue = RequestQueue::default();
        for request in [find(1), read(11), find(2), find(3)] {
            queue.put(request);
        }
        assert_eq!(queue.leave_searches(Some(PhotoId(2))), [PhotoId(1), PhotoId(3)]);
        assert!(matches!(queue.take(true), Some(Request::ReadFace { .. })));
        assert!(matches!(queue.take(true), Some(Request::FindFaces { photo: PhotoId(2), .. })));
        assert!(queue.take(true).is_none());
    }

    #[test]
    fn what_waits_for_a_closed_photo_is_dropped() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(read(2));
        queue.put(timeline(1));
        queue.put(age(1, 50.0));
        queue.forget(PhotoId(9), &[FaceId(1)]);
        assert_eq!(queue.pending(), 1);
    }
}
