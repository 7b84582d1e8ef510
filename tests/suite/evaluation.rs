//! The evaluation protocols: their mathematics against reference numbers, and every command on a small set made on the
//! spot, of four faces in three lights each.

use std::fs;
use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};

use mtlface::evaluation::folds::accuracy;
use mtlface::evaluation::verification::ScoredPair;
use serde_json::Value;

use super::command_line::{Tested, failed, run, succeeded};

/// A file of the shared reference folder beside the checkout; without it the test says so and checks nothing.
fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(file);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not here, so the reference example is not checked", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn ten_folds_equal_the_reference_exactly() {
    let Some(path) = shared("fixtures/small.json") else { return };
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let example = &fixture["verification"];
    let (cosines, same) = (example["cos"].as_array().unwrap(), example["same"].as_array().unwrap());
    let pairs: Vec<ScoredPair> = cosines
        .iter()
        .zip(same)
        .enumerate()
        .map(|(index, (cosine, same))| ScoredPair {
            fold: index * 10 / cosines.len(),
            same: same.as_u64() == Some(1),
            score: cosine.as_f64().unwrap() as f32,
            persons: [0, 0],
        })
        .collect();
    let measured = accuracy(&pairs).unwrap();
    let folds = example["folds"].as_array().unwrap();
    assert_eq!(measured.folds.len(), folds.len());
    for (ours, reference) in measured.folds.iter().zip(folds) {
        assert_eq!(Some(ours.threshold_index as u64), reference["threshold_index"].as_u64());
        assert_eq!(Some(ours.accuracy), reference["accuracy"].as_f64());
    }
    assert!((measured.mean - example["mean"].as_f64().unwrap()).abs() < 1e-12);
    assert!((measured.std - example["std"].as_f64().unwrap()).abs() < 1e-12);
}

/// A folder with a set of aligned faces, its labels and a pair list.
struct SmallSet {
    folder: tempfile::TempDir,
}

/// Identity, picture and stated age of the twelve pictures.
const PICTURES: [(&str, &str, [f32; 3]); 4] = [
    ("anna", "tests/fixtures/compact_face_0.png", [8.0, 30.0, 62.0]),
    ("bert", "tests/fixtures/compact_face_1.png", [15.0, 16.0, 45.0]),
    ("cleo", "tests/fixtures/compact_face_2.png", [22.0, 24.0, 26.0]),
    ("dora", "tests/fixtures/compact_face_0.png", [35.0, 50.0, 70.0]),
];

impl SmallSet {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("images"))?;
        let mut labels = "file,identity,age_years,gender\n".to_owned();
        for (identity, file, ages) in PICTURES {
            let face = image::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?.to_rgb8();
            // The first face upside down is another one to the network.
            let face = if identity == "dora" { image::imageops::rotate180(&face) } else { face };
            for (number, age) in ages.iter().enumerate() {
                let name = format!("{identity}-{number}.png");
                lit(&face, number).save(folder.path().join("images").join(&name))?;
                labels.push_str(&format!(
                    "{name},{identity},{age},{}\n",
                    if identity == "bert" { "male" } else { "female" }
                ));
            }
        }
        fs::write(folder.path().join("labels.csv"), labels)?;
        Ok(Self { folder })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a protocol on the set with a chart, and checks the chart.
    fn measured(&self, protocol: &str, more: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
        let (images, labels, plot) = (self.path("images"), self.path("labels.csv"), self.path("chart.svg"));
        let set = ["eval", protocol, "--images", &images, "--labels", &labels, "--plot", &plot, "--aligned", "--json"];
        let report = succeeded(&[&set, more].concat())?;
        let chart = fs::read_to_string(&plot)?;
        assert!(chart.starts_with("<svg") && chart.trim_end().ends_with("</svg>") && !chart.contains("NaN"));
        assert_eq!(report["provenance"]["weights_sha256"].as_str().map(str::len), Some(64));
        Ok(report)
    }
}

/// The same face in another light.
fn lit(face: &RgbImage, number: usize) -> RgbImage {
    let gain = [1.0, 0.8, 1.15][number];
    let mut face = face.clone();
    face.pixels_mut().for_each(|pixel| *pixel = Rgb(pixel.0.map(|level| (f32::from(level) * gain).min(255.0) as u8)));
    face
}

#[test]
fn pairs_are_told_raw_and_with_the_threshold_of_their_ages_taken_off() -> Tested {
    let set = SmallSet::new()?;
    let names: Vec<String> =
        PICTURES.iter().flat_map(|(identity, ..)| (0..3).map(move |number| format!("{identity}-{number}"))).collect();
    let pairs = names.iter().enumerate().flat_map(|(index, a)| names[index + 1..].iter().map(move |b| (a, b)));
    // Of one person and of two in turn, so that every fold holds both.
    let (mut same, mut different): (Vec<_>, Vec<_>) = pairs.partition(|(a, b)| a[..4] == b[..4]);
    different.truncate(same.len());
    let list: String =
        same.drain(..).zip(different).map(|((a, b), (c, d))| format!("{a} {b} 1\n{c} {d}.png 0\n")).collect();
    fs::write(set.path("pairs.txt"), format!("{list}anna-0 nobody-7 0\n"))?;
    let report = set.measured("pairs", &["--pairs", &set.path("pairs.txt")])?;
    assert_eq!((&report["pairs"], &report["persons"], &report["pairs_left_out"]), (&24.into(), &4.into(), &1.into()));
    assert_eq!(report["pairs_with_stated_ages"], 24);
    for figures in [&report, &report["normalised"]] {
        // A fold's threshold comes from the others, so its own most distant pair of one person may be missed.
        assert!(figures["accuracy"].as_f64().is_some_and(|accuracy| accuracy > 0.8), "{figures}");
        assert!(figures["tar"]["1e-3"].is_null(), "twelve pairs of different people cannot tell this rate");
        let parts = figures["parts"].as_array().ok_or("no parts")?;
        let genuine = |part: &str| parts.iter().find(|one| one["part"] == part).map(|one| one["genuine_pairs"].clone());
        assert_eq!((genuine("gap_0_5"), genuine("gap_30")), (Some(4.into()), Some(4.into())));
        assert_eq!((genuine("one_under_18"), genuine("both_under_18")), (Some(4.into()), Some(1.into())));
    }
    assert!(report["skipped"][0]["file"].as_str().is_some_and(|file| file.contains("nobody-7")));
    Ok(())
}

#[test]
fn photographs_are_searched_among_each_other_and_among_distractors() -> Tested {
    let set = SmallSet::new()?;
    let others = set.path("others");
    fs::create_dir(&others)?;
    for (index, shade) in [30, 90, 150].into_iter().enumerate() {
        RgbImage::from_fn(112, 112, |x, y| Rgb([shade, (x * 2) as u8, (y * 2) as u8]))
            .save(Path::new(&others).join(format!("{index}.png")))?;
    }
    let report = set.measured("identification", &["--distractors", &others, "--limit", "2"])?;
    assert_eq!((&report["rank1"], &report["rank5"], &report["queries"]), (&1.0.into(), &1.0.into(), &12.into()));
    assert!(report["ci95"].is_array() && report["normalised"]["rank1"].is_number(), "{report}");
    let all = report["verification"]["raw"]["parts"].as_array().ok_or("no parts")?;
    let pairs: u64 = all[..4].iter().filter_map(|part| part["genuine_pairs"].as_u64()).sum();
    assert_eq!(pairs, 12);
    let among = &report["distractors"]["by_distractors"][0];
    assert_eq!((&report["distractors"]["searches"], &among["distractors"]), (&24.into(), &2.into()));
    assert_eq!(among["raw"][0], 1.0);
    Ok(())
}

#[test]
fn ages_are_told_by_decade_and_gender() -> Tested {
    let set = SmallSet::new()?;
    let report = set.measured("age", &[])?;
    assert_eq!((&report["images"], &report["persons"]), (&12.into(), &4.into()));
    assert_eq!(report["by_gender"]["male"]["images"], 3);
    assert_eq!(report["by_decade"]["20–29"]["images"], 3);
    assert_eq!(report["cumulative_score"].as_array().map(Vec::len), Some(16));
    assert_eq!(report["cumulative_score"][5], report["cs5"]);
    let (mae, bias) = (report["mae_years"].as_f64(), report["bias_years"].as_f64());
    assert!(mae.zip(bias).is_some_and(|(mae, bias)| mae >= bias.abs()), "{report}");
    Ok(())
}

#[test]
fn landmarks_from_a_file_take_the_place_of_the_detector() -> Tested {
    let set = SmallSet::new()?;
    let header = "file,eye_left_x,eye_left_y,eye_right_x,eye_right_y,nose_x,nose_y,mouth_left_x,mouth_left_y,\
                  mouth_right_x,mouth_right_y";
    // Where the five points lie in an aligned crop: by them a crop is aligned to itself.
    let points = "38.2946,51.6963,73.5318,51.5014,56.0252,71.7366,41.5493,92.3655,70.7299,92.2041";
    fs::write(set.path("landmarks.csv"), format!("{header}\nanna-0.png,{points}\nbert-1.png,{points}\n"))?;
    let (images, labels, landmarks) = (set.path("images"), set.path("labels.csv"), set.path("landmarks.csv"));
    let arguments = ["eval", "age", "--images", &images, "--labels", &labels, "--json"];
    let placed = succeeded(&[&arguments[..], &["--landmarks", &landmarks]].concat())?;
    assert_eq!((&placed["images"], placed["skipped"].as_array().map(Vec::len)), (&2.into(), Some(10)));
    fs::write(set.path("two.csv"), "file,age_years\nanna-0.png,8\nbert-1.png,16\n")?;
    let two = set.path("two.csv");
    let aligned = succeeded(&["eval", "age", "--images", &images, "--labels", &two, "--aligned", "--json"])?;
    let mae = |report: &Value| report["mae_years"].as_f64().unwrap_or(f64::NAN);
    assert!((mae(&placed) - mae(&aligned)).abs() < 0.5, "{} and {}", mae(&placed), mae(&aligned));
    Ok(())
}

#[test]
fn the_probes_of_the_decomposition_run_on_two_sets_and_on_halves_of_one() -> Tested {
    let set = SmallSet::new()?;
    let halves = set.measured("decomposition", &[])?;
    assert_eq!((&halves["split"], &halves["embedding_probe"]["test_images"]), (&"seeded_halves".into(), &6.into()));
    assert_eq!(halves["age_leakage_r2"], halves["embedding_probe"]["r2"]);
    let (images, labels) = (set.path("images"), set.path("labels.csv"));
    let two = set.measured("decomposition", &["--train", &images, "--train-labels", &labels])?;
    assert_eq!((&two["split"], &two["embedding_probe"]["train_images"]), (&"two_sets".into(), &12.into()));
    // Trained on the very faces it is measured on, a probe knows their ages better than their mean does.
    assert!(two["age_leakage_r2"].as_f64().is_some_and(|r2| r2 > 0.0), "{two}");
    assert_eq!(
        (&two["identity_leakage"]["queries"], &two["identity_leakage"]["embedding"]["rank1"]),
        (&12.into(), &1.0.into())
    );
    Ok(())
}

#[test]
fn synthesis_is_judged_by_the_network_and_by_another() -> Tested {
    let set = SmallSet::new()?;
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compact-v1.safetensors").display().to_string();
    let report = set.measured("synthesis", &["--faces", "2", "--real", "1", "--judge", &weights])?;
    assert_eq!(report["faces"], 2);
    let by_target = report["network"]["by_target"].as_array().ok_or("no targets")?;
    assert_eq!(by_target.len(), 7);
    assert!(by_target.iter().all(|target| target["faces"] == 2 && target["frechet"].is_null()));
    assert!(report["network"]["spearman"].as_f64().is_some_and(|order| order > 0.8), "{report}");
    assert!(report["network"]["error_years"].as_f64() < report["network"]["unchanged_error_years"].as_f64());
    // The judge here is the same network in another file: it must see the same.
    assert_eq!(report["judge"], report["network"]);
    assert_eq!(report["judge_sha256"], report["provenance"]["weights_sha256"]);
    Ok(())
}

#[test]
fn a_set_that_cannot_be_measured_is_told_in_a_sentence() -> Tested {
    let set = SmallSet::new()?;
    let (images, labels) = (set.path("images"), set.path("labels.csv"));
    fs::write(set.path("ages.csv"), "file,age_years\nanna-0.png,8\n")?;
    let said = failed(&["eval", "genuine", "--images", &images, "--labels", &set.path("ages.csv"), "--aligned"])?;
    assert!(said.contains("identity"), "{said}");
    let said = failed(&["eval", "pairs", "--images", &images, "--aligned"])?;
    assert!(said.contains("--pairs"), "{said}");
    let said = failed(&["eval", "age", "--images", &set.path("nowhere"), "--labels", &labels])?;
    assert!(said.contains("nowhere"), "{said}");
    let output = run(&["eval", "age", "--images", &images, "--plot", "/no/such/folder/chart.svg"])?;
    assert_eq!(output.status.code(), Some(2), "a chart without a place is refused before anything is measured");
    Ok(())
}

#[test]
fn a_calibration_of_ones_own_gives_compare_its_words() -> Tested {
    let set = SmallSet::new()?;
    let (images, labels, own) = (set.path("images"), set.path("labels.csv"), set.path("own.json"));
    let (a, b) = (set.path("images/anna-0.png"), set.path("images/anna-1.png"));
    succeeded(&[
        "eval",
        "calibrate",
        "--impostors",
        &images,
        "--impostors-labels",
        &labels,
        "--impostors-name",
        "Twelve faces",
        "--genuine",
        &images,
        "--genuine-labels",
        &labels,
        "--genuine-name",
        "The same",
        "-o",
        &own,
        "--plot",
        &set.path("chart.svg"),
        "--aligned",
        "--json",
    ])?;
    let file: Value = serde_json::from_str(&fs::read_to_string(&own)?)?;
    assert_eq!((&file["version"], &file["genuine"]["under_18"][0]["faces_under_18"]), (&2.into(), &1.into()));
    assert!(file["genuine"]["gaps"][0]["above_threshold"].is_object());
    let compare = ["compare", a.as_str(), b.as_str(), "--aligned", "--json"];
    let name = |report: &Value| report["calibration"]["name"].as_str().unwrap_or_default().to_owned();
    let asked_for = succeeded(&[&compare[..], &["--calibration", &own]].concat())?;
    assert!(name(&asked_for).contains("Twelve faces"), "{}", name(&asked_for));

    let weights = set.path("mine.safetensors");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compact-v1.safetensors"), &weights)?;
    let with_weights = [&compare[..], &["--weights", &weights]].concat();
    assert!(name(&succeeded(&with_weights)?).contains("UTKFace dev"));
    fs::copy(&own, set.path("mine.calibration.json"))?;
    assert!(name(&succeeded(&with_weights)?).contains("Twelve faces"), "the file beside the weights");

    let sha256 = file["weights_sha256"].as_str().ok_or("no hash")?;
    fs::write(set.path("other.json"), fs::read_to_string(&own)?.replace(sha256, &"0".repeat(64)))?;
    let said = failed(&["compare", &a, &b, "--aligned", "--calibration", &set.path("other.json")])?;
    assert!(said.contains("other weights") && said.contains("eval calibrate"), "{said}");
    Ok(())
}
