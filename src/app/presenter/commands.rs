//! What can be asked of presenter mode, and the one place where it is done. None of it changes the document.

use std::sync::Arc;

use eframe::egui::{self, ViewportCommand};

use super::camera::Camera;
use super::state::{CameraStage, Presenter};
use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::state::{PhotoEntry, PhotoSource};
use crate::engine::PhotoId;
use crate::face::Photo;

/// How long the second press of the camera's key is waited for, in seconds.
const ASKED_FOR_S: f32 = 5.0;
/// Pictures taken by the camera that are kept until presenter mode is left.
const MAX_TAKEN: usize = 6;

/// What can be asked of presenter mode.
#[derive(Clone, Debug, PartialEq)]
pub enum PresenterCommand {
    /// Enter or leave.
    Toggle,
    /// Leave.
    Leave,
    /// Stand still, or go on.
    TogglePause,
    /// Show the next photo with a face (1) or the one before (-1).
    Step(isize),
    /// The camera's key: off if it is on; on only when it is pressed twice.
    AskForCamera,
    /// Switch the camera on, entering first where that is needed.
    UseCamera,
    /// Take what the camera sees as a photo of the presenter's own.
    TakePicture,
}

impl App {
    pub(in crate::app) fn carry_out_for_presenter(&mut self, ctx: &egui::Context, command: PresenterCommand) {
        match command {
            PresenterCommand::Toggle if self.state.presenter.is_some() => self.leave_presenter(ctx),
            PresenterCommand::Toggle => self.enter_presenter(ctx),
            PresenterCommand::Leave => self.leave_presenter(ctx),
            PresenterCommand::TogglePause => {
                if let Some(presenter) = &mut self.state.presenter {
                    presenter.is_paused = !presenter.is_paused;
                }
            }
            PresenterCommand::Step(step) => self.step_presenter(step),
            PresenterCommand::AskForCamera => self.ask_for_camera(),
            PresenterCommand::UseCamera => {
                self.enter_presenter(ctx);
                self.switch_camera_on();
            }
            PresenterCommand::TakePicture => self.take_picture(),
        }
    }

    fn enter_presenter(&mut self, ctx: &egui::Context) {
        if self.state.presenter.is_some() {
            return;
        }
        let was_fullscreen = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        self.state.presenter = Some(Presenter { was_fullscreen, ..Presenter::default() });
        self.present(0.0);
    }

    pub(in crate::app) fn leave_presenter(&mut self, ctx: &egui::Context) {
        let Some(presenter) = self.state.presenter.take() else { return };
        // Dropping it lets the device go.
        self.camera = None;
        for photo in presenter.own_photos() {
            self.forget_own(photo);
        }
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(presenter.was_fullscreen));
        // What was said meanwhile has not been seen yet.
        let now = std::time::Instant::now();
        for toast in &mut self.state.toasts {
            toast.since = now;
        }
    }

    /// Takes a photo of the presenter's own out of the library, with everything that is known of it.
    pub(super) fn forget_own(&mut self, photo: PhotoId) {
        let faces = self.state.faces_of(photo);
        self.engine.forget(photo, &faces);
        for face in faces {
            self.state.library.faces.remove(&face);
        }
        self.state.library.photos.remove(&photo);
        if let Some(presenter) = &mut self.state.presenter {
            presenter.taken.retain(|taken| *taken != photo);
            presenter.demo = presenter.demo.filter(|demo| *demo != photo);
            presenter.photo = presenter.photo.filter(|shown| *shown != photo);
        }
    }

    /// Adds a photo that is not in the tray.
    pub(super) fn add_own(&mut self, name: String, source: PhotoSource) -> PhotoId {
        let id = PhotoId(self.state.library.new_id());
        self.state.library.photos.insert(id, PhotoEntry::waiting(name, source));
        id
    }

    fn step_presenter(&mut self, step: isize) {
        let next = self.state.presentable_after(step);
        let Some(presenter) = &mut self.state.presenter else { return };
        if presenter.is_live() {
            presenter.show_live(false);
            return;
        }
        if let Some(next) = next {
            presenter.put_up(next);
        }
    }

    fn ask_for_camera(&mut self) {
        let Some(presenter) = &mut self.state.presenter else { return };
        match presenter.camera {
            CameraStage::Starting | CameraStage::On(_) => {
                presenter.camera = CameraStage::Off;
                self.camera = None;
            }
            CameraStage::Off => {
                presenter.camera = CameraStage::Asked { until_s: presenter.clock_s + ASKED_FOR_S };
                presenter.note = None;
            }
            CameraStage::Asked { .. } => self.switch_camera_on(),
        }
    }

    fn switch_camera_on(&mut self) {
        let Some(presenter) = &mut self.state.presenter else { return };
        if presenter.camera.is_on() {
            return;
        }
        presenter.note = None;
        match Camera::start(Arc::clone(&self.cameras), self.pool.wake()) {
            Ok(camera) => {
                presenter.camera = CameraStage::Starting;
                self.camera = Some(camera);
            }
            Err(error) => presenter.say(error.to_string()),
        }
    }

    fn take_picture(&mut self) {
        let Some(presenter) = &mut self.state.presenter else { return };
        let CameraStage::On(live) = &presenter.camera else { return };
        let picture = Arc::clone(&live.picture);
        presenter.note = None;
        // Hashing a picture takes longer than a frame should.
        self.pool.run(move || {
            let photo = Photo::from_pixels("Camera picture", image::RgbImage::clone(&picture));
            Some(Arrival::PictureTaken(Arc::new(photo)))
        });
    }

    /// A picture was taken: it is shown and aged. Where presenter mode was left meanwhile it is forgotten.
    pub(in crate::app) fn receive_taken(&mut self, photo: Arc<Photo>) {
        if !self.state.presenter.as_ref().is_some_and(|presenter| presenter.camera.is_on()) {
            return;
        }
        let id = self.add_own(photo.name.clone(), PhotoSource::Pixels(photo));
        let Some(presenter) = &mut self.state.presenter else { return };
        presenter.taken.push(id);
        presenter.show_live(false);
        presenter.is_paused = false;
        presenter.put_up(id);
        if presenter.taken.len() > MAX_TAKEN {
            let oldest = presenter.taken[0];
            self.forget_own(oldest);
        }
    }
}
