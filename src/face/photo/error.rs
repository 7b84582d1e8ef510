//! What can be wrong with a photo, in words for the person who chose it: what is the matter, then what to do.

use std::path::PathBuf;

use super::{MAX_FILE_BYTES, MAX_PIXELS};

/// Why a photo cannot be used, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// There is nothing at this path.
    #[error("There is no file “{}”. Check the name, or choose the photo again if it was moved.", path.display())]
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("“{name}” is a folder, not a photo. Choose a picture inside it.")]
    Folder {
        /// Name of the folder.
        name: String,
    },
    /// The path is a device, a pipe or a socket.
    #[error("“{name}” is not an ordinary file. Save the picture to a file and open that.")]
    NotAFile {
        /// Name as shown.
        name: String,
    },
    /// The system does not allow reading it.
    #[error("You may not read “{name}”. Change the file's permissions, or copy it to a folder of your own.")]
    Forbidden {
        /// Name of the file.
        name: String,
    },
    /// Reading failed.
    #[error("“{name}” could not be read ({source}). Copy the file to this computer's disk and try again.")]
    Unreadable {
        /// Name of the file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing is in the file.
    #[error("“{name}” is empty: the file holds 0 bytes. Copy it again from where it came from.")]
    Empty {
        /// Name of the file.
        name: String,
    },
    /// The file is larger than is read.
    #[error(
        "“{name}” is {} MB; the limit is {} MB. Save the picture smaller and open that copy.",
        bytes.div_ceil(1_000_000),
        MAX_FILE_BYTES / 1_000_000
    )]
    FileTooLarge {
        /// Name of the file.
        name: String,
        /// Its size.
        bytes: u64,
    },
    /// The header announces more pixels than are decoded.
    #[error(
        "“{name}” is {width_px}×{height_px} pixels ({} megapixels); the limit is {} megapixels. Save it smaller and open that copy.",
        (u64::from(*width_px) * u64::from(*height_px)).div_ceil(1_000_000),
        MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// Name of the file.
        name: String,
        /// Width in the header.
        width_px: u32,
        /// Height in the header.
        height_px: u32,
    },
    /// The content is no picture, whatever the name says.
    #[error(
        "“{name}” is not a picture, whatever its name says: its content is {content}. Choose a JPEG, PNG, WebP, BMP or TIFF file."
    )]
    NotAPicture {
        /// Name of the file.
        name: String,
        /// What the content looks like, such as `plain text`.
        content: &'static str,
    },
    /// A picture, but of a kind this program does not decode.
    #[error("“{name}” is a {format} file, which cannot be opened here. Export it as JPEG or PNG and open that copy.")]
    OtherFormat {
        /// Name of the file.
        name: String,
        /// The format, such as `HEIC`.
        format: &'static str,
    },
    /// A picture in a variant that the decoder does not know.
    #[error(
        "“{name}” uses a variant of its format that cannot be decoded here ({reason}). Save it again as JPEG or PNG and open that copy."
    )]
    UnknownVariant {
        /// Name of the file.
        name: String,
        /// What the decoder said.
        reason: String,
    },
    /// The file ends before the picture does.
    #[error("“{name}” is incomplete: the file ends before the picture does. Copy it again from where it came from.")]
    Truncated {
        /// Name of the file.
        name: String,
    },
    /// The content contradicts itself.
    #[error("“{name}” is damaged and cannot be decoded ({reason}). Copy it again from where it came from.")]
    Damaged {
        /// Name of the file.
        name: String,
        /// What the decoder said.
        reason: String,
    },
}
