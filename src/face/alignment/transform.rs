//! Rotation, uniform scale and shift between photo and crop. No pixels here.

use serde::{Deserialize, Serialize};

use crate::face::Landmarks;

/// Rotation, uniform scale and shift: `q = matrix · (x, y, 1)`. Pixel centres are at integers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarityTransform {
    /// Two rows `[a, -c, tx]`, `[c, a, ty]`.
    pub matrix: [[f64; 3]; 2],
}

impl SimilarityTransform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };

    /// The transform that takes `from` nearest to `to` in the least-squares sense, without reflection; nothing when
    /// `from` is a single point or not numbers.
    pub fn between(from: &Landmarks, to: &Landmarks) -> Option<Self> {
        let mean = |points: &Landmarks, axis: usize| points.iter().map(|p| f64::from(p[axis])).sum::<f64>() / 5.0;
        let (from_mean, to_mean) = ([mean(from, 0), mean(from, 1)], [mean(to, 0), mean(to, 1)]);
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let x = [f64::from(p[0]) - from_mean[0], f64::from(p[1]) - from_mean[1]];
            let u = [f64::from(q[0]) - to_mean[0], f64::from(q[1]) - to_mean[1]];
            along += x[0] * u[0] + x[1] * u[1];
            across += x[0] * u[1] - x[1] * u[0];
            spread += x[0] * x[0] + x[1] * x[1];
        }
        let (a, c) = (along / spread, across / spread);
        if !(a.is_finite() && c.is_finite()) || a.hypot(c) < 1e-9 {
            return None;
        }
        let shift =
            [to_mean[0] - a * from_mean[0] + c * from_mean[1], to_mean[1] - c * from_mean[0] - a * from_mean[1]];
        Some(Self { matrix: [[a, -c, shift[0]], [c, a, shift[1]]] })
    }

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.matrix.map(|[a, b, shift]| a * x + b * y + shift)
    }

    /// The transform that undoes this one.
    pub fn inverse(&self) -> Self {
        let [[a, _, tx], [c, _, ty]] = self.matrix;
        let square = a * a + c * c;
        let (a, c) = (a / square, -c / square);
        Self { matrix: [[a, -c, -(a * tx - c * ty)], [c, a, -(c * tx + a * ty)]] }
    }

    /// Length of a unit after the transform.
    pub fn scale(&self) -> f64 {
        self.matrix[0][0].hypot(self.matrix[1][0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::alignment::TEMPLATE_PX;

    #[test]
    fn back_undoes_forth_and_forth_undoes_back() {
        let turned: Landmarks = [[812.5, 300.0], [1104.0, 402.25], [931.0, 560.5], [760.0, 640.0], [1002.0, 730.0]];
        let forth = SimilarityTransform::between(&turned, &TEMPLATE_PX).unwrap();
        let back = forth.inverse();
        for point in [[0.0, 0.0], [123.0, 45.0], [-3000.5, 77.25], [5999.0, 3999.0]] {
            for there_and_back in [back.apply(forth.apply(point)), forth.apply(back.apply(point))] {
                let off = (there_and_back[0] - point[0]).hypot(there_and_back[1] - point[1]);
                assert!(off < 1e-9, "{point:?} came back {off} pixels away");
            }
        }
        assert!((forth.scale() * back.scale() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn landmarks_on_the_template_need_no_change() {
        let transform = SimilarityTransform::between(&TEMPLATE_PX, &TEMPLATE_PX).unwrap();
        assert!((transform.scale() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn points_that_span_nothing_have_no_transform() {
        assert!(SimilarityTransform::between(&[[4.0, 4.0]; 5], &TEMPLATE_PX).is_none());
        assert!(SimilarityTransform::between(&[[f32::NAN; 2]; 5], &TEMPLATE_PX).is_none());
    }
}
