//! Why a run cannot begin or go on, each as a sentence with a next step.

use crate::training::data::DataError;
use crate::training::phase::PhaseError;
use crate::weights::{SaveError, WeightsError};

/// Why a run cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run's folder cannot be used.
    #[error("{path} cannot be written: {reason}. Choose another `output` in the config.")]
    Folder {
        /// The folder, or a file in it.
        path: String,
        /// What is in the way.
        reason: String,
    },
    /// A run has begun in this folder.
    #[error("{folder} holds a run already. Go on with it by --resume, or choose another `output` in the config.")]
    Begun {
        /// The folder.
        folder: String,
    },
    /// There is no run in this folder.
    #[error("{folder} holds no checkpoint to go on from. Run without --resume to begin.")]
    NothingToResume {
        /// The folder.
        folder: String,
    },
    /// The run in this folder is of another phase.
    #[error("{folder} holds a run of the phase “{found}”, not “{needed}”. Choose another `output` in the config.")]
    OtherPhase {
        /// The folder.
        folder: String,
        /// Its phase.
        found: String,
        /// The phase asked for.
        needed: &'static str,
    },
    /// The config or a weights file changed since the checkpoint was written.
    #[error(
        "The run cannot go on as it began: {keys} changed since its checkpoint. Restore them, or begin a run in another `output`."
    )]
    Changed {
        /// What changed.
        keys: String,
    },
    /// A loss is no number any more.
    #[error(
        "Step {step} made {losses} infinite or no number, and the run ended; the checkpoint before it is kept. Lower the learning rate or raise warmup_steps, and begin again in another `output`."
    )]
    NotFinite {
        /// The step, counted from 1.
        step: u64,
        /// The losses that are no numbers.
        losses: String,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A checkpoint cannot be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The phase cannot go on.
    #[error(transparent)]
    Phase(#[from] PhaseError),
}
