//! Files ↔ networks: reading parameters, the weights that come with the program, and what a file says of itself.
//! Networks are built in `model`; nothing is computed here.

mod bundled;
mod open;
mod safetensors_file;

pub use bundled::{bundled, bundled_detector};
pub use open::open;

use crate::model::{CompactConfig, Parameters};

/// Sentence on the bundled weights' training data and terms, for the model chip and every report.
const COMPACT_V1_TERMS: &str = "Research, non-commercial use: trained on UTKFace and on identities of CelebA and \
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

/// Why a weights file cannot be used, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("The weights file “{path}” cannot be read: {reason}. Check the path and its permissions.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file is not safetensors, or damaged.
    #[error("“{path}” is not a readable safetensors file: {reason}. Copy it again from its source.")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file holds another network.
    #[error("“{path}” holds another network: {reason}. This version opens compact MTLFace weights (.safetensors).")]
    AnotherNetwork {
        /// The file.
        path: String,
        /// What does not fit.
        reason: String,
    },
}
