//! Files ↔ networks: reading parameters, the weights that come with the program, and what a file says about itself.
//! How a network uses its parameters is `model`'s business.

mod card;
mod checkpoint;
mod comparison;
mod description;
mod error;
mod import;
mod number;
mod pytorch;
mod recognise;
mod safetensors_file;
mod save;
mod source;
mod stored;
mod tensor_file;

use std::path::Path;

use burn::tensor::Device;

use crate::model::{CompactNetwork, NetworkConfig, Parameters, Preset};
pub use card::ModelCard;
pub use checkpoint::{Checkpoint, SourceFile};
pub use comparison::{Comparison, Mismatch, first_names};
use description::{Description, Sidecar};
pub use error::WeightsError;
pub use import::{ImportError, Imported, Precision, import};
pub use save::{SaveError, Saved, read_saved, save, write_whole};
pub use source::hash_file;
pub use tensor_file::FileFormat;
use tensor_file::TensorFile;

const COMPACT: &[u8] = include_bytes!("../../assets/compact-v2.safetensors");
const COMPACT_CONFIG: &str = include_str!("../../assets/compact-v2-config.json");
const MTCNN: &[u8] = include_bytes!("../../assets/mtcnn.safetensors");

/// SHA-256 of `compact-v2.safetensors`, wherever it lies.
const COMPACT_SHA256: &str = "a4e5f492f2c2ed7872057461c9c075ecfd4c6f27dafe709e661b4e50f9b8212a";
/// What the model chip says of that file; longer in `assets/compact-v2-card.md`.
const COMPACT_TERMS: &str = "Research, non-commercial use: trained on UTKFace and on identities of CelebA and \
     Glint360K; backbone SFace (Apache-2.0).";

/// A weights file that was read and understood.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Which network it is.
    pub preset: Preset,
    /// Version of the preset, such as `v1`; for the published networks, which have none, their width.
    pub version: String,
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// Widths of the network.
    pub config: NetworkConfig,
    /// All its tensors, which may still lie in the file.
    pub parameters: Parameters,
    /// Sentence on the training data and its terms, for the model chip.
    pub terms: String,
    /// Data, licence and measured accuracy in short lines.
    pub card: ModelCard,
}

/// The compact weights inside the program.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled() -> Result<Weights, WeightsError> {
    let file = TensorFile::parse("the bundled weights", COMPACT)?;
    let sidecar = bundled_sidecar()?;
    sidecar.check_hash(&file, "compact-v2.safetensors")?;
    Ok(assemble(Checkpoint::described(file, Path::new(""), sidecar)))
}

/// Parameters of the bundled MTCNN face detector.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled_detector() -> Result<Parameters, WeightsError> {
    TensorFile::parse("the bundled face detector", MTCNN).map(|file| file.parameters())
}

/// Opens a weights file of any kind and network: safetensors or what `torch.save` wrote, whatever it is called.
///
/// A compact network's widths come from the file's own metadata (`config`), else from `NAME-config.json` beside
/// `NAME.safetensors`, else they are taken to be those of the bundled network; either way every tensor must fit them.
/// Those of the published networks come from their tensors' shapes. The numbers stay in the file until a network asks
/// for them.
///
/// # Errors
/// When the file cannot be read, or does not hold all of a network this program knows.
pub fn open(path: &Path) -> Result<Weights, WeightsError> {
    let checkpoint = Checkpoint::open(&[path])?;
    usable(&checkpoint)?;
    Ok(assemble(checkpoint))
}

/// Checks that a network can be built of a checkpoint.
///
/// # Errors
/// With the first thing that is in the way.
pub fn usable(checkpoint: &Checkpoint) -> Result<(), WeightsError> {
    match &checkpoint.config {
        // Building the network once on the CPU is the one check that cannot drift from what the network needs.
        NetworkConfig::Compact(config) => CompactNetwork::new(config, &checkpoint.parameters(), &Device::flex())
            .map(|_| ())
            .map_err(|reason| WeightsError::OtherModel { name: checkpoint.name(), reason: reason.to_string() }),
        // Too large for that: they are compared with the list of what they need.
        NetworkConfig::Published(_) => checkpoint.check_complete(),
    }
}

fn bundled_sidecar() -> Result<Sidecar, WeightsError> {
    Sidecar::parse("the bundled description of the weights", COMPACT_CONFIG)
}

/// What is said of a compact network; of the bundled one, wherever it lies, what its card says.
fn description_of(file: &TensorFile, sidecar: &Sidecar) -> Description {
    let description = Description::new(&file.metadata, sidecar);
    match file.sha256 == COMPACT_SHA256 {
        true => Description { terms: COMPACT_TERMS.to_owned(), card: ModelCard::bundled(), ..description },
        false => description,
    }
}

fn assemble(checkpoint: Checkpoint) -> Weights {
    let (preset, parameters) = (checkpoint.preset(), checkpoint.parameters());
    let Description { version, terms, card } = checkpoint.description;
    let sha256 = checkpoint.sources.into_iter().next().map(|source| source.sha256).unwrap_or_default();
    Weights { preset, version, sha256, config: checkpoint.config, parameters, terms, card }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_weights_are_the_published_file() -> anyhow::Result<()> {
        let weights = bundled()?;
        assert_eq!(weights.sha256, COMPACT_SHA256);
        assert_eq!((weights.preset, weights.version.as_str()), (Preset::Compact, "v2"));
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
