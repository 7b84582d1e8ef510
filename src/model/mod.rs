//! The networks, as published and as presets. Nothing here knows files, photos or windows:
//! tensors and plain numbers in, tensors and plain numbers out.

pub mod age_estimation;
pub mod age_group;
pub mod backbone;
pub mod compact;
pub mod config;
mod cpu;
pub mod decomposition;
pub mod identity;
pub mod identity_conditional;
pub mod inventory;
pub mod layers;
pub mod parameters;
mod preset;
pub mod synthesis;

pub use age_group::AgeGroup;
pub use compact::{CompactNetwork, Encoding, Synthesis};
pub use config::CompactConfig;
pub use parameters::{Parameter, ParameterError, Parameters, TensorReader};
pub use preset::{Generation, IR50_DEPTHS, NetworkConfig, Preset, PublishedConfig};

/// Side of the square crop every network works on, in pixels.
pub const CROP_SIZE_PX: usize = 112;
/// Side of the last feature map and so of every attention map, in cells.
pub const CELLS: usize = 7;
/// Side of the flow field the compact decoder predicts, in cells of four pixels.
pub const FLOW_SIZE: usize = 28;
