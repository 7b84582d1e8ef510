//! Every picture of a set, read once: the face the product would choose, or the reason why there is none.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::engine::{AgeEstimate, EngineError, FaceReading, Pipeline};
use crate::face::{AlignedFace, Photo};
use crate::pictures::{LandmarksTable, PictureSet};
use crate::recognition::Embedding;

/// A picture that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its path inside the set.
    pub file: String,
    /// Why, as a sentence.
    pub reason: String,
}

/// What the protocols need of one face.
#[derive(Clone, Debug)]
pub struct ReadFace {
    /// Identity, from the face and its mirror image.
    pub embedding: Embedding,
    /// Apparent age, the mean of the face's and of its mirror image's.
    pub age: AgeEstimate,
    /// Apparent age in years of the face alone.
    pub face_age_years: f32,
}

impl From<FaceReading> for ReadFace {
    fn from(reading: FaceReading) -> Self {
        Self { embedding: reading.embedding, age: reading.age, face_age_years: reading.face_age_years }
    }
}

/// A set of pictures after reading; `T` is what was taken from each face.
#[derive(Debug)]
pub struct ReadPictures<T = ReadFace> {
    /// By the picture's path inside the set.
    pub faces: BTreeMap<String, T>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
}

/// How faces are brought to the pose the networks expect.
#[derive(Clone, Debug, Default)]
pub enum Alignment {
    /// The detector finds them; the first one counts, the centre-most large one.
    #[default]
    Detector,
    /// Landmarks placed before; a picture without any is skipped.
    Landmarks(LandmarksTable),
    /// The pictures are aligned crops.
    Aligned,
}

impl Alignment {
    /// In a few words, as a report says it.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Detector => "MTCNN, first face",
            Self::Landmarks(_) => "landmark file",
            Self::Aligned => "already aligned",
        }
    }

    /// The face of a photo, aligned, or why there is none.
    fn face(&self, pipeline: &Pipeline, name: &str, photo: &Photo) -> Result<AlignedFace, String> {
        match self {
            Self::Aligned => AlignedFace::already_aligned(photo).map_err(|error| error.to_string()),
            Self::Landmarks(file) => {
                let landmarks_px = file.of(name).ok_or("The landmark file has no landmarks of it.")?;
                AlignedFace::from_landmarks(photo, landmarks_px).map_err(|error| error.to_string())
            }
            Self::Detector => {
                let detections = pipeline.find_faces(photo).map_err(|error| error.to_string())?;
                let first = detections.first().ok_or("No face was found.")?;
                AlignedFace::from_detection(photo, first).map_err(|error| error.to_string())
            }
        }
    }
}

fn photo(set: &PictureSet, name: &str) -> Result<Photo, String> {
    let place = set.find(name).ok_or("It is not in the set.")?;
    let bytes = set.picture(place).map_err(|error| error.to_string())?;
    Photo::from_bytes(name, &bytes).map_err(|error| error.to_string())
}

/// Reads the pictures of these names as the product does. `progress` hears how many are done, from any thread.
///
/// # Errors
/// When the device is lost; a picture that cannot be used is listed, not an error.
pub fn read(
    set: &PictureSet,
    pipeline: &Pipeline,
    names: &[String],
    alignment: &Alignment,
    progress: impl Fn(usize) + Sync,
) -> Result<ReadPictures, EngineError> {
    let read = |face: &AlignedFace| Ok(pipeline.read_faces(&[face])?.swap_remove(0).into());
    each_face(set, pipeline, names, alignment, progress, read)
}

/// Takes something from the face of each picture of these names, on all threads.
///
/// # Errors
/// When the device is lost; a picture that cannot be used is listed, not an error.
pub fn each_face<T: Send>(
    set: &PictureSet,
    pipeline: &Pipeline,
    names: &[String],
    alignment: &Alignment,
    progress: impl Fn(usize) + Sync,
    take: impl Fn(&AlignedFace) -> Result<T, EngineError> + Sync,
) -> Result<ReadPictures<T>, EngineError> {
    let done = AtomicUsize::new(0);
    let outcomes: Vec<(String, Result<T, String>)> = names
        .par_iter()
        .map(|name| {
            let face = photo(set, name).and_then(|photo| alignment.face(pipeline, name, &photo));
            let outcome = match face {
                Ok(face) => Ok(take(&face)?),
                Err(reason) => Err(reason),
            };
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok((name.clone(), outcome))
        })
        .collect::<Result<_, EngineError>>()?;
    let mut read = ReadPictures { faces: BTreeMap::new(), skipped: Vec::new() };
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
