//! Why faces cannot be had to learn from, each as a sentence with a next step.

use crate::pictures::{PicturesError, TableError};

/// Why faces cannot be had to learn from.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A folder, archive or text file cannot be used.
    #[error(transparent)]
    Pictures(#[from] PicturesError),
    /// A table cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// There are no sources.
    #[error("There is nothing to learn from. Add a [[data]] table with `path` and `kind` to the config.")]
    NoSources,
    /// Keys of a source contradict each other.
    #[error("The source “{path}” cannot be used: {what}. {next_step}")]
    Setting {
        /// Path of the source.
        path: String,
        /// What is wrong.
        what: String,
        /// What to do.
        next_step: &'static str,
    },
    /// A line of a list that does not mean anything.
    #[error("“{path}”, line {line}: {reason}. Lines are `id filename age gender`, gender 1 for male and 0 for female.")]
    List {
        /// The list.
        path: String,
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A record file is damaged.
    #[error("The record file “{path}” is cut short or damaged: {reason}. Copy it again, with its .idx file.")]
    Record {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A source holds no pictures.
    #[error("There are no pictures in “{path}”{why}. {next_step}")]
    NoPictures {
        /// Path of the source.
        path: String,
        /// What was looked for, where that helps.
        why: String,
        /// What to do.
        next_step: &'static str,
    },
    /// No face is of the kind a batch wants.
    #[error("No picture of the data {lacks}. {next_step}")]
    NothingToDraw {
        /// What all of them lack.
        lacks: String,
        /// What to do.
        next_step: &'static str,
    },
    /// Every picture that was tried is broken.
    #[error("{tried} pictures in a row could not be used; the last, “{name}”: {reason} Check the data.")]
    AllBroken {
        /// How many.
        tried: usize,
        /// Name of the last one.
        name: String,
        /// Why it could not be used, as a sentence.
        reason: String,
    },
    /// A batch was taken that nobody asked for.
    #[error("A batch was taken before one was asked for. This is a mistake in the program: report it.")]
    NothingAsked,
}
