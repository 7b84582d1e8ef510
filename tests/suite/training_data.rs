//! What training learns from: the sets as they are published, counted by the command and loaded by the library.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::{ImageFormat, Rgb, RgbImage};
use mtlface::training::data::{Augmentation, DataConfig, DataKind, Dataset, Draw, Loader, Request};

use crate::command_line::{Tested, json, run};

/// A tiny picture, as a file of this kind.
fn picture(path: &Path, format: ImageFormat) -> Tested {
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    let drawn = RgbImage::from_fn(24, 24, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 90]));
    Ok(drawn.save_with_format(path, format)?)
}

#[test]
fn a_config_of_several_sets_is_counted() -> Tested {
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name);
    for name in ["7_0_2_20170101.jpg", "31_1_0_20170102.jpg", "64_1_20170103.jpg"] {
        picture(&place("utkface").join(name), ImageFormat::Jpeg)?;
    }
    for name in ["casia/1/a.png", "casia/1/b.png", "casia/2/a.png"] {
        picture(&place(name), ImageFormat::Png)?;
    }
    fs::write(
        place("scaf.txt"),
        "1 casia/1/a.png 19 1\n1 casia/1/b.png 45 1\n2 casia/2/a.png 8.5 0\n2 casia/gone.png 9 0\n",
    )?;
    let config = "
        steps = 100
        [[data]]
        path = \"utkface\"
        kind = \"utkface\"
        [[data]]
        path = \"scaf.txt\"
        kind = \"list\"
        aligned = true
    ";
    fs::write(place("run.toml"), config)?;
    let file = place("run.toml").display().to_string();
    let object = json(&run(&["train", "data", "--config", &file, "--json"])?)?;
    assert_eq!((object["pictures"].as_u64(), object["identities"]["people"].as_u64()), (Some(6), Some(2)));
    assert_eq!(object["age_groups"][0]["name"], "0–10");
    assert_eq!((&object["age_groups"][0]["male"], &object["age_groups"][0]["female"]), (&1.into(), &1.into()));
    assert_eq!((&object["decades"][6]["female"], &object["ethnicities"][2]["male"]), (&1.into(), &1.into()));
    assert_eq!(
        (&object["sources"][1]["missing"], &object["sources"][1]["first_missing"]),
        (&1.into(), &"casia/gone.png".into())
    );
    let text = String::from_utf8(run(&["train", "data", "--config", &file])?.stdout)?;
    assert!(text.contains("6 pictures") && text.contains("age group") && text.contains("“casia/gone.png”"), "{text}");
    Ok(())
}

#[test]
fn mistakes_end_in_a_sentence_with_a_next_step() -> Tested {
    let folder = tempfile::tempdir()?;
    let said = |config: &str| -> Result<String, Box<dyn std::error::Error>> {
        let file = folder.path().join("run.toml");
        fs::write(&file, config)?;
        let output = run(&["train", "data", "--config", &file.display().to_string(), "--json"])?;
        assert_eq!(output.status.code(), Some(1), "{config}");
        let object = json(&output)?;
        let said = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        assert!(!said("hint").is_empty(), "{object}");
        Ok(format!("{} {}", said("error"), said("hint")))
    };
    let source = |path: &str, kind: &str| format!("[[data]]\npath = \"{path}\"\nkind = \"{kind}\"\n");
    assert!(said(&source("nowhere", "folder"))?.contains("cannot be read"));
    assert!(said(&format!("{}wieght = 2\n", source("a", "folder")))?.contains("line 4"));
    fs::write(folder.path().join("list.txt"), "1 /etc/passwd 3 1\n")?;
    assert!(said(&source("list.txt", "list"))?.contains("line 1: “/etc/passwd” is not a path inside"));
    fs::write(folder.path().join("train.rec"), b"not a record file")?;
    assert!(said(&source("train.rec", "record"))?.contains("no record begins at byte 0"));
    fs::write(folder.path().join("set.tar"), [7; 100])?;
    assert!(said(&source("set.tar", "utkface"))?.contains("neither a folder nor a tar archive"));
    Ok(())
}

/// A file of the shared data beside the checkout; without it the test says so and checks nothing.
fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not here, so faces are not loaded from it", path.display());
        return None;
    }
    Some(path)
}

/// The faces of known age, and the whole ones of known people; nothing where they are not here.
fn shared_sets() -> Result<Option<Arc<Dataset>>, Box<dyn std::error::Error>> {
    let files = [shared("utkface-train.tar"), shared("utkface-landmarks.csv"), shared("identity-train.tar")];
    let [Some(aged), Some(landmarks), Some(whole)] = files else { return Ok(None) };
    let sources = [
        DataConfig { landmarks: Some(landmarks), ..DataConfig::new(aged, DataKind::Labelled) },
        DataConfig { aligned: true, ..DataConfig::new(whole, DataKind::Labelled) },
    ];
    Ok(Some(Arc::new(Dataset::open(&sources, &mut |_, _| {})?)))
}

#[test]
fn the_real_sets_are_read_from_their_archives() -> Tested {
    let Some(dataset) = shared_sets()? else { return Ok(()) };
    assert_eq!((dataset.len(), dataset.identities()), (18_474 + 9_499, 322));
    let statistics = dataset.statistics();
    assert_eq!(statistics.without_age.all(), 9_499);
    let loader = Loader::new(Arc::clone(&dataset), 1, 2);
    let draw = Draw::ByAge { evenness: 0.5 };
    let augmentation = Augmentation { fill_border: 1.0, ..Augmentation::none() };
    loader.ask(Request { stream: "aged", step: 0, count: 32, draw, augmentation });
    let batch = loader.take()?;
    assert!(batch.samples.iter().all(|sample| sample.age_years.is_some() && sample.ethnicity.is_some()));
    // UTKFace's crops reach about 61 % of the template; the border is drawn in a little and softened.
    let reached = batch.photographed.iter().sum::<f32>() / batch.photographed.len() as f32;
    assert!((0.4..0.7).contains(&reached), "{reached}");
    // A few crops have no landmarks because no detector finds the face.
    assert!(loader.broken().iter().all(|broken| broken.reason == "No face was found."), "{:?}", loader.broken());
    Ok(())
}

/// Prints how many faces the loader delivers in a second, with everything that changes them.
#[test]
#[ignore = "measures, and takes several seconds"]
fn how_fast_faces_are_loaded() -> Tested {
    let Some(dataset) = shared_sets()? else { return Ok(()) };
    for threads in [1, 2] {
        let loader = Loader::new(Arc::clone(&dataset), 1, threads);
        let started = Instant::now();
        for step in 0..16 {
            let (draw, augmentation) = (Draw::ByAge { evenness: 0.5 }, Augmentation::default());
            loader.ask(Request { stream: "aged", step, count: 64, draw, augmentation });
        }
        (0..16).try_for_each(|_| loader.take().map(drop))?;
        let images_per_second = 1024.0 / started.elapsed().as_secs_f64();
        eprintln!("{images_per_second:.0} faces a second on {threads} threads, {} broken", loader.broken().len());
    }
    Ok(())
}
