//! The frozen compact network that tells how old a synthesised face looks and whose it is. Its gradients reach the
//! face, never itself.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::model::age_estimation::AgeHead;
use crate::model::backbone::frozen::Passed;
use crate::model::backbone::{FrozenBackbone, MobileBackbone};
use crate::model::decomposition::Decomposition;
use crate::model::identity::IdentityHead;
use crate::model::layers::{Mode, Source};
use crate::model::{CompactConfig, CompactNetwork, Encoding, ParameterError, Parameters};

/// A judge on one device.
#[derive(Debug)]
pub struct Judge {
    /// As it runs, for faces that nothing is learnt from.
    network: CompactNetwork,
    backbone: Backbone,
    decomposition: Decomposition,
    identity: IdentityHead,
    age: AgeHead,
}

/// How gradients go through most of the judge. There is one, so that the size of the larger does not matter.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)]
enum Backbone {
    /// Through burn's graph.
    Graph(MobileBackbone),
    /// By hand, on a CPU.
    ByHand(FrozenBackbone),
}

/// What the judge sees in faces.
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
    /// The faces.
    faces: Tensor<4>,
    /// Where burn's graph ends and the way by hand begins, and what that needs.
    by_hand: Option<(Tensor<4>, Passed)>,
}

impl Judge {
    /// Builds the judge on a device with gradients.
    ///
    /// # Errors
    /// When the config does not fit this program, or a parameter is missing or has another shape.
    pub fn new(config: &CompactConfig, parameters: &Parameters, device: &Device) -> Result<Self, ParameterError> {
        let plain = device.clone().without_autodiff();
        let network = CompactNetwork::new(config, parameters, &plain)?;
        let source = Source { parameters, device, mode: Mode::Training };
        let backbone = match FrozenBackbone::serves(&plain) {
            true => Backbone::ByHand(FrozenBackbone::new(&config.backbone, parameters, &plain)?),
            false => Backbone::Graph(MobileBackbone::new(&config.backbone, source)?.no_grad()),
        };
        let channels = config.afd.channels;
        Ok(Self {
            network,
            backbone,
            decomposition: Decomposition::compact(&config.afd, source)?.no_grad(),
            identity: IdentityHead::compact(channels, config.identity.dim, source)?.no_grad(),
            age: AgeHead::compact(channels, &config.age, source)?.no_grad(),
        })
    }

    /// Looks at synthesised faces `[N, 3, 112, 112]`. What is made of what it sees goes to [`Self::felt`].
    pub fn look(&self, faces: Tensor<4>) -> Seen {
        let (x, by_hand) = match &self.backbone {
            Backbone::Graph(backbone) => (backbone.forward(faces.clone()).x, None),
            Backbone::ByHand(backbone) => {
                let (x, passed) = backbone.forward(faces.clone().without_autodiff());
                let x = x.autodiff().require_grad();
                (x.clone(), Some((x, passed)))
            }
        };
        let divided = self.decomposition.forward(x);
        let embedding = self.identity.forward(divided.x_id.clone());
        let (age_logits, group_logits) = self.age.forward(divided.x_age);
        Seen { x_id: divided.x_id, embedding, age_logits, group_logits, faces, by_hand }
    }

    /// A number whose gradient at the faces is that of `total`, a number made of what was seen in them; by itself it
    /// means nothing.
    pub fn felt(&self, seen: Seen, total: Tensor<1>) -> Tensor<1> {
        let (Backbone::ByHand(backbone), Some((x, passed))) = (&self.backbone, seen.by_hand) else { return total };
        match x.grad(&total.backward()) {
            Some(gradient) => (seen.faces * backbone.backward(gradient, &passed)).sum(),
            None => total.detach(),
        }
    }

    /// Looks at photographs `[N, 3, 112, 112]`, which lie on the device without gradients.
    pub fn encode(&self, photographs: Tensor<4>) -> Encoding {
        self.network.encode(photographs)
    }
}
