//! The weights inside the program.

use sha2::{Digest, Sha256};

use super::{COMPACT_V1_TERMS, Weights, WeightsError, safetensors_file};
use crate::model::{CompactConfig, Parameters};

const COMPACT: &[u8] = include_bytes!("../../assets/compact-v1.safetensors");
const COMPACT_CONFIG: &str = include_str!("../../assets/compact-v1-config.json");
const MTCNN: &[u8] = include_bytes!("../../assets/mtcnn.safetensors");

/// The compact weights inside the program.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled() -> Result<Weights, WeightsError> {
    Ok(Weights {
        preset: "compact".to_owned(),
        version: "v1".to_owned(),
        sha256: sha256_hex(COMPACT),
        config: bundled_config()?,
        parameters: read("the bundled weights", COMPACT)?,
        terms: COMPACT_V1_TERMS.to_owned(),
    })
}

/// Parameters of the bundled MTCNN face detector.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled_detector() -> Result<Parameters, WeightsError> {
    read("the bundled detector", MTCNN)
}

/// Widths of the bundled network.
pub(super) fn bundled_config() -> Result<CompactConfig, WeightsError> {
    serde_json::from_str(COMPACT_CONFIG).map_err(|error| WeightsError::Damaged {
        path: "the bundled configuration".to_owned(),
        reason: error.to_string(),
    })
}

/// SHA-256 as lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(name: &str, bytes: &[u8]) -> Result<Parameters, WeightsError> {
    safetensors_file::read(bytes).map_err(|reason| WeightsError::Damaged { path: name.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_weights_are_the_published_file() {
        let weights = bundled().unwrap();
        assert_eq!(weights.sha256, "e021c776337b14bcc4c78931e39fde601fc651bbe91297da5eec470d3adb63fd");
        assert_eq!(weights.config.backbone.pairs.len(), 13);
        assert!(bundled_detector().unwrap().len() > 20);
    }
}
