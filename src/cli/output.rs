//! What a command says: a text for people or one JSON object on stdout; what went wrong, as a sentence with a next
//! step.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::aging::export::{ExportError, write_file};

/// What a command has to say: an object for programs and a text for people.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The object that `--json` prints; its keys are stable.
    pub json: Value,
    /// The same for people.
    pub text: String,
}

/// A sentence about what could not be done, and what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Problem {
    sentence: String,
    hint: String,
    /// What is known all the same: said before the sentence.
    known: Option<Box<Output>>,
}

impl Problem {
    /// A problem with its next step.
    pub fn new(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hint: hint.into(), known: None }
    }

    /// An error, and what is known all the same: its text goes to stdout, its keys stand beside `error` and `hint`.
    pub fn knowing(error: &anyhow::Error, known: Output) -> Self {
        let (sentence, hint) = told(error);
        Self { sentence, hint, known: Some(Box::new(known)) }
    }
}

/// An error with its next step.
pub fn hinted(sentence: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Problem::new(sentence, hint).into()
}

/// Writes one file whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    Ok(write_file(path, bytes, &[])?)
}

/// Tells a person, or a program.
pub fn report(error: &anyhow::Error, as_json: bool) {
    let (sentence, hint) = told(error);
    let known = error.downcast_ref::<Problem>().and_then(|problem| problem.known.as_deref());
    if as_json {
        let mut object = json(&sentence, &hint);
        if let (Some(Value::Object(known)), Value::Object(object)) = (known.map(|known| &known.json), &mut object) {
            object.extend(known.clone());
        }
        print(&object.to_string());
    } else {
        if let Some(known) = known {
            print(&known.text);
        }
        let mut stderr = std::io::stderr().lock();
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(stderr, "mtlface: {sentence}\n{hint}");
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

/// The sentence and the next step. The library's errors end with their next step, as a sentence of its own.
fn told(error: &anyhow::Error) -> (String, String) {
    let message = error.to_string();
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return (message, problem.hint.clone());
    }
    if let Some(error) = error.downcast_ref::<ExportError>() {
        return (format!("{message}."), export_hint(error).to_owned());
    }
    match last_sentence(&message) {
        Some((sentence, hint)) => (sentence.to_owned(), hint.to_owned()),
        None => (message, "Run `mtlface doctor` to check this installation.".to_owned()),
    }
}

fn export_hint(error: &ExportError) -> &'static str {
    match error {
        ExportError::Stopped => "Nothing of it was left behind; run the command again to make it.",
        ExportError::Film(_) => "Try the other format, .mp4 or .gif, or a photo of another size.",
        ExportError::Folder { .. }
        | ExportError::File { .. }
        | ExportError::Original { .. }
        | ExportError::Picture(_)
        | ExportError::Encode(_) => "Choose another folder with -o, or another file for --film.",
    }
}

/// Splits a message before its last sentence; nothing where it has only one.
fn last_sentence(message: &str) -> Option<(&str, &str)> {
    let starts = message.match_indices(". ").map(|(at, _)| at + 2);
    let start = starts.filter(|at| message[*at..].starts_with(char::is_uppercase)).last()?;
    Some((message[..start].trim_end(), &message[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_is_the_next_step() {
        let message = "“St. Mary.jpg” is damaged (bad. data). Copy it again.";
        assert_eq!(last_sentence(message), Some(("“St. Mary.jpg” is damaged (bad. data).", "Copy it again.")));
        assert_eq!(last_sentence("only one"), None);
    }

    #[test]
    fn a_problem_keeps_its_own_hint() {
        let error = Problem::new("No face was found.", "Place landmarks.").into();
        assert_eq!(told(&error), ("No face was found.".to_owned(), "Place landmarks.".to_owned()));
    }
}
