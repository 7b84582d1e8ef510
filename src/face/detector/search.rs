//! How a photo of any size is searched: small first, larger only when the first look asks for it.

use image::RgbImage;

use super::boxes::{Candidate, Overlap, suppress};
use super::cascade::Cascade;
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
/// Mean score over the closer look's crops that a face must reach.
const KEEP_SCORE: f32 = 0.6;
/// Largest overlap of two faces, in shares of the smaller one.
const MAX_OVERLAP: f64 = 0.6;

/// Every face of the photo, the centre-most large one first.
pub fn find_faces(networks: &Networks, photo: &RgbImage) -> Vec<Detection> {
    let mut boxes = look(networks, photo, FIRST_LOOK_PX);
    let longer_px = photo.width().max(photo.height());
    if longer_px > FIRST_LOOK_PX && asks_for_more(&boxes, longer_px as f32 / FIRST_LOOK_PX as f32) {
        boxes.extend(look(networks, photo, SECOND_LOOK_PX));
    }
    let boxes: Vec<Candidate> = distinct(&boxes).iter().map(Candidate::of).collect();
    let mut faces = look_closer(networks, photo, &boxes);
    faces.retain(|face| face.score >= KEEP_SCORE);
    let mut faces = distinct(&faces);
    order_by_importance(&mut faces, photo.dimensions(), SelectionRule::CentreMost);
    faces
}

/// The published cascade on a copy of this longer side, or on the photo itself when it is smaller; in the photo's pixels.
fn look(networks: &Networks, photo: &RgbImage, longer_px: u32) -> Vec<Detection> {
    let reduction = f64::from(photo.width().max(photo.height())) / f64::from(longer_px);
    if reduction <= 1.0 {
        return Cascade { networks, picture: photo }.run(MIN_FACE_PX);
    }
    let shrunk = |length: u32| ((f64::from(length) / reduction).round() as u32).max(1);
    let copy = resample::resize_fast(photo, shrunk(photo.width()), shrunk(photo.height()));
    let mut faces = Cascade { networks, picture: &copy }.run(MIN_FACE_PX);
    let enlarged = |value: f32| ((f64::from(value) + 0.5) * reduction - 0.5) as f32;
    for face in &mut faces {
        face.box_px = face.box_px.map(enlarged);
        face.landmarks_px = face.landmarks_px.map(|point| point.map(enlarged));
    }
    faces
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
