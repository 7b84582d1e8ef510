//! `mtlface faces PHOTO`: every face of a photo, with its age and what makes it hard to read.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Output;
use super::common::{CommonArgs, number, with};
use super::subject::{alignment_json, minor_warning};
use crate::engine::FaceReading;
use crate::face::{AlignedFace, LandmarkSource, Photo};

/// Arguments of `faces`.
#[derive(Debug, clap::Args)]
pub struct FacesArgs {
    /// The photo
    photo: PathBuf,
}

/// Lists the faces; none is an answer, not an error.
pub fn run(arguments: &FacesArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let loaded = common.load()?;
    let photo = Photo::open(&arguments.photo)?;
    let faces = if common.aligned {
        vec![AlignedFace::already_aligned(&photo)?]
    } else {
        let detections = loaded.pipeline.find_faces(&photo)?;
        detections.iter().map(|found| AlignedFace::from_detection(&photo, found)).collect::<Result<_, _>>()?
    };
    let readings = loaded.pipeline.read_faces(&faces.iter().collect::<Vec<_>>())?;
    let faces: Vec<Listed> = faces.into_iter().zip(readings).map(Listed::new).collect();
    let own = json!({
        "source": {
            "name": photo.name,
            "sha256": photo.sha256,
            "width_px": photo.pixels.width(),
            "height_px": photo.pixels.height(),
        },
        "faces": faces.iter().map(Listed::json).collect::<Vec<_>>(),
    });
    let json = with(common.record(&loaded, json!({ "aligned": common.aligned })), own);
    Ok(Output { json, text: text(&photo, &faces) })
}

/// One face of the list.
struct Listed {
    face: AlignedFace,
    reading: FaceReading,
    warnings: Vec<String>,
}

impl Listed {
    fn new((face, reading): (AlignedFace, FaceReading)) -> Self {
        let mut warnings: Vec<String> = face.quality.iter().map(|warning| warning.sentence()).collect();
        warnings.extend(minor_warning(reading.age.years));
        Self { face, reading, warnings }
    }

    fn json(&self) -> Value {
        json!({
            "box_px": self.face.detection.box_px.map(number),
            "score": number(self.face.detection.score),
            "landmarks_px": self.face.detection.landmarks_px.map(|point| point.map(number)),
            "age_years": number(self.reading.age.years),
            "age_spread_years": number(self.reading.age.spread_years),
            "age_group": self.reading.age.group().label(),
            "alignment": alignment_json(&self.face),
            "warnings": self.warnings,
        })
    }

    fn line(&self, index: usize) -> String {
        let size = match self.face.landmark_source {
            LandmarkSource::AlreadyAligned => "aligned".to_owned(),
            _ => format!("{:.0} px", self.face.detection.size_px()),
        };
        let [left, top, ..] = self.face.detection.box_px;
        let age = format!("{:.0} ± {:.0} years", self.reading.age.years, self.reading.age.spread_years);
        let score = self.face.detection.score;
        let mut line = format!("{:>3}  {size:>8} at {left:.0}, {top:.0}   {age}   score {score:.2}", index + 1);
        for warning in &self.warnings {
            line.push_str("\n     ");
            line.push_str(warning);
        }
        line
    }
}

fn text(photo: &Photo, faces: &[Listed]) -> String {
    let count = match faces.len() {
        0 => "no face was found; `mtlface age` and the window take landmarks placed by hand".to_owned(),
        1 => "1 face".to_owned(),
        count => format!("{count} faces, the centre-most large one first"),
    };
    let (width, height) = photo.pixels.dimensions();
    let mut lines = vec![format!("{} ({width} × {height}): {count}", photo.name)];
    lines.extend(faces.iter().enumerate().map(|(index, face)| face.line(index)));
    lines.join("\n")
}
