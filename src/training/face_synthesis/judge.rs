//! The frozen compact network that tells how old a synthesised face looks and whose it is. Its gradients reach the
//! face, never itself.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::model::age_estimation::AgeHead;
use crate::model::backbone::MobileBackbone;
use crate::model::decomposition::Decomposition;
use crate::model::identity::IdentityHead;
use crate::model::layers::{Mode, Source};
use crate::model::{CompactConfig, CompactNetwork, Encoding, ParameterError, Parameters};

/// A judge on one device.
#[derive(Debug)]
pub struct Judge {
    /// As it runs, for faces that nothing is learnt from.
    network: CompactNetwork,
    backbone: MobileBackbone,
    decomposition: Decomposition,
    identity: IdentityHead,
    age: AgeHead,
}

/// What the judge sees in faces; gradients go through it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Identity features `[N, C, 7, 7]`.
    pub x_id: Tensor<4>,
    /// `[N, 128]`, not normalised.
    pub embedding: Tensor<2>,
    /// `[N, 101]`.
    pub age_logits: Tensor<2>,
    /// `[N, 7]`.
    pub group_logits: Tensor<2>,
}

impl Judge {
    /// Builds the judge on a device with gradients.
    ///
    /// # Errors
    /// When the config does not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        let network = CompactNetwork::new(config, parameters, &device.clone().without_autodiff())?;
        let source = Source { parameters, device, mode: Mode::Training };
        let channels = config.afd.channels;
        Ok(Self {
            network,
            backbone: MobileBackbone::new(&config.backbone, source)?.no_grad(),
            decomposition: Decomposition::compact(&config.afd, source)?.no_grad(),
            identity: IdentityHead::compact(channels, config.identity.dim, source)?.no_grad(),
            age: AgeHead::compact(channels, &config.age, source)?.no_grad(),
        })
    }

    /// Looks at synthesised faces `[N, 3, 112, 112]`.
    pub fn look(&self, faces: Tensor<4>) -> Seen {
        let divided = self.decomposition.forward(self.backbone.forward(faces).x);
        let embedding = self.identity.forward(divided.x_id.clone());
        let (age_logits, group_logits) = self.age.forward(divided.x_age);
        Seen { x_id: divided.x_id, embedding, age_logits, group_logits }
    }

    /// Looks at photographs `[N, 3, 112, 112]`, which lie on the device without gradients.
    pub fn encode(&self, photographs: Tensor<4>) -> Encoding {
        self.network.encode(photographs)
    }
}
