//! The part of the compact network that learns, with the adversary and the identity classifier beside it; and the
//! tensors it was built from.

use burn::module::{Module, ModuleMapper, Param};
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::pairs::TrainedPairs;
use crate::model::age_estimation::AgeHead;
use crate::model::config::{AGE_BINS, EMBEDDING_LENGTH};
use crate::model::decomposition::{Decomposed, Decomposition};
use crate::model::identity::IdentityHead;
use crate::model::layers::{Mode, Source};
use crate::model::parameters::parameter_id;
use crate::model::{CompactConfig, Parameter, ParameterError, Parameters};
use crate::training::phase::StepRandom;

/// Hidden layer of the adversary.
const ADVERSARY_HIDDEN: usize = 256;
/// Name of the classifier's only tensor, `[classes, 128]`.
pub const CLASSIFIER: &str = "classifier.weight";
/// Name of the only tensor of the classifier of faces, `[F, 128]`.
pub const FACES: &str = "faces.weight";

/// Everything that learns.
#[derive(Module, Debug)]
pub struct Student {
    pairs: TrainedPairs,
    /// The two gates.
    pub afd: Decomposition,
    /// Identity features to embeddings.
    pub identity: IdentityHead,
    /// Age features to ages.
    pub age: AgeHead,
    /// Looks for age in the embeddings.
    pub adversary: Adversary,
    /// One direction per person, `[classes, 128]`; nothing where nobody is known by name.
    pub classes: Option<Param<Tensor<2>>>,
    /// One direction per face of known age, `[F, 128]`; nothing where they are not told apart.
    pub faces: Option<Param<Tensor<2>>>,
}

/// Embeddings to ages: 128 → 256 → 101.
#[derive(Module, Debug)]
pub struct Adversary {
    hidden: Linear,
    out: Linear,
}

impl Adversary {
    /// `[N, 128]` to age logits `[N, 101]`.
    pub fn forward(&self, embeddings: Tensor<2>) -> Tensor<2> {
        self.out.forward(relu(self.hidden.forward(embeddings)))
    }

    /// The tensors of one that has learned nothing yet: uniform within one over the root of the inputs.
    pub fn fresh(seed: u64) -> Parameters {
        let mut parameters = Parameters::default();
        for (layer, inputs, outputs) in
            [("hidden", EMBEDDING_LENGTH, ADVERSARY_HIDDEN), ("out", ADVERSARY_HIDDEN, AGE_BINS)]
        {
            for (leaf, shape) in [("weight", vec![outputs, inputs]), ("bias", vec![outputs])] {
                let name = format!("adversary.{layer}.{leaf}");
                let random = StepRandom::new(seed, 0, &name);
                let reach = 1.0 / (inputs as f32).sqrt();
                let count = shape.iter().product::<usize>() as u64;
                let values = (0..count).map(|index| (2.0 * random.uniform(index) - 1.0) * reach).collect();
                parameters.insert(name, Parameter { shape, values });
            }
        }
        parameters
    }
}

/// Where the part that learns begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// With the first convolution.
    Stem,
    /// With this pair; with as many as there are, none of the backbone learns.
    Pair(usize),
}

impl Beginning {
    /// The first of the backbone's pairs with a tensor among these names.
    pub fn of(config: &CompactConfig, trained: &[String]) -> Self {
        let learns = |prefix: &str| trained.iter().any(|name| name.starts_with(prefix));
        if learns("backbone.stem.") || learns("backbone.stem_act.") {
            return Self::Stem;
        }
        let pairs = config.backbone.pairs.len();
        Self::Pair((0..pairs).find(|pair| learns(&format!("backbone.pairs.{pair}."))).unwrap_or(pairs))
    }

    /// The pair, unless it is the stem.
    pub fn pair(self) -> Option<usize> {
        match self {
            Self::Stem => None,
            Self::Pair(pair) => Some(pair),
        }
    }
}

impl Student {
    /// Of a network's tensors and those of adversary and classifier. Only the `trained` ones will have gradients.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(
        config: &CompactConfig,
        (network, beside): (&Parameters, &Parameters),
        trained: &[String],
        device: &Device,
    ) -> Result<Self, ParameterError> {
        let source = Source { parameters: network, device, mode: Mode::Training };
        let own = Source { parameters: beside, ..source };
        let channels = config.afd.channels;
        let directions = |name: &str| {
            let classes = beside.shape(name).and_then(|shape| shape.first()).copied();
            classes.map(|classes| own.param(name, [classes, EMBEDDING_LENGTH])).transpose()
        };
        let student = Self {
            pairs: TrainedPairs::new(&config.backbone, Beginning::of(config, trained).pair(), source)?,
            afd: Decomposition::compact(&config.afd, source)?,
            identity: IdentityHead::compact(channels, config.identity.dim, source)?,
            age: AgeHead::compact(channels, &config.age, source)?,
            adversary: Adversary {
                hidden: own.linear("adversary.hidden", EMBEDDING_LENGTH, ADVERSARY_HIDDEN, true)?,
                out: own.linear("adversary.out", ADVERSARY_HIDDEN, AGE_BINS, true)?,
            },
            classes: directions(CLASSIFIER)?,
            faces: directions(FACES)?,
        };
        let learning = trained.iter().map(String::as_str).chain(beside.names()).map(parameter_id).collect();
        Ok(student.map(&mut Freezing { learning }))
    }

    /// What the frozen part yields, divided.
    pub fn divide(&self, x: Tensor<4>) -> Decomposed {
        self.afd.forward(self.pairs.forward(x))
    }
}

/// Takes gradients from everything that does not learn.
struct Freezing {
    learning: std::collections::HashSet<burn::module::ParamId>,
}

impl ModuleMapper for Freezing {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let learns = self.learning.contains(&param.id);
        param.set_require_grad(learns)
    }
}
