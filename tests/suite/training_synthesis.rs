//! Training the generator: what is trained is what runs, its gradients are those of the numbers it gives, and a run of
//! the synthesis phase can be interrupted.

use anyhow::{Context, Result, ensure};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{DType, Device, FloatDType, Tensor, TensorData};
use mtlface::model::backbone::Taps;
use mtlface::model::layers::{Mode, Source};
use mtlface::model::synthesis::{Aged, CompactGenerator};
use mtlface::model::{AgeGroup, CompactConfig, CompactNetwork, NetworkConfig, Parameters};
use mtlface::training::data::{Augmentation, Batch, Sample};
use mtlface::training::face_synthesis::{CompactSynthesis, Faces, SynthesisConfig};
use mtlface::training::phase::{Phase, StepRandom};
use mtlface::weights;

use crate::reference::{Fixture, numbers};
use crate::tiny_network;

/// Largest difference of a value, relative to the largest of its tensor.
const SAME: f32 = 1e-4;
/// Of the values of aged faces the reference holds every so many.
const STRIDE: usize = 17;
/// Step of the finite differences: so short that it crosses none of the kinks of leaky ReLUs.
const STEP: f64 = 1e-7;
/// Largest difference of a gradient from the finite difference, relative to it.
const GRADIENT_TOLERANCE: f64 = 1e-4;

#[test]
fn the_generator_as_trained_is_the_generator_as_it_runs() -> Result<()> {
    let bundled = weights::bundled()?;
    let NetworkConfig::Compact(config) = &bundled.config else { anyhow::bail!("the bundled network is a compact one") };
    let fixture = Fixture::committed("compact.safetensors")?;
    let device = Device::flex();
    let pixels = image::open("tests/fixtures/compact_face_0.png")?.into_rgb8();
    let plane = |channel: usize| pixels.pixels().map(move |pixel| f32::from(pixel[channel]) / 127.5 - 1.0);
    let face: Vec<f32> = (0..3).flat_map(plane).collect();
    let face = Tensor::from_data(TensorData::new(face, [1, 3, 112, 112]), &device);
    let network = CompactNetwork::new(config, &bundled.parameters, &device)?;
    let encoding = network.encode(face.clone());
    let runs = network.synthesise(face.clone(), &encoding, &AgeGroup::ALL);
    let aged = all_groups(config, &bundled.parameters, face)?;
    close("flow", &numbers(runs.flow_px), &numbers(aged.flow_px))?;
    close("residual", &numbers(runs.residual), &numbers(aged.residual))?;
    // What PyTorch makes of the same face first, then of others: every few values.
    for (group, ours) in numbers(aged.faces).chunks_exact(3 * 112 * 112).enumerate() {
        let name = format!("aged.{group}[::{STRIDE}]");
        let theirs = fixture.whole(&name).with_context(|| format!("{name} is not there"))?;
        let pairs = ours.iter().step_by(STRIDE).zip(theirs);
        let worst = pairs.fold(0.0_f32, |most, (ours, theirs)| most.max((ours.clamp(-1.0, 1.0) - theirs).abs()));
        ensure!(worst < 1e-3, "{name} differs by {worst}");
    }
    Ok(())
}

/// One face in all groups by the generator as it is trained.
fn all_groups(config: &CompactConfig, parameters: &Parameters, face: Tensor<4>) -> Result<Aged> {
    let device = Device::flex().autodiff();
    let generator = CompactGenerator::new(config, Source { parameters, device: &device, mode: Mode::Training })?;
    let encoding = CompactNetwork::new(config, parameters, &face.device())?.encode(face.clone());
    let each = |x: Tensor<4>| x.repeat(&[AgeGroup::ALL.len()]).autodiff();
    let Taps { t56, t28, t14, x } = encoding.taps();
    let taps = Taps { t56: each(t56), t28: each(t28), t14: each(t14), x: each(x) };
    Ok(generator.forward(each(face), &taps, each(encoding.x_id.clone()), &AgeGroup::ALL))
}

fn close(what: &str, a: &[f32], b: &[f32]) -> Result<()> {
    ensure!(a.len() == b.len(), "{what}: {} and {} values", a.len(), b.len());
    let largest = a.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let apart = a.iter().zip(b).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
    ensure!(apart <= SAME * largest, "{what} differs by {apart} of {largest}");
    Ok(())
}

/// Every parameter is moved along a random direction; the change of a number made of all outputs is what the gradient
/// says it is.
#[test]
fn gradients_of_the_generator_are_those_of_its_numbers() -> Result<()> {
    let device = Device::flex().autodiff();
    let parameters = tiny_network::parameters(5);
    let source = Source { parameters: &parameters, device: &device, mode: Mode::Training };
    let generator = CompactGenerator::new(&tiny_network::config(), source)?.map(&mut Double);
    let input = Input::new(2);
    let gradients = input.number(&generator, &device).backward();
    let mut slopes = Slopes { gradients: &gradients, found: Vec::new() };
    generator.visit(&mut slopes);
    ensure!(slopes.found.len() > 30, "only {} parameters have gradients", slopes.found.len());
    let running = generator.valid();
    for (id, slope) in slopes.found {
        let at = |step: f64| -> f64 {
            let moved = running.clone().map(&mut Moved { id, step });
            input.number(&moved, &Device::flex()).into_scalar()
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let apart = (difference - slope).abs();
        ensure!(apart <= GRADIENT_TOLERANCE * slope.abs().max(1e-3), "{slope} instead of {difference}");
    }
    Ok(())
}

/// Brings every parameter to double precision; the window still does not learn.
struct Double;

impl ModuleMapper for Double {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let learns = param.val().is_require_grad();
        param.map(|value| Tensor::from_inner(value.without_autodiff().cast(FloatDType::F64)).set_require_grad(learns))
    }
}

/// A direction for every parameter.
fn direction<const D: usize>(id: ParamId, like: &Tensor<D>) -> Tensor<D> {
    let random = StepRandom::new(id.val(), 0, "direction");
    let values: Vec<f64> =
        (0..like.shape().num_elements() as u64).map(|index| f64::from(random.normal(index))).collect();
    Tensor::from_data(TensorData::new(values, like.shape()), (&like.device(), DType::F64))
}

struct Slopes<'a> {
    gradients: &'a burn::tensor::Gradients,
    found: Vec<(ParamId, f64)>,
}

impl ModuleVisitor for Slopes<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = param.val().grad(self.gradients) else { return };
        let direction = direction(param.id, &gradient);
        self.found.push((param.id, (gradient * direction).sum().into_scalar()));
    }
}

struct Moved {
    id: ParamId,
    step: f64,
}

impl ModuleMapper for Moved {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id != self.id {
            return param;
        }
        let id = self.id;
        param.map(|value| value.clone() + direction(id, &value).mul_scalar(self.step))
    }
}

/// What goes into the generator, and a number of all that comes out.
struct Input {
    count: usize,
}

impl Input {
    fn new(count: usize) -> Self {
        Self { count }
    }

    fn tensor(&self, what: &str, [channels, side]: [usize; 2], device: &Device) -> Tensor<4> {
        let random = StepRandom::new(11, 0, what);
        let shape = [self.count, channels, side, side];
        let count: usize = shape.iter().product();
        // Smooth, so that no pixel lies on a kink of the bilinear warp.
        let value = |index: u64| f64::from(random.normal(index % 97)) * 0.3 + 0.1 * f64::from(random.uniform(index));
        let values: Vec<f64> = (0..count as u64).map(value).collect();
        Tensor::from_data(TensorData::new(values, shape), (device, DType::F64))
    }

    fn number(&self, generator: &CompactGenerator, device: &Device) -> Tensor<1> {
        let of = |what: &str, shape| self.tensor(what, shape, device);
        let taps =
            Taps { t56: of("t56", [6, 56]), t28: of("t28", [8, 28]), t14: of("t14", [10, 14]), x: of("x", [12, 7]) };
        let groups = &[AgeGroup::ALL[1], AgeGroup::ALL[6]][..self.count];
        let aged = generator.forward(of("faces", [3, 112]), &taps, of("x_id", [12, 7]), groups);
        let weighed = |x: Tensor<4>, what: &str| {
            let [_, channels, side, _] = x.dims();
            (x * of(what, [channels, side])).mean()
        };
        weighed(aged.faces, "of faces") + weighed(aged.residual, "of residual") + weighed(aged.flow_px, "of flow")
    }
}

#[test]
fn an_interrupted_synthesis_run_goes_on_as_if_it_had_not_been() -> Result<()> {
    let mut whole = phase()?;
    let start = whole.state();
    run(&mut whole, 0..2)?;
    let state = whole.state();
    run(&mut whole, 2..4)?;
    let mut resumed = phase()?;
    resumed.restore(&state)?;
    same(&resumed.state(), &state).context("right after it was restored")?;
    run(&mut resumed, 2..4)?;
    same(&resumed.state(), &whole.state())?;
    ensure!(same(&whole.state(), &start).is_err(), "nothing was learnt");
    ensure!(same(&whole.state(), &state).is_err(), "nothing was learnt behind the interruption");
    Ok(())
}

#[test]
fn a_synthesis_run_leaves_weights_that_age_faces() -> Result<()> {
    let mut phase = phase()?;
    let reports = run(&mut phase, 0..2)?;
    for (name, value) in &reports {
        ensure!(value.is_finite(), "{name} is {value}");
    }
    for name in ["total", "adversary", "age", "identity", "discriminator"] {
        ensure!(reports.iter().any(|(found, _)| *found == name), "{name} is not reported");
    }
    let (before, after) = (tiny_network::parameters(1), phase.weights());
    let changed = |name: &str| -> Result<bool> {
        let shape = before.shape(name).context("it is listed")?;
        Ok(before.get(name, shape)? != after.get(name, shape)?)
    };
    ensure!(changed("generator.decoder.to_rgb.weight")? && changed("generator.icm.enter.weight")?);
    ensure!(!changed("generator.window")? && !changed("identity.proj.weight")?);
    let network = CompactNetwork::new(&tiny_network::config(), &after, &Device::flex())?;
    let face = Tensor::zeros([1, 3, 112, 112], &Device::flex());
    let aged = network.synthesise(face.clone(), &network.encode(face), &AgeGroup::ALL);
    ensure!(numbers(aged.residual).iter().all(|value| value.is_finite()));
    let grid = phase.sample_grid()?.context("there are sample faces")?;
    ensure!((grid.rows, grid.columns.len(), grid.picture.dimensions()) == (2, 8, (896, 224)));
    Ok(())
}

const COUNT: usize = 4;

fn phase() -> Result<CompactSynthesis> {
    let settings: SynthesisConfig = toml::from_str("[compact]\ndiscriminator_width = 4\nadversary_ramp_steps = 1")?;
    let faces = Faces {
        count: COUNT,
        accumulation: 2,
        augmentation: Augmentation::default(),
        present: AgeGroup::ALL.to_vec(),
        samples: batch("samples", 0, 2),
        seed: 3,
    };
    let (config, parameters) = (tiny_network::config(), tiny_network::parameters(1));
    Ok(CompactSynthesis::new(&settings, (&config, &parameters), None, faces, &Device::flex().autodiff())?)
}

/// Steps with batches that follow from what was asked for; the last step's losses.
fn run(phase: &mut CompactSynthesis, steps: std::ops::Range<u64>) -> Result<Vec<(&'static str, f32)>> {
    let mut losses = Vec::new();
    for step in steps {
        let batches = phase.requests(step).iter().map(|asked| batch(asked.stream, asked.step, asked.count)).collect();
        losses = phase.step(step, batches, 1e-3)?.losses;
    }
    Ok(losses)
}

/// Faces of noise, half of them photographed to the border.
fn batch(stream: &str, step: u64, count: usize) -> Batch {
    let random = StepRandom::new(9, step, stream);
    let area = 112 * 112;
    let value = |index: usize| 0.5 * random.normal((index / 64) as u64).clamp(-1.9, 1.9);
    let masked = |index: usize| if index / area % 2 == 0 && index % 112 < 30 { 0.0 } else { 1.0 };
    Batch {
        crops: (0..count * 3 * area).map(value).collect(),
        photographed: (0..count * area).map(masked).collect(),
        samples: vec![Sample::default(); count],
        names: vec![String::new(); count],
    }
}

fn same(a: &Parameters, b: &Parameters) -> Result<()> {
    ensure!(a.names().eq(b.names()), "the states hold different tensors");
    for name in a.names() {
        let shape = a.shape(name).context("it is listed")?;
        ensure!(a.get(name, shape)? == b.get(name, shape)?, "{name} differs");
    }
    Ok(())
}
