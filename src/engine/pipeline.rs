//! The whole main job, called directly: find faces, read them, age them (in `ageing`). Networks load once; the last
//! encodings and timelines are kept, so that looking at a face again costs nothing. Everything that is kept knows the
//! hash of the weights it was made with.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, Tensor, TensorData};
use image::RgbImage;

use super::cache::RecentCache;
use super::styled::StyledFace;
use super::{DevicePreference, DeviceReport, FaceReading, SharedGpu, device, reading};
use crate::aging::Timeline;
use crate::face::{AlignedFace, Detection, Detector, Photo};
use crate::model::{CROP_SIZE_PX, Encoding, Network, Noise, Preset};
use crate::weights::{self, Weights};

/// Faces encoded in one go; each brings its mirror image, so the network sees twice as many.
const FACES_PER_BATCH: usize = 8;
/// Faces whose features stay in memory (about 4 MB each).
const CACHED_ENCODINGS: usize = 8;
/// Faces whose timeline stays in memory (about 2 MB each).
const CACHED_TIMELINES: usize = 32;
/// Faces whose style codes and drawn ages stay in memory (about 12 MB each).
const CACHED_STYLED: usize = 6;

/// Why the engine cannot work, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The device asked for is not there.
    #[error("{0}")]
    Device(String),
    /// The device stopped answering in the middle of the work.
    #[error("the device stopped answering ({0}); try again with --device cpu")]
    Lost(String),
    /// No network is loaded.
    #[error("no network is loaded; open weights first")]
    NoNetwork,
    /// An age was to be drawn by a network whose ages are blends.
    #[error("this network blends its ages and draws none; ask it for a timeline")]
    NotDrawn,
    /// The weights do not fit.
    #[error(transparent)]
    Parameters(#[from] crate::model::ParameterError),
    /// The weights cannot be read.
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
}

/// Milliseconds each stage took, in the order they ran.
pub type StageTimes = Vec<(&'static str, f64)>;

/// What decides everything a network says of a face: which weights, and the crop's pixels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FaceKey {
    weights_sha256: Arc<str>,
    crop: Arc<RgbImage>,
}

/// Networks on a device.
#[derive(Debug)]
pub struct Pipeline {
    device: Device,
    report: DeviceReport,
    weights_sha256: Arc<str>,
    detector: Detector,
    pub(super) network: Network,
    pub(super) noise: Noise,
    encodings: Mutex<RecentCache<FaceKey, (Arc<Encoding>, FaceReading)>>,
    pub(super) timelines: Mutex<RecentCache<FaceKey, Timeline>>,
    pub(super) styled: Mutex<RecentCache<FaceKey, Arc<Mutex<StyledFace>>>>,
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
        let network = Network::new(&weights.config, &weights.parameters, &device)?;
        Ok(Self {
            device,
            report,
            weights_sha256: weights.sha256.as_str().into(),
            detector,
            network,
            noise: Noise::Off,
            encodings: Mutex::new(RecentCache::new(CACHED_ENCODINGS)),
            timelines: Mutex::new(RecentCache::new(CACHED_TIMELINES)),
            styled: Mutex::new(RecentCache::new(CACHED_STYLED)),
        })
    }

    /// Changes to other weights on the same device. On an error those in use stay.
    ///
    /// # Errors
    /// When the weights do not fit, or the device is lost or full.
    pub fn use_weights(&mut self, weights: &Weights) -> Result<(), EngineError> {
        self.network = guarded(|| Network::new(&weights.config, &weights.parameters, &self.device))??;
        self.weights_sha256 = weights.sha256.as_str().into();
        Ok(())
    }

    /// What a network that draws with noise takes for it; without effect on the others. Forgets what was drawn.
    pub fn set_noise(&mut self, noise: Noise) {
        self.noise = noise;
        self.timelines = Mutex::new(RecentCache::new(CACHED_TIMELINES));
        self.styled = Mutex::new(RecentCache::new(CACHED_STYLED));
    }

    /// The device in use.
    pub fn device(&self) -> &DeviceReport {
        &self.report
    }

    /// SHA-256 of the weights in use, hex.
    pub fn weights_sha256(&self) -> &str {
        &self.weights_sha256
    }

    /// The same, to keep beside results.
    pub(super) fn shared_sha256(&self) -> Arc<str> {
        Arc::clone(&self.weights_sha256)
    }

    /// Waits until the device has done everything asked of it, so that it can be timed.
    pub(super) fn finish(&self) {
        // A device that is lost says so at the next result that is fetched.
        let _ = self.device.sync();
    }

    /// Which network is in use.
    pub fn preset(&self) -> Preset {
        self.network.preset()
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

    /// Names what is kept of a crop.
    pub(super) fn key(&self, crop: &RgbImage) -> FaceKey {
        FaceKey { weights_sha256: Arc::clone(&self.weights_sha256), crop: Arc::new(crop.clone()) }
    }

    /// The encoding of a crop without its mirror image, and what was read from both.
    pub(super) fn encoded(&self, crop: &RgbImage) -> Result<(Arc<Encoding>, FaceReading), EngineError> {
        let key = self.key(crop);
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
    pub(super) fn read_crops(&self, crops: &[&RgbImage]) -> (Encoding, Vec<FaceReading>) {
        let faces = self.upload(crops);
        let mirrored = faces.clone().flip([3]);
        let encoding = self.network.encode(Tensor::cat(vec![faces, mirrored], 0));
        let readings = reading::from_encoding(&encoding, crops.len());
        (encoding, readings)
    }

    /// Crops as `[N, 3, 112, 112]` in [-1, 1] on the device.
    pub(super) fn upload(&self, crops: &[&RgbImage]) -> Tensor<4> {
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
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        EngineError::Lost(message.unwrap_or("no reason given").lines().next().unwrap_or_default().to_owned())
    })
}

/// Caches hold finished values only, so a panic elsewhere cannot leave one half changed.
pub(super) fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
