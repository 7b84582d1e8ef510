//! The synthesis phase and selective fine-tuning: what a run leaves, that an interruption changes nothing, and what is
//! refused.

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Tensor};
use mtlface::model::{AgeGroup, CompactNetwork, Generation, Parameters, Preset};
use mtlface::training::config::RunConfig;
use mtlface::training::data::{Augmentation, Batch, Sample};
use mtlface::training::face_synthesis::{CompactSynthesis, Faces, SynthesisConfig};
use mtlface::training::phase::{Phase, StepRandom};

use crate::command_line::{self, Tested};
use crate::reference::numbers;
use crate::tiny_network;
use crate::training::{Place, same_file};

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
    let masked = |index: usize| if (index / area).is_multiple_of(2) && index % 112 < 30 { 0.0 } else { 1.0 };
    Batch {
        crops: (0..count * 3 * area).map(value).collect(),
        photographed: (0..count * area).map(masked).collect(),
        samples: vec![Sample::default(); count],
        names: vec![String::new(); count],
        indices: vec![0; count],
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

/// The synthesis phase's own table, as small as it can be.
const SYNTHESIS: &str = "[synthesis]\nfaces = 2\n[synthesis.compact]\ndiscriminator_width = 4\n";
/// What selective fine-tuning teaches of the tiny network.
const SELECTIVE: &str = "[decomposition]\ntrained = [\"backbone.pairs.3.\", \"afd.\", \"identity.\", \"age.\"]\n\
     [decomposition.weights]\nindependence = 1.0\nfaces = 0.1\n[selective]\nfaces = 2\n";

/// A run of four steps, and one that ended after two and went on: the same losses and the same weights.
fn goes_on(phase: &str, place: impl Fn() -> Result<Place, Box<dyn std::error::Error>>, table: &str) -> Tested {
    let whole = place()?;
    whole.write_config("steps = 4", &format!("[schedule]\nkind = \"constant\"\n{table}"))?;
    whole.train_phase(phase, &[])?;
    let halves = place()?;
    for (steps, more) in [(2, [].as_slice()), (4, &["--resume"])] {
        halves.write_config(&format!("steps = {steps}"), &format!("[schedule]\nkind = \"constant\"\n{table}"))?;
        halves.train_phase(phase, more)?;
    }
    assert_eq!(whole.losses()?, halves.losses()?);
    assert_eq!(whole.losses()?.len(), 4);
    for name in ["weights.safetensors", "samples/000004.png"] {
        same_file(&whole.path("run").join(name), &halves.path("run").join(name))?;
    }
    Ok(())
}

#[test]
fn the_synthesis_command_leaves_weights_that_age_a_face() -> Tested {
    let place = Place::compact()?;
    place.write_config("steps = 4", SYNTHESIS)?;
    let report = place.train_phase("synthesis", &[])?;
    assert_eq!((&report["phase"], &report["state"]), (&"synthesis".into(), &"finished".into()));
    assert_eq!(image::open(place.path("run/samples/000004.png"))?.into_rgb8().dimensions(), (896, 672));
    let folder = place.path("");
    let age = ["age", "faces/1.png", "--aligned", "--to", "60", "-o", "aged", "--weights", "run/weights.safetensors"];
    let aged = command_line::json(&command_line::run_in(&folder, &[age.as_slice(), &["--json"]].concat())?)?;
    assert_eq!(aged["outputs"][0]["target_age_years"], 60.0, "{aged}");
    let written = std::fs::read_to_string(place.path("run/config.toml"))?;
    assert!(written.contains("adversary = 1.2") && written.contains("chroma = 3.0"), "{written}");
    Ok(())
}

#[test]
fn synthesis_goes_on_where_it_ended() -> Tested {
    goes_on("synthesis", Place::compact, SYNTHESIS)
}

#[test]
fn published_synthesis_goes_on_where_it_ended() -> Tested {
    goes_on("synthesis", || Place::published(Generation::Cvpr2021), "[synthesis]\nfaces = 2\n")
}

#[test]
fn selective_fine_tuning_goes_on_where_it_ended() -> Tested {
    goes_on("selective", Place::compact, &format!("{SELECTIVE}threshold = -1.0\n"))
}

#[test]
fn selective_fine_tuning_reports_what_it_kept() -> Tested {
    // Whatever is as old as it should look is kept below, nothing above.
    for (threshold, keeps) in [(-1.0, true), (1.0, false)] {
        let place = Place::compact()?;
        place.write_config("steps = 2", &format!("{SELECTIVE}threshold = {threshold:?}\n"))?;
        let report = place.train_phase("selective", &[])?;
        let kept = &report["details"]["kept"];
        assert_eq!(kept["all"]["tried"], 2 * 2 * 7, "{report}");
        assert_eq!(kept["all"]["kept"].as_u64().is_some_and(|kept| kept > 0), keeps, "{report}");
        assert_eq!(kept["by_target"]["61+"]["tried"], 4, "{report}");
        assert_eq!(mtlface::weights::open(&place.path("run/weights.safetensors"))?.preset, Preset::Compact);
    }
    Ok(())
}

#[test]
fn networks_that_cannot_be_trained_are_refused_with_a_sentence() -> Tested {
    let cases = [
        (Generation::Tpami2022, "synthesis", "", "tpami2022, which this program runs but does not train"),
        (Generation::Tpami2022, "selective", "", "tpami2022, which this program runs but does not train"),
        (Generation::Cvpr2021, "selective", "", "Selective fine-tuning is for the compact network"),
        (Generation::Cvpr2021, "synthesis", SYNTHESIS, "synthesis.compact is for the compact network"),
    ];
    for (generation, phase, table, expected) in cases {
        let place = Place::published(generation)?;
        place.write_config("steps = 2", table)?;
        let said = place.train_phase(phase, &[])?;
        assert!(said["error"].as_str().is_some_and(|said| said.contains(expected)), "{said}");
    }
    Ok(())
}

#[test]
fn the_configs_in_the_documentation_say_what_this_program_knows() -> Tested {
    for name in ["decomposition.toml", "synthesis.toml", "selective.toml"] {
        RunConfig::open(&std::path::Path::new("docs/training").join(name))?;
    }
    Ok(())
}
