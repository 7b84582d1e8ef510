//! Every command as a user types it: the built binary on bundled photos, its JSON, its files, its exit codes, and the
//! bad inputs it must survive with a plain sentence.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

pub type Tested = Result<(), Box<dyn std::error::Error>>;

pub fn demo(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", "demo", name].iter().collect();
    path.display().to_string()
}

/// Runs the program without a display, on the CPU, in a folder of its own.
pub fn run_in(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtlface"));
    for variable in
        ["DISPLAY", "WAYLAND_DISPLAY", "MTLFACE_DEVICE", "MTLFACE_JSON", "MTLFACE_WEIGHTS", "MTLFACE_CALIBRATION"]
    {
        command.env_remove(variable);
    }
    command.env("MTLFACE_SIGNING", signing_folder());
    command.current_dir(folder).env("MTLFACE_DEVICE", "cpu").args(arguments).output()
}

/// Where tests keep the key that signs: not where the person who runs them has theirs.
pub fn signing_folder() -> PathBuf {
    std::env::temp_dir().join("mtlface-tests-signing")
}

pub fn run(arguments: &[&str]) -> std::io::Result<Output> {
    run_in(&std::env::temp_dir(), arguments)
}

/// The one JSON object on stdout, and that there is nothing else there.
pub fn json(output: &Output) -> Result<Value, Box<dyn std::error::Error>> {
    let text = std::str::from_utf8(&output.stdout)?;
    assert_eq!(text.lines().count(), 1, "stdout holds more than one line: {text}");
    Ok(serde_json::from_str(text)?)
}

pub fn succeeded(arguments: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
    let output = run(arguments)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    json(&output)
}

/// Runs what must fail with exit code 1, and returns its sentence with its next step.
pub fn failed(arguments: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let output = run(&[arguments, &["--json"]].concat())?;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let object = json(&output)?;
    let said = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let (error, hint) = (said("error"), said("hint"));
    assert!(error.len() > 10 && hint.len() > 10, "{arguments:?}: “{error}” “{hint}”");
    assert!(!error.contains("panicked") && !error.contains("program failed"), "{error}");
    Ok(format!("{error} {hint}"))
}

/// What every result records of how it was made.
fn assert_recorded(object: &Value) {
    assert_eq!(object["app_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(object["weights"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(object["device"]["kind"], "cpu");
    assert!(object["device"]["name"].is_string() && object["device"]["reason"].is_string());
    assert!(object["seed"].is_u64() && object["parameters"].is_object());
}

#[test]
fn faces_lists_box_landmarks_age_and_warnings() -> Tested {
    let object = succeeded(&["faces", &demo("astronaut.jpg"), "--json"])?;
    assert_recorded(&object);
    let faces = object["faces"].as_array().ok_or("no faces")?;
    assert_eq!(faces.len(), 1);
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let corners: Vec<f64> = faces[0]["box_px"].as_array().ok_or("no box")?.iter().map(number).collect();
    assert!(corners[0] < 220.0 && corners[2] > 220.0 && corners[1] < 115.0 && corners[3] > 115.0, "{corners:?}");
    assert_eq!(faces[0]["landmarks_px"].as_array().map(Vec::len), Some(5));
    assert!((15.0..50.0).contains(&number(&faces[0]["age_years"])));
    assert!(faces[0]["score"].is_number() && faces[0]["warnings"].is_array());
    Ok(())
}

#[test]
fn age_writes_labelled_pictures_with_their_mark() -> Tested {
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("new/folder").display().to_string();
    let photo = demo("astronaut.jpg");
    let object = succeeded(&["age", &photo, "--to", "8,65", "-o", &place, "--json", "--seed", "7"])?;
    assert_recorded(&object);
    assert_eq!(object["seed"], 7);
    assert_eq!(object["source"]["sha256"].as_str().map(str::len), Some(64));
    assert!(object["source"]["age_years"].is_number());
    assert_eq!(object["source"]["alignment"]["landmark_source"], "detector");
    let outputs = object["outputs"].as_array().ok_or("no outputs")?;
    assert_eq!(outputs.len(), 2);
    assert_eq!((&outputs[1]["target_age_years"], &outputs[1]["group"]), (&65.0.into(), &"61+".into()));
    let original = image::open(&photo)?.to_rgb8();
    for output in outputs {
        let cosine = output["identity_cosine"].as_f64().ok_or("no cosine")?;
        assert!((0.4..1.0).contains(&cosine), "{cosine}");
        let aged = image::open(output["photo_path"].as_str().ok_or("no photo")?)?.to_rgb8();
        assert_eq!(aged.dimensions(), original.dimensions());
        assert_ne!(aged.get_pixel(225, 120), original.get_pixel(225, 120), "the face did not change");
        assert_eq!(aged.get_pixel(10, 10), original.get_pixel(10, 10), "the background changed");
        let face = image::open(output["face_path"].as_str().ok_or("no face")?)?;
        assert_eq!((face.width(), face.height()), (448, 448));
        for key in ["photo_path", "face_path"] {
            let bytes = std::fs::read(output[key].as_str().ok_or("no path")?)?;
            assert!(mtlface::aging::export::is_marked_synthetic(&bytes), "{key} carries no mark");
        }
    }
    let sheet = object["sheet_path"].as_str().ok_or("no sheet")?;
    assert!(mtlface::aging::export::is_marked_synthetic(&std::fs::read(sheet)?));
    Ok(())
}

#[test]
fn a_synthetic_face_is_still_read_as_the_person_and_said_to_be_synthetic() -> Tested {
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let photo = demo("astronaut.jpg");
    let aged = succeeded(&["age", &photo, "--to", "60", "-o", &place, "--json"])?;
    let aged = aged["outputs"][0]["photo_path"].as_str().ok_or("no path")?;
    let object = succeeded(&["compare", &photo, aged, "--json"])?;
    assert!(object["cosine"].as_f64().is_some_and(|cosine| cosine > 0.7), "{}", object["cosine"]);
    let warnings = object["warnings"].to_string();
    assert!(warnings.contains("synthetic"), "{warnings}");
    Ok(())
}

#[test]
fn at_the_faces_own_age_the_photo_stays_itself() -> Tested {
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let photo = demo("astronaut.jpg");
    let object = succeeded(&["age", &photo, "--to", "30", "--own-age", "30", "-o", &place, "--json"])?;
    let same = image::open(object["outputs"][0]["photo_path"].as_str().ok_or("no path")?)?.to_rgb8();
    let original = image::open(&photo)?.to_rgb8();
    let face = |picture: &image::RgbImage| image::imageops::crop_imm(picture, 150, 40, 150, 170).to_image();
    assert_eq!(face(&same), face(&original));
    Ok(())
}

#[test]
fn compare_tells_one_person_from_two() -> Tested {
    let one = succeeded(&["compare", &demo("obama.jpg"), &demo("obama3.jpg"), "--json", "--age-a", "51"])?;
    assert_recorded(&one);
    assert_eq!(one["same"], true);
    assert_eq!(one["a"]["own_age_stated"], true);
    let two = succeeded(&["compare", &demo("obama.jpg"), &demo("biden.jpg"), "--json"])?;
    assert_eq!(two["same"], false);
    for object in [&one, &two] {
        for key in ["cosine", "threshold"] {
            assert!(object[key].is_number(), "{key}");
        }
        assert!(object.get("fmr").is_some() && object["calibration"]["name"].is_string());
        assert!(object["calibration"]["pairs"].as_u64().is_some_and(|pairs| pairs >= 10_000));
        assert_eq!(object["warnings"][0], "Investigative lead, not an identification.");
    }
    assert!(two["fmr"].as_f64().is_some_and(|rate| rate > 0.001), "{}", two["fmr"]);
    Ok(())
}

#[test]
fn attention_writes_a_picture_and_numbers() -> Tested {
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let object = succeeded(&["attention", &demo("astronaut.jpg"), "-o", &place, "--ages", "--json"])?;
    assert_recorded(&object);
    let cells = |key: &str| -> Vec<f64> {
        let rows = object[key].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        rows.flat_map(|row| row.as_array().cloned().unwrap_or_default()).filter_map(|value| value.as_f64()).collect()
    };
    for key in ["identity_share", "spatial_gate"] {
        assert_eq!(cells(key).len(), 49, "{key}");
        assert!(cells(key).iter().all(|value| (0.0..=1.0).contains(value)), "{key}");
    }
    assert_eq!(object["channel_gate"].as_array().map(Vec::len), Some(1024));
    let ages = object["ages"].as_array().ok_or("no ages")?;
    assert!(ages.len() == 7 && ages.iter().all(|age| age["channels_to_age"].as_u64().is_some()));
    let read = |key: &str| std::fs::read_to_string(object["paths"][key].as_str().unwrap_or_default());
    let table = read("table")?;
    let gates = table.lines().filter(|line| line.split(',').nth(2) == Some("channel_gate")).count();
    assert_eq!(gates, 8 * 1024, "the photograph and seven ages");
    let drawing = read("drawing")?;
    assert!(drawing.starts_with("<svg") && drawing.contains("weights_sha256"), "{}", &drawing[..200]);
    let picture = image::open(object["paths"]["picture"].as_str().ok_or("no picture")?)?;
    assert!(picture.width() > 1000);
    let numbers = std::fs::read(object["paths"]["identity_share"].as_str().ok_or("no numbers")?)?;
    assert!(numbers.starts_with(b"\x93NUMPY"));
    let values = numbers[numbers.len() - 49 * 4..].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    for (stored, told) in values.zip(cells("identity_share")) {
        assert!((f64::from(stored) - told).abs() < 1e-6);
    }
    Ok(())
}

#[test]
fn doctor_passes_its_self_test() -> Tested {
    let object = succeeded(&["doctor", "--json", "--threads", "1"])?;
    assert_recorded(&object);
    assert_eq!(object["selftest"]["passed"], true);
    assert!(object["selftest"]["max_abs_error"].as_f64().is_some_and(|error| error < 2e-3));
    assert_eq!(object["weights"]["preset"], "compact");
    assert!(object["device"]["name"].as_str().is_some_and(|name| name.contains("1 thread")), "{}", object["device"]);
    assert!(object["stages_ms"].as_object().is_some_and(|stages| stages.len() >= 3));
    Ok(())
}

#[test]
fn without_a_display_the_demo_faces_timeline_is_written() -> Tested {
    let folder = tempfile::tempdir()?;
    let output = run_in(folder.path(), &[])?;
    let text = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{text}");
    let sentence = text.lines().next().unwrap_or_default();
    assert!(sentence.contains("no display") && sentence.contains("mtlface-out"), "{sentence}");
    let written = std::fs::read_dir(folder.path().join("mtlface-out"))?.count();
    assert_eq!(written, 15, "seven photos, seven faces and a sheet");
    Ok(())
}

#[test]
fn an_aligned_crop_and_landmarks_by_hand_need_no_detector() -> Tested {
    let crop: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", "selftest", "face.png"].iter().collect();
    let crop = crop.display().to_string();
    let object = succeeded(&["faces", &crop, "--aligned", "--json"])?;
    assert_eq!(object["faces"].as_array().map(Vec::len), Some(1));
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let points = "201.7,98.5,247.6,97.8,224.4,121.8,205.6,145.2,244.0,144.8";
    let object = succeeded(&["attention", &demo("astronaut.jpg"), "--landmarks", points, "-o", &place, "--json"])?;
    assert_eq!(object["source"]["alignment"]["landmark_source"], "hand");
    Ok(())
}

#[test]
fn bad_photos_are_answered_in_plain_sentences() -> Tested {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, bytes: &[u8]| -> Result<String, std::io::Error> {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path.display().to_string())
    };
    let whole = std::fs::read(demo("astronaut.jpg"))?;
    let cases = [
        (folder.path().join("nowhere.jpg").display().to_string(), "no file"),
        (folder.path().display().to_string(), "folder"),
        (write("empty.jpg", b"")?, "empty"),
        (write("text.jpg", b"Dear Sir or Madam, this is no picture at all.")?, "not a picture"),
        (write("cut.jpg", &whole[..whole.len() / 2])?, "incomplete"),
        (write("huge.png", &png_header(30_000, 30_000))?, "limit"),
    ];
    for (path, expected) in &cases {
        let told = failed(&["faces", path])?;
        assert!(told.to_lowercase().contains(expected), "{path}: {told}");
    }
    Ok(())
}

/// The beginning of a PNG file that claims this size.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::new();
    let mut encoder = png::Encoder::new(&mut header, width, height);
    encoder.set_color(png::ColorType::Rgb);
    // A header without pixels is what this file is; what the encoder thinks of it does not matter.
    let _ = encoder.write_header();
    header
}

#[test]
fn a_photo_without_a_face_lists_none_and_ages_none() -> Tested {
    let folder = tempfile::tempdir()?;
    let plain = folder.path().join("plain.png");
    image::RgbImage::from_pixel(320, 240, image::Rgb([120, 140, 160])).save(&plain)?;
    let (plain, place) = (plain.display().to_string(), folder.path().display().to_string());
    let object = succeeded(&["faces", &plain, "--json"])?;
    assert_eq!(object["faces"].as_array().map(Vec::len), Some(0));
    let told = failed(&["age", &plain, "--to", "65", "-o", &place])?;
    assert!(told.contains("No face") && told.contains("--landmarks"), "{told}");
    Ok(())
}

#[test]
fn a_face_that_is_not_there_is_refused_with_the_count() -> Tested {
    let told = failed(&[
        "attention",
        &demo("astronaut.jpg"),
        "--face",
        "3",
        "-o",
        &std::env::temp_dir().display().to_string(),
    ])?;
    assert!(told.contains("1 face") && told.contains("mtlface faces"), "{told}");
    Ok(())
}

#[test]
fn foreign_weights_and_impossible_folders_are_refused() -> Tested {
    let folder = tempfile::tempdir()?;
    let weights: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", "mtcnn.safetensors"].iter().collect();
    let told = failed(&["doctor", "--weights", &weights.display().to_string()])?;
    assert!(told.contains("mtcnn.safetensors"), "{told}");
    let file = folder.path().join("file");
    std::fs::write(&file, b"")?;
    for place in [file.clone(), file.join("below")] {
        let told = failed(&["age", &demo("astronaut.jpg"), "--to", "65", "-o", &place.display().to_string()])?;
        assert!(told.contains("folder"), "{told}");
    }
    Ok(())
}

#[test]
fn the_original_is_never_touched() -> Tested {
    let folder = tempfile::tempdir()?;
    let photo = folder.path().join("me.jpg");
    std::fs::copy(demo("astronaut.jpg"), &photo)?;
    // A file with an output's name that leads to the photo.
    #[cfg(unix)]
    std::os::unix::fs::symlink(&photo, folder.path().join("me-age-65.png"))?;
    let place = folder.path().display().to_string();
    if cfg!(unix) {
        let told = failed(&["age", &photo.display().to_string(), "--to", "65", "-o", &place])?;
        assert!(told.contains("never overwritten"), "{told}");
    }
    assert_eq!(std::fs::read(&photo)?, std::fs::read(demo("astronaut.jpg"))?);
    Ok(())
}

#[test]
fn wrong_usage_ends_with_two() -> Tested {
    let photo = demo("astronaut.jpg");
    let wrong: [&[&str]; 11] = [
        &["age", &photo, "--film", "film.avi"],
        &["age", &photo, "--to", "65", "-o", "out", "--from", "5"],
        &["age", &photo, "--film", "film.mp4", "-o", "out"],
        &["age", &photo, "-o", "out"],
        &["age", &photo, "--to", "95", "-o", "out"],
        &["age", &photo, "--to", "old", "-o", "out"],
        &["compare", &photo],
        &["faces", &photo, "--device", "abacus"],
        &["attention", &photo, "-o", "out", "--landmarks", "1,2,3"],
        &["attention", &photo, "-o", "out", "--face", "1", "--aligned"],
        &["--unknown"],
    ];
    for arguments in wrong {
        let output = run(arguments)?;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let output = run(&["compare", &photo, "--json"])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(json(&output)?["error"].is_string());
    assert_eq!(run(&["--help"])?.status.code(), Some(0));
    assert_eq!(run(&["--version"])?.status.code(), Some(0));
    Ok(())
}

#[test]
fn people_get_text_and_programs_get_json() -> Tested {
    let text = run(&["compare", &demo("obama.jpg"), &demo("obama3.jpg")])?;
    let text = String::from_utf8(text.stdout)?;
    assert!(text.contains("Investigative lead, not an identification."), "{text}");
    assert!(serde_json::from_str::<Value>(&text).is_err());
    let error = run(&["faces", "nowhere.jpg"])?;
    assert!(error.stdout.is_empty());
    assert!(String::from_utf8(error.stderr)?.contains("nowhere.jpg"));
    Ok(())
}
