//! Presets: the numbers that decide a network's widths. A weights file carries its own.

use serde::{Deserialize, Serialize};

/// Widths of the compact preset (ARCHITECTURE-compact). Only what decides a shape is kept; a file may say more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompactConfig {
    /// The MobileNet backbone.
    pub backbone: BackboneConfig,
    /// The attention-based feature decomposition.
    pub afd: DecompositionConfig,
    /// The identity head.
    pub identity: IdentityConfig,
    /// The age head.
    pub age: AgeConfig,
    /// The identity-conditional module.
    pub icm: IdentityConditionalConfig,
    /// The decoder.
    pub decoder: DecoderConfig,
}

/// Widths of the backbone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackboneConfig {
    /// Channels of the stem.
    pub stem: usize,
    /// The depthwise-separable pairs in order.
    pub pairs: Vec<PairConfig>,
    /// Factor on the input image.
    pub input_scale: f32,
}

/// One depthwise-separable pair.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairConfig {
    /// Channels in.
    pub in_channels: usize,
    /// Channels out.
    pub out_channels: usize,
    /// Stride of the depthwise convolution.
    pub stride: usize,
}

/// Widths of the decomposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecompositionConfig {
    /// Channels of the features.
    pub channels: usize,
    /// Width of the channel gate's bottleneck.
    pub hidden: usize,
    /// Sides of the pooling pyramid.
    pub pools: Vec<usize>,
}

/// Width of the embedding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityConfig {
    /// Numbers in an embedding.
    pub dim: usize,
}

/// Widths of the age head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgeConfig {
    /// Channels after the 1×1 convolution.
    pub squeeze: usize,
    /// Width of the hidden layer.
    pub hidden: usize,
    /// One-year bins.
    pub ages: usize,
    /// Age groups.
    pub groups: usize,
}

/// Widths of the identity-conditional module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityConditionalConfig {
    /// Channels of all groups together.
    pub width: usize,
    /// Channels of one group.
    pub unit: usize,
    /// First channel of each group.
    pub start: Vec<usize>,
    /// Residual units.
    pub residual_units: usize,
    /// Channels out.
    pub out: usize,
}

/// Widths of the decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecoderConfig {
    /// Channels of the four blocks.
    pub widths: Vec<usize>,
    /// Channels kept of the first three skips.
    pub keep: Vec<usize>,
    /// Largest movement along an axis, in pixels of the crop.
    pub max_flow_px: f32,
}
