//! One step of each training phase gives the reference's losses, gradients, running statistics and updated parameters;
//! and the parts that only training needs give its numbers when they run. Weights are made by rule (`deterministic`);
//! only the vectors behind the spectral norms come from the fixtures.
//!
//! Each step runs twice. In double precision nothing may differ by more than 1e-3. In single precision, which training
//! uses, losses may not; gradients may by more, because they jump: a value within rounding of a PReLU's kink takes the
//! other slope. In double precision, too, they move by up to 1e-2 when the faces move by 3e-6.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, FloatDType, Int, Tensor, TensorData};
use mtlface::model::{AgeGroup, Generation, Parameter, Parameters, PublishedConfig};
use mtlface::training::losses::expected_ages;
use mtlface::training::named;
use mtlface::training::networks::{TrainingNetworks, TrainingNetworksConfig};
use mtlface::training::optimiser::{Adam, MomentumConfig, MomentumDescent};
use mtlface::training::recognition::{RecognitionBatch, recognition_losses};
use mtlface::training::synthesis::{Judges, SynthesisBatch, judge_photographs, judge_synthesis, synthesise};

use crate::deterministic;
use crate::reference::{Comparison, Fixture, numbers};

/// The numbers a step runs on.
#[derive(Clone, Copy)]
struct Precision {
    float: FloatDType,
    /// Largest difference of a gradient, relative to the largest of its tensor.
    gradient_tolerance: f32,
}

const DOUBLE: Precision = Precision { float: FloatDType::F64, gradient_tolerance: 1e-3 };
const SINGLE: Precision = Precision { float: FloatDType::F32, gradient_tolerance: 2e-2 };

/// Gradients that are zero but for rounding (biases in front of a batch norm) have norms below this.
const SMALLEST_GRADIENT: f32 = 1e-3;
/// Largest difference of a parameter's move in one step, relative to the farthest of its tensor.
const MOVE_TOLERANCE: f32 = 1e-2;
/// Constant in the reference's recognition step.
const LEARNING_RATE: f64 = 0.1;

#[test]
fn parts_of_training_at_an_eighth_of_their_width() -> Result<()> {
    parts(8, &Fixture::committed("cvpr2021_w8.safetensors")?)
}

#[test]
fn recognition_step_at_an_eighth_of_its_width() -> Result<()> {
    let fixture = Fixture::committed("cvpr2021_training_w8.safetensors")?;
    recognition_step(8, &fixture, DOUBLE)?;
    recognition_step(8, &fixture, SINGLE)
}

#[test]
fn synthesis_step_at_an_eighth_of_its_width() -> Result<()> {
    let fixture = Fixture::committed("cvpr2021_training_w8.safetensors")?;
    synthesis_step(8, &fixture, DOUBLE)?;
    synthesis_step(8, &fixture, SINGLE)
}

#[test]
fn what_was_not_trained_leaves_as_it_came() -> Result<()> {
    let fixture = Fixture::committed("cvpr2021_training_w8.safetensors")?;
    let (networks, parameters) = networks(8, &fixture, &Device::flex().autodiff())?;
    let current = named::current(&networks, &parameters);
    for name in parameters.names() {
        let shape = parameters.shape(name).context("it is listed")?;
        ensure!(current.get(name, shape)? == parameters.get(name, shape)?, "{name} has changed");
    }
    Ok(())
}

/// Asked for by name with `-- --ignored`.
#[test]
#[ignore = "takes minutes and gigabytes"]
fn both_steps_at_full_width() -> Result<()> {
    let shared = |name: &str| {
        let path = Path::new("../shared/fixtures").join(name);
        if !path.exists() {
            eprintln!("SKIPPED both_steps_at_full_width: {} is not here", path.display());
            return Ok(None);
        }
        Fixture::open(&path).map(Some)
    };
    if let Some(fixture) = shared("a_full.safetensors")? {
        parts(64, &fixture)?;
    }
    if let Some(fixture) = shared("a_train_full.safetensors")? {
        for precision in [DOUBLE, SINGLE] {
            recognition_step(64, &fixture, precision)?;
            synthesis_step(64, &fixture, precision)?;
        }
    }
    Ok(())
}

/// The networks as they are trained, and what they were built from.
fn networks(base: usize, fixture: &Fixture, device: &Device) -> Result<(TrainingNetworks, Parameters)> {
    let config = PublishedConfig::new(Generation::Cvpr2021, base);
    let mut parameters = deterministic::parameters(&config);
    for stored in fixture.names() {
        let Some(name) = stored.strip_prefix("override/") else { continue };
        let shape = parameters.shape(name).with_context(|| format!("there is no {name}"))?.to_vec();
        let values = fixture.whole(stored).context("it was just listed")?.to_vec();
        parameters.insert(name, Parameter { shape, values });
    }
    let training = TrainingNetworksConfig { dropout: 0.0, ..TrainingNetworksConfig::default() };
    Ok((TrainingNetworks::new(&config, &training, &parameters, device)?, parameters))
}

/// Brings every parameter and statistic to a precision.
struct Cast(FloatDType);

impl ModuleMapper for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| Tensor::from_inner(value.without_autodiff().cast(self.0)).require_grad())
    }
}

/// Whole numbers that the fixture holds as f32.
fn indices(fixture: &Fixture, name: &str) -> Result<Vec<usize>> {
    let values = fixture.whole(name).with_context(|| format!("{name} is not there"))?;
    Ok(values.iter().map(|value| *value as usize).collect())
}

/// Without gradients every part runs on its running statistics.
fn parts(base: usize, fixture: &Fixture) -> Result<()> {
    let device = Device::flex();
    let (networks, _) = networks(base, fixture, &device)?;
    let mut compare = Comparison::with(fixture);
    let faces = fixture.faces("input", &device)?;
    let features = networks.encoder.features(faces.clone());
    let embedding = networks.encoder.embed(features.divided.x_id.clone());
    compare.stage("stage/embedding", numbers(embedding.clone()))?;
    let labels: Vec<i64> = indices(fixture, "labels")?.into_iter().map(|label| label as i64).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [2]), &device);
    compare.stage("cosface_logits", numbers(networks.classifier.forward(embedding, labels)))?;
    let (ages, groups) = networks.adversary.forward(features.divided.x_id.clone());
    compare.stage("da_discriminator/age_logits", numbers(ages.clone()))?;
    compare.stage("da_discriminator/group_logits", numbers(groups))?;
    compare.stage("da_discriminator/age", numbers(expected_ages(ages)))?;

    let claimed = [2, 5].map(|group| AgeGroup::ALL[group]);
    compare.stage("disc_real", numbers(networks.discriminator.forward(faces.clone(), &claimed)))?;
    let seven = faces.narrow(0, 0, 1).repeat(&[AgeGroup::ALL.len()]);
    let features = networks.encoder.features(seven.clone());
    let aged = networks.generator.forward(seven, &features, &AgeGroup::ALL);
    compare.pictures("aged_all_groups", numbers(aged.clone()))?;
    compare.stage("disc_aged", numbers(networks.discriminator.forward(aged, &AgeGroup::ALL)))?;
    // The rest is compared where the networks run.
    compare.finish(&["stage/", "gen/", "estimation_network/", "embedding_", "labels", "override/"])
}

fn recognition_step(base: usize, fixture: &Fixture, precision: Precision) -> Result<()> {
    let device = Device::flex().autodiff();
    let (networks, parameters) = networks(base, fixture, &device)?;
    let networks = networks.map(&mut Cast(precision.float));
    let ages = fixture.whole("fr/ages").context("fr/ages is not there")?;
    let people = networks.classifier.people();
    let faces = fixture.faces("fr/images", &device)?.cast(precision.float);
    let batch = RecognitionBatch::new(faces, &indices(fixture, "fr/labels")?, ages, people)?;
    let losses = recognition_losses(&networks, &batch, &Default::default());

    let mut compare = Comparison::with(fixture);
    let terms = [
        ("id", &losses.identity),
        ("age", &losses.age.total),
        ("age_mse", &losses.age.squared_error),
        ("age_ce", &losses.age.group),
        ("da", &losses.adversary.total),
        ("da_mse", &losses.adversary.squared_error),
        ("da_ce", &losses.adversary.group),
        ("total", &losses.total),
    ];
    for (name, value) in terms {
        compare.stage(&format!("fr/loss/{name}"), numbers(value.clone()))?;
    }
    compare.tolerate(precision.gradient_tolerance);
    let gradients = losses.total.backward();
    compare_gradients(&named::gradients(&networks, &parameters, &gradients), "fr", &mut compare)?;

    let step = |config| MomentumDescent::new(config);
    let undecayed = MomentumConfig { weight_decay: 0.0, ..MomentumConfig::default() };
    let networks = TrainingNetworks {
        encoder: step(MomentumConfig::default()).step(networks.encoder, &gradients, LEARNING_RATE),
        classifier: step(MomentumConfig::default()).step(networks.classifier, &gradients, LEARNING_RATE),
        age: step(MomentumConfig::default()).step(networks.age, &gradients, LEARNING_RATE),
        adversary: step(undecayed).step(networks.adversary, &gradients, LEARNING_RATE),
        ..networks
    };
    compare_after(&networks, &parameters, "fr", &mut compare, precision)?;
    let given = ["fr/images", "fr/labels", "fr/ages", "fas/", "override/"];
    finish(compare, "fr", &given)
}

fn synthesis_step(base: usize, fixture: &Fixture, precision: Precision) -> Result<()> {
    let device = Device::flex().autodiff();
    let (networks, parameters) = networks(base, fixture, &device)?;
    let mut networks = networks.map(&mut Cast(precision.float));
    let groups = indices(fixture, "fas/target_groups")?.into_iter().map(|group| AgeGroup::ALL[group]).collect();
    let faces = |name: &str| Ok::<_, anyhow::Error>(fixture.faces(name, &device)?.cast(precision.float));
    let batch = SynthesisBatch::new(faces("fr/images")?, faces("fas/targets")?, groups)?;
    let judges = Judges::of(&networks);
    let mut compare = Comparison::with(fixture);

    let synthesised = synthesise(&networks, &judges, &batch);
    compare.stage("fas/fake", numbers(synthesised.faces.clone()))?;
    let judged = judge_photographs(&networks.discriminator, &batch, &synthesised);
    compare.stage("fas/d_real", numbers(judged.real.clone()))?;
    compare.stage("fas/d_fake", numbers(judged.synthesised.clone()))?;
    compare.stage("fas/loss/d", numbers(judged.total.clone()))?;
    let gradients = judged.total.backward();
    compare_gradients(&named::gradients(&networks, &parameters, &gradients), "fas", &mut compare)?;
    networks.discriminator = Adam::default().step(networks.discriminator, &gradients);

    let losses = judge_synthesis(&judges, &networks.discriminator, &batch, &synthesised, &Default::default());
    compare.stage("fas/g_logit", numbers(losses.scores.clone()))?;
    let terms =
        [("gan", &losses.discriminator), ("id", &losses.identity), ("age", &losses.age), ("total", &losses.total)];
    for (name, value) in terms {
        compare.stage(&format!("fas/loss/{name}"), numbers(value.clone()))?;
    }
    compare.tolerate(precision.gradient_tolerance);
    let gradients = losses.total.backward();
    let by_name = named::gradients(&networks, &parameters, &gradients);
    ensure!(by_name.names().all(|name| name.starts_with("generator.")), "another network than the generator learns");
    compare_gradients(&by_name, "fas", &mut compare)?;
    networks.generator = Adam::default().step(networks.generator, &gradients);
    compare_after(&networks, &parameters, "fas", &mut compare, precision)?;
    finish(compare, "fas", &["fas/targets", "fas/target_groups", "fr/", "override/"])
}

/// The norm of every gradient, and those gradients that the fixture holds.
fn compare_gradients(gradients: &Parameters, step: &str, compare: &mut Comparison<'_>) -> Result<()> {
    for name in gradients.names() {
        let values = gradients.get(name, gradients.shape(name).context("it is there")?)?.into_owned();
        compare.stage(&format!("{step}/grad/{name}"), values.clone())?;
        let norm = format!("{step}/gradnorm/{name}");
        if norm_of(compare.fixture(), &norm)? >= SMALLEST_GRADIENT {
            let square: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
            compare.stage(&norm, vec![square.sqrt() as f32])?;
        }
    }
    Ok(())
}

/// The reference's norm of a gradient.
fn norm_of(fixture: &Fixture, name: &str) -> Result<f32> {
    fixture.whole(name).and_then(|norm| norm.first().copied()).with_context(|| format!("{name} is not there"))
}

/// The parameters and running statistics behind the step that the fixture holds, and how far each has moved.
fn compare_after(
    networks: &TrainingNetworks,
    parameters: &Parameters,
    step: &str,
    compare: &mut Comparison<'_>,
    precision: Precision,
) -> Result<()> {
    let fixture = compare.fixture();
    let after = named::current(networks, parameters);
    let prefix = format!("{step}/after/");
    for stored in fixture.names().filter(|name| name.starts_with(&prefix) && !name.ends_with("#stats")) {
        let name = stored.strip_suffix("#sample").unwrap_or(stored);
        let tensor = &name[prefix.len()..];
        let shape = after.shape(tensor).with_context(|| format!("there is no {tensor}"))?;
        let (before, after) = (parameters.get(tensor, shape)?, after.get(tensor, shape)?);
        compare.stage(name, after.to_vec())?;
        // Adam's first step is the sign of the gradient, which rounding decides where it is near zero.
        if let (FloatDType::F64, Some(reference)) = (precision.float, fixture.whole(name)) {
            same_moves(&before, &after, reference).with_context(|| name.to_owned())?;
        }
    }
    Ok(())
}

/// A step is short beside what it starts from, so moves are compared by themselves, as far as f32 can tell.
fn same_moves(before: &[f32], after: &[f32], reference: &[f32]) -> Result<()> {
    let farthest = |from: &[f32], to: &[f32]| from.iter().zip(to).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
    let largest = before.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let allowed = (MOVE_TOLERANCE * farthest(before, reference)).max(2.0 * f32::EPSILON * largest);
    let apart = farthest(after, reference);
    ensure!(apart <= allowed, "the moves differ by {apart}, more than {allowed}");
    Ok(())
}

/// Everything of the step was compared, but for what went in and for gradients that are zero but for rounding.
fn finish(compare: Comparison<'_>, step: &str, given: &[&str]) -> Result<()> {
    let fixture = compare.fixture();
    let norms = format!("{step}/gradnorm/");
    let zero = fixture.names().filter(|name| name.starts_with(&norms));
    let zero = zero.filter(|name| norm_of(fixture, name).is_ok_and(|norm| norm < SMALLEST_GRADIENT));
    let elsewhere: Vec<&str> = given.iter().copied().chain(zero).collect();
    compare.finish(&elsewhere)
}
