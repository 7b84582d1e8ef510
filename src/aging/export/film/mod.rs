//! A film of one face through the ages, as MP4 or animated GIF: which age each frame shows, its frames made a few at a
//! time and handed to the encoder, so that a film is never held in memory, and the file, which appears whole or not at
//! all. Every frame carries its label, the file its mark and its manifest.

mod gif;
mod mp4;
mod stage;

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::file::Target;
use super::provenance::film_xmp;
use super::{Container, Credentials, ExportError, PictureKind, Provenance};
use crate::aging::{Between, Timeline};
use crate::face::SimilarityTransform;
use stage::Stage;

/// How a film is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmFormat {
    /// H.264 in MP4: small, and played by every browser.
    #[default]
    Mp4,
    /// Animated GIF: moves in documents and messages that play no films; larger, with 256 colours a frame.
    Gif,
}

impl FilmFormat {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Gif => "gif",
        }
    }

    /// By the ending of a file's name.
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        [Self::Mp4, Self::Gif].into_iter().find(|format| format.ending() == ending)
    }

    /// Frames a second where nobody asked for another number.
    pub fn usual_frames_per_second(self) -> u32 {
        match self {
            Self::Mp4 => 25,
            Self::Gif => 10,
        }
    }

    fn container(self) -> Container {
        match self {
            Self::Mp4 => Container::Mp4,
            Self::Gif => Container::Gif,
        }
    }
}

/// How much of the photo a film shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmFraming {
    /// All of it.
    #[default]
    WholePhoto,
    /// The face and what surrounds it.
    Face,
}

/// The longest film, in seconds.
pub const MAX_SECONDS: f32 = 60.0;
/// The most frames a second.
pub const MAX_FRAMES_PER_SECOND: u32 = 50;

/// What a film shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Film {
    /// How it is encoded.
    pub format: FilmFormat,
    /// The age it begins with, in years.
    pub from_years: f32,
    /// The age it goes to, in years.
    pub to_years: f32,
    /// It comes back to the first age, so that it can be played over and over without a jump.
    pub there_and_back: bool,
    /// How long it is.
    pub seconds: f32,
    /// Frames a second; a GIF shows the nearest number it can.
    pub frames_per_second: u32,
    /// How much of the photo it shows.
    pub framing: FilmFraming,
}

impl Film {
    /// Whole hundredths of a second that a frame of a GIF is shown.
    fn gif_delay_cs(&self) -> u16 {
        (100.0 / self.frames_per_second.clamp(1, MAX_FRAMES_PER_SECOND) as f32).round() as u16
    }

    /// Frames in all, at least two.
    pub fn frames(&self) -> usize {
        let per_second = match self.format {
            FilmFormat::Mp4 => self.frames_per_second.clamp(1, MAX_FRAMES_PER_SECOND) as f32,
            FilmFormat::Gif => 100.0 / f32::from(self.gif_delay_cs()),
        };
        ((self.seconds.clamp(0.0, MAX_SECONDS) * per_second).round() as usize).max(2)
    }

    /// The age a frame shows, in years. There and back the first frame follows upon the last one.
    pub fn years_at(&self, frame: usize) -> f32 {
        let frames = self.frames() as f32;
        let share = if self.there_and_back {
            1.0 - (2.0 * frame as f32 / frames - 1.0).abs()
        } else {
            frame as f32 / (frames - 1.0)
        };
        self.from_years + (self.to_years - self.from_years) * share.clamp(0.0, 1.0)
    }

    /// Longest side of its pictures, in pixels.
    pub fn longest_side_px(&self) -> u32 {
        match (self.format, self.framing) {
            (FilmFormat::Mp4, FilmFraming::WholePhoto) => 1080,
            (FilmFormat::Mp4, FilmFraming::Face) | (FilmFormat::Gif, FilmFraming::WholePhoto) => 640,
            (FilmFormat::Gif, FilmFraming::Face) => 448,
        }
    }

    /// About how large its file becomes, in bytes, for a photo of this size: by what was measured on two of the demo
    /// faces, so a rough guess for others.
    pub fn estimated_bytes(&self, photo_px: [u32; 2]) -> u64 {
        let longest = f64::from(photo_px[0].max(photo_px[1]).max(1));
        let side = f64::from(self.longest_side_px());
        let area = match self.framing {
            FilmFraming::Face => side * side,
            FilmFraming::WholePhoto => {
                f64::from(photo_px[0]) * f64::from(photo_px[1]) * (side / longest).min(1.0).powi(2)
            }
        };
        let bytes_per_pixel = match (self.format, self.framing) {
            (FilmFormat::Mp4, FilmFraming::WholePhoto) => 0.003,
            (FilmFormat::Mp4, FilmFraming::Face) => 0.006,
            (FilmFormat::Gif, FilmFraming::WholePhoto) => 0.36,
            (FilmFormat::Gif, FilmFraming::Face) => 0.48,
        };
        (area * self.frames() as f64 * bytes_per_pixel) as u64
    }
}

/// The face a film is made of.
#[derive(Clone, Copy, Debug)]
pub struct FilmFace<'a> {
    /// The whole photo.
    pub photo: &'a RgbImage,
    /// Where the face is in it.
    pub photo_to_crop: &'a SimilarityTransform,
    /// Its ages.
    pub timeline: &'a Timeline,
    /// The age it has in the photo, in years.
    pub own_years: f32,
    /// How much of the change is shown; 1 is as learnt.
    pub strength: f32,
}

/// What stands in the record of a film about its ages in between.
pub fn ages_between(between: Between) -> &'static str {
    match between {
        Between::Blended => "blend of the neighbouring anchors, as the network means it",
        Between::Drawn => "blend of the neighbouring drawn anchors; the network would draw each age by itself",
    }
}

/// The sentence for a person whose network would draw every age of a film by itself.
pub const BLENDED_NOTE: &str = "This network draws every age by itself, which would take minutes for a film. The film \
                                blends the seven drawn ages, and its record says so.";

/// Makes the film and writes it. `progress` hears how many frames are done and how many there are, and ends the work by
/// breaking; nothing is left behind then, nor when anything fails. The film never replaces one of the `originals`.
///
/// # Errors
/// When it is stopped, cannot be encoded or cannot be written.
pub fn write_film(
    path: &Path,
    film: &Film,
    face: &FilmFace<'_>,
    provenance: &Provenance,
    credentials: &Credentials,
    originals: &[&Path],
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<(), ExportError> {
    let target = Target::new(path, originals)?;
    let stage = Stage::new(face.photo, face.photo_to_crop, film.framing, film.longest_side_px());
    let kind = PictureKind::SyntheticFilm([film.from_years, film.to_years]);
    let xmp = film_xmp(kind, provenance);
    let place = target.scratch()?;
    let mut encoded = match film.format {
        FilmFormat::Mp4 => encode(mp4::Mp4::new(place, film, stage.size_px())?, film, face, &stage, &xmp, progress)?,
        FilmFormat::Gif => encode(gif::Gif::new(place, film, stage.size_px())?, film, face, &stage, &xmp, progress)?,
    };
    let mut file = target.new_file()?;
    if !credentials.embed(film.format.container(), kind, provenance, &mut encoded, file.as_file_mut()) {
        copy(&mut encoded, file.as_file_mut()).map_err(|error| target.refused(&error))?;
    }
    target.finish(file)
}

fn copy(from: &mut File, to: &mut File) -> io::Result<()> {
    to.set_len(0)?;
    to.seek(SeekFrom::Start(0))?;
    from.seek(SeekFrom::Start(0))?;
    io::copy(from, to).map(|_| ())
}

/// What puts frames into a file.
trait Encoder: Sync {
    /// A frame, ready to be added.
    type Frame: Send;

    /// The part of the work that needs no other frame but the one before it; several run at once.
    fn prepare(&self, before: Option<&RgbImage>, picture: &RgbImage) -> Self::Frame;

    /// Adds the next frame.
    fn add(&mut self, frame: Self::Frame) -> Result<(), ExportError>;

    /// Ends the film and returns its file.
    fn finish(self, xmp: &str) -> Result<File, ExportError>;
}

/// Makes the frames, as many at once as there are threads, and adds them in their order.
fn encode<E: Encoder>(
    mut encoder: E,
    film: &Film,
    face: &FilmFace<'_>,
    stage: &Stage,
    xmp: &str,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<File, ExportError> {
    let (frames, at_once) = (film.frames(), rayon::current_num_threads().max(1));
    let mut before: Option<RgbImage> = None;
    for first in (0..frames).step_by(at_once) {
        if progress(first, frames).is_break() {
            return Err(ExportError::Stopped);
        }
        let numbers = first..(first + at_once).min(frames);
        let pictures: Vec<RgbImage> =
            numbers.into_par_iter().map(|frame| stage.frame(face, film.years_at(frame))).collect();
        let prepared: Vec<E::Frame> = (0..pictures.len())
            .into_par_iter()
            .map(|index| {
                let before = index.checked_sub(1).map(|index| &pictures[index]).or(before.as_ref());
                encoder.prepare(before, &pictures[index])
            })
            .collect();
        prepared.into_iter().try_for_each(|frame| encoder.add(frame))?;
        before = pictures.into_iter().next_back();
    }
    let file = encoder.finish(xmp)?;
    match progress(frames, frames) {
        ControlFlow::Continue(()) => Ok(file),
        ControlFlow::Break(()) => Err(ExportError::Stopped),
    }
}

#[cfg(test)]
mod tests;
