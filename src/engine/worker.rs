//! The window's handle on the engine thread: one enum of requests in, one enum of replies out, never a wait on the
//! window's side. What the thread does is in `thread`, what runs next in `queue`.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::queue::RequestQueue;
use super::thread::Thread;
use super::{DevicePreference, FaceId, PhotoId, Reply, Request, SharedGpu, WeightsSource};

/// The window's handle on the engine thread. Dropping it ends the thread after the request it is at.
#[derive(Debug)]
pub struct Engine {
    inbox: Arc<Inbox>,
    replies: Receiver<Reply>,
}

/// Requests on their way to the thread.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<RequestQueue>,
    arrived: Condvar,
}

impl Inbox {
    /// The queue is plain data, so a panic elsewhere cannot leave it half changed.
    pub fn lock(&self) -> MutexGuard<'_, RequestQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request; waits for one. Nothing when the window is gone. Without a network only weights are opened.
    pub fn next(&self, has_network: bool) -> Option<Request> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(request) = queue.take(has_network) {
                return Some(request);
            }
            queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Engine {
    /// Starts the thread; loading goes on behind. `wake` is called after every reply (request a repaint there).
    pub fn start(
        preference: DevicePreference,
        shared: Option<SharedGpu>,
        weights: WeightsSource,
        wake: impl Fn() + Send + 'static,
    ) -> Self {
        let inbox = Arc::new(Inbox::default());
        let (sender, replies) = channel();
        let theirs = Arc::clone(&inbox);
        let told = sender.clone();
        let started = thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let teller = Teller { sender, wake: Box::new(wake) };
            Thread { preference, shared, loaded: None, inbox: &theirs, teller: &teller }.serve(weights);
        });
        if let Err(error) = started {
            let message = format!("The system refused to start the engine thread ({error}). Close other programs.");
            // The receiver is held by the Engine returned below, so this cannot fail.
            let _ = told.send(Reply::Failed { message });
        }
        Self { inbox, replies }
    }

    /// Asks for something; returns at once.
    pub fn request(&self, request: Request) {
        self.inbox.lock().put(request);
        self.inbox.arrived.notify_one();
    }

    /// Withdraws what has not started for a photo that was closed and its faces.
    pub fn forget(&self, photo: PhotoId, faces: &[FaceId]) {
        self.inbox.lock().forget(photo, faces);
    }

    /// Somebody looks at this photo and its faces now: what waits for them goes first.
    pub fn look_at(&self, photo: PhotoId, faces: &[FaceId]) {
        self.inbox.lock().look_at(photo, faces);
    }

    /// Withdraws every search for faces that has not started, but in one photo; says in which photos.
    pub fn leave_searches(&self, except: Option<PhotoId>) -> Vec<PhotoId> {
        self.inbox.lock().leave_searches(except)
    }

    /// Withdraws a face's timeline, also while it is being made; [`Reply::TimelineLeft`] tells when it ends.
    pub fn stop_timeline(&self, face: FaceId) {
        self.inbox.lock().stop_timeline(face);
    }

    /// The next reply, if one has come; never waits.
    pub fn try_reply(&self) -> Option<Reply> {
        self.replies.try_recv().ok()
    }

    /// How many requests wait or run.
    pub fn pending(&self) -> usize {
        self.inbox.lock().pending()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.inbox.lock().closed = true;
        self.inbox.arrived.notify_one();
    }
}

/// The way back to the window.
pub(super) struct Teller {
    pub sender: Sender<Reply>,
    pub wake: Box<dyn Fn() + Send>,
}

impl Teller {
    pub fn tell(&self, reply: Reply) {
        // A window that has closed needs no reply.
        let _ = self.sender.send(reply);
        (self.wake)();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::aging::Between;
    use crate::face::{AlignedFace, Landmarks, Photo};
    use crate::model::Preset;

    /// Five points somewhere in the portrait: what a tiny network says of them does not matter.
    const MIDDLE_FACE: Landmarks = [[204.0, 104.0], [248.0, 105.0], [225.0, 128.0], [205.0, 144.0], [244.0, 144.0]];

    fn portrait() -> Arc<Photo> {
        let bytes = include_bytes!("../../assets/demo/astronaut.jpg");
        Arc::new(Photo::from_bytes("portrait", bytes).unwrap())
    }

    fn wait_for(engine: &Engine, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let started = Instant::now();
        while started.elapsed().as_secs() < 120 {
            match engine.try_reply() {
                Some(reply) if wanted(&reply) => return reply,
                Some(Reply::Failed { message }) => panic!("{message}"),
                _ => thread::sleep(std::time::Duration::from_millis(5)),
            }
        }
        panic!("no such reply within two minutes");
    }

    #[test]
    fn the_thread_answers_in_the_order_of_the_main_job() {
        let engine = Engine::start(DevicePreference::Cpu, None, WeightsSource::Bundled, || {});
        let photo = portrait();
        engine.request(Request::FindFaces { photo: PhotoId(1), pixels: Arc::clone(&photo) });
        let Reply::FacesFound { detections, .. } = wait_for(&engine, |r| matches!(r, Reply::FacesFound { .. })) else {
            unreachable!()
        };
        let aligned = Arc::new(AlignedFace::from_detection(&photo, &detections[0]).unwrap());
        engine.request(Request::Timeline { face: FaceId(7), aligned });
        let reply = wait_for(&engine, |r| matches!(r, Reply::TimelineReady { .. }));
        assert!(matches!(reply, Reply::TimelineReady { face: FaceId(7), .. }));
        assert_eq!(engine.pending(), 0);
    }

    #[test]
    fn a_weights_file_that_is_not_there_is_a_sentence() {
        let engine =
            Engine::start(DevicePreference::Cpu, None, WeightsSource::File("no-such.safetensors".into()), || {});
        let started = Instant::now();
        let message = loop {
            match engine.try_reply() {
                Some(Reply::Failed { message }) => break message,
                Some(Reply::OpeningWeights { .. }) => {}
                Some(other) => panic!("{other:?}"),
                None if started.elapsed().as_secs() > 60 => panic!("no reply"),
                None => thread::sleep(std::time::Duration::from_millis(5)),
            }
        };
        assert!(message.contains("cannot be read"), "{message}");
    }

    /// The style network in a file that PyTorch wrote, tiny.
    fn style_network() -> WeightsSource {
        WeightsSource::File(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/checkpoints/b_micro_bare_zip.tar").into(),
        )
    }

    #[test]
    fn weights_are_changed_in_place_and_refused_ones_change_nothing() {
        let engine = Engine::start(DevicePreference::Cpu, None, WeightsSource::Bundled, || {});
        let ready = |reply: &Reply| matches!(reply, Reply::Ready { .. });
        wait_for(&engine, ready);
        let missing = WeightsSource::File("no-such.pt".into());
        engine.request(Request::OpenWeights(missing.clone()));
        let reply = wait_for(&engine, |reply| matches!(reply, Reply::WeightsRefused { .. }));
        assert!(matches!(reply, Reply::WeightsRefused { source, .. } if source == missing));
        engine.request(Request::OpenWeights(style_network()));
        let Reply::Ready { model, .. } = wait_for(&engine, ready) else { unreachable!() };
        assert_eq!((model.preset, model.between), (Preset::Tpami2022, Between::Drawn));

        let aligned = AlignedFace::from_landmarks(&portrait(), MIDDLE_FACE).unwrap();
        let (face, aligned) = (FaceId(4), Arc::new(aligned));
        engine.request(Request::Timeline { face, aligned: Arc::clone(&aligned) });
        let mut counts = Vec::new();
        let timeline = loop {
            match wait_for(&engine, |_| true) {
                Reply::TimelineProgress { done, total: 7, .. } => counts.push(done),
                Reply::TimelineReady { timeline, .. } => break timeline,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7]);
        let own_years = timeline.estimated_age_years;
        for target_years in [30.0, 31.0, 32.0] {
            let aligned = Arc::clone(&aligned);
            engine.request(Request::AgeExactly { face, aligned, own_years, target_years });
        }
        let reply = wait_for(&engine, |reply| matches!(reply, Reply::AgeDrawn { age, .. } if age.target_years == 32.0));
        let Reply::AgeDrawn { age, weights_sha256, .. } = reply else { unreachable!() };
        assert_eq!((age.own.years, weights_sha256), (own_years, model.weights_sha256));
    }

    #[test]
    fn without_a_network_other_weights_still_open() {
        let missing = WeightsSource::File("no-such.safetensors".into());
        let engine = Engine::start(DevicePreference::Cpu, None, missing, || {});
        engine.request(Request::FindFaces { photo: PhotoId(1), pixels: portrait() });
        engine.request(Request::OpenWeights(style_network()));
        let started = Instant::now();
        let faces = loop {
            match engine.try_reply() {
                Some(Reply::FacesFound { detections, .. }) => break detections.len(),
                _ if started.elapsed().as_secs() > 60 => panic!("no reply"),
                _ => thread::sleep(std::time::Duration::from_millis(5)),
            }
        };
        assert_eq!((faces, engine.pending()), (1, 0));
    }
}
