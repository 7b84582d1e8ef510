//! What comes with the numbers: the network's widths, version, data and terms, from a file's metadata or from the JSON
//! beside it.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::card::ModelCard;
use super::error::WeightsError;
use super::tensor_file::TensorFile;
use crate::model::{CompactConfig, PublishedConfig};

/// A description is a few kilobytes; past this it is something else.
const MAX_SIDECAR_BYTES: u64 = 1 << 20;
/// Key of the safetensors metadata that holds the whole description as JSON.
pub const METADATA_KEY: &str = "config";
const NO_TERMS: &str = "This file says nothing about its training data or terms of use: ask whoever gave it to you.";
/// What is known of the published networks where their file is silent.
const PUBLISHED_TERMS: &str =
    "The file states no licence; the authors published theirs for research. Ask whoever gave it to you.";

/// The JSON that goes with a weights file.
#[derive(Clone, Debug, Deserialize)]
pub struct Sidecar {
    /// Widths of the network.
    #[serde(flatten)]
    pub config: CompactConfig,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    data_notes: Option<String>,
    /// Measured figures, one a line.
    #[serde(default)]
    accuracy: Vec<String>,
    /// SHA-256 of the files it describes, by file name.
    #[serde(default)]
    sha256: BTreeMap<String, String>,
}

impl Sidecar {
    /// Reads a description; `name` is how errors call it.
    ///
    /// # Errors
    /// When it is not the JSON of a compact network, or its parts do not fit.
    pub fn parse(name: &str, json: &str) -> Result<Self, WeightsError> {
        let broken = |reason: String| WeightsError::Description { name: name.to_owned(), reason };
        let sidecar: Self = serde_json::from_str(json).map_err(|error| broken(error.to_string()))?;
        sidecar.config.validate().map_err(broken)?;
        Ok(sidecar)
    }

    /// The description inside the file itself, if there is one.
    ///
    /// # Errors
    /// When there is one that cannot be used.
    pub fn in_metadata(file: &TensorFile) -> Result<Option<Self>, WeightsError> {
        let name = format!("the description inside {}", file.name);
        file.metadata.get(METADATA_KEY).map(|json| Self::parse(&name, json)).transpose()
    }

    /// The description beside the file, `NAME-config.json` for `NAME.safetensors`, if there is one.
    ///
    /// # Errors
    /// When there is one that cannot be used, or that describes a file of this name with another hash.
    pub fn beside(path: &Path, file: &TensorFile) -> Result<Option<Self>, WeightsError> {
        let Some(stem) = path.file_stem() else { return Ok(None) };
        let mut sidecar_name = stem.to_os_string();
        sidecar_name.push("-config.json");
        let sidecar_path = path.with_file_name(sidecar_name);
        let name = sidecar_path.display().to_string();
        let unreadable =
            |error: std::io::Error| WeightsError::Unreadable { path: name.clone(), reason: error.to_string() };
        let opened = match std::fs::File::open(&sidecar_path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(unreadable)?,
        };
        let mut json = String::new();
        let read = opened.take(MAX_SIDECAR_BYTES + 1).read_to_string(&mut json).map_err(unreadable)?;
        if read as u64 > MAX_SIDECAR_BYTES {
            return Err(WeightsError::Description { name, reason: "it is larger than one MiB".to_owned() });
        }
        let sidecar = Self::parse(&name, &json)?;
        let file_name = path.file_name().map(|file_name| file_name.to_string_lossy().into_owned());
        sidecar.check_hash(file, &file_name.unwrap_or_default())?;
        Ok(Some(sidecar))
    }

    /// Checks the file against the hash the description gives for its name, where it gives one.
    ///
    /// # Errors
    /// When the two differ.
    pub fn check_hash(&self, file: &TensorFile, file_name: &str) -> Result<(), WeightsError> {
        match self.sha256.get(file_name) {
            Some(stated) if *stated != file.sha256 => Err(WeightsError::Damaged {
                name: file.name.clone(),
                reason: format!("its SHA-256 is {}, its description says {stated}", file.sha256),
            }),
            _ => Ok(()),
        }
    }

    /// The widths without what is said about one particular file.
    pub fn widths_only(self) -> Self {
        Self { config: self.config, version: None, data_notes: None, accuracy: Vec::new(), sha256: BTreeMap::new() }
    }
}

/// What is said to people about a file.
#[derive(Clone, Debug)]
pub struct Description {
    /// Such as `v1`.
    pub version: String,
    /// Data and terms.
    pub terms: String,
    /// The same and more, in short lines.
    pub card: ModelCard,
}

impl Description {
    /// From a file's metadata (`model`, `license`) and its sidecar.
    pub fn new(metadata: &HashMap<String, String>, sidecar: &Sidecar) -> Self {
        let last_word = |model: &String| model.split_whitespace().last().map(str::to_owned);
        let version = sidecar.version.clone().or_else(|| metadata.get("model").and_then(last_word));
        let licence = metadata.get("license");
        let said = [licence, sidecar.data_notes.as_ref()];
        let sentences: Vec<String> = said.into_iter().flatten().map(|text| sentence(text)).collect();
        let card =
            ModelCard::stated(sidecar.data_notes.as_deref(), licence.map(String::as_str), sidecar.accuracy.clone());
        Self {
            version: version.unwrap_or_else(|| "without a version".to_owned()),
            terms: if sentences.is_empty() { NO_TERMS.to_owned() } else { sentences.join(" ") },
            card,
        }
    }

    /// Of a published network. The authors' files carry no words; ours may (`version`, `data`, `license`).
    pub fn published(metadata: &HashMap<String, String>, config: &PublishedConfig) -> Self {
        let stated = |key: &str| metadata.get(key).map(String::as_str);
        let licence = stated("license").unwrap_or(PUBLISHED_TERMS);
        Self {
            version: stated("version").map_or_else(|| format!("width {}", config.base_width), str::to_owned),
            terms: sentence(licence),
            card: ModelCard::stated(stated("data"), Some(licence), Vec::new()),
        }
    }
}

/// Upper case in front, a full stop behind.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_and_end() {
        assert_eq!(sentence("research use only"), "Research use only.");
        assert_eq!(sentence("Éa."), "Éa.");
    }

    #[test]
    fn widths_that_contradict_each_other_are_refused() {
        let json = super::super::COMPACT_CONFIG.replacen("\"in_channels\": 64", "\"in_channels\": 65", 1);
        let error = Sidecar::parse("x.json", &json).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("a pair's channels differ"), "{error}");
    }
}
