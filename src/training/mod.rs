//! Training: what the phases minimise, how parameters follow the gradients, and the loop that drives a run. The networks
//! themselves are `model`'s.
//!
//! A run is a config ([`config`]), faces ([`data`]), a [`phase`] that learns from them, and the loop with its folder
//! ([`run`]). [`decomposition`] is the papers' recognition step: for the compact network by a teacher, for CVPR 2021 as
//! published ([`recognition`], ARCHITECTURE A.6). [`synthesis`] (ARCHITECTURE A.7) then teaches a generator against a
//! discriminator, with the backbone as it is.

pub mod config;
pub mod data;
pub mod decomposition;
pub mod face_synthesis;
pub mod losses;
pub mod named;
pub mod networks;
pub mod optimiser;
pub mod phase;
pub mod recognition;
pub mod run;
pub mod schedule;
pub mod selective;
mod state;
pub mod synthesis;
mod tensors;
