//! What the network reads from one aligned face, as plain numbers, and how tensors become those numbers.

use burn::tensor::Tensor;
use serde::Serialize;

use crate::aging::Change;
use crate::aging::change::CROP_AREA;
use crate::model::{AgeGroup, CELLS, Encoding, Synthesis, age_estimation, synthesis};
use crate::recognition::Embedding;

/// Everything one look at a face yields.
#[derive(Clone, Debug, Serialize)]
pub struct FaceReading {
    /// Identity, from the face and its mirror image.
    pub embedding: Embedding,
    /// Apparent age, the mean of the face's and of its mirror image's.
    pub age: AgeEstimate,
    /// Apparent age in years of the face alone, which the reference network gives too.
    pub face_age_years: f32,
    /// How the features divide into identity and age.
    pub attention: AttentionMaps,
}

/// Apparent age: the expectation over 101 one-year bins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AgeEstimate {
    /// Expected age in years, 0 to 100.
    pub years: f32,
    /// Standard deviation of the network's own distribution in years: its doubt, not a measured error.
    pub spread_years: f32,
}

impl AgeEstimate {
    /// From the age logits of a face and of its mirror image: the mean of both (ARCHITECTURE B.5).
    fn with_mirror(face: &[f32], mirror: &[f32]) -> Self {
        let (face, mirror) = (age_estimation::expected_age(face), age_estimation::expected_age(mirror));
        Self { years: (face.0 + mirror.0) / 2.0, spread_years: (face.1 + mirror.1) / 2.0 }
    }

    /// The age group of the expected age.
    pub fn group(&self) -> AgeGroup {
        AgeGroup::of_years(self.years)
    }
}

/// The decomposition, cell by cell and channel by channel. Rows top to bottom, columns left to right; cell
/// `(row, col)` stands for the crop's pixels `[16·row, 16·row + 16) × [16·col, 16·col + 16)`, though the
/// features of a cell see more of the face than that.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttentionMaps {
    /// `Σ|x_id| / Σ|x|` over channels, 0 to 1; the age share is 1 minus this.
    pub identity_share: [[f32; CELLS]; CELLS],
    /// Spatial gate, 0 to 1: share of a cell given to age.
    pub spatial_gate: [[f32; CELLS]; CELLS],
    /// Channel gate, 0 to 1: share of a channel given to age, in the network's order.
    pub channel_gate: Vec<f32>,
    /// `|x|` of each channel and cell, `[channel][row][col]` flattened: where on the face a channel responds.
    pub channel_activity: Vec<f32>,
}

/// Readings of the first `faces` of a batch whose second half holds their mirror images.
pub(super) fn from_encoding(encoding: &Encoding, faces: usize) -> Vec<FaceReading> {
    let embeddings = rows(encoding.embedding.clone());
    let logits = rows(encoding.age_logits.clone());
    let x = planes(encoding.x.clone());
    let x_id = planes(encoding.x_id.clone());
    let spatial = planes(encoding.spatial_gate.clone());
    let channel = planes(encoding.channel_gate.clone());
    (0..faces)
        .map(|face| {
            let age = AgeEstimate::with_mirror(&logits[face], &logits[faces + face]);
            let x = &x[face];
            let attention = AttentionMaps {
                identity_share: grid(|cell| share(&x_id[face], x, cell)),
                spatial_gate: grid(|cell| spatial[face][cell]),
                channel_gate: channel[face].clone(),
                channel_activity: x.iter().map(|value| value.abs()).collect(),
            };
            FaceReading {
                embedding: Embedding::with_mirror(&embeddings[face], &embeddings[faces + face]),
                age,
                face_age_years: age_estimation::expected_age(&logits[face]).0,
                attention,
            }
        })
        .collect()
}

/// The encoding of the first face alone, without its mirror image: what synthesis starts from.
pub(super) fn only_first(encoding: Encoding) -> Encoding {
    let first4 = |tensor: Tensor<4>| tensor.narrow(0, 0, 1);
    let first2 = |tensor: Tensor<2>| tensor.narrow(0, 0, 1);
    Encoding {
        t56: first4(encoding.t56),
        t28: first4(encoding.t28),
        t14: first4(encoding.t14),
        x: first4(encoding.x),
        channel_gate: first4(encoding.channel_gate),
        spatial_gate: first4(encoding.spatial_gate),
        x_id: first4(encoding.x_id),
        x_age: first4(encoding.x_age),
        embedding: first2(encoding.embedding),
        age_logits: first2(encoding.age_logits),
        group_logits: first2(encoding.group_logits),
    }
}

/// What synthesis changes, group by group, ready to show.
pub(super) fn changes(synthesis: &Synthesis, window: &[f32]) -> Vec<Change> {
    let flows = planes(synthesis.flow_px.clone());
    let residuals = planes(synthesis.residual.clone());
    let to_change = |(flow, residual): (&Vec<f32>, &Vec<f32>)| Change {
        flow_px: synthesis::upsample_flow(flow, window),
        residual_levels: interleaved(residual, |_| 127.5),
    };
    flows.iter().zip(&residuals).map(to_change).collect()
}

/// A drawn crop `[1, 3, 112, 112]` in [-1, 1], in levels and windowed: the change is what lies between two of them.
pub(super) fn drawn_change(crop: Tensor<4>, window: &[f32]) -> Change {
    let pixels = planes(crop).swap_remove(0);
    let residual_levels = interleaved(&pixels, |at| 127.5 * window[at]);
    Change { residual_levels, ..Change::none() }
}

/// Three planes of the crop as one colour for each pixel, times a factor.
fn interleaved(planes: &[f32], factor: impl Fn(usize) -> f32) -> Vec<[f32; 3]> {
    let colour = |at| std::array::from_fn(|channel| planes[channel * CROP_AREA + at] * factor(at));
    (0..CROP_AREA).map(colour).collect()
}

fn share(part: &[f32], whole: &[f32], cell: usize) -> f32 {
    let sum = |values: &[f32]| values.iter().skip(cell).step_by(CELLS * CELLS).map(|value| value.abs()).sum::<f32>();
    sum(part) / sum(whole).max(f32::EPSILON)
}

fn grid(value: impl Fn(usize) -> f32) -> [[f32; CELLS]; CELLS] {
    std::array::from_fn(|row| std::array::from_fn(|column| value(row * CELLS + column)))
}

/// A batch of maps as one flat vector each.
fn planes(tensor: Tensor<4>) -> Vec<Vec<f32>> {
    let [batch, channels, height, width] = tensor.dims();
    rows(tensor.reshape([batch, channels * height * width]))
}

/// A batch of vectors.
pub(super) fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let width = tensor.dims()[1];
    let values: Vec<f32> = tensor.into_data().convert::<f32>().iter::<f32>().collect();
    values.chunks(width.max(1)).map(<[f32]>::to_vec).collect()
}
