//! The decomposition phase for the CVPR 2021 network, whole and as published: the verified step of
//! [`recognition`](crate::training::recognition), with its optimisers.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde_json::{Value, json};

use super::compact::{BeginError, sample_faces};
use super::config::{ClassifierConfig, DecompositionConfig, TermsConfig};
use super::frozen;
use super::sample_grid::sample_grid;
use crate::model::identity_classifier::CosFaceConfig;
use crate::model::inventory::{TensorEntry, inventory};
use crate::model::{Parameter, Parameters, PublishedConfig};
use crate::training::config::RunConfig;
use crate::training::data::{Augmentation, Batch, Dataset, Draw, Loader, Request};
use crate::training::named;
use crate::training::networks::{TrainingNetworks, TrainingNetworksConfig};
use crate::training::optimiser::{GatheredGradients, MomentumConfig, MomentumDescent};
use crate::training::phase::{Gates, Phase, PhaseError, SampleGrid, StepRandom, StepReport};
use crate::training::recognition::{RecognitionBatch, RecognitionLosses, RecognitionWeights, recognition_losses};

/// What checkpoints put in front of the network's own names.
const NETWORK: &str = "network.";
/// The modules that learn, and what checkpoints call their optimisers.
const MODULES: [&str; 4] = ["backbone", "head", "estimation_network", "da_discriminator"];
/// The modules that a network which only runs has none of.
const TRAINING_ONLY: [&str; 3] = ["head.", "da_discriminator.", "discriminator."];

/// The phase for the published network, with nothing left open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedSettings {
    /// Dropout and classifier.
    pub networks: TrainingNetworksConfig,
    /// How much the terms weigh.
    pub weights: RecognitionWeights,
    /// Momentum and weight decay.
    pub momentum: MomentumConfig,
}

impl DecompositionConfig {
    /// The phase for the CVPR 2021 network.
    pub fn published(&self) -> PublishedSettings {
        let networks = TrainingNetworksConfig::default();
        let weights = RecognitionWeights::default();
        let momentum = MomentumConfig::default();
        PublishedSettings {
            networks: TrainingNetworksConfig {
                dropout: self.dropout.unwrap_or(networks.dropout),
                cosface: self.cosface(networks.cosface),
            },
            weights: RecognitionWeights {
                age: self.weights.age.unwrap_or(weights.age),
                adversary: self.weights.adversary.unwrap_or(weights.adversary),
            },
            momentum: MomentumConfig {
                momentum: self.momentum.unwrap_or(momentum.momentum),
                weight_decay: self.weight_decay.unwrap_or(momentum.weight_decay),
            },
        }
    }
}

impl From<PublishedSettings> for DecompositionConfig {
    fn from(settings: PublishedSettings) -> Self {
        let CosFaceConfig { scale, margin } = settings.networks.cosface;
        let RecognitionWeights { age, adversary } = settings.weights;
        Self {
            dropout: Some(settings.networks.dropout),
            momentum: Some(settings.momentum.momentum),
            weight_decay: Some(settings.momentum.weight_decay),
            weights: TermsConfig { age: Some(age), adversary: Some(adversary), ..TermsConfig::default() },
            classifier: ClassifierConfig { scale: Some(scale), margin: Some(margin) },
            ..Self::default()
        }
    }
}

/// The phase.
#[derive(Debug)]
pub struct PublishedDecomposition {
    settings: PublishedSettings,
    config: PublishedConfig,
    seed: u64,
    /// Faces of a batch, and batches of a step.
    faces: usize,
    accumulation: usize,
    augmentation: Augmentation,
    people: usize,
    /// The tensors of all modules as they began.
    parameters: Parameters,
    networks: TrainingNetworks,
    optimisers: [MomentumDescent; 4],
    samples: Vec<f32>,
    device: Device,
}

impl PublishedDecomposition {
    /// The phase at its first step. Modules that a network which only runs has none of begin with random numbers; so
    /// does a classifier for another number of people.
    ///
    /// # Errors
    /// When the start lacks a tensor, or the data has nobody known by name.
    pub fn begin(
        run: &RunConfig,
        settings: PublishedSettings,
        (config, start): (PublishedConfig, Parameters),
        (dataset, loader): (&Arc<Dataset>, &Loader),
        device: &Device,
    ) -> Result<Self, BeginError> {
        let people = dataset.identities();
        if people == 0 {
            return Err(BeginError::Phase(PhaseError::Needs {
                what: "the published network learns people by name, and no source has any".to_owned(),
                next_step: "Add a source with identities and ages.".to_owned(),
            }));
        }
        let parameters = completed(&config, start, people, run.seed);
        let networks = TrainingNetworks::new(&config, &settings.networks, &parameters, device);
        let networks = networks.map_err(PhaseError::from)?;
        Ok(Self {
            settings,
            config,
            seed: run.seed,
            faces: run.faces(),
            accumulation: run.batch.accumulation,
            augmentation: run.augmentation,
            people,
            parameters,
            networks,
            optimisers: optimisers(settings.momentum),
            samples: sample_faces(loader)?.crops,
            device: device.clone(),
        })
    }

    fn losses(&self, batch: Batch) -> Result<RecognitionLosses, PhaseError> {
        let known = |index: usize, what: &str| PhaseError::Needs {
            what: format!("{} has no {what}", batch.names[index]),
            next_step: "The published network needs identity and age of every face: correct the labels.".to_owned(),
        };
        let samples = || batch.samples.iter().enumerate();
        let people = samples().map(|(index, sample)| sample.identity.ok_or_else(|| known(index, "identity")));
        let people = people.collect::<Result<Vec<_>, _>>()?;
        let ages = samples().map(|(index, sample)| sample.age_years.ok_or_else(|| known(index, "age")));
        let ages = ages.collect::<Result<Vec<_>, _>>()?;
        let faces = frozen::faces(&batch.crops, &self.device);
        let batch = RecognitionBatch::new(faces, &people, &ages, self.people)?;
        Ok(recognition_losses(&self.networks, &batch, &self.settings.weights))
    }

    /// The names of each learning module's tensors.
    fn names(&self, module: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{module}.");
        self.parameters.names().filter(move |name| name.starts_with(&prefix))
    }
}

fn optimisers(config: MomentumConfig) -> [MomentumDescent; 4] {
    // The published code leaves the adversary out of the decay.
    let undecayed = MomentumConfig { weight_decay: 0.0, ..config };
    [config, config, config, undecayed].map(MomentumDescent::new)
}

impl Phase for PublishedDecomposition {
    fn name(&self) -> &'static str {
        "decomposition"
    }

    fn requests(&self, step: u64) -> Vec<Request> {
        let accumulation = self.accumulation as u64;
        let request = |index| Request {
            stream: "identities",
            step: step * accumulation + index,
            count: self.faces,
            draw: Draw::ByIdentity,
            augmentation: self.augmentation,
        };
        (0..accumulation).map(request).collect()
    }

    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError> {
        // Dropout draws from the device's own numbers.
        self.device.seed(StepRandom::new(self.seed, step, "dropout").bits(0));
        let (count, mut images) = (batches.len().max(1), 0);
        let mut gathered = GatheredGradients::default();
        let mut sums = [0.0_f32; 4];
        for batch in batches {
            images += batch.samples.len();
            let losses = self.losses(batch)?;
            gathered.add(&self.networks, &losses.total.backward());
            let terms = vec![losses.identity, losses.age.total, losses.adversary.total, losses.total];
            let terms = Tensor::cat(terms, 0).into_data().convert::<f32>();
            sums.iter_mut().zip(terms.iter::<f32>()).for_each(|(sum, term)| *sum += term / count as f32);
        }
        let gathered = gathered.scaled(1.0 / count as f64);
        let norm = gathered.norm();
        if norm.is_finite() {
            let networks = self.networks.clone();
            let [encoder, classifier, age, adversary] = &mut self.optimisers;
            self.networks = TrainingNetworks {
                encoder: encoder.step(networks.encoder, &gathered, learning_rate),
                classifier: classifier.step(networks.classifier, &gathered, learning_rate),
                age: age.step(networks.age, &gathered, learning_rate),
                adversary: adversary.step(networks.adversary, &gathered, learning_rate),
                ..networks
            };
        }
        let names = ["identity", "age", "adversary", "total"];
        let losses = names.into_iter().zip(sums).chain([("gradient", norm)]).collect();
        Ok(StepReport { losses, images })
    }

    fn state(&self) -> Parameters {
        let network = named::current(&self.networks, &self.parameters);
        let mut state = Parameters::default();
        for (module, optimiser) in MODULES.into_iter().zip(&self.optimisers) {
            for name in self.names(module) {
                let Some(shape) = network.shape(name) else { continue };
                // Held in memory: `current` has brought everything that learns.
                let Ok(values) = network.get(name, shape) else { continue };
                let parameter = Parameter { shape: shape.to_vec(), values: values.into_owned() };
                state.insert(format!("{NETWORK}{name}"), parameter);
            }
            optimiser.remember(module, self.names(module), &mut state);
        }
        state
    }

    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        let mut network = self.parameters.clone();
        let mut restored = optimisers(self.settings.momentum);
        for (module, optimiser) in MODULES.into_iter().zip(&mut restored) {
            for name in self.names(module) {
                let shape = self.parameters.shape(name).unwrap_or_default().to_vec();
                let values = state.get(&format!("{NETWORK}{name}"), &shape)?.into_owned();
                network.insert(name, Parameter { shape, values });
            }
            optimiser.recall(module, self.names(module), state, &self.device)?;
        }
        self.networks = TrainingNetworks::new(&self.config, &self.settings.networks, &network, &self.device)?;
        self.optimisers = restored;
        Ok(())
    }

    fn gates(&self) -> Option<Gates> {
        let encoder = self.networks.encoder.valid();
        let divided = encoder.features(frozen::faces(&self.samples, &self.device.clone().inner())).divided;
        let mean = |gate: Tensor<4>| gate.mean_dim(0).into_data().convert::<f32>().iter::<f32>().collect();
        Some(Gates { spatial: mean(divided.spatial_gate), channel: mean(divided.channel_gate) })
    }

    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError> {
        let encoder = self.networks.encoder.valid();
        let divided = encoder.features(frozen::faces(&self.samples, &self.device.clone().inner())).divided;
        Ok(Some(sample_grid(&self.samples, &super::learner::identity_shares(&divided))))
    }

    fn weights(&self) -> Parameters {
        named::current(&self.networks, &self.parameters)
    }

    fn summary(&self) -> Value {
        json!({ "people": self.people, "trained": MODULES })
    }
}

/// The tensors of a network that may only run, with those it lacks to be trained.
pub fn completed(config: &PublishedConfig, start: Parameters, people: usize, seed: u64) -> Parameters {
    let mut parameters = start;
    for entry in inventory(config, people) {
        let is_other = parameters.shape(&entry.name) != Some(entry.shape.as_slice());
        if is_other && TRAINING_ONLY.iter().any(|module| entry.name.starts_with(module)) {
            let values = fresh(&entry, seed);
            parameters.insert(entry.name, Parameter { shape: entry.shape, values });
        }
    }
    parameters
}

/// Numbers of a tensor that has learned nothing: norms leave things as they are, weights are uniform within one over
/// the root of their inputs.
fn fresh(entry: &TensorEntry, seed: u64) -> Vec<f32> {
    let random = StepRandom::new(seed, 0, &entry.name);
    let count = entry.shape.iter().product::<usize>();
    let inputs = entry.shape.iter().skip(1).product::<usize>().max(1);
    let uniform = |reach: f32| (0..count as u64).map(|index| (2.0 * random.uniform(index) - 1.0) * reach).collect();
    match entry.name.rsplit('.').next().unwrap_or_default() {
        "running_var" => vec![1.0; count],
        "weight" if entry.shape.len() == 1 => vec![1.0; count],
        "weight_u" | "weight_v" => uniform((3.0 / count as f32).sqrt()),
        "bias" | "running_mean" | "num_batches_tracked" => vec![0.0; count],
        _ => uniform(1.0 / (inputs as f32).sqrt()),
    }
}
