//! The decomposition phase, the papers' recognition step: identity features should tell people apart and hide their
//! age, age features should tell the age.
//!
//! For the compact network most of the backbone stays as it is ([`frozen`]), the rest learns ([`student`]) from a frozen
//! teacher, from people known by name and from faces of known age ([`losses`], [`learner`], [`compact`]). The CVPR 2021
//! network is trained whole, as published ([`published`]).

mod beginning;
pub mod compact;
mod config;
mod face_classes;
pub mod frozen;
pub mod learner;
pub mod losses;
mod pairs;
pub mod published;
mod sample_grid;
pub mod student;
mod terms;

pub use compact::CompactDecomposition;
pub use config::{ClassifierConfig, CompactSettings, DecompositionConfig, TermWeights, TermsConfig};
pub use face_classes::FaceClasses;
pub use learner::{Faces, Learner, Start};
pub use published::PublishedDecomposition;
