//! A film from the window: what it is to show, the work on a thread of its own, so that photos go on being opened
//! meanwhile, and what that thread tells.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pictures::{self, Subject};
use crate::aging::MAX_AGE_YEARS;
use crate::aging::Timeline;
use crate::aging::export::film::{self, Film, FilmFace, FilmFormat, FilmFraming, ages_between};
use crate::aging::export::signing::KeyPlace;
use crate::aging::export::{Credentials, ExportError};
use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::state::{SaveWhat, ToastKind};

/// The shortest and the longest film the dialog offers, in seconds.
pub const SECONDS: [f32; 2] = [2.0, 20.0];

/// What a film is to show; kept between sessions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilmWish {
    /// MP4 or GIF.
    pub format: FilmFormat,
    /// The age it begins with, in years.
    pub from_years: f32,
    /// The age it goes to, in years.
    pub to_years: f32,
    /// Whether it comes back.
    pub there_and_back: bool,
    /// How long it is.
    pub seconds: f32,
    /// Whole photo or face.
    pub framing: FilmFraming,
}

impl Default for FilmWish {
    fn default() -> Self {
        Self {
            format: FilmFormat::Mp4,
            from_years: 5.0,
            to_years: 75.0,
            there_and_back: true,
            seconds: 6.0,
            framing: FilmFraming::WholePhoto,
        }
    }
}

impl FilmWish {
    /// In whole years and half seconds, none of them beyond its ends.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        for years in [&mut self.from_years, &mut self.to_years] {
            *years = years.round().clamp(0.0, MAX_AGE_YEARS);
        }
        let [shortest, longest] = SECONDS;
        self.seconds = ((self.seconds * 2.0).round() / 2.0).clamp(shortest, longest);
        self
    }

    /// The film.
    pub fn film(&self) -> Film {
        Film {
            format: self.format,
            from_years: self.from_years,
            to_years: self.to_years,
            there_and_back: self.there_and_back,
            seconds: self.seconds,
            frames_per_second: self.format.usual_frames_per_second(),
            framing: self.framing,
        }
    }
}

/// The film that is being made.
#[derive(Clone, Debug)]
pub struct FilmWork {
    /// Its file's name.
    pub name: String,
    /// Frames that are there, and frames in all.
    pub progress: [usize; 2],
    stop: Arc<AtomicBool>,
}

impl FilmWork {
    /// Asks it to stop; it does before the next few frames.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What the thread that makes a film tells.
#[derive(Debug)]
pub enum FilmNews {
    /// Frames that are there, and frames in all.
    Progress([usize; 2]),
    /// It ended: a sentence, and how it is meant.
    Ended(ToastKind, String),
}

/// Makes the film and writes it there.
pub fn start(app: &mut App, format: FilmFormat, path: PathBuf) {
    let subject = match pictures::subject(app, SaveWhat::Film(format)) {
        Ok(subject) => subject,
        Err(sentence) => return app.toast(ToastKind::Note, sentence),
    };
    let Some(timeline) = subject.timeline.clone() else { return };
    if app.state.film.is_some() {
        return app.toast(ToastKind::Note, "A film is being made already. Wait for it or stop it.".to_owned());
    }
    // The ending that was typed decides, where it is that of a film.
    let known = FilmFormat::of_path(&path);
    let format = known.unwrap_or(format);
    let path = if known.is_some() { path } else { with_more(&path, format.ending()) };
    let wish = FilmWish { format, ..app.state.view.film };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let work = FilmWork { name, progress: [0, wish.film().frames()], stop: Arc::clone(&stop) };
    let (teller, key) = (app.pool.teller(), app.settings.key_place());
    let started = thread::Builder::new().name("film".to_owned()).spawn(move || {
        let (kind, words) = make(&subject, &timeline, &wish.film(), &path, &key, &mut |done, frames| {
            teller.tell(Arrival::Film(FilmNews::Progress([done, frames])));
            if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        teller.tell(Arrival::Film(FilmNews::Ended(kind, words)));
    });
    match started {
        Ok(_) => app.state.film = Some(work),
        Err(error) => {
            let text = format!("The system refused to start a thread ({error}). Close other programs.");
            app.toast(ToastKind::Problem, text);
        }
    }
}

/// The path with one more ending.
fn with_more(path: &Path, ending: &str) -> PathBuf {
    let mut whole = path.as_os_str().to_owned();
    whole.push(".");
    whole.push(ending);
    whole.into()
}

fn make(
    subject: &Subject,
    timeline: &Timeline,
    film: &Film,
    path: &Path,
    key: &KeyPlace,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> (ToastKind, String) {
    let credentials = key.open();
    match write(subject, timeline, film, path, &credentials, progress) {
        Ok(()) => (ToastKind::Done, pictures::saved_words(path, &credentials)),
        Err(ExportError::Stopped) => (ToastKind::Note, "The film was stopped. Nothing was left behind.".to_owned()),
        Err(error) => (ToastKind::Problem, format!("{error}. Choose another folder or name.")),
    }
}

fn write(
    subject: &Subject,
    timeline: &Timeline,
    film: &Film,
    path: &Path,
    credentials: &Credentials,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<(), ExportError> {
    let face = FilmFace {
        photo: &subject.photo.pixels,
        photo_to_crop: &subject.face.photo_to_crop,
        timeline,
        own_years: subject.own.years,
        strength: subject.strength,
    };
    let about = json!({
        "from_years": film.from_years,
        "until_years": film.to_years,
        "there_and_back": film.there_and_back,
        "frames": film.frames(),
        "seconds": film.seconds,
        "framing": if film.framing == FilmFraming::Face { "face" } else { "photo" },
        "ages_between": ages_between(timeline.between),
    });
    let record = subject.provenance(subject.parameters("film", about));
    film::write_film(path, film, &face, &record, credentials, &subject.originals(), progress)
}

impl App {
    /// What the thread that makes a film tells.
    pub(in crate::app) fn hear_of_film(&mut self, news: FilmNews) {
        match news {
            FilmNews::Progress(progress) => {
                if let Some(film) = &mut self.state.film {
                    film.progress = progress;
                }
            }
            FilmNews::Ended(kind, sentence) => {
                self.state.film = None;
                self.toast(kind, sentence);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_stays_within_what_the_dialog_offers() {
        let wild = FilmWish { from_years: -3.0, to_years: 300.0, seconds: 0.1, ..FilmWish::default() };
        let tame = wild.within_bounds();
        assert_eq!((tame.from_years, tame.to_years, tame.seconds), (0.0, 90.0, 2.0));
        let exact = FilmWish { from_years: 17.6, seconds: 3.3, ..FilmWish::default() }.within_bounds();
        assert_eq!((exact.from_years, exact.seconds), (18.0, 3.5));
    }

    #[test]
    fn an_ending_that_is_none_of_a_film_is_added_to() {
        assert_eq!(with_more(Path::new("/a/me.old"), "mp4"), PathBuf::from("/a/me.old.mp4"));
    }
}
