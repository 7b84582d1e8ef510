//! `mtlface eval …`: the standard protocols on labelled pictures, a file for each.

mod age;
mod calibrate;
mod decomposition;
mod genuine;
mod identification;
mod impostors;
mod pairs;
mod plot;
mod set;
mod synthesis;

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::common::provenance;
use super::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::Skipped;
use crate::recognition::Calibration;

/// The protocols.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Verification on a pair list (LFW, CALFW, AgeDB-30, CACD-VS, ECAF): accuracy over folds, TAR at fixed FMR
    Pairs(pairs::PairsArgs),
    /// Leave-one-out rank-1, 5 and 20, TAR over all pairs, and the search among distractors
    Identification(identification::IdentificationArgs),
    /// Age estimation against labels
    Age(age::AgeArgs),
    /// Synthesised faces: their age and identity as the network and an independent judge see them
    Synthesis(synthesis::SynthesisArgs),
    /// Age left in the identity embedding, and identity left in the age features
    Decomposition(decomposition::DecompositionArgs),
    /// Scores of different people by the ages of the pair, from pictures with known ages
    Impostors(impostors::ImpostorsArgs),
    /// Scores of one person by the years between the photographs
    Genuine(genuine::GenuineArgs),
    /// Impostor and genuine scores together: the file that gives Compare its words
    Calibrate(calibrate::CalibrateArgs),
}

/// Runs one protocol.
pub fn run(command: &EvalCommand, common: &CommonArgs) -> Result<Output> {
    match command {
        EvalCommand::Pairs(args) => pairs::run(args, common),
        EvalCommand::Identification(args) => identification::run(args, common),
        EvalCommand::Age(args) => age::run(args, common),
        EvalCommand::Synthesis(args) => synthesis::run(args, common),
        EvalCommand::Decomposition(args) => decomposition::run(args, common),
        EvalCommand::Impostors(args) => impostors::run(args, common),
        EvalCommand::Genuine(args) => genuine::run(args, common),
        EvalCommand::Calibrate(args) => calibrate::run(args, common),
    }
}

/// The report with its provenance, and its table.
fn output(mut json: Value, text: &str, common: &CommonArgs, pipeline: &Pipeline) -> Output {
    if let Some(object) = json.as_object_mut() {
        object.insert("provenance".to_owned(), provenance(pipeline, common));
    }
    Output { json, text: text.trim_end().to_owned() }
}

/// Adds what could not be used.
fn with_skipped(mut json: Value, skipped: &[Skipped]) -> Value {
    if let Some(object) = json.as_object_mut() {
        object.insert("skipped".to_owned(), json!(skipped));
    }
    json
}

/// Adds which calibration took the ages off.
fn with_calibration(mut json: Value, calibration: Option<&Calibration>) -> Value {
    if let Some(object) = json.as_object_mut() {
        object
            .insert("calibration".to_owned(), json!(calibration.map(|known| json!({ "name": known.impostors.name }))));
    }
    json
}

/// Which thresholds were taken off, as the last line of a table.
fn thresholds_text(calibration: Option<&Calibration>) -> String {
    let words = calibration.map_or_else(
        || "none was measured for these weights: only raw scores are told (`mtlface eval calibrate`)".to_owned(),
        |calibration| format!("{}, 1 in 1,000 by the two age groups", calibration.impostors.name),
    );
    format!("{:<34}{words}", "age thresholds")
}
