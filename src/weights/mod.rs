//! Files ↔ networks: reading parameters, the weights that come with the program, and the model card.
//! STUB (owner: model).

use std::path::Path;

use crate::model::{CompactConfig, Parameters};

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
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What went wrong and what to do.
        reason: String,
    },
}

/// The compact weights inside the program.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled() -> Result<Weights, WeightsError> {
    todo!()
}

/// Parameters of the bundled MTCNN face detector.
///
/// # Errors
/// When the program was built with a damaged file.
pub fn bundled_detector() -> Result<Parameters, WeightsError> {
    todo!()
}

/// Reads a weights file.
///
/// # Errors
/// When the file cannot be read or does not hold a network this program knows.
pub fn open(_path: &Path) -> Result<Weights, WeightsError> {
    todo!()
}
