//! Everything a person can ask of the Lab, and where it is done. Nothing here is a step of undo: a run is on disk.

use std::path::{Path, PathBuf};

use eframe::egui::{self, ViewportCommand};

use super::state::LabPrompt;
use super::view::{Pane, Zoom};
use super::watcher::Order;
use crate::app::App;
use crate::app::dialogs;
use crate::app::state::Prompt;
use crate::app::view::Workspace;
use crate::training::run::control;

/// Run folders remembered.
const MOST_RECENT: usize = 8;

/// What a person can ask of the Lab.
#[derive(Clone, Debug)]
pub enum LabCommand {
    /// Ask which config to start.
    ChooseConfig,
    /// Ask which run's folder to open.
    ChooseFolder,
    /// Begin a run by this config.
    Train(PathBuf),
    /// Watch the run in this folder.
    Watch(PathBuf),
    /// Take a folder off the list; it stays where it is.
    Forget(PathBuf),
    /// Tell the run to go on, to wait or to stop.
    Tell(control::Command),
    /// Ask whether to stop the run.
    AskToStop,
    /// Go on with a run that ended before its time.
    Resume,
    /// What went wrong was read.
    Dismiss,
    /// Show this of the run.
    ShowPane(Pane),
    /// Show the faces and gates of this step, or the latest.
    ShowStep(Option<u64>),
    /// Show those so many records away.
    MoveStep(i64),
    /// Show sample faces this large.
    SetZoom(Zoom),
    /// Draw a loss, or not.
    ToggleLoss(String),
    /// Draw curves this smooth, 0 to 1.
    SetSmoothing(f32),
    /// Draw losses by their powers of ten, or as they are.
    SetLogarithmic(bool),
    /// Close the window while a run goes on, or stop the run first.
    Close {
        /// Stop the run first.
        stop: bool,
    },
}

impl App {
    /// Does what was asked of the Lab.
    pub(in crate::app) fn carry_out_in_lab(&mut self, ctx: &egui::Context, command: LabCommand) {
        let view = &mut self.state.view.lab;
        match command {
            LabCommand::ChooseConfig => dialogs::open_config(self),
            LabCommand::ChooseFolder => dialogs::open_run(self),
            LabCommand::Train(config) => {
                self.state.view.workspace = Workspace::Lab;
                self.lab.tell(Order::Train(std::path::absolute(&config).unwrap_or(config)));
            }
            LabCommand::Watch(folder) => self.watch(&folder),
            LabCommand::Forget(folder) => {
                self.settings.values.recent_runs.retain(|known| *known != folder);
                self.state.lab.recent.clone_from(&self.settings.values.recent_runs);
            }
            LabCommand::Tell(told) => self.lab.tell(Order::Tell(told)),
            LabCommand::AskToStop => self.state.prompt = Some(Prompt::Lab(LabPrompt::Stop)),
            LabCommand::Resume => self.lab.tell(Order::Resume),
            LabCommand::Dismiss => self.lab.tell(Order::Dismiss),
            LabCommand::ShowPane(pane) => view.pane = pane,
            LabCommand::ShowStep(step) => self.show_step(step),
            LabCommand::MoveStep(places) => {
                let step = view.moved(&self.state.lab.steps(), places);
                self.show_step(step);
            }
            LabCommand::SetZoom(zoom) => view.zoom = zoom,
            LabCommand::ToggleLoss(name) => {
                if !view.hidden.remove(&name) {
                    view.hidden.insert(name);
                }
            }
            LabCommand::SetSmoothing(smoothing) => view.smoothing = smoothing.clamp(0.0, 1.0),
            LabCommand::SetLogarithmic(is_logarithmic) => view.is_logarithmic = is_logarithmic,
            LabCommand::Close { stop } => {
                if let Some(output) = self.training_folder().filter(|_| stop) {
                    self.lab.tell(Order::Watch(output));
                    self.lab.tell(Order::Tell(control::Command::Stop));
                }
                self.state.lab.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    fn show_step(&mut self, step: Option<u64>) {
        self.state.view.lab.step = step;
        self.lab.tell(Order::Show(step));
    }

    fn watch(&mut self, folder: &Path) {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        self.remember_run(&folder);
        self.keep_lab_up();
        self.lab.tell(Order::Watch(folder));
    }

    /// Looks at this run from now on.
    fn remember_run(&mut self, folder: &Path) {
        let recent = &mut self.settings.values.recent_runs;
        if !recent.iter().any(|known| known == folder) {
            recent.insert(0, folder.to_owned());
            recent.truncate(MOST_RECENT);
        }
        self.settings.values.last_run = Some(folder.to_owned());
        let lab = &mut self.state.lab;
        lab.recent.clone_from(&self.settings.values.recent_runs);
        if lab.folder.as_deref() != Some(folder) {
            (lab.run, lab.picture, lab.is_gone) = (None, None, false);
        }
        lab.folder = Some(folder.to_owned());
        self.state.view.workspace = Workspace::Lab;
        self.state.view.lab.step = None;
    }

    /// Tells the thread whether the Lab is looked at.
    pub(in crate::app) fn keep_lab_up(&mut self) {
        let is_looked_at = self.state.view.workspace == Workspace::Lab;
        if is_looked_at != self.lab_is_looked_at {
            self.lab_is_looked_at = is_looked_at;
            self.lab.tell(Order::Look(is_looked_at));
        }
    }

    /// Takes what the Lab's thread found; never waits.
    pub(in crate::app) fn receive_from_lab(&mut self, ctx: &egui::Context) {
        while let Some(news) = self.lab.try_news() {
            if let Some(folder) = &news.began {
                let folder = folder.clone();
                self.remember_run(&folder);
            }
            self.state.lab.hear(ctx, news);
        }
    }

    /// A window that is closed while a run it started goes on says so first.
    pub(in crate::app) fn guard_closing(&mut self, ctx: &egui::Context) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && self.state.lab.is_training() && !self.state.lab.may_close {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.state.prompt = Some(Prompt::Lab(LabPrompt::Close));
        }
    }

    fn training_folder(&self) -> Option<PathBuf> {
        match &self.state.lab.training {
            super::Training::Running { output } => Some(output.clone()),
            super::Training::None => None,
        }
    }
}

/// Whether a file is a config by its name's ending.
pub fn is_config_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}
