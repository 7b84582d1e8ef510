//! The networks, as published and as presets. Nothing here knows files, photos or windows:
//! tensors and plain numbers in, tensors and plain numbers out.

pub mod age_estimation;
pub mod age_group;
pub mod backbone;
pub mod compact;
pub mod config;
pub mod convolution;
mod convolutions;
mod cpu;
pub mod cvpr2021;
pub mod decomposition;
pub mod discriminator;
pub mod encoding;
pub mod identity;
pub mod identity_classifier;
pub mod identity_conditional;
pub mod inventory;
pub mod layers;
mod network;
pub mod norm;
pub mod parameters;
mod preset;
pub mod published_encoder;
pub mod style_codes;
pub mod synthesis;
pub mod tpami2022;

pub use age_group::AgeGroup;
pub use compact::CompactNetwork;
pub use config::CompactConfig;
pub use convolutions::convolutions_run;
pub use cvpr2021::Cvpr2021Network;
pub use encoding::{Encoding, Synthesis};
pub use network::{Network, Residual, Synthesiser};
pub use parameters::{Parameter, ParameterError, Parameters, TensorReader};
pub use preset::{Generation, IR50_DEPTHS, NetworkConfig, Preset, PublishedConfig};
pub use style_codes::{STYLE_ANCHORS_YEARS, style_neighbours};
pub use synthesis::styled::{DecoderStart, Noise};
pub use tpami2022::{StyleCodes, Tpami2022Network};

/// Side of the square crop every network works on, in pixels.
pub const CROP_SIZE_PX: usize = 112;
/// Side of the last feature map and so of every attention map, in cells.
pub const CELLS: usize = 7;
/// Side of the flow field the compact decoder predicts, in cells of four pixels.
pub const FLOW_SIZE: usize = 28;
