//! The standard protocols that measure recognition and age. Pictures come in as folders or tar archives, numbers go
//! out as plain reports; what the numbers mean for one pair is in `recognition`.

pub mod ages;
pub mod genuine;
pub mod identification;
pub mod impostors;
pub mod labels;
pub mod pairs;
pub mod pictures;
pub mod verification;

pub use labels::{Label, LabelsError};
pub use pictures::{ReadPictures, Skipped};
