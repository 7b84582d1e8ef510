//! What ageing does to a crop: pixels that move (flow) and tones that are repainted (residual).

use crate::model::CROP_SIZE_PX;

/// Numbers in one channel of the crop.
pub const CROP_AREA: usize = CROP_SIZE_PX * CROP_SIZE_PX;

/// A change to a 112×112 crop, row-major, ready to show: the flow is upsampled and windowed, the residual windowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where each pixel of the result is taken from, relative to itself, in pixels of the crop: `[x, y]`.
    pub flow_px: Vec<[f32; 2]>,
    /// What is added to each pixel, in levels of 255: `[r, g, b]`.
    pub residual_levels: Vec<[f32; 3]>,
}

impl Change {
    /// The change that leaves everything as it is.
    pub fn none() -> Self {
        Self { flow_px: vec![[0.0; 2]; CROP_AREA], residual_levels: vec![[0.0; 3]; CROP_AREA] }
    }

    /// Sum of changes, each times its weight.
    pub fn weighted_sum<'a>(parts: impl IntoIterator<Item = (&'a Self, f32)>) -> Self {
        let mut sum = Self::none();
        for (change, weight) in parts.into_iter().filter(|(_, weight)| *weight != 0.0) {
            for (out, flow) in sum.flow_px.iter_mut().zip(&change.flow_px) {
                out[0] += weight * flow[0];
                out[1] += weight * flow[1];
            }
            for (out, residual) in sum.residual_levels.iter_mut().zip(&change.residual_levels) {
                for channel in 0..3 {
                    out[channel] += weight * residual[channel];
                }
            }
        }
        sum
    }

    /// The change scaled: 1 is as it is, 0 nothing.
    #[must_use]
    pub fn scaled(&self, strength: f32) -> Self {
        Self::weighted_sum([(self, strength)])
    }

    /// Largest movement in pixels of the crop.
    pub fn max_flow_px(&self) -> f32 {
        self.flow_px.iter().map(|[x, y]| x.hypot(*y)).fold(0.0, f32::max)
    }
}
