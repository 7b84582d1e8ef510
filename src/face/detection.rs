//! What a detector reports about one face, in pixels of the photo.

use serde::{Deserialize, Serialize};

/// Five points `[x, y]` in pixels: eye at the picture's left, eye at its right, nose tip, mouth corner at the
/// picture's left, mouth corner at its right.
pub type Landmarks = [[f32; 2]; 5];

/// One face found in a photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// `[left, top, right, bottom]` in pixels of the photo; may reach past its edges.
    pub box_px: [f32; 4],
    /// The detector's confidence, 0 to 1.
    pub score: f32,
    /// Where eyes, nose and mouth corners are.
    pub landmarks_px: Landmarks,
}

impl Detection {
    /// Longer side of the box in pixels.
    pub fn size_px(&self) -> f32 {
        let [left, top, right, bottom] = self.box_px;
        (right - left).max(bottom - top)
    }

    /// The same face with every coordinate changed by `place`, as on a copy of another size.
    #[must_use]
    pub fn moved(&self, place: impl Fn(f32) -> f32) -> Self {
        Self {
            box_px: self.box_px.map(&place),
            score: self.score,
            landmarks_px: self.landmarks_px.map(|point| point.map(&place)),
        }
    }
}
