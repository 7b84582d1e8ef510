//! A run's folder: which files there are and how they are written, so that others can read them at any moment.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::RunError;
use crate::training::phase::{Gates, SampleGrid};
use crate::weights::write_whole;

/// A line per logged step.
pub const METRICS: &str = "metrics.jsonl";
/// A line per record of the gates.
pub const GATES: &str = "gates.jsonl";
/// Everything a run goes on from.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// The finished network.
pub const WEIGHTS: &str = "weights.safetensors";

/// The folder.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder where needed and tries to write to it.
    ///
    /// # Errors
    /// When it cannot be made or written to.
    pub fn prepare(path: &Path) -> Result<Self, RunError> {
        let folder = Self { path: path.to_path_buf() };
        std::fs::create_dir_all(path).map_err(|error| folder.refused("", &error))?;
        tempfile::tempfile_in(path).map_err(|error| folder.refused("", &error))?;
        Ok(folder)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether a run has begun here.
    pub fn has_run(&self) -> bool {
        self.file(CHECKPOINT).exists() || self.file(METRICS).exists()
    }

    /// Writes a file whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        Ok(write_whole(&self.file(name), bytes)?)
    }

    /// Writes an object.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json(&self, name: &str, object: &impl Serialize) -> Result<(), RunError> {
        let text = serde_json::to_string_pretty(object).map_err(|error| self.refused(name, &error.into()))?;
        self.write(name, text.as_bytes())
    }

    /// Adds an object as one line. A line is written at once, so that a reader sees whole ones.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, name: &str, object: &Value) -> Result<(), RunError> {
        let open = || OpenOptions::new().create(true).append(true).open(self.file(name));
        let write = |mut file: File| file.write_all(format!("{object}\n").as_bytes());
        open().and_then(write).map_err(|error| self.refused(name, &error))
    }

    /// Takes out the lines of steps behind this one: a run that goes on from a checkpoint writes them again.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn forget_after(&self, step: u64) -> Result<(), RunError> {
        for name in [METRICS, GATES] {
            let text = match std::fs::read_to_string(self.file(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                text => text.map_err(|error| self.refused(name, &error))?,
            };
            let step_of = |line: &str| serde_json::from_str::<Value>(line).ok().and_then(|line| line["step"].as_u64());
            // A line that was cut when the program was ended is of no step at all.
            let kept = text.lines().filter(|line| step_of(line).is_some_and(|at| at <= step));
            let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
            if kept != text {
                self.write(name, kept.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Adds a record of the gates.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record_gates(&self, step: u64, gates: &Gates) -> Result<(), RunError> {
        let numbers = |gates: &[f32]| gates.iter().map(|gate| rounded(*gate)).collect::<Vec<_>>();
        let line =
            json!({ "step": step, "spatial_gate": numbers(&gates.spatial), "channel_gate": numbers(&gates.channel) });
        self.append(GATES, &line)
    }

    /// Writes a picture of the sample faces, and says which is the latest.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record_samples(&self, step: u64, grid: &SampleGrid) -> Result<(), RunError> {
        let name = format!("samples/{step:06}.png");
        let folder = self.file("samples");
        std::fs::create_dir_all(&folder).map_err(|error| self.refused("samples", &error))?;
        let mut png = io::Cursor::new(Vec::new());
        let written = grid.picture.write_to(&mut png, image::ImageFormat::Png);
        written.map_err(|error| self.refused(&name, &io::Error::other(error)))?;
        self.write(&name, png.get_ref())?;
        self.write_json("samples/latest.json", &json!({ "step": step, "columns": grid.columns, "rows": grid.rows }))
    }

    fn refused(&self, name: &str, error: &io::Error) -> RunError {
        RunError::Folder { path: self.file(name).display().to_string(), reason: error.to_string() }
    }
}

/// Six decimals, as far as single precision can tell.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_behind_the_checkpoint_are_forgotten() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::prepare(&place.path().join("runs/a")).unwrap();
        assert!(!folder.has_run());
        for step in [10, 20, 30] {
            folder.append(METRICS, &json!({ "step": step })).unwrap();
        }
        let cut = std::fs::read_to_string(folder.file(METRICS)).unwrap() + "{\"step\":4";
        std::fs::write(folder.file(METRICS), cut).unwrap();
        folder.forget_after(20).unwrap();
        assert_eq!(std::fs::read_to_string(folder.file(METRICS)).unwrap(), "{\"step\":10}\n{\"step\":20}\n");
        assert!(folder.has_run());
    }

    #[test]
    fn a_file_in_the_way_is_said() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("a"), "").unwrap();
        let error = RunFolder::prepare(&place.path().join("a")).unwrap_err().to_string();
        assert!(error.contains("cannot be written"), "{error}");
    }
}
