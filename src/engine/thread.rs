//! What the engine thread does with each request, one after the other.
//!
//! Timelines and ages are latest-wins: a newer request takes the place of one that has not started. Weights are changed
//! in place: the new network is loaded beside the old one, which goes when the new one is ready and stays when that
//! cannot be loaded. When a GPU stops answering, the engine says so, goes on on the CPU and repeats what it was doing.

use std::sync::Arc;
use std::time::Instant;

use super::worker::{Inbox, Teller};
use super::{
    AnchorMade, DevicePreference, DeviceReport, EngineError, FaceId, ModelInUse, OpeningStep, Pipeline, Reply, Request,
    SharedGpu, TimelineWatch, WeightsSource,
};
use crate::face::AlignedFace;
use crate::model::age_group::GROUP_COUNT;
use crate::weights::Weights;

/// What the engine thread owns.
pub(super) struct Thread<'a> {
    pub preference: DevicePreference,
    pub shared: Option<SharedGpu>,
    /// Nothing while no weights could be loaded.
    pub loaded: Option<Loaded>,
    pub inbox: &'a Inbox,
    pub teller: &'a Teller,
}

/// The networks, and the weights to load them from again when a GPU is lost.
pub(super) struct Loaded {
    pipeline: Pipeline,
    weights: Weights,
}

impl Thread<'_> {
    /// Loads the first weights and answers until the window is gone.
    pub fn serve(mut self, first: WeightsSource) {
        self.open_weights(&first);
        while let Some(request) = self.inbox.next(self.loaded.is_some()) {
            if let Request::OpenWeights(source) = &request {
                self.open_weights(source);
            } else {
                let reply = self.reply_to(&request);
                self.teller.tell(reply);
            }
            self.inbox.lock().finished();
        }
    }

    /// Changes to these weights, or says why those in use stay.
    fn open_weights(&mut self, source: &WeightsSource) {
        let started = Instant::now();
        let reply = match self.load(source) {
            Ok(model) => {
                self.inbox.lock().forget_results();
                // Here, where the network before and its file are gone.
                super::memory::give_back();
                Reply::Ready { device: self.device_report(), model: Box::new(model), elapsed_ms: elapsed_ms(started) }
            }
            Err(error) if self.loaded.is_none() => Reply::Failed { message: error.to_string() },
            Err(error) => Reply::WeightsRefused { source: source.clone(), message: error.to_string() },
        };
        self.teller.tell(reply);
    }

    fn load(&mut self, source: &WeightsSource) -> Result<ModelInUse, EngineError> {
        let tell = |step| self.teller.tell(Reply::OpeningWeights { source: source.clone(), step });
        tell(OpeningStep::Reading);
        let weights = source.open()?;
        tell(OpeningStep::Building);
        let Loaded { pipeline, weights } = match &mut self.loaded {
            Some(loaded) => {
                loaded.pipeline.use_weights(&weights)?;
                loaded.weights = weights;
                loaded
            }
            empty => {
                let pipeline = Pipeline::new(self.preference, self.shared.clone(), &weights)?;
                empty.insert(Loaded { pipeline, weights })
            }
        };
        Ok(ModelInUse {
            source: source.clone(),
            preset: pipeline.preset(),
            version: weights.version.clone(),
            card: weights.card.clone(),
            weights_sha256: pipeline.shared_sha256(),
            anchors_years: pipeline.anchors_years(),
            between: pipeline.between(),
        })
    }

    fn device_report(&self) -> DeviceReport {
        match &self.loaded {
            Some(loaded) => loaded.pipeline.device().clone(),
            None => super::device::cpu("no network is loaded".to_owned()).1,
        }
    }

    /// The answer; when a GPU is lost on the way, that of the CPU.
    fn reply_to(&mut self, request: &Request) -> Reply {
        let answer = match self.answer(request) {
            Err(EngineError::Lost(what)) if self.fall_back(&what) => self.answer(request),
            answer => answer,
        };
        answer.unwrap_or_else(|error| {
            let message = error.to_string();
            match request {
                Request::FindFaces { photo, .. } => Reply::SearchFailed { photo: *photo, message },
                _ => Reply::Failed { message },
            }
        })
    }

    fn answer(&self, request: &Request) -> Result<Reply, EngineError> {
        let Some(Loaded { pipeline, .. }) = &self.loaded else { return Err(EngineError::NoNetwork) };
        let (started, weights_sha256) = (Instant::now(), pipeline.shared_sha256());
        match request {
            Request::FindFaces { photo, pixels } => {
                let detections = pipeline.find_faces(pixels)?;
                Ok(Reply::FacesFound { photo: *photo, detections, elapsed_ms: elapsed_ms(started) })
            }
            Request::ReadFace { face, aligned } => {
                let reading = Arc::new(pipeline.read_face(aligned)?);
                Ok(Reply::FaceRead { face: *face, weights_sha256, reading, elapsed_ms: elapsed_ms(started) })
            }
            Request::Timeline { face, aligned } => self.timeline(pipeline, *face, aligned),
            Request::ReadAges { face, aligned, own_years } => self.read_ages(pipeline, *face, aligned, *own_years),
            Request::AgeExactly { face, aligned, own_years, target_years } => {
                let drawn = pipeline.draw_age(aligned, *own_years, *target_years)?;
                let age = drawn.ok_or(EngineError::NotDrawn)?;
                Ok(Reply::AgeDrawn { face: *face, weights_sha256, age, elapsed_ms: elapsed_ms(started) })
            }
            // Served before it gets here.
            Request::OpenWeights(_) => Err(EngineError::NoNetwork),
        }
    }

    fn timeline(&self, pipeline: &Pipeline, face: FaceId, aligned: &AlignedFace) -> Result<Reply, EngineError> {
        let (started, weights_sha256) = (Instant::now(), pipeline.shared_sha256());
        let mut watch = Watch { face, weights_sha256: &weights_sha256, inbox: self.inbox, teller: self.teller };
        Ok(match pipeline.timeline_watched(aligned, &mut watch)? {
            None => Reply::TimelineLeft { face },
            Some(timeline) => {
                let elapsed_ms = elapsed_ms(started);
                Reply::TimelineReady { face, weights_sha256, timeline: Arc::new(timeline), elapsed_ms }
            }
        })
    }

    fn read_ages(
        &self,
        pipeline: &Pipeline,
        face: FaceId,
        aligned: &AlignedFace,
        own_years: f32,
    ) -> Result<Reply, EngineError> {
        let (started, weights_sha256) = (Instant::now(), pipeline.shared_sha256());
        let mut watch = Watch { face, weights_sha256: &weights_sha256, inbox: self.inbox, teller: self.teller };
        Ok(match pipeline.read_ages(aligned, own_years, &mut watch)? {
            None => Reply::TimelineLeft { face },
            Some(readings) => {
                let (readings, elapsed_ms) = (readings.into(), elapsed_ms(started));
                Reply::AgesRead { face, weights_sha256, own_years, readings, elapsed_ms }
            }
        })
    }

    /// Goes on on the CPU after the GPU was lost; false when there is nothing to fall back to.
    fn fall_back(&mut self, what: &str) -> bool {
        let Some(loaded) = &mut self.loaded else { return false };
        if loaded.pipeline.device().kind == super::DeviceKind::Cpu {
            return false;
        }
        let lost = loaded.pipeline.device().name.clone();
        let reason = format!("{lost} stopped answering");
        match Pipeline::on_cpu(reason, &loaded.weights) {
            Ok(pipeline) => {
                let message = format!("{lost} stopped answering ({what}). Going on on the CPU; nothing was lost.");
                self.teller.tell(Reply::DeviceLost { device: pipeline.device().clone(), message });
                loaded.pipeline = pipeline;
                true
            }
            Err(_) => false,
        }
    }
}

/// Tells the window of each anchor and looks whether anybody still waits for the rest.
struct Watch<'a> {
    face: FaceId,
    weights_sha256: &'a Arc<str>,
    inbox: &'a Inbox,
    teller: &'a Teller,
}

impl TimelineWatch for Watch<'_> {
    fn anchor_made(&mut self, made: &AnchorMade, done: usize) {
        self.teller.tell(Reply::TimelineProgress {
            face: self.face,
            weights_sha256: Arc::clone(self.weights_sha256),
            made: made.clone(),
            done,
            total: GROUP_COUNT,
        });
    }

    fn is_stopped(&self) -> bool {
        self.inbox.lock().is_unwanted(self.face)
    }
}

fn elapsed_ms(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use burn::tensor::Device;

    use super::*;
    use crate::engine::{DeviceKind, PhotoId};
    use crate::face::Photo;
    use crate::weights;

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
        let bytes = include_bytes!("../../assets/demo/astronaut.jpg");
        let photo = Arc::new(Photo::from_bytes("portrait", bytes).unwrap());
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
        let loaded = Some(Loaded { pipeline, weights });
        let preference = DevicePreference::Auto;
        let mut thread = Thread { preference, shared: None, loaded, inbox: &inbox, teller: &teller };
        gpu.destroy();
        let reply = thread.reply_to(&Request::FindFaces { photo: PhotoId(3), pixels: photo });
        assert!(matches!(&reply, Reply::FacesFound { detections, .. } if detections.len() == 1), "{reply:?}");
        let told = replies.try_recv().unwrap();
        let Reply::DeviceLost { device, message } = told else { panic!("{told:?}") };
        assert_eq!(device.kind, DeviceKind::Cpu);
        assert!(message.contains("test card") && message.contains("nothing was lost"), "{message}");
    }
}
