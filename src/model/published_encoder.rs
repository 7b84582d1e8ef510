//! What both published networks see in a face: backbone, decomposition, identity and age (ARCHITECTURE A.1, B.1).

use burn::tensor::Tensor;

use super::age_estimation::AgeHead;
use super::backbone::ImprovedResidualBackbone;
use super::decomposition::Decomposition;
use super::encoding::Encoding;
use super::identity::IdentityHead;
use super::layers::{Source, unit_rows};
use super::{Generation, ParameterError, PublishedConfig};

/// The encoder on one device, built to run.
#[derive(Debug)]
pub struct PublishedEncoder {
    backbone: ImprovedResidualBackbone,
    decomposition: Decomposition,
    identity: IdentityHead,
    age: AgeHead,
    generation: Generation,
}

impl PublishedEncoder {
    /// Takes its parameters from names below `backbone.` and `estimation_network.` (CVPR 2021) or `encoder.` and
    /// `age_estimator.` (TPAMI 2022).
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &PublishedConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let (prefix, age_module) = match config.generation {
            Generation::Cvpr2021 => ("backbone", "estimation_network"),
            Generation::Tpami2022 => ("encoder", "age_estimator"),
        };
        let top = config.top_channels();
        Ok(Self {
            backbone: ImprovedResidualBackbone::new(prefix, config, source)?,
            decomposition: Decomposition::published(prefix, config.generation, top, source)?,
            identity: IdentityHead::published(prefix, top, source)?,
            age: AgeHead::published(age_module, top, source)?,
            generation: config.generation,
        })
    }

    /// Encodes faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn encode(&self, faces: Tensor<4>) -> Encoding {
        self.encode_from_stem(self.stem(faces))
    }

    /// The features in front of the first stage, `[N, 64, 112, 112]` as published.
    pub fn stem(&self, faces: Tensor<4>) -> Tensor<4> {
        self.backbone.stem(faces)
    }

    /// Encodes from what [`Self::stem`] yields. TPAMI 2022 gives its embeddings unit length.
    pub fn encode_from_stem(&self, stem: Tensor<4>) -> Encoding {
        let taps = self.backbone.stages(stem);
        let divided = self.decomposition.forward(taps.x.clone());
        let projected = self.identity.forward(divided.x_id.clone());
        let embedding = match self.generation {
            Generation::Cvpr2021 => projected,
            Generation::Tpami2022 => unit_rows(projected),
        };
        let age = self.age.forward(divided.x_age.clone());
        Encoding::new(taps, divided, embedding, age)
    }
}
