//! What every command takes, and how it becomes a pipeline and a face.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::output::hinted;
use crate::engine::{DevicePreference, Pipeline};
use crate::face::{AlignedFace, Detection, Landmarks, Photo};
use crate::weights::{self, Weights};

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
pub struct CommonArgs {
    /// Device for the networks.
    #[arg(long, global = true, value_enum, default_value_t, env = "MTLFACE_DEVICE")]
    pub device: DevicePreference,
    /// Weights to use instead of the bundled ones.
    #[arg(long, global = true, value_name = "FILE", env = "MTLFACE_WEIGHTS")]
    pub weights: Option<PathBuf>,
    /// CPU threads; all cores by default.
    #[arg(long, global = true, value_name = "N", env = "MTLFACE_THREADS")]
    pub threads: Option<usize>,
    /// Seed of everything random.
    #[arg(long, global = true, value_name = "N", default_value_t = 0, env = "MTLFACE_SEED")]
    pub seed: u64,
    /// One JSON object on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress on stderr.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Pictures already are aligned 112×112 crops.
    #[arg(long, global = true)]
    pub aligned: bool,
}

/// Which face of a photo, and where its landmarks are.
#[derive(Clone, Debug, Default, Args)]
pub struct FaceArgs {
    /// Which face of a photo with several, 1 for the one chosen first.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub face: usize,
    /// Landmarks by hand, in pixels: both eyes, nose, both mouth corners, from the picture's left.
    #[arg(long, value_name = "X,Y,…", value_delimiter = ',', num_args = 10)]
    pub landmarks: Option<Vec<f32>>,
}

impl CommonArgs {
    /// Sets up threads and the log before anything runs.
    pub fn prepare(&self) {
        env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
        if let Some(threads) = self.threads {
            // Fails only when the pool exists already, which it does not this early.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        }
    }

    /// The weights asked for.
    ///
    /// # Errors
    /// When they cannot be opened.
    pub fn weights(&self) -> Result<Weights> {
        Ok(self.weights.as_deref().map_or_else(weights::bundled, weights::open)?)
    }

    /// The networks on the device asked for.
    ///
    /// # Errors
    /// When the device is not there or the weights cannot be used.
    pub fn pipeline(&self) -> Result<Pipeline> {
        Ok(Pipeline::new(self.device, None, &self.weights()?)?)
    }

    /// Tells progress on stderr, unless asked to be quiet.
    pub fn progress(&self, message: &str) {
        if !self.quiet {
            eprint!("\r\x1b[K{message}");
        }
    }

    /// Ends the line of progress.
    pub fn progress_done(&self) {
        if !self.quiet {
            eprintln!();
        }
    }
}

/// What every output says about how it was made.
pub fn provenance(pipeline: &Pipeline, common: &CommonArgs) -> Value {
    json!({
        "app_version": env!("CARGO_PKG_VERSION"),
        "weights_sha256": pipeline.weights_sha256(),
        "device": pipeline.device(),
        "seed": common.seed,
    })
}

/// How a face was aligned.
pub fn alignment(face: &AlignedFace) -> Value {
    json!({
        "source": face.landmark_source,
        "landmarks_px": face.detection.landmarks_px,
        "photo_to_crop": face.photo_to_crop.matrix,
    })
}

/// The face of a photo that the arguments mean.
///
/// # Errors
/// When the photo cannot be read, or has no such face.
pub fn open_face(
    path: &Path,
    args: &FaceArgs,
    common: &CommonArgs,
    pipeline: &Pipeline,
) -> Result<(Photo, AlignedFace)> {
    let photo = Photo::open(path)?;
    if common.aligned {
        let face = AlignedFace::already_aligned(&photo)?;
        return Ok((photo, face));
    }
    if let Some(values) = &args.landmarks {
        let face = AlignedFace::from_landmarks(&photo, landmarks(values)?)?;
        return Ok((photo, face));
    }
    let detections = pipeline.find_faces(&photo)?;
    let detection = choose(&photo, &detections, args.face)?;
    let face = AlignedFace::from_detection(&photo, &detection)?;
    Ok((photo, face))
}

fn landmarks(values: &[f32]) -> Result<Landmarks> {
    let points = values.as_chunks::<2>().0;
    Landmarks::try_from(points).map_err(|_| {
        hinted(
            format!("--landmarks needs ten numbers; {} were given.", values.len()),
            "Give x,y of both eyes, nose and both mouth corners, in pixels.",
        )
    })
}

fn choose(photo: &Photo, detections: &[Detection], number: usize) -> Result<Detection> {
    let chosen = number.checked_sub(1).and_then(|index| detections.get(index));
    chosen.copied().ok_or_else(|| match detections.len() {
        0 => hinted(
            format!("No face was found in {}.", photo.name),
            "Use a photo where the face is larger, or place the landmarks yourself with --landmarks.",
        ),
        count => hinted(
            format!("{} has no face number {number}; it has {count}.", photo.name),
            "`mtlface faces PHOTO` lists them.",
        ),
    })
}
