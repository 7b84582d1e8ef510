//! The standard protocols that measure recognition, age and synthesis. Pictures come in as folders or tar archives,
//! numbers go out as plain reports with a table and a chart; what the numbers mean for one pair is in `recognition`.

pub mod aged_pairs;
pub mod ages;
pub mod bootstrap;
pub mod chart;
pub mod decomposition;
pub mod folds;
pub mod genuine;
pub mod identification;
pub mod impostors;
pub mod labels;
mod linear_algebra;
pub mod pairs;
pub mod pictures;
mod rate_charts;
pub mod synthesis;
pub mod verification;

pub use labels::{Label, Labels};
pub use pictures::{Alignment, ReadFace, ReadPictures, Skipped};
