//! A session's file: a ZIP archive with `session.json` and, for pictures that came without a file, PNGs. Written whole
//! or not at all. `docs/formats.md` describes it for others; a version it does not know is refused, never guessed at.

use std::io::{Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::aging::export::{ExportError, write_file};
use crate::app::compare::Checklist;
use crate::app::view::View;
use crate::face::{Detection, Photo};

/// What `format` says in every session.
const FORMAT: &str = "mtlface session";
/// The layout written; older ones are read too.
const VERSION: u32 = 1;
const ENTRY: &str = "session.json";
/// More than any session needs, and little enough to be read at once.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// Why a session cannot be opened or saved, as a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The file cannot be read.
    #[error("The session {file} cannot be read ({reason}). Check that it is still there.")]
    Unreadable {
        /// Its name.
        file: String,
        /// What is in the way.
        reason: String,
    },
    /// It is another kind of file.
    #[error("{file} is not a session of this program. Sessions end in .mtlface and are written by “Save session”.")]
    Other {
        /// Its name.
        file: String,
    },
    /// It is damaged.
    #[error("The session {file} is damaged ({reason}). Open an older copy; the photographs themselves are unharmed.")]
    Damaged {
        /// Its name.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A newer program wrote it.
    #[error("The session {file} was saved by a newer version of this program (layout {version}). Open it with that.")]
    Newer {
        /// Its name.
        file: String,
        /// Its layout.
        version: u32,
    },
    /// A path cannot be written into the file.
    #[error("The session cannot be saved: {0}. Rename the photograph or its folder.")]
    Content(String),
    /// A picture inside cannot be written.
    #[error("The session cannot be saved: a pasted picture could not be kept ({0}).")]
    Picture(#[from] image::ImageError),
    /// The archive cannot be made.
    #[error("The session cannot be saved ({0}).")]
    Archive(#[from] zip::result::ZipError),
    /// The file cannot be written.
    #[error("{0}. Choose another folder or name.")]
    Write(#[from] ExportError),
}

/// What `session.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Always `mtlface session`.
    pub format: String,
    /// The layout.
    pub version: u32,
    /// The program that wrote it.
    pub app_version: String,
    /// Hash of the weights that were in use: what was estimated came from them.
    pub weights_sha256: Option<String>,
    /// Photos in the tray, in order.
    pub photos: Vec<SavedPhoto>,
    /// Which of them was looked at.
    pub photo: Option<usize>,
    /// The age shown, in years.
    pub target_years: f32,
    /// How much of the learnt change is shown; 1 is as learnt.
    pub strength: f32,
    /// Faces A and B of the comparison, where chosen.
    pub pair: [Option<FaceName>; 2],
    /// What was judged of the features of two faces.
    #[serde(default)]
    pub checklists: Vec<SavedChecklist>,
    /// How things were looked at.
    #[serde(default)]
    pub view: View,
}

impl Session {
    /// An empty session of this program.
    pub fn empty() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            weights_sha256: None,
            photos: Vec::new(),
            photo: None,
            target_years: 65.0,
            strength: 1.0,
            pair: [None, None],
            checklists: Vec::new(),
            view: View::default(),
        }
    }
}

/// Names a face of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FaceName {
    /// Index of its photo.
    pub photo: usize,
    /// Index among the faces of that photo.
    pub face: usize,
}

/// What was judged of the features of two faces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedChecklist {
    /// Both faces, in either order.
    pub faces: [FaceName; 2],
    /// What was judged of each feature, by its name.
    pub checklist: Checklist,
}

/// A photo of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPhoto {
    /// Its name as shown.
    pub name: String,
    /// Where its pixels are.
    pub source: SavedSource,
    /// SHA-256 of the file, hex; nothing where it was never opened.
    pub sha256: Option<String>,
    /// Its faces, the one placed by hand first; empty where they were not found yet.
    pub faces: Vec<SavedFace>,
    /// Whether faces were looked for.
    pub is_searched: bool,
    /// The chosen face.
    pub chosen: Option<usize>,
}

/// Where the pixels of a photo are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedSource {
    /// In a file.
    File {
        /// Its whole path.
        path: PathBuf,
        /// Its path from the session's folder, where it lies there: a folder that is moved as a whole stays whole.
        beside: Option<PathBuf>,
    },
    /// In the program.
    Bundled(String),
    /// In the session's own archive, under this name.
    Inside(String),
}

/// A face of a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedFace {
    /// Where it is.
    pub detection: Detection,
    /// Whether a person placed its landmarks.
    pub is_by_hand: bool,
    /// The true age a person stated, in years.
    pub stated_years: Option<f32>,
}

/// All that a session's file holds.
#[derive(Clone, Debug)]
pub struct Contents {
    /// `session.json`.
    pub session: Session,
    /// Pictures that came without a file, by their names in the archive.
    pub pictures: Vec<(String, Arc<Photo>)>,
}

/// Writes a session, never over one of its own photographs.
///
/// # Errors
/// When a path is not Unicode or the file cannot be written.
pub fn write(path: &Path, contents: &Contents) -> Result<(), SessionError> {
    let Contents { session, pictures } = contents;
    let json = serde_json::to_vec_pretty(session).map_err(|error| SessionError::Content(error.to_string()))?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // PNGs are compressed already, and the rest is small.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file(ENTRY, stored)?;
    archive.write_all(&json).map_err(zip::result::ZipError::from)?;
    for (name, photo) in pictures {
        let mut png = Cursor::new(Vec::new());
        photo.pixels.write_to(&mut png, image::ImageFormat::Png)?;
        archive.start_file(name, stored)?;
        archive.write_all(png.get_ref()).map_err(zip::result::ZipError::from)?;
    }
    let bytes = archive.finish()?.into_inner();
    let originals = session.photos.iter().filter_map(|photo| match &photo.source {
        SavedSource::File { path, .. } => Some(path.as_path()),
        SavedSource::Bundled(_) | SavedSource::Inside(_) => None,
    });
    Ok(write_file(path, &bytes, &originals.collect::<Vec<_>>())?)
}

/// Reads a session.
///
/// # Errors
/// When it cannot be read, is no session, is damaged, or was written by a newer program.
pub fn read(path: &Path) -> Result<Contents, SessionError> {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let unreadable = |error: std::io::Error| SessionError::Unreadable { file: file.clone(), reason: error.to_string() };
    let damaged = |reason: String| SessionError::Damaged { file: file.clone(), reason };
    let opened = std::fs::File::open(path).map_err(unreadable)?;
    let mut archive = ZipArchive::new(opened).map_err(|_| SessionError::Other { file: file.clone() })?;
    let json = entry(&mut archive, ENTRY, MAX_JSON_BYTES).map_err(|_| SessionError::Other { file: file.clone() })?;
    let header: Header = serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
    if header.format != FORMAT {
        return Err(SessionError::Other { file });
    }
    if header.version > VERSION {
        return Err(SessionError::Newer { file, version: header.version });
    }
    let session: Session = serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
    let mut pictures = Vec::new();
    for photo in &session.photos {
        if let SavedSource::Inside(name) = &photo.source {
            let bytes = entry(&mut archive, name, crate::face::MAX_FILE_BYTES).map_err(&damaged)?;
            let decoded = Photo::from_bytes(&photo.name, &bytes).map_err(|error| damaged(error.to_string()))?;
            // As it was pasted: known by its pixels, not by this copy's bytes.
            pictures.push((name.clone(), Arc::new(Photo::from_pixels(&photo.name, (*decoded.pixels).clone()))));
        }
    }
    Ok(Contents { session, pictures })
}

/// What every layout begins with.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

/// The bytes of one entry, if it is no larger than it may be.
fn entry<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, max_bytes: u64) -> Result<Vec<u8>, String> {
    let entry = archive.by_name(name).map_err(|error| format!("“{name}”: {error}"))?;
    let mut bytes = Vec::new();
    entry.take(max_bytes + 1).read_to_end(&mut bytes).map_err(|error| format!("“{name}”: {error}"))?;
    if bytes.len() as u64 > max_bytes { Err(format!("“{name}” is larger than a session holds")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    type Tested = Result<(), Box<dyn std::error::Error>>;

    fn session() -> Session {
        let detection = Detection { box_px: [1.0, 2.0, 3.0, 4.0], score: 0.9, landmarks_px: [[5.0, 6.0]; 5] };
        let face = SavedFace { detection, is_by_hand: true, stated_years: Some(7.5) };
        let photo = SavedPhoto {
            name: "pasted".to_owned(),
            source: SavedSource::Inside("photos/0.png".to_owned()),
            sha256: None,
            faces: vec![face],
            is_searched: true,
            chosen: Some(0),
        };
        Session { photos: vec![photo], pair: [Some(FaceName { photo: 0, face: 0 }), None], ..Session::empty() }
    }

    #[test]
    fn a_session_comes_back_with_its_pictures() -> Tested {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.mtlface");
        let photo = Arc::new(Photo::from_pixels("pasted", RgbImage::from_pixel(5, 4, Rgb([9, 8, 7]))));
        let pictures = vec![("photos/0.png".to_owned(), Arc::clone(&photo))];
        write(&path, &Contents { session: session(), pictures })?;
        let back = read(&path)?;
        assert_eq!(back.session, session());
        assert_eq!(back.pictures[0].1.sha256, photo.sha256);
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }

    #[test]
    fn what_is_no_session_is_refused_in_words() -> Tested {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.mtlface");
        let refusal = |bytes: &[u8]| -> Result<String, std::io::Error> {
            std::fs::write(&path, bytes)?;
            Ok(read(&path).map(|_| ()).map_err(|error| error.to_string()).err().unwrap_or_default())
        };
        assert!(refusal(b"")?.contains("not a session"));
        assert!(refusal(b"PK\x03\x04 and so on")?.contains("not a session"));
        let pictures = Vec::new();
        write(&path, &Contents { session: Session { version: 9, ..session() }, pictures: pictures.clone() })?;
        let newer = std::fs::read(&path)?;
        assert!(refusal(&newer)?.contains("newer version"));
        write(&path, &Contents { session: session(), pictures })?;
        let lacking = std::fs::read(&path)?;
        assert!(refusal(&lacking)?.contains("damaged"));
        std::fs::remove_file(&path)?;
        let missing = read(&path).map(|_| ()).map_err(|error| error.to_string());
        assert!(missing.err().unwrap_or_default().contains("cannot be read"));
        Ok(())
    }
}
