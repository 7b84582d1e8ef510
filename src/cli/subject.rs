//! One face of one photo, found, aligned and read: what most commands start from.

use std::path::Path;

use serde_json::{Value, json};

use super::Problem;
use super::arguments::FaceArgs;
use super::common::{CommonArgs, number};
use crate::aging::export::is_marked_synthetic;
use crate::engine::{FaceReading, Pipeline};
use crate::face::{AlignedFace, Photo};

/// Below this estimated age a reading is to be trusted less.
const ADULT_YEARS: f32 = 18.0;

/// One face of one photo.
#[derive(Debug)]
pub struct Subject {
    /// The photo.
    pub photo: Photo,
    /// The face, aligned.
    pub face: AlignedFace,
    /// Its number, counted from 1.
    pub face_number: usize,
    /// How many faces the photo has; 1 where nobody looked.
    pub faces_found: usize,
    /// What the network reads from it.
    pub reading: FaceReading,
    /// What to keep in mind, a sentence each.
    pub warnings: Vec<String>,
}

impl Subject {
    /// Opens a photo file and reads the face asked for.
    ///
    /// # Errors
    /// When the file is not a usable photo or the face is not there.
    pub fn open(path: &Path, which: &FaceArgs, common: &CommonArgs, pipeline: &Pipeline) -> anyhow::Result<Self> {
        let photo = Photo::open(path)?;
        let mut subject = Self::read(photo, which, common, pipeline)?;
        if std::fs::read(path).is_ok_and(|bytes| is_marked_synthetic(&bytes)) {
            subject.warnings.push(format!("{} says of itself that it is synthetic.", subject.photo.name));
        }
        Ok(subject)
    }

    /// Reads the face asked for in a photo.
    ///
    /// # Errors
    /// When the face is not there.
    pub fn read(photo: Photo, which: &FaceArgs, common: &CommonArgs, pipeline: &Pipeline) -> anyhow::Result<Self> {
        let (face, faces_found) = align(&photo, which, common, pipeline)?;
        let reading = pipeline.read_face(&face)?;
        let face_number = which.face.unwrap_or(1);
        let mut warnings: Vec<String> = face.quality.iter().map(|warning| warning.sentence()).collect();
        if faces_found > 1 && which.face.is_none() {
            warnings.push(format!(
                "{} has {faces_found} faces; this is face 1, the centre-most large one (another: --face N).",
                photo.name
            ));
        }
        Ok(Self { photo, face, face_number, faces_found, reading, warnings })
    }

    /// Estimated age with its spread, as in `24 ± 5`.
    pub fn age_text(&self) -> String {
        format!("{:.0} ± {:.0}", self.reading.age.years, self.reading.age.spread_years)
    }

    /// The keys every command gives of a source.
    pub fn source_json(&self) -> Value {
        json!({
            "name": self.photo.name,
            "sha256": self.photo.sha256,
            "width_px": self.photo.pixels.width(),
            "height_px": self.photo.pixels.height(),
            "face": self.face_number,
            "faces_found": self.faces_found,
            "age_years": number(self.reading.age.years),
            "age_spread_years": number(self.reading.age.spread_years),
            "age_group": self.reading.age.group().label(),
            "alignment": alignment_json(&self.face),
        })
    }
}

/// The landmarks, who placed them, and the transform they gave.
pub fn alignment_json(face: &AlignedFace) -> Value {
    json!({
        "landmarks_px": face.detection.landmarks_px.map(|point| point.map(number)),
        "landmark_source": face.landmark_source,
        "photo_to_crop": face.photo_to_crop.matrix,
    })
}

/// The sentence for a face that may be a child's.
pub fn minor_warning(age_years: f32) -> Option<String> {
    (age_years < ADULT_YEARS)
        .then(|| "The face looks younger than 18: ages and comparisons of children are less sure.".to_owned())
}

/// The face asked for, and how many there are.
fn align(
    photo: &Photo,
    which: &FaceArgs,
    common: &CommonArgs,
    pipeline: &Pipeline,
) -> anyhow::Result<(AlignedFace, usize)> {
    if common.aligned {
        return Ok((AlignedFace::already_aligned(photo)?, 1));
    }
    if let Some(landmarks_px) = which.landmarks {
        return Ok((AlignedFace::from_landmarks(photo, landmarks_px)?, 1));
    }
    let detections = pipeline.find_faces(photo)?;
    if detections.is_empty() {
        let hint = "Place the five landmarks by hand: --landmarks x,y,x,y,x,y,x,y,x,y (both eyes, nose tip, both \
                    mouth corners, in pixels).";
        return Err(Problem::new(format!("No face was found in {}.", photo.name), hint).into());
    }
    let number = which.face.unwrap_or(1);
    let Some(detection) = detections.get(number - 1) else {
        let count = match detections.len() {
            1 => "1 face".to_owned(),
            count => format!("{count} faces"),
        };
        let sentence = format!("{} has {count}, so there is no face {number}.", photo.name);
        return Err(Problem::new(sentence, "List them with `mtlface faces`.").into());
    };
    Ok((AlignedFace::from_detection(photo, detection)?, detections.len()))
}
