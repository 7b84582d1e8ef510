//! Files ↔ networks: reading parameters, the weights that come with the program, and what a file says about itself.
//! How a network uses its parameters is `model`'s business.

mod description;
mod error;
mod recognise;
mod tensor_file;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{CompactConfig, CompactNetwork, Parameters};
use description::{Description, Sidecar};
pub use error::WeightsError;
use tensor_file::TensorFile;

const COMPACT: &[u8] = include_bytes!("../../assets/compact-v1.safetensors");
const COMPACT_CONFIG: &str = include_str!("../../assets/compact-v1-config.json");
const MTCNN: &[u8] = include_bytes!("../../assets/mtcnn.safetensors");

/// SHA-256 of `compact-v1.safetensors`, wherever it lies.
const COMPACT_SHA256: &str = "e021c776337b14bcc4c78931e39fde601fc651bbe91297da5eec470d3adb63fd";
/// What the model chip says of that file; longer in `assets/compact-v1-card.md`.
const COMPACT_TERMS: &str = "Research, non-commercial use: trained on UTKFace and on identities of CelebA and \
     Glint360K; backbone SFace (Apache-2.0).";

/// A weights file that was read and understood.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Preset name, `compact`.
    pub preset: String,
    /// Version of the preset, such as `v1`.
    pub version: String,
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// Widths of the network.
    pub config: CompactConfig,
    /// All its tensors.
    pub parameters: Parameters,
    /// Sentence on the training data and its terms, for the model chip.
    pub terms: String,
}

/// The compact weights inside the program.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled() -> Result<Weights, WeightsError> {
    let file = TensorFile::parse("the bundled weights", COMPACT)?;
    recognise::compact(&file)?;
    let sidecar = bundled_sidecar()?;
    sidecar.check_hash(&file, "compact-v1.safetensors")?;
    assemble(file, &sidecar)
}

/// Parameters of the bundled MTCNN face detector.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled_detector() -> Result<Parameters, WeightsError> {
    TensorFile::parse("the bundled face detector", MTCNN).map(|file| file.parameters)
}

/// Reads a weights file.
///
/// Its widths come from the file's own metadata (`config`), else from `NAME-config.json` beside `NAME.safetensors`,
/// else they are taken to be those of the bundled network; either way every tensor must fit them.
///
/// # Errors
/// When the file cannot be read or does not hold a network this program knows.
pub fn open(path: &Path) -> Result<Weights, WeightsError> {
    let file = TensorFile::open(path)?;
    recognise::compact(&file)?;
    let sidecar = match Sidecar::in_metadata(&file)? {
        Some(own) => own,
        None => match Sidecar::beside(path, &file)? {
            Some(beside) => beside,
            None => bundled_sidecar()?.widths_only(),
        },
    };
    let name = file.name.clone();
    let weights = assemble(file, &sidecar)?;
    // Building the network once on the CPU is the one check that cannot drift from what the network needs.
    CompactNetwork::new(&weights.config, &weights.parameters, &Device::flex())
        .map_err(|reason| WeightsError::OtherModel { name, reason: reason.to_string() })?;
    Ok(weights)
}

fn bundled_sidecar() -> Result<Sidecar, WeightsError> {
    Sidecar::parse("the bundled description of the weights", COMPACT_CONFIG)
}

fn assemble(file: TensorFile, sidecar: &Sidecar) -> Result<Weights, WeightsError> {
    let Description { version, terms } = Description::new(&file, sidecar);
    let terms = if file.sha256 == COMPACT_SHA256 { COMPACT_TERMS.to_owned() } else { terms };
    Ok(Weights {
        preset: "compact".to_owned(),
        version,
        sha256: file.sha256,
        config: sidecar.config.clone(),
        parameters: file.parameters,
        terms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_weights_are_the_published_file() -> anyhow::Result<()> {
        let weights = bundled()?;
        assert_eq!(weights.sha256, COMPACT_SHA256);
        assert_eq!((weights.preset.as_str(), weights.version.as_str()), ("compact", "v1"));
        assert!(weights.terms.starts_with("Research, non-commercial"), "{}", weights.terms);
        Ok(())
    }

    #[test]
    fn the_window_over_the_face_is_that_of_the_bundled_weights() -> anyhow::Result<()> {
        let weights = bundled()?;
        let stored = weights.parameters.get("generator.window", &[1, 1, 112, 112])?;
        let window = crate::model::synthesis::Window::over_the_face(&Device::flex());
        let worst = window.values().iter().zip(stored.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-3, "{worst}");
        Ok(())
    }

    #[test]
    fn the_bundled_detector_has_its_three_networks() -> anyhow::Result<()> {
        let parameters = bundled_detector()?;
        for name in ["pnet.conv1.weight", "rnet.conv1.weight", "onet.conv1.weight"] {
            assert!(parameters.names().any(|held| held == name), "{name}");
        }
        Ok(())
    }
}
