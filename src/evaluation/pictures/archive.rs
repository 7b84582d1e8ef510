//! A tar archive as a set of pictures: only where each one lies is held, its bytes are read when they are wanted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::is_picture;

/// An uncompressed tar archive of pictures.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    /// First byte and length of each picture.
    places: BTreeMap<String, (u64, u64)>,
}

impl Archive {
    /// Finds the pictures of an archive.
    ///
    /// # Errors
    /// When the file cannot be read or is no tar archive.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut places = BTreeMap::new();
        for entry in tar::Archive::new(File::open(path)?).entries_with_seek()? {
            let entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            if entry.header().entry_type().is_file() && is_picture(Path::new(&name)) {
                places.insert(name, (entry.raw_file_position(), entry.size()));
            }
        }
        Ok(Self { path: path.to_owned(), places })
    }

    /// Paths of all pictures, sorted.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.places.keys()
    }

    /// The bytes of one picture.
    ///
    /// # Errors
    /// When there is no such picture or the archive cannot be read.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "it is not in the archive");
        let (start, length) = self.places.get(name).ok_or_else(missing)?;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(*start))?;
        let mut bytes = Vec::new();
        file.take(*length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
