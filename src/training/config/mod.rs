//! What a run is to do, as a TOML file says it. A key this program does not know is refused, and every sentence names
//! the key and the line.

mod error;
mod text;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::data::{Augmentation, DataConfig};
use super::decomposition::DecompositionConfig;
use super::face_synthesis::SynthesisConfig;
use super::schedule::ScheduleConfig;
use super::selective::SelectiveConfig;
pub use error::ConfigError;

/// A config, whatever the phase: the phase's own table stands beside the common keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Seed of everything random.
    #[serde(default = "one")]
    pub seed: u64,
    /// The run's folder.
    pub output: PathBuf,
    /// What computes.
    #[serde(default)]
    pub device: TrainingDevice,
    /// The precision of the numbers.
    #[serde(default)]
    pub precision: TrainingPrecision,
    /// How many steps; what is usual for the phase where it is left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// The network to go on from: `bundled`, or a weights file.
    #[serde(default = "bundled")]
    pub start: PathBuf,
    /// Steps between two lines of metrics.
    #[serde(default = "ten")]
    pub log_every: u64,
    /// Steps between two checkpoints.
    #[serde(default = "two_hundred")]
    pub checkpoint_every: u64,
    /// Steps between two records of the gates.
    #[serde(default = "fifty")]
    pub gates_every: u64,
    /// Steps between two pictures of the sample faces.
    #[serde(default = "two_hundred")]
    pub samples_every: u64,
    /// How many of the first batches are kept, for another implementation to repeat.
    #[serde(default)]
    pub keep_batches: u64,
    /// How many faces a step learns from.
    #[serde(default)]
    pub batch: BatchConfig,
    /// The learning rate; what is usual for the phase where it is left open.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// How faces are changed before they are learned from.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// The decomposition phase.
    #[serde(default)]
    pub decomposition: DecompositionConfig,
    /// The synthesis phase.
    #[serde(default)]
    pub synthesis: SynthesisConfig,
    /// Selective fine-tuning.
    #[serde(default)]
    pub selective: SelectiveConfig,
    /// Where faces come from.
    #[serde(default)]
    pub data: Vec<DataConfig>,
}

/// How many faces a step learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// Faces of known age.
    pub aged: usize,
    /// Faces of known people.
    pub identities: usize,
    /// Batches whose gradients are averaged before a step.
    pub accumulation: usize,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self { aged: 64, identities: 32, accumulation: 1 }
    }
}

/// What computes a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingDevice {
    /// A real GPU if there is one, the CPU otherwise.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU or an error.
    Gpu,
    /// An NVIDIA card through CUDA.
    Cuda,
}

/// The precision of a run's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingPrecision {
    /// Single precision throughout.
    #[default]
    Single,
    /// Half precision where it does no harm.
    Mixed,
}

/// The word that stands for the network inside the program.
pub const BUNDLED: &str = "bundled";

fn one() -> u64 {
    1
}

fn ten() -> u64 {
    10
}

fn fifty() -> u64 {
    50
}

fn two_hundred() -> u64 {
    200
}

fn bundled() -> PathBuf {
    PathBuf::from(BUNDLED)
}

impl RunConfig {
    /// Reads a config file. Relative paths in it are taken from the folder it lies in.
    ///
    /// # Errors
    /// When it cannot be read, or says what this program does not know.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { name: name.clone(), reason: error.to_string() })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = std::path::absolute(folder.join("."))
            .map_err(|error| ConfigError::Unreadable { name: name.clone(), reason: error.to_string() })?;
        Ok(Self::parse(&name, &text)?.relative_to(&folder))
    }

    /// Reads the text of a config; `name` is how errors call it.
    ///
    /// # Errors
    /// When it says what this program does not know.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::of_toml(name, text, &error))?;
        config.validate().map_err(|reason| ConfigError::Invalid { name: name.to_owned(), reason })?;
        Ok(config)
    }

    /// The config as a TOML file with nothing left out.
    pub fn text(&self) -> String {
        text::of(self)
    }

    /// Whether the run goes on from the network inside the program.
    pub fn starts_bundled(&self) -> bool {
        self.start == Path::new(BUNDLED)
    }

    /// Faces in one batch.
    pub fn faces(&self) -> usize {
        self.batch.aged + self.batch.identities
    }

    fn relative_to(self, folder: &Path) -> Self {
        let start = if self.starts_bundled() { self.start } else { folder.join(&self.start) };
        Self {
            output: folder.join(&self.output),
            start,
            decomposition: self.decomposition.relative_to(folder),
            synthesis: self.synthesis.relative_to(folder),
            data: self.data.into_iter().map(|source| source.relative_to(folder)).collect(),
            ..self
        }
    }

    fn validate(&self) -> Result<(), String> {
        let counts = [
            ("log_every", self.log_every),
            ("checkpoint_every", self.checkpoint_every),
            ("gates_every", self.gates_every),
            ("samples_every", self.samples_every),
            ("steps", self.steps.unwrap_or(1)),
            ("batch.accumulation", self.batch.accumulation as u64),
        ];
        if let Some((key, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Err(format!("{key} is 0; it is a number above 0"));
        }
        if self.data.is_empty() {
            return Err("it has no [[data]] table, and so no faces to learn from".to_owned());
        }
        if let Some(source) = self.data.iter().find(|source| !(source.weight >= 0.0 && source.weight.is_finite())) {
            return Err(format!("the weight of {} is {}; it is 0 or more", source.path.display(), source.weight));
        }
        self.decomposition.validate()?;
        self.synthesis.validate()?;
        self.selective.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "output = \"runs/a\"\nsteps = 5\n\n[[data]]\npath = \"faces.tar\"\nkind = \"utkface\"\n";

    #[test]
    fn a_short_config_says_enough() {
        let config = RunConfig::parse("a.toml", SMALL).unwrap().relative_to(Path::new("/home/ada"));
        assert_eq!((config.seed, config.steps, config.batch.aged), (1, Some(5), 64));
        assert!(config.starts_bundled());
        assert_eq!(config.output, Path::new("/home/ada/runs/a"));
        assert_eq!(config.data[0].path, Path::new("/home/ada/faces.tar"));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_key_and_line() {
        let cases = [
            ("stpes = 5", "a.toml, line 1: there is no key “stpes”. Did you mean “steps”?"),
            ("device = \"tpu\"", "a.toml, line 1: “tpu” is not one of auto, cpu, gpu, cuda."),
            ("log_every = \"often\"", "a.toml, line 1: invalid type: string \"often\", expected u64, for “log_every”."),
        ];
        for (line, said) in cases {
            let error = RunConfig::parse("a.toml", &format!("{line}\n{SMALL}")).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let nested = format!("{SMALL}\n[batch]\naged = 3\nyoung = 3\n");
        let error = RunConfig::parse("a.toml", &nested).unwrap_err().to_string();
        assert!(error.contains("line 10: there is no key “young”"), "{error}");
        let error = RunConfig::parse("a.toml", "steps = 5").unwrap_err().to_string();
        assert!(error.contains("the key “output” is missing"), "{error}");
        let error = RunConfig::parse("a.toml", "output = \"a").unwrap_err().to_string();
        assert!(error.contains("a.toml, line 1: "), "{error}");
        let error = RunConfig::parse("a.toml", &format!("log_every = 0\n{SMALL}")).unwrap_err().to_string();
        assert!(error.contains("log_every is 0"), "{error}");
    }

    #[test]
    fn a_config_that_is_written_reads_the_same() {
        let text = format!("{SMALL}\n[augmentation]\nmirror = 0.25\n[schedule]\nmilestones = [3, 4]\n");
        let config = RunConfig::parse("a.toml", &text).unwrap();
        let written = config.text();
        assert_eq!(RunConfig::parse("written", &written).unwrap(), config, "{written}");
        assert!(written.contains("mirror = 0.25") && written.contains("[[data]]"), "{written}");
    }
}
