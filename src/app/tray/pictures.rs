//! Small pictures of photos and faces on the GPU, within a budget: thumbnails of rows near the screen, crops of faces
//! that may be drawn. What is let go is made again when it is needed: a thumbnail from the few kilobytes that are kept
//! of each photo, a crop from the aligned face.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage, imageops};

use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::intake::colour_image;
use crate::app::state::FaceEntry;
use crate::engine::{FaceId, PhotoId};
use crate::face::AlignedFace;

/// Thumbnails on the GPU, at most: 36 KiB each.
const MAX_THUMBNAILS: usize = 400;
/// Faces with crops on the GPU, at most: 98 KiB each.
const MAX_CROPS: usize = 192;
/// Crops made in one frame, at most: a photo of a crowd must not hold it up.
const CROPS_A_FRAME: usize = 12;
/// How well the kept small pictures are kept, 1 to 100.
const KEPT_QUALITY: u8 = 90;

/// What is on the GPU.
pub struct Pictures {
    ctx: egui::Context,
    /// Stands for a crop that is not on the GPU.
    blank: TextureHandle,
    /// Photos with a thumbnail, the oldest first.
    thumbnails: VecDeque<PhotoId>,
    /// Photos whose thumbnails are being made again.
    asked: BTreeSet<PhotoId>,
    /// Faces with crops, the oldest first.
    crops: VecDeque<FaceId>,
}

impl Pictures {
    /// Nothing yet.
    pub fn new(ctx: &egui::Context) -> Self {
        let blank = ColorImage::filled([1, 1], egui::Color32::TRANSPARENT);
        Self {
            ctx: ctx.clone(),
            blank: ctx.load_texture("blank", blank, TextureOptions::LINEAR),
            thumbnails: VecDeque::new(),
            asked: BTreeSet::new(),
            crops: VecDeque::new(),
        }
    }

    fn load(&self, name: String, picture: ColorImage) -> TextureHandle {
        self.ctx.load_texture(name, picture, TextureOptions::LINEAR)
    }
}

/// A thumbnail as it is kept: a JPEG of a few kilobytes. Nothing where it cannot be written.
pub fn kept(thumbnail: &RgbImage) -> Option<Arc<[u8]>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, KEPT_QUALITY).encode_image(thumbnail).ok()?;
    Some(bytes.into())
}

impl App {
    /// Makes the thumbnails of rows near the screen again that were let go.
    pub(in crate::app) fn serve_thumbnails(&mut self) {
        for photo in self.state.tray.shown_and_near() {
            let Some(entry) = self.state.library.photos.get(&photo) else { continue };
            let Some(small) = entry.small.clone().filter(|_| entry.thumbnail.is_none()) else { continue };
            if self.pictures.asked.insert(photo) {
                self.pool.run(move || {
                    let picture = image::load_from_memory_with_format(&small, ImageFormat::Jpeg).ok()?;
                    Some(Arrival::Thumbnail { photo, picture: colour_image(&picture.to_rgb8()) })
                });
            }
        }
    }

    /// Shows a thumbnail; far from the screen only while there is room.
    pub(in crate::app) fn show_thumbnail(&mut self, photo: PhotoId, picture: ColorImage) {
        self.pictures.asked.remove(&photo);
        let near = self.state.tray.shown_and_near();
        let has_room = self.pictures.thumbnails.len() < MAX_THUMBNAILS;
        let Some(entry) = self.state.library.photos.get_mut(&photo) else { return };
        if entry.thumbnail.is_some() || !(has_room || near.contains(&photo)) {
            return;
        }
        entry.thumbnail = Some(self.pictures.load(format!("thumbnail {}", photo.0), picture));
        self.pictures.thumbnails.push_back(photo);
        for _ in MAX_THUMBNAILS..self.pictures.thumbnails.len() {
            let Some(oldest) = self.pictures.thumbnails.pop_front() else { return };
            if near.contains(&oldest) {
                self.pictures.thumbnails.push_back(oldest);
            } else if let Some(entry) = self.state.library.photos.get_mut(&oldest) {
                entry.thumbnail = None;
            }
        }
    }

    /// A face of which nothing is known yet; its crops are on the GPU while there is room.
    pub(in crate::app) fn face_entry(
        &mut self,
        id: FaceId,
        photo: PhotoId,
        aligned: Arc<AlignedFace>,
        crops: [ColorImage; 2],
    ) -> FaceEntry {
        let [crop, grey] = if self.pictures.crops.len() < MAX_CROPS {
            self.pictures.crops.push_back(id);
            let [crop, grey] = crops;
            self.loaded(id, crop, grey)
        } else {
            [self.pictures.blank.clone(), self.pictures.blank.clone()]
        };
        FaceEntry::new(photo, aligned, crop, grey)
    }

    fn loaded(&self, id: FaceId, crop: ColorImage, grey: ColorImage) -> [TextureHandle; 2] {
        let (crop_name, grey_name) = (format!("crop of face {}", id.0), format!("grey crop of face {}", id.0));
        [self.pictures.load(crop_name, crop), self.pictures.load(grey_name, grey)]
    }

    /// Makes the crops of faces that may be drawn, and lets go of others over the budget.
    pub(in crate::app) fn serve_crops(&mut self) {
        let wanted = self.state.faces_in_sight();
        let is_blank = |entry: &FaceEntry, blank: &TextureHandle| entry.crop.id() == blank.id();
        let mut made = 0;
        for face in &wanted {
            let Some(entry) = self.state.library.faces.get(face) else { continue };
            if !is_blank(entry, &self.pictures.blank) {
                continue;
            }
            if made == CROPS_A_FRAME {
                self.pictures.ctx.request_repaint();
                break;
            }
            made += 1;
            let [crop, grey] = crop_pictures(&entry.aligned);
            let [crop, grey] = self.loaded(*face, crop, grey);
            if let Some(entry) = self.state.library.faces.get_mut(face) {
                (entry.crop, entry.grey_crop) = (crop, grey);
                self.pictures.crops.push_back(*face);
            }
        }
        if made > 0 {
            self.release_crops(&wanted);
        }
    }

    fn release_crops(&mut self, wanted: &[FaceId]) {
        for _ in MAX_CROPS..self.pictures.crops.len() {
            let Some(oldest) = self.pictures.crops.pop_front() else { return };
            if wanted.contains(&oldest) {
                self.pictures.crops.push_back(oldest);
            } else if let Some(entry) = self.state.library.faces.get_mut(&oldest) {
                (entry.crop, entry.grey_crop) = (self.pictures.blank.clone(), self.pictures.blank.clone());
            }
        }
    }
}

/// A face's crop as it is and without colour.
pub fn crop_pictures(aligned: &AlignedFace) -> [ColorImage; 2] {
    let grey = imageops::grayscale(&aligned.pixels);
    let size = [grey.width() as usize, grey.height() as usize];
    [colour_image(&aligned.pixels), ColorImage::from_gray(size, grey.as_raw())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_thumbnail_is_small_and_looks_the_same() {
        let bytes = include_bytes!("../../../assets/demo/astronaut.jpg");
        let photo = image::load_from_memory(bytes).unwrap().to_rgb8();
        let thumbnail = imageops::thumbnail(&photo, 96, 96);
        let small = kept(&thumbnail).unwrap();
        assert!(small.len() < 8_000, "{} bytes", small.len());
        let back = image::load_from_memory_with_format(&small, ImageFormat::Jpeg).unwrap().to_rgb8();
        let difference: u64 = back.iter().zip(thumbnail.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(difference / (back.len() as u64) < 6, "{difference}");
    }
}
