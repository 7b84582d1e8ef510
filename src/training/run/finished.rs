//! What a run leaves: the network as a weights file that describes itself, and a report on how it came to be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::folder::{RunFolder, WEIGHTS};
use super::progress::RunState;
use super::{About, RunError};
use crate::model::{NetworkConfig, Parameters};
use crate::training::config::RunConfig;
use crate::training::phase::Phase;
use crate::weights::{Saved, save};

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Finished or stopped.
    pub state: RunState,
    /// What `report.json` says.
    pub report: Value,
}

/// Writes the network with its description, in the file and beside it.
///
/// # Errors
/// When they cannot be written.
pub fn write_weights(
    folder: &RunFolder,
    about: &About,
    phase: &'static str,
    steps: u64,
    parameters: &Parameters,
) -> Result<Saved, RunError> {
    let version = format!("{}+{phase}", about.start_version);
    let data = format!("Continued from {} by `mtlface train {phase}`, {steps} steps on {}.", about.start, about.data);
    let mut description = match &about.network {
        NetworkConfig::Compact(config) => json!(config),
        NetworkConfig::Published(config) => json!(config),
    };
    let mut words = BTreeMap::from([
        ("format".to_owned(), "pt".to_owned()),
        ("license".to_owned(), about.terms.clone()),
        ("mtlface_version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ]);
    match &about.network {
        NetworkConfig::Compact(_) => {
            description["version"] = json!(version);
            description["data_notes"] = json!(data);
        }
        NetworkConfig::Published(_) => {
            words.insert("version".to_owned(), version);
            words.insert("data".to_owned(), data);
        }
    }
    words.insert("config".to_owned(), description.to_string());
    let saved = save(&folder.file(WEIGHTS), parameters, &words)?;
    if let NetworkConfig::Compact(_) = &about.network {
        description["sha256"] = json!({ WEIGHTS: saved.sha256 });
        folder.write_json("weights-config.json", &description)?;
    }
    Ok(saved)
}

/// What a run was, for `report.json`.
pub struct Account<'a> {
    /// The config.
    pub config: &'a RunConfig,
    /// What is known of the run beside it.
    pub about: &'a About,
    /// Finished or stopped.
    pub state: RunState,
    /// Steps made, and to make.
    pub steps: (u64, u64),
    /// Seconds they took.
    pub seconds: f64,
    /// Pictures a second, by the latest steps.
    pub images_per_second: f64,
    /// The losses of the last step.
    pub losses: &'a [(&'static str, f32)],
    /// The network that was written.
    pub saved: &'a Saved,
    /// Pictures that could not be used.
    pub skipped: Value,
}

impl Account<'_> {
    /// The report.
    pub fn report(&self, phase: &dyn Phase) -> Value {
        let Self { config, about, state, steps: (steps, of), seconds, images_per_second, losses, saved, skipped } =
            self;
        let weights = config.output.join(WEIGHTS);
        json!({
            "app_version": env!("CARGO_PKG_VERSION"),
            "phase": phase.name(),
            "state": state,
            "steps": steps,
            "of": of,
            "seconds": seconds,
            "images_per_second": images_per_second,
            "device": about.device,
            "seed": config.seed,
            "start": { "name": about.start, "sha256": about.hashes.get("start"), "preset": about.network.preset() },
            "data": about.statistics,
            "losses": numbers(losses),
            "skipped": skipped,
            "output": config.output,
            "weights": { "path": weights, "sha256": saved.sha256, "bytes": saved.bytes },
            "details": phase.summary(),
        })
    }
}

/// Losses by name.
pub fn numbers(losses: &[(&'static str, f32)]) -> Value {
    Value::Object(losses.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
}
