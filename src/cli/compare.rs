//! `mtlface compare A B`: the similarity of two faces and what it means for faces of these ages.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Output;
use super::arguments::{FaceArgs, face_number, landmarks, stated_age};
use super::common::{CommonArgs, number, with};
use super::subject::Subject;
use crate::face::Landmarks;
use crate::recognition::verdict::{KnownAge, LEAD_NOT_IDENTIFICATION};
use crate::recognition::{CalibrationError, Reading};

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// One photo
    a: PathBuf,
    /// Another photo
    b: PathBuf,
    /// Age of the person in A, where it is known [default: as estimated]
    #[arg(long, value_name = "YEARS", value_parser = stated_age)]
    age_a: Option<f32>,
    /// Age of the person in B, where it is known [default: as estimated]
    #[arg(long, value_name = "YEARS", value_parser = stated_age)]
    age_b: Option<f32>,
    /// Which face of A, when there are several [default: 1, the centre-most large one]
    #[arg(long, value_name = "N", value_parser = face_number, conflicts_with_all = ["landmarks_a", "aligned"])]
    face_a: Option<usize>,
    /// Which face of B, when there are several [default: 1, the centre-most large one]
    #[arg(long, value_name = "N", value_parser = face_number, conflicts_with_all = ["landmarks_b", "aligned"])]
    face_b: Option<usize>,
    /// Landmarks of the face in A, placed by hand
    #[arg(long, value_name = "X,Y,…", value_parser = landmarks, allow_hyphen_values = true, conflicts_with = "aligned")]
    landmarks_a: Option<Landmarks>,
    /// Landmarks of the face in B, placed by hand
    #[arg(long, value_name = "X,Y,…", value_parser = landmarks, allow_hyphen_values = true, conflicts_with = "aligned")]
    landmarks_b: Option<Landmarks>,
}

/// Compares two faces.
pub fn run(arguments: &CompareArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let loaded = common.load()?;
    let which_a = FaceArgs { face: arguments.face_a, landmarks: arguments.landmarks_a };
    let which_b = FaceArgs { face: arguments.face_b, landmarks: arguments.landmarks_b };
    let a = Subject::open(&arguments.a, &which_a, common, &loaded.pipeline)?;
    let b = Subject::open(&arguments.b, &which_b, common, &loaded.pipeline)?;
    let cosine = a.reading.embedding.cosine(&b.reading.embedding);
    let ages = [known_age(&a, arguments.age_a), known_age(&b, arguments.age_b)];
    let (reading, mut warnings) = match common.calibration(&loaded.pipeline) {
        Ok(calibration) => {
            let reading = calibration.read(cosine, ages[0], ages[1]);
            let warnings = reading.warnings.clone();
            (Some(reading), warnings)
        }
        Err(error @ CalibrationError::Unknown { .. }) => {
            (None, vec![LEAD_NOT_IDENTIFICATION.to_owned(), error.to_string()])
        }
        Err(error) => return Err(error.into()),
    };
    warnings.extend(a.warnings.iter().map(|warning| format!("A: {warning}")));
    warnings.extend(b.warnings.iter().map(|warning| format!("B: {warning}")));
    if a.photo.sha256 == b.photo.sha256 && a.face.detection == b.face.detection {
        warnings.push("A and B are the same file: the score says nothing.".to_owned());
    }
    let own = json!({
        "cosine": number(cosine),
        "a": with_age(&a, ages[0]),
        "b": with_age(&b, ages[1]),
        "warnings": warnings,
    });
    let parameters = json!({
        "age_a_years": number(ages[0].years), "age_a_stated": ages[0].stated,
        "age_b_years": number(ages[1].years), "age_b_stated": ages[1].stated,
        "aligned": common.aligned,
    });
    let json = with(common.record(&loaded, parameters), own);
    let Value::Object(json) = json else { return Ok(Output { json, text: String::new() }) };
    let json = with(json, verdict(reading.as_ref()));
    let text = text([&a, &b], ages, cosine, reading.as_ref(), &warnings);
    Ok(Output { json, text })
}

/// The keys that say what the score means; null where nothing was measured for these weights.
fn verdict(reading: Option<&Reading>) -> Value {
    match reading {
        None => {
            json!({ "same": null, "threshold": null, "fmr": null, "fmr_below": null, "fnmr": null, "fnmr_under_18": null, "calibration": null })
        }
        Some(reading) => json!({
            "same": reading.same,
            "threshold": number(reading.threshold),
            "fmr": reading.false_match_rate,
            "fmr_below": reading.false_match_rate_below,
            "fnmr": reading.false_non_match_rate,
            "fnmr_under_18": reading.false_non_match_rate_under_18,
            "calibration": { "name": reading.calibration_name, "pairs": reading.impostor_pairs },
            "headline": reading.headline,
            "explanation": reading.explanation,
        }),
    }
}

fn with_age(subject: &Subject, age: KnownAge) -> Value {
    let mut source = subject.source_json();
    source["own_age_years"] = number(age.years);
    source["own_age_stated"] = json!(age.stated);
    source
}

fn text(
    subjects: [&Subject; 2],
    ages: [KnownAge; 2],
    cosine: f32,
    reading: Option<&Reading>,
    warnings: &[String],
) -> String {
    let mut lines = Vec::new();
    match reading {
        Some(reading) => {
            let side = if reading.same { "at or above" } else { "below" };
            lines.push(format!("{cosine:.3}  {}", reading.headline));
            lines.push(format!("       {side} the threshold for these ages, {:.3}", reading.threshold));
            lines.push(reading.explanation.clone());
        }
        None => lines.push(format!("{cosine:.3}  cosine; what it means was not measured for these weights")),
    }
    for (label, (subject, age)) in ["A", "B"].iter().zip(subjects.iter().zip(ages)) {
        let age = match age.stated {
            true => format!("{:.0} years as stated", age.years),
            false => format!("about {} years", subject.age_text()),
        };
        let faces = subject.faces_found;
        lines.push(format!("  {label}  {}, face {} of {faces}, {age}", subject.photo.name, subject.face_number));
    }
    lines.extend(warnings.iter().cloned());
    lines.join("\n")
}

fn known_age(subject: &Subject, stated: Option<f32>) -> KnownAge {
    stated.map_or(KnownAge::estimated(subject.reading.age.years), KnownAge::stated)
}
