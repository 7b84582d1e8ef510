//! Why a collection of pictures cannot be used, each as a sentence with a next step.

use super::TableError;

/// Why a collection of pictures cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    /// It cannot be read.
    #[error("“{path}” cannot be read: {reason}. Check the path and that you may read it.")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// It is neither a folder nor a tar archive.
    #[error("“{path}” is neither a folder nor a tar archive ({reason}). Give a folder or an uncompressed .tar file.")]
    OtherKind {
        /// The file.
        path: String,
        /// How that was seen.
        reason: String,
    },
    /// The archive is compressed.
    #[error("“{path}” is compressed, and pictures are read from the middle of an archive. Unpack it to a .tar file.")]
    Compressed {
        /// The file.
        path: String,
    },
    /// The archive ends too early.
    #[error("The archive “{path}” is cut short or damaged after {entries} entries: {reason}. Copy it again.")]
    Damaged {
        /// The file.
        path: String,
        /// How many entries were sound.
        entries: usize,
        /// What is wrong.
        reason: String,
    },
    /// An entry that no honest archive of pictures has.
    #[error(
        "The archive “{path}” holds “{entry}”, which {what}. Nothing of it is used: make an archive of plain files."
    )]
    Unsafe {
        /// The file.
        path: String,
        /// Name of the entry.
        entry: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A text file that is no text.
    #[error("“{path}” is not text in UTF-8. Save it as UTF-8.")]
    NotText {
        /// The file.
        path: String,
    },
    /// A text file that is too large to be one.
    #[error("“{path}” is {mebibytes} MiB, too large for a list or table. Check that it is the right file.")]
    TooLarge {
        /// The file.
        path: String,
        /// Its size.
        mebibytes: u64,
    },
    /// A table that cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
}
