//! A folder or a tar archive: names of its files, sorted, and the bytes of each.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{PicturesError, Section, archive};
use crate::face::PhotoError;
use crate::face::photo::{MAX_FILE_BYTES, read_file};

/// Endings of picture files.
const ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "jfif"];
/// Largest list or table that is read, in MiB.
const MAX_TEXT_MIB: u64 = 1024;

/// The files of a folder with its subfolders, or of an uncompressed tar archive. Links are not followed, and files
/// whose name begins with a dot are left out.
#[derive(Debug)]
pub struct PictureSet {
    path: PathBuf,
    names: Vec<String>,
    /// Where the files lie in the archive, in the order of the names; nothing for a folder.
    sections: Option<Vec<Section>>,
}

impl PictureSet {
    /// Lists a folder or a tar archive.
    ///
    /// # Errors
    /// When it is neither, or cannot be read, or holds what no honest archive of pictures does.
    pub fn open(path: &Path) -> Result<Self, PicturesError> {
        let unreadable = |error: io::Error| PicturesError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        if fs::metadata(path).map_err(unreadable)?.is_dir() {
            let mut names = Vec::new();
            list(path, path, &mut names).map_err(unreadable)?;
            names.sort();
            return Ok(Self { path: path.to_owned(), names, sections: None });
        }
        let files = archive::index(path)?.into_iter().filter(|(name, _)| !is_hidden(name));
        let (names, sections) = files.unzip();
        Ok(Self { path: path.to_owned(), names, sections: Some(sections) })
    }

    /// Names of all files, sorted, with `/` between folders.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a file of this name among the names.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|held| held.as_str().cmp(name)).ok()
    }

    /// The bytes of the picture at this place.
    ///
    /// # Errors
    /// When it cannot be read, is empty or past [`MAX_FILE_BYTES`].
    pub fn picture(&self, place: usize) -> Result<Vec<u8>, PhotoError> {
        let name = &self.names[place];
        let Some(sections) = &self.sections else { return read_file(&self.path.join(name)) };
        match sections[place].length() {
            0 => Err(PhotoError::Empty { name: name.clone() }),
            bytes if bytes > MAX_FILE_BYTES => Err(PhotoError::FileTooLarge { name: name.clone(), bytes }),
            _ => sections[place].bytes().map_err(|source| PhotoError::Unreadable { name: name.clone(), source }),
        }
    }

    /// The file at this place as text.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8 or larger than any table.
    pub fn text(&self, place: usize) -> Result<String, PicturesError> {
        text_of(&self.section(place)?, &self.shown(place))
    }

    /// The file at this place.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn section(&self, place: usize) -> Result<Section, PicturesError> {
        match &self.sections {
            Some(sections) => Ok(sections[place].clone()),
            None => open_section(&self.path.join(&self.names[place])),
        }
    }

    /// Path of a file for people: the set's and the one inside it.
    pub fn shown(&self, place: usize) -> String {
        self.path.join(&self.names[place]).display().to_string()
    }
}

/// Reads a text file of its own.
///
/// # Errors
/// When it cannot be read, is not UTF-8 or larger than any table.
pub fn read_text(path: &Path) -> Result<String, PicturesError> {
    text_of(&open_section(path)?, &path.display().to_string())
}

/// Opens a file to read from its middle.
///
/// # Errors
/// When it cannot be opened, or is a folder.
pub fn open_section(path: &Path) -> Result<Section, PicturesError> {
    let unreadable = |reason: String| PicturesError::Unreadable { path: path.display().to_string(), reason };
    let metadata = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    // A pipe or a device could go on for ever.
    if !metadata.is_file() {
        return Err(unreadable("it is not an ordinary file".to_owned()));
    }
    Section::of_file(path).map_err(|error| unreadable(error.to_string()))
}

fn text_of(section: &Section, shown: &str) -> Result<String, PicturesError> {
    let mebibytes = section.length().div_ceil(1 << 20);
    if mebibytes > MAX_TEXT_MIB {
        return Err(PicturesError::TooLarge { path: shown.to_owned(), mebibytes });
    }
    let unreadable = |error: io::Error| PicturesError::Unreadable { path: shown.to_owned(), reason: error.to_string() };
    let text = String::from_utf8(section.bytes().map_err(unreadable)?);
    let text = text.map_err(|_| PicturesError::NotText { path: shown.to_owned() })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn list(root: &Path, folder: &Path, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A link is not followed: it may lead out of the set or in circles.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(root, &path, names)?;
        } else if kind.is_file() {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            names.push(inside.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        }
    }
    Ok(())
}

fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.'))
}

/// Whether the ending is that of a picture.
pub fn is_picture(name: &str) -> bool {
    let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Whether a name stays inside the folder it is taken from: no `..`, not absolute, not empty.
pub fn is_within(name: &str) -> bool {
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    !name.is_empty() && !name.starts_with('\\') && Path::new(name).components().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of these files; a name may be anything.
    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            // The library refuses names that lead out; a hostile archive does not.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            archive.append(&header, *bytes).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn opened(bytes: &[u8]) -> Result<PictureSet, PicturesError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        PictureSet::open(file.path())
    }

    #[test]
    fn a_folder_and_an_archive_hold_the_same() {
        let files: [(&str, &[u8]); 4] =
            [("b/2.jpg", b"two"), ("b/empty.png", b""), ("a.jpg", b"one"), ("b/._2.jpg", b"not a picture")];
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        files.iter().for_each(|(name, bytes)| fs::write(folder.path().join(name), bytes).unwrap());
        for set in [PictureSet::open(folder.path()).unwrap(), opened(&archive(&files)).unwrap()] {
            assert_eq!(set.names(), ["a.jpg", "b/2.jpg", "b/empty.png"]);
            assert_eq!(set.find("b/2.jpg"), Some(1));
            assert_eq!(set.picture(1).unwrap(), b"two");
            assert_eq!(set.text(0).unwrap(), "one");
            assert!(matches!(set.picture(2), Err(PhotoError::Empty { .. })));
        }
    }

    #[test]
    fn hostile_archives_are_refused_in_a_sentence() {
        let said = |bytes: &[u8]| opened(bytes).unwrap_err().to_string();
        assert!(said(&archive(&[("../a.jpg", b"x")])).contains("“../a.jpg”, which lies outside it"));
        assert!(said(&archive(&[("/etc/a.jpg", b"x")])).contains("lies outside it"));
        let mut link = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        link.append_link(&mut header, "a.jpg", "/etc/passwd").unwrap();
        assert!(said(&link.into_inner().unwrap()).contains("“a.jpg”, which is a link"));
        let sound = archive(&[("a.jpg", &[1; 600]), ("b.jpg", &[2; 600])]);
        assert!(said(&sound[..2_100]).contains("cut short or damaged after 1 entries"), "{}", said(&sound[..2_100]));
        assert!(said(&sound[..700]).contains("reaches past the file's end"));
        assert!(said(b"\x1f\x8b\x08 compressed").contains("is compressed"));
        assert!(said(&[7; 2_000]).contains("neither a folder nor a tar archive"));
        assert!(PictureSet::open(Path::new("/nowhere/at/all")).unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn names_that_lead_out_are_told() {
        assert!(is_within("a/b.jpg") && is_within("./a.jpg") && is_within("a..b.jpg"));
        for name in ["../a.jpg", "a/../../b.jpg", "/a.jpg", "", "\\\\host\\a.jpg"] {
            assert!(!is_within(name), "{name}");
        }
    }
}
