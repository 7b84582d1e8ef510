//! Checkpoints: everything a run goes on from, to the bit, and what must not have changed meanwhile.

use std::collections::BTreeMap;

use serde_json::Value;

use super::RunError;
use super::folder::{CHECKPOINT, RunFolder};
use crate::model::Parameters;
use crate::training::config::RunConfig;
use crate::weights::{read_saved, save};

/// Keys of a config that may change between two parts of a run: none of them changes a number.
const FREE_KEYS: [&str; 7] =
    ["output", "steps", "log_every", "checkpoint_every", "gates_every", "samples_every", "keep_batches"];

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// Steps made.
    pub step: u64,
    /// Seconds they took.
    pub seconds: f64,
}

/// What a run is of: the same from beginning to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The phase.
    pub phase: &'static str,
    /// Every key of the config that decides a number, and the hash of every weights file.
    pub keys: BTreeMap<String, String>,
}

impl Identity {
    /// Of a run by this config from weights files of these hashes, such as `start`.
    pub fn new(phase: &'static str, config: &RunConfig, hashes: &BTreeMap<String, String>) -> Self {
        let mut keys = BTreeMap::new();
        // Through text, in which numbers of single precision are as short as they were written.
        let value = serde_json::to_string(config).and_then(|text| serde_json::from_str(&text)).unwrap_or_default();
        flatten("", &value, &mut keys);
        keys.retain(|key, _| !FREE_KEYS.contains(&key.as_str()));
        keys.extend(hashes.iter().map(|(file, hash)| (format!("the SHA-256 of {file}"), hash.clone())));
        Self { phase, keys }
    }

    /// The keys in which two runs differ.
    fn differing(&self, other: &BTreeMap<String, String>) -> Vec<String> {
        let all: std::collections::BTreeSet<&String> = self.keys.keys().chain(other.keys()).collect();
        all.into_iter().filter(|key| self.keys.get(*key) != other.get(*key)).cloned().collect()
    }
}

/// Every value under its full name, such as `batch.aged`.
fn flatten(name: &str, value: &Value, keys: &mut BTreeMap<String, String>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(table) => table.iter().for_each(|(key, value)| flatten(&below(key), value, keys)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| flatten(&format!("{name}[{index}]"), item, keys));
        }
        value => {
            keys.insert(name.to_owned(), value.to_string());
        }
    }
}

/// Writes a checkpoint over the one before.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &RunFolder, identity: &Identity, position: Position, state: &Parameters) -> Result<(), RunError> {
    let keys = serde_json::to_string(&identity.keys).unwrap_or_default();
    let words = [
        ("phase", identity.phase.to_owned()),
        ("step", position.step.to_string()),
        ("seconds", position.seconds.to_string()),
        ("keys", keys),
        ("mtlface_version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let words = words.into_iter().map(|(key, word)| (key.to_owned(), word)).collect();
    save(&folder.file(CHECKPOINT), state, &words)?;
    Ok(())
}

/// Reads the checkpoint of a run.
///
/// # Errors
/// When there is none, it cannot be read, or it is of another run.
pub fn read(folder: &RunFolder, identity: &Identity) -> Result<(Position, Parameters), RunError> {
    let path = folder.file(CHECKPOINT);
    if !path.exists() {
        return Err(RunError::NothingToResume { folder: folder.path().display().to_string() });
    }
    let (state, words) = read_saved(&path)?;
    let word = |key: &str| words.get(key).map(String::as_str).unwrap_or_default();
    if word("phase") != identity.phase {
        let (found, needed) = (word("phase").to_owned(), identity.phase);
        return Err(RunError::OtherPhase { folder: folder.path().display().to_string(), found, needed });
    }
    let keys: BTreeMap<String, String> = serde_json::from_str(word("keys")).unwrap_or_default();
    let differing = identity.differing(&keys);
    if !differing.is_empty() {
        return Err(RunError::Changed { keys: differing.join(", ") });
    }
    let position = Position {
        step: word("step").parse().unwrap_or_default(),
        seconds: word("seconds").parse().unwrap_or_default(),
    };
    Ok((position, state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Parameter;

    fn config(text: &str) -> RunConfig {
        let common = "output = \"a\"\n[[data]]\npath = \"b\"\nkind = \"folder\"\n";
        RunConfig::parse("c.toml", &format!("{text}\n{common}")).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_for_the_same_run_only() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::prepare(place.path()).unwrap();
        let hashes = |hash: &str| BTreeMap::from([("start".to_owned(), hash.to_owned())]);
        let identity = Identity::new("decomposition", &config("seed = 3\nsteps = 9"), &hashes("ab"));
        assert!(matches!(read(&folder, &identity), Err(RunError::NothingToResume { .. })));
        let mut state = Parameters::default();
        state.insert("network.a", Parameter { shape: vec![1], values: vec![0.1] });
        let position = Position { step: 7, seconds: 1.5 };
        write(&folder, &identity, position, &state).unwrap();

        let longer = Identity::new("decomposition", &config("seed = 3\nsteps = 90\nlog_every = 1"), &hashes("ab"));
        let (found, state) = read(&folder, &longer).unwrap();
        assert_eq!((found, state.get("network.a", &[1]).unwrap()[0]), (position, 0.1));

        let other = Identity::new("decomposition", &config("seed = 4\nbatch.aged = 3"), &hashes("cd"));
        let error = read(&folder, &other).unwrap_err().to_string();
        assert!(error.contains("batch.aged, seed, the SHA-256 of start"), "{error}");
        let other = Identity { phase: "synthesis", ..identity };
        assert!(matches!(read(&folder, &other), Err(RunError::OtherPhase { .. })));
    }
}
