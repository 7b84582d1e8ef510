//! Which request runs next. Plain data: the lock around it is held for moments only.

use std::collections::VecDeque;

use super::{FaceId, PhotoId, Request};

/// Requests that wait, in order: readings of faces already on screen first come first served, the timeline of the
/// selected face before them all, since someone is looking at it.
#[derive(Debug, Default)]
pub(super) struct RequestQueue {
    /// The latest timeline asked for; a newer one takes its place.
    timeline: Option<Request>,
    others: VecDeque<Request>,
    running: bool,
    /// Set when the window is gone.
    pub closed: bool,
}

impl RequestQueue {
    /// Adds a request.
    pub fn put(&mut self, request: Request) {
        match request {
            Request::Timeline { .. } => self.timeline = Some(request),
            _ => self.others.push_back(request),
        }
    }

    /// The next request to run; call `finished` when it is done.
    pub fn take(&mut self) -> Option<Request> {
        let next = self.timeline.take().or_else(|| self.others.pop_front());
        self.running = next.is_some();
        next
    }

    /// The request taken last is done.
    pub fn finished(&mut self) {
        self.running = false;
    }

    /// Drops what waits for a photo and its faces.
    pub fn forget(&mut self, photo: PhotoId, faces: &[FaceId]) {
        let keeps = |request: &Request| match request {
            Request::FindFaces { photo: asked, .. } => *asked != photo,
            Request::ReadFace { face, .. } | Request::Timeline { face, .. } => !faces.contains(face),
        };
        self.others.retain(keeps);
        self.timeline = self.timeline.take().filter(keeps);
    }

    /// How many requests wait or run.
    pub fn pending(&self) -> usize {
        self.others.len() + usize::from(self.timeline.is_some()) + usize::from(self.running)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::RgbImage;

    use super::*;
    use crate::face::{AlignedFace, Detection, LandmarkSource, SimilarityTransform};

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
        assert!(matches!(queue.take(), Some(Request::Timeline { face: FaceId(2), .. })));
        assert!(queue.take().is_none());
    }

    #[test]
    fn the_timeline_someone_looks_at_goes_before_readings() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(timeline(2));
        assert!(matches!(queue.take(), Some(Request::Timeline { .. })));
        assert_eq!(queue.pending(), 2);
        queue.finished();
        assert!(matches!(queue.take(), Some(Request::ReadFace { .. })));
    }

    #[test]
    fn what_waits_for_a_closed_photo_is_dropped() {
        let mut queue = RequestQueue::default();
        queue.put(read(1));
        queue.put(read(2));
        queue.put(timeline(1));
        queue.forget(PhotoId(9), &[FaceId(1)]);
        assert_eq!(queue.pending(), 1);
    }
}
