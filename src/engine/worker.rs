//! The engine thread: one enum of requests in, one enum of replies out, never a wait on the window's side.
//!
//! Timeline requests are latest-wins: a newer one takes the place of one that has not started. When a GPU stops
//! answering, the engine says so, goes on on the CPU and repeats what it was doing.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::queue::RequestQueue;
use super::{DevicePreference, DeviceReport, EngineError, FaceReading, Pipeline, SharedGpu};
use crate::aging::Timeline;
use crate::face::{AlignedFace, Detection, Photo};
use crate::weights::{self, Weights};

/// Names a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhotoId(pub u64);
/// Names a face of a photo across requests and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u64);

/// What can be asked of the engine.
#[derive(Clone, Debug)]
pub enum Request {
    /// Find the faces of a photo.
    FindFaces {
        /// The photo's name in the reply.
        photo: PhotoId,
        /// The photo.
        pixels: Arc<Photo>,
    },
    /// Read one face: identity, age, attention. Cached by content.
    ReadFace {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
    },
    /// The face's timeline. Latest wins: an older one that has not started is dropped.
    Timeline {
        /// The face's name in the reply.
        face: FaceId,
        /// The face.
        aligned: Arc<AlignedFace>,
    },
}

/// What the engine tells.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The networks are loaded.
    Ready {
        /// The device in use.
        device: DeviceReport,
        /// Hash of the weights.
        weights_sha256: String,
        /// How long loading took.
        elapsed_ms: f64,
    },
    /// Something could not be done, as a sentence with a next step.
    Failed {
        /// The sentence.
        message: String,
    },
    /// The GPU was lost; the engine goes on on the CPU and repeats what it was doing.
    DeviceLost {
        /// The device now in use.
        device: DeviceReport,
        /// What happened.
        message: String,
    },
    /// Faces of a photo, the centre-most large one first; empty when there is none.
    FacesFound {
        /// Which photo.
        photo: PhotoId,
        /// Its faces.
        detections: Vec<Detection>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A face was read.
    FaceRead {
        /// Which face.
        face: FaceId,
        /// What was read.
        reading: Arc<FaceReading>,
        /// How long it took.
        elapsed_ms: f64,
    },
    /// A face's timeline is there.
    TimelineReady {
        /// Which face.
        face: FaceId,
        /// The timeline.
        timeline: Arc<Timeline>,
        /// How long it took.
        elapsed_ms: f64,
    },
}

/// The window's handle on the engine thread. Dropping it ends the thread after the request it is at.
#[derive(Debug)]
pub struct Engine {
    inbox: Arc<Inbox>,
    replies: Receiver<Reply>,
}

/// Requests on their way to the thread.
#[derive(Debug, Default)]
struct Inbox {
    queue: Mutex<RequestQueue>,
    arrived: Condvar,
}

impl Inbox {
    /// The queue is plain data, so a panic elsewhere cannot leave it half changed.
    fn lock(&self) -> MutexGuard<'_, RequestQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request; waits for one. Nothing when the window is gone.
    fn next(&self) -> Option<Request> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some(request) = queue.take() {
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
        weights_file: Option<PathBuf>,
        wake: impl Fn() + Send + 'static,
    ) -> Self {
        let inbox = Arc::new(Inbox::default());
        let (sender, replies) = channel();
        let theirs = Arc::clone(&inbox);
        let told = sender.clone();
        let started = thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let teller = Teller { sender, wake: Box::new(wake) };
            Thread::run(preference, shared, weights_file, &theirs, &teller);
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
struct Teller {
    sender: Sender<Reply>,
    wake: Box<dyn Fn() + Send>,
}

impl Teller {
    fn tell(&self, reply: Reply) {
        // A window that has closed needs no reply.
        let _ = self.sender.send(reply);
        (self.wake)();
    }
}

/// What the engine thread owns.
struct Thread<'a> {
    pipeline: Pipeline,
    weights: Weights,
    inbox: &'a Inbox,
    teller: &'a Teller,
}

impl<'a> Thread<'a> {
    fn run(
        preference: DevicePreference,
        shared: Option<SharedGpu>,
        weights_file: Option<PathBuf>,
        inbox: &'a Inbox,
        teller: &'a Teller,
    ) {
        let started = Instant::now();
        let loaded = weights_file.as_deref().map_or_else(weights::bundled, weights::open);
        let loaded = loaded.map_err(EngineError::from).and_then(|weights| {
            let pipeline = Pipeline::new(preference, shared, &weights)?;
            Ok((pipeline, weights))
        });
        match loaded {
            Err(error) => teller.tell(Reply::Failed { message: error.to_string() }),
            Ok((pipeline, weights)) => {
                teller.tell(Reply::Ready {
                    device: pipeline.device().clone(),
                    weights_sha256: pipeline.weights_sha256().to_owned(),
                    elapsed_ms: elapsed_ms(started),
                });
                Thread { pipeline, weights, inbox, teller }.serve();
            }
        }
    }

    fn serve(mut self) {
        while let Some(request) = self.inbox.next() {
            let reply = self.reply_to(&request);
            self.inbox.lock().finished();
            self.teller.tell(reply);
        }
    }

    /// The answer; when a GPU is lost on the way, that of the CPU.
    fn reply_to(&mut self, request: &Request) -> Reply {
        let answer = match self.answer(request) {
            Err(EngineError::Lost(what)) if self.fall_back(&what) => self.answer(request),
            answer => answer,
        };
        answer.unwrap_or_else(|error| Reply::Failed { message: error.to_string() })
    }

    fn answer(&self, request: &Request) -> Result<Reply, EngineError> {
        let started = Instant::now();
        match request {
            Request::FindFaces { photo, pixels } => {
                let detections = self.pipeline.find_faces(pixels)?;
                Ok(Reply::FacesFound { photo: *photo, detections, elapsed_ms: elapsed_ms(started) })
            }
            Request::ReadFace { face, aligned } => {
                let reading = Arc::new(self.pipeline.read_face(aligned)?);
                Ok(Reply::FaceRead { face: *face, reading, elapsed_ms: elapsed_ms(started) })
            }
            Request::Timeline { face, aligned } => {
                let timeline = Arc::new(self.pipeline.timeline(aligned)?);
                Ok(Reply::TimelineReady { face: *face, timeline, elapsed_ms: elapsed_ms(started) })
            }
        }
    }

    /// Goes on on the CPU after the GPU was lost; false when there is nothing to fall back to.
    fn fall_back(&mut self, what: &str) -> bool {
        if self.pipeline.device().kind == super::DeviceKind::Cpu {
            return false;
        }
        let lost = self.pipeline.device().name.clone();
        let reason = format!("{lost} stopped answering");
        match Pipeline::on_cpu(reason, &self.weights) {
            Ok(pipeline) => {
                let message = format!("{lost} stopped answering ({what}). Going on on the CPU; nothing was lost.");
                self.teller.tell(Reply::DeviceLost { device: pipeline.device().clone(), message });
                self.pipeline = pipeline;
                true
            }
            Err(_) => false,
        }
    }
}

fn elapsed_ms(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::DeviceKind;

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
        let engine = Engine::start(DevicePreference::Cpu, None, None, || {});
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
        let engine = Engine::start(DevicePreference::Cpu, None, Some("no-such.safetensors".into()), || {});
        let started = Instant::now();
        let message = loop {
            match engine.try_reply() {
                Some(Reply::Failed { message }) => break message,
                Some(other) => panic!("{other:?}"),
                None if started.elapsed().as_secs() > 60 => panic!("no reply"),
                None => thread::sleep(std::time::Duration::from_millis(5)),
            }
        };
        assert!(message.contains("cannot be read"), "{message}");
    }

    /// The wgpu device stands in for a GPU even where it is software.
    fn open_gpu() -> Option<(Device, wgpu::Device)> {
        let instance = wgpu::Instance::default();
        let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok()?;
        let descriptor = wgpu::DeviceDescriptor {
            required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
            required_limits: adapter.limits(),
            // SAFETY: only asked for so that every feature of the adapter may be requested; none is used here.
            experimental_features: unsafe { wgpu::ExperimentalFeatures::enabled() },
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).ok()?;
        let gpu = SharedGpu { instance, adapter, device: device.clone(), queue };
        let burn_device = Device::wgpu_options().setup(gpu.into()).init().ok()?;
        crate::driver_exit::skip_driver_teardown();
        Some((burn_device, device))
    }

    #[test]
    fn a_lost_gpu_is_replaced_by_the_cpu_and_the_request_is_answered() {
        let Some((device, gpu)) = open_gpu() else {
            eprintln!("SKIPPED a_lost_gpu_is_replaced_by_the_cpu_and_the_request_is_answered: no graphics driver");
            return;
        };
        let weights = weights::bundled().unwrap();
        let report = DeviceReport {
            kind: DeviceKind::Gpu,
            name: "test card".to_owned(),
            reason: "it is tested".to_owned(),
            driver: None,
        };
        let pipeline = Pipeline::on_device(device, report, &weights).unwrap();
        let (inbox, (sender, replies)) = (Inbox::default(), channel());
        let teller = Teller { sender, wake: Box::new(|| {}) };
        let mut thread = Thread { pipeline, weights, inbox: &inbox, teller: &teller };
        gpu.destroy();
        let reply = thread.reply_to(&Request::FindFaces { photo: PhotoId(3), pixels: portrait() });
        assert!(matches!(&reply, Reply::FacesFound { detections, .. } if detections.len() == 1), "{reply:?}");
        let told = replies.try_recv().unwrap();
        let Reply::DeviceLost { device, message } = told else { panic!("{told:?}") };
        assert_eq!(device.kind, DeviceKind::Cpu);
        assert!(message.contains("test card") && message.contains("nothing was lost"), "{message}");
    }
}
