//! What a person can ask of sessions, and where it is done. Reading and writing run on the pool. Opening a session is
//! one step of undo; the document before it comes back with its photos.

use std::path::{Path, PathBuf};
use std::time::Instant;

use eframe::egui::{self, ViewportCommand};

use super::file::Contents;
use super::{ENDING, collect, file, restore};
use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::dialogs;
use crate::app::history::Gesture;
use crate::app::settings;
use crate::app::state::{Document, Prompt, ToastKind};

/// What a person can ask of sessions.
#[derive(Clone, Debug)]
pub enum SessionCommand {
    /// Begin with an empty tray and no file.
    New,
    /// Ask which session to open.
    Choose,
    /// Open this one.
    Open(PathBuf),
    /// Save to its file; ask for one where there is none.
    Save,
    /// Ask where to save.
    SaveAs,
    /// Save there.
    SaveTo(PathBuf),
    /// Save, then close the window.
    SaveAndClose,
    /// Close the window without saving.
    Close,
}

/// What is asked over everything else.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionPrompt {
    /// Which session to open, where the system has no file dialog.
    OpenPath {
        /// What stands in the field.
        text: String,
    },
    /// Where to save, where the system has no file dialog.
    SavePath {
        /// What stands in the field.
        text: String,
    },
    /// Whether to save before the window closes.
    Close,
}

/// A session that was read on the pool.
#[derive(Debug)]
pub struct Opened {
    /// Its file.
    pub path: PathBuf,
    /// What it holds, or why not, as a sentence.
    pub contents: Result<Contents, String>,
}

impl App {
    /// Does what was asked of sessions.
    pub(in crate::app) fn carry_out_for_session(&mut self, ctx: &egui::Context, command: SessionCommand) {
        match command {
            SessionCommand::New => {
                self.replace_document(Document::default());
                self.state.session = Default::default();
            }
            SessionCommand::Choose => dialogs::open_session(self),
            SessionCommand::Open(path) => self.pool.run(move || {
                let mut contents = file::read(&path).map_err(|error| error.to_string());
                if let Ok(contents) = &mut contents {
                    restore::find_photographs(contents, &path);
                }
                Some(Arrival::SessionOpened(Box::new(Opened { path, contents })))
            }),
            SessionCommand::Save => match self.state.session.path.clone() {
                Some(path) => self.save_session(&path),
                None => dialogs::save_session(self),
            },
            SessionCommand::SaveAs => dialogs::save_session(self),
            SessionCommand::SaveTo(path) => self.save_session(&path),
            SessionCommand::SaveAndClose => {
                self.state.session.closes_after = true;
                self.carry_out_for_session(ctx, SessionCommand::Save);
            }
            SessionCommand::Close => {
                self.state.session.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    fn save_session(&mut self, path: &Path) {
        let path = with_ending(path);
        let path = std::path::absolute(&path).unwrap_or(path);
        let (contents, kept) = (collect::contents(&self.state, &path), Box::new(self.state.document.clone()));
        self.state.saving += 1;
        self.pool.run(move || {
            let written = file::write(&path, &contents).map_err(|error| error.to_string());
            Some(Arrival::SessionSaved { path, kept, written })
        });
    }

    /// A session was saved, or could not be.
    pub(in crate::app) fn hear_session_saved(
        &mut self,
        ctx: &egui::Context,
        path: PathBuf,
        kept: Document,
        written: Result<(), String>,
    ) {
        self.state.saving = self.state.saving.saturating_sub(1);
        let session = &mut self.state.session;
        let closes_after = std::mem::take(&mut session.closes_after);
        match written {
            Ok(()) => {
                (session.path, session.kept) = (Some(path.clone()), kept);
                settings::remember(&mut self.settings.values.recent_sessions, &path);
                self.toast(ToastKind::Done, format!("Saved the session “{}”.", path.display()));
                if closes_after {
                    self.carry_out_for_session(ctx, SessionCommand::Close);
                }
            }
            Err(sentence) => self.toast(ToastKind::Problem, sentence),
        }
    }

    /// A session was read, or could not be.
    pub(in crate::app) fn hear_session_opened(&mut self, opened: Opened) {
        let contents = match opened.contents {
            Ok(contents) => contents,
            Err(sentence) => return self.toast(ToastKind::Problem, sentence),
        };
        let document = restore::document(&contents, &mut self.state.library);
        self.replace_document(document);
        // A run that is watched is not part of a session.
        let lab = self.state.view.lab.clone();
        self.state.view = super::super::view::View { lab, ..contents.session.view };
        settings::remember(&mut self.settings.values.recent_sessions, &opened.path);
        self.state.session.path = Some(opened.path);
        self.state.session.kept = self.state.document.clone();
        let weights = self.state.model().map(|model| model.weights_sha256.to_string());
        if contents.session.weights_sha256.is_some() && weights.is_some() && contents.session.weights_sha256 != weights
        {
            let text = "This session was saved with other weights. Its faces are read again with those in use, so \
                        estimated ages and cosines may differ.";
            self.toast(ToastKind::Note, text.to_owned());
        }
    }

    fn replace_document(&mut self, document: Document) {
        self.state.play = None;
        self.state.prompt = None;
        let before = std::mem::replace(&mut self.state.document, document);
        self.history.record(before, Gesture::Single, Instant::now());
    }

    /// A window that is closed with changes its session's file lacks asks first.
    pub(in crate::app) fn guard_session(&mut self, ctx: &egui::Context) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        let session = &self.state.session;
        if is_closing && !session.may_close && session.has_changes(&self.state.document) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.state.prompt = Some(Prompt::Session(SessionPrompt::Close));
        }
    }

    /// The window's title: the session's name, with a dot while it has changes.
    pub(in crate::app) fn title(&self) -> String {
        let session = &self.state.session;
        match session.name() {
            Some(name) if session.has_changes(&self.state.document) => format!("● {name} – mtlface"),
            Some(name) => format!("{name} – mtlface"),
            None => "mtlface".to_owned(),
        }
    }
}

/// The path with a session's ending where another or none was typed.
fn with_ending(path: &Path) -> PathBuf {
    if super::is_session_file(path) {
        return path.to_owned();
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ENDING}"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_never_takes_the_name_of_a_photo() {
        assert_eq!(with_ending(Path::new("/a/face.jpg")), PathBuf::from("/a/face.jpg.mtlface"));
        assert_eq!(with_ending(Path::new("/a/case")), PathBuf::from("/a/case.mtlface"));
        assert_eq!(with_ending(Path::new("/a/case.MTLFACE")), PathBuf::from("/a/case.MTLFACE"));
    }
}
