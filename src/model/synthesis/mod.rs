//! What a synthesised age looks like: a flow that moves pixels and a residual that repaints them.
//! The change to a photo made of the two is `aging`'s business.

mod generator;
pub mod residual;
mod residual_image;
pub mod styled;
mod up_fuse;
mod warp;
mod window;

pub use generator::{Aged, CompactGenerator, changed};
pub use residual::{Decoder, DecoderStages};
pub use residual_image::{ResidualImageDecoder, ResidualImageStages};
pub use up_fuse::{PublishedUpFuse, UpFuseWidths};
pub use warp::warped;
pub use window::Window;

use super::{CROP_SIZE_PX, FLOW_SIZE};

/// The flow of one face, upsampled and windowed: where each of the 112×112 pixels is taken from, relative to itself,
/// `[x, y]` in pixels of the crop, row-major (ARCHITECTURE-compact §6: `window(p) · F(p)`).
///
/// `flow_px` holds `[2, 28, 28]` numbers, `window` 112×112. Bilinear with half-pixel centres and clamped edges.
pub fn upsample_flow(flow_px: &[f32], window: &[f32]) -> Vec<[f32; 2]> {
    let (x, y) = flow_px.split_at(flow_px.len() / 2);
    let taps: Vec<Tap> = (0..CROP_SIZE_PX).map(Tap::at).collect();
    let mut out = Vec::with_capacity(window.len());
    for (row, weights) in window.chunks_exact(CROP_SIZE_PX).enumerate() {
        for (column, weight) in weights.iter().enumerate() {
            let sample = |plane: &[f32]| taps[row].blend(|r| taps[column].blend(|c| plane[r * FLOW_SIZE + c]));
            out.push([weight * sample(x), weight * sample(y)]);
        }
    }
    out
}

/// Which two cells a pixel lies between, and how far along.
struct Tap {
    low: usize,
    high: usize,
    fraction: f32,
}

impl Tap {
    fn at(pixel: usize) -> Self {
        let scale = FLOW_SIZE as f32 / CROP_SIZE_PX as f32;
        let position = ((pixel as f32 + 0.5) * scale - 0.5).max(0.0);
        let low = (position as usize).min(FLOW_SIZE - 1);
        Self { low, high: (low + 1).min(FLOW_SIZE - 1), fraction: position - low as f32 }
    }

    fn blend(&self, value: impl Fn(usize) -> f32) -> f32 {
        (1.0 - self.fraction) * value(self.low) + self.fraction * value(self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_linear_in_x_stays_linear_away_from_the_edges() {
        let cells = FLOW_SIZE * FLOW_SIZE;
        let flow: Vec<f32> = (0..2 * cells).map(|i| if i < cells { (i % FLOW_SIZE) as f32 } else { 1.0 }).collect();
        let out = upsample_flow(&flow, &[0.5; CROP_SIZE_PX * CROP_SIZE_PX]);
        let [x, y] = out[50 * CROP_SIZE_PX + 60];
        assert!((x - 0.5 * (60.5 / 4.0 - 0.5)).abs() < 1e-5 && (y - 0.5).abs() < 1e-6);
        assert_eq!(out[0], [0.0, 0.5]);
    }
}
