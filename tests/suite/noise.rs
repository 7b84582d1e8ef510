//! `mtlface age` with a network that draws every age: the noise asked for is the noise recorded, and the same command
//! gives the same pictures.

use std::path::{Path, PathBuf};

use crate::command_line::{Tested, failed, succeeded};

fn in_repository(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
}

/// The faces `--to 5,62` draws with these further arguments, and what was recorded as their noise.
fn faces(folder: &Path, further: &[&str]) -> Result<(Vec<image::RgbImage>, String), Box<dyn std::error::Error>> {
    let (photo, weights) = (in_repository("assets/demo/obama.jpg"), checkpoint());
    let folder = folder.display().to_string();
    let asked = ["age", &photo, "--to", "5,62", "-o", &folder, "--weights", &weights, "--json"];
    let object = succeeded(&[&asked, further].concat())?;
    let outputs = object["outputs"].as_array().ok_or("no outputs")?;
    let groups: Vec<_> = outputs.iter().map(|output| output["group"].as_str().unwrap_or_default()).collect();
    assert_eq!(groups, ["0–10", "61+"]);
    assert!(outputs.iter().all(|output| output["identity_cosine"].is_f64()));
    let path = |output: &serde_json::Value| PathBuf::from(output["face_path"].as_str().unwrap_or_default());
    let faces = outputs.iter().map(|output| Ok(image::open(path(output))?.to_rgb8()));
    let noise = object["parameters"]["noise"].as_str().unwrap_or_default().to_owned();
    Ok((faces.collect::<Result<_, image::ImageError>>()?, noise))
}

fn checkpoint() -> String {
    in_repository("tests/fixtures/checkpoints/b_micro_bare_zip.tar")
}

#[test]
fn the_noise_asked_for_is_drawn_and_recorded() -> Tested {
    let folder = tempfile::tempdir()?;
    let (plain, off) = faces(folder.path(), &[])?;
    let (mapped, stored) = faces(folder.path(), &["--noise", "stored"])?;
    let (first, seeded) = faces(folder.path(), &["--noise", "seeded", "--seed", "7"])?;
    assert_eq!([off, stored, seeded], ["off", "stored", "seeded"]);
    assert!(plain != mapped && mapped != first && first != plain);
    assert_eq!(faces(folder.path(), &["--noise", "seeded", "--seed", "7"])?.0, first, "the same seed, the same face");
    assert_ne!(faces(folder.path(), &["--noise", "seeded", "--seed", "8"])?.0, first);
    Ok(())
}

#[test]
fn a_network_without_noise_refuses_it() -> Tested {
    let folder = tempfile::tempdir()?;
    let (photo, out) = (in_repository("assets/demo/obama.jpg"), folder.path().display().to_string());
    let sentence = failed(&["age", &photo, "--to", "5", "-o", &out, "--noise", "seeded"])?;
    assert!(sentence.contains("draws without noise") && sentence.contains("tpami2022"), "{sentence}");
    Ok(())
}
