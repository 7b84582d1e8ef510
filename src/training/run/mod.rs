//! The loop: it asks for batches ahead, has the phase make its steps, and keeps a folder that others read while it goes
//! on. What is learned is the phase's business.
//!
//! A run that was interrupted goes on to the bit as if it had not been: all that changes is in the checkpoint, all that
//! is random follows from seed and step, and lines of metrics behind the checkpoint are written again.

mod checkpoint;
pub mod control;
mod error;
mod finished;
mod folder;
mod kept;
mod progress;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::config::RunConfig;
use super::data::{Batch, Loader};
use super::phase::{Phase, StepReport};
use super::schedule::Schedule;
use crate::model::NetworkConfig;
use checkpoint::{Identity, Position};
use control::Command;
pub use error::RunError;
pub use finished::Finished;
use finished::{Account, numbers, write_weights};
pub use folder::{CHECKPOINT, GATES, METRICS, RunFolder, WEIGHTS};
use progress::Pace;
pub use progress::{Progress, RunState, Status, told};

/// Steps whose batches are asked for ahead.
const STEPS_AHEAD: u64 = 2;

/// What is known of a run beside its config.
#[derive(Clone, Debug)]
pub struct About {
    /// What computes, such as `CPU · 2 threads`.
    pub device: String,
    /// Widths of the network.
    pub network: NetworkConfig,
    /// What the start weights are, such as `compact v1`.
    pub start: String,
    /// Their version, such as `v1`.
    pub start_version: String,
    /// Their terms of use, which hold for what is made of them.
    pub terms: String,
    /// SHA-256 of every weights file that decides a number, by what it is for: `start`, `teacher`, `judge`.
    pub hashes: BTreeMap<String, String>,
    /// The sources in a few words, such as `faces.tar and whole.tar`.
    pub data: String,
    /// Their statistics.
    pub statistics: Value,
}

/// Everything a run needs but its phase.
pub struct Run<'a> {
    /// The config, with nothing left open.
    pub config: &'a RunConfig,
    /// Steps to make.
    pub steps: u64,
    /// The learning rate of each.
    pub schedule: Schedule,
    /// What is known of the run beside it.
    pub about: About,
    /// Brings the batches.
    pub loader: &'a Loader,
    /// Set to end the run as if it had been told to stop.
    pub interrupted: &'a AtomicBool,
    /// Whether to go on from the folder's checkpoint.
    pub resume: bool,
}

/// Refuses to begin a run in the folder of another, and to go on where there is none. Asked before anything is loaded.
///
/// # Errors
/// When the folder cannot be used that way.
pub fn check_folder(config: &RunConfig, resume: bool) -> Result<(), RunError> {
    let folder = RunFolder::prepare(&config.output)?;
    let name = folder.path().display().to_string();
    match (folder.has_run(), folder.file(CHECKPOINT).exists()) {
        (true, _) if !resume => Err(RunError::Begun { folder: name }),
        (_, false) if resume => Err(RunError::NothingToResume { folder: name }),
        _ => Ok(()),
    }
}

impl Run<'_> {
    /// Goes on to the last step, or until told to stop. `progress` hears of every step.
    ///
    /// # Errors
    /// When the folder cannot be used, the data ends, or a loss is no number any more. The last good checkpoint stays.
    pub fn drive(&self, phase: &mut dyn Phase, progress: &mut dyn FnMut(&Progress)) -> Result<Finished, RunError> {
        check_folder(self.config, self.resume)?;
        let folder = RunFolder::prepare(&self.config.output)?;
        let mut going = Going::new(self, folder, phase)?;
        let finished = going.drive(phase, progress);
        if let Err(error) = &finished {
            // The error itself is told in any case.
            let _ = going.tell(RunState::Failed, &error.to_string());
        }
        finished
    }
}

/// A run on its way.
struct Going<'a> {
    run: &'a Run<'a>,
    folder: RunFolder,
    identity: Identity,
    step: u64,
    /// The first step whose batches were not asked for.
    asked: u64,
    /// The step of the latest checkpoint.
    saved: u64,
    pace: Pace,
    losses: Vec<(&'static str, f32)>,
}

impl<'a> Going<'a> {
    /// At the first step, or where the checkpoint says.
    fn new(run: &'a Run<'a>, folder: RunFolder, phase: &mut dyn Phase) -> Result<Self, RunError> {
        let identity = Identity::new(phase.name(), run.config, &run.about.hashes);
        let mut position = Position::default();
        if run.resume {
            let (at, state) = checkpoint::read(&folder, &identity)?;
            phase.restore(&state)?;
            folder.forget_after(at.step)?;
            position = at;
        }
        let Position { step, seconds } = position;
        let pace = Pace::new(seconds);
        let going = Self { run, folder, identity, step, asked: step, saved: step, pace, losses: Vec::new() };
        going.folder.write("config.toml", run.config.text().as_bytes())?;
        control::tell(&going.folder, Command::Run)?;
        going.tell(RunState::Running, "")?;
        if !run.resume {
            if run.config.keep_batches > 0 {
                kept::keep_start(&going.folder, &phase.state())?;
            }
            going.show(phase, true, true)?;
        }
        Ok(going)
    }

    fn drive(&mut self, phase: &mut dyn Phase, progress: &mut dyn FnMut(&Progress)) -> Result<Finished, RunError> {
        while self.step < self.run.steps {
            match control::command(&self.folder, self.run.interrupted) {
                Command::Stop => return self.end(phase, RunState::Stopped),
                Command::Pause => self.pause(phase)?,
                Command::Run => {
                    self.one_step(phase)?;
                    progress(&self.progress());
                }
            }
        }
        self.end(phase, RunState::Finished)
    }

    /// Saves, and waits until told otherwise.
    fn pause(&mut self, phase: &dyn Phase) -> Result<(), RunError> {
        self.save(phase)?;
        self.tell(RunState::Paused, "")?;
        while control::command(&self.folder, self.run.interrupted) == Command::Pause {
            std::thread::sleep(control::LOOK_EVERY);
        }
        self.tell(RunState::Running, "")
    }

    fn one_step(&mut self, phase: &mut dyn Phase) -> Result<(), RunError> {
        self.pace.begin();
        let batches = self.batches(phase)?;
        if self.step < self.run.config.keep_batches {
            kept::keep(&self.folder, self.step, &batches)?;
        }
        let learning_rate = self.run.schedule.at(self.step, self.run.steps);
        let StepReport { losses, images } = phase.step(self.step, batches, learning_rate)?;
        self.pace.end(images);
        self.step += 1;
        let broken: Vec<&str> = losses.iter().filter(|(_, loss)| !loss.is_finite()).map(|(name, _)| *name).collect();
        if !broken.is_empty() {
            return Err(RunError::NotFinite { step: self.step, losses: broken.join(", ") });
        }
        self.losses = losses;
        let RunConfig { log_every, gates_every, samples_every, checkpoint_every, .. } = self.run.config;
        let is_due = |every: u64| self.step.is_multiple_of(every) || self.step == self.run.steps;
        if is_due(*log_every) {
            self.log(learning_rate)?;
        }
        self.show(phase, is_due(*gates_every), is_due(*samples_every))?;
        if self.step.is_multiple_of(*checkpoint_every) {
            self.save(phase)?;
        }
        self.tell(RunState::Running, "")
    }

    /// This step's batches. Those of the next steps are asked for meanwhile.
    fn batches(&mut self, phase: &dyn Phase) -> Result<Vec<Batch>, RunError> {
        while self.asked < self.run.steps.min(self.step + 1 + STEPS_AHEAD) {
            phase.requests(self.asked).into_iter().for_each(|request| self.run.loader.ask(request));
            self.asked += 1;
        }
        let wanted = phase.requests(self.step).len();
        Ok((0..wanted).map(|_| self.run.loader.take()).collect::<Result<_, _>>()?)
    }

    fn log(&self, learning_rate: f64) -> Result<(), RunError> {
        let line = json!({
            "step": self.step,
            "of": self.run.steps,
            "seconds": self.pace.seconds(),
            "images_per_second": self.pace.images_per_second(),
            "learning_rate": learning_rate,
            "losses": numbers(&self.losses),
        });
        self.folder.append(METRICS, &line)
    }

    fn show(&self, phase: &dyn Phase, gates: bool, samples: bool) -> Result<(), RunError> {
        if let Some(gates) = gates.then(|| phase.gates()).flatten() {
            self.folder.record_gates(self.step, &gates)?;
        }
        if samples && let Some(grid) = phase.sample_grid()? {
            self.folder.record_samples(self.step, &grid)?;
        }
        Ok(())
    }

    fn save(&mut self, phase: &dyn Phase) -> Result<(), RunError> {
        let position = Position { step: self.step, seconds: self.pace.seconds() };
        checkpoint::write(&self.folder, &self.identity, position, &phase.state())?;
        self.saved = self.step;
        Ok(())
    }

    fn end(&mut self, phase: &dyn Phase, state: RunState) -> Result<Finished, RunError> {
        if self.saved != self.step || !self.folder.file(CHECKPOINT).exists() {
            self.save(phase)?;
        }
        let saved = write_weights(&self.folder, &self.run.about, phase.name(), self.step, &phase.weights())?;
        let account = Account {
            config: self.run.config,
            about: &self.run.about,
            state,
            steps: (self.step, self.run.steps),
            seconds: self.pace.seconds(),
            images_per_second: self.pace.images_per_second(),
            losses: &self.losses,
            saved: &saved,
            skipped: json!(self.run.loader.broken()),
        };
        let report = account.report(phase);
        self.folder.write_json("report.json", &report)?;
        self.tell(state, "")?;
        Ok(Finished { state, report })
    }

    fn progress(&self) -> Progress {
        let total = self.losses.iter().find(|(name, _)| *name == "total").map_or(f32::NAN, |(_, loss)| *loss);
        Progress {
            step: self.step,
            of: self.run.steps,
            loss: total,
            images_per_second: self.pace.images_per_second(),
            left: self.pace.left(self.run.steps - self.step),
        }
    }

    fn tell(&self, state: RunState, message: &str) -> Result<(), RunError> {
        let left = self.pace.left(self.run.steps.saturating_sub(self.step));
        let status = Status {
            phase: self.identity.phase,
            state,
            step: self.step,
            of: self.run.steps,
            eta_seconds: left.map(|left| left.as_secs_f64()),
            device: self.run.about.device.clone(),
            weights_sha256: self.run.about.hashes.get("start").cloned().unwrap_or_default(),
            message: message.to_owned(),
            process_id: std::process::id(),
            broken_pictures: self.run.loader.broken().len(),
        };
        self.folder.write_json("status.json", &status)
    }
}
