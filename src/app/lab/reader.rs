//! A run's folder, read while the run writes it. Every look reads what was added since the last one and says whether
//! anything is new; [`RunReader::run`] is then a finished picture of the run as plain data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::appended::{AppendedLines, Found};
use super::curve::Curve;
use super::gates::GateHistory;
use super::process;
use super::records::{GatesLine, LatestSamples, MetricsLine, RunState};
use super::run::{LossCurve, Run};
use super::samples::{self, SampleColumns, SamplePicture};
use crate::training::run::{CHECKPOINT, GATES, METRICS, WEIGHTS};

/// A status older than this is doubted.
const DOUBTFUL: Duration = Duration::from_secs(30);
/// Read of a file at one look, in bytes: more is read at the next one, at once.
const MOST_BYTES: usize = 4 << 20;
/// Losses are this many at most; a file with more is not one of ours.
const MOST_LOSSES: usize = 64;

/// Reads one run's folder.
pub struct RunReader {
    folder: PathBuf,
    metrics: AppendedLines,
    gate_lines: AppendedLines,
    status_written: Option<SystemTime>,
    samples_written: Option<SystemTime>,
    unreadable_lines: usize,
    losses: BTreeMap<(bool, String), Curve>,
    gates: GateHistory,
    run: Run,
}

/// What a look found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Something is new.
    pub is_new: bool,
    /// There is more to read at once.
    pub has_more: bool,
}

impl RunReader {
    /// A folder of which nothing was read.
    pub fn new(folder: PathBuf) -> Self {
        let run = Run::unread(folder.clone());
        Self {
            metrics: AppendedLines::new(folder.join(METRICS)),
            gate_lines: AppendedLines::new(folder.join(GATES)),
            status_written: None,
            samples_written: None,
            unreadable_lines: 0,
            losses: BTreeMap::new(),
            gates: GateHistory::default(),
            folder,
            run,
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The run as it was at the last look.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Reads what is new. `trainer` is the process this window started for the folder, while it lives.
    pub fn look(&mut self, trainer: Option<u32>) -> Look {
        let problem = self.run.problem.take();
        let mut look = Look::default();
        look.is_new |= self.look_at_status();
        for found in [self.look_at_metrics(), self.look_at_gates()] {
            look.is_new |= found.is_new;
            look.has_more |= found.has_more;
        }
        look.is_new |= self.look_at_samples();
        let state = self.state(trainer);
        let left = [CHECKPOINT, WEIGHTS].map(|name| self.folder.join(name).exists());
        let before = (self.run.state, [self.run.has_checkpoint, self.run.has_weights]);
        (self.run.state, [self.run.has_checkpoint, self.run.has_weights]) = (state, left);
        if self.unreadable_lines > 0 && self.run.problem.is_none() {
            self.run.problem = Some(match self.unreadable_lines {
                1 => "One line of the run's files cannot be read and is left out.".to_owned(),
                lines => format!("{lines} lines of the run's files cannot be read and are left out."),
            });
        }
        look.is_new |= before != (state, left) || problem != self.run.problem;
        look
    }

    /// The picture of a step, decoded; the latest where none is named. Nothing without pictures.
    pub fn picture(&self, step: Option<u64>) -> Option<SamplePicture> {
        let step = self.picture_step(step)?;
        Some(samples::decode(&self.folder.join("samples"), step))
    }

    /// The step of the picture that is shown where this step is asked for: the latest one that is not behind it.
    pub fn picture_step(&self, step: Option<u64>) -> Option<u64> {
        let steps = &self.run.sample_steps;
        let Some(step) = step else { return steps.last().copied() };
        steps.iter().rev().find(|known| **known <= step).or(steps.first()).copied()
    }

    fn look_at_status(&mut self) -> bool {
        let path = self.folder.join("status.json");
        let written = written(&path);
        if written == self.status_written && written.is_some() {
            return false;
        }
        let had = self.run.status.take();
        self.status_written = written;
        if written.is_none() {
            return had.is_some();
        }
        match std::fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
        {
            Ok(status) => self.run.status = Some(status),
            Err(reason) => {
                self.run.problem = Some(format!("status.json cannot be understood ({reason})."));
                self.run.status.clone_from(&had);
                // Looked at again, so that the sentence stays until the file is well.
                self.status_written = None;
            }
        }
        self.run.status != had
    }

    fn look_at_metrics(&mut self) -> Look {
        let Found { lines, began_again, has_more } = match self.metrics.read(MOST_BYTES) {
            Ok(found) => found,
            Err(error) => return self.unreadable(METRICS, &error),
        };
        if began_again {
            self.losses.clear();
            self.run.learning_rate = Curve::default();
            (self.run.images_per_second, self.run.seconds) = (None, None);
            self.unreadable_lines = 0;
        }
        for line in &lines {
            match serde_json::from_str::<MetricsLine>(line) {
                Ok(line) => self.take_in(&line),
                Err(_) => self.unreadable_lines += 1,
            }
        }
        let is_new = began_again || !lines.is_empty();
        if is_new {
            self.run.losses = self.loss_curves();
        }
        Look { is_new, has_more }
    }

    fn take_in(&mut self, line: &MetricsLine) {
        let named = line.losses().map(|loss| (false, loss)).chain(line.validation().map(|loss| (true, loss)));
        for (is_validation, (name, value)) in named {
            let is_known = self.losses.contains_key(&(is_validation, name.to_owned()));
            if is_known || self.losses.len() < MOST_LOSSES {
                self.losses.entry((is_validation, name.to_owned())).or_default().push(line.step, value);
            }
        }
        if let Some(rate) = line.learning_rate {
            self.run.learning_rate.push(line.step, rate);
        }
        self.run.images_per_second = line.images_per_second;
        self.run.seconds = line.seconds;
    }

    fn loss_curves(&self) -> Vec<LossCurve> {
        let mut curves: Vec<LossCurve> = (self.losses.iter())
            .map(|((is_validation, name), curve)| LossCurve {
                name: name.clone(),
                is_validation: *is_validation,
                curve: curve.clone(),
            })
            .collect();
        curves.sort_by_key(|loss| (loss.is_validation, loss.name != "total"));
        curves
    }

    fn look_at_gates(&mut self) -> Look {
        let Found { lines, began_again, has_more } = match self.gate_lines.read(MOST_BYTES) {
            Ok(found) => found,
            Err(error) => return self.unreadable(GATES, &error),
        };
        if began_again {
            self.gates = GateHistory::default();
        }
        for line in &lines {
            let is_read = serde_json::from_str::<GatesLine>(line).is_ok_and(|line| self.gates.push(&line));
            self.unreadable_lines += usize::from(!is_read);
        }
        let is_new = began_again || !lines.is_empty();
        if is_new {
            self.run.gates = Arc::new(self.gates.clone());
        }
        Look { is_new, has_more }
    }

    fn look_at_samples(&mut self) -> bool {
        let folder = self.folder.join("samples");
        let latest = folder.join("latest.json");
        let written = written(&latest).max(written(&folder));
        if written == self.samples_written {
            return false;
        }
        self.samples_written = written;
        self.run.sample_steps = samples::steps(&folder);
        let read = std::fs::read(&latest).unwrap_or_default();
        let LatestSamples { columns, rows, .. } = serde_json::from_slice(&read).unwrap_or_default();
        self.run.columns = SampleColumns { names: columns, rows };
        true
    }

    fn unreadable(&mut self, name: &str, error: &std::io::Error) -> Look {
        self.run.problem = Some(format!("{name} cannot be read ({error})."));
        Look::default()
    }

    fn state(&self, trainer: Option<u32>) -> RunState {
        let Some(status) = &self.run.status else { return RunState::Preparing };
        if trainer.is_some_and(|process| process != status.process_id) {
            return RunState::Preparing;
        }
        let age = self.status_written.and_then(|written| written.elapsed().ok()).unwrap_or_default();
        let is_doubtful = status.state.is_alive() && trainer.is_none() && age > DOUBTFUL;
        if is_doubtful && !process::is_there(status.process_id) { RunState::NotAnswering } else { status.state }
    }
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use serde_json::json;

    use super::*;

    fn add(folder: &Path, name: &str, text: &str) {
        let mut file = File::options().create(true).append(true).open(folder.join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn metrics(step: u64) -> String {
        let losses = json!({ "age": 2.0, "total": 3.0 });
        format!("{}\n", json!({ "step": step, "of": 90, "learning_rate": 1e-4, "losses": losses }))
    }

    fn say(folder: &Path, state: &str, process_id: u32) {
        let status =
            json!({ "phase": "decomposition", "state": state, "step": 20, "of": 90, "process_id": process_id });
        std::fs::write(folder.join("status.json"), status.to_string()).unwrap();
    }

    fn names(reader: &RunReader) -> Vec<&str> {
        reader.run().losses.iter().map(|loss| loss.name.as_str()).collect()
    }

    #[test]
    fn only_what_is_new_is_news() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = RunReader::new(folder.path().to_owned());
        assert_eq!(reader.look(None), Look::default());
        assert_eq!(reader.run().state, RunState::Preparing);
        say(folder.path(), "running", std::process::id());
        add(folder.path(), METRICS, &metrics(10));
        assert!(reader.look(None).is_new);
        assert_eq!((names(&reader), reader.run().state), (vec!["total", "age"], RunState::Running));
        assert!(!reader.look(None).is_new);
        add(folder.path(), METRICS, &metrics(20)[..9]);
        assert!(!reader.look(None).is_new, "half a line is no news");
        add(folder.path(), METRICS, &metrics(20)[9..]);
        assert!(reader.look(None).is_new);
        assert_eq!(reader.run().losses[0].curve.points(), [[10.0, 3.0], [20.0, 3.0]]);
    }

    #[test]
    fn a_run_that_began_again_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = RunReader::new(folder.path().to_owned());
        add(folder.path(), METRICS, &(1..=40).map(metrics).collect::<String>());
        reader.look(None);
        std::fs::write(folder.path().join(METRICS), metrics(1) + &metrics(2)).unwrap();
        assert!(reader.look(None).is_new);
        assert_eq!(reader.run().losses[0].curve.points(), [[1.0, 3.0], [2.0, 3.0]]);
        std::fs::remove_dir_all(folder.path()).unwrap();
        assert!(reader.look(None).is_new);
        assert!(reader.run().losses.is_empty());
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = RunReader::new(folder.path().to_owned());
        add(folder.path(), METRICS, &format!("nonsense\n{}", metrics(3)));
        add(folder.path(), GATES, "{\"step\":1,\"spatial_gate\":[1],\"channel_gate\":[]}\n");
        reader.look(None);
        assert!(reader.run().problem.as_deref().unwrap().starts_with("2 lines"));
        assert_eq!(reader.run().losses.len(), 2);
        std::fs::write(folder.path().join("status.json"), "{").unwrap();
        reader.look(None);
        assert!(reader.run().problem.as_deref().unwrap().contains("status.json"));
    }

    #[test]
    fn a_silent_run_is_doubted_only_when_its_process_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = RunReader::new(folder.path().to_owned());
        let long_ago = SystemTime::now() - Duration::from_secs(60);
        for (process_id, state) in [(std::process::id(), RunState::Running), (u32::MAX - 1, RunState::NotAnswering)] {
            say(folder.path(), "running", process_id);
            File::options()
                .write(true)
                .open(folder.path().join("status.json"))
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
            reader.status_written = None;
            reader.look(None);
            assert_eq!(reader.run().state, state);
        }
        assert_eq!(reader.state(Some(1)), RunState::Preparing, "another process was started");
        say(folder.path(), "stopped", u32::MAX - 1);
        reader.look(None);
        assert_eq!(reader.run().state, RunState::Stopped);
    }

    #[test]
    fn the_picture_shown_is_not_ahead_of_its_step() {
        let folder = tempfile::tempdir().unwrap();
        let samples = folder.path().join("samples");
        std::fs::create_dir(&samples).unwrap();
        let mut reader = RunReader::new(folder.path().to_owned());
        assert!(reader.picture(None).is_none());
        for step in [0, 200, 400] {
            image::RgbImage::new(224, 112).save(samples.join(format!("{step:06}.png"))).unwrap();
        }
        std::fs::write(samples.join("latest.json"), r#"{"step":400,"columns":["source","0–10"],"rows":1}"#).unwrap();
        assert!(reader.look(None).is_new);
        assert_eq!(reader.run().columns.names, ["source", "0–10"]);
        let shown = |step| reader.picture_step(step);
        assert_eq!([shown(None), shown(Some(399)), shown(Some(200))], [Some(400), Some(200), Some(200)]);
        assert!(reader.picture(Some(250)).unwrap().pixels.is_ok());
    }
}
