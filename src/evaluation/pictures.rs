//! Every picture of a set, read once: the face the product would choose, or the reason why there is none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::engine::{EngineError, FaceReading, Pipeline};
use crate::face::{AlignedFace, Photo};

/// Endings of the picture files a set may hold.
const ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "jfif"];

/// A picture that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its path inside the set.
    pub file: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// A set of pictures after reading.
#[derive(Debug, Default)]
pub struct ReadPictures {
    /// Faces by the picture's path inside the set, without the activity of single channels.
    pub faces: BTreeMap<String, FaceReading>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
}

/// Where pictures come from.
#[derive(Debug)]
pub enum PictureSet {
    /// A folder, searched with its subfolders.
    Folder(PathBuf),
    /// The pictures of a tar archive, held as bytes.
    Archive(Vec<(String, Vec<u8>)>),
}

impl PictureSet {
    /// Opens a folder or a tar archive.
    ///
    /// # Errors
    /// When it is neither, or cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let mut pictures = Vec::new();
        for entry in tar::Archive::new(File::open(path)?).entries()? {
            let mut entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            if is_picture(Path::new(&name)) {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                pictures.push((name, bytes));
            }
        }
        Ok(Self::Archive(pictures))
    }

    /// Paths of all pictures inside the set, sorted.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = match self {
            Self::Folder(folder) => {
                let mut names = Vec::new();
                list(folder, folder, &mut names)?;
                names
            }
            Self::Archive(pictures) => pictures.iter().map(|(name, _)| name.clone()).collect(),
        };
        names.sort();
        Ok(names)
    }

    fn photo(&self, name: &str) -> Result<Photo, String> {
        match self {
            Self::Folder(folder) => Photo::open(&folder.join(name)).map_err(|error| error.to_string()),
            Self::Archive(pictures) => match pictures.iter().find(|(held, _)| held == name) {
                Some((_, bytes)) => Photo::from_bytes(name, bytes).map_err(|error| error.to_string()),
                None => Err("It is not in the archive.".to_owned()),
            },
        }
    }

    /// Reads the pictures of these names. `progress` hears how many are done, from any thread.
    ///
    /// # Errors
    /// When the device is lost; a picture that cannot be used is listed, not an error.
    pub fn read(
        &self,
        pipeline: &Pipeline,
        names: &[String],
        aligned: bool,
        progress: impl Fn(usize) + Sync,
    ) -> Result<ReadPictures, EngineError> {
        let done = AtomicUsize::new(0);
        let outcomes: Vec<(String, Result<FaceReading, String>)> = names
            .par_iter()
            .map(|name| {
                let outcome = match self.photo(name).and_then(|photo| face_of(pipeline, &photo, aligned)) {
                    Ok(face) => Ok(without_channels(pipeline.read_faces(&[&face])?.swap_remove(0))),
                    Err(reason) => Err(reason),
                };
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
                Ok((name.clone(), outcome))
            })
            .collect::<Result<_, EngineError>>()?;
        let mut read = ReadPictures::default();
        for (file, outcome) in outcomes {
            match outcome {
                Ok(face) => {
                    read.faces.insert(file, face);
                }
                Err(reason) => read.skipped.push(Skipped { file, reason }),
            }
        }
        Ok(read)
    }
}

/// Without the activity of each channel, which no protocol needs and which would hold 200 KB for every picture.
fn without_channels(mut reading: FaceReading) -> FaceReading {
    reading.attention.channel_activity = Vec::new();
    reading
}

/// The face the product would choose.
fn face_of(pipeline: &Pipeline, photo: &Photo, aligned: bool) -> Result<AlignedFace, String> {
    if aligned {
        return AlignedFace::already_aligned(photo).map_err(|error| error.to_string());
    }
    let detections = pipeline.find_faces(photo).map_err(|error| error.to_string())?;
    let first = detections.first().ok_or_else(|| "No face was found.".to_owned())?;
    AlignedFace::from_detection(photo, first).map_err(|error| error.to_string())
}

fn list(root: &Path, folder: &Path, names: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link is not followed: it may lead out of the set or in circles.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(root, &path, names)?;
        } else if kind.is_file() && is_picture(&path) {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            names.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Whether the ending is that of a picture.
pub fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}
