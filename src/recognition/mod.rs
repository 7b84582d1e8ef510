//! Similarity, calibration, and what a score means in words.
//! STUB (owner: evaluation).

pub mod calibration;
pub mod embedding;

pub use calibration::{Calibration, Histogram, Reading};
pub use embedding::Embedding;
