//! Opening a weights file: which network it is, with which widths, or a sentence on why not.

use std::fs;
use std::path::Path;

use super::bundled::{bundled_config, sha256_hex};
use super::{COMPACT_V1_TERMS, Weights, WeightsError, bundled, safetensors_file};
use crate::model::{CompactConfig, CompactNetwork};

/// Larger files are not compact weights (29 MB in half precision) and are refused before they are read.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// Reads a weights file. Its widths come from the `config` entry of its metadata, else from a file beside it named
/// `NAME-config.json`, else they are those of the bundled network.
///
/// # Errors
/// When the file cannot be read or does not hold a network this program knows.
pub fn open(path: &Path) -> Result<Weights, WeightsError> {
    let shown = path.display().to_string();
    let unreadable = |reason: String| WeightsError::Unreadable { path: shown.clone(), reason };
    let size_bytes = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size_bytes > MAX_FILE_BYTES {
        return Err(unreadable(format!("{} MB is too large", size_bytes >> 20)));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let parameters =
        safetensors_file::read(&bytes).map_err(|reason| WeightsError::Damaged { path: shown.clone(), reason })?;
    let config = config_of(path, &bytes)?;
    let sha256 = sha256_hex(&bytes);
    // Building it on the CPU is the one check that every tensor is there with the right shape.
    CompactNetwork::new(&config, &parameters, &burn::tensor::Device::flex())
        .map_err(|error| WeightsError::AnotherNetwork { path: shown, reason: error.to_string() })?;
    let is_bundled = bundled().is_ok_and(|bundled| bundled.sha256 == sha256);
    Ok(Weights {
        preset: "compact".to_owned(),
        version: if is_bundled { "v1".to_owned() } else { file_stem(path) },
        sha256,
        config,
        parameters,
        terms: if is_bundled {
            COMPACT_V1_TERMS.to_owned()
        } else {
            "Terms unknown: ask whoever made this file.".to_owned()
        },
    })
}

fn config_of(path: &Path, bytes: &[u8]) -> Result<CompactConfig, WeightsError> {
    let metadata = safetensors::SafeTensors::read_metadata(bytes).ok();
    let in_file = metadata.and_then(|(_, metadata)| metadata.metadata().as_ref()?.get("config").cloned());
    let beside = path.with_file_name(format!("{}-config.json", file_stem(path)));
    let text = match in_file {
        Some(text) => text,
        None if beside.is_file() => fs::read_to_string(&beside).map_err(|error| WeightsError::Unreadable {
            path: beside.display().to_string(),
            reason: error.to_string(),
        })?,
        None => return bundled_config(),
    };
    serde_json::from_str(&text).map_err(|error| WeightsError::AnotherNetwork {
        path: path.display().to_string(),
        reason: format!("its configuration is not that of a compact network ({error})"),
    })
}

fn file_stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
    }

    #[test]
    fn the_bundled_file_opens_from_disk() {
        let weights = open(&asset("compact-v1.safetensors")).unwrap();
        assert_eq!(weights.version, "v1");
    }

    #[test]
    fn another_network_is_refused_with_its_reason() {
        let message = open(&asset("mtcnn.safetensors")).unwrap_err().to_string();
        assert!(message.contains("holds another network") && message.contains("backbone.stem"), "{message}");
    }

    #[test]
    fn a_missing_or_truncated_file_is_a_sentence() {
        let missing = open(Path::new("no-such-file.safetensors")).unwrap_err().to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
        let folder = tempfile::tempdir().unwrap();
        let truncated = folder.path().join("half.safetensors");
        let bytes = fs::read(asset("mtcnn.safetensors")).unwrap();
        fs::write(&truncated, &bytes[..bytes.len() / 2]).unwrap();
        let message = open(&truncated).unwrap_err().to_string();
        assert!(message.contains("not a readable safetensors file"), "{message}");
    }
}
