//! Taking photos in: decoding, thumbnails, display copies, alignment, filmstrips. Everything here
//! runs on the pool. [`App::keep_up`] looks at the state once per frame and starts what is missing, so that no other
//! code has to remember to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::ColorImage;
use image::RgbImage;
use image::imageops::{self, FilterType};

use super::App;
use super::aged_photo::{Gpu, PhotoTexture};
use super::arrivals::{AlignedCrop, Arrival, Decoded};
use super::pool::Pool;
use super::state::{KnownFace, PhotoSource, PhotoStage};
use super::tray;
use crate::aging::{Timeline, age_crop, export};
use crate::engine::{FaceId, PhotoId, Request};
use crate::face::{AlignedFace, Detection, Landmarks, Photo};
use crate::recognition::{Calibration, CalibrationError};

/// Marks of how a picture was made stand within this much of a file, in bytes.
const MOST_TOLD_BYTES: usize = 1 << 20;
const THUMBNAIL_PX: u32 = 96;

impl App {
    /// Starts what the state lacks. Called once per frame; starts nothing twice.
    pub(super) fn keep_up(&mut self) {
        self.state.keep_tray_up();
        self.tell_who_is_looked_at();
        self.decode_waiting();
        self.serve_thumbnails();
        self.serve_photos();
        match self.state.presenter {
            Some(_) => self.serve_presented(),
            None => {
                self.serve_face();
                self.serve_attention();
                self.keep_comparison_up();
            }
        }
        self.release_pixels();
        self.serve_crops();
    }

    fn decode_waiting(&mut self) {
        while let Some(photo) = self.next_to_open() {
            let Some(entry) = self.state.library.photos.get(&photo) else { return };
            self.decoding += 1;
            decode(&self.pool, photo, entry.source.clone());
            self.set_stage(photo, PhotoStage::Decoding);
        }
    }

    /// Pixels and display copy of the photos looked at.
    fn serve_photos(&mut self) {
        for photo in self.state.photos_looked_at() {
            self.serve_display(photo);
        }
    }

    /// Pixels and display copy of a photo that is drawn.
    pub(super) fn serve_display(&mut self, photo: PhotoId) {
        self.serve_pixels(photo);
        let Some(entry) = self.state.library.photos.get_mut(&photo) else { return };
        if entry.display.is_none()
            && !entry.display_asked
            && let Some(pixels) = entry.pixels.clone()
        {
            entry.display_asked = true;
            self.hold(photo);
            let gpu = self.gpu.clone();
            self.pool.run(move || Some(display(photo, &gpu, &pixels)));
        }
    }

    /// Decodes a photo again whose pixels were let go.
    pub(super) fn serve_pixels(&mut self, photo: PhotoId) {
        let Some(entry) = self.state.library.photos.get(&photo) else { return };
        let is_let_go = entry.stage == PhotoStage::Ready && entry.pixels.is_none();
        if is_let_go && !self.work.reopening.contains(&photo) {
            self.work.reopening.push(photo);
            self.decoding += 1;
            decode(&self.pool, photo, entry.source.clone());
        }
    }

    /// Timeline, filmstrip and age shown of the face looked at.
    fn serve_face(&mut self) {
        let looked_at = self.state.face().map(|(id, _)| id).filter(|_| !self.state.waits_for_pair());
        let next = looked_at.and_then(|_| self.state.next_timeline());
        self.stop_other_timelines(next);
        let Some(id) = looked_at else { return };
        if self.state.model().is_none() {
            return;
        }
        if let Some(next) = next {
            self.serve_timeline(next);
        }
        let own_age = self.state.own_age(id);
        let generation = self.state.generation();
        let Some(entry) = self.state.library.faces.get_mut(&id) else { return };
        let Some(timeline) = entry.timeline.clone() else { return };
        if let Some(own_age) = own_age.filter(|own_age| entry.filmstrip_asked_years != Some(own_age.years)) {
            entry.filmstrip_asked_years = Some(own_age.years);
            let aligned = Arc::clone(&entry.aligned);
            self.pool.run(move || Some(frames(id, generation, own_age.years, &aligned.pixels, &timeline)));
        }
        self.serve_age(id);
    }

    /// Asks once for a face's timeline.
    pub(super) fn serve_timeline(&mut self, face: FaceId) {
        let Some(entry) = self.state.library.faces.get_mut(&face) else { return };
        if !entry.timeline_asked {
            entry.timeline_asked = true;
            self.work.timelines_asked.push(face);
            self.engine.request(Request::Timeline { face, aligned: Arc::clone(&entry.aligned) });
        }
    }

    /// One timeline is made at a time: nobody waits for that of a face whose turn it is not, or not any more.
    pub(super) fn stop_other_timelines(&mut self, next: Option<FaceId>) {
        let (faces, engine) = (&mut self.state.library.faces, &self.engine);
        self.work.timelines_asked.retain(|face| {
            let Some(entry) = faces.get_mut(face) else { return false };
            if entry.timeline_asked && entry.timeline.is_none() && Some(*face) != next {
                entry.timeline_asked = false;
                engine.stop_timeline(*face);
            }
            entry.timeline_asked && entry.timeline.is_none()
        });
    }

    /// The age shown, as a network draws it that draws every age.
    fn serve_age(&mut self, id: FaceId) {
        let (wanted, is_there) = (self.state.age_to_draw(id), self.state.drawn_age(id).is_some());
        // Latest wins: what was asked for another face may have been dropped.
        if let Some(other) = self.work.age_asked.replace(id).filter(|other| *other != id)
            && let Some(entry) = self.state.library.faces.get_mut(&other)
        {
            entry.drawn_asked_years = None;
        }
        let Some(entry) = self.state.library.faces.get_mut(&id) else { return };
        let asked = wanted.filter(|_| !is_there && entry.drawn_asked_years != wanted);
        entry.drawn_asked_years = wanted;
        if let Some([own_years, target_years]) = asked {
            let aligned = Arc::clone(&entry.aligned);
            self.engine.request(Request::AgeExactly { face: id, aligned, own_years, target_years });
        }
    }

    /// Asks once for what the network reads from a face at its seven anchors; asks again when its own age is another.
    pub(super) fn serve_aged_readings(&mut self, face: FaceId) {
        let (Some(own_age), true) = (self.state.own_age(face), self.state.model().is_some()) else { return };
        let Some(entry) = self.state.library.faces.get_mut(&face) else { return };
        if entry.timeline_stopped || entry.aged_readings_asked_years == Some(own_age.years) {
            return;
        }
        entry.aged_readings_asked_years = Some(own_age.years);
        let (aligned, own_years) = (Arc::clone(&entry.aligned), own_age.years);
        self.engine.request(Request::ReadAges { face, aligned, own_years });
    }
}

fn decode(pool: &Pool, photo: PhotoId, source: PhotoSource) {
    pool.run(move || {
        let result = catch_unwind(AssertUnwindSafe(|| open(&source))).unwrap_or_else(|_| {
            Err("The picture broke the decoder. Save it again as JPEG or PNG and open that copy.".to_owned())
        });
        let result = result.map(|(photo, is_marked_synthetic)| {
            let thumbnail = thumbnail(&photo.pixels);
            Decoded { small: tray::kept(&thumbnail), thumbnail: colour_image(&thumbnail), is_marked_synthetic, photo }
        });
        Some(Arrival::Decoded { photo, result })
    });
}

/// A photo, and whether its file says of itself that a trained network made it or part of it. Pixels without a file say
/// nothing.
fn open(source: &PhotoSource) -> Result<(Arc<Photo>, bool), String> {
    match source {
        PhotoSource::File(path) => {
            let (photo, bytes) = Photo::open_with_bytes(path).map_err(|error| error.to_string())?;
            Ok((Arc::new(photo), is_marked(&bytes)))
        }
        PhotoSource::Bundled { name, bytes } => {
            let photo = Photo::from_bytes(name, bytes).map_err(|error| error.to_string())?;
            Ok((Arc::new(photo), is_marked(bytes)))
        }
        PhotoSource::Pixels(photo) => Ok((Arc::clone(photo), false)),
    }
}

fn is_marked(bytes: &[u8]) -> bool {
    export::is_marked_synthetic(&bytes[..bytes.len().min(MOST_TOLD_BYTES)])
}

fn display(photo: PhotoId, gpu: &Gpu, pixels: &Photo) -> Arrival {
    Arrival::Display { photo, texture: Arc::new(PhotoTexture::upload(gpu, &pixels.pixels)) }
}

/// Aligns what the detector found.
pub(super) fn align(pool: &Pool, photo: PhotoId, pixels: Arc<Photo>, detections: Vec<Detection>) {
    pool.run(move || {
        let aligned = detections.iter().map(|detection| {
            AlignedFace::from_detection(&pixels, detection).map(crop_pictures).map_err(|error| error.to_string())
        });
        Some(Arrival::Aligned { photo, faces: aligned.collect() })
    });
}

/// Aligns a face whose landmarks a person placed.
pub(super) fn align_by_hand(pool: &Pool, photo: PhotoId, pixels: Arc<Photo>, landmarks_px: Landmarks) {
    pool.run(move || {
        let face = AlignedFace::from_landmarks(&pixels, landmarks_px);
        let face = face.map(crop_pictures).map_err(|error| error.to_string());
        Some(Arrival::Aligned { photo, faces: vec![face] })
    });
}

fn crop_pictures(aligned: AlignedFace) -> AlignedCrop {
    let [crop, grey] = tray::crop_pictures(&aligned);
    AlignedCrop { crop, grey, aligned: Arc::new(aligned), id: None }
}

/// Aligns faces that a session knew, under the names it gave them.
pub(super) fn align_known(pool: &Pool, photo: PhotoId, pixels: Arc<Photo>, known: Vec<KnownFace>) {
    pool.run(move || {
        let aligned = known.iter().map(|face| {
            let aligned = if face.is_by_hand {
                AlignedFace::from_landmarks(&pixels, face.detection.landmarks_px)
            } else {
                AlignedFace::from_detection(&pixels, &face.detection)
            };
            let named = aligned.map(|aligned| AlignedCrop { id: Some(face.id), ..crop_pictures(aligned) });
            named.map_err(|error| error.to_string())
        });
        Some(Arrival::Aligned { photo, faces: aligned.collect() })
    });
}

fn frames(face: FaceId, generation: u64, own_years: f32, crop: &RgbImage, timeline: &Timeline) -> Arrival {
    let ages = timeline.anchors_years().into_iter();
    let frames = ages.map(|years| colour_image(&age_crop(crop, &timeline.change_at(years, own_years, 1.0))));
    Arrival::Frames { face, generation, own_years, frames: frames.collect() }
}

/// The largest square in the middle, small.
fn thumbnail(pixels: &RgbImage) -> RgbImage {
    let side = pixels.width().min(pixels.height());
    let (left, top) = ((pixels.width() - side) / 2, (pixels.height() - side) / 4);
    let square = imageops::crop_imm(pixels, left, top, side, side);
    if side >= THUMBNAIL_PX {
        imageops::thumbnail(&*square, THUMBNAIL_PX, THUMBNAIL_PX)
    } else {
        imageops::resize(&*square, THUMBNAIL_PX, THUMBNAIL_PX, FilterType::CatmullRom)
    }
}

pub(super) fn colour_image(picture: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw())
}

/// A picture in greys, as `image` weighs the colours.
pub(super) fn without_colour(picture: &ColorImage) -> ColorImage {
    let rgb = picture.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let [width, height] = picture.size;
    let grey = RgbImage::from_raw(width as u32, height as u32, rgb).map(|rgb| imageops::grayscale(&rgb));
    grey.map_or_else(|| picture.clone(), |grey| ColorImage::from_gray(picture.size, grey.as_raw()))
}

/// Looks up what scores mean for these weights: beside their file, if they came from one, or inside the program.
pub(super) fn calibrate(pool: &Pool, weights_sha256: Arc<str>, weights_file: Option<PathBuf>) {
    pool.run(move || {
        let found = catch_unwind(|| match &weights_file {
            Some(file) => Calibration::beside(file, &weights_sha256),
            None => Calibration::for_weights(&weights_sha256),
        });
        let found = found.map_err(|_| "The calibration could not be read.".to_owned());
        let found = found.and_then(|known| known.map(Arc::new).map_err(|error| uncalibrated(&error)));
        Some(Arrival::Calibrated(weights_sha256, found))
    });
}

/// Why there are no words for a score. The hash, which the card has, would fill the panel.
fn uncalibrated(error: &CalibrationError) -> String {
    match error {
        CalibrationError::Unknown { .. } => "Nothing was measured for these weights, so the cosine stands alone: whether \
                                             it means one person or two is not known. `mtlface eval calibrate` measures it."
            .to_owned(),
        damaged => damaged.to_string(),
    }
}

/// Reads the picture in the clipboard.
pub(super) fn paste(pool: &Pool) {
    pool.run(|| {
        let image = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_image());
        Some(Arrival::Pasted(match image {
            Ok(image) => from_clipboard(image.width, image.height, &image.bytes)
                .ok_or_else(|| "The picture in the clipboard is empty.".to_owned()),
            Err(_) => Err("There is no picture in the clipboard. Copy one and press Ctrl+V again.".to_owned()),
        }))
    });
}

/// A photo from the clipboard's RGBA bytes.
pub(super) fn from_clipboard(width: usize, height: usize, rgba: &[u8]) -> Option<Arc<Photo>> {
    let rgb = rgba.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let picture = RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, rgb)?;
    (width > 0 && height > 0).then(|| Arc::new(Photo::from_pixels("Pasted picture", picture)))
}
