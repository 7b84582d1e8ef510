//! Why a weights file cannot be used, each as a sentence with a next step.

/// Why a weights file cannot be used, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}. Check the path and that you may read the file.")]
    Unreadable {
        /// The file.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The file is larger than any network this program knows.
    #[error(
        "{name} is {size_mib} MiB, larger than any network this program knows ({limit_mib} MiB). Choose a weights file such as compact-v1.safetensors."
    )]
    TooLarge {
        /// The file.
        name: String,
        /// Its size in MiB, rounded up.
        size_mib: u64,
        /// The largest size read, in MiB.
        limit_mib: u64,
    },
    /// The file is of another kind.
    #[error("{name} is {found}, not a safetensors file. {next_step}")]
    NotSafetensors {
        /// The file.
        name: String,
        /// What it is instead.
        found: &'static str,
        /// What to do.
        next_step: &'static str,
    },
    /// The file is a safetensors file, or was one.
    #[error("{name} is damaged or cut short ({reason}). Copy or download it again.")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file holds something else than a network this program knows.
    #[error(
        "{name} holds another model: {reason}. Choose weights of the compact MTLFace, or start without --weights to use the bundled ones."
    )]
    OtherModel {
        /// The file.
        name: String,
        /// How that was seen.
        reason: String,
    },
    /// The description that gives the widths cannot be used.
    #[error(
        "{name} does not describe the network: {reason}. Restore it from where the weights came from, or delete it to use the bundled description."
    )]
    Description {
        /// The description's file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}
