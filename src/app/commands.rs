//! Everything a person can ask of the window, and the one place where it is done. A command that changes the document
//! is one step of undo; commands of one gesture, such as a drag, are one step together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;

use super::App;
use super::age::AgeCommand;
use super::attention::AttentionCommand;
use super::compare::CompareCommand;
use super::export::ExportCommand;
use super::frame_times::FrameTimes;
use super::history::Gesture;
use super::lab::LabCommand;
use super::presenter::PresenterCommand;
use super::session::{self, SessionCommand};
use super::state::{PhotoSource, PhotoStage, Prompt, SaveWhat, ToastKind};
use super::tray::{self, TrayCommand};
use super::view::{AgeView, Framing, Workspace};
use super::{dialogs, export, intake};
use crate::aging::MAX_AGE_YEARS;
use crate::engine::{FaceId, PhotoId, WeightsSource};
use crate::face::{Landmarks, Photo};

/// How small and how large text may be.
const MIN_TEXT_SCALE: f32 = 0.7;
const MAX_TEXT_SCALE: f32 = 2.0;
/// Below this many points the layout does not hold.
const LEAST_POINTS: [f32; 2] = [760.0, 500.0];

/// What a person can ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Ask which photos to open.
    Open,
    /// Ask which weights to open.
    OpenWeights,
    /// Change to these weights.
    UseWeights(WeightsSource),
    /// Leave the timeline that is being made for the face looked at.
    StopTimeline,
    /// Go on with a timeline that was left.
    GoOnWithTimeline,
    /// Take in files and folders.
    TakeInPaths(Vec<PathBuf>),
    /// Take in files; folders were already looked into.
    TakeIn(Vec<PathBuf>),
    /// Take in a picture that has no file.
    TakeInPixels(Arc<Photo>),
    /// Take in the picture in the clipboard.
    Paste,
    /// Take in the faces that come with the program.
    TakeInDemo,
    /// Look at a photo.
    SelectPhoto(PhotoId),
    /// Look at a face.
    SelectFace(FaceId),
    /// Take a photo out of the tray; the file stays where it is.
    Remove(PhotoId),
    /// Take the photo looked at out of the tray.
    RemoveSelected,
    /// Show an age, in years.
    SetAge(f32),
    /// Show an age so many years away.
    StepAge(f32),
    /// Show a share of the learnt change.
    SetStrength(f32),
    /// State a face's true age, or take the estimate again.
    StateAge(FaceId, Option<f32>),
    /// Let the slider go by itself, or stop it.
    TogglePlay,
    /// Show a workspace.
    Show(Workspace),
    /// Show photograph and synthetic age this way.
    SetAgeView(AgeView),
    /// Show the whole photo or the face.
    SetFraming(Framing),
    /// Put the wipe's line at this share of the width, or through the middle of the face.
    SetWipe(Option<f32>),
    /// Put a face into A (0) or B (1).
    SetPair(usize, FaceId),
    /// Exchange A and B.
    SwapPair,
    /// Show a prompt, change what stands in it, or close it.
    SetPrompt(Option<Prompt>),
    /// Place the landmarks of a photo's face by hand.
    BeginLandmarks(PhotoId),
    /// Use the landmarks as they are placed now.
    UseLandmarks,
    /// Use a face that was aligned by hand.
    UseHandFace(PhotoId, FaceId),
    /// Ask where to save, then save.
    Save(SaveWhat),
    /// Save there.
    SaveTo(SaveWhat, PathBuf),
    /// Say in a message why something cannot be done.
    Say(&'static str),
    /// Take a message away.
    DismissToast(usize),
    /// Dark to light and back.
    ToggleTheme,
    /// Take the last step back.
    Undo,
    /// Take the step again.
    Redo,
    /// What is asked of a film.
    Export(ExportCommand),
    /// What is asked of how the Age workspace is looked at.
    Age(AgeCommand),
    /// What is asked of the Attention workspace.
    Attention(AttentionCommand),
    /// What is asked of the comparison.
    Compare(CompareCommand),
    /// What is asked of the Lab.
    Lab(LabCommand),
    /// What is asked of sessions.
    Session(SessionCommand),
    /// What is asked of presenter mode.
    Presenter(PresenterCommand),
    /// What is asked of the tray as a list.
    Tray(TrayCommand),
    /// Text and everything else a step larger (1), smaller (-1), or as the system has it.
    ScaleText(Option<i8>),
    /// Show how long frames take, or not.
    ToggleFrameTimes,
    /// Take the first hint away for good.
    DismissHint,
}

impl App {
    /// Does what was asked.
    pub(super) fn apply(&mut self, ctx: &egui::Context, command: Command) {
        let before = self.state.document.clone();
        let gesture = Gesture::of(&command);
        self.carry_out(ctx, command);
        if let Some(gesture) = gesture
            && self.state.document != before
        {
            self.history.record(before, gesture, Instant::now());
        }
        ctx.request_repaint();
    }

    fn carry_out(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Open => dialogs::open(self),
            Command::OpenWeights => dialogs::open_weights(self),
            Command::UseWeights(source) => self.use_weights(source),
            Command::StopTimeline => self.stop_timeline(),
            Command::GoOnWithTimeline => self.go_on_with_timeline(),
            Command::TakeInPaths(paths) => {
                let (sessions, others): (Vec<_>, Vec<_>) =
                    paths.into_iter().partition(|path| session::is_session_file(path));
                if let Some(session) = sessions.into_iter().next_back() {
                    self.carry_out_for_session(ctx, SessionCommand::Open(session));
                }
                if !others.is_empty() {
                    tray::folders::expand(&self.pool, others);
                }
            }
            Command::TakeIn(paths) => self.take_in_files(paths),
            Command::TakeInPixels(photo) => {
                self.take_in(vec![(photo.name.clone(), PhotoSource::Pixels(photo))]);
            }
            Command::Paste => intake::paste(&self.pool),
            Command::TakeInDemo => self.take_in(super::demo::all()),
            Command::SelectPhoto(photo) => self.select_photo(photo),
            Command::SelectFace(face) => self.select_face(face),
            Command::Remove(photo) => self.remove(photo),
            Command::RemoveSelected => {
                if let Some(photo) = self.state.document.photo {
                    self.remove(photo);
                }
            }
            Command::TogglePlay => self.toggle_play(),
            Command::BeginLandmarks(photo) => self.begin_landmarks(photo),
            Command::UseLandmarks => self.use_landmarks(),
            Command::Save(what) => dialogs::save(self, what),
            Command::SaveTo(what, path) => export::save(self, what, path),
            Command::Export(command) => self.carry_out_export(command),
            Command::DismissToast(index) if index < self.state.toasts.len() => {
                self.state.toasts.remove(index);
            }
            Command::DismissToast(_) => {}
            Command::Say(sentence) => self.toast(ToastKind::Note, sentence.to_owned()),
            Command::ToggleTheme => {
                self.settings.values.theme =
                    if ctx.theme() == egui::Theme::Dark { Some(egui::Theme::Light) } else { Some(egui::Theme::Dark) };
                ctx.set_theme(self.settings.values.theme_preference());
            }
            Command::Undo => self.step_back(),
            Command::Redo => self.step_again(),
            Command::Age(command) => self.carry_out_in_age(command),
            Command::Attention(command) => self.carry_out_in_attention(command),
            Command::Compare(command) => self.carry_out_in_compare(ctx, command),
            Command::Lab(command) => self.carry_out_in_lab(ctx, command),
            Command::Session(command) => self.carry_out_for_session(ctx, command),
            Command::Presenter(command) => self.carry_out_for_presenter(ctx, command),
            Command::Tray(command) => self.carry_out_in_tray(ctx, command),
            Command::ScaleText(step) => self.scale_text(ctx, step),
            Command::ToggleFrameTimes => {
                self.state.frame_times = match self.state.frame_times {
                    Some(_) => None,
                    None => Some(FrameTimes::default()),
                };
            }
            Command::DismissHint => self.dismiss_hint(),
            change => {
                self.change_document(&change);
                self.change_view(change);
            }
        }
    }

    fn change_document(&mut self, command: &Command) {
        let document = &mut self.state.document;
        match *command {
            Command::SetAge(years) => {
                self.state.play = None;
                document.target_years = years.clamp(0.0, MAX_AGE_YEARS);
            }
            Command::StepAge(years) => {
                self.state.play = None;
                document.target_years = (document.target_years.round() + years).clamp(0.0, MAX_AGE_YEARS);
            }
            Command::SetStrength(strength) => document.strength = strength.clamp(0.0, 1.5),
            Command::StateAge(face, Some(years)) => {
                document.stated_ages.insert(face, years.clamp(0.0, MAX_AGE_YEARS));
            }
            Command::StateAge(face, None) => {
                document.stated_ages.remove(&face);
            }
            Command::SetPair(slot, face) if slot < 2 => {
                let shown = self.state.pair();
                let document = &mut self.state.document;
                document.pair = shown;
                if document.pair[1 - slot] == Some(face) {
                    document.pair[1 - slot] = document.pair[slot];
                }
                document.pair[slot] = Some(face);
            }
            Command::SwapPair => {
                let [a, b] = self.state.pair();
                self.state.document.pair = [b, a];
            }
            Command::UseHandFace(photo, face) => {
                document.hand_faces.insert(photo, face);
                document.chosen_faces.insert(photo, face);
            }
            _ => {}
        }
    }

    fn change_view(&mut self, command: Command) {
        let view = &mut self.state.view;
        match command {
            Command::Show(workspace) => view.workspace = workspace,
            Command::SetAgeView(shown) => view.age_view = shown,
            Command::SetFraming(framing) => {
                view.framing = framing;
                view.wipe = None;
                view.age.forget_zoom();
            }
            Command::SetWipe(share) => view.wipe = share.map(|share| share.clamp(0.0, 1.0)),
            Command::SetPrompt(prompt) => self.state.prompt = prompt,
            _ => {}
        }
    }

    fn scale_text(&mut self, ctx: &egui::Context, step: Option<i8>) {
        let scale = self.settings.values.text_scale();
        let scaled = match step {
            Some(step) => ((scale * 10.0).round() + f32::from(step)) / 10.0,
            None => 1.0,
        };
        self.settings.values.text_scale = Some(scaled.clamp(MIN_TEXT_SCALE, MAX_TEXT_SCALE));
        self.fit_text(ctx);
    }

    /// Text as large as was chosen, as far as the window has room for it; a larger window has more.
    pub(super) fn fit_text(&self, ctx: &egui::Context) {
        let room = ctx.content_rect().size() * ctx.zoom_factor();
        let most = (room.x / LEAST_POINTS[0]).min(room.y / LEAST_POINTS[1]).max(MIN_TEXT_SCALE);
        ctx.set_zoom_factor(self.settings.values.text_scale().min(most));
    }

    fn dismiss_hint(&mut self) {
        self.state.shows_hint = false;
        self.settings.values.has_seen_hint = true;
    }

    fn take_in_files(&mut self, paths: Vec<PathBuf>) {
        self.dismiss_hint();
        if let Some(folder) = paths.first().and_then(|path| path.parent()) {
            self.settings.values.last_folder = Some(folder.to_owned());
        }
        let named = paths.into_iter().map(|path| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            (name, PhotoSource::File(path))
        });
        self.take_in(named.collect());
    }

    pub(super) fn select_photo(&mut self, photo: PhotoId) {
        if self.state.face_of(photo).is_some_and(|face| self.takes_second(face)) {
            return;
        }
        let is_comparing = self.state.view.workspace == Workspace::Compare;
        if let Some(face) = self.state.face_of(photo).filter(|_| is_comparing) {
            self.change_document(&Command::SetPair(self.state.view.compare.pair_slot, face));
        }
        if self.state.document.photo != Some(photo) {
            self.state.view.wipe = None;
            self.state.view.age.forget_zoom();
        }
        self.state.document.photo = Some(photo);
        self.go_on_with_timeline();
        if matches!(self.state.prompt, Some(Prompt::Landmarks { photo: placing, .. }) if placing != photo) {
            self.state.prompt = None;
        }
    }

    fn select_face(&mut self, face: FaceId) {
        if self.takes_second(face) {
            return;
        }
        let Some(photo) = self.state.library.faces.get(&face).map(|entry| entry.photo) else { return };
        self.state.document.chosen_faces.insert(photo, face);
        self.select_photo(photo);
    }

    fn stop_timeline(&mut self) {
        let Some(id) = self.state.face().map(|(id, _)| id) else { return };
        if let Some(entry) = self.state.library.faces.get_mut(&id).filter(|entry| entry.timeline.is_none()) {
            entry.timeline_stopped = true;
            self.engine.stop_timeline(id);
        }
    }

    fn go_on_with_timeline(&mut self) {
        let Some(id) = self.state.face().map(|(id, _)| id) else { return };
        if let Some(entry) = self.state.library.faces.get_mut(&id).filter(|entry| entry.timeline_stopped) {
            (entry.timeline_stopped, entry.timeline_asked) = (false, false);
        }
    }

    fn remove(&mut self, photo: PhotoId) {
        let Some(index) = self.state.document.tray.iter().position(|id| *id == photo) else { return };
        self.engine.forget(photo, &self.state.faces_of(photo));
        if self.state.library.photos.get(&photo).is_some_and(|entry| entry.stage == PhotoStage::Finding) {
            self.wait_again(photo);
        }
        let document = &mut self.state.document;
        Arc::make_mut(&mut document.tray).remove(index);
        let faces = &self.state.library.faces;
        for slot in &mut document.pair {
            *slot = slot.filter(|face| faces.get(face).is_none_or(|entry| entry.photo != photo));
        }
        if document.photo == Some(photo) {
            document.photo = document.tray.get(index).or(document.tray.last()).copied();
            self.state.prompt = None;
        }
    }

    fn begin_landmarks(&mut self, photo: PhotoId) {
        let Some([width, height]) = self.state.library.photos.get(&photo).and_then(|entry| entry.size_px) else {
            return;
        };
        let face = self.state.face_of(photo).and_then(|face| self.state.library.faces.get(&face));
        let points_px = face.map_or_else(|| middle_face(width, height), |face| face.aligned.detection.landmarks_px);
        self.state.view.workspace = Workspace::Age;
        self.state.document.photo = Some(photo);
        self.state.prompt = Some(Prompt::Landmarks { photo, points_px });
    }

    fn use_landmarks(&mut self) {
        let Some(Prompt::Landmarks { photo, points_px }) = self.state.prompt.take() else { return };
        match self.state.library.photos.get(&photo).and_then(|entry| entry.pixels.clone()) {
            Some(pixels) => intake::align_by_hand(&self.pool, photo, pixels, points_px),
            None => self.toast(ToastKind::Note, "The photo is still being opened. Try again in a moment.".to_owned()),
        }
    }

    fn step_back(&mut self) {
        self.state.play = None;
        if let Some(document) = self.history.undo(&self.state.document) {
            self.state.document = document;
        }
    }

    fn step_again(&mut self) {
        self.state.play = None;
        if let Some(document) = self.history.redo(&self.state.document) {
            self.state.document = document;
        }
    }
}

/// Where landmarks start on a photo without a face: a face in the middle, half as high as the photo.
fn middle_face(width: u32, height: u32) -> Landmarks {
    let scale = width.min(height) as f32 * 0.5 / 112.0;
    let (x, y) = (width as f32 / 2.0, height as f32 / 2.0);
    crate::face::alignment::TEMPLATE_PX.map(|point| [x + (point[0] - 56.0) * scale, y + (point[1] - 64.0) * scale])
}
