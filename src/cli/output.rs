//! What a command prints: text for people, or one JSON object; errors as a sentence with a next step.

use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

/// What a command found.
#[derive(Debug)]
pub struct Output {
    /// The object that `--json` prints; its keys are stable.
    pub json: Value,
    /// The same for people.
    pub text: String,
}

/// An error that knows what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Hinted {
    /// What went wrong.
    pub sentence: String,
    /// What to do next.
    pub hint: String,
}

/// An error with a next step.
pub fn hinted(sentence: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Hinted { sentence: sentence.into(), hint: hint.into() }.into()
}

/// Prints an outcome and tells the exit code.
pub fn finish(outcome: anyhow::Result<Output>, as_json: bool) -> ExitCode {
    match outcome {
        Ok(output) => {
            print(&if as_json { output.json.to_string() } else { output.text });
            ExitCode::SUCCESS
        }
        Err(error) => {
            let (sentence, hint) = in_words(&error);
            if as_json {
                print(&json!({ "error": sentence, "hint": hint }).to_string());
            } else {
                eprintln!("{sentence}");
                if !hint.is_empty() {
                    eprintln!("{hint}");
                }
            }
            ExitCode::FAILURE
        }
    }
}

/// The sentence and the next step. Library errors carry the next step behind their first sentence.
fn in_words(error: &anyhow::Error) -> (String, String) {
    if let Some(Hinted { sentence, hint }) = error.downcast_ref::<Hinted>() {
        return (sentence.clone(), hint.clone());
    }
    let whole = format!("{error:#}");
    match whole.split_once(". ") {
        Some((sentence, hint)) => (format!("{sentence}."), hint.to_owned()),
        None => (whole, String::new()),
    }
}

/// A closed pipe behind us is no error of ours.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{text}");
    let _ = stdout.flush();
}

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_atomic(path: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| {
        hinted(format!("{} cannot be written: {error}.", path.display()), "Choose a folder you may write to.")
    })
}
