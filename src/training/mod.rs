//! Training the CVPR 2021 network: what its two phases minimise and how parameters follow the gradients. Data,
//! schedules and checkpoints are to come; the networks themselves are `model`'s.
//!
//! Recognition (ARCHITECTURE A.6) teaches the backbone identities, age, and identity features that say nothing of age.
//! Synthesis (ARCHITECTURE A.7) then teaches the generator against the discriminator, with the backbone as it is.

pub mod data;
pub mod losses;
pub mod named;
pub mod networks;
pub mod optimiser;
pub mod phase;
pub mod recognition;
pub mod synthesis;
