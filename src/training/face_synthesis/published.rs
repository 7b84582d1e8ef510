//! The synthesis phase of the CVPR 2021 network, as published: the verified step of
//! [`synthesis`](crate::training::synthesis) with its optimisers, and a moving average of the generator beside it.

use burn::tensor::{Device, Tensor};

use super::average::MovingAverage;
use super::config::SynthesisConfig;
use super::faces::{Faces, batches_for};
use super::grid;
use super::route::Route;
use crate::model::{AgeGroup, Parameters, PublishedConfig};
use crate::training::data::{Batch, Draw, Request};
use crate::training::decomposition::published::completed;
use crate::training::networks::{TrainingNetworks, TrainingNetworksConfig};
use crate::training::optimiser::{Adam, AdamConfig, GatheredGradients};
use crate::training::phase::{Gates, Phase, PhaseError, SampleGrid, StepRandom, StepReport};
use crate::training::synthesis::{
    Judges, SynthesisBatch, SynthesisWeights, Synthesised, judge_photographs, judge_synthesis, synthesise,
};
use crate::training::{named, state, tensors};

/// What a step changes: the generator and the discriminator, which learn, and the running statistics of the age head,
/// which looks at synthesised faces with the batch's (ARCHITECTURE A.7).
const CHANGING: [&str; 3] = ["generator.", "discriminator.", "estimation_network."];
/// Batches of a micro-batch: faces to change and photographs of their target groups.
const BATCHES: usize = 2;
/// Names of the losses in metrics.
const LOSSES: [&str; 5] = ["adversary", "identity", "age", "total", "discriminator"];

/// The phase with everything it trains.
#[derive(Debug)]
pub struct PublishedSynthesis {
    faces: Faces,
    weights: SynthesisWeights,
    config: PublishedConfig,
    /// The weights the run began with, with what they lacked to be trained.
    start: Parameters,
    networks: TrainingNetworks,
    generator_adam: Adam,
    discriminator_adam: Adam,
    average: MovingAverage,
    device: Device,
}

impl PublishedSynthesis {
    /// Starts from weights; what they lack to be trained, such as the discriminator, follows from the seed. The device
    /// has gradients.
    ///
    /// # Errors
    /// When the weights lack a tensor that runs or have one in another shape, or no face's age is known.
    pub fn new(
        settings: &SynthesisConfig,
        (config, start): (&PublishedConfig, &Parameters),
        faces: Faces,
        device: &Device,
    ) -> Result<Self, PhaseError> {
        faces.check()?;
        // Nobody is told apart here, so the classifier knows as many people as the file says.
        let people = start.shape("head.weight").and_then(|shape| shape.first()).copied().unwrap_or(1);
        let start = completed(config, start.clone(), people, faces.seed);
        let networks = TrainingNetworks::new(config, &TrainingNetworksConfig::default(), &start, device)?;
        let (mean_decay, square_decay) = (settings.mean_decay, settings.square_decay);
        let adam = AdamConfig { mean_decay, square_decay, ..AdamConfig::default() };
        Ok(Self {
            average: MovingAverage::new(&networks.generator, settings.average),
            weights: settings.published_weights(),
            generator_adam: Adam::new(adam),
            discriminator_adam: Adam::new(adam),
            config: *config,
            device: device.clone(),
            faces,
            start,
            networks,
        })
    }

    /// The target groups of a micro-batch, drawn evenly.
    fn targets(&self, place: u64) -> Vec<AgeGroup> {
        let random = StepRandom::new(self.faces.seed, place, "groups");
        Route::new(&self.faces.present, self.faces.count, 0.0, random).targets
    }

    fn batch(&self, place: u64, sources: &Batch, photographs: &Batch) -> Result<SynthesisBatch, PhaseError> {
        let faces = |batch| tensors::faces(batch, &self.device);
        Ok(SynthesisBatch::new(faces(sources), faces(photographs), self.targets(place))?)
    }

    /// Updates the discriminator by all micro-batches; its loss, averaged over them.
    fn update_discriminator(&mut self, passes: &[(SynthesisBatch, Synthesised)], learning_rate: f64) -> Tensor<1> {
        let mut gradients = GatheredGradients::default();
        let losses = passes.iter().map(|(batch, synthesised)| {
            let loss = judge_photographs(&self.networks.discriminator, batch, synthesised).total;
            gradients.add(&self.networks.discriminator, &loss.backward());
            loss.without_autodiff()
        });
        let loss = Tensor::cat(losses.collect(), 0).mean();
        let gradients = gradients.scaled(1.0 / passes.len() as f64);
        self.discriminator_adam.set_learning_rate(learning_rate);
        self.networks.discriminator = self.discriminator_adam.step(self.networks.discriminator.clone(), &gradients);
        loss
    }

    /// Updates the generator by all micro-batches; its terms and their sum, averaged over them.
    fn update_generator(
        &mut self,
        judges: &Judges,
        passes: &[(SynthesisBatch, Synthesised)],
        learning_rate: f64,
    ) -> [Tensor<1>; 4] {
        let mut gradients = GatheredGradients::default();
        let mut sums: Option<[Tensor<1>; 4]> = None;
        for (batch, synthesised) in passes {
            let losses = judge_synthesis(judges, &self.networks.discriminator, batch, synthesised, &self.weights);
            gradients.add(&self.networks.generator, &losses.total.backward());
            let terms = [losses.discriminator, losses.identity, losses.age, losses.total].map(Tensor::without_autodiff);
            sums = Some(match sums {
                None => terms,
                Some(sums) => std::array::from_fn(|place| sums[place].clone() + terms[place].clone()),
            });
        }
        let gradients = gradients.scaled(1.0 / passes.len() as f64);
        self.generator_adam.set_learning_rate(learning_rate);
        self.networks.generator = self.generator_adam.step(self.networks.generator.clone(), &gradients);
        let nothing = || std::array::from_fn(|_| Tensor::zeros([1], &self.device));
        sums.unwrap_or_else(nothing).map(|sum| sum.div_scalar(passes.len() as f32))
    }

    /// The tensors a step changes, as they are now.
    fn changing(&self) -> Parameters {
        let current = named::current(&self.networks, &self.start);
        let mut changing = Parameters::default();
        for prefix in CHANGING {
            state::add(&mut changing, "", &state::part(&current, prefix));
        }
        changing
    }

    /// The averaged generator by name.
    fn averaged(&self) -> Parameters {
        let generator = state::part(&self.start, CHANGING[0]);
        named::current(&self.average.of(&self.networks.generator), &generator)
    }
}

/// What checkpoints call a tensor that changes: the discriminator's names stay as they are.
fn prefix_of(name: &str) -> &'static str {
    if name.starts_with("discriminator.") { "" } else { "network." }
}

impl Phase for PublishedSynthesis {
    fn name(&self) -> &'static str {
        "synthesis"
    }

    fn requests(&self, step: u64) -> Vec<Request> {
        let (count, augmentation) = (self.faces.count, self.faces.augmentation);
        let request = |stream, step, draw| Request { stream, step, count, draw, augmentation };
        let micro = |micro| {
            let place = self.faces.place(step, micro);
            let photographs = Draw::OfGroups(self.targets(place));
            [request("synthesis sources", place, Draw::Any), request("synthesis photographs", place, photographs)]
        };
        (0..self.faces.accumulation).flat_map(micro).collect()
    }

    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError> {
        let pairs = batches_for(&self.faces, &batches, BATCHES)?;
        let judges = Judges::of(&self.networks);
        let passes = pairs.enumerate().map(|(micro, pair)| {
            let batch = self.batch(self.faces.place(step, micro), &pair[0], &pair[1])?;
            let synthesised = synthesise(&self.networks, &judges, &batch);
            Ok((batch, synthesised))
        });
        let passes = passes.collect::<Result<Vec<_>, PhaseError>>()?;
        let discriminator = self.update_discriminator(&passes, learning_rate);
        let terms = self.update_generator(&judges, &passes, learning_rate);
        self.average.update(&self.networks.generator, step + 1);
        let losses = LOSSES.into_iter().zip(tensors::values(terms.into_iter().chain([discriminator]))).collect();
        Ok(StepReport { losses, images: self.faces.count * self.faces.accumulation })
    }

    fn state(&self) -> Parameters {
        let changing = self.changing();
        let mut state = Parameters::default();
        for prefix in CHANGING {
            state::add(&mut state, prefix_of(prefix), &state::part(&changing, prefix));
        }
        state::add(&mut state, "ema.", &self.averaged());
        self.generator_adam.remember("generator", changing.names(), &mut state);
        self.discriminator_adam.remember("discriminator", changing.names(), &mut state);
        state
    }

    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        let of = |prefix: &str| {
            let like = state::part(&self.start, prefix);
            state::take(state, prefix_of(prefix), &like)
        };
        let mut network = self.start.clone();
        for prefix in CHANGING {
            state::add(&mut network, "", &of(prefix)?);
        }
        let mut averaged = network.clone();
        state::add(&mut averaged, "", &state::take(state, "ema.", &state::part(&self.start, CHANGING[0]))?);
        let built = |parameters: &Parameters| {
            TrainingNetworks::new(&self.config, &TrainingNetworksConfig::default(), parameters, &self.device)
        };
        self.average = self.average.restarted(&built(&averaged)?.generator);
        self.networks = built(&network)?;
        let changing = self.changing();
        self.generator_adam.recall("generator", changing.names(), state, &self.device)?;
        self.discriminator_adam.recall("discriminator", changing.names(), state, &self.device)?;
        Ok(())
    }

    fn gates(&self) -> Option<Gates> {
        None
    }

    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError> {
        let count = self.faces.samples.samples.len();
        if count == 0 {
            return Ok(None);
        }
        let plain = self.device.clone().without_autodiff();
        let faces = tensors::faces(&self.faces.samples, &plain);
        let generator = self.average.of(&self.networks.generator);
        let encoder = burn::module::Module::valid(&self.networks.encoder);
        let rows = (0..count).map(|row| {
            let face = faces.clone().narrow(0, row, 1);
            let seven = face.clone().repeat(&[AgeGroup::ALL.len()]);
            let aged = generator.forward(seven.clone(), &encoder.features(seven), &AgeGroup::ALL);
            Tensor::cat(vec![face, aged], 0)
        });
        Ok(Some(grid::of_tensors(rows)))
    }

    fn weights(&self) -> Parameters {
        let mut weights = self.start.clone();
        // The age head learnt nothing, so its statistics leave as they came.
        state::add(&mut weights, "", &state::part(&self.changing(), "discriminator."));
        state::add(&mut weights, "", &self.averaged());
        weights
    }

    fn summary(&self) -> serde_json::Value {
        self.faces.summary(&self.average)
    }
}
