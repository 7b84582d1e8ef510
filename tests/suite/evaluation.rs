//! The evaluation protocols against reference numbers.

use std::path::{Path, PathBuf};

use mtlface::evaluation::folds::accuracy;
use mtlface::evaluation::verification::ScoredPair;
use serde_json::Value;

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
