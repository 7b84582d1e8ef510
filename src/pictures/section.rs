//! A stretch of a file that several threads read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A stretch of an open file. Copies share the file; each read says where it begins.
#[derive(Clone, Debug)]
pub struct Section {
    file: Arc<Mutex<File>>,
    start: u64,
    length: u64,
}

impl Section {
    /// The whole of a file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(Mutex::new(file)), start: 0, length })
    }

    /// The `length` bytes from `start` on; nothing where they reach past the end.
    pub fn part(&self, start: u64, length: u64) -> Option<Self> {
        let is_inside = start.checked_add(length).is_some_and(|end| end <= self.length);
        is_inside.then(|| Self { file: Arc::clone(&self.file), start: self.start + start, length })
    }

    /// Length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// When it cannot be read or ends before.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.part(offset, buffer.len() as u64).is_none() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // A thread that failed while reading left nothing behind that a seek does not set right.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.start + offset))?;
        file.read_exact(buffer)
    }

    /// All its bytes.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.length).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let mut bytes = vec![0; length];
        self.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads it from its beginning, as a file.
    pub(super) fn reader(&self) -> SectionReader {
        SectionReader { section: self.clone(), position: 0 }
    }
}

/// A section read in order.
pub(super) struct SectionReader {
    section: Section,
    position: u64,
}

impl Read for SectionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.section.length.saturating_sub(self.position);
        let count = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.section
            .read(self.position, &mut buffer[..count])
            .or_else(|error| if count == 0 { Ok(()) } else { Err(error) })?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for SectionReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(moved) => self.position.checked_add_signed(moved),
            SeekFrom::End(moved) => self.section.length.checked_add_signed(moved),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
