//! The bytes of one file, in memory or on disk, read piece by piece. A file on disk stays open, so that a file moved or
//! replaced later does not change what was opened.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::error::WeightsError;

const MIB: u64 = 1 << 20;
/// The largest checkpoint published is 1.1 GB; with an optimiser's state beside the network it may be several times
/// that.
const MAX_FILE_BYTES: u64 = 8192 * MIB;
/// Bytes read at a time while the whole file passes by.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of one file.
#[derive(Debug)]
pub struct Source {
    /// How errors call the file.
    pub name: String,
    /// How many bytes it has.
    pub length: u64,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    Held(Cow<'static, [u8]>),
    OnDisk(Mutex<File>),
}

/// What one pass over the whole file yields.
#[derive(Debug)]
pub struct Sums {
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// CRC-32 of each range asked for, in that order.
    pub crc32: Vec<u32>,
}

impl Source {
    /// Opens a file without reading it.
    ///
    /// # Errors
    /// When it cannot be opened, is a folder, or is larger than any network.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let name = path.display().to_string();
        let unreadable = |error: io::Error| WeightsError::Unreadable { path: name.clone(), reason: error.to_string() };
        // Looked at first: opening a pipe would wait for somebody to write.
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        let unusable = |reason: &str| WeightsError::Unreadable { path: name.clone(), reason: reason.to_owned() };
        if metadata.is_dir() {
            return Err(unusable("it is a folder"));
        }
        if !metadata.is_file() {
            return Err(unusable("it is no ordinary file"));
        }
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        if length > MAX_FILE_BYTES {
            let (size_mib, limit_mib) = (length.div_ceil(MIB), MAX_FILE_BYTES / MIB);
            return Err(WeightsError::TooLarge { name, size_mib, limit_mib });
        }
        Ok(Self { name, length, bytes: Bytes::OnDisk(Mutex::new(file)) })
    }

    /// Bytes that are in memory already; `name` is how errors call them.
    pub fn held(name: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        let bytes = bytes.into();
        Self { name: name.to_owned(), length: bytes.len() as u64, bytes: Bytes::Held(bytes) }
    }

    /// Fills `out` with the bytes from `offset` on.
    ///
    /// # Errors
    /// When the file ends before that or cannot be read.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &self.bytes {
            Bytes::Held(bytes) => {
                let start = usize::try_from(offset).ok();
                let piece = start.and_then(|start| bytes.get(start..start.checked_add(out.len())?));
                out.copy_from_slice(piece.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
            Bytes::OnDisk(file) => {
                // Whoever panicked while reading left no broken state: every read seeks first.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(out)
            }
        }
    }

    /// At most `most` bytes from `offset` on; fewer where the file ends.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn piece(&self, offset: u64, most: u64) -> Result<Vec<u8>, WeightsError> {
        let length = self.length.saturating_sub(offset).min(most);
        // `most` is a constant of a few MiB wherever this is called.
        let mut piece = vec![0; length as usize];
        self.read_at(offset, &mut piece).map_err(|error| self.unreadable(&error))?;
        Ok(piece)
    }

    /// Reads the whole file once: its SHA-256, and the CRC-32 of ranges that follow each other without overlap.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sums(&self, ranges: &[Range<u64>]) -> Result<Sums, WeightsError> {
        let mut whole = Sha256::new();
        let mut parts: Vec<crc32fast::Hasher> = ranges.iter().map(|_| crc32fast::Hasher::new()).collect();
        let mut piece = vec![0; PIECE_BYTES];
        let (mut offset, mut first) = (0, 0);
        while offset < self.length {
            let length = (self.length - offset).min(PIECE_BYTES as u64);
            let piece = &mut piece[..length as usize];
            self.read_at(offset, piece).map_err(|error| self.unreadable(&error))?;
            whole.update(&*piece);
            for (range, part) in ranges.iter().zip(&mut parts).skip(first) {
                if range.start >= offset + length {
                    break;
                }
                let from = range.start.clamp(offset, offset + length) - offset;
                let to = range.end.clamp(offset, offset + length) - offset;
                part.update(&piece[from as usize..to as usize]);
            }
            offset += length;
            first += ranges[first..].iter().take_while(|range| range.end <= offset).count();
        }
        Ok(Sums { sha256: hex(&whole.finalize()), crc32: parts.into_iter().map(crc32fast::Hasher::finalize).collect() })
    }

    /// The file is one this program reads, or was one.
    pub fn damaged(&self, reason: impl Into<String>) -> WeightsError {
        WeightsError::Damaged { name: self.name.clone(), reason: reason.into() }
    }

    fn unreadable(&self, error: &io::Error) -> WeightsError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged("it became shorter while it was read"),
            _ => WeightsError::Unreadable { path: self.name.clone(), reason: error.to_string() },
        }
    }
}

/// SHA-256 and size of a file of any kind.
///
/// # Errors
/// When it cannot be read or is larger than any network.
pub fn hash_file(path: &Path) -> Result<(String, u64), WeightsError> {
    let source = Source::open(path)?;
    Ok((source.sums(&[])?.sha256, source.length))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_ranges_across_pieces_are_those_of_the_bytes() {
        let bytes: Vec<u8> =
            (0..3 * PIECE_BYTES as u32 + 17).map(|index| (index.wrapping_mul(2654435761) >> 24) as u8).collect();
        let ranges = [0..5, 5..5, 9..PIECE_BYTES as u64 + 3, 2 * PIECE_BYTES as u64..3 * PIECE_BYTES as u64 + 17];
        let sums = Source::held("t", bytes.clone()).sums(&ranges).unwrap();
        for (range, crc) in ranges.iter().zip(sums.crc32) {
            assert_eq!(crc, crc32fast::hash(&bytes[range.start as usize..range.end as usize]), "{range:?}");
        }
        assert_eq!(sums.sha256, hex(&Sha256::digest(&bytes)));
    }

    #[test]
    fn nothing_is_read_past_the_end() {
        let source = Source::held("t", vec![1, 2, 3]);
        assert!(source.read_at(2, &mut [0; 2]).is_err() && source.read_at(u64::MAX, &mut [0; 2]).is_err());
        assert_eq!(source.piece(2, 10).unwrap(), [3]);
    }
}
