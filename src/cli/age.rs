//! `mtlface age PHOTO --to 5,25,45,65 -o DIR`: the same face at other ages.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::common::{FaceArgs, alignment, open_face, provenance};
use super::{CommonArgs, Output};
use crate::aging::export::{
    OutputFolder, PictureKind, Provenance, Sheet, SheetCell, contact_sheet, encode_png, face_picture, labelled_face,
    labelled_photo, years_text,
};
use crate::aging::{MAX_AGE_YEARS, Timeline, age_photo};
use crate::engine::{FaceReading, Pipeline};
use crate::face::{AlignedFace, Photo};
use crate::model::AgeGroup;
use crate::recognition::verdict::LEAD_NOT_IDENTIFICATION;

/// Arguments of `age`.
#[derive(Debug, Args)]
pub struct AgeArgs {
    /// The photo.
    photo: PathBuf,
    /// Ages to show, in years.
    #[arg(long, value_name = "YEARS,…", value_delimiter = ',', required = true, value_parser = target_years)]
    to: Vec<f32>,
    /// Folder for the pictures.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// True age in the photo, if known; estimated otherwise.
    #[arg(long, value_name = "YEARS", value_parser = years)]
    own_age: Option<f32>,
    /// How much of the learnt change is shown; 1 is as learnt.
    #[arg(long, default_value_t = 1.0, value_parser = strength)]
    strength: f32,
    #[command(flatten)]
    face: FaceArgs,
}

/// What is aged, and how.
pub struct Subject<'a> {
    /// The photo.
    pub photo: &'a Photo,
    /// Its face.
    pub face: &'a AlignedFace,
    /// What the network read.
    pub reading: &'a FaceReading,
    /// True age in years, where stated.
    pub own_age_years: Option<f32>,
    /// Share of the learnt change.
    pub strength: f32,
}

/// Writes the pictures.
pub fn run(args: &AgeArgs, common: &CommonArgs) -> Result<Output> {
    let folder = OutputFolder::prepare(&args.output, &[&args.photo])?;
    let pipeline = common.pipeline()?;
    let (photo, face) = open_face(&args.photo, &args.face, common, &pipeline)?;
    let reading = pipeline.read_face(&face)?;
    let subject =
        Subject { photo: &photo, face: &face, reading: &reading, own_age_years: args.own_age, strength: args.strength };
    write_ages(&subject, &args.to, &folder, common, &pipeline)
}

/// Writes a photo and a face for each age, and the sheet of all.
pub fn write_ages(
    subject: &Subject<'_>,
    ages: &[f32],
    folder: &OutputFolder,
    common: &CommonArgs,
    pipeline: &Pipeline,
) -> Result<Output> {
    let timeline = pipeline.timeline(subject.face)?;
    let own_years = subject.own_age_years.unwrap_or(subject.reading.age.years);
    let stem = file_stem(&subject.photo.name);
    let record = |parameters: Value| {
        Provenance::new(subject.face, pipeline.weights_sha256(), pipeline.device(), common.seed, parameters)
    };
    let parameters = json!({
        "own_age_years": own_years, "own_age_stated": subject.own_age_years.is_some(),
        "strength": subject.strength, "ages_years": ages,
    });
    let mut cells = vec![SheetCell::Photograph {
        picture: face_picture(&subject.photo.pixels, &subject.face.photo_to_crop),
        age_years: own_years,
        stated: subject.own_age_years.is_some(),
    }];
    let mut outputs = Vec::new();
    for (index, age_years) in ages.iter().enumerate() {
        common.progress(&format!("age {} ({} of {})", years_text(*age_years), index + 1, ages.len()));
        let change = timeline.change_at(*age_years, own_years, subject.strength);
        let aged = age_photo(&subject.photo.pixels, &subject.face.photo_to_crop, &change);
        let identity_cosine = identity_kept(subject, &aged, pipeline)?;
        let kind = PictureKind::Synthetic(*age_years);
        let made = record(json!({ "age_years": age_years, "own_age_years": own_years, "strength": subject.strength }));
        let write = |what: &str, picture: &image::RgbImage| -> Result<PathBuf> {
            let name = format!("{stem}-age-{}-{what}.png", years_text(*age_years));
            Ok(folder.write(&name, &encode_png(picture, kind, &made)?)?)
        };
        let transform = &subject.face.photo_to_crop;
        outputs.push(json!({
            "target_age_years": age_years,
            "group": AgeGroup::of_years(*age_years).label(),
            "face_path": write("face", &labelled_face(&aged, transform, *age_years))?,
            "photo_path": write("photo", &labelled_photo(&aged, subject.face, *age_years))?,
            "identity_cosine": identity_cosine,
        }));
        cells.push(SheetCell::Synthetic {
            picture: face_picture(&aged, transform),
            age_years: *age_years,
            identity_cosine,
        });
    }
    common.progress_done();
    let sheet = contact_sheet(&sheet(subject, cells, own_years, pipeline));
    let bytes = encode_png(&sheet, PictureKind::SyntheticSheet, &record(parameters.clone()))?;
    let sheet_path = folder.write(&format!("{stem}-sheet.png"), &bytes)?;
    Ok(report(subject, own_years, outputs, &sheet_path, &parameters, &provenance(pipeline, common), &timeline))
}

fn report(
    subject: &Subject<'_>,
    own_years: f32,
    outputs: Vec<Value>,
    sheet_path: &Path,
    parameters: &Value,
    provenance: &Value,
    timeline: &Timeline,
) -> Output {
    let stated = if subject.own_age_years.is_some() { "stated" } else { "estimated" };
    let mut text = format!("{}: {own_years:.0} years, {stated}", subject.photo.name);
    for output in &outputs {
        text.push_str(&format!(
            "\n{:>5}  identity kept {:.2}  {}",
            output["target_age_years"],
            output["identity_cosine"].as_f64().unwrap_or_default(),
            output["photo_path"].as_str().unwrap_or_default()
        ));
    }
    let warnings: Vec<String> = subject.face.quality.iter().map(|warning| warning.sentence()).collect();
    warnings.iter().for_each(|warning| text.push_str(&format!("\n{warning}")));
    text.push_str(&format!("\nSheet: {}\nSynthetic faces. {LEAD_NOT_IDENTIFICATION}", sheet_path.display()));
    let json = json!({
        "source": {
            "file": subject.photo.name, "sha256": subject.photo.sha256, "age_years": own_years,
            "age_stated": subject.own_age_years.is_some(), "estimated_age_years": timeline.estimated_age_years,
        },
        "outputs": outputs,
        "sheet_path": sheet_path,
        "alignment": alignment(subject.face),
        "parameters": parameters,
        "warnings": warnings,
        "provenance": provenance,
    });
    Output { json, text }
}

/// Cosine of the aged face, as written, to the photograph.
fn identity_kept(subject: &Subject<'_>, aged: &image::RgbImage, pipeline: &Pipeline) -> Result<f32> {
    let photo = Photo { pixels: std::sync::Arc::new(aged.clone()), ..subject.photo.clone() };
    let face = match subject.face.landmark_source {
        crate::face::LandmarkSource::AlreadyAligned => AlignedFace::already_aligned(&photo)?,
        _ => AlignedFace::from_detection(&photo, &subject.face.detection)?,
    };
    let reading = pipeline.read_faces(&[&face])?;
    Ok(reading.first().map_or(f32::NAN, |reading| reading.embedding.cosine(&subject.reading.embedding)))
}

fn sheet(subject: &Subject<'_>, cells: Vec<SheetCell>, own_years: f32, pipeline: &Pipeline) -> Sheet {
    let stated = if subject.own_age_years.is_some() { "stated" } else { "estimated" };
    Sheet {
        title: subject.photo.name.clone(),
        subtitle: format!("{own_years:.0} years, {stated} · the same face at other ages"),
        cells,
        notes: vec![
            "Every face marked “Synthetic” was made by a network. It shows one way this face may look, not how it does."
                .to_owned(),
            format!(
                "Identity kept: cosine to the photograph. {LEAD_NOT_IDENTIFICATION} mtlface {} · weights {} · {}",
                env!("CARGO_PKG_VERSION"),
                &pipeline.weights_sha256()[..12.min(pipeline.weights_sha256().len())],
                pipeline.device().name
            ),
        ],
    }
}

/// A file name without its ending.
pub fn file_stem(name: &str) -> String {
    Path::new(name).file_stem().map_or_else(|| "face".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// An age in years as an argument: 0 to 100.
///
/// # Errors
/// When it is no number or outside that range.
pub fn years(text: &str) -> Result<f32, String> {
    number(text, 100.0, "years")
}

fn target_years(text: &str) -> Result<f32, String> {
    number(text, MAX_AGE_YEARS, "years")
}

fn strength(text: &str) -> Result<f32, String> {
    number(text, 2.0, "times the learnt change")
}

fn number(text: &str, highest: f32, unit: &str) -> Result<f32, String> {
    let value: f32 = text.trim().parse().map_err(|_| format!("“{text}” is not a number"))?;
    if (0.0..=highest).contains(&value) { Ok(value) } else { Err(format!("it goes from 0 to {highest} {unit}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_outside_the_slider_are_refused() {
        assert_eq!(target_years("25.5"), Ok(25.5));
        for text in ["-1", "91", "NaN", "old", ""] {
            assert!(target_years(text).is_err(), "{text}");
        }
    }
}
