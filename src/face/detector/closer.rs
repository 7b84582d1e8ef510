//! A closer look at faces already found: the output network on several slightly different crops of the original
//! pixels, some of them mirrored, and the mean of what it says.
//!
//! From one crop the network places a landmark as chance has it: moving the photo by a few pixels moves the aligned
//! face by more than a pixel of its 112, mirroring it by two. The mean over a few crops moves by a quarter of a pixel,
//! and what is no face seldom stays one when the crop moves.

use image::{RgbImage, imageops};
use rayon::prelude::*;

use super::boxes::Candidate;
use super::cascade::{OUTPUT_CROP_PX, cut, place_landmarks};
use super::networks::{CropReading, Networks};
use crate::face::{Detection, Landmarks, resample};

/// How one crop differs from the face's square.
#[derive(Clone, Copy, Debug)]
struct View {
    /// Shift right and down in shares of the square's side.
    shift: [f64; 2],
    /// Side in sides of the square.
    larger: f64,
    /// Whether the network sees the mirror image.
    mirrored: bool,
}

const fn view(right: f64, down: f64, larger: f64, mirrored: bool) -> View {
    View { shift: [right, down], larger, mirrored }
}

/// First round: the square as the cascade left it.
const SETTLING_VIEWS: [View; 2] = [view(0.0, 0.0, 1.0, false), view(0.0, 0.0, 1.0, true)];
/// Second round: around the square the first round settled on.
const AVERAGED_VIEWS: [View; 4] = [
    view(-0.03, 0.03, 1.0, false),
    view(0.03, -0.03, 1.04, false),
    view(0.03, 0.03, 1.0, true),
    view(-0.03, -0.03, 1.04, true),
];
/// Side of a face in the region that is cut out around it, at most, in pixels: twice what the network sees.
const REGION_FACE_PX: f64 = 96.0;
/// Side of the region in sides of the face: the views and what a better box may add.
const REGION_SIDES: f64 = 1.5;
/// Crops the network sees at once.
const BATCH: usize = 16;

/// Looks again at faces of `photo`, each given by its box: boxes, scores and landmarks are means over several crops of
/// the photo's own pixels. As many come back, in the same order.
pub fn look_closer(networks: &Networks, photo: &RgbImage, boxes: &[Candidate]) -> Vec<Detection> {
    let regions: Vec<Region> = boxes.par_iter().map(|face| Region::around(photo, face)).collect();
    let settled = look(networks, &regions, boxes, &SETTLING_VIEWS);
    let settled: Vec<Candidate> = settled.iter().map(Candidate::of).collect();
    look(networks, &regions, &settled, &AVERAGED_VIEWS)
}

/// One round: every view of every face, averaged per face.
fn look(networks: &Networks, regions: &[Region], boxes: &[Candidate], views: &[View]) -> Vec<Detection> {
    let squares: Vec<(&Region, View, Candidate)> = regions
        .iter()
        .zip(boxes)
        .flat_map(|(region, face)| views.iter().map(move |view| (region, *view, region.square(face, view))))
        .collect();
    let mut seen = Vec::with_capacity(squares.len());
    for batch in squares.chunks(BATCH) {
        let crops: Vec<RgbImage> = batch.par_iter().map(|(region, view, square)| region.crop(square, view)).collect();
        let reading = networks.output.forward(networks.upload(&crops));
        let read = |(index, (region, view, square)): (usize, &(&Region, View, Candidate))| {
            region.reading(&reading, index, square, view)
        };
        seen.extend(batch.iter().enumerate().map(read));
    }
    seen.chunks(views.len()).map(mean).collect()
}

fn mean(views: &[Detection]) -> Detection {
    let mean = |value: &dyn Fn(&Detection) -> f32| views.iter().map(value).sum::<f32>() / views.len() as f32;
    Detection {
        box_px: std::array::from_fn(|edge| mean(&|view| view.box_px[edge])),
        score: mean(&|view| view.score),
        landmarks_px: std::array::from_fn(|point| std::array::from_fn(|axis| mean(&|v| v.landmarks_px[point][axis]))),
    }
}

/// The surroundings of one face, reduced to what the network can use.
struct Region {
    pixels: RgbImage,
    left_px: f64,
    top_px: f64,
    /// Pixels of the photo per pixel of the region.
    step: f64,
}

impl Region {
    fn around(photo: &RgbImage, face: &Candidate) -> Self {
        let square = face.squared();
        let side = square.size_px()[0];
        let [x1, y1, ..] = square.edges_px;
        let extent = (side * REGION_SIDES).ceil().max(2.0);
        let margin = (extent - side) / 2.0;
        let (left, top) = ((x1 - margin).floor(), (y1 - margin).floor());
        let whole = cut(photo, [left as i64, top as i64], [extent as u32; 2]);
        let length = ((extent * REGION_FACE_PX / side).round() as u32).max(1);
        let pixels = if side > REGION_FACE_PX { resample::reduce_by_area(&whole, length, length) } else { whole };
        let step = extent / f64::from(pixels.width());
        Self { pixels, left_px: left, top_px: top, step }
    }

    /// A view's square in whole pixels of the region.
    fn square(&self, face: &Candidate, view: &View) -> Candidate {
        let square = face.squared();
        let side = square.size_px()[0];
        let grown = side * view.larger;
        let [left, top] = [0, 1].map(|axis| square.edges_px[axis] + (side - grown) / 2.0 + view.shift[axis] * side);
        let (left, top) = ((left - self.left_px + 0.5) / self.step, (top - self.top_px + 0.5) / self.step);
        let length = grown / self.step;
        let edges_px = [left - 0.5, top - 0.5, left + length - 1.5, top + length - 1.5];
        Candidate { edges_px, score: 0.0 }.rounded()
    }

    fn crop(&self, square: &Candidate, view: &View) -> RgbImage {
        let [left, top, ..] = square.edges_px;
        let size = square.size_px().map(|length| length.max(1.0) as u32);
        let square = cut(&self.pixels, [left as i64, top as i64], size);
        let mut crop = resample::resize(&square, OUTPUT_CROP_PX, OUTPUT_CROP_PX);
        if view.mirrored {
            imageops::flip_horizontal_in_place(&mut crop);
        }
        crop
    }

    /// What the network said of one view, in pixels of the photo.
    fn reading(&self, reading: &CropReading, index: usize, square: &Candidate, view: &View) -> Detection {
        let (mut regression, mut shares) = (reading.regression[index], reading.landmarks[index]);
        if view.mirrored {
            (regression, shares) = (unmirrored_regression(regression), unmirrored_landmarks(shares));
        }
        let edges = square.regressed(regression).edges_px;
        // The network divides the square from edge to edge; pixel centres lie half a pixel inside.
        let landmarks_px: Landmarks =
            place_landmarks(square, &shares).map(|point| self.to_photo(point.map(|value| f64::from(value) - 0.5)));
        let ([left, top], [right, bottom]) = (self.to_photo([edges[0], edges[1]]), self.to_photo([edges[2], edges[3]]));
        Detection { box_px: [left, top, right, bottom], score: reading.face[index], landmarks_px }
    }

    fn to_photo(&self, [x, y]: [f64; 2]) -> [f32; 2] {
        let back = |value: f64, start: f64| ((value + 0.5) * self.step - 0.5 + start) as f32;
        [back(x, self.left_px), back(y, self.top_px)]
    }
}

fn unmirrored_regression([left, top, right, bottom]: [f32; 4]) -> [f32; 4] {
    [-right, top, -left, bottom]
}

/// Left and right change places: five x, then five y, in shares of the square.
fn unmirrored_landmarks([a, b, c, d, e, f, g, h, i, j]: [f32; 10]) -> [f32; 10] {
    [1.0 - b, 1.0 - a, 1.0 - c, 1.0 - e, 1.0 - d, g, f, h, j, i]
}
