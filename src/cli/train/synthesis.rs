//! From a config to the synthesis phase and to selective fine-tuning.

use super::super::output::hinted;
use super::phases::{Materials, Planned, compact_start, hashes, not_trained, paced};
use crate::model::{Generation, NetworkConfig};
use crate::training::config::RunConfig;
use crate::training::decomposition::compact::{Data, sample_faces};
use crate::training::face_synthesis::{CompactSynthesis, Faces, PublishedSynthesis, groups_in};
use crate::training::schedule::Schedule;
use crate::training::selective::SelectiveTuning;
use crate::weights;

/// Steps of a phase where the config leaves them open: of the compact network's synthesis, of selective fine-tuning and
/// of the published synthesis.
const COMPACT_STEPS: u64 = 2000;
const SELECTIVE_STEPS: u64 = 500;
const PUBLISHED_STEPS: u64 = 36_000;
/// Learning rates where the config leaves them open, in the same order.
const COMPACT_RATE: f64 = 2e-4;
const SELECTIVE_RATE: f64 = 1e-4;
const PUBLISHED_RATE: f64 = 1e-4;

/// The synthesis phase at its first step.
///
/// # Errors
/// When the config, the weights and the data do not fit each other.
pub fn synthesis(mut config: RunConfig, materials: &Materials<'_>) -> anyhow::Result<Planned> {
    let Materials { start, dataset, loader, device, .. } = materials;
    let preset = start.preset;
    config.synthesis.check_for(preset).map_err(|reason| hinted(reason + ".", "Take the key out."))?;
    let faces = || -> anyhow::Result<Faces> {
        Ok(Faces {
            count: config.synthesis.faces,
            accumulation: config.batch.accumulation,
            augmentation: config.augmentation,
            present: groups_in(dataset),
            samples: sample_faces(loader)?,
            seed: config.seed,
        })
    };
    match &start.config {
        NetworkConfig::Compact(widths) => {
            let judge = config.synthesis.judge.as_ref().map(|path| compact_start(&weights::open(path)?)).transpose()?;
            let judge_sha256 = judge.as_ref().map_or(&start.sha256, |(_, sha256)| sha256);
            let hashes = hashes(&[("start", &start.sha256), ("judge", judge_sha256)]);
            let judge = judge.as_ref().map(|(judge, _)| (&judge.config, &judge.parameters));
            let own = (widths.as_ref(), &start.parameters);
            let phase = CompactSynthesis::new(&config.synthesis, own, judge, faces()?, device)?;
            let (steps, schedule) = paced(&mut config, COMPACT_STEPS, Schedule::cosine(COMPACT_RATE))?;
            config.synthesis = config.synthesis.filled_in(preset);
            Ok(Planned { phase: Box::new(phase), config, steps, schedule, hashes })
        }
        NetworkConfig::Published(widths) if widths.generation == Generation::Cvpr2021 => {
            let phase = PublishedSynthesis::new(&config.synthesis, (widths, &start.parameters), faces()?, device)?;
            let (steps, schedule) = paced(&mut config, PUBLISHED_STEPS, Schedule::constant(PUBLISHED_RATE))?;
            config.synthesis = config.synthesis.filled_in(preset);
            let hashes = hashes(&[("start", &start.sha256)]);
            Ok(Planned { phase: Box::new(phase), config, steps, schedule, hashes })
        }
        NetworkConfig::Published(_) => Err(not_trained(preset)),
    }
}

/// Selective fine-tuning at its first step. `progress` hears how far the preparations are.
///
/// # Errors
/// When the config, the weights and the data do not fit each other.
pub fn selective(
    mut config: RunConfig,
    materials: &Materials<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Planned> {
    let Materials { start, dataset, loader, device, resumes } = materials;
    if let NetworkConfig::Published(widths) = &start.config {
        return Err(match widths.generation {
            Generation::Cvpr2021 => hinted(
                "Selective fine-tuning is for the compact network, and the start weights are cvpr2021.",
                "Start from compact weights, or train decomposition and synthesis.",
            ),
            Generation::Tpami2022 => not_trained(start.preset),
        });
    }
    config.decomposition.check_for(start.preset).map_err(|reason| hinted(reason + ".", "Take the key out."))?;
    let settings = config.decomposition.compact();
    let teacher = settings.teacher.as_ref().map(|path| compact_start(&weights::open(path)?)).transpose()?;
    let teacher_sha256 = teacher.as_ref().map_or(&start.sha256, |(_, sha256)| sha256);
    let hashes = hashes(&[("start", &start.sha256), ("teacher", teacher_sha256)]);
    let (steps, schedule) = paced(&mut config, SELECTIVE_STEPS, Schedule::cosine(SELECTIVE_RATE))?;
    config.decomposition = settings.clone().into();
    let (own, _) = compact_start(start)?;
    let networks = (own, teacher.as_ref().map(|(teacher, _)| teacher));
    let settings = (settings, config.selective);
    let data = Data { dataset, loader, resumes: *resumes };
    let phase = SelectiveTuning::begin(&config, settings, networks, data, device, progress)?;
    Ok(Planned { phase: Box::new(phase), config, steps, schedule, hashes })
}
