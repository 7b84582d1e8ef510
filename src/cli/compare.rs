//! `mtlface compare A B`: the similarity of two faces and what it means for faces of these ages.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::arguments::{FaceArgs, face_number, landmarks, stated_age};
use super::common::{CommonArgs, Output, number, with};
use super::subject::Subject;
use crate::face::Landmarks;
use crate::recognition::{Calibration, Reading};

/// What every result with a match says.
const LEAD: &str = "Investigative lead, not an identification.";

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
    let ages = [arguments.age_a.unwrap_or(a.reading.age.years), arguments.age_b.unwrap_or(b.reading.age.years)];
    let calibration = Calibration::for_weights(loaded.pipeline.weights_sha256());
    let (reading, mut warnings) = match calibration {
        Ok(calibration) => {
            let reading = calibration.read(cosine, ages[0], ages[1]);
            let warnings = reading.warnings.clone();
            (Some(reading), warnings)
        }
        Err(error) => (None, vec![LEAD.to_owned(), format!("{}.", sentence_case(&error.to_string()))]),
    };
    warnings.extend(a.warnings.iter().map(|warning| format!("A: {warning}")));
    warnings.extend(b.warnings.iter().map(|warning| format!("B: {warning}")));
    if a.photo.sha256 == b.photo.sha256 && a.face.detection == b.face.detection {
        warnings.push("A and B are the same file: the score says nothing.".to_owned());
    }
    let own = json!({
        "cosine": number(cosine),
        "a": with_age(&a, arguments.age_a),
        "b": with_age(&b, arguments.age_b),
        "warnings": warnings,
    });
    let parameters = json!({
        "age_a_years": number(ages[0]), "age_a_stated": arguments.age_a.is_some(),
        "age_b_years": number(ages[1]), "age_b_stated": arguments.age_b.is_some(),
        "aligned": common.aligned,
    });
    let json = with(common.record(&loaded, parameters), own);
    let Value::Object(json) = json else { return Ok(Output { json, text: String::new() }) };
    let json = with(json, verdict(reading.as_ref()));
    let text = text([&a, &b], [arguments.age_a, arguments.age_b], cosine, reading.as_ref(), &warnings);
    Ok(Output { json, text })
}

/// The keys that say what the score means; null where nothing was measured for these weights.
fn verdict(reading: Option<&Reading>) -> Value {
    match reading {
        None => json!({ "same": null, "threshold": null, "fmr": null, "fnmr": null, "calibration": null }),
        Some(reading) => json!({
            "same": reading.same,
            "threshold": number(reading.threshold),
            "fmr": reading.false_match_rate,
            "fnmr": reading.false_non_match_rate,
            "calibration": { "name": reading.calibration_name, "pairs": reading.impostor_pairs },
            "headline": reading.headline,
            "explanation": reading.explanation,
        }),
    }
}

fn with_age(subject: &Subject, stated: Option<f32>) -> Value {
    let mut source = subject.source_json();
    source["own_age_years"] = number(stated.unwrap_or(subject.reading.age.years));
    source["own_age_stated"] = json!(stated.is_some());
    source
}

fn text(
    subjects: [&Subject; 2],
    stated: [Option<f32>; 2],
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
    for (label, (subject, stated)) in ["A", "B"].iter().zip(subjects.iter().zip(stated)) {
        let age = match stated {
            Some(years) => format!("{years:.0} years as stated"),
            None => format!("about {} years", subject.age_text()),
        };
        let faces = subject.faces_found;
        lines.push(format!("  {label}  {}, face {} of {faces}, {age}", subject.photo.name, subject.face_number));
    }
    lines.extend(warnings.iter().cloned());
    lines.join("\n")
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
