//! The whole main job, called directly: find faces, read them, synthesise their timeline. Networks load once; the
//! last encodings and timelines are kept, so that looking at a face again costs nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use image::RgbImage;

use super::cache::RecentCache;
use super::{DevicePreference, DeviceReport, FaceReading, SharedGpu, device, reading};
use crate::aging::{Timeline, age_crop};
use crate::face::{AlignedFace, Detection, Detector, Photo};
use crate::model::{AgeGroup, CROP_SIZE_PX, CompactNetwork, Encoding, NetworkConfig, ParameterError};
use crate::recognition::Embedding;
use crate::weights::{self, Weights};

/// Faces encoded in one go; each brings its mirror image, so the network sees twice as many.
const FACES_PER_BATCH: usize = 8;
/// Faces whose features stay in memory (about 4 MB each).
const CACHED_ENCODINGS: usize = 8;
/// Faces whose timeline stays in memory (about 2 MB each).
const CACHED_TIMELINES: usize = 32;

/// Why the engine cannot work, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The device asked for is not there.
    #[error("{0}")]
    Device(String),
    /// The device stopped answering in the middle of the work.
    #[error("the device stopped answering ({0}); try again with --device cpu")]
    Lost(String),
    /// The weights do not fit.
    #[error(transparent)]
    Parameters(#[from] crate::model::ParameterError),
    /// The weights cannot be read.
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
}

/// Milliseconds each stage took, in the order they ran.
pub type StageTimes = Vec<(&'static str, f64)>;

/// A crop's pixels: what decides everything the network says of it.
type CropKey = Arc<RgbImage>;

/// Networks on a device.
#[derive(Debug)]
pub struct Pipeline {
    device: Device,
    report: DeviceReport,
    weights_sha256: String,
    detector: Detector,
    network: CompactNetwork,
    encodings: Mutex<RecentCache<CropKey, (Arc<Encoding>, FaceReading)>>,
    timelines: Mutex<RecentCache<CropKey, Timeline>>,
}

impl Pipeline {
    /// Loads the networks onto a device. `shared` is the window's GPU, if there is a window.
    ///
    /// # Errors
    /// When the device is not there or the weights do not fit.
    pub fn new(
        preference: DevicePreference,
        shared: Option<SharedGpu>,
        weights: &Weights,
    ) -> Result<Self, EngineError> {
        let (device, report) = device::choose(preference, shared)?;
        Self::on_device(device, report, weights)
    }

    /// Loads the networks onto the CPU, for the reason given: what is left when a GPU was lost.
    ///
    /// # Errors
    /// When the weights do not fit.
    pub fn on_cpu(reason: String, weights: &Weights) -> Result<Self, EngineError> {
        let (device, report) = device::cpu(reason);
        Self::on_device(device, report, weights)
    }

    /// Loads the networks onto a device that is open already.
    pub(super) fn on_device(device: Device, report: DeviceReport, weights: &Weights) -> Result<Self, EngineError> {
        let detector = Detector::new(&weights::bundled_detector()?, &device)?;
        let NetworkConfig::Compact(config) = &weights.config else {
            let reason = format!("this version runs no {} networks", weights.preset);
            return Err(ParameterError::Config(reason).into());
        };
        let network = CompactNetwork::new(config, &weights.parameters, &device)?;
        Ok(Self {
            device,
            report,
            weights_sha256: weights.sha256.clone(),
            detector,
            network,
            encodings: Mutex::new(RecentCache::new(CACHED_ENCODINGS)),
            timelines: Mutex::new(RecentCache::new(CACHED_TIMELINES)),
        })
    }

    /// The device in use.
    pub fn device(&self) -> &DeviceReport {
        &self.report
    }

    /// SHA-256 of the weights in use, hex.
    pub fn weights_sha256(&self) -> &str {
        &self.weights_sha256
    }

    /// Every face in the photo, the centre-most large one first.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn find_faces(&self, photo: &Photo) -> Result<Vec<Detection>, EngineError> {
        guarded(|| self.detector.find_faces(&photo.pixels))
    }

    /// Reads faces, several at once (each with its mirror image), in the order given.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn read_faces(&self, faces: &[&AlignedFace]) -> Result<Vec<FaceReading>, EngineError> {
        let mut readings = Vec::with_capacity(faces.len());
        for batch in faces.chunks(FACES_PER_BATCH) {
            let crops: Vec<&RgbImage> = batch.iter().map(|face| &face.pixels).collect();
            readings.extend(guarded(|| self.read_crops(&crops).1)?);
        }
        Ok(readings)
    }

    /// Reads one face and keeps its features for its timeline.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn read_face(&self, face: &AlignedFace) -> Result<FaceReading, EngineError> {
        self.encoded(&face.pixels).map(|(_, reading)| reading)
    }

    /// The seven anchors of one face, with the identity each keeps.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn timeline(&self, face: &AlignedFace) -> Result<Timeline, EngineError> {
        let key = Arc::new(face.pixels.clone());
        if let Some(timeline) = lock(&self.timelines).get(&key) {
            return Ok(timeline);
        }
        let (encoding, reading) = self.encoded(&face.pixels)?;
        let timeline = guarded(|| self.synthesise(&face.pixels, &encoding, &reading))?;
        lock(&self.timelines).put(key, timeline.clone());
        Ok(timeline)
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
        let started = Instant::now();
        guarded(|| self.synthesise(&face.pixels, &reading::only_first(encoding), &readings[0]))?;
        time("seven ages", started);
        Ok(times)
    }

    fn encoded(&self, crop: &RgbImage) -> Result<(Arc<Encoding>, FaceReading), EngineError> {
        let key = Arc::new(crop.clone());
        if let Some(held) = lock(&self.encodings).get(&key) {
            return Ok(held);
        }
        let encoded = guarded(|| {
            let (encoding, mut readings) = self.read_crops(&[crop]);
            (Arc::new(reading::only_first(encoding)), readings.swap_remove(0))
        })?;
        lock(&self.encodings).put(key, encoded.clone());
        Ok(encoded)
    }

    /// Encodes crops and, behind them, their mirror images.
    fn read_crops(&self, crops: &[&RgbImage]) -> (Encoding, Vec<FaceReading>) {
        let faces = self.upload(crops);
        let mirrored = faces.clone().flip([3]);
        let encoding = self.network.encode(Tensor::cat(vec![faces, mirrored], 0));
        let readings = reading::from_encoding(&encoding, crops.len());
        (encoding, readings)
    }

    fn synthesise(&self, crop: &RgbImage, encoding: &Encoding, reading: &FaceReading) -> Timeline {
        let synthesis = self.network.synthesise(self.upload(&[crop]), encoding, &AgeGroup::ALL);
        let changes = reading::changes(&synthesis, self.network.window());
        let timeline = Timeline::new(changes, reading.age.years);
        let kept = self.identity_kept(crop, &timeline, &reading.embedding);
        timeline.with_identity(&kept)
    }

    /// Cosine of each anchor, as it is shown, to the photograph.
    fn identity_kept(&self, crop: &RgbImage, timeline: &Timeline, own: &Embedding) -> Vec<f32> {
        let own_years = timeline.estimated_age_years;
        let aged: Vec<RgbImage> = AgeGroup::ALL
            .iter()
            .map(|group| age_crop(crop, &timeline.change_at(group.anchor_years(), own_years, 1.0)))
            .collect();
        let aged: Vec<&RgbImage> = aged.iter().collect();
        self.read_crops(&aged).1.iter().map(|reading| reading.embedding.cosine(own)).collect()
    }

    /// Crops as `[N, 3, 112, 112]` in [-1, 1] on the device.
    fn upload(&self, crops: &[&RgbImage]) -> Tensor<4> {
        let area = CROP_SIZE_PX * CROP_SIZE_PX;
        let mut values = vec![0.0; crops.len() * 3 * area];
        for (crop, planes) in crops.iter().zip(values.chunks_mut(3 * area)) {
            for (at, pixel) in crop.pixels().enumerate() {
                for channel in 0..3 {
                    planes[channel * area + at] = f32::from(pixel.0[channel]) / 127.5 - 1.0;
                }
            }
        }
        Tensor::from_data(TensorData::new(values, [crops.len(), 3, CROP_SIZE_PX, CROP_SIZE_PX]), &self.device)
    }
}

/// Runs device work; a device that stops answering makes burn panic, which becomes an error here.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        EngineError::Lost(message.unwrap_or("no reason given").lines().next().unwrap_or_default().to_owned())
    })
}

/// Caches hold finished values only, so a panic elsewhere cannot leave one half changed.
fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
