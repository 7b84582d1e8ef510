//! Photo → aligned face: decoding, detection, landmarks, alignment, quality and which face comes first.
//! What the face's features mean is not known here.

pub mod alignment;
pub mod detection;
pub mod detector;
pub mod photo;
pub mod quality;
pub mod regions;
pub mod resample;
pub mod selection;

pub use alignment::{AlignedFace, AlignmentError, LandmarkSource, SimilarityTransform};
pub use detection::{Detection, Landmarks};
pub use detector::Detector;
pub use photo::{MAX_FILE_BYTES, Photo, PhotoError};
pub use quality::QualityWarning;
pub use regions::FaceRegion;
