//! The CVPR 2021 networks as they are trained: `model`'s modules with every batch norm standing alone, and those parts
//! no one needs to run them. On a device with gradients batch norms use the batch's statistics unless frozen.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::model::age_estimation::AgeHead;
use crate::model::backbone::{ImprovedResidualBackbone, Taps};
use crate::model::decomposition::{Decomposed, Decomposition};
use crate::model::discriminator::Discriminator;
use crate::model::identity::IdentityHead;
use crate::model::identity_classifier::{CosFaceConfig, IdentityClassifier};
use crate::model::identity_conditional::{DenseIdentityConditional, RoutedBlock};
use crate::model::layers::{Mode, Source};
use crate::model::synthesis::ResidualImageDecoder;
use crate::model::{AgeGroup, Generation, ParameterError, Parameters, PublishedConfig};

/// What training decides about the networks, beyond their widths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingNetworksConfig {
    /// Share of the identity features that is dropped in front of the projection, 0.5 as published; below 1.
    pub dropout: f64,
    /// The identity classifier's scale and margin.
    pub cosface: CosFaceConfig,
}

impl Default for TrainingNetworksConfig {
    fn default() -> Self {
        Self { dropout: 0.5, cosface: CosFaceConfig::default() }
    }
}

/// Everything the two phases train.
#[derive(Module, Debug)]
pub struct TrainingNetworks {
    /// Faces to features and embeddings (`backbone` in files).
    pub encoder: Encoder,
    /// Embeddings to identities (`head`).
    pub classifier: IdentityClassifier,
    /// Age features to ages (`estimation_network`).
    pub age: AgeHead,
    /// Looks for age in the identity features, so that they lose it (`da_discriminator`).
    pub adversary: AgeHead,
    /// Features and a group to a face (`generator`).
    pub generator: Generator,
    /// Tells photographs from synthesised faces (`discriminator`).
    pub discriminator: Discriminator,
}

impl TrainingNetworks {
    /// Builds the networks from the parameters of all six modules.
    ///
    /// # Errors
    /// When the configs do not fit this program, or a parameter is missing or has another shape.
    pub fn new(
        config: &PublishedConfig,
        training: &TrainingNetworksConfig,
        parameters: &Parameters,
        device: &Device,
    ) -> Result<Self, ParameterError> {
        config.validate().map_err(ParameterError::Config)?;
        let source = Source { parameters, device, mode: Mode::Training };
        let top = config.top_channels();
        Ok(Self {
            encoder: Encoder::new(config, training.dropout, source)?,
            classifier: IdentityClassifier::new(top, training.cosface, source)?,
            age: AgeHead::published("estimation_network", top, source)?,
            adversary: AgeHead::published("da_discriminator", top, source)?,
            generator: Generator::new(config, source)?,
            discriminator: Discriminator::new(config.base_width, source)?,
        })
    }
}

/// Faces to features and embeddings.
#[derive(Module, Debug)]
pub struct Encoder {
    backbone: ImprovedResidualBackbone,
    decomposition: Decomposition,
    identity: IdentityHead,
    dropout: Dropout,
}

/// What the encoder makes of faces.
#[derive(Clone, Debug)]
pub struct Features {
    /// The backbone's outputs.
    pub taps: Taps,
    /// The last of them, divided.
    pub divided: Decomposed,
}

impl Encoder {
    fn new(config: &PublishedConfig, dropout: f64, source: Source<'_>) -> Result<Self, ParameterError> {
        if !(0.0..1.0).contains(&dropout) {
            return Err(ParameterError::Config(format!("a dropout of {dropout}; it is a share below 1")));
        }
        let top = config.top_channels();
        Ok(Self {
            backbone: ImprovedResidualBackbone::new("backbone", config, source)?,
            decomposition: Decomposition::published("backbone", Generation::Cvpr2021, top, source)?,
            identity: IdentityHead::published("backbone", top, source)?,
            dropout: DropoutConfig::new(dropout).init(),
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1].
    pub fn features(&self, faces: Tensor<4>) -> Features {
        let taps = self.backbone.forward(faces);
        let divided = self.decomposition.forward(taps.x.clone());
        Features { taps, divided }
    }

    /// Identity features `[N, 512, 7, 7]` to embeddings `[N, 512]`, not normalised.
    pub fn embed(&self, x_id: Tensor<4>) -> Tensor<2> {
        self.identity.forward_dropping(x_id, &self.dropout)
    }
}

/// Features and a target group to a face.
#[derive(Module, Debug)]
pub struct Generator {
    conditional: DenseIdentityConditional,
    decoder: ResidualImageDecoder,
}

impl Generator {
    fn new(config: &PublishedConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let unit = 2 * config.base_width;
        let block = RoutedBlock { name: "generator", channels: config.top_channels(), unit, source };
        Ok(Self {
            conditional: DenseIdentityConditional::new(block)?,
            decoder: ResidualImageDecoder::new(config.base_width, source)?,
        })
    }

    /// Faces `[N, 3, 112, 112]`, their features, and the group each is to look like: faces of the same shape, neither
    /// bounded nor windowed.
    pub fn forward(&self, faces: Tensor<4>, features: &Features, groups: &[AgeGroup]) -> Tensor<4> {
        let conditional = self.conditional.forward(features.divided.x_id.clone(), groups);
        faces.clone() + self.decoder.forward(conditional, &features.taps, faces).residual
    }
}
