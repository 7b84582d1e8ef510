//! From a config to its phase: the start weights decide the network, the network what the config leaves open.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::Device;

use super::super::output::hinted;
use super::synthesis;
use crate::model::{CompactConfig, Generation, NetworkConfig, Preset};
use crate::training::config::RunConfig;
use crate::training::data::{Dataset, Loader};
use crate::training::decomposition::compact::Data;
use crate::training::decomposition::{CompactDecomposition, PublishedDecomposition, Start};
use crate::training::phase::Phase;
use crate::training::schedule::Schedule;
use crate::weights::{self, Weights};

/// The phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseName {
    /// Identity features that hide age.
    Decomposition,
    /// Faces that look older and younger.
    Synthesis,
    /// Identity features that know synthesised faces.
    Selective,
}

/// What a phase begins with.
#[derive(Debug)]
pub struct Materials<'a> {
    /// The network to go on from.
    pub start: &'a Weights,
    /// The faces.
    pub dataset: &'a Arc<Dataset>,
    /// Brings them.
    pub loader: &'a Loader,
    /// What computes, with gradients.
    pub device: &'a Device,
    /// Whether a checkpoint will take the place of what the phase begins with.
    pub resumes: bool,
}

/// A phase at its first step, and what its run needs to know.
pub struct Planned {
    /// The phase.
    pub phase: Box<dyn Phase>,
    /// The config with nothing left open.
    pub config: RunConfig,
    /// Steps to make.
    pub steps: u64,
    /// The learning rate of each.
    pub schedule: Schedule,
    /// SHA-256 of every weights file, by what it is for.
    pub hashes: BTreeMap<String, String>,
}

/// Steps of a phase where the config leaves them open.
const COMPACT_STEPS: u64 = 2000;
const PUBLISHED_STEPS: u64 = 36_000;

/// The phase of this name, at its first step. `progress` hears how far the preparations are.
///
/// # Errors
/// When the config, the weights and the data do not fit each other.
pub fn phase_for(
    name: PhaseName,
    config: RunConfig,
    materials: &Materials<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Planned> {
    match name {
        PhaseName::Decomposition => decomposition(config, materials, progress),
        PhaseName::Synthesis => synthesis::synthesis(config, materials),
        PhaseName::Selective => synthesis::selective(config, materials, progress),
    }
}

fn decomposition(
    mut config: RunConfig,
    materials: &Materials<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Planned> {
    let Materials { start, dataset, loader, device, resumes } = materials;
    config.decomposition.check_for(start.preset).map_err(|reason| hinted(reason + ".", "Take the key out."))?;
    match &start.config {
        NetworkConfig::Compact(widths) => {
            let settings = config.decomposition.compact();
            let (teacher, teacher_sha256) = match &settings.teacher {
                Some(path) => compact_start(&weights::open(path)?)?,
                None => (started(widths, start), start.sha256.clone()),
            };
            let (steps, schedule) = paced(&mut config, COMPACT_STEPS, Schedule::cosine(3e-4))?;
            config.decomposition = settings.clone().into();
            let own = started(widths, start);
            let data = Data { dataset, loader, resumes: *resumes };
            let phase = CompactDecomposition::begin(&config, settings, (own, &teacher), data, device, progress)?;
            let hashes = hashes(&[("start", &start.sha256), ("teacher", &teacher_sha256)]);
            Ok(Planned { phase: Box::new(phase), config, steps, schedule, hashes })
        }
        NetworkConfig::Published(widths) if widths.generation == Generation::Cvpr2021 => {
            let settings = config.decomposition.published();
            let (steps, schedule) = paced(&mut config, PUBLISHED_STEPS, Schedule::published_recognition())?;
            config.decomposition = settings.into();
            let network = (*widths, start.parameters.clone());
            let phase = PublishedDecomposition::begin(&config, settings, network, (dataset, loader), device)?;
            let hashes = hashes(&[("start", &start.sha256)]);
            Ok(Planned { phase: Box::new(phase), config, steps, schedule, hashes })
        }
        NetworkConfig::Published(_) => Err(not_trained(start.preset)),
    }
}

/// A compact network to start from or to be taught by, and its hash.
///
/// # Errors
/// When the weights are of another network.
pub fn compact_start(weights: &Weights) -> anyhow::Result<(Start, String)> {
    match &weights.config {
        NetworkConfig::Compact(widths) => Ok((started(widths, weights), weights.sha256.clone())),
        NetworkConfig::Published(_) => Err(hinted(
            format!("A compact network is needed here, and these weights are {}.", weights.preset),
            "Choose weights such as compact-v2.safetensors.",
        )),
    }
}

fn started(widths: &CompactConfig, weights: &Weights) -> Start {
    Start { config: widths.clone(), parameters: weights.parameters.clone() }
}

/// Fills in steps and schedule where the config leaves them open.
///
/// # Errors
/// When a number of the schedule makes no sense.
pub fn paced(config: &mut RunConfig, steps: u64, schedule: Schedule) -> anyhow::Result<(u64, Schedule)> {
    let steps = *config.steps.get_or_insert(steps);
    let schedule = config.schedule.clone().or(schedule);
    schedule.validate().map_err(|reason| hinted(reason + ".", "Correct the config."))?;
    config.schedule = schedule.clone().into();
    Ok((steps, schedule))
}

/// Hashes by what the files are for.
pub fn hashes(files: &[(&str, &String)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).clone())).collect()
}

/// Refuses a network that no phase trains.
pub fn not_trained(preset: Preset) -> anyhow::Error {
    let sentence = format!("The start weights are {preset}, which this program runs but does not train.");
    hinted(sentence, "Start from compact or cvpr2021 weights.")
}
