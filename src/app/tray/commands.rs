//! Everything a person can ask of the tray, and where it is done.

use std::ops::Range;

use eframe::egui;

use super::rows::Only;
use crate::app::App;
use crate::app::commands::Command;
use crate::app::dialogs;
use crate::app::history::Gesture;
use crate::app::state::PhotoStage;
use crate::engine::PhotoId;

/// The field in which a part of a name is typed.
pub const FILTER_FIELD: &str = "filter photos by name";

/// What a person can ask of the tray.
#[derive(Clone, Debug, PartialEq)]
pub enum TrayCommand {
    /// Look at the photo so many rows further down; up where negative.
    Step(isize),
    /// Look at the first photo listed.
    First,
    /// Look at the last photo listed.
    Last,
    /// These rows are on screen now.
    InSight(Range<usize>),
    /// Type into the filter.
    BeginFilter,
    /// List the photos whose names hold these words.
    SetFilter(String),
    /// List the photos that stand there.
    ShowOnly(Only),
    /// List all photos.
    ClearFilter,
    /// Look for no more faces, but in the photo looked at.
    StopSearch,
    /// Look for faces again.
    GoOn,
    /// Ask which folders to open.
    OpenFolders,
}

impl TrayCommand {
    /// The gesture it is a step of undo with: a walk through the list is one step.
    pub fn gesture(&self) -> Option<Gesture> {
        matches!(self, Self::Step(_) | Self::First | Self::Last).then_some(Gesture::Walk)
    }
}

impl App {
    /// Does what was asked of the tray.
    pub(in crate::app) fn carry_out_in_tray(&mut self, ctx: &egui::Context, command: TrayCommand) {
        let view = &mut self.state.view.tray;
        match command {
            TrayCommand::Step(rows) => self.walk(rows),
            TrayCommand::First => self.walk(isize::MIN / 2),
            TrayCommand::Last => self.walk(isize::MAX / 2),
            TrayCommand::InSight(rows) => self.state.tray.in_sight = rows,
            TrayCommand::BeginFilter => {
                view.shows_filter = true;
                ctx.memory_mut(|memory| memory.request_focus(egui::Id::unique(FILTER_FIELD)));
            }
            TrayCommand::SetFilter(text) => view.filter.text = text,
            TrayCommand::ShowOnly(only) => view.filter.only = only,
            TrayCommand::ClearFilter => *view = Default::default(),
            TrayCommand::StopSearch => self.stop_search(),
            TrayCommand::GoOn => {
                self.state.tray.search.is_stopped = false;
                self.state.tray.search.forget_rate();
            }
            TrayCommand::OpenFolders => dialogs::open_folders(self),
        }
        self.state.keep_tray_up();
    }

    fn walk(&mut self, rows: isize) {
        self.state.keep_tray_up();
        let tray = &self.state.tray;
        if let Some(photo) = tray.rows.stepped(&tray.index, self.state.document.photo, rows) {
            self.select_photo(photo);
        }
    }

    /// What is being opened or looked through ends with the photo it is at; what waits for the engine waits again.
    fn stop_search(&mut self) {
        self.state.tray.search.is_stopped = true;
        for photo in self.engine.leave_searches(self.state.document.photo) {
            self.wait_again(photo);
        }
    }

    /// A photo whose faces are not looked for now: its turn comes again.
    pub(in crate::app) fn wait_again(&mut self, photo: PhotoId) {
        if let Some(entry) = self.state.library.photos.get_mut(&photo) {
            entry.pixels = None;
        }
        self.set_stage(photo, PhotoStage::Waiting);
    }

    /// Shows all photos where the filter leaves out the one that is to be seen.
    pub(in crate::app) fn uncover(&mut self, photo: PhotoId) {
        self.state.keep_tray_up();
        let tray = &self.state.tray;
        if matches!(tray.rows.position(&tray.index, photo), Some(Err(_)) | None) {
            self.state.view.tray = Default::default();
        }
    }
}

impl From<TrayCommand> for Command {
    fn from(command: TrayCommand) -> Self {
        Self::Tray(command)
    }
}
