//! `mtlface compare A B`: how alike two faces are, and what that means for their ages.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::common::{FaceArgs, alignment, open_face, provenance};
use super::{CommonArgs, Output};
use crate::recognition::Calibration;
use crate::recognition::verdict::KnownAge;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// First photo.
    a: PathBuf,
    /// Second photo.
    b: PathBuf,
    /// Age in the first photo, if known.
    #[arg(long, value_name = "YEARS", value_parser = super::age::years)]
    age_a: Option<f32>,
    /// Age in the second photo, if known.
    #[arg(long, value_name = "YEARS", value_parser = super::age::years)]
    age_b: Option<f32>,
    /// Which face of the first photo.
    #[arg(long, value_name = "N", default_value_t = 1)]
    face_a: usize,
    /// Which face of the second photo.
    #[arg(long, value_name = "N", default_value_t = 1)]
    face_b: usize,
}

/// Compares the two faces.
pub fn run(args: &CompareArgs, common: &CommonArgs) -> Result<Output> {
    let pipeline = common.pipeline()?;
    let calibration = Calibration::for_weights(pipeline.weights_sha256())?;
    let chosen = |face| FaceArgs { face, landmarks: None };
    let (photo_a, face_a) = open_face(&args.a, &chosen(args.face_a), common, &pipeline)?;
    let (photo_b, face_b) = open_face(&args.b, &chosen(args.face_b), common, &pipeline)?;
    let [a, b] = [pipeline.read_face(&face_a)?, pipeline.read_face(&face_b)?];
    let cosine = a.embedding.cosine(&b.embedding);
    let known = |stated: Option<f32>, estimated: f32| stated.map_or(KnownAge::estimated(estimated), KnownAge::stated);
    let reading = calibration.read(cosine, known(args.age_a, a.age.years), known(args.age_b, b.age.years));
    let mut warnings = reading.warnings.clone();
    for (name, face) in [(&photo_a.name, &face_a), (&photo_b.name, &face_b)] {
        warnings.extend(face.quality.iter().map(|warning| format!("{name}: {}", warning.sentence())));
    }
    let side = |photo: &crate::face::Photo, face: &crate::face::AlignedFace, reading: &crate::engine::FaceReading| {
        json!({
            "file": photo.name, "sha256": photo.sha256, "age_years": reading.age.years,
            "age_spread_years": reading.age.spread_years, "alignment": alignment(face),
        })
    };
    let text = format!(
        "{:.3}  cosine of {} and {}\n{}\n\n{}\nThreshold for these ages: {:.3} (1 in 1,000).\n\n{}",
        cosine,
        photo_a.name,
        photo_b.name,
        reading.headline,
        reading.explanation,
        reading.threshold,
        warnings.iter().map(|warning| format!("- {warning}")).collect::<Vec<_>>().join("\n"),
    );
    let json = json!({
        "cosine": cosine,
        "same": reading.same,
        "threshold": reading.threshold,
        "fmr": reading.false_match_rate,
        "fmr_below": reading.false_match_rate_below,
        "fnmr": reading.false_non_match_rate,
        "calibration": { "name": reading.calibration_name, "pairs": reading.impostor_pairs },
        "headline": reading.headline,
        "explanation": reading.explanation,
        "warnings": warnings,
        "a": side(&photo_a, &face_a, &a),
        "b": side(&photo_b, &face_b, &b),
        "provenance": provenance(&pipeline, common),
    });
    Ok(Output { json, text })
}
