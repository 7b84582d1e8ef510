//! `mtlface train`: one phase of training by a config file. The run's folder says how far it is, and takes orders.

mod data;
pub mod phases;
mod synthesis;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::common::CommonArgs;
use super::output::{Output, hinted};
use crate::engine::{DevicePreference, device};
use crate::training::config::{RunConfig, TrainingDevice, TrainingPrecision};
use crate::training::data::{Dataset, Loader};
use crate::training::run::{About, Finished, Run, RunState, WEIGHTS, check_folder, told};
use crate::weights::{self, Weights};
use phases::{Materials, PhaseName, Planned, phase_for};

/// The commands of `train`.
#[derive(Debug, clap::Subcommand)]
pub enum TrainCommand {
    /// Teach identity features to hide age and age features to tell it
    Decomposition(PhaseArgs),
    /// Teach the network to make faces older and younger
    Synthesis(PhaseArgs),
    /// Teach identity features by synthesised faces that show the same person at the right age
    Selective(PhaseArgs),
    /// Count the faces of a config: people, ages, gender and ethnicity
    Data(data::DataArgs),
}

/// Arguments of every phase.
#[derive(Debug, clap::Args)]
pub struct PhaseArgs {
    /// What to do, as a TOML file; docs/training.md explains every key
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Go on from the checkpoint in the config's output folder
    #[arg(long)]
    resume: bool,
}

/// Runs the command.
///
/// # Errors
/// When a config, weights or data cannot be used, or the run fails.
pub fn run(command: &TrainCommand, common: &CommonArgs) -> anyhow::Result<Output> {
    match command {
        TrainCommand::Decomposition(arguments) => train(PhaseName::Decomposition, arguments, common),
        TrainCommand::Synthesis(arguments) => train(PhaseName::Synthesis, arguments, common),
        TrainCommand::Selective(arguments) => train(PhaseName::Selective, arguments, common),
        TrainCommand::Data(arguments) => data::run(arguments, common),
    }
}

fn train(name: PhaseName, arguments: &PhaseArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let config = with_flags(RunConfig::open(&arguments.config)?, common);
    if config.precision == TrainingPrecision::Mixed {
        return Err(hinted(
            "Mixed precision is not offered yet, on any device.",
            "Set precision = \"single\" in the config.",
        ));
    }
    check_folder(&config, arguments.resume)?;
    let (device, device_report) = device::choose(preference(config.device), None)?;
    let start = if config.starts_bundled() { weights::bundled()? } else { weights::open(&config.start)? };
    common.progress("listing faces …");
    let dataset = Arc::new(Dataset::open(&config.data, &mut |_, _| {})?);
    let threads = (rayon::current_num_threads() / 2).clamp(1, 8);
    let loader = Loader::new(Arc::clone(&dataset), config.seed, threads);
    let device = device.autodiff();
    let resumes = arguments.resume;
    let materials = Materials { start: &start, dataset: &dataset, loader: &loader, device: &device, resumes };
    let mut preparing = |done: usize, of: usize| common.progress(&format!("preparing: face {done} of {of} …"));
    let planned = phase_for(name, config, &materials, &mut preparing)?;
    let Planned { mut phase, config, steps, schedule, hashes } = planned;
    let about = About {
        device: device_report.name,
        network: start.config.clone(),
        start: format!("{} {}", start.preset, start.version),
        start_version: start.version.clone(),
        terms: start.terms.clone(),
        hashes,
        data: sources(&config),
        statistics: json!(dataset.statistics()),
    };
    let run = Run {
        config: &config,
        steps,
        schedule,
        about,
        loader: &loader,
        interrupted: super::interrupt::flag(),
        resume: arguments.resume,
    };
    let finished = run.drive(phase.as_mut(), &mut |progress| common.progress(&progress.to_string()));
    common.progress("");
    Ok(said(&finished?, &config, &start))
}

/// The config with what the command line says of device, seed and start weights.
fn with_flags(config: RunConfig, common: &CommonArgs) -> RunConfig {
    let device = match common.device {
        DevicePreference::Auto => config.device,
        DevicePreference::Cpu => TrainingDevice::Cpu,
        DevicePreference::Gpu => TrainingDevice::Gpu,
        DevicePreference::Cuda => TrainingDevice::Cuda,
    };
    let seed = if common.seed == 0 { config.seed } else { common.seed };
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let start = common.weights.as_ref().map_or(config.start, absolute);
    RunConfig { device, seed, start, ..config }
}

fn preference(device: TrainingDevice) -> DevicePreference {
    match device {
        TrainingDevice::Auto => DevicePreference::Auto,
        TrainingDevice::Cpu => DevicePreference::Cpu,
        TrainingDevice::Gpu => DevicePreference::Gpu,
        TrainingDevice::Cuda => DevicePreference::Cuda,
    }
}

/// The sources by name, as the description of the new weights calls them.
fn sources(config: &RunConfig) -> String {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    config.data.iter().map(|source| name(&source.path)).collect::<Vec<_>>().join(", ")
}

fn said(finished: &Finished, config: &RunConfig, start: &Weights) -> Output {
    let report = &finished.report;
    let weights = config.output.join(WEIGHTS);
    let took = told(std::time::Duration::from_secs_f64(report["seconds"].as_f64().unwrap_or(0.0).max(0.0)));
    let ended = match finished.state {
        RunState::Finished => "finished",
        _ => "stopped",
    };
    let mut lines = vec![
        format!(
            "{} {ended} after step {} of {}, in {took}",
            report["phase"].as_str().unwrap_or(""),
            report["steps"],
            report["of"]
        ),
        format!("started from {} {}", start.preset, start.version),
        format!("{}: open it with --weights", weights.display()),
    ];
    if let Some(skipped) = report["skipped"].as_array().filter(|skipped| !skipped.is_empty()) {
        lines.push(format!("{} pictures could not be used; report.json lists them", skipped.len()));
    }
    if finished.state == RunState::Stopped {
        lines.push("Go on with --resume.".to_owned());
    }
    Output { json: report.clone(), text: lines.join("\n") }
}
