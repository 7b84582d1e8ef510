//! What the window knows of the Lab, as plain data and one picture on the GPU.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, TextureHandle, TextureOptions};

use super::records::RunState;
use super::run::Run;
use super::samples::SamplePicture;
use super::watcher::News;

/// The process this window started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Training {
    /// There is none, or it ended.
    #[default]
    None,
    /// It trains.
    Running {
        /// The run's folder.
        output: PathBuf,
    },
}

/// What the Lab asks over everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabPrompt {
    /// Which config to start, where the system has no file dialog.
    ConfigPath {
        /// What stands in the field.
        text: String,
    },
    /// Which run to open, where the system has no file dialog.
    FolderPath {
        /// What stands in the field.
        text: String,
    },
    /// Whether to stop the run.
    Stop,
    /// Whether to close the window while a run that it started goes on.
    Close,
}

/// A picture of the sample faces on the GPU.
pub struct ShownPicture {
    /// At which step.
    pub step: u64,
    /// It, or why it cannot be shown.
    pub texture: Result<TextureHandle, String>,
    source: Arc<SamplePicture>,
}

/// What the window knows of the Lab.
#[derive(Default)]
pub struct LabState {
    /// The folder that is watched.
    pub folder: Option<PathBuf>,
    /// Folders watched before, the latest first; the one that is watched among them.
    pub recent: Vec<PathBuf>,
    /// The run in it, once it was read.
    pub run: Option<Arc<Run>>,
    /// The folder is not there any more.
    pub is_gone: bool,
    /// The picture that is shown.
    pub picture: Option<ShownPicture>,
    /// The process this window started.
    pub training: Training,
    /// What could not be done, or how the process failed.
    pub problem: Option<String>,
    /// The person said that the window may close while a run goes on.
    pub may_close: bool,
}

impl LabState {
    /// Takes in what is new.
    pub fn hear(&mut self, ctx: &egui::Context, news: News) {
        // News of the folder watched before may still have been under way.
        self.run = news.run.filter(|run| self.folder.as_ref() == Some(&run.folder));
        self.is_gone = news.is_gone && self.run.is_some();
        self.training = news.training;
        self.problem = news.problem;
        let picture = news.picture.filter(|_| self.run.is_some());
        self.picture = picture.map(|source| match self.picture.take() {
            Some(shown) if Arc::ptr_eq(&shown.source, &source) => shown,
            _ => show(ctx, source),
        });
    }

    /// Whether a process that this window started trains.
    pub fn is_training(&self) -> bool {
        matches!(self.training, Training::Running { .. })
    }

    /// What the run that is watched is doing.
    pub fn run_state(&self) -> Option<RunState> {
        self.run.as_ref().map(|run| run.state)
    }

    /// The steps the slider goes through: those of the pictures, or of the gates where there are none.
    pub fn steps(&self) -> Vec<u64> {
        let Some(run) = &self.run else { return Vec::new() };
        if run.sample_steps.is_empty() {
            run.gates.records().iter().map(|record| record.step).collect()
        } else {
            run.sample_steps.clone()
        }
    }
}

/// Puts a picture on the GPU; enlarged, its pixels are shown as they are.
fn show(ctx: &egui::Context, source: Arc<SamplePicture>) -> ShownPicture {
    let options = TextureOptions {
        magnification: egui::TextureFilter::Nearest,
        minification: egui::TextureFilter::Linear,
        ..TextureOptions::LINEAR
    };
    let texture = source.pixels.as_ref().map_err(Clone::clone);
    let texture = texture.map(|pixels| ctx.load_texture("sample faces", pixels.clone(), options));
    ShownPicture { step: source.step, texture, source }
}
