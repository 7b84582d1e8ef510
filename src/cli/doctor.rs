//! `mtlface doctor`: device, weights, self-test, and the time of each stage on this machine.

use anyhow::Result;
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::output::hinted;
use super::{CommonArgs, Output};
use crate::engine::{FaceReading, Pipeline};
use crate::face::{AlignedFace, Photo};
use crate::model::CELLS;
use crate::recognition::{Calibration, Embedding};

const SELFTEST_FACE: &[u8] = include_bytes!("../../assets/selftest/face.png");
const SELFTEST_EXPECTED: &str = include_str!("../../assets/selftest/expected.json");
const DEMO: &[u8] = include_bytes!("../../assets/demo/astronaut.jpg");
/// Largest difference of a share or gate the self-test allows; other summation orders stay below a tenth of it.
const MAX_SHARE_ERROR: f32 = 1e-3;
/// Largest difference of the estimated age the self-test allows, in years.
const MAX_AGE_ERROR_YEARS: f32 = 0.05;
/// Smallest cosine to the stored embedding the self-test allows.
const MIN_EMBEDDING_COSINE: f32 = 0.9999;

/// Arguments of `doctor`; `--weights` and `--device` say what is examined.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

/// What the bundled network must say of the bundled face.
#[derive(Deserialize)]
struct Expected {
    weights_sha256: String,
    embedding: Vec<f32>,
    age_years: f32,
    identity_share: [[f32; CELLS]; CELLS],
    spatial_gate: [[f32; CELLS]; CELLS],
}

/// What the self-test found.
struct SelfTest {
    passed: bool,
    max_abs_error: f32,
    age_error_years: f32,
    embedding_cosine: f32,
}

/// Examines this machine.
pub fn run(_: &DoctorArgs, common: &CommonArgs) -> Result<Output> {
    let weights = common.weights()?;
    let pipeline = Pipeline::new(common.device, None, &weights)?;
    let selftest = selftest(&pipeline, &weights.sha256)?;
    let photo = Photo::from_bytes("demo portrait", DEMO)?;
    let found = pipeline.find_faces(&photo)?;
    let first = found.first().ok_or_else(|| hinted("The demo portrait shows no face.", "Try --device cpu."))?;
    let face = AlignedFace::from_detection(&photo, first)?;
    // The first run also prepares kernels and caches; the second is what a user meets.
    pipeline.time_stages(&photo, &face)?;
    let times = pipeline.time_stages(&photo, &face)?;
    let calibration = Calibration::for_weights(&weights.sha256);
    let device = pipeline.device();
    let mut text = format!("mtlface {}\ndevice      {} ({})\n", env!("CARGO_PKG_VERSION"), device.name, device.reason);
    if let Some(driver) = &device.driver {
        text.push_str(&format!("driver      {driver}\n"));
    }
    text.push_str(&format!(
        "weights     {} {}, {} tensors\nsha256      {}\nterms       {}\n",
        weights.preset,
        weights.version,
        weights.parameters.len(),
        weights.sha256,
        weights.terms
    ));
    text.push_str(&match &calibration {
        Ok(calibration) => format!("calibration {} and {}\n", calibration.impostors.name, genuine_name(calibration)),
        Err(error) => format!("calibration {error}\n"),
    });
    text.push_str(&selftest.as_ref().map_or_else(
        || "self-test   not for these weights: it knows the bundled ones\n".to_owned(),
        |test| {
            format!(
                "self-test   {} (shares within {:.1e}, age within {:.3} years, embedding cosine {:.6})\n",
                if test.passed { "passed" } else { "FAILED" },
                test.max_abs_error,
                test.age_error_years,
                test.embedding_cosine
            )
        },
    ));
    times.iter().for_each(|(stage, ms)| text.push_str(&format!("{stage:<12}{ms:>7.1} ms\n")));
    if selftest.as_ref().is_some_and(|test| !test.passed) {
        return Err(hinted(
            format!("The self-test failed on {}: results on this device cannot be trusted.\n{text}", device.name),
            "Use --device cpu, and update the graphics driver.",
        ));
    }
    let stages: serde_json::Map<String, serde_json::Value> =
        times.iter().map(|(stage, ms)| (stage.replace(' ', "_"), json!(ms))).collect();
    let json = json!({
        "app_version": env!("CARGO_PKG_VERSION"),
        "device": device,
        "weights": { "preset": weights.preset, "version": weights.version, "sha256": weights.sha256, "terms": weights.terms },
        "selftest": selftest.as_ref().map(|test| json!({
            "passed": test.passed,
            "max_abs_error": test.max_abs_error,
            "age_error_years": test.age_error_years,
            "embedding_cosine": test.embedding_cosine,
        })),
        "calibration": calibration.as_ref().ok().map(|calibration| calibration.impostors.name.clone()),
        "stages_ms": stages,
    });
    Ok(Output { json, text: text.trim_end().to_owned() })
}

fn genuine_name(calibration: &Calibration) -> &str {
    calibration.genuine.as_ref().map_or("no pairs of one person", |table| &table.name)
}

/// Reads the bundled face and compares; nothing for other weights than the bundled ones.
fn selftest(pipeline: &Pipeline, weights_sha256: &str) -> Result<Option<SelfTest>> {
    let expected: Expected = serde_json::from_str(SELFTEST_EXPECTED)?;
    if expected.weights_sha256 != weights_sha256 {
        return Ok(None);
    }
    let face = AlignedFace::already_aligned(&Photo::from_bytes("self-test", SELFTEST_FACE)?)?;
    let reading = pipeline.read_face(&face)?;
    Ok(Some(compare(&expected, &reading)))
}

fn compare(expected: &Expected, reading: &FaceReading) -> SelfTest {
    let maps = [
        (&expected.identity_share, &reading.attention.identity_share),
        (&expected.spatial_gate, &reading.attention.spatial_gate),
    ];
    let differences = maps.iter().flat_map(|(expected, found)| {
        expected.as_flattened().iter().zip(found.as_flattened()).map(|(a, b)| (a - b).abs())
    });
    let max_abs_error = differences.fold(0.0, f32::max);
    let age_error_years = (expected.age_years - reading.face_age_years).abs();
    let embedding_cosine = Embedding::from_vector(&expected.embedding).cosine(&reading.embedding);
    SelfTest {
        passed: max_abs_error <= MAX_SHARE_ERROR
            && age_error_years <= MAX_AGE_ERROR_YEARS
            && embedding_cosine >= MIN_EMBEDDING_COSINE,
        max_abs_error,
        age_error_years,
        embedding_cosine,
    }
}
