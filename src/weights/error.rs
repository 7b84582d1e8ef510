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
        "{name} is {size_mib} MiB, larger than any network this program knows ({limit_mib} MiB). Choose a weights file such as compact-v2.safetensors."
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
    #[error("{name} is {found}, not a weights file. {next_step}")]
    OtherKind {
        /// The file.
        name: String,
        /// What it is instead.
        found: &'static str,
        /// What to do.
        next_step: &'static str,
    },
    /// The file is of a known kind, or was.
    #[error("{name} is damaged or cut short ({reason}). Copy or download it again.")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A checkpoint that contradicts itself, as no program writes it.
    #[error(
        "{name} is no sound checkpoint: {reason}. Nothing in it was run. Get it again from where it was published."
    )]
    Unsound {
        /// The file.
        name: String,
        /// How that was seen.
        reason: String,
    },
    /// A checkpoint that asks for more than tensors.
    #[error(
        "{name} is a pickle that asks for “{asked}”, and this program reads tensors and plain values only: nothing in it was run. Use it only if you trust its source, and save its state_dict alone."
    )]
    Forbidden {
        /// The file.
        name: String,
        /// Module and name of what it asks for.
        asked: String,
    },
    /// The file holds something else than a network this program knows.
    #[error("{name} holds another model: {reason}. Choose weights of an MTLFace network, or use the bundled ones.")]
    OtherModel {
        /// The file.
        name: String,
        /// How that was seen.
        reason: String,
    },
    /// Files that do not make one network.
    #[error("{name} does not go with the other files: {reason}. Import files of one network together.")]
    Apart {
        /// The file.
        name: String,
        /// How that was seen.
        reason: String,
    },
    /// The network is known and tensors are missing.
    #[error("{name} is an incomplete {network} network: {missing}. {next_step}")]
    Incomplete {
        /// The file.
        name: String,
        /// The network it is part of.
        network: &'static str,
        /// Which tensors are missing: the first ones by name, and how many.
        missing: String,
        /// What to do.
        next_step: &'static str,
    },
    /// The network is known and a tensor does not fit it.
    #[error(
        "{name} does not fit a {network} network of its width: the tensor “{tensor}” is {found:?} where {needed:?} is needed. Get the file again, or one of another training run."
    )]
    Shape {
        /// The file.
        name: String,
        /// The network it seems to be.
        network: &'static str,
        /// The tensor.
        tensor: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape the network needs.
        needed: Vec<usize>,
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
