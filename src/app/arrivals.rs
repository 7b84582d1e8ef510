//! What comes back from the pool and from the engine, put into the state. Starting work is `intake`'s, deciding is
//! `commands`'.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions};

use super::App;
use super::aged_photo::PhotoTexture;
use super::commands::Command;
use super::compare::AgedPicture;
use super::export::FilmNews;
use super::intake;
use super::lab::LabCommand;
use super::session::{Opened, SessionCommand};
use super::state::{
    AgedReadings, Document, EngineStatus, Filmstrip, Making, PhotoStage, Prompt, SaveWhat, Toast, ToastKind,
};
use crate::aging::{OwnAnchor, Timeline};
use crate::engine::{AnchorMade, DrawnAge, FaceId, PhotoId, Reply, WeightsSource};
use crate::face::{AlignedFace, LandmarkSource, Photo};
use crate::recognition::Calibration;

/// Messages kept at once: a folder of broken files must not pile up hundreds.
const MAX_TOASTS: usize = 8;

/// What the pool tells the window.
#[derive(Debug)]
pub enum Arrival {
    /// A photo was decoded, or why not.
    Decoded {
        /// Which photo.
        photo: PhotoId,
        /// Its pixels and thumbnail, or a sentence.
        result: Result<Decoded, String>,
    },
    /// A photo's display copy is on the GPU.
    Display {
        /// Which photo.
        photo: PhotoId,
        /// The copy.
        texture: Arc<PhotoTexture>,
    },
    /// A thumbnail that was let go was made again.
    Thumbnail {
        /// Of which photo.
        photo: PhotoId,
        /// The picture.
        picture: ColorImage,
    },
    /// Faces of a photo were aligned.
    Aligned {
        /// Which photo.
        photo: PhotoId,
        /// Faces in the detector's order, or the sentence for one that could not be aligned.
        faces: Vec<Result<AlignedCrop, String>>,
    },
    /// The seven anchors as pictures.
    Frames {
        /// Of which face.
        face: FaceId,
        /// By which network of the session.
        generation: u64,
        /// From which own age.
        own_years: f32,
        /// Youngest first.
        frames: Vec<ColorImage>,
    },
    /// A synthetic face at the size of its photo is on the GPU.
    AgedPicture(AgedPicture, Arc<PhotoTexture>),
    /// Folders to look into.
    Folders(Vec<PathBuf>),
    /// Photos to take in.
    Files {
        /// The files.
        paths: Vec<PathBuf>,
        /// A sentence about what was left out.
        note: Option<String>,
    },
    /// The picture in the clipboard, or a sentence.
    Pasted(Result<Arc<Photo>, String>),
    /// A picture was taken by the presenter's camera.
    PictureTaken(Arc<Photo>),
    /// A place to save was chosen.
    SaveTo(SaveWhat, PathBuf),
    /// The system has no file dialog: ask in the window.
    NoDialog(Prompt),
    /// What scores of these weights mean, or why that is not known.
    Calibrated(Arc<str>, Result<Arc<Calibration>, String>),
    /// A weights file to use.
    Weights(PathBuf),
    /// Something for the Lab was chosen.
    Lab(LabCommand),
    /// Something for sessions was chosen.
    Session(SessionCommand),
    /// A session was read, or could not be.
    SessionOpened(Box<Opened>),
    /// A session was saved, or could not be.
    SessionSaved {
        /// Its file.
        path: PathBuf,
        /// What the file holds now.
        kept: Box<Document>,
        /// Or why it does not, as a sentence.
        written: Result<(), String>,
    },
    /// Files were written.
    Saved(String),
    /// Files could not be written, as a sentence.
    NotSaved(String),
    /// How far a film is.
    Film(FilmNews),
    /// Settings cannot be kept, as a sentence.
    SettingsNotKept(String),
    /// Anything else that did not work, as a sentence.
    Problem(String),
}

/// A decoded photo.
#[derive(Debug)]
pub struct Decoded {
    /// The photo.
    pub photo: Arc<Photo>,
    /// A small square picture.
    pub thumbnail: ColorImage,
    /// Whether the file says of itself that a trained network made it or part of it.
    pub is_marked_synthetic: bool,
    /// The same as it is kept.
    pub small: Option<Arc<[u8]>>,
}

/// An aligned face and its pictures.
#[derive(Debug)]
pub struct AlignedCrop {
    /// The face.
    pub aligned: Arc<AlignedFace>,
    /// The crop.
    pub crop: ColorImage,
    /// The crop without colour.
    pub grey: ColorImage,
    /// Its name, where a session has one for it.
    pub id: Option<FaceId>,
}

impl App {
    /// Takes everything that has come; never waits.
    pub(super) fn receive_all(&mut self, ctx: &egui::Context) {
        while let Some(arrival) = self.pool.try_arrival() {
            self.receive(ctx, arrival);
        }
        while let Some(reply) = self.engine.try_reply() {
            self.hear(ctx, reply);
        }
        self.receive_from_lab(ctx);
    }

    fn receive(&mut self, ctx: &egui::Context, arrival: Arrival) {
        match arrival {
            Arrival::Decoded { photo, result } => self.receive_decoded(photo, result),
            Arrival::Thumbnail { photo, picture } => self.show_thumbnail(photo, picture),
            Arrival::Folders(folders) => self.apply(ctx, Command::TakeInPaths(folders)),
            Arrival::Display { photo, texture } => {
                if let Some(entry) = self.state.library.photos.get_mut(&photo) {
                    entry.display = Some(texture);
                    entry.display_asked = false;
                }
            }
            Arrival::Aligned { photo, faces } => self.receive_faces(ctx, photo, faces),
            Arrival::Frames { face, generation, own_years, frames } => {
                let is_current = generation == self.state.generation();
                if let Some(entry) = self.state.library.faces.get_mut(&face).filter(|_| is_current) {
                    let name = |index: usize| format!("anchor {index} of face {}", face.0);
                    let greys = frames.iter().map(intake::without_colour).enumerate();
                    let grey = greys.map(|(i, frame)| load(ctx, format!("grey {}", name(i)), frame)).collect();
                    let frames = frames.into_iter().enumerate().map(|(i, frame)| load(ctx, name(i), frame)).collect();
                    entry.filmstrip = Some(Filmstrip { own_years, frames, grey });
                    entry.making.anchors = Default::default();
                }
            }
            Arrival::AgedPicture(picture, texture) => self.state.compare.receive(picture, &texture),
            Arrival::Files { paths, note } => {
                if let Some(note) = note {
                    self.toast(ToastKind::Note, note);
                }
                self.apply(ctx, Command::TakeIn(paths));
            }
            Arrival::Pasted(Ok(photo)) => self.apply(ctx, Command::TakeInPixels(photo)),
            Arrival::Pasted(Err(sentence)) => self.toast(ToastKind::Note, sentence),
            Arrival::PictureTaken(photo) => self.receive_taken(photo),
            Arrival::SaveTo(what, path) => self.apply(ctx, Command::SaveTo(what, path)),
            Arrival::NoDialog(prompt) => self.state.prompt = Some(prompt),
            Arrival::Calibrated(weights_sha256, calibration) if self.is_current(&weights_sha256) => {
                self.state.calibration = Some(calibration);
            }
            Arrival::Calibrated(..) => {}
            Arrival::Weights(path) => self.apply(ctx, Command::UseWeights(WeightsSource::File(path))),
            Arrival::Lab(command) => self.apply(ctx, Command::Lab(command)),
            Arrival::Session(command) => self.apply(ctx, Command::Session(command)),
            Arrival::SessionOpened(opened) => self.hear_session_opened(*opened),
            Arrival::SessionSaved { path, kept, written } => self.hear_session_saved(ctx, path, *kept, written),
            Arrival::Saved(sentence) => {
                self.state.saving = self.state.saving.saturating_sub(1);
                self.toast(ToastKind::Done, sentence);
            }
            Arrival::NotSaved(sentence) => {
                self.state.saving = self.state.saving.saturating_sub(1);
                self.toast(ToastKind::Problem, sentence);
            }
            Arrival::Film(news) => self.hear_of_film(news),
            Arrival::SettingsNotKept(sentence) => self.state.notice = Some(sentence),
            Arrival::Problem(sentence) => self.toast(ToastKind::Problem, sentence),
        }
    }

    /// Aligns the faces a session knew of this very file, else lets the engine look for them.
    pub(super) fn find_faces(&mut self, photo: PhotoId, pixels: Arc<Photo>) {
        let Some(entry) = self.state.library.photos.get_mut(&photo) else { return };
        match entry.known.take() {
            Some(known) if known.sha256 == pixels.sha256 => {
                intake::align_known(&self.pool, photo, pixels, known.faces);
                return;
            }
            Some(_) => {
                let is_long = self.state.document.tray.len() >= super::tray::SHOWN_FROM;
                // Of a long tray it is said once.
                let name = if is_long { "A photo" } else { &entry.name };
                let sentence = format!(
                    "{name} is not the file the session was saved with. Its faces are found again; what was stated of \
                     them is left out."
                );
                self.toast(ToastKind::Note, sentence);
            }
            None => {}
        }
        self.engine.request(crate::engine::Request::FindFaces { photo, pixels });
    }

    fn receive_faces(&mut self, ctx: &egui::Context, photo: PhotoId, faces: Vec<Result<AlignedCrop, String>>) {
        // A picture of the presenter's camera that was forgotten meanwhile leaves no face behind.
        if !self.state.library.photos.contains_key(&photo) {
            return;
        }
        for face in faces {
            match face {
                Ok(crop) => self.add_face(ctx, photo, crop),
                Err(sentence) => self.toast(ToastKind::Problem, sentence),
            }
        }
        self.set_stage(photo, PhotoStage::Ready);
    }

    fn add_face(&mut self, ctx: &egui::Context, photo: PhotoId, face: AlignedCrop) {
        let is_known = face.id.is_some();
        let id = face.id.unwrap_or_else(|| FaceId(self.state.library.new_id()));
        let aligned = face.aligned;
        let entry = self.face_entry(id, photo, Arc::clone(&aligned), [face.crop, face.grey]);
        self.state.library.faces.insert(id, entry);
        if aligned.landmark_source == LandmarkSource::Hand {
            // Of a session's face the document knows already.
            if !is_known {
                self.apply(ctx, Command::UseHandFace(photo, id));
            }
        } else if let Some(entry) = self.state.library.photos.get_mut(&photo) {
            entry.faces.push(id);
        }
        self.engine.request(crate::engine::Request::ReadFace { face: id, aligned });
    }

    fn hear(&mut self, ctx: &egui::Context, reply: Reply) {
        match reply {
            Reply::OpeningWeights { source, step } => self.state.opening = Some((source, step)),
            Reply::Ready { device, model, elapsed_ms } => self.hear_ready(device, model, elapsed_ms),
            Reply::WeightsRefused { source, message } => self.hear_refused(&source, message),
            Reply::Failed { message } => self.hear_failure(message),
            Reply::DeviceLost { device, message } => {
                if let EngineStatus::Ready { device: shown, .. } = &mut self.state.engine {
                    *shown = device;
                }
                self.toast(ToastKind::Problem, message);
            }
            Reply::FacesFound { photo, detections, elapsed_ms } => {
                self.state.timings.find_ms = Some(elapsed_ms);
                self.align(photo, detections);
            }
            Reply::SearchFailed { photo, message } => {
                self.set_stage(photo, PhotoStage::Failed(message.clone()));
                self.tell_of_failure(photo, message);
            }
            Reply::TimelineLeft { face } => {
                if let Some(entry) = self.state.library.faces.get_mut(&face) {
                    entry.timeline_asked = false;
                    entry.aged_readings_asked_years = None;
                }
            }
            Reply::FaceRead { face, weights_sha256, reading, elapsed_ms } if self.is_current(&weights_sha256) => {
                self.state.timings.read_ms = Some(elapsed_ms);
                if let Some(entry) = self.state.library.faces.get_mut(&face) {
                    entry.reading = Some(reading);
                }
            }
            Reply::TimelineProgress { face, weights_sha256, made, done, total } if self.is_current(&weights_sha256) => {
                self.hear_progress(ctx, face, &made, [done, total]);
            }
            Reply::TimelineReady { face, weights_sha256, timeline, elapsed_ms } if self.is_current(&weights_sha256) => {
                self.state.timings.timeline_ms = Some(elapsed_ms);
                if let Some(entry) = self.state.library.faces.get_mut(&face) {
                    entry.timeline = Some(timeline);
                }
            }
            Reply::AgeDrawn { face, weights_sha256, age, elapsed_ms } if self.is_current(&weights_sha256) => {
                self.state.timings.age_ms = Some(elapsed_ms);
                self.hear_drawn(face, age);
            }
            Reply::AgesRead { face, weights_sha256, own_years, readings, .. } if self.is_current(&weights_sha256) => {
                if let Some(entry) = self.state.library.faces.get_mut(&face) {
                    entry.aged_readings = Some(AgedReadings { own_years, readings });
                }
            }
            // Made with weights that are not in use any more.
            Reply::FaceRead { .. }
            | Reply::TimelineProgress { .. }
            | Reply::TimelineReady { .. }
            | Reply::AgesRead { .. }
            | Reply::AgeDrawn { .. } => {}
        }
    }

    /// One more anchor of a timeline that is made anchor by anchor.
    fn hear_progress(&mut self, ctx: &egui::Context, face: FaceId, made: &AnchorMade, progress: [usize; 2]) {
        let Some(entry) = self.state.library.faces.get_mut(&face) else { return };
        let Making { anchors, progress: shown } = &mut entry.making;
        let name = format!("anchor {} of face {} being made", made.group.index(), face.0);
        let picture = load(ctx, name, intake::colour_image(&made.picture));
        anchors[made.group.index()] = Some((picture, made.identity_cosine));
        *shown = Some(progress);
    }

    /// An age as the network draws it. One that is not shown any more is left aside: it never replaces a newer one.
    fn hear_drawn(&mut self, face: FaceId, age: DrawnAge) {
        let is_shown = self.state.age_to_draw(face) == Some([age.own.years, age.target_years]);
        let Some(entry) = self.state.library.faces.get_mut(&face) else { return };
        if let Some(timeline) = entry.timeline.as_mut()
            && starts_elsewhere(timeline, &age.own)
            && is_shown
        {
            // The true age was stated or taken back: the blends start from there too now.
            *timeline = Arc::new(Timeline::clone(timeline).drawn_from(OwnAnchor::clone(&age.own)));
            entry.filmstrip_asked_years = None;
        }
        if is_shown {
            entry.drawn = Some(age);
        }
    }

    fn hear_failure(&mut self, message: String) {
        if self.state.model().is_none() {
            self.state.opening = None;
            self.state.engine = EngineStatus::Failed(message);
            return;
        }
        self.toast(ToastKind::Problem, message);
    }

    /// Shows a short message; the same sentence is not shown twice.
    pub(super) fn toast(&mut self, kind: ToastKind, text: String) {
        self.state.toasts.retain(|toast| toast.text != text);
        if self.state.toasts.len() == MAX_TOASTS {
            self.state.toasts.remove(0);
        }
        self.state.toasts.push(Toast { kind, text, since: Instant::now() });
    }
}

/// Whether the blends of a timeline start from another age than this.
fn starts_elsewhere(timeline: &Timeline, own: &OwnAnchor) -> bool {
    timeline.own.as_ref().is_none_or(|known| known.years != own.years)
}

/// A small picture on the GPU through egui.
fn load(ctx: &egui::Context, name: String, picture: ColorImage) -> TextureHandle {
    ctx.load_texture(name, picture, TextureOptions::LINEAR)
}
