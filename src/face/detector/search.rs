//! How a photo of any size is searched: small first, larger only when the first look asks for it.

use image::{Rgb, RgbImage, imageops};

use super::boxes::{Candidate, Overlap, suppress};
use super::cascade::{Cascade, Strictness};
use super::closer::look_closer;
use super::networks::Networks;
use crate::face::selection::{SelectionRule, order_by_importance};
use crate::face::{Detection, resample};

/// Longer side of the copy that is searched first, in pixels.
const FIRST_LOOK_PX: u32 = 640;
/// Longer side of the copy for the second look, in pixels.
const SECOND_LOOK_PX: u32 = 1600;
/// Smallest face looked for on a copy, in pixels: the published figure.
const MIN_FACE_PX: f64 = 20.0;
/// A face below this on the first copy may have neighbours too small for it, in pixels.
const SMALL_ON_COPY_PX: f32 = 40.0;
/// From so many faces a photo is a group, where the people at the back are small.
const GROUP: usize = 4;
/// As published, but one candidate per face is enough where a closer look follows.
const FRUGAL: Strictness = Strictness { proposals: 0.6, refined: 0.4, ..Strictness::PUBLISHED };
/// For a photo in which nothing was found; the closer look decides.
const EAGER: Strictness = Strictness { keep: [0.5, 0.5, 0.5], ..FRUGAL };
/// Border around such a photo, in shares of its longer side: a face that fills the frame has none of the surroundings
/// the networks expect.
const BORDER: f64 = 0.25;
/// Smallest face looked for inside the border, in the same shares.
const FILLS_FRAME: f64 = 0.3;
/// Grey of that border: zero, as the networks see it.
const BORDER_GREY: u8 = 127;
/// Mean score over the closer look's crops that a face must reach. Of 1,300 portraits the true faces measured 0.80 to
/// 1.00, all but two of them above 0.94; leaves, blurred furniture and the like 0.66 to 0.83.
const KEEP_SCORE: f32 = 0.75;
/// Largest overlap of two faces, in shares of the smaller one.
const MAX_OVERLAP: f64 = 0.6;

/// Every face of the photo, the centre-most large one first.
pub fn find_faces(networks: &Networks, photo: &RgbImage) -> Vec<Detection> {
    let mut found = look(networks, photo, FIRST_LOOK_PX, &[]);
    let longer_px = photo.width().max(photo.height());
    if longer_px > FIRST_LOOK_PX && asks_for_more(&found, longer_px as f32 / FIRST_LOOK_PX as f32) {
        let more = look(networks, photo, SECOND_LOOK_PX, &found);
        found.extend(more);
    }
    let mut faces = confirmed(networks, photo, &found);
    if faces.is_empty() {
        faces = confirmed(networks, photo, &look_with_border(networks, photo));
    }
    order_by_importance(&mut faces, photo.dimensions(), SelectionRule::CentreMost);
    faces
}

/// What is still a face when looked at closely, each once.
fn confirmed(networks: &Networks, photo: &RgbImage, found: &[Detection]) -> Vec<Detection> {
    let boxes: Vec<Candidate> = distinct(found).iter().map(Candidate::of).collect();
    let mut faces = look_closer(networks, photo, &boxes);
    faces.retain(|face| face.score >= KEEP_SCORE);
    distinct(&faces)
}

/// The cascade on a copy of this longer side, or on the photo itself when it is smaller.
fn look(networks: &Networks, photo: &RgbImage, longer_px: u32, known: &[Detection]) -> Vec<Detection> {
    let copy = Copy::of(photo, longer_px);
    let known: Vec<Candidate> = known.iter().map(|face| Candidate::of(&face.moved(|v| copy.on_copy(v)))).collect();
    let cascade = Cascade { networks, picture: &copy.pixels, strictness: FRUGAL, known: &known };
    cascade.run(MIN_FACE_PX).iter().map(|face| face.moved(|value| copy.on_photo(value))).collect()
}

/// A last look for a face that fills the frame.
fn look_with_border(networks: &Networks, photo: &RgbImage) -> Vec<Detection> {
    let copy = Copy::of(photo, FIRST_LOOK_PX);
    let longer_px = f64::from(copy.pixels.width().max(copy.pixels.height()));
    let border = (longer_px * BORDER).round() as u32;
    let (width, height) = (copy.pixels.width() + 2 * border, copy.pixels.height() + 2 * border);
    let mut framed = RgbImage::from_pixel(width, height, Rgb([BORDER_GREY; 3]));
    imageops::replace(&mut framed, &copy.pixels, i64::from(border), i64::from(border));
    let cascade = Cascade { networks, picture: &framed, strictness: EAGER, known: &[] };
    let faces = cascade.run((longer_px * FILLS_FRAME).max(MIN_FACE_PX));
    faces.iter().map(|face| face.moved(|value| copy.on_photo(value - border as f32))).collect()
}

/// A photo reduced for searching.
struct Copy {
    pixels: RgbImage,
    reduction: f64,
}

impl Copy {
    fn of(photo: &RgbImage, longer_px: u32) -> Self {
        let reduction = (f64::from(photo.width().max(photo.height())) / f64::from(longer_px)).max(1.0);
        let shrunk = |length: u32| ((f64::from(length) / reduction).round() as u32).max(1);
        Self { pixels: resample::resize_fast(photo, shrunk(photo.width()), shrunk(photo.height())), reduction }
    }

    fn on_photo(&self, value: f32) -> f32 {
        ((f64::from(value) + 0.5) * self.reduction - 0.5) as f32
    }

    fn on_copy(&self, value: f32) -> f32 {
        ((f64::from(value) + 0.5) / self.reduction - 0.5) as f32
    }
}

/// Whether a first look leaves room for faces it was too coarse to see.
fn asks_for_more(faces: &[Detection], reduction: f32) -> bool {
    let small = faces.iter().filter(|face| face.size_px() < SMALL_ON_COPY_PX * reduction).count();
    small == faces.len() || (small > 0 && faces.len() >= GROUP)
}

/// Each face once: of boxes that overlap, the one with the highest score.
fn distinct(faces: &[Detection]) -> Vec<Detection> {
    let candidates: Vec<Candidate> = faces.iter().map(Candidate::of).collect();
    suppress(&candidates, MAX_OVERLAP, Overlap::Smaller).into_iter().map(|index| faces[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(size_px: f32) -> Detection {
        Detection { box_px: [0.0, 0.0, size_px, size_px], score: 1.0, landmarks_px: [[0.0; 2]; 5] }
    }

    #[test]
    fn a_second_look_follows_nothing_only_small_faces_or_a_group() {
        assert!(asks_for_more(&[], 2.0));
        assert!(asks_for_more(&[face(79.0)], 2.0));
        assert!(!asks_for_more(&[face(81.0)], 2.0));
        assert!(!asks_for_more(&[face(300.0), face(50.0)], 2.0), "someone far behind a portrait");
        assert!(asks_for_more(&[face(300.0), face(90.0), face(90.0), face(50.0)], 2.0));
    }
}
