//! Any of the networks this program knows: one type for those who do not care which.

use burn::tensor::{Device, Tensor};

use super::{
    AgeGroup, CompactNetwork, Cvpr2021Network, Encoding, NetworkConfig, ParameterError, Parameters, Preset, Synthesis,
    Tpami2022Network,
};

/// A network on one device.
#[derive(Debug)]
pub enum Network {
    /// The compact one.
    Compact(Box<CompactNetwork>),
    /// CVPR 2021.
    Cvpr2021(Box<Cvpr2021Network>),
    /// TPAMI 2022.
    Tpami2022(Box<Tpami2022Network>),
}

/// How a network makes a face older or younger.
#[derive(Clone, Copy, Debug)]
pub enum Synthesiser<'a> {
    /// A change for each age group; ages in between are blends of changes.
    Residual(Residual<'a>),
    /// Style codes for each age group; ages in between are drawn from blended codes.
    Styled(&'a Tpami2022Network),
}

/// A network that yields changes.
#[derive(Clone, Copy, Debug)]
pub enum Residual<'a> {
    /// The compact one.
    Compact(&'a CompactNetwork),
    /// CVPR 2021.
    Cvpr2021(&'a Cvpr2021Network),
}

impl Residual<'_> {
    /// Synthesises one face (`face` `[1, 3, 112, 112]` and its encoding, batch 1) for several groups at once; at least
    /// one.
    pub fn synthesise(&self, face: Tensor<4>, encoding: &Encoding, groups: &[AgeGroup]) -> Synthesis {
        match self {
            Self::Compact(network) => network.synthesise(face, encoding, groups),
            Self::Cvpr2021(network) => network.synthesise(face, encoding, groups),
        }
    }
}

impl Network {
    /// Builds the network its widths describe.
    ///
    /// # Errors
    /// When the widths do not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &NetworkConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        Ok(match config {
            NetworkConfig::Compact(config) => Self::Compact(Box::new(CompactNetwork::new(config, parameters, device)?)),
            NetworkConfig::Published(config) => match config.preset() {
                Preset::Tpami2022 => Self::Tpami2022(Box::new(Tpami2022Network::new(config, parameters, device)?)),
                _ => Self::Cvpr2021(Box::new(Cvpr2021Network::new(config, parameters, device)?)),
            },
        })
    }

    /// Which network it is.
    pub fn preset(&self) -> Preset {
        match self {
            Self::Compact(_) => Preset::Compact,
            Self::Cvpr2021(_) => Preset::Cvpr2021,
            Self::Tpami2022(_) => Preset::Tpami2022,
        }
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        match self {
            Self::Compact(network) => network.encode(faces),
            Self::Cvpr2021(network) => network.encode(faces),
            Self::Tpami2022(network) => network.encode(faces),
        }
    }

    /// How it makes a face older or younger.
    pub fn synthesiser(&self) -> Synthesiser<'_> {
        match self {
            Self::Compact(network) => Synthesiser::Residual(Residual::Compact(network)),
            Self::Cvpr2021(network) => Synthesiser::Residual(Residual::Cvpr2021(network)),
            Self::Tpami2022(network) => Synthesiser::Styled(network),
        }
    }

    /// The soft window `[112 × 112]`, row-major, that fades a change out before the border of the crop.
    pub fn window(&self) -> &[f32] {
        match self {
            Self::Compact(network) => network.window(),
            Self::Cvpr2021(network) => network.window(),
            Self::Tpami2022(network) => network.window(),
        }
    }
}
