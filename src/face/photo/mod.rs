//! A photo as a person hands it over: which file, its hash, its upright pixels. Reading and limits are here, decoding
//! is in `decode`, the sentences for what can go wrong in `error`. Faces are not known here.

mod decode;
mod error;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;
use sha2::{Digest, Sha256};

pub use error::PhotoError;

/// Largest photo that is decoded, in pixels: 100 megapixels, read from the header before anything is decoded.
pub const MAX_PIXELS: u64 = 100_000_000;
/// Largest file that is read, in bytes: 512 MiB.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

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

impl Photo {
    /// Reads and decodes a file: JPEG, PNG, WebP, BMP or TIFF, recognised by its content. Camera orientation is
    /// applied, transparency is laid over white, 16-bit, grey and CMYK pictures become 8-bit RGB.
    ///
    /// # Errors
    /// When it cannot be read, is not a picture, is incomplete, or is past [`MAX_PIXELS`] or [`MAX_FILE_BYTES`].
    pub fn open(path: &Path) -> Result<Self, PhotoError> {
        Self::open_with_bytes(path).map(|(photo, _)| photo)
    }

    /// As [`Photo::open`], with the file's bytes for who wants to know what else they say.
    ///
    /// # Errors
    /// As [`Photo::open`].
    pub fn open_with_bytes(path: &Path) -> Result<(Self, Vec<u8>), PhotoError> {
        let bytes = read_file(path)?;
        let photo = Self { path: Some(path.to_owned()), ..Self::from_bytes(&shown_name(path), &bytes)? };
        Ok((photo, bytes))
    }

    /// Decodes the bytes of a picture file, as [`Photo::open`] does.
    ///
    /// # Errors
    /// When they are not a picture, are incomplete, or past the limits.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, PhotoError> {
        check_file_size(name, bytes.len() as u64)?;
        // Hashing and decoding read the same bytes and need nothing of each other: two cores share them.
        let (pixels, sha256) = rayon::join(|| decode::upright_rgb(name, bytes), || hex_sha256(bytes));
        Ok(Self { name: name.to_owned(), path: None, sha256, pixels: Arc::new(pixels?) })
    }

    /// Wraps pixels that came without a file, from the clipboard for example.
    pub fn from_pixels(name: &str, pixels: RgbImage) -> Self {
        let sha256 = hex_sha256(pixels.as_raw());
        Self { name: name.to_owned(), path: None, sha256, pixels: Arc::new(pixels) }
    }
}

/// Decodes the bytes of a picture file, as [`Photo::from_bytes`] does, where nobody asks for a hash.
///
/// # Errors
/// When they are not a picture, are incomplete, or past the limits.
pub fn decoded(name: &str, bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    check_file_size(name, bytes.len() as u64)?;
    decode::upright_rgb(name, bytes)
}

fn shown_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The bytes of a picture file.
///
/// # Errors
/// When it cannot be read, is not an ordinary file, is empty or past [`MAX_FILE_BYTES`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, PhotoError> {
    let name = shown_name(path);
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => PhotoError::Missing { path: path.to_owned() },
        std::io::ErrorKind::PermissionDenied => PhotoError::Forbidden { name: name.clone() },
        _ => PhotoError::Unreadable { name: name.clone(), source },
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(PhotoError::Folder { name });
    }
    // A pipe or a device could go on for ever.
    if !metadata.is_file() {
        return Err(PhotoError::NotAFile { name });
    }
    check_file_size(&name, metadata.len())?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The file may grow while it is read; one byte past the limit is enough to refuse it.
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn check_file_size(name: &str, bytes: u64) -> Result<(), PhotoError> {
    match bytes {
        0 => Err(PhotoError::Empty { name: name.to_owned() }),
        _ if bytes > MAX_FILE_BYTES => Err(PhotoError::FileTooLarge { name: name.to_owned(), bytes }),
        _ => Ok(()),
    }
}

fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_that_of_the_bytes() {
        assert_eq!(hex_sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_file_past_the_limit_is_refused_by_its_size_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        // Sparse: takes no room on the disk.
        file.as_file().set_len(MAX_FILE_BYTES + 1).unwrap();
        assert!(matches!(Photo::open(file.path()), Err(PhotoError::FileTooLarge { .. })));
    }
}
