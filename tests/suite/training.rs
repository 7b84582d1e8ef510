//! `mtlface train decomposition` as a user types it, on a folder of faces and a network made on the spot: what a run
//! leaves, how it is told, and that an interruption changes nothing.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::{Rgb, RgbImage};
use mtlface::model::{Generation, Preset, PublishedConfig};
use mtlface::training::config::RunConfig;
use mtlface::training::phase::StepRandom;
use mtlface::weights;
use serde_json::Value;

use crate::command_line::{Tested, json, run_in};
use crate::{deterministic, tiny_network};

/// A run waits no longer for another program.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder with twelve faces of four people, and a network.
pub struct Place {
    folder: tempfile::TempDir,
}

/// The config of every test, but for its first lines and the phase's own table.
const COMMON: &str = "\
output = \"run\"\nstart = \"start.safetensors\"\nlog_every = 1\ngates_every = 4\nsamples_every = 4\n";
const DATA: &str = "\
[batch]\naged = 4\nidentities = 3\n\
[[data]]\npath = \"faces\"\nkind = \"labelled\"\naligned = true\n";
const COMPACT: &str = "\
[schedule]\nkind = \"constant\"\nlearning_rate = 1e-3\nwarmup_steps = 2\n\
[decomposition]\ntrained = [\"backbone.pairs.3.\", \"afd.\", \"identity.\", \"age.\"]\n\
dropout = 0.25\nadversary_ramp_steps = 5\n\
[decomposition.weights]\nindependence = 1.0\nfaces = 0.1\n";

impl Place {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let place = Self { folder: tempfile::tempdir()? };
        std::fs::create_dir(place.path("faces"))?;
        let mut labels = "file,identity,age_years\n".to_owned();
        for face in 0..12_u64 {
            let random = StepRandom::new(face, 0, "a face");
            let spots = RgbImage::from_fn(112, 112, |x, y| {
                let cell = u64::from(x / 16 + 7 * (y / 16));
                Rgb([0, 1, 2].map(|channel| random.below(3 * cell + channel, 256) as u8))
            });
            spots.save(place.path(&format!("faces/{face}.png")))?;
            labels += &format!("{face}.png,person {},{}\n", face % 4, 6 * face + 3);
        }
        std::fs::write(place.path("faces/labels.csv"), labels)?;
        Ok(place)
    }

    /// With the tiny compact network to start from.
    pub fn compact() -> Result<Self, Box<dyn std::error::Error>> {
        let place = Self::new()?;
        let words = [("config".to_owned(), tiny_network::description().to_string())].into();
        weights::save(&place.path("start.safetensors"), &tiny_network::parameters(3), &words)?;
        Ok(place)
    }

    /// With a published network a few channels wide to start from.
    pub fn published(generation: Generation) -> Result<Self, Box<dyn std::error::Error>> {
        let place = Self::new()?;
        let config = PublishedConfig::new(generation, 2);
        let words = [("config".to_owned(), serde_json::to_string(&config)?)].into();
        weights::save(&place.path("start.safetensors"), &deterministic::parameters(&config), &words)?;
        Ok(place)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write_config(&self, first: &str, phase: &str) -> std::io::Result<()> {
        std::fs::write(self.path("c.toml"), format!("{first}\n{COMMON}{phase}{DATA}"))
    }

    fn train(&self, more: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
        self.train_phase("decomposition", more)
    }

    pub fn train_phase(&self, phase: &str, more: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
        let arguments = [&["train", phase, "--config", "c.toml", "--json"], more].concat();
        let output = run_in(self.folder.path(), &arguments)?;
        let object = json(&output)?;
        let failed = object.get("error").is_some();
        assert_eq!(output.status.code(), Some(i32::from(failed)), "{object}");
        Ok(object)
    }

    fn refused(&self, more: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
        let object = self.train(more)?;
        let said = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        assert!(object["error"].is_string(), "it was not refused: {object}");
        Ok(format!("{} {}", said("error"), said("hint")))
    }

    /// The program in the background.
    fn start(&self) -> std::io::Result<Child> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtlface"));
        command.args(["train", "decomposition", "--config", "c.toml", "--json"]).current_dir(self.folder.path());
        command.env("MTLFACE_DEVICE", "cpu").stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }

    fn read_json(&self, name: &str) -> Result<Value, Box<dyn std::error::Error>> {
        Ok(serde_json::from_slice(&std::fs::read(self.path(name))?)?)
    }

    /// Every step's losses, as they were written.
    pub fn losses(&self) -> Result<Vec<(u64, String)>, Box<dyn std::error::Error>> {
        let text = std::fs::read_to_string(self.path("run/metrics.jsonl"))?;
        let line = |line: &str| {
            let line: Value = serde_json::from_str(line)?;
            Ok((line["step"].as_u64().ok_or("no step")?, line["losses"].to_string()))
        };
        text.lines().map(line).collect()
    }

    fn wait(&self, what: &str, is_so: impl Fn() -> bool) -> Tested {
        let begun = Instant::now();
        while !is_so() {
            if begun.elapsed() > PATIENCE {
                return Err(format!("waited for {what} in vain").into());
            }
            std::thread::sleep(Duration::from_millis(3));
        }
        Ok(())
    }

    fn state(&self) -> String {
        let status = self.read_json("run/status.json").unwrap_or_default();
        status["state"].as_str().unwrap_or_default().to_owned()
    }

    fn steps(&self) -> usize {
        std::fs::read_to_string(self.path("run/metrics.jsonl")).unwrap_or_default().lines().count()
    }
}

pub fn same_file(a: &Path, b: &Path) -> Tested {
    assert!(std::fs::read(a)? == std::fs::read(b)?, "{} and {} differ", a.display(), b.display());
    Ok(())
}

#[test]
fn a_run_leaves_a_network_that_opens_and_a_report() -> Tested {
    let place = Place::compact()?;
    place.write_config("steps = 5\nkeep_batches = 1", COMPACT)?;
    let report = place.train(&[])?;
    assert_eq!(
        (&report["phase"], &report["state"], &report["steps"]),
        (&"decomposition".into(), &"finished".into(), &5.into())
    );
    assert_eq!(report["skipped"].as_array().map(Vec::len), Some(0));
    let opened = weights::open(&place.path("run/weights.safetensors"))?;
    assert_eq!((opened.preset, report["weights"]["sha256"].as_str()), (Preset::Compact, Some(opened.sha256.as_str())));
    assert!(
        opened.version.ends_with("+decomposition") && opened.terms.contains("5 steps on faces"),
        "{}",
        opened.terms
    );
    let before = tiny_network::parameters(3);
    for (name, learns) in [
        ("identity.proj.weight", true),
        ("backbone.pairs.2.pointwise.weight", false),
        ("generator.icm.leave.weight", false),
    ] {
        let shape = before.shape(name).ok_or("no such tensor")?;
        assert_eq!(before.get(name, shape)? != opened.parameters.get(name, shape)?, learns, "{name}");
    }
    let faces = ["faces", "faces/1.png", "--aligned", "--weights", "run/weights.safetensors", "--json"];
    let faces = json(&run_in(place.folder.path(), &faces)?)?;
    assert!(faces["faces"][0]["age_years"].is_number(), "{faces}");

    let status = place.read_json("run/status.json")?;
    assert_eq!((&status["state"], &status["step"], &status["of"]), (&"finished".into(), &5.into(), &5.into()));
    assert_eq!(place.losses()?.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let gates = std::fs::read_to_string(place.path("run/gates.jsonl"))?;
    let first: Value = serde_json::from_str(gates.lines().next().ok_or("no gates")?)?;
    let lengths = ["spatial_gate", "channel_gate"].map(|gate| first[gate].as_array().map(Vec::len));
    assert_eq!((lengths, gates.lines().count()), ([Some(49), Some(12)], 3));
    assert_eq!(image::open(place.path("run/samples/000004.png"))?.into_rgb8().dimensions(), (224, 672));
    assert_eq!(place.read_json("run/samples/latest.json")?["columns"][0], "source");
    assert!(
        place.path("run/batches/000000-1.safetensors").exists() && place.path("run/batches/start.safetensors").exists()
    );
    let written = std::fs::read_to_string(place.path("run/config.toml"))?;
    assert!(written.contains("impostor = 100.0") && written.contains("dropout = 0.25"), "{written}");
    Ok(())
}

#[test]
fn a_run_that_was_killed_goes_on_as_if_it_had_not_been() -> Tested {
    const STEPS: usize = 24;
    let whole = Place::compact()?;
    whole.write_config(&format!("steps = {STEPS}\ncheckpoint_every = 1000"), COMPACT)?;
    whole.train(&[])?;
    let killed = Place::compact()?;
    killed.write_config("steps = 100000\ncheckpoint_every = 3", COMPACT)?;
    let mut child = killed.start()?;
    killed.wait("four steps", || killed.steps() >= 4)?;
    child.kill()?;
    child.wait()?;
    let made = killed.steps();
    assert!(made < STEPS, "it made {made} steps before it was killed");
    killed.write_config(&format!("steps = {STEPS}\ncheckpoint_every = 5"), COMPACT)?;
    let report = killed.train(&["--resume"])?;
    assert_eq!(report["steps"], STEPS);
    assert_eq!(whole.losses()?, killed.losses()?);
    for name in ["weights.safetensors", "gates.jsonl", "samples/000004.png", "samples/000024.png"] {
        same_file(&whole.path("run").join(name), &killed.path("run").join(name))?;
    }
    Ok(())
}

#[test]
fn a_run_waits_and_ends_as_it_is_told() -> Tested {
    let place = Place::compact()?;
    place.write_config("steps = 100000", COMPACT)?;
    let mut child = place.start()?;
    place.wait("two steps", || place.steps() >= 2)?;
    std::fs::write(place.path("run/control"), "pause")?;
    place.wait("the pause", || place.state() == "paused")?;
    let paused_at = place.read_json("run/status.json")?["step"].clone();
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(place.read_json("run/status.json")?["step"], paused_at);
    assert!(place.path("run/checkpoint.safetensors").exists(), "a pause saves");
    std::fs::write(place.path("run/control"), "stop")?;
    assert!(child.wait()?.success());
    assert_eq!(place.state(), "stopped");
    assert_eq!(place.read_json("run/report.json")?["steps"], paused_at);

    let said = place.refused(&[])?;
    assert!(said.contains("holds a run already") && said.contains("--resume"), "{said}");
    let said = place.refused(&["--resume", "--seed", "7"])?;
    assert!(said.contains("seed changed since its checkpoint"), "{said}");
    let words = [("config".to_owned(), tiny_network::description().to_string())].into();
    weights::save(&place.path("start.safetensors"), &tiny_network::parameters(4), &words)?;
    let said = place.refused(&["--resume"])?;
    assert!(said.contains("the SHA-256 of start"), "{said}");
    Ok(())
}

#[test]
fn configs_that_cannot_be_followed_are_refused_with_a_sentence() -> Tested {
    let place = Place::compact()?;
    let cases = [
        ("stpes = 5", COMPACT, "line 1: there is no key “stpes”. Did you mean “steps”?"),
        ("precision = \"mixed\"", COMPACT, "Mixed precision is not offered"),
        ("steps = 5", "[decomposition]\ntrained = [\"bakbone.\"]\n", "no tensor of the start weights begins so"),
        ("steps = 5", "[decomposition]\ntrained = [\"generator.\"]\n", "mtlface train synthesis"),
        ("steps = 5", "[decomposition]\nmomentum = 0.5\n", "decomposition.momentum is for the published networks"),
        ("steps = 5", "[schedule]\nlearning_rate = -1.0\n", "schedule.learning_rate is -1"),
    ];
    for (first, phase, expected) in cases {
        place.write_config(first, phase)?;
        let said = place.refused(&[])?;
        assert!(said.contains(expected), "{said}");
    }
    place.write_config("steps = 5", COMPACT)?;
    let said = place.refused(&["--resume"])?;
    assert!(said.contains("holds no checkpoint"), "{said}");
    Ok(())
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_and_keeps_the_checkpoint() -> Tested {
    let place = Place::compact()?;
    place.write_config(
        "steps = 50\ncheckpoint_every = 1",
        &COMPACT.replace("1e-3", "1e30").replace("warmup_steps = 2", "warmup_steps = 0"),
    )?;
    let said = place.refused(&[])?;
    assert!(said.contains("infinite or no number") && said.contains("Lower the learning rate"), "{said}");
    let status = place.read_json("run/status.json")?;
    assert_eq!(status["state"], "failed");
    assert!(status["message"].as_str().is_some_and(|message| message.contains("no number")));
    let (_, words) = weights::read_saved(&place.path("run/checkpoint.safetensors"))?;
    assert_eq!(words["step"], (place.steps()).to_string());
    Ok(())
}

#[test]
fn accumulated_batches_are_asked_for_one_after_the_other() -> Tested {
    let place = Place::compact()?;
    place.write_config("steps = 2\nkeep_batches = 2", COMPACT)?;
    let config = std::fs::read_to_string(place.path("c.toml"))?.replace("aged = 4", "accumulation = 2\naged = 4");
    std::fs::write(place.path("c.toml"), config)?;
    place.train(&[])?;
    for name in ["000000-3", "000001-3"] {
        assert!(place.path(&format!("run/batches/{name}.safetensors")).exists(), "{name}");
    }
    let crops = |name: &str| std::fs::read(place.path(&format!("run/batches/{name}.safetensors")));
    assert!(crops("000000-0")? != crops("000000-2")? && crops("000000-2")? != crops("000001-0")?);
    Ok(())
}

#[test]
fn the_published_network_learns_and_goes_on_where_it_ended() -> Tested {
    let whole = Place::published(Generation::Cvpr2021)?;
    whole.write_config("steps = 4", "")?;
    let report = whole.train(&[])?;
    assert_eq!(report["start"]["preset"], "cvpr2021");
    let halves = Place::published(Generation::Cvpr2021)?;
    halves.write_config("steps = 2", "")?;
    halves.train(&[])?;
    halves.write_config("steps = 4", "")?;
    halves.train(&["--resume"])?;
    assert_eq!(whole.losses()?, halves.losses()?);
    same_file(&whole.path("run/weights.safetensors"), &halves.path("run/weights.safetensors"))?;
    assert_eq!(weights::open(&whole.path("run/weights.safetensors"))?.preset, Preset::Cvpr2021);
    let written = std::fs::read_to_string(whole.path("run/config.toml"))?;
    assert!(written.contains("milestones = [20000, 23000]") && written.contains("margin = 0.35"), "{written}");
    Ok(())
}

#[test]
fn the_example_configs_are_understood() -> Tested {
    let examples: PathBuf = [env!("CARGO_MANIFEST_DIR"), "docs", "training"].iter().collect();
    for name in ["decomposition.toml", "synthesis.toml", "selective.toml"] {
        let config = RunConfig::open(&examples.join(name))?;
        assert!(config.starts_bundled() && !config.data.is_empty(), "{name}");
    }
    Ok(())
}
