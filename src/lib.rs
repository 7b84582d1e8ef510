//! `mtlface`: see a face across a lifetime, and compare faces across ages.
//!
//! The map, in the order the data flows (arrows point down only):
//!
//! | room | purpose |
//! |---|---|
//! | [`face`] | photo → aligned face: decoding, detection, landmarks, alignment, quality |
//! | [`pictures`] | folders and tar archives of pictures, and the tables that label them |
//! | [`model`] | the networks and nothing else: no files, no pictures |
//! | [`weights`] | files ↔ networks: reading parameters, the bundled weights, the model card |
//! | [`engine`] | the one owner of device and network: device choice, requests, replies, cache |
//! | [`aging`] | a face's timeline: anchors, ages in between, the change taken back into the photo |
//! | [`recognition`] | similarity, calibration, and what a score means in words |
//! | [`training`] | the three phases of training: what they learn from, what they minimise, runs that can be interrupted |
//! | [`evaluation`] | the standard protocols that measure all of the above |
//! | [`app`] | the window |
//! | [`cli`] | one file per command, over the same library calls as the window |
//!
//! `app` and `cli` use `engine`, `aging`, `recognition` and `evaluation`; those and `training` use `face`, `pictures`
//! and `weights`; those use `model`; `model` uses nothing of ours. `cli` runs `training`; the window starts it as a
//! program of its own and knows only the layout of a run's folder.

pub mod aging;
#[cfg(feature = "app")]
pub mod app;
pub mod cli;
pub mod engine;
pub mod evaluation;
pub mod face;
pub mod model;
pub mod pictures;
pub mod recognition;
pub mod training;
pub mod weights;

#[cfg(test)]
#[path = "../tests/suite/driver_exit.rs"]
mod driver_exit;
