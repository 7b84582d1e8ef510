//! What went wrong, said once: a plain sentence and a next step, on stderr, or as a JSON object on stdout.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::aging::export::ExportError;
use crate::engine::EngineError;
use crate::face::{AlignmentError, PhotoError};
use crate::weights::WeightsError;

/// A sentence about what could not be done, and what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Problem {
    sentence: String,
    hint: String,
}

impl Problem {
    /// A problem with its next step.
    pub fn new(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hint: hint.into() }
    }
}

/// Tells a person, or a program.
pub fn report(error: &anyhow::Error, as_json: bool) {
    let (sentence, hint) = (error.to_string(), hint(error));
    if as_json {
        print(&json(&sentence, &hint).to_string());
    } else {
        let mut stderr = std::io::stderr().lock();
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(stderr, "mtlface: {}", sentence.trim_end_matches('.'));
        let _ = writeln!(stderr, "{hint}");
    }
}

/// The JSON form of a problem.
pub fn json(sentence: &str, hint: &str) -> Value {
    json!({ "error": sentence, "hint": hint })
}

/// Prints to stdout; a reader that has gone away is not an error.
pub fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{}", text.trim_end());
    let _ = stdout.flush();
}

/// The next step for each kind of problem.
fn hint(error: &anyhow::Error) -> String {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.hint.clone();
    }
    let hint = if error.is::<PhotoError>() {
        "Give a JPEG, PNG, WebP, BMP or TIFF photo of at most 100 megapixels and 512 MiB."
    } else if error.is::<AlignmentError>() {
        "Place the five landmarks by hand: --landmarks x,y,x,y,x,y,x,y,x,y (both eyes, nose tip, both mouth corners)."
    } else if let Some(error) = error.downcast_ref::<ExportError>() {
        match error {
            ExportError::Encode(_) => "Give another photo.",
            _ => "Choose another folder with -o.",
        }
    } else if error.is::<WeightsError>()
        || matches!(error.downcast_ref(), Some(EngineError::Weights(_) | EngineError::Parameters(_)))
    {
        "Leave out --weights to use the network that comes with the program."
    } else if error.is::<EngineError>() {
        "Use --device cpu, which is always there."
    } else {
        "Run `mtlface doctor` to check this installation."
    };
    hint.to_owned()
}
