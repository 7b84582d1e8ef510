//! The synthesis phase as the loop drives it: the generator learns to make a face older and younger. `compact` trains
//! the bundled network's; `published` runs the CVPR 2021 step of `training::synthesis`.

mod average;
mod compact;
mod config;
mod faces;
pub(in crate::training) mod grid;
mod initial;
mod jitter;
mod judge;
mod published;
mod route;
pub mod terms;

pub use average::MovingAverage;
pub use compact::CompactSynthesis;
pub use config::{CompactSynthesisConfig, JitterConfig, SynthesisConfig};
pub use faces::{Faces, groups_in};
pub use judge::{Judge, Seen};
pub use published::PublishedSynthesis;
