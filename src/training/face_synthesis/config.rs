//! The `[synthesis]` table of a config. Defaults of the CVPR 2021 network are the published ones (ARCHITECTURE A.7);
//! those of the compact network are the ones its bundled weights were made with.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Preset;
use crate::training::synthesis::SynthesisWeights;

/// What decides a synthesis run beyond its data and its schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SynthesisConfig {
    /// Faces of a micro-batch; as many photographs of their target groups come beside them.
    pub faces: usize,
    /// Weight of what the discriminator thinks: 75 for CVPR 2021, 1.2 for the compact network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adversary: Option<f32>,
    /// Weight of the change of identity: 0.002 for CVPR 2021, where it is that of the features, 1 for the compact
    /// network, where it is that of the embedding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<f32>,
    /// Weight of the age seen in the face: 10 for CVPR 2021, 0.06 for the compact network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<f32>,
    /// Share of the past in the moving average of the generator, which is what the run leaves.
    pub average: f32,
    /// Share of the past in Adam's mean of gradients.
    pub mean_decay: f64,
    /// Share of the past in Adam's mean of squared gradients.
    pub square_decay: f64,
    /// Weights of the compact network that judges age and identity; by default the start weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<PathBuf>,
    /// What only the compact network has; refused with another start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compact: Option<CompactSynthesisConfig>,
}

impl Default for SynthesisConfig {
    fn default() -> Self {
        Self {
            faces: 8,
            adversary: None,
            identity: None,
            age: None,
            average: 0.998,
            mean_decay: 0.5,
            square_decay: 0.99,
            judge: None,
            compact: None,
        }
    }
}

/// The `[synthesis.compact]` table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompactSynthesisConfig {
    /// Weight of the mean squared change of the judge's identity features.
    pub features: f32,
    /// Weight of any change where the target is the face's own group.
    pub reconstruction: f32,
    /// Weight of the differences between neighbours in the residual.
    pub total_variation: f32,
    /// Weight of colour in the residual, which is to change brightness rather.
    pub chroma: f32,
    /// Weight of change where the pixels are not those of the photographs.
    pub outside: f32,
    /// Weight of the differences between neighbours in the flow.
    pub flow_smoothness: f32,
    /// Weight of the flow's length.
    pub flow_length: f32,
    /// Weight, beside the other two pairs, of photographs that are shown to the discriminator as of a wrong group.
    pub mismatch: f32,
    /// Share of faces whose target is their own group; the other targets are drawn evenly.
    pub own_group: f32,
    /// Steps in which the adversarial term grows to its weight.
    pub adversary_ramp_steps: u64,
    /// Channels behind the discriminator's first convolution, a multiple of 4.
    pub discriminator_width: usize,
    /// The discriminator's learning rate, as a multiple of the schedule's.
    pub discriminator_rate: f64,
    /// The learning rate of the flow's convolution, as a multiple of the schedule's.
    pub flow_rate: f64,
    /// Longest gradient of the generator.
    pub gradient_norm: f64,
    /// How the judge's view of a synthesised face varies.
    pub jitter: JitterConfig,
}

impl Default for CompactSynthesisConfig {
    fn default() -> Self {
        Self {
            features: 0.2,
            reconstruction: 5.0,
            total_variation: 0.3,
            chroma: 3.0,
            outside: 1.0,
            flow_smoothness: 0.06,
            flow_length: 0.01,
            mismatch: 0.5,
            own_group: 0.15,
            adversary_ramp_steps: 200,
            discriminator_width: 32,
            discriminator_rate: 2.5,
            flow_rate: 10.0,
            gradient_norm: 5.0,
            jitter: JitterConfig::default(),
        }
    }
}

/// The `[synthesis.compact.jitter]` table: the judge sees a face a little moved, grey, blurred and noisy, so that
/// patterns of single pixels and casts of colour do not pay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JitterConfig {
    /// Share of batches that are moved, by up to two pixels.
    pub shift: f32,
    /// Share of batches that are blurred, by the mean of 3 × 3 pixels.
    pub blur: f32,
    /// Share of faces that become grey; the others lose a random share of their colour.
    pub grey: f32,
    /// Deviation of the contrast around 1.
    pub contrast: f32,
    /// Deviation of the brightness; black and white are 2 apart here.
    pub brightness: f32,
    /// Deviation of the brightness of single channels.
    pub cast: f32,
    /// Deviation of the noise that half of the batches get.
    pub noise: f32,
}

impl Default for JitterConfig {
    fn default() -> Self {
        Self { shift: 0.7, blur: 0.35, grey: 0.8, contrast: 0.12, brightness: 0.08, cast: 0.05, noise: 0.03 }
    }
}

/// Weights of the terms of a compact run, defaults filled in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompactWeights {
    /// Of what the discriminator thinks, when its ramp is done.
    pub adversary: f32,
    /// Of the change of the embedding.
    pub identity: f32,
    /// Of the age seen in the face.
    pub age: f32,
    /// The others.
    pub terms: CompactSynthesisConfig,
}

impl SynthesisConfig {
    /// The weights of a compact run.
    pub fn compact_weights(&self) -> CompactWeights {
        CompactWeights {
            adversary: self.adversary.unwrap_or(1.2),
            identity: self.identity.unwrap_or(1.0),
            age: self.age.unwrap_or(0.06),
            terms: self.compact.unwrap_or_default(),
        }
    }

    /// The weights of a CVPR 2021 run.
    pub fn published_weights(&self) -> SynthesisWeights {
        let published = SynthesisWeights::default();
        SynthesisWeights {
            discriminator: self.adversary.unwrap_or(published.discriminator),
            identity: self.identity.unwrap_or(published.identity),
            age: self.age.unwrap_or(published.age),
        }
    }

    /// The table with what the network decides filled in.
    #[must_use]
    pub fn filled_in(self, preset: Preset) -> Self {
        let (adversary, identity, age) = match preset {
            Preset::Compact => {
                let CompactWeights { adversary, identity, age, .. } = self.compact_weights();
                (adversary, identity, age)
            }
            Preset::Cvpr2021 | Preset::Tpami2022 => {
                let SynthesisWeights { discriminator, identity, age } = self.published_weights();
                (discriminator, identity, age)
            }
        };
        let compact = (preset == Preset::Compact).then(|| self.compact.unwrap_or_default());
        Self { adversary: Some(adversary), identity: Some(identity), age: Some(age), compact, ..self }
    }

    /// Checks that the table speaks of nothing that the network does not have.
    ///
    /// # Errors
    /// With a sentence on the first key that does.
    pub fn check_for(&self, preset: Preset) -> Result<(), String> {
        let of_compact = [("judge", self.judge.is_some()), ("compact", self.compact.is_some())];
        match of_compact.into_iter().find(|(_, given)| *given && preset == Preset::Cvpr2021) {
            Some((key, _)) => {
                Err(format!("synthesis.{key} is for the compact network, and the start weights are {preset}"))
            }
            None => Ok(()),
        }
    }

    /// The table with its relative paths taken from a folder.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        Self { judge: self.judge.map(|judge| folder.join(judge)), ..self }
    }

    /// Checks that the numbers make sense.
    ///
    /// # Errors
    /// With a sentence on the first that does not.
    pub fn validate(&self) -> Result<(), String> {
        match self.mistake() {
            Some((key, what)) => Err(format!("synthesis.{key} does not make sense; it is {what}")),
            None => Ok(()),
        }
    }

    /// The key whose value makes no sense, if there is one, and what it is.
    fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let below_one = [
            ("average", f64::from(self.average)),
            ("mean_decay", self.mean_decay),
            ("square_decay", self.square_decay),
        ];
        let jitter = self.jitter();
        let shares = [
            ("compact.own_group", self.compact.unwrap_or_default().own_group),
            ("compact.jitter.shift", jitter.shift),
            ("compact.jitter.blur", jitter.blur),
            ("compact.jitter.grey", jitter.grey),
        ];
        let width = self.compact.unwrap_or_default().discriminator_width;
        let not_below_one = below_one.into_iter().find(|(_, value)| !(0.0..1.0).contains(value));
        let no_share = shares.into_iter().find(|(_, value)| !(0.0..=1.0).contains(value));
        if self.faces < 2 {
            Some(("faces", "a number above 1"))
        } else if let Some((key, _)) = not_below_one {
            Some((key, "at least 0 and below 1"))
        } else if let Some((key, _)) = no_share {
            Some((key, "a number from 0 to 1"))
        } else if width == 0 || !width.is_multiple_of(4) {
            Some(("compact.discriminator_width", "a multiple of 4"))
        } else {
            self.negative().map(|key| (key, "a number that is not negative"))
        }
    }

    fn jitter(&self) -> JitterConfig {
        self.compact.unwrap_or_default().jitter
    }

    /// The first number that is below zero or none.
    fn negative(&self) -> Option<&'static str> {
        let terms = self.compact.unwrap_or_default();
        let numbers = [
            ("adversary", self.adversary.unwrap_or(0.0)),
            ("identity", self.identity.unwrap_or(0.0)),
            ("age", self.age.unwrap_or(0.0)),
            ("compact.features", terms.features),
            ("compact.reconstruction", terms.reconstruction),
            ("compact.total_variation", terms.total_variation),
            ("compact.chroma", terms.chroma),
            ("compact.outside", terms.outside),
            ("compact.flow_smoothness", terms.flow_smoothness),
            ("compact.flow_length", terms.flow_length),
            ("compact.mismatch", terms.mismatch),
            ("compact.discriminator_rate", terms.discriminator_rate as f32),
            ("compact.flow_rate", terms.flow_rate as f32),
            ("compact.gradient_norm", terms.gradient_norm as f32),
            ("compact.jitter.contrast", terms.jitter.contrast),
            ("compact.jitter.brightness", terms.jitter.brightness),
            ("compact.jitter.cast", terms.jitter.cast),
            ("compact.jitter.noise", terms.jitter.noise),
        ];
        numbers.into_iter().find(|(_, value)| !value.is_finite() || *value < 0.0).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_depend_on_the_network_and_unknown_keys_are_refused() {
        let config: SynthesisConfig = toml::from_str("identity = 0.5\n[compact]\nfeatures = 0.1").unwrap();
        assert_eq!((config.compact_weights().adversary, config.compact_weights().identity), (1.2, 0.5));
        assert_eq!((config.published_weights().discriminator, config.published_weights().identity), (75.0, 0.5));
        assert_eq!(config.compact_weights().terms.chroma, 3.0);
        assert!(toml::from_str::<SynthesisConfig>("gan = 75").is_err());
        assert!(toml::from_str::<SynthesisConfig>("[compact.jitter]\nroll = 2").is_err());
    }

    #[test]
    fn numbers_that_make_no_sense_are_named() {
        let mistake = |text: &str| toml::from_str::<SynthesisConfig>(text).unwrap().mistake().map(|(key, _)| key);
        assert_eq!(mistake(""), None);
        assert_eq!(mistake("average = 1.0"), Some("average"));
        assert_eq!(mistake("age = -1.0"), Some("age"));
        assert_eq!(mistake("[compact]\nown_group = 1.5"), Some("compact.own_group"));
        assert_eq!(mistake("[compact]\ndiscriminator_width = 6"), Some("compact.discriminator_width"));
        assert_eq!(mistake("[compact.jitter]\nnoise = nan"), Some("compact.jitter.noise"));
        let refused = toml::from_str::<SynthesisConfig>("faces = 1").unwrap().validate().unwrap_err();
        assert!(refused.contains("synthesis.faces"), "{refused}");
    }

    #[test]
    fn keys_of_the_compact_network_are_refused_with_another() {
        let config: SynthesisConfig = toml::from_str("[compact]\nchroma = 1").unwrap();
        assert!(config.check_for(Preset::Compact).is_ok());
        let refused = config.check_for(Preset::Cvpr2021).unwrap_err();
        assert!(refused.contains("synthesis.compact is for the compact network"), "{refused}");
        let filled = SynthesisConfig::default().filled_in(Preset::Cvpr2021);
        assert_eq!((filled.adversary, filled.compact), (Some(75.0), None));
    }
}
