//! Sessions: everything a person made, in a `.mtlface` file, and back. The photographs stay where they are and are
//! known by path and hash; only pictures without a file lie inside. Nothing is drawn here.
//!
//! | file | purpose |
//! |---|---|
//! | [`mod@file`] | the file's layout, reading and writing it |
//! | `collect` | from the window's state to a file's content |
//! | `restore` | from a file's content to the window's state |
//! | `commands` | what a person can ask for, and closing with changes |

mod collect;
mod commands;
pub mod file;
mod restore;

use std::path::{Path, PathBuf};

use super::state::Document;

pub use commands::{Opened, SessionCommand, SessionPrompt};

/// Ending of session files.
pub const ENDING: &str = "mtlface";

/// The session that is open.
#[derive(Clone, Debug, Default)]
pub struct SessionState {
    /// Its file; nothing while it was never saved.
    pub path: Option<PathBuf>,
    /// What the file holds.
    pub kept: Document,
    /// Close the window once it is saved.
    pub closes_after: bool,
    /// Whether the window may close with changes that are not kept.
    pub may_close: bool,
}

impl SessionState {
    /// Whether a file is open and holds something else than the document. What was never saved is no loss anybody
    /// expects to be asked about: the photographs stay where they are.
    pub fn has_changes(&self, document: &Document) -> bool {
        self.path.is_some() && self.kept != *document
    }

    /// The file's name, as the window's title says it.
    pub fn name(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        Some(path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
    }
}

/// Whether a file is a session by its name's ending.
pub fn is_session_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}
