//! Similarity, calibration, and what a score means in words. Scores come from `engine`, measurements from
//! `evaluation`; nothing is computed from pictures here.

pub mod age_normalised;
pub mod calibration;
pub mod embedding;
pub mod histogram;
pub mod verdict;

pub use age_normalised::SimilarityMatrix;
pub use calibration::{Calibration, CalibrationError};
pub use embedding::Embedding;
pub use histogram::Histogram;
pub use verdict::Reading;
