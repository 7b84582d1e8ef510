//! How long each stage of each network takes on the CPU: encoding one face, a face with its mirror image, and fourteen
//! faces (seven anchors and their mirror images); making a face older, in the steps its network has. Set
//! `RAYON_NUM_THREADS` to choose the threads. With `MTLFACE_PEER_SECONDS` set, `benches/peers` gets the fastest run of
//! each case as JSON instead of criterion's report.
//!
//! The published networks run with weights made by rule, at full width: time does not depend on what they have learnt.

#[path = "../tests/suite/deterministic.rs"]
#[allow(dead_code)]
mod deterministic;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use criterion::Criterion;
use mtlface::model::{
    AgeGroup, CROP_SIZE_PX, Generation, Network, NetworkConfig, Noise, Preset, PublishedConfig, Residual, Synthesiser,
    Tpami2022Network,
};
use mtlface::weights;

/// Channels of the first convolution as published.
const FULL_WIDTH: usize = 64;

/// Fixture face 0 `count` times, every second one mirrored.
fn faces(count: usize, device: &Device) -> Tensor<4> {
    let picture = image::open("tests/fixtures/compact_face_0.png").expect("the fixture is committed").into_rgb8();
    let plane = |channel: usize| picture.pixels().map(move |pixel| f32::from(pixel[channel]) / 127.5 - 1.0);
    let face: Vec<f32> = (0..3).flat_map(plane).collect();
    let face: Tensor<4> = Tensor::from_data(TensorData::new(face, [1, 3, CROP_SIZE_PX, CROP_SIZE_PX]), device);
    let mirrored = face.clone().flip([3]);
    Tensor::cat((0..count).map(|i| if i % 2 == 0 { face.clone() } else { mirrored.clone() }).collect(), 0)
}

/// One thing to time.
type Case<'a> = (&'static str, Box<dyn Fn() -> TensorData + 'a>);

fn cases<'a>(network: &'a Network, device: &Device) -> Vec<Case<'a>> {
    let counts = [("encode_1", 1), ("encode_2", 2), ("encode_14", 14)];
    let encodings = counts.map(|(name, count)| {
        let faces = faces(count, device);
        (name, Box::new(move || network.encode(faces.clone()).embedding.into_data()) as _)
    });
    let ageing = match network.synthesiser() {
        Synthesiser::Residual(residual) => residual_cases(network, residual, device),
        Synthesiser::Styled(styled) => styled_cases(styled, device),
    };
    encodings.into_iter().chain(ageing).collect()
}

fn residual_cases<'a>(network: &'a Network, residual: Residual<'a>, device: &Device) -> Vec<Case<'a>> {
    let ages = [("anchor", &AgeGroup::ALL[..1]), ("seven_anchors", &AgeGroup::ALL[..])];
    let cases = ages.map(|(name, groups)| {
        let face = faces(1, device);
        let encoding = network.encode(face.clone());
        let run = move || residual.synthesise(face.clone(), &encoding, groups).residual.into_data();
        (name, Box::new(run) as _)
    });
    cases.into()
}

/// The codes of one age group, what every age of a face shares, and the step of the slider.
fn styled_cases<'a>(network: &'a Tpami2022Network, device: &Device) -> Vec<Case<'a>> {
    let encoding = network.encode(faces(1, device));
    let [codes, other] = [0, 1].map(|group| network.codes(&encoding, AgeGroup::ALL[group]));
    let start = network.start(&codes, &Noise::Off);
    let codes_run = move || network.codes(&encoding, AgeGroup::ALL[3]).codes.into_data();
    let (first, next) = (codes.clone(), other);
    let start_run = move || {
        let start = network.start(&codes, &Noise::Off);
        network.decode(&start, &codes, &Noise::Off).into_data()
    };
    let step_run = move || network.decode(&start, &first.between(&next, 0.3), &Noise::Off).into_data();
    vec![
        ("codes_of_one_age", Box::new(codes_run)),
        ("decode_from_nothing", Box::new(start_run)),
        ("slider_step", Box::new(step_run)),
    ]
}

fn network(preset: Preset, device: &Device) -> Network {
    let published = |generation| {
        let config = PublishedConfig::new(generation, FULL_WIDTH);
        let parameters = deterministic::parameters(&config);
        Network::new(&NetworkConfig::Published(config), &parameters, device).expect("the rule fills every tensor")
    };
    match preset {
        Preset::Compact => {
            let bundled = weights::bundled().expect("the bundled weights are whole");
            Network::new(&bundled.config, &bundled.parameters, device).expect("they fit the network")
        }
        Preset::Cvpr2021 => published(Generation::Cvpr2021),
        Preset::Tpami2022 => published(Generation::Tpami2022),
    }
}

/// The presets to time: all, or the one `MTLFACE_BENCH_PRESET` names.
fn presets() -> Vec<Preset> {
    let all = [Preset::Compact, Preset::Cvpr2021, Preset::Tpami2022];
    let only = std::env::var("MTLFACE_BENCH_PRESET").ok();
    all.into_iter().filter(|preset| only.as_deref().is_none_or(|only| only == preset.name())).collect()
}

fn with_criterion(criterion: &mut Criterion) {
    let device = Device::flex();
    for preset in presets() {
        let network = network(preset, &device);
        let mut group = criterion.benchmark_group(preset.name());
        group.sample_size(10);
        for (name, run) in cases(&network, &device) {
            group.bench_function(name, |bencher| bencher.iter(|| black_box(run())));
        }
        group.finish();
    }
}

/// Fastest wall and processor milliseconds of each case of each preset, as one line of JSON.
fn for_peers(seconds: f64) {
    let device = Device::flex();
    let mut fastest = BTreeMap::new();
    for preset in presets() {
        let network = network(preset, &device);
        for (name, run) in cases(&network, &device) {
            run();
            let (mut wall_ms, mut processor_ms) = (f64::INFINITY, f64::INFINITY);
            let started = Instant::now();
            while started.elapsed().as_secs_f64() < seconds {
                let (wall, processor) = (Instant::now(), processor_time_ms());
                black_box(run());
                wall_ms = wall_ms.min(wall.elapsed().as_secs_f64() * 1e3);
                processor_ms = processor_ms.min(processor_time_ms() - processor);
            }
            fastest.insert(format!("{preset}/{name}"), [wall_ms, processor_ms]);
        }
    }
    println!("{}", serde_json::to_string(&fastest).expect("names and numbers are JSON"));
}

/// Processor time of all threads of this process, where the system tells (Linux); 0 elsewhere. A thread that is running
/// is counted up to its last turn, a few milliseconds at most.
fn processor_time_ms() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        times.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e6
}

fn main() {
    if let Some(seconds) = std::env::var("MTLFACE_PEER_SECONDS").ok().and_then(|seconds| seconds.parse().ok()) {
        return for_peers(seconds);
    }
    let mut criterion = Criterion::default().configure_from_args();
    with_criterion(&mut criterion);
    criterion.final_summary();
}
