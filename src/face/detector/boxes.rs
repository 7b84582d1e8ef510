//! Arithmetic on candidate boxes, in f64 as the reference does it. A box holds its last pixel: widths are
//! `x2 - x1 + 1`.

use crate::face::Detection;

/// A candidate: edges in pixels of the picture and the probability of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// `x1, y1, x2, y2`.
    pub edges_px: [f64; 4],
    /// 0 to 1.
    pub score: f64,
}

impl Candidate {
    /// The box of a face that was found.
    pub fn of(face: &Detection) -> Self {
        Self { edges_px: face.box_px.map(f64::from), score: f64::from(face.score) }
    }

    /// Width and height in pixels.
    pub fn size_px(&self) -> [f64; 2] {
        let [x1, y1, x2, y2] = self.edges_px;
        [x2 - x1 + 1.0, y2 - y1 + 1.0]
    }

    fn area(&self) -> f64 {
        let [width, height] = self.size_px();
        width * height
    }

    /// The area two boxes have in common, in shares of another area.
    pub fn shared(&self, other: &Self, overlap: Overlap) -> f64 {
        let (a, b) = (self.edges_px, other.edges_px);
        let width = (a[2].min(b[2]) - a[0].max(b[0]) + 1.0).max(0.0);
        let height = (a[3].min(b[3]) - a[1].max(b[1]) + 1.0).max(0.0);
        let both = width * height;
        let whole = match overlap {
            Overlap::Union => self.area() + other.area() - both,
            Overlap::Smaller => self.area().min(other.area()),
        };
        both / whole
    }

    /// Moves each edge by its share of the box's size.
    #[must_use]
    pub fn regressed(mut self, shares: [f32; 4]) -> Self {
        let [width, height] = self.size_px();
        for (edge, (share, size)) in
            self.edges_px.iter_mut().zip(shares.into_iter().zip([width, height, width, height]))
        {
            *edge += f64::from(share) * size;
        }
        self
    }

    /// The square around the same centre, as long as the longer side.
    #[must_use]
    pub fn squared(mut self) -> Self {
        let [width, height] = self.size_px();
        let side = width.max(height);
        let [x1, y1, ..] = self.edges_px;
        let (left, top) = (x1 + width * 0.5 - side * 0.5, y1 + height * 0.5 - side * 0.5);
        self.edges_px = [left, top, left + side - 1.0, top + side - 1.0];
        self
    }

    /// Edges rounded, halves to even.
    #[must_use]
    pub fn rounded(mut self) -> Self {
        self.edges_px = self.edges_px.map(f64::round_ties_even);
        self
    }
}

/// What the shared area of two boxes is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// The area of both together.
    Union,
    /// The area of the smaller one.
    Smaller,
}

/// Indices of the boxes that stay when of any two that overlap by more than `limit` the one with the lower score
/// goes; highest score first.
pub fn suppress(candidates: &[Candidate], limit: f64, overlap: Overlap) -> Vec<usize> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|a, b| candidates[*b].score.total_cmp(&candidates[*a].score).then(b.cmp(a)));
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        let stays = kept.iter().all(|higher| candidates[*higher].shared(&candidates[index], overlap) <= limit);
        if stays {
            kept.push(index);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(edges_px: [f64; 4], score: f64) -> Candidate {
        Candidate { edges_px, score }
    }

    #[test]
    fn the_lower_score_of_two_overlapping_boxes_goes() {
        let boxes = [
            candidate([0.0, 0.0, 9.0, 9.0], 0.8),
            candidate([1.0, 0.0, 10.0, 9.0], 0.9),
            candidate([50.0, 0.0, 59.0, 9.0], 0.7),
        ];
        assert_eq!(suppress(&boxes, 0.5, Overlap::Union), [1, 2]);
    }

    #[test]
    fn a_box_inside_another_counts_as_the_smaller_one() {
        let boxes = [candidate([0.0, 0.0, 99.0, 99.0], 0.9), candidate([10.0, 10.0, 29.0, 29.0], 0.8)];
        assert_eq!(suppress(&boxes, 0.7, Overlap::Union).len(), 2);
        assert_eq!(suppress(&boxes, 0.7, Overlap::Smaller), [0]);
    }

    #[test]
    fn squares_keep_the_centre() {
        let square = candidate([10.0, 20.0, 19.0, 39.0], 1.0).squared();
        assert_eq!(square.edges_px, [5.0, 20.0, 24.0, 39.0]);
    }
}
