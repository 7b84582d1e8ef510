//! A weights file a person chooses: the published one opens, everything else is refused with a sentence that says what
//! to do.

use std::path::PathBuf;

use anyhow::Result;
use mtlface::model::Preset;
use mtlface::weights;
use safetensors::tensor::{Dtype, TensorView, serialize};

const COMPACT: &[u8] = include_bytes!("../../assets/compact-v2.safetensors");
const CONFIG: &str = include_str!("../../assets/compact-v2-config.json");

/// The sentence a file with these bytes is refused with.
fn refusal(name: &str, bytes: &[u8]) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    std::fs::write(&path, bytes)?;
    match weights::open(&path) {
        Ok(_) => anyhow::bail!("{name} was accepted"),
        Err(error) => Ok(error.to_string()),
    }
}

#[test]
fn the_published_file_opens_with_and_without_its_description() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("mine.safetensors");
    std::fs::write(&path, COMPACT)?;
    let alone = weights::open(&path)?;
    std::fs::write(folder.path().join("mine-config.json"), CONFIG)?;
    let described = weights::open(&path)?;
    let bundled = weights::bundled()?;
    for opened in [alone, described] {
        assert_eq!((opened.preset, opened.version.as_str()), (Preset::Compact, "v2"));
        assert_eq!((opened.sha256, opened.terms), (bundled.sha256.clone(), bundled.terms.clone()));
        assert_eq!(opened.config, bundled.config);
    }
    Ok(())
}

#[test]
fn another_file_of_the_same_network_speaks_for_itself() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("mine.safetensors");
    let published = safetensors::SafeTensors::deserialize(COMPACT)?;
    let words = [("model", "compact MTLFace v9"), ("license", "ours alone"), ("config", CONFIG)];
    let words = words.map(|(key, value)| (key.to_owned(), value.to_owned()));
    std::fs::write(&path, serialize(published.tensors(), Some(words.into()))?)?;
    let opened = weights::open(&path)?;
    assert!(opened.terms.starts_with("Ours alone. Backbone: SFace"), "{}", opened.terms);
    assert_eq!(opened.config, weights::bundled()?.config);
    Ok(())
}

#[test]
fn files_of_other_kinds_are_named() -> Result<()> {
    let cases: [(&[u8], &str); 5] = [
        (b"", "an empty file"),
        (b"PK\x03\x04 and so on", "a zip archive"),
        (b"\x80\x02cos\nsystem\n", "a pickle that asks for “os.system”"),
        (b"\x89PNG\r\n\x1a\n....", "a picture"),
        (b"these are no weights", "a file of another kind"),
    ];
    for (bytes, said) in cases {
        let sentence = refusal("a.safetensors", bytes)?;
        assert!(sentence.contains(said) && sentence.ends_with('.'), "{sentence}");
    }
    Ok(())
}

#[test]
fn a_cut_file_is_called_damaged() -> Result<()> {
    for length in [9, 1000, 20_000, COMPACT.len() - 1] {
        let sentence = refusal("a.safetensors", &COMPACT[..length])?;
        assert!(sentence.contains("damaged or cut short"), "{sentence}");
    }
    Ok(())
}

#[test]
fn another_model_is_refused_by_name() -> Result<()> {
    let detector = include_bytes!("../../assets/mtcnn.safetensors");
    let sentence = refusal("a.safetensors", detector)?;
    assert!(sentence.contains("MTCNN") && sentence.contains("use the bundled ones"), "{sentence}");
    let stranger = serialize([("layer.0", TensorView::new(Dtype::F32, vec![1], &[0; 4])?)], None)?;
    let sentence = refusal("a.safetensors", &stranger)?;
    assert!(sentence.contains("layer.0"), "{sentence}");
    Ok(())
}

#[test]
fn a_compact_network_of_other_widths_is_refused() -> Result<()> {
    let marks = [
        "backbone.pairs.0.depthwise.weight",
        "afd.channel_fc1.weight",
        "generator.icm.enter.weight",
        "generator.decoder.to_flow.weight",
    ];
    let tensors = marks.map(|mark| (mark, TensorView::new(Dtype::F32, vec![1], &[0; 4])));
    let tensors = tensors.into_iter().map(|(mark, view)| Ok((mark, view?))).collect::<Result<Vec<_>>>()?;
    let sentence = refusal("a.safetensors", &serialize(tensors, None)?)?;
    assert!(sentence.contains("holds another model"), "{sentence}");
    Ok(())
}

#[test]
fn a_description_that_does_not_fit_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("compact-v2.safetensors");
    std::fs::write(&path, COMPACT)?;
    let description = folder.path().join("compact-v2-config.json");
    let cases = [
        ("{".to_owned(), "does not describe the network"),
        (CONFIG.replacen("\"hidden\": 128", "\"hidden\": 64", 1), "afd.channel_fc1.weight"),
        (CONFIG.replacen("a4e5", "0000", 1), "SHA-256"),
    ];
    for (json, said) in cases {
        std::fs::write(&description, json)?;
        let sentence = weights::open(&path).map(|_| ()).unwrap_err().to_string();
        assert!(sentence.contains(said), "{sentence}");
    }
    Ok(())
}

#[test]
fn missing_files_and_folders_are_said() {
    let missing = weights::open(&PathBuf::from("nowhere/a.safetensors")).map(|_| ()).unwrap_err().to_string();
    assert!(missing.contains("cannot be read"), "{missing}");
    let folder = weights::open(&PathBuf::from("tests")).map(|_| ()).unwrap_err().to_string();
    assert!(folder.contains("it is a folder"), "{folder}");
}
