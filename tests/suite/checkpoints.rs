//! Checkpoints as their authors saved them: every good one holds the numbers it was filled with, whatever its format,
//! wrapping, name and width; every bad one is refused with a sentence, and nothing in it runs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use mtlface::model::{Generation, NetworkConfig, Parameters, Preset, PublishedConfig};
use mtlface::weights::{self, Checkpoint};
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::deterministic;
use crate::torch_files::{Tensor, Wrapping, archive, legacy, tensors};

/// Files that are in the repository, or beside it.
pub fn checkpoint(name: &str) -> Option<PathBuf> {
    let places = ["tests/fixtures/checkpoints", "../shared/checkpoints"];
    let found = places.iter().map(|place| Path::new(place).join(name)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("SKIPPED {name}: it is neither in the repository nor in ../shared/checkpoints");
    }
    found
}

fn filled(generation: Generation, base_width: usize) -> Parameters {
    deterministic::parameters(&PublishedConfig::new(generation, base_width))
}

fn config(checkpoint: &Checkpoint) -> Result<PublishedConfig> {
    match &checkpoint.config {
        NetworkConfig::Published(config) => Ok(*config),
        NetworkConfig::Compact(_) => anyhow::bail!("it was taken for a compact network"),
    }
}

/// Every tensor of the checkpoint holds the numbers of the rule, but for the vectors a discriminator settles while it
/// runs.
fn assert_numbers(checkpoint: &Checkpoint, expected: &Parameters) -> Result<()> {
    let found = checkpoint.parameters();
    for name in found.names().filter(|name| !name.ends_with("weight_u") && !name.ends_with("weight_v")) {
        let shape = found.shape(name).context("no shape")?;
        assert_eq!(found.get(name, shape)?, expected.get(name, shape)?, "{name}");
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, bytes)?;
    Ok(path)
}

#[test]
fn the_authors_kinds_of_files_hold_the_numbers_they_were_filled_with() -> Result<()> {
    let a = filled(Generation::Cvpr2021, 4);
    let b = filled(Generation::Tpami2022, 2);
    let cases = [
        ("b_micro_bare_zip.tar", 843, &b),
        ("b_micro_nested_legacy.pt", 843, &b),
        ("a_micro_backbone_nested_module_zip.pt", 482, &a),
        ("a_micro_generator_module_legacy.pt", 227, &a),
        ("a_micro_discriminator_module_zip.pt", 20, &a),
        ("a_micro_estimation_network_module_legacy.pt", 11, &a),
    ];
    for (name, count, expected) in cases {
        let Some(path) = checkpoint(name) else { continue };
        let opened = Checkpoint::open(&[&path])?;
        assert_eq!(opened.tensors.len(), count, "{name}");
        let found = config(&opened)?;
        let (generation, width) = if count == 843 { (Generation::Tpami2022, 2) } else { (Generation::Cvpr2021, 4) };
        assert_eq!(found, PublishedConfig::new(generation, width), "{name}");
        assert!(opened.comparison.unexpected.is_empty() && opened.comparison.mismatched.is_empty(), "{name}");
        assert!(opened.comparison.broken_parts.is_empty(), "{name}");
        assert_numbers(&opened, expected).context(name)?;
    }
    Ok(())
}

#[test]
fn a_whole_checkpoint_opens_as_weights_whatever_it_is_called() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(original) = checkpoint("b_micro_bare_zip.tar") else { return Ok(()) };
    for name in ["mtlface_checkpoints.tar", "weights", "weights.safetensors", "ü .pth"] {
        let path = folder.path().join(name);
        std::fs::copy(&original, &path)?;
        let opened = weights::open(&path)?;
        assert_eq!((opened.preset, opened.version.as_str()), (Preset::Tpami2022, "width 2"));
        assert!(opened.terms.contains("no licence") && opened.card.data == "not stated", "{}", opened.terms);
    }
    Ok(())
}

#[test]
fn a_module_alone_opens_as_a_checkpoint_and_not_as_weights() -> Result<()> {
    let Some(path) = checkpoint("a_micro_discriminator_module_zip.pt") else { return Ok(()) };
    let opened = Checkpoint::open(&[&path])?;
    assert_eq!(opened.parts(), ["discriminator"]);
    assert_eq!(opened.absent_parts(), ["backbone", "estimation_network", "generator"]);
    let sentence = weights::open(&path).map(|_| ()).unwrap_err().to_string();
    assert!(sentence.contains("lacks backbone") && sentence.contains("mtlface import"), "{sentence}");
    Ok(())
}

#[test]
fn odd_widths_are_recognised_in_both_formats() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (generation, width) in
        [(Generation::Tpami2022, 3), (Generation::Tpami2022, 6), (Generation::Cvpr2021, 5), (Generation::Cvpr2021, 10)]
    {
        let parameters = filled(generation, width);
        let all = tensors(&parameters, "")?;
        for bytes in [archive(&all, Wrapping::Bare)?, legacy(&all, Wrapping::Below("model"))] {
            let path = write(folder.path(), "odd.pt", &bytes)?;
            let opened = Checkpoint::open(&[&path])?;
            assert_eq!(config(&opened)?, PublishedConfig::new(generation, width));
            assert!(opened.comparison.is_usable() && opened.comparison.missing.is_empty());
            assert_numbers(&opened, &parameters)?;
        }
    }
    Ok(())
}

#[test]
fn every_module_alone_tells_the_width() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let parameters = filled(Generation::Cvpr2021, 3);
    let modules = ["backbone", "head", "estimation_network", "da_discriminator", "generator", "discriminator"];
    for module in modules {
        let bytes = legacy(&tensors(&parameters, &format!("{module}."))?, Wrapping::Bare);
        let path = write(folder.path(), &format!("{module}-36000"), &bytes)?;
        let opened = Checkpoint::open(&[&path])?;
        assert_eq!(opened.parts(), [module]);
        assert_eq!(config(&opened)?.base_width, 3, "{module}");
        assert_numbers(&opened, &parameters)?;
    }
    Ok(())
}

#[test]
fn other_depths_and_squeeze_and_excitation_are_recognised() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (depths, squeeze_excite) in [([3, 4, 6, 3], false), ([1, 2, 3, 1], true)] {
        let config_of = PublishedConfig { depths, squeeze_excite, ..PublishedConfig::new(Generation::Cvpr2021, 2) };
        let all = tensors(&deterministic::parameters(&config_of), "")?;
        let path = write(folder.path(), "deep.pt", &archive(&all, Wrapping::Bare)?)?;
        let opened = Checkpoint::open(&[&path])?;
        assert_eq!(config(&opened)?, config_of);
        assert!(opened.comparison.is_usable());
    }
    Ok(())
}

#[test]
fn wrappings_and_one_module_prefix_are_taken_away() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let parameters = filled(Generation::Cvpr2021, 2);
    let mut all = tensors(&parameters, "estimation_network.")?;
    for tensor in &mut all {
        tensor.name = format!("module.{}", tensor.name);
    }
    for name in ["state_dict", "model", "model_state_dict", "net"] {
        let path = write(folder.path(), "wrapped.pt", &archive(&all, Wrapping::Below(name))?)?;
        assert_numbers(&Checkpoint::open(&[&path])?, &parameters).context(name)?;
    }
    let path = write(folder.path(), "da_discriminator-7.pt", &archive(&all, Wrapping::Bare)?)?;
    assert_eq!(Checkpoint::open(&[&path])?.parts(), ["da_discriminator"]);
    Ok(())
}

#[test]
fn a_dictionary_for_each_module_and_safetensors_with_the_authors_names_open_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for generation in [Generation::Cvpr2021, Generation::Tpami2022] {
        let parameters = filled(generation, 2);
        let all = tensors(&parameters, "")?;
        let bytes: Vec<Vec<u8>> = all.iter().map(|tensor| bytes_of(&tensor.values)).collect();
        let views = all.iter().zip(&bytes).map(|(tensor, bytes)| {
            Ok((format!("module.{}", tensor.name), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?))
        });
        let safetensors = serialize(views.collect::<Result<Vec<_>>>()?, None)?;
        for bytes in [archive(&all, Wrapping::Modules)?, legacy(&all, Wrapping::Modules), safetensors] {
            let path = write(folder.path(), "all", &bytes)?;
            weights::open(&path)?;
            assert_numbers(&Checkpoint::open(&[&path])?, &parameters)?;
        }
    }
    Ok(())
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The sentence a checkpoint is refused with.
fn refusal(path: &Path) -> Result<String> {
    match weights::open(path) {
        Ok(_) => anyhow::bail!("{} was accepted", path.display()),
        Err(error) => Ok(error.to_string()),
    }
}

#[test]
fn bad_and_hostile_files_are_refused_with_a_sentence_and_never_run() -> Result<()> {
    let marker = Path::new("/tmp/pwned-marker");
    let was_there = marker.exists();
    let cases = [
        ("evil_os_system_zip.pt", "posix.system"),
        ("evil_os_system_legacy.pt", "posix.system"),
        ("evil_os_system_raw.pkl", "posix.system"),
        ("evil_negative_stride_zip.pt", "negative stride"),
        ("evil_storage_overrun_zip.pt", "where only 4 are stored"),
        ("evil_deep_marks.pkl", "nested deeper"),
        ("bad_bitflip_zip.pt", "CRC-32"),
        ("bad_truncated_zip.pt", "whose end is missing"),
        ("bad_truncated_legacy.pt", "ends before its numbers do"),
        ("bad_not_a_checkpoint.pt", "another kind"),
        ("bad_empty.pt", "an empty file"),
    ];
    for (name, said) in cases {
        let Some(path) = checkpoint(name) else { continue };
        let sentence = refusal(&path)?;
        assert!(sentence.contains(said) && sentence.contains(name) && sentence.ends_with('.'), "{name}: {sentence}");
    }
    assert_eq!(marker.exists(), was_there, "a checkpoint ran a command");
    Ok(())
}

fn small() -> Vec<Tensor> {
    let tensor = |name: &str| Tensor { name: name.to_owned(), shape: vec![2], values: vec![1.0, 2.0] };
    vec![tensor("age_output_layer.0.weight"), tensor("age_output_layer.0.bias")]
}

#[test]
fn archives_torch_never_writes_are_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let whole = archive(&small(), Wrapping::Bare)?;
    // A member's name changed to its neighbour's, where the list names it and in front of it.
    let mut twice = whole.clone();
    for position in 0..twice.len() - 6 {
        if twice[position..].starts_with(b"data/1") {
            twice[position + 5] = b'0';
        }
    }
    // A method of compression that is none, in the list.
    let mut packed = whole.clone();
    let entry = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").context("no list")?;
    packed[entry + 10] = 8;
    let mut large = whole.clone();
    let order = whole.windows(6).position(|bytes| bytes == b"little").context("no byte order")?;
    large.splice(order..order + 6, *b"biggie");
    for (bytes, said) in [(twice, "is there twice"), (packed, "compressed"), (large, "CRC-32")] {
        let sentence = refusal(&write(folder.path(), "a.pt", &bytes)?)?;
        assert!(sentence.contains(said), "{sentence}");
    }
    Ok(())
}

#[test]
fn storages_that_lie_about_their_length_are_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let whole = legacy(&small(), Wrapping::Bare);
    let count = whole.len() - 16;
    for (lie, said) in [(3_u64, "another length"), (u64::MAX, "another length")] {
        let mut changed = whole.clone();
        changed[count..count + 8].copy_from_slice(&lie.to_le_bytes());
        let sentence = refusal(&write(folder.path(), "a.pt", &changed)?)?;
        assert!(sentence.contains(said), "{sentence}");
    }
    let mut claims = small();
    claims[0].shape = vec![1 << 20, 1 << 20];
    let sentence = refusal(&write(folder.path(), "a.pt", &legacy(&claims, Wrapping::Bare))?)?;
    assert!(sentence.contains("more than any network"), "{sentence}");
    Ok(())
}

#[test]
fn missing_renamed_and_misshapen_tensors_are_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let all = tensors(&filled(Generation::Tpami2022, 2), "")?;
    let name = "encoder.latlayer1.weight";
    let at = all.iter().position(|tensor| tensor.name == name).context("no such tensor")?;
    let mut missing = all.clone();
    missing.remove(at);
    let mut renamed = all.clone();
    renamed[at].name = "encoder.lateral.weight".to_owned();
    let mut misshapen = all;
    misshapen[at].shape = vec![misshapen[at].values.len()];
    for (tensors, said) in [(missing, "it lacks 1 tensor,"), (renamed, "it lacks 1 tensor,"), (misshapen, "is needed")]
    {
        let path = write(folder.path(), "a.pt", &archive(&tensors, Wrapping::Bare)?)?;
        let sentence = refusal(&path)?;
        assert!(sentence.contains(said) && sentence.contains(name), "{sentence}");
    }
    Ok(())
}
