//! STUB (owner: face). What makes a face hard to read.
use serde::{Deserialize, Serialize};

/// A reason to trust a reading less. `sentence` says it to a person; `short` fits a list row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QualityWarning {
    /// The face covers few pixels.
    Small {
        /// Longer side of the face's box.
        size_px: f32,
    },
    /// The head is turned to the side or tilted back or forward.
    Turned,
    /// The face is out of focus or moved.
    Blurred,
    /// The detector was not sure this is a face.
    Uncertain {
        /// Its confidence.
        score: f32,
    },
    /// Part of the face lies outside the photo.
    CutOff,
}

impl QualityWarning {
    /// Two or three words for a list row, such as `blurred face`.
    pub fn short(&self) -> &'static str {
        todo!()
    }
    /// A sentence for a panel.
    pub fn sentence(&self) -> String {
        todo!()
    }
}
