//! The synthesis phase of the compact network. One step: faces are synthesised; the discriminator is shown photographs
//! of the target groups, the synthesised faces under the same masks, and photographs said to be of a wrong group, and is
//! updated; then the generator is judged by the updated one, by whether the face is still the same person's, by whether
//! it looks its age, and by how much it changed what should stay.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::average::MovingAverage;
use super::config::{CompactWeights, SynthesisConfig};
use super::faces::{Faces, batches_for};
use super::grid::SampleFaces;
use super::initial;
use super::jitter::jittered;
use super::judge::Judge;
use super::route::Route;
use super::terms::{self, Term, weighted_sum};
use crate::model::backbone::Taps;
use crate::model::discriminator::MaskedDiscriminator;
use crate::model::layers::{Mode, Source};
use crate::model::synthesis::{Aged, CompactGenerator};
use crate::model::{CompactConfig, CompactNetwork, Encoding, ParameterError, Parameters};
use crate::training::data::{Batch, Draw, Request};
use crate::training::losses::{discriminator_loss, generator_loss};
use crate::training::optimiser::{Adam, AdamConfig, ByPrefix, GatheredGradients, Rules};
use crate::training::phase::{Gates, Phase, PhaseError, SampleGrid, StepRandom, StepReport};
use crate::training::{named, state, tensors};

/// The flow's convolution: a flow grows from adversarial gradients slowly.
const FLOW: &str = "generator.decoder.to_flow.";
/// Batches of a micro-batch: faces to change and photographs of their target groups.
const BATCHES: usize = 2;

/// The phase with everything it trains.
#[derive(Debug)]
pub struct CompactSynthesis {
    faces: Faces,
    weights: CompactWeights,
    config: CompactConfig,
    /// The weights the run began with.
    start: Parameters,
    /// The network the generator's features come from, and the judge's, if it is another one.
    network: CompactNetwork,
    judge: Judge,
    judge_is_network: bool,
    generator: CompactGenerator,
    generator_start: Parameters,
    generator_adam: Adam,
    discriminator: MaskedDiscriminator,
    discriminator_start: Parameters,
    discriminator_adam: Adam,
    average: MovingAverage,
    samples: SampleFaces,
    device: Device,
}

/// A micro-batch on its way through a step.
struct Pass {
    route: Route,
    /// Without gradients.
    sources: Tensor<4>,
    source_encoding: Encoding,
    photographs: Tensor<4>,
    /// Where both the face and the photograph beside it are photographed.
    masks: Tensor<4>,
    aged: Aged,
}

impl CompactSynthesis {
    /// Starts from weights; `judge` are those of the judge and its widths, by default the same. The device has
    /// gradients.
    ///
    /// # Errors
    /// When weights lack a tensor or have it in another shape, or no face's age is known.
    pub fn new(
        settings: &SynthesisConfig,
        (config, start): (&CompactConfig, &Parameters),
        judge: Option<(&CompactConfig, &Parameters)>,
        faces: Faces,
        device: &Device,
    ) -> Result<Self, PhaseError> {
        faces.check()?;
        let plain = device.clone().without_autodiff();
        let weights = settings.compact_weights();
        let generator_start = state::part(start, "generator.");
        let shapes = MaskedDiscriminator::parameters(weights.terms.discriminator_width);
        let discriminator_start = initial::convolutions(&shapes, faces.seed);
        let network = CompactNetwork::new(config, start, &plain)?;
        let generator = generator(config, &generator_start, device)?;
        let (judge_config, judge_weights) = judge.unwrap_or((config, start));
        let rates: ByPrefix = [(FLOW.to_owned(), weights.terms.flow_rate)].into();
        let rules = Rules::new(generator_start.names(), &rates, &ByPrefix::new());
        let adam = AdamConfig {
            mean_decay: settings.mean_decay,
            square_decay: settings.square_decay,
            ..AdamConfig::default()
        };
        Ok(Self {
            samples: SampleFaces::new(&faces.samples, &network, &plain),
            average: MovingAverage::new(&generator, settings.average),
            judge: Judge::new(judge_config, judge_weights, device)?,
            judge_is_network: judge.is_none(),
            discriminator: discriminator(&weights, &discriminator_start, device)?,
            generator_adam: Adam::new(adam).with_rules(rules),
            discriminator_adam: Adam::new(adam),
            start: start.clone(),
            config: config.clone(),
            device: device.clone(),
            faces,
            weights,
            network,
            generator,
            generator_start,
            discriminator_start,
        })
    }

    fn route(&self, place: u64) -> Route {
        let random = StepRandom::new(self.faces.seed, place, "groups");
        Route::new(&self.faces.present, self.faces.count, self.weights.terms.own_group, random)
    }

    /// Synthesises the faces of a micro-batch.
    fn pass(&self, place: u64, sources: &Batch, photographs: &Batch) -> Pass {
        let plain = self.device.clone().without_autodiff();
        let route = self.route(place);
        let masks = tensors::photographed(sources, &plain) * tensors::photographed(photographs, &plain);
        let (sources, photographs) = (tensors::faces(sources, &plain), tensors::faces(photographs, &plain));
        let source_encoding = self.network.encode(sources.clone());
        let taps = tracked(&source_encoding);
        let x_id = source_encoding.x_id.clone().autodiff();
        let aged = self.generator.forward(sources.clone().autodiff(), &taps, x_id, &route.targets);
        Pass { route, sources, source_encoding, photographs, masks, aged }
    }

    /// The discriminator's loss over photographs, synthesised faces and photographs of a wrong group. Nothing of it
    /// reaches the generator.
    fn discriminator_loss(&self, pass: &Pass) -> Tensor<1> {
        let count = self.faces.count;
        let mismatched = if self.weights.terms.mismatch > 0.0 { count / 2 } else { 0 };
        let photographs = pass.photographs.clone() * pass.masks.clone();
        let synthesised = pass.aged.faces.clone().without_autodiff() * pass.masks.clone();
        let mut faces = vec![photographs.clone(), synthesised];
        let mut masks = vec![pass.masks.clone(), pass.masks.clone()];
        let mut groups = [pass.route.targets.as_slice(), &pass.route.targets].concat();
        if mismatched > 0 {
            faces.push(photographs.narrow(0, 0, mismatched));
            masks.push(pass.masks.clone().narrow(0, 0, mismatched));
            groups.extend(&pass.route.wrong[..mismatched]);
        }
        let scores = self.discriminator.forward(Tensor::cat(faces, 0), Tensor::cat(masks, 0), &groups);
        let of = |first: usize, length: usize| scores.clone().narrow(0, first, length);
        let loss = discriminator_loss(of(0, count), of(count, count));
        match mismatched {
            0 => loss,
            wrong => loss + of(2 * count, wrong).square().mean().mul_scalar(0.5 * self.weights.terms.mismatch),
        }
    }

    /// The generator's terms, judged by the discriminator as it is after its own update.
    fn generator_terms(&self, step: u64, place: u64, pass: &Pass) -> Vec<Term> {
        let Pass { route: Route { sources, targets, .. }, masks, aged, .. } = pass;
        let frozen = self.discriminator.clone().no_grad();
        let scores = frozen.forward(aged.faces.clone() * masks.clone(), masks.clone(), targets);
        let random = StepRandom::new(self.faces.seed, place, "jitter");
        let seen = self.judge.look(jittered(aged.faces.clone(), &self.weights.terms.jitter, random));
        let of_source = match self.judge_is_network {
            true => pass.source_encoding.clone(),
            false => self.judge.encode(pass.sources.clone()),
        };
        let change = aged.faces.clone() - pass.sources.clone();
        let residual = &aged.residual;
        let CompactWeights { adversary, identity, age, terms: weights } = self.weights;
        let ramp = (step as f32 / weights.adversary_ramp_steps.max(1) as f32).min(1.0);
        let features = (seen.x_id - of_source.x_id).square().mean();
        let term = |name, weight, value| Term { name, weight, value };
        vec![
            term("adversary", adversary * ramp, generator_loss(scores)),
            term("age", age, terms::age(seen.age_logits, seen.group_logits, targets)),
            term("identity", identity, terms::identity(of_source.embedding, seen.embedding, sources, targets)),
            term("features", weights.features, features),
            term("reconstruction", weights.reconstruction, terms::reconstruction(change.clone(), sources, targets)),
            term("total_variation", weights.total_variation, terms::total_variation(residual.clone())),
            term("chroma", weights.chroma, terms::chroma(residual.clone())),
            term("outside", weights.outside, terms::outside(change, masks.clone())),
            term("flow_smoothness", weights.flow_smoothness, terms::total_variation(aged.flow_px.clone())),
            term("flow_length", weights.flow_length, terms::length(aged.flow_px.clone())),
        ]
    }

    /// Updates the discriminator by all passes; its loss, averaged over them.
    fn update_discriminator(&mut self, passes: &[Pass], learning_rate: f64) -> Tensor<1> {
        let mut gradients = GatheredGradients::default();
        let mut losses = Vec::with_capacity(passes.len());
        for pass in passes {
            let loss = self.discriminator_loss(pass);
            gradients.add(&self.discriminator, &loss.backward());
            losses.push(loss.without_autodiff());
        }
        self.discriminator_adam.set_learning_rate(learning_rate * self.weights.terms.discriminator_rate);
        let gradients = gradients.scaled(1.0 / passes.len() as f64);
        self.discriminator = self.discriminator_adam.step(self.discriminator.clone(), &gradients);
        Tensor::cat(losses, 0).mean()
    }

    /// Updates the generator by all passes; its terms and their weighted sum, averaged over them.
    fn update_generator(&mut self, step: u64, passes: &[Pass], learning_rate: f64) -> Vec<(&'static str, f32)> {
        let mut gradients = GatheredGradients::default();
        let mut losses: Vec<(&'static str, f32)> = Vec::new();
        for (micro, pass) in passes.iter().enumerate() {
            let terms = self.generator_terms(step, self.faces.place(step, micro), pass);
            let total = weighted_sum(&terms);
            if let Some(total) = &total {
                gradients.add(&self.generator, &total.backward());
            }
            let names = terms.iter().map(|term| term.name).chain(total.iter().map(|_| "total"));
            let values = tensors::values(terms.iter().map(|term| term.value.clone()).chain(total.clone()));
            let share = 1.0 / passes.len() as f32;
            for (place, (name, value)) in names.zip(values).enumerate() {
                match losses.get_mut(place) {
                    Some((_, sum)) => *sum += share * value,
                    None => losses.push((name, share * value)),
                }
            }
        }
        let gradients = gradients.scaled(1.0 / passes.len() as f64);
        let norm = gradients.norm();
        let gradients = gradients.clipped(norm, self.weights.terms.gradient_norm);
        self.generator_adam.set_learning_rate(learning_rate);
        self.generator = self.generator_adam.step(self.generator.clone(), &gradients);
        self.average.update(&self.generator, step + 1);
        losses
    }

    /// The averaged generator by name.
    fn averaged(&self) -> Parameters {
        named::current(&self.average.of(&self.generator), &self.generator_start)
    }
}

impl Phase for CompactSynthesis {
    fn name(&self) -> &'static str {
        "synthesis"
    }

    fn requests(&self, step: u64) -> Vec<Request> {
        let micro = |micro| {
            let place = self.faces.place(step, micro);
            let Route { sources, targets, .. } = self.route(place);
            let request = |stream, groups| Request {
                stream,
                step: place,
                count: self.faces.count,
                draw: Draw::OfGroups(groups),
                augmentation: self.faces.augmentation,
            };
            [request("synthesis sources", sources), request("synthesis photographs", targets)]
        };
        (0..self.faces.accumulation).flat_map(micro).collect()
    }

    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError> {
        let passes = batches_for(&self.faces, &batches, BATCHES)?.enumerate();
        let passes = passes.map(|(micro, pair)| self.pass(self.faces.place(step, micro), &pair[0], &pair[1]));
        let passes: Vec<Pass> = passes.collect();
        let discriminator = self.update_discriminator(&passes, learning_rate);
        let mut losses = self.update_generator(step, &passes, learning_rate);
        losses.extend(tensors::values([discriminator]).into_iter().map(|value| ("discriminator", value)));
        Ok(StepReport { losses, images: self.faces.count * self.faces.accumulation })
    }

    fn state(&self) -> Parameters {
        let mut state = Parameters::default();
        state::add(&mut state, "network.", &named::current(&self.generator, &self.generator_start));
        // Their names begin with `discriminator.` as they are.
        state::add(&mut state, "", &named::current(&self.discriminator, &self.discriminator_start));
        state::add(&mut state, "ema.", &self.averaged());
        self.generator_adam.remember("generator", self.generator_start.names(), &mut state);
        self.discriminator_adam.remember("discriminator", self.discriminator_start.names(), &mut state);
        state
    }

    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        let of_network = state::take(state, "network.", &self.generator_start)?;
        let of_discriminator = state::take(state, "", &self.discriminator_start)?;
        let averaged = state::take(state, "ema.", &self.generator_start)?;
        self.generator = generator(&self.config, &of_network, &self.device)?;
        self.discriminator = discriminator(&self.weights, &of_discriminator, &self.device)?;
        self.average = self.average.restarted(&generator(&self.config, &averaged, &self.device)?);
        let names = self.generator_start.names();
        self.generator_adam.recall("generator", names, state, &self.device)?;
        let names = self.discriminator_start.names();
        self.discriminator_adam.recall("discriminator", names, state, &self.device)?;
        Ok(())
    }

    fn gates(&self) -> Option<Gates> {
        None
    }

    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError> {
        Ok(self.samples.drawn_by(&self.average.of(&self.generator)))
    }

    fn weights(&self) -> Parameters {
        let mut weights = self.start.clone();
        state::add(&mut weights, "", &self.averaged());
        weights
    }

    fn summary(&self) -> serde_json::Value {
        self.faces.summary(&self.average)
    }
}

fn generator(
    config: &CompactConfig,
    parameters: &Parameters,
    device: &Device,
) -> Result<CompactGenerator, ParameterError> {
    CompactGenerator::new(config, Source { parameters, device, mode: Mode::Training })
}

fn discriminator(
    weights: &CompactWeights,
    parameters: &Parameters,
    device: &Device,
) -> Result<MaskedDiscriminator, ParameterError> {
    MaskedDiscriminator::new(weights.terms.discriminator_width, Source { parameters, device, mode: Mode::Training })
}

/// The taps of an encoding on the device with gradients, as constants.
fn tracked(encoding: &Encoding) -> Taps {
    let Taps { t56, t28, t14, x } = encoding.taps();
    Taps { t56: t56.autodiff(), t28: t28.autodiff(), t14: t14.autodiff(), x: x.autodiff() }
}
