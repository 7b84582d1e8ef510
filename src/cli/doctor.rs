//! `mtlface doctor`: device, driver and backend, the weights' hash, a self-test against stored numbers, and the time
//! each stage takes here.

pub mod weights;

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Output;
use super::Problem;
use super::common::{CommonArgs, Loaded, tenths, with};
use super::open::{DEMO_NAME, DEMO_PHOTO};
use crate::engine::FaceReading;
use crate::face::{AlignedFace, Photo};
use crate::model::CELLS;
use crate::recognition::{Calibration, Embedding};

/// Largest difference between a number computed here and the stored one that still passes: summation order and
/// hardware differ, networks do not.
const TOLERANCE: f32 = 2e-3;
/// The age is a sum over 101 bins and so forgives less.
const AGE_TOLERANCE_YEARS: f32 = 0.1;
const FIXTURE_FACE: &[u8] = include_bytes!("../../assets/selftest/face.png");
const FIXTURE_NUMBERS: &str = include_str!("../../assets/selftest/expected.json");

/// What the bundled network must say of the fixture face.
#[derive(Debug, Deserialize)]
struct Expected {
    weights_sha256: String,
    embedding: Vec<f32>,
    age_years: f32,
    identity_share: [[f32; CELLS]; CELLS],
    spatial_gate: [[f32; CELLS]; CELLS],
}

/// How far the network is from the stored numbers.
#[derive(Debug)]
struct SelfTest {
    max_abs_error: f32,
    age_error_years: f32,
    embedding_cosine: f32,
}

impl SelfTest {
    fn passed(&self) -> bool {
        self.max_abs_error <= TOLERANCE && self.age_error_years <= AGE_TOLERANCE_YEARS
    }
}

/// Checks this installation; a self-test that fails is an error. Of weights that were chosen it says first what the
/// file is, and whatever is known of it stands beside an error too.
pub fn run(common: &CommonArgs) -> anyhow::Result<Output> {
    let Some(path) = &common.weights else { return check(common) };
    let known = weights::describe(path).map_err(|(error, known)| Problem::knowing(&error, known))?;
    let checked = check(common).map_err(|error| Problem::knowing(&error, known.clone()))?;
    let (Value::Object(record), text) = (checked.json, checked.text) else {
        return Ok(known);
    };
    Ok(Output { json: with(record, known.json), text: format!("{}\n{text}", known.text) })
}

fn check(common: &CommonArgs) -> anyhow::Result<Output> {
    let loaded = common.load()?;
    let test = self_test(&loaded)?;
    let stages = stages(&loaded)?;
    let adapters = adapters();
    let device = loaded.pipeline.device();
    if let Some(test) = test.as_ref().filter(|test| !test.passed()) {
        let sentence = format!("The self-test failed on {}: off by {:.4}.", device.name, test.max_abs_error);
        return Err(Problem::new(sentence, "Use --device cpu, and report the driver's version.").into());
    }
    let calibration = calibration(common, &loaded)?;
    let own = json!({
        "selftest": test.as_ref().map(|test| json!({
            "passed": test.passed(),
            "max_abs_error": test.max_abs_error,
            "age_error_years": test.age_error_years,
            "embedding_cosine": test.embedding_cosine,
        })),
        "calibration": calibration,
        "stages_ms": stages.iter().map(|(key, ms)| (key.replace(' ', "_"), json!(ms))).collect::<Map<_, _>>(),
        "adapters": adapters.iter().map(adapter_json).collect::<Vec<_>>(),
        "window": super::open::window_state(),
    });
    let json = with(common.record(&loaded, json!({})), own);
    let text = text(&loaded, test.as_ref(), calibration.as_deref(), &stages, &adapters);
    Ok(Output { json, text })
}

/// The sets behind the words of a comparison; nothing for weights that were not measured.
fn calibration(common: &CommonArgs, loaded: &Loaded) -> anyhow::Result<Option<String>> {
    let named = |calibration: Calibration| match &calibration.genuine {
        Some(genuine) => format!("{}; {}", calibration.impostors.name, genuine.name),
        None => calibration.impostors.name,
    };
    Ok(common.calibration_if_any(&loaded.pipeline)?.map(named))
}

/// Compares with the stored numbers; nothing to compare with for weights other than the bundled ones.
fn self_test(loaded: &Loaded) -> anyhow::Result<Option<SelfTest>> {
    let expected: Expected = serde_json::from_str(FIXTURE_NUMBERS).context("the bundled self-test is damaged")?;
    if expected.weights_sha256 != loaded.pipeline.weights_sha256() {
        return Ok(None);
    }
    let photo = Photo::from_bytes("face.png", FIXTURE_FACE)?;
    let reading = loaded.pipeline.read_face(&AlignedFace::already_aligned(&photo)?)?;
    Ok(Some(difference(&reading, &expected)))
}

fn difference(reading: &FaceReading, expected: &Expected) -> SelfTest {
    let maps = &reading.attention;
    let found = reading.embedding.as_slice().iter();
    let found = found.chain(maps.identity_share.as_flattened()).chain(maps.spatial_gate.as_flattened());
    let stored = expected.embedding.iter();
    let stored = stored.chain(expected.identity_share.as_flattened()).chain(expected.spatial_gate.as_flattened());
    // `max` would pass over a result that is not a number.
    let worst = |worst: f32, error: f32| if error.is_nan() { f32::INFINITY } else { worst.max(error) };
    SelfTest {
        max_abs_error: found.zip(stored).map(|(found, stored)| (found - stored).abs()).fold(0.0, worst),
        age_error_years: worst(0.0, (reading.age.years - expected.age_years).abs()),
        embedding_cosine: reading.embedding.cosine(&Embedding::from_vector(&expected.embedding)),
    }
}

/// Milliseconds of each stage on the demo photo: the second of two runs, since the first one warms up.
fn stages(loaded: &Loaded) -> anyhow::Result<Vec<(String, f64)>> {
    let photo = Photo::from_bytes(DEMO_NAME, DEMO_PHOTO)?;
    let detections = loaded.pipeline.find_faces(&photo)?;
    let detection = detections.first().context("the detector finds no face in the bundled demo photo")?;
    let face = AlignedFace::from_detection(&photo, detection)?;
    loaded.pipeline.time_stages(&photo, &face)?;
    let times = loaded.pipeline.time_stages(&photo, &face)?;
    let loading = ("load networks".to_owned(), loaded.elapsed_ms);
    let times = times.into_iter().map(|(stage, ms)| (stage.to_owned(), tenths(ms)));
    Ok(std::iter::once(loading).chain(times).collect())
}

/// Every graphics adapter the networks could use, software ones too. A driver that hangs is left behind after a while.
fn adapters() -> Vec<wgpu::AdapterInfo> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let look = move || {
        let instance = wgpu::Instance::default();
        let mut listing = pin!(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
        // Outside browsers the list is there at the first look.
        if let Poll::Ready(adapters) = listing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            // The receiver stops listening when this takes too long.
            let _ = sender.send(adapters.iter().map(wgpu::Adapter::get_info).collect());
        }
    };
    let Ok(looking) = std::thread::Builder::new().name("adapters".to_owned()).spawn(look) else { return Vec::new() };
    let found = receiver.recv_timeout(Duration::from_secs(20));
    if found.is_ok() {
        // A driver that is still closing when the program ends can take it down; what matters was received already.
        let _ = looking.join();
    }
    found.unwrap_or_default()
}

fn adapter_json(info: &wgpu::AdapterInfo) -> Value {
    json!({
        "name": info.name,
        "backend": format!("{:?}", info.backend),
        "kind": kind(info),
        "driver": driver(info),
    })
}

fn kind(info: &wgpu::AdapterInfo) -> &'static str {
    match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    }
}

fn driver(info: &wgpu::AdapterInfo) -> String {
    format!("{} {}", info.driver, info.driver_info).trim().to_owned()
}

fn text(
    loaded: &Loaded,
    test: Option<&SelfTest>,
    calibration: Option<&str>,
    stages: &[(String, f64)],
    adapters: &[wgpu::AdapterInfo],
) -> String {
    let device = loaded.pipeline.device();
    let mut lines = vec![
        format!("mtlface     {}", env!("CARGO_PKG_VERSION")),
        format!("device      {} ({})", device.name, device.reason),
    ];
    lines.extend(device.driver.as_ref().map(|driver| format!("driver      {driver}")));
    for info in adapters {
        lines.push(format!("adapter     {}, {:?}, {}, {}", info.name, info.backend, kind(info), driver(info)));
    }
    if adapters.is_empty() {
        lines.push("adapter     none found".to_owned());
    }
    lines.push(format!("window      {}", super::open::window_state()));
    lines.push(format!("weights     {}, SHA-256 {}", loaded.model, loaded.pipeline.weights_sha256()));
    lines.push(format!("terms       {}", loaded.terms));
    lines.push(format!("calibration {}", calibration.unwrap_or("none was measured for these weights")));
    lines.push(match test {
        Some(test) => format!(
            "self-test   passed: largest difference {:.1e}, age {:.3} years, embedding cosine {:.6}",
            test.max_abs_error, test.age_error_years, test.embedding_cosine
        ),
        None => "self-test   none stored for these weights".to_owned(),
    });
    lines.extend(stages.iter().map(|(stage, ms)| format!("{stage:<14}{ms:>9.1} ms")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_numbers_are_complete() -> Result<(), serde_json::Error> {
        let expected: Expected = serde_json::from_str(FIXTURE_NUMBERS)?;
        assert_eq!(expected.embedding.len(), 128);
        let length: f32 = expected.embedding.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
        Ok(())
    }
}
