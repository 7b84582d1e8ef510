//! The first batches of a run and the numbers it began with, kept so that another implementation can repeat its steps.

use std::collections::BTreeMap;

use super::RunError;
use super::folder::RunFolder;
use crate::model::{CROP_SIZE_PX, Parameter, Parameters};
use crate::training::data::{Batch, Gender};
use crate::weights::save;

/// Stands for what is not known of a face.
const UNKNOWN: f32 = -1.0;

/// Keeps the numbers a run began with, as `batches/start.safetensors`: a phase's state, by name.
///
/// # Errors
/// When they cannot be written.
pub fn keep_start(folder: &RunFolder, state: &Parameters) -> Result<(), RunError> {
    let kept = folder.file("batches");
    std::fs::create_dir_all(&kept)
        .map_err(|error| RunError::Folder { path: kept.display().to_string(), reason: error.to_string() })?;
    save(&kept.join("start.safetensors"), state, &BTreeMap::new())?;
    Ok(())
}

/// Keeps the batches of a step as `batches/STEP-INDEX.safetensors`: `crops` and `photographed`, and for each face
/// `ages_years`, `identities` and `genders` (0 male, 1 female), −1 where they are not known, and its place among the
/// `samples` of the data.
///
/// # Errors
/// When they cannot be written.
pub fn keep(folder: &RunFolder, step: u64, batches: &[Batch]) -> Result<(), RunError> {
    for (index, batch) in batches.iter().enumerate() {
        let count = batch.samples.len();
        let mut tensors = Parameters::default();
        let planes = |channels| vec![count, channels, CROP_SIZE_PX, CROP_SIZE_PX];
        tensors.insert("crops", Parameter { shape: planes(3), values: batch.crops.clone() });
        tensors.insert("photographed", Parameter { shape: planes(1), values: batch.photographed.clone() });
        let samples = || batch.samples.iter();
        let known: [(&str, Vec<f32>); 3] = [
            ("ages_years", samples().map(|sample| sample.age_years.unwrap_or(UNKNOWN)).collect()),
            ("identities", samples().map(|sample| sample.identity.map_or(UNKNOWN, |index| index as f32)).collect()),
            ("genders", samples().map(|sample| sample.gender.map_or(UNKNOWN, number)).collect()),
        ];
        // Exact up to sixteen million faces.
        let places = batch.indices.iter().map(|index| *index as f32).collect();
        for (name, values) in known.into_iter().chain([("samples", places)]) {
            tensors.insert(name, Parameter { shape: vec![count], values });
        }
        save(&folder.file(&format!("batches/{step:06}-{index}.safetensors")), &tensors, &BTreeMap::new())?;
    }
    Ok(())
}

fn number(gender: Gender) -> f32 {
    match gender {
        Gender::Male => 0.0,
        Gender::Female => 1.0,
    }
}
