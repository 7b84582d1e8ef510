//! What every command takes and every result records.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use clap::builder::FalseyValueParser;
use serde_json::{Map, Value, json};

use crate::engine::{DevicePreference, Pipeline};
use crate::model::Preset;
use crate::recognition::{Calibration, CalibrationError};
use crate::weights::{self, Weights};

/// Flags of every command. A flag wins over its environment variable, which wins over the default.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Common options")]
pub struct CommonArgs {
    /// What runs the networks
    #[arg(long, global = true, value_enum, default_value_t, env = "MTLFACE_DEVICE", hide_env_values = true)]
    pub device: DevicePreference,
    /// Network to use instead of the one that comes with the program
    #[arg(long, global = true, value_name = "FILE", env = "MTLFACE_WEIGHTS", hide_env_values = true)]
    pub weights: Option<PathBuf>,
    /// What scores mean, as measured by `mtlface eval calibrate` [default: what belongs to the weights]
    #[arg(long, global = true, value_name = "FILE", env = "MTLFACE_CALIBRATION", hide_env_values = true)]
    pub calibration: Option<PathBuf>,
    /// Threads to work with [default: one for each processor core]
    #[arg(long, global = true, value_name = "N", env = "MTLFACE_THREADS", hide_env_values = true)]
    pub threads: Option<NonZeroUsize>,
    /// Seed of everything random; recorded in every output
    #[arg(long, global = true, value_name = "N", default_value_t = 0, env = "MTLFACE_SEED", hide_env_values = true)]
    pub seed: u64,
    /// Print one JSON object on stdout and nothing else there
    #[arg(long, global = true, env = "MTLFACE_JSON", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub json: bool,
    /// No progress and no warnings on stderr
    #[arg(long, global = true, env = "MTLFACE_QUIET", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    /// The photos are faces already aligned, square and filling the picture: skip the detector
    #[arg(long, global = true)]
    pub aligned: bool,
}

/// The networks, loaded, and what is known of their file.
#[derive(Debug)]
pub struct Loaded {
    /// The networks on their device.
    pub pipeline: Pipeline,
    /// Preset and version, such as `compact v1`.
    pub model: String,
    /// Terms of use of the weights, as a sentence.
    pub terms: String,
    /// How long loading took.
    pub elapsed_ms: f64,
    /// The preset.
    preset: Preset,
    /// Version of the preset.
    version: String,
}

impl CommonArgs {
    /// The networks on the device asked for.
    ///
    /// # Errors
    /// When the device is not there or the weights do not fit.
    pub fn pipeline(&self) -> anyhow::Result<Pipeline> {
        Ok(self.load()?.pipeline)
    }

    /// As [`Self::pipeline`], with what is known of the weights.
    pub fn load(&self) -> anyhow::Result<Loaded> {
        let started = Instant::now();
        let weights = self.open_weights()?;
        let pipeline = Pipeline::new(self.device, None, &weights)?;
        Ok(Loaded {
            pipeline,
            model: format!("{} {}", weights.preset, weights.version),
            terms: weights.terms,
            elapsed_ms: milliseconds(started),
            preset: weights.preset,
            version: weights.version,
        })
    }

    fn open_weights(&self) -> anyhow::Result<Weights> {
        Ok(match &self.weights {
            Some(path) => weights::open(path)?,
            None => weights::bundled()?,
        })
    }

    /// What scores of the weights in use mean: the file asked for, else the one beside the weights, else the bundled
    /// one.
    ///
    /// # Errors
    /// When nothing was measured for these weights, or the file cannot be used.
    pub fn calibration(&self, pipeline: &Pipeline) -> Result<Calibration, CalibrationError> {
        let sha256 = pipeline.weights_sha256();
        match (&self.calibration, &self.weights) {
            (Some(path), _) => Calibration::open(path, sha256),
            (None, Some(weights)) => Calibration::beside(weights, sha256),
            (None, None) => Calibration::for_weights(sha256),
        }
    }

    /// As [`Self::calibration`]; nothing where nothing was measured for these weights.
    ///
    /// # Errors
    /// When the file asked for, or the one beside the weights, cannot be used.
    pub fn calibration_if_any(&self, pipeline: &Pipeline) -> anyhow::Result<Option<Calibration>> {
        match self.calibration(pipeline) {
            Err(CalibrationError::Unknown { .. }) => Ok(None),
            found => Ok(Some(found?)),
        }
    }

    /// Sets the number of threads of the whole program.
    ///
    /// # Errors
    /// When the system refuses the threads.
    pub fn start_threads(&self) -> anyhow::Result<()> {
        let Some(threads) = self.threads else { return Ok(()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
        pool.context("The system refused that many threads. Use a smaller --threads.")
    }

    /// Tells progress on stderr, in place, where that is a terminal; not when asked to be quiet.
    pub fn progress(&self, message: &str) {
        if self.shows_progress() {
            eprint!("\r\x1b[K{message}");
        }
    }

    /// Ends the line of progress.
    pub fn progress_done(&self) {
        if self.shows_progress() {
            eprintln!();
        }
    }

    fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// What every JSON object records: program, weights, device, seed and what was asked for.
    pub fn record(&self, loaded: &Loaded, parameters: Value) -> Map<String, Value> {
        let mut record = Map::new();
        record.insert("app_version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        let sha256 = loaded.pipeline.weights_sha256();
        let weights = json!({ "preset": loaded.preset, "version": loaded.version, "sha256": sha256 });
        record.insert("weights".to_owned(), weights);
        record.insert("device".to_owned(), json!(loaded.pipeline.device()));
        record.insert("seed".to_owned(), json!(self.seed));
        record.insert("parameters".to_owned(), parameters);
        record
    }
}

/// How a measurement was made: program, weights, device and seed.
pub fn provenance(pipeline: &Pipeline, common: &CommonArgs) -> Value {
    json!({
        "app_version": env!("CARGO_PKG_VERSION"),
        "weights_sha256": pipeline.weights_sha256(),
        "device": pipeline.device(),
        "seed": common.seed,
    })
}

/// Adds the keys of a command to the common record.
pub fn with(mut record: Map<String, Value>, own: Value) -> Value {
    if let Value::Object(own) = own {
        record.extend(own);
    }
    Value::Object(record)
}

/// A measured number as it goes into JSON: six decimals, which is what single precision can stand for.
pub fn number(value: f32) -> Value {
    json!((f64::from(value) * 1e6).round() / 1e6)
}

/// Milliseconds since then, to a tenth.
pub fn milliseconds(started: Instant) -> f64 {
    tenths(started.elapsed().as_secs_f64() * 1e3)
}

/// Rounded to a tenth.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A path as text for JSON and people.
pub fn text_of(path: &Path) -> String {
    path.display().to_string()
}
