//! Which network a set of weights is for: the preset and the numbers that decide its widths.

use serde::{Deserialize, Serialize};

use super::CompactConfig;

/// The networks this program knows, one code path each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// MobileNet backbone and a decoder that moves and repaints (ARCHITECTURE-compact); bundled.
    Compact,
    /// IR-50 and a residual decoder, as published at CVPR 2021 (ARCHITECTURE A).
    Cvpr2021,
    /// IR-50 and a StyleGAN2 decoder, as published in TPAMI 2022 (ARCHITECTURE B).
    Tpami2022,
}

impl Preset {
    /// The preset's name in files, commands and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Cvpr2021 => "cvpr2021",
            Self::Tpami2022 => "tpami2022",
        }
    }
}

impl std::fmt::Display for Preset {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

/// Widths of a network of any preset.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkConfig {
    /// Of the compact network.
    Compact(Box<CompactConfig>),
    /// Of one of the two published networks.
    Published(PublishedConfig),
}

impl NetworkConfig {
    /// The preset these widths belong to.
    pub fn preset(&self) -> Preset {
        match self {
            Self::Compact(_) => Preset::Compact,
            Self::Published(config) => config.preset(),
        }
    }
}

/// The two published networks. They share a backbone and not one weight file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    /// CVPR 2021.
    Cvpr2021,
    /// TPAMI 2022.
    Tpami2022,
}

/// Widths of a published network: everything is a multiple of the width of the first convolution (ARCHITECTURE §0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedConfig {
    /// Which of the two.
    #[serde(rename = "preset")]
    pub generation: Generation,
    /// Channels of the first convolution, 64 as published; the last features have eight times as many.
    pub base_width: usize,
    /// Residual units of the backbone's four stages, (3, 4, 14, 3) as published.
    pub depths: [usize; 4],
    /// Whether every residual unit ends in a squeeze-and-excitation step (the `irse` backbones of CVPR 2021).
    #[serde(default)]
    pub squeeze_excite: bool,
}

/// Depths of the backbone the papers call IR-50.
pub const IR50_DEPTHS: [usize; 4] = [3, 4, 14, 3];
/// No published backbone is wider than 64; past this a config is a mistake or an attack.
const MAX_BASE_WIDTH: usize = 256;
/// ir101 has 30 units in its longest stage.
const MAX_DEPTH: usize = 64;

impl PublishedConfig {
    /// A network as published, at this width.
    pub fn new(generation: Generation, base_width: usize) -> Self {
        Self { generation, base_width, depths: IR50_DEPTHS, squeeze_excite: false }
    }

    /// The preset.
    pub fn preset(&self) -> Preset {
        match self.generation {
            Generation::Cvpr2021 => Preset::Cvpr2021,
            Generation::Tpami2022 => Preset::Tpami2022,
        }
    }

    /// Channels after each of the backbone's four stages.
    pub fn stage_channels(&self) -> [usize; 4] {
        [1, 2, 4, 8].map(|factor| factor * self.base_width)
    }

    /// Channels of the last features; also the length of an embedding, of the age head's hidden layer and of a style.
    pub fn top_channels(&self) -> usize {
        8 * self.base_width
    }

    /// Checks that a network of these widths exists.
    ///
    /// # Errors
    /// With a sentence that names what does not fit.
    pub fn validate(&self) -> Result<(), String> {
        // Half of the first width is used too: the finest routed unit has `base_width / 2` channels.
        if !(2..=MAX_BASE_WIDTH).contains(&self.base_width) {
            return Err(format!("a first convolution of {} channels", self.base_width));
        }
        match self.depths.iter().all(|depth| (1..=MAX_DEPTH).contains(depth)) {
            true => Ok(()),
            false => Err("a stage of the backbone has no residual units, or too many".to_owned()),
        }
    }
}
