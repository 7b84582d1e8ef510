//! `mtlface faces PHOTO`: every face in a photo.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::common::provenance;
use super::output::hinted;
use super::{CommonArgs, Output};
use crate::face::{AlignedFace, Photo};

/// Arguments of `faces`.
#[derive(Debug, Args)]
pub struct FacesArgs {
    /// The photo.
    photo: PathBuf,
}

/// Lists the faces, the centre-most large one first.
pub fn run(args: &FacesArgs, common: &CommonArgs) -> Result<Output> {
    let pipeline = common.pipeline()?;
    let photo = Photo::open(&args.photo)?;
    let aligned = if common.aligned {
        vec![AlignedFace::already_aligned(&photo)?]
    } else {
        let detections = pipeline.find_faces(&photo)?;
        detections.iter().map(|face| AlignedFace::from_detection(&photo, face)).collect::<Result<_, _>>()?
    };
    if aligned.is_empty() {
        return Err(hinted(
            format!("No face was found in {}.", photo.name),
            "Use a photo where the face is larger, or place the landmarks yourself with --landmarks.",
        ));
    }
    let readings = pipeline.read_faces(&aligned.iter().collect::<Vec<_>>())?;
    let mut text = format!("{}: {} face{}", photo.name, aligned.len(), if aligned.len() == 1 { "" } else { "s" });
    let mut faces = Vec::new();
    for (index, (face, reading)) in aligned.iter().zip(&readings).enumerate() {
        let detection = &face.detection;
        let warnings: Vec<String> = face.quality.iter().map(|warning| warning.sentence()).collect();
        text.push_str(&format!(
            "\n{}  about {:.0} years (± {:.0}), {:.0} pixels, score {:.2}",
            index + 1,
            reading.age.years,
            reading.age.spread_years,
            detection.size_px(),
            detection.score
        ));
        warnings.iter().for_each(|warning| text.push_str(&format!("\n   {warning}")));
        faces.push(json!({
            "box_px": detection.box_px,
            "score": detection.score,
            "landmarks_px": detection.landmarks_px,
            "age_years": reading.age.years,
            "age_spread_years": reading.age.spread_years,
            "warnings": warnings,
        }));
    }
    let source = json!({ "file": photo.name, "sha256": photo.sha256, "size_px": photo.pixels.dimensions() });
    Ok(Output { json: json!({ "faces": faces, "source": source, "provenance": provenance(&pipeline, common) }), text })
}
