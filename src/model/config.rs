//! Presets: the numbers that decide a network's widths. A weights file carries its own.
//! The field names are those of the JSON beside the weights; keys it has beyond these are notes for people.

use serde::{Deserialize, Serialize};

use super::age_group::GROUP_COUNT;
use super::{CELLS, CROP_SIZE_PX, FLOW_SIZE};

/// One-year bins of the age head: 0 to 100 years.
pub const AGE_BINS: usize = 101;
/// Length of an identity embedding.
pub const EMBEDDING_LENGTH: usize = 128;
/// No layer of a network this program knows is wider: past it a config is a mistake or an attack.
const MAX_WIDTH: usize = 1 << 16;

/// The compact preset (ARCHITECTURE-compact): widths of every part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompactConfig {
    /// What goes in.
    pub input: InputConfig,
    /// The MobileNet (§1).
    pub backbone: BackboneConfig,
    /// Attention-based feature decomposition (§2).
    pub afd: DecompositionConfig,
    /// Identity head (§3).
    pub identity: IdentityConfig,
    /// Age head (§4).
    pub age: AgeConfig,
    /// Identity-conditional module (§5).
    pub icm: IdentityConditionalConfig,
    /// Decoder (§6).
    pub decoder: DecoderConfig,
}

/// Geometry of the aligned crop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputConfig {
    /// Side in pixels.
    pub size: usize,
}

/// Widths and strides of the backbone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackboneConfig {
    /// Channels of the first convolution.
    pub stem: usize,
    /// Depthwise-separable pairs, in order.
    pub pairs: Vec<PairConfig>,
    /// Factor on the [-1, 1] image before the first convolution.
    pub input_scale: f32,
    /// Which pair's output is which tap.
    pub taps: TapsConfig,
}

/// One depthwise-separable pair.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairConfig {
    /// Channels of the depthwise convolution.
    pub in_channels: usize,
    /// Channels of the 1×1 convolution.
    pub out_channels: usize,
    /// Stride of the depthwise convolution, 1 or 2.
    pub stride: usize,
}

/// Names of the pairs whose outputs are used further on, such as `pairs.2`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TapsConfig {
    /// 56×56.
    pub t56: String,
    /// 28×28.
    pub t28: String,
    /// 14×14.
    pub t14: String,
    /// 7×7, the last features.
    pub x: String,
}

/// Widths of the decomposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecompositionConfig {
    /// Channels it divides.
    pub channels: usize,
    /// Bottleneck of the channel gate.
    pub hidden: usize,
    /// Sides of the pyramid's pooling grids.
    pub pools: Vec<usize>,
}

/// Widths of the identity head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityConfig {
    /// Length of the embedding.
    pub dim: usize,
}

/// Widths of the age head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgeConfig {
    /// Channels after the 1×1 convolution.
    pub squeeze: usize,
    /// Hidden layer.
    pub hidden: usize,
    /// One-year bins.
    pub ages: usize,
    /// Age groups.
    pub groups: usize,
}

/// Widths of the identity-conditional module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityConditionalConfig {
    /// Width of the dense form.
    pub width: usize,
    /// Channels of one group's slice.
    pub unit: usize,
    /// First channel of each group's slice.
    pub start: Vec<usize>,
    /// Residual units, two 3×3 convolutions each.
    pub residual_units: usize,
    /// Channels that leave the module.
    pub out: usize,
}

/// Widths of the decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecoderConfig {
    /// Channels after each of the four blocks.
    pub widths: Vec<usize>,
    /// Channels each skip is compressed to; the image itself is the last skip.
    pub keep: Vec<usize>,
    /// The flow's bound in pixels of the crop.
    pub max_flow_px: f32,
    /// Side of the flow field.
    pub flow_size: usize,
}

impl CompactConfig {
    /// Checks that the parts fit each other and this program.
    ///
    /// # Errors
    /// With a sentence that names the part that does not fit.
    pub fn validate(&self) -> Result<(), String> {
        self.validate_fixed_sizes()?;
        self.backbone.validate()?;
        self.icm.validate()?;
        let features = self.backbone.tap_channels(&self.backbone.taps.x)?;
        ensure(self.afd.channels == features, "the decomposition's channels differ from the backbone's")?;
        ensure(
            self.afd.pools.iter().all(|side| (1..=CELLS).contains(side)),
            "a pooling grid is finer than the features",
        )?;
        ensure(!self.afd.pools.is_empty() && self.afd.pools.len() <= CELLS, "the pooling pyramid has no grids")?;
        ensure(
            self.decoder.widths.len() == 4 && self.decoder.keep.len() == 3,
            "the decoder needs 4 widths and 3 skips",
        )?;
        ensure(self.decoder.max_flow_px > 0.0 && self.decoder.max_flow_px.is_finite(), "the flow has no bound")?;
        let widths = [self.afd.hidden, self.age.squeeze, self.age.hidden, self.icm.out];
        let all = widths.iter().chain(&self.decoder.widths).chain(&self.decoder.keep);
        ensure(all.copied().all(is_width), "a layer has no channels, or too many")
    }

    fn validate_fixed_sizes(&self) -> Result<(), String> {
        ensure(self.input.size == CROP_SIZE_PX, "the input is not a 112×112 crop")?;
        ensure(self.identity.dim == EMBEDDING_LENGTH, "the embedding does not have 128 numbers")?;
        ensure(self.age.ages == AGE_BINS, "the age head does not have 101 one-year bins")?;
        ensure(self.age.groups == GROUP_COUNT, "there are not seven age groups")?;
        ensure(self.decoder.flow_size == FLOW_SIZE, "the flow field is not 28×28")
    }
}

impl BackboneConfig {
    /// Position of a tap among the pairs.
    ///
    /// # Errors
    /// When the name is not that of a pair.
    pub fn tap_index(&self, tap: &str) -> Result<usize, String> {
        let index = tap.strip_prefix("pairs.").and_then(|number| number.parse::<usize>().ok());
        index.filter(|index| *index < self.pairs.len()).ok_or_else(|| format!("“{tap}” is not a pair of the backbone"))
    }

    /// Channels of a tap.
    ///
    /// # Errors
    /// When the name is not that of a pair.
    pub fn tap_channels(&self, tap: &str) -> Result<usize, String> {
        self.tap_index(tap).map(|index| self.pairs[index].out_channels)
    }

    /// Positions of the taps t56, t28 and t14 among the pairs; the last pair yields x.
    ///
    /// # Errors
    /// When a tap's name is not that of a pair.
    pub fn tapped_pairs(&self) -> Result<[usize; 3], String> {
        let TapsConfig { t56, t28, t14, .. } = &self.taps;
        Ok([self.tap_index(t56)?, self.tap_index(t28)?, self.tap_index(t14)?])
    }

    fn validate(&self) -> Result<(), String> {
        ensure(is_width(self.stem), "the first convolution has no channels, or too many")?;
        ensure(self.input_scale.is_finite(), "the input scale is not a number")?;
        let (mut channels, mut size) = (self.stem, CROP_SIZE_PX);
        let mut sizes = Vec::with_capacity(self.pairs.len());
        for pair in &self.pairs {
            ensure(pair.in_channels == channels, "a pair's channels differ from those of the pair before it")?;
            ensure(is_width(pair.out_channels), "a pair has no channels, or too many")?;
            ensure(matches!(pair.stride, 1 | 2), "a stride is neither 1 nor 2")?;
            channels = pair.out_channels;
            size = size.div_ceil(pair.stride);
            sizes.push(size);
        }
        let taps = [(&self.taps.t56, 56), (&self.taps.t28, FLOW_SIZE), (&self.taps.t14, 14), (&self.taps.x, CELLS)];
        for (tap, needed) in taps {
            ensure(sizes[self.tap_index(tap)?] == needed, "a tap does not have the size its name says")?;
        }
        ensure(self.tap_index(&self.taps.x)? + 1 == self.pairs.len(), "the backbone goes on after its last features")
    }
}

impl IdentityConditionalConfig {
    fn validate(&self) -> Result<(), String> {
        ensure(is_width(self.width) && is_width(self.unit), "the conditional module has no channels, or too many")?;
        ensure(self.start.len() == GROUP_COUNT, "the conditional module does not have seven slices")?;
        let inside = |start: &usize| start.checked_add(self.unit).is_some_and(|end| end <= self.width);
        ensure(self.start.iter().all(inside), "a slice of the conditional module reaches past its width")?;
        ensure((1..=64).contains(&self.residual_units), "the conditional module has no residual units, or too many")
    }
}

fn is_width(channels: usize) -> bool {
    (1..=MAX_WIDTH).contains(&channels)
}

fn ensure(holds: bool, sentence: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(sentence.to_owned()) }
}
