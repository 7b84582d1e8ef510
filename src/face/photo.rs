//! STUB (owner: face).
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

/// A photo, decoded once, upright, never changed.
#[derive(Clone, Debug)]
pub struct Photo {
    /// File name as shown.
    pub name: String,
    /// Where it came from, if it came from a file.
    pub path: Option<PathBuf>,
    /// SHA-256 in hex: of the file's bytes, or of the raw pixels of a pasted picture.
    pub sha256: String,
    /// Upright RGB pixels.
    pub pixels: Arc<RgbImage>,
}

/// Why a photo cannot be used, as a plain sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// STUB.
    #[error("stub")]
    Stub,
}

impl Photo {
    /// Reads and decodes a file.
    ///
    /// # Errors
    /// When it cannot be read, is not a picture, or is past the limits.
    pub fn open(_path: &Path) -> Result<Self, PhotoError> {
        todo!()
    }
    /// Decodes the bytes of a picture file.
    ///
    /// # Errors
    /// When they are not a picture, or past the limits.
    pub fn from_bytes(_name: &str, _bytes: &[u8]) -> Result<Self, PhotoError> {
        todo!()
    }
    /// Wraps pixels that came without a file, from the clipboard for example.
    pub fn from_pixels(_name: &str, _pixels: RgbImage) -> Self {
        todo!()
    }
}
