//! `mtlface import` and `mtlface doctor --weights` as a user types them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::Device;
use mtlface::model::{Generation, Network, Preset, PublishedConfig};
use mtlface::weights;
use serde_json::Value;

use crate::checkpoints::checkpoint;
use crate::command_line::{Tested, failed, run, succeeded};
use crate::deterministic;
use crate::torch_files::{Tensor, Wrapping, archive, legacy, tensors};

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Nothing but these files is in the folder: an import leaves no pieces behind.
fn assert_only(folder: &Path, names: &[&str]) -> Tested {
    let mut found: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        found.push(entry?.file_name().to_string_lossy().into_owned());
    }
    found.sort();
    assert_eq!(found, names);
    Ok(())
}

/// The six files of a CVPR 2021 network, as its training saves them, in both formats.
fn modules(folder: &Path, base_width: usize) -> anyhow::Result<Vec<PathBuf>> {
    let parameters = deterministic::parameters(&PublishedConfig::new(Generation::Cvpr2021, base_width));
    let modules = ["backbone", "estimation_network", "generator", "head", "da_discriminator", "discriminator"];
    let write = |(index, module): (usize, &str)| {
        let mut part = tensors(&parameters, &format!("{module}."))?;
        for tensor in &mut part {
            tensor.name = format!("module.{}", tensor.name);
        }
        let path = folder.join(format!("{module}-36000"));
        let bytes = if index % 2 == 0 { archive(&part, Wrapping::Bare)? } else { legacy(&part, Wrapping::Bare) };
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    modules.into_iter().enumerate().map(write).collect()
}

#[test]
fn a_checkpoint_becomes_one_file_that_describes_itself() -> Tested {
    let Some(source) = checkpoint("b_micro_bare_zip.tar") else { return Ok(()) };
    let before = std::fs::read(&source)?;
    let folder = tempfile::tempdir()?;
    let source = text(&std::path::absolute(&source)?);
    let out = folder.path().join("weights.safetensors");
    let object = succeeded(&["import", &source, "-o", &text(&out), "--json"])?;
    assert_eq!((&object["preset"], &object["tensors"]), (&"tpami2022".into(), &843.into()));
    assert_eq!((names(&object["missing"]).len(), names(&object["unexpected"]).len()), (0, 0));
    assert_eq!((&object["dtype"], &object["complete"]), (&"F32".into(), &true.into()));
    assert_eq!(object["sources"][0]["format"], "torch zip");
    let opened = weights::open(&out)?;
    assert_eq!((opened.preset, object["sha256"].as_str()), (Preset::Tpami2022, Some(opened.sha256.as_str())));
    let expected = deterministic::parameters(&PublishedConfig::new(Generation::Tpami2022, 2));
    for name in expected.names() {
        let shape = expected.shape(name).context("no shape")?;
        assert_eq!(opened.parameters.get(name, shape)?, expected.get(name, shape)?, "{name}");
    }
    assert_only(folder.path(), &["weights.safetensors"])?;
    assert_eq!(std::fs::read(&source)?, before, "the checkpoint was changed");
    Ok(())
}

/// Two dimensions and more take half the room; norms, counters and tables keep every bit.
#[test]
fn half_precision_halves_the_file_and_keeps_statistics() -> Tested {
    let Some(source) = checkpoint("b_micro_bare_zip.tar") else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let source = text(&std::path::absolute(&source)?);
    let out = folder.path().join("half.safetensors");
    let object = succeeded(&["import", &source, "-o", &text(&out), "--half", "--json"])?;
    assert_eq!(object["dtype"], "F16");
    let opened = weights::open(&out)?;
    Network::new(&opened.config, &opened.parameters, &Device::flex())?;
    let expected = deterministic::parameters(&PublishedConfig::new(Generation::Tpami2022, 2));
    for name in expected.names() {
        let shape = expected.shape(name).context("no shape")?;
        let (found, whole) = (opened.parameters.get(name, shape)?, expected.get(name, shape)?);
        let is_exact = shape.len() < 2 || name.ends_with("_unit_mapping");
        let tolerance = if is_exact { 0.0 } else { 1.0 / 2048.0 };
        for (found, whole) in found.iter().zip(whole.iter()) {
            assert!((found - whole).abs() <= tolerance * whole.abs() + tolerance * 1e-4, "{name}: {found} {whole}");
        }
    }
    Ok(())
}

#[test]
fn the_modules_of_one_training_run_become_one_file() -> Tested {
    let folder = tempfile::tempdir()?;
    let files: Vec<String> = modules(folder.path(), 3)?.iter().map(|path| text(path)).collect();
    let out = text(&folder.path().join("out.safetensors"));
    let all: Vec<&str> = ["import"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let object = succeeded(&[&all[..], &["-o", &out, "--json"]].concat())?;
    assert_eq!((&object["preset"], &object["tensors"]), (&"cvpr2021".into(), &752.into()));
    assert_eq!(object["complete"], true);
    assert_eq!(object["sources"][3]["part"], "head");
    let opened = weights::open(Path::new(&out))?;
    assert_eq!((opened.preset, opened.version.as_str()), (Preset::Cvpr2021, "width 3"));
    Network::new(&opened.config, &opened.parameters, &Device::flex())?;
    // The three modules it runs with are enough.
    let object = succeeded(&[&all[..4], &["-o", &out, "--force", "--json"]].concat())?;
    assert_eq!((&object["complete"], names(&object["missing"]).len()), (&true.into(), 0));
    Ok(())
}

#[test]
fn a_part_is_written_with_a_warning_and_half_a_part_only_when_asked() -> Tested {
    let folder = tempfile::tempdir()?;
    let backbone = text(&modules(folder.path(), 2)?[0]);
    let out = text(&folder.path().join("part.safetensors"));
    let object = succeeded(&["import", &backbone, "-o", &out, "--json"])?;
    assert!(names(&object["missing"]).contains(&"generator.conv3.weight"));
    assert!(object["warnings"][0].as_str().is_some_and(|said| said.contains("generator")), "{}", object["warnings"]);
    assert!(failed(&["faces", "x.jpg", "--weights", &out])?.contains("lacks estimation_network, generator"));

    let parameters = deterministic::parameters(&PublishedConfig::new(Generation::Tpami2022, 2));
    let mut some = tensors(&parameters, "")?;
    some.retain(|tensor| tensor.name != "encoder.latlayer2.bias");
    some.push(Tensor { name: "decoder.stranger".to_owned(), ..some[0].clone() });
    let broken = folder.path().join("broken.pt");
    std::fs::write(&broken, legacy(&some, Wrapping::Below("state_dict")))?;
    let arguments = ["import", &text(&broken), "-o", &out, "--force"];
    let said = failed(&arguments)?;
    assert!(said.contains("encoder.latlayer2.bias") && said.contains("--allow-missing"), "{said}");
    let object = succeeded(&[&arguments[..], &["--allow-missing", "--json"]].concat())?;
    assert_eq!(names(&object["missing"]), ["encoder.latlayer2.bias"]);
    assert_eq!(names(&object["unexpected"]), ["decoder.stranger"]);
    assert_eq!(object["complete"], false);
    Ok(())
}

#[test]
fn nothing_is_overwritten_unasked_and_the_checkpoint_never() -> Tested {
    let folder = tempfile::tempdir()?;
    let Some(original) = checkpoint("b_micro_bare_zip.tar") else { return Ok(()) };
    let source = folder.path().join("mine.tar");
    std::fs::copy(&original, &source)?;
    let out = folder.path().join("out.safetensors");
    std::fs::write(&out, b"precious")?;
    // What an import that was killed left behind.
    std::fs::write(folder.path().join(".out.safetensors.abc.unfinished"), b"half a file")?;
    let said = failed(&["import", &text(&source), "-o", &text(&out)])?;
    assert!(said.contains("--force") && std::fs::read(&out)? == b"precious", "{said}");
    let said = failed(&["import", &text(&source), "-o", &text(&source), "--force"])?;
    assert!(said.contains("one of the files to import"), "{said}");
    assert_eq!(std::fs::read(&source)?, std::fs::read(&original)?);
    succeeded(&["import", &text(&source), "-o", &text(&out), "--force", "--json"])?;
    assert_only(folder.path(), &["mine.tar", "out.safetensors"])?;
    let said = failed(&["import", &text(&source), "-o", &text(&folder.path().join("no/where.safetensors"))])?;
    assert!(said.contains("cannot be written"), "{said}");
    Ok(())
}

#[test]
fn files_of_different_networks_do_not_mix() -> Tested {
    let folder = tempfile::tempdir()?;
    let Some(whole) = checkpoint("b_micro_bare_zip.tar") else { return Ok(()) };
    let whole = text(&std::path::absolute(whole)?);
    let backbone = text(&modules(folder.path(), 2)?[0]);
    let out = text(&folder.path().join("out.safetensors"));
    let said = failed(&["import", &backbone, &whole, "-o", &out])?;
    assert!(said.contains("another network"), "{said}");
    let said = failed(&["import", &backbone, &backbone, "-o", &out])?;
    assert!(said.contains("in a file before it too"), "{said}");
    Ok(())
}

#[test]
fn numbers_no_network_can_use_stop_an_import() -> Tested {
    let folder = tempfile::tempdir()?;
    let parameters = deterministic::parameters(&PublishedConfig::new(Generation::Cvpr2021, 2));
    let out = text(&folder.path().join("out.safetensors"));
    for (value, arguments, expected) in [(f32::NAN, &[][..], "not finite"), (1e6, &["--half"][..], "without --half")] {
        let mut part = tensors(&parameters, "generator.")?;
        let tensor = part.iter_mut().find(|tensor| tensor.name == "conv3.weight").context("no such tensor")?;
        tensor.values[0] = value;
        let source = folder.path().join("generator-1");
        std::fs::write(&source, archive(&part, Wrapping::Bare)?)?;
        let said = failed(&[&["import", &text(&source), "-o", &out], arguments].concat())?;
        assert!(said.contains("generator.conv3.weight") && said.contains(expected), "{said}");
    }
    assert_only(folder.path(), &["generator-1"])?;
    Ok(())
}

#[test]
fn the_compact_network_can_be_imported_too() -> Tested {
    let folder = tempfile::tempdir()?;
    let bundled: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", "compact-v2.safetensors"].iter().collect();
    let out = folder.path().join("single.safetensors");
    let object = succeeded(&["import", &text(&bundled), "-o", &text(&out), "--json"])?;
    assert_eq!(object["preset"], "compact");
    let (opened, bundled) = (weights::open(&out)?, weights::bundled()?);
    assert_eq!(opened.config, bundled.config);
    for name in bundled.parameters.names() {
        let shape = bundled.parameters.shape(name).context("no shape")?;
        assert_eq!(opened.parameters.get(name, shape)?, bundled.parameters.get(name, shape)?, "{name}");
    }
    Ok(())
}

#[test]
fn doctor_describes_what_cannot_be_used_and_says_why() -> Tested {
    let folder = tempfile::tempdir()?;
    let backbone = text(&modules(folder.path(), 2)?[0]);
    let described = |path: &str| -> Result<Value, Box<dyn std::error::Error>> {
        let output = run(&["doctor", "--weights", path, "--json"])?;
        assert_eq!(output.status.code(), Some(1));
        Ok(serde_json::from_slice(&output.stdout)?)
    };
    let object = described(&backbone)?;
    let file = &object["file"];
    assert_eq!(
        (&file["preset"], &file["part"], &file["base_width"]),
        (&"cvpr2021".into(), &"backbone".into(), &2.into())
    );
    assert_eq!((&file["format"], &file["complete"]), (&"torch zip".into(), &false.into()));
    assert!(names(&file["missing"]).contains(&"generator.conv3.bias"));
    assert!(object["error"].as_str().is_some_and(|said| said.contains("lacks")), "{}", object["error"]);
    let Some(evil) = checkpoint("evil_os_system_zip.pt") else { return Ok(()) };
    let object = described(&text(&std::path::absolute(evil)?))?;
    assert!(object["error"].as_str().is_some_and(|said| said.contains("posix.system")), "{}", object["error"]);
    assert_eq!(object["file"]["sha256"].as_str().map(str::len), Some(64));
    let output = run(&["doctor", "--weights", &backbone])?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(stdout.contains("cvpr2021, width 2") && stdout.contains("missing"), "{stdout}");
    assert!(stderr.contains("mtlface import"), "{stderr}");
    Ok(())
}
