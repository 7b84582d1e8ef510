//! Comparing two faces, without drawing: how they are looked at (zoom, turn, overlay), what both are at the same ages,
//! what a person judged feature by feature, and what the reading should be taken with. The scores' meaning is in
//! `recognition`; what it looks like is in `workspaces::compare`.

mod aligned_photo;
mod aligned_pipeline;
mod checklist;
mod commands;
mod doubts;
pub mod features;
mod pose;
mod same_age;
mod side;
mod view;

pub use aligned_photo::{AlignedPhoto, Layer, install};
pub use checklist::{Assessment, Checklist, Counts, FacePair, Judgement, to_csv, to_text};
pub use commands::{CompareCommand, CopyAs};
pub use doubts::{Doubt, doubts};
pub use pose::Pose;
pub use same_age::{AgedPicture, CompareState, SameAge};
pub use side::{ComparedPair, Shown, Side};
pub use view::{CompareMode, CompareView, MatrixValues, OverlayKind, Scope, Together};
