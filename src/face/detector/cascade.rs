//! The three stages one after the other, as published: an image pyramid for proposals, then crops refined twice.

use image::{GenericImageView, RgbImage};
use rayon::prelude::*;

use super::boxes::{Candidate, Overlap, suppress};
use super::networks::{Networks, values};
use crate::face::{Detection, resample};

/// Side of the proposal network's field, in pixels.
const PROPOSAL_FIELD_PX: f64 = 12.0;
/// Step between two sizes of the image pyramid.
const PYRAMID_STEP: f64 = 0.707;
/// Largest overlap that two candidates of one size of the pyramid may have.
const MAX_OVERLAP_WITHIN_SIZE: f64 = 0.5;
/// Largest overlap that two faces may have, in shares of the smaller one.
const MAX_OVERLAP_OUTPUT: f64 = 0.7;
/// A candidate with more than this share of it on a known face is that face or a part of it...
const KNOWN_OVERLAP: f64 = 0.5;
/// ...unless it is larger than this many times the face.
const KNOWN_UP_TO: f64 = 2.0;
/// Side of the refinement network's crops, in pixels.
const REFINEMENT_CROP_PX: u32 = 24;
/// Side of the output network's crops, in pixels.
pub(super) const OUTPUT_CROP_PX: u32 = 48;
/// Crops a network sees at once.
const BATCH: usize = 64;

/// What goes on from stage to stage.
#[derive(Clone, Copy, Debug)]
pub struct Strictness {
    /// Probability of a face above which each stage keeps a candidate.
    pub keep: [f32; 3],
    /// Largest overlap that two proposals may have.
    pub proposals: f64,
    /// Largest overlap that two refined candidates may have.
    pub refined: f64,
}

impl Strictness {
    /// As published: half a dozen candidates per face reach the last stage.
    pub const PUBLISHED: Self = Self { keep: [0.6, 0.7, 0.8], proposals: 0.7, refined: 0.7 };
}

/// One run of the cascade over one picture.
pub struct Cascade<'a> {
    /// The networks.
    pub networks: &'a Networks,
    /// The picture.
    pub picture: &'a RgbImage,
    /// What is dropped between the stages.
    pub strictness: Strictness,
    /// Faces of the picture that need not be found again.
    pub known: &'a [Candidate],
}

impl<'a> Cascade<'a> {
    /// The cascade as published.
    pub fn published(networks: &'a Networks, picture: &'a RgbImage) -> Self {
        Self { networks, picture, strictness: Strictness::PUBLISHED, known: &[] }
    }
}

impl Cascade<'_> {
    /// All faces of at least this size, in the order of the last suppression.
    pub fn run(&self, min_face_px: f64) -> Vec<Detection> {
        let proposals = self.propose(&pyramid_scales(self.picture.dimensions(), min_face_px));
        let refined = self.refine_candidates(proposals);
        self.output(refined)
    }

    /// Stage one: boxes where the proposal network sees a face, over all sizes.
    pub(super) fn propose(&self, scales: &[f64]) -> Vec<Candidate> {
        let found: Vec<Vec<(Candidate, [f32; 4])>> = scales.par_iter().map(|scale| self.propose_at(*scale)).collect();
        let found = found.concat();
        let candidates: Vec<Candidate> = found.iter().map(|(candidate, _)| *candidate).collect();
        suppress(&candidates, self.strictness.proposals, Overlap::Union)
            .into_iter()
            .map(|index| {
                let (candidate, regression) = found[index];
                candidate.regressed(regression).squared().rounded()
            })
            .filter(|candidate| !self.is_known(candidate))
            .collect()
    }

    /// Whether a candidate lies mostly on a face that is known, and is not much larger.
    fn is_known(&self, candidate: &Candidate) -> bool {
        self.known.iter().any(|face| {
            face.size_px()[0] * KNOWN_UP_TO > candidate.size_px()[0]
                && face.shared(candidate, Overlap::Smaller) > KNOWN_OVERLAP
        })
    }

    fn propose_at(&self, scale: f64) -> Vec<(Candidate, [f32; 4])> {
        let (width, height) = self.picture.dimensions();
        let scaled = |length: u32| (f64::from(length) * scale).ceil() as u32;
        let copy = resample::resize(self.picture, scaled(width), scaled(height));
        let (face, regression) = self.networks.proposal.forward(self.networks.upload(&[copy]));
        let [_, rows, columns] = face.dims();
        let (face, regression) = (values(face), values(regression));
        let cells = rows * columns;
        let mut found = Vec::new();
        for (cell, probability) in
            face.iter().enumerate().filter(|(_, probability)| **probability > self.strictness.keep[0])
        {
            let edge = |index: usize, offset: f64| ((2.0 * index as f64 + offset) / scale).round_ties_even();
            let (row, column) = (cell / columns, cell % columns);
            let edges_px = [edge(column, 1.0), edge(row, 1.0), edge(column, 13.0), edge(row, 13.0)];
            let candidate = Candidate { edges_px, score: f64::from(*probability) };
            found.push((candidate, std::array::from_fn(|axis| regression[axis * cells + cell])));
        }
        let candidates: Vec<Candidate> = found.iter().map(|(candidate, _)| *candidate).collect();
        suppress(&candidates, MAX_OVERLAP_WITHIN_SIZE, Overlap::Union).into_iter().map(|index| found[index]).collect()
    }

    /// Stage two: proposals looked at as 24-pixel crops.
    pub(super) fn refine_candidates(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut kept = Vec::new();
        let mut regressions = Vec::new();
        for batch in candidates.chunks_mut(BATCH) {
            let crops = self.crops(batch, REFINEMENT_CROP_PX);
            let reading = self.networks.refinement.forward(self.networks.upload(&crops));
            for ((candidate, face), regression) in batch.iter().zip(&reading.face).zip(&reading.regression) {
                if *face > self.strictness.keep[1] {
                    kept.push(Candidate { score: f64::from(*face), ..*candidate });
                    regressions.push(*regression);
                }
            }
        }
        suppress(&kept, self.strictness.refined, Overlap::Union)
            .into_iter()
            .map(|index| kept[index].regressed(regressions[index]).squared().rounded())
            .collect()
    }

    /// Stage three: 48-pixel crops give the final boxes and the landmarks.
    fn output(&self, mut candidates: Vec<Candidate>) -> Vec<Detection> {
        let mut boxes = Vec::new();
        let mut landmarks = Vec::new();
        for batch in candidates.chunks_mut(BATCH) {
            let crops = self.crops(batch, OUTPUT_CROP_PX);
            let reading = self.networks.output.forward(self.networks.upload(&crops));
            for (index, candidate) in batch.iter().enumerate() {
                if reading.face[index] > self.strictness.keep[2] {
                    landmarks.push(place_landmarks(candidate, &reading.landmarks[index]));
                    let scored = Candidate { score: f64::from(reading.face[index]), ..*candidate };
                    boxes.push(scored.regressed(reading.regression[index]));
                }
            }
        }
        suppress(&boxes, MAX_OVERLAP_OUTPUT, Overlap::Smaller)
            .into_iter()
            .map(|index| Detection {
                box_px: boxes[index].edges_px.map(|edge| edge as f32),
                score: boxes[index].score as f32,
                landmarks_px: landmarks[index],
            })
            .collect()
    }

    /// Crops of the candidates, black outside the picture. As in the published code this clips the candidates to
    /// the picture, and later regressions and landmarks start from the clipped boxes.
    fn crops(&self, candidates: &mut [Candidate], side: u32) -> Vec<RgbImage> {
        candidates
            .par_iter_mut()
            .map(|candidate| {
                let crop = self.crop(candidate);
                resample::resize(&crop, side, side)
            })
            .collect()
    }

    fn crop(&self, candidate: &mut Candidate) -> RgbImage {
        let (width, height) = (f64::from(self.picture.width()), f64::from(self.picture.height()));
        let [x1, y1, x2, y2] = candidate.edges_px;
        let size = candidate.size_px().map(|length| length.max(1.0) as u32);
        candidate.edges_px = [x1.max(0.0), y1.max(0.0), x2.min(width - 1.0), y2.min(height - 1.0)];
        cut(self.picture, [x1 as i64, y1 as i64], size)
    }
}

/// A part of the picture, black where it reaches past the edges.
pub(super) fn cut(picture: &RgbImage, [left, top]: [i64; 2], [width, height]: [u32; 2]) -> RgbImage {
    let mut part = RgbImage::new(width, height);
    let (x, y) = (left.max(0), top.max(0));
    let columns = i64::from(picture.width()).min(left + i64::from(width)) - x;
    let rows = i64::from(picture.height()).min(top + i64::from(height)) - y;
    if columns > 0 && rows > 0 {
        let inside = picture.view(x as u32, y as u32, columns as u32, rows as u32);
        image::imageops::replace(&mut part, &*inside, x - left, y - top);
    }
    part
}

/// Sizes of the image pyramid, as shares of the picture: from the one at which the smallest face fills the proposal
/// network's field down to the one at which the whole picture does.
pub(super) fn pyramid_scales((width, height): (u32, u32), min_face_px: f64) -> Vec<f64> {
    let base = PROPOSAL_FIELD_PX / min_face_px;
    let mut scales = Vec::new();
    let mut side = f64::from(width.min(height)) * base;
    while side > PROPOSAL_FIELD_PX {
        scales.push(base * PYRAMID_STEP.powi(scales.len() as i32));
        side *= PYRAMID_STEP;
    }
    scales
}

/// Landmarks in pixels, stored as f32 like the published code does.
pub(super) fn place_landmarks(candidate: &Candidate, shares: &[f32; 10]) -> [[f32; 2]; 5] {
    let [x1, y1, ..] = candidate.edges_px;
    let [width, height] = candidate.size_px();
    std::array::from_fn(|point| {
        let x = x1 + width * f64::from(shares[point]);
        let y = y1 + height * f64::from(shares[point + 5]);
        [x as f32, y as f32]
    })
}
