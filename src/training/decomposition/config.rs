//! The `[decomposition]` of a config. What it leaves open is decided by the network: measured values for the compact
//! one, the published ones for CVPR 2021.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Preset;
use crate::model::identity_classifier::CosFaceConfig;
use crate::training::optimiser::ByPrefix;

/// The table as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecompositionConfig {
    /// The frozen compact network whose embeddings are kept; the start weights where it is left open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teacher: Option<PathBuf>,
    /// How the names of the tensors that learn begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained: Option<Vec<String>>,
    /// Share of the inputs of the age head's layers, or of the published projection, that is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    /// Steps in which the adversary's say grows from nothing to its weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adversary_ramp_steps: Option<u64>,
    /// Cosine beyond which two people of one age group are pushed apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impostor_margin: Option<f32>,
    /// Cosine of the teacher beyond which two faces of known age may be one person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faces_alike: Option<f32>,
    /// 0 draws ages as often as they are there, 1 every bin of five years equally often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evenness: Option<f32>,
    /// Gradients longer than this, all together, are shortened to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_gradient: Option<f64>,
    /// Share of the last step's velocity in this one's (CVPR 2021).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum: Option<f64>,
    /// Times a weight what is added to its gradient (CVPR 2021).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// How much the terms weigh.
    pub weights: TermsConfig,
    /// The identity classifier.
    pub classifier: ClassifierConfig,
    /// Learning rates by how names begin, as factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<ByPrefix>,
    /// AdamW's decay by how names begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay: Option<ByPrefix>,
}

/// `[decomposition.weights]`: how much the terms weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TermsConfig {
    /// Of the distance of embeddings to the teacher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distillation: Option<f32>,
    /// Of the identity classifier's cross-entropy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<f32>,
    /// Of the age told by the age features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<f32>,
    /// Of the age found in the identity features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adversary: Option<f32>,
    /// Of people of one age group that resemble each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impostor: Option<f32>,
    /// Of what the embeddings of a batch have to do with its ages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub independence: Option<f32>,
    /// Of the cross-entropy of telling every face of known age apart from all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faces: Option<f32>,
}

/// `[decomposition.classifier]`: what CosFace makes of cosines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassifierConfig {
    /// What cosines are multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f32>,
    /// What is taken from the cosine to the right person before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f32>,
}

/// How much the terms weigh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TermWeights {
    /// Of the distance of embeddings to the teacher's.
    pub distillation: f32,
    /// Of the identity classifier's cross-entropy.
    pub identity: f32,
    /// Of the age told by the age features.
    pub age: f32,
    /// Of the age found in the identity features: times this its gradient is turned.
    pub adversary: f32,
    /// Of people of one age group that resemble each other.
    pub impostor: f32,
    /// Of what the embeddings of a batch have to do with its ages.
    pub independence: f32,
    /// Of the cross-entropy of telling every face of known age apart from all others.
    pub faces: f32,
}

/// The phase for the compact network, with nothing left open.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactSettings {
    /// The frozen network whose embeddings are kept; the start weights where there is none.
    pub teacher: Option<PathBuf>,
    /// How the names of the tensors that learn begin.
    pub trained: Vec<String>,
    /// Share of the inputs of the age head's layers that is dropped.
    pub dropout: f64,
    /// Steps in which the adversary's say grows from nothing to its weight.
    pub adversary_ramp_steps: u64,
    /// Cosine beyond which two people of one age group are pushed apart.
    pub impostor_margin: f32,
    /// Cosine of the teacher beyond which two faces of known age may be one person's.
    pub faces_alike: f32,
    /// How evenly ages are drawn.
    pub evenness: f32,
    /// Gradients longer than this, all together, are shortened to it.
    pub longest_gradient: f64,
    /// How much the terms weigh.
    pub weights: TermWeights,
    /// The identity classifier.
    pub classifier: CosFaceConfig,
    /// Learning rates by how names begin, as factors.
    pub rates: ByPrefix,
    /// AdamW's decay by how names begin.
    pub decay: ByPrefix,
}

const TRAINED: [&str; 5] = ["backbone.pairs.11.", "backbone.pairs.12.", "afd.", "identity.", "age."];
const RATES: [(&str, f64); 7] = [
    ("backbone.", 0.1),
    ("identity.", 0.05),
    ("afd.", 1.0),
    ("age.", 1.0),
    ("classifier.", 0.3),
    ("faces.", 0.3),
    ("adversary.", 2.0),
];
const DECAY: [(&str, f64); 3] = [("afd.", 0.02), ("age.", 0.02), ("adversary.", 0.02)];

fn by_prefix(numbers: &[(&str, f64)]) -> ByPrefix {
    numbers.iter().map(|(prefix, number)| ((*prefix).to_owned(), *number)).collect()
}

/// What a config says over what is usual. Rates of single prefixes can be changed without repeating the others.
fn over(usual: &[(&str, f64)], said: Option<&ByPrefix>) -> ByPrefix {
    let mut numbers = by_prefix(usual);
    numbers.extend(said.into_iter().flatten().map(|(prefix, number)| (prefix.clone(), *number)));
    numbers
}

impl DecompositionConfig {
    /// The phase for the compact network.
    pub fn compact(&self) -> CompactSettings {
        let TermsConfig { distillation, identity, age, adversary, impostor, independence, faces } = self.weights;
        CompactSettings {
            teacher: self.teacher.clone(),
            trained: self.trained.clone().unwrap_or_else(|| TRAINED.map(str::to_owned).to_vec()),
            dropout: self.dropout.unwrap_or(0.0),
            adversary_ramp_steps: self.adversary_ramp_steps.unwrap_or(100),
            impostor_margin: self.impostor_margin.unwrap_or(0.25),
            faces_alike: self.faces_alike.unwrap_or(0.45),
            evenness: self.evenness.unwrap_or(0.75),
            longest_gradient: self.longest_gradient.unwrap_or(5.0),
            weights: TermWeights {
                distillation: distillation.unwrap_or(10.0),
                identity: identity.unwrap_or(0.05),
                age: age.unwrap_or(1.0),
                adversary: adversary.unwrap_or(1.0),
                impostor: impostor.unwrap_or(100.0),
                independence: independence.unwrap_or(0.0),
                faces: faces.unwrap_or(0.0),
            },
            classifier: self.cosface(CosFaceConfig { scale: 32.0, margin: 0.3 }),
            rates: over(&RATES, self.rates.as_ref()),
            decay: over(&DECAY, self.decay.as_ref()),
        }
    }

    /// The classifier, with what is left open taken from another one.
    pub fn cosface(&self, usual: CosFaceConfig) -> CosFaceConfig {
        let ClassifierConfig { scale, margin } = self.classifier;
        CosFaceConfig { scale: scale.unwrap_or(usual.scale), margin: margin.unwrap_or(usual.margin) }
    }

    /// Checks that the table speaks of nothing that the network does not have.
    ///
    /// # Errors
    /// With a sentence on the first key that does.
    pub fn check_for(&self, preset: Preset) -> Result<(), String> {
        let of_compact = [
            ("teacher", self.teacher.is_some()),
            ("trained", self.trained.is_some()),
            ("adversary_ramp_steps", self.adversary_ramp_steps.is_some()),
            ("impostor_margin", self.impostor_margin.is_some()),
            ("faces_alike", self.faces_alike.is_some()),
            ("longest_gradient", self.longest_gradient.is_some()),
            ("weights.distillation", self.weights.distillation.is_some()),
            ("weights.impostor", self.weights.impostor.is_some()),
            ("weights.independence", self.weights.independence.is_some()),
            ("weights.faces", self.weights.faces.is_some()),
            ("rates", self.rates.is_some()),
            ("decay", self.decay.is_some()),
        ];
        let of_published = [("momentum", self.momentum.is_some()), ("weight_decay", self.weight_decay.is_some())];
        let (others, network): (&[_], _) = match preset {
            Preset::Compact => (&of_published, "published networks"),
            Preset::Cvpr2021 | Preset::Tpami2022 => (&of_compact, "compact network"),
        };
        match others.iter().find(|(_, given)| *given) {
            Some((key, _)) => {
                Err(format!("decomposition.{key} is for the {network}, and the start weights are {preset}"))
            }
            None => Ok(()),
        }
    }

    /// Checks that the numbers make sense.
    ///
    /// # Errors
    /// With a sentence on the first that does not.
    pub fn validate(&self) -> Result<(), String> {
        if let Some(dropout) = self.dropout.filter(|dropout| !(0.0..1.0).contains(dropout)) {
            return Err(format!("decomposition.dropout is {dropout}; it is a share below 1"));
        }
        if let Some(alike) = self.faces_alike.filter(|alike| !(-1.0..=1.0).contains(alike)) {
            return Err(format!("decomposition.faces_alike is {alike}; a cosine lies between -1 and 1"));
        }
        if let Some(longest) = self.longest_gradient.filter(|longest| longest.is_nan() || *longest <= 0.0) {
            return Err(format!("decomposition.longest_gradient is {longest}; it is above 0"));
        }
        Ok(())
    }

    /// The table with its relative paths taken from a folder.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        Self { teacher: self.teacher.map(|teacher| folder.join(teacher)), ..self }
    }
}

impl From<CompactSettings> for DecompositionConfig {
    fn from(settings: CompactSettings) -> Self {
        let TermWeights { distillation, identity, age, adversary, impostor, independence, faces } = settings.weights;
        Self {
            teacher: settings.teacher,
            trained: Some(settings.trained),
            dropout: Some(settings.dropout),
            adversary_ramp_steps: Some(settings.adversary_ramp_steps),
            impostor_margin: Some(settings.impostor_margin),
            faces_alike: Some(settings.faces_alike),
            evenness: Some(settings.evenness),
            longest_gradient: Some(settings.longest_gradient),
            weights: TermsConfig {
                distillation: Some(distillation),
                identity: Some(identity),
                age: Some(age),
                adversary: Some(adversary),
                impostor: Some(impostor),
                independence: Some(independence),
                faces: Some(faces),
            },
            classifier: ClassifierConfig {
                scale: Some(settings.classifier.scale),
                margin: Some(settings.classifier.margin),
            },
            rates: Some(settings.rates),
            decay: Some(settings.decay),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_is_what_was_measured() {
        let settings = DecompositionConfig::default().compact();
        assert_eq!((settings.weights.distillation, settings.weights.impostor), (10.0, 100.0));
        assert_eq!((settings.weights.independence, settings.weights.faces), (0.0, 0.0));
        assert_eq!((settings.classifier.scale, settings.classifier.margin), (32.0, 0.3));
        assert_eq!(DecompositionConfig::from(settings.clone()).compact(), settings);
    }

    #[test]
    fn one_rate_can_be_changed_alone() {
        let config: DecompositionConfig = toml::from_str("[rates]\n\"backbone.\" = 0.5").unwrap();
        let rates = config.compact().rates;
        assert_eq!((rates["backbone."], rates["adversary."]), (0.5, 2.0));
    }

    #[test]
    fn keys_of_another_network_are_refused() {
        let config: DecompositionConfig = toml::from_str("[weights]\nimpostor = 3").unwrap();
        assert!(config.check_for(Preset::Compact).is_ok());
        let refused = config.check_for(Preset::Cvpr2021).unwrap_err();
        assert!(refused.contains("decomposition.weights.impostor is for the compact network"), "{refused}");
        let config: DecompositionConfig = toml::from_str("momentum = 0.5\ndropout = 1.0").unwrap();
        assert!(config.check_for(Preset::Compact).is_err() && config.validate().is_err());
    }
}
