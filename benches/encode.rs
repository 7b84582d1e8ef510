//! How long the network takes on the CPU: one face, a face with its mirror image, fourteen faces (seven anchors and
//! their mirror images), one anchor, seven anchors. Set `RAYON_NUM_THREADS` to choose the threads. With
//! `MTLFACE_PEER_SECONDS` set, `benches/peers` gets the fastest run of each case as JSON instead of criterion's report.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use criterion::Criterion;
use mtlface::model::{AgeGroup, CROP_SIZE_PX, CompactNetwork};
use mtlface::weights;

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

fn cases<'a>(network: &'a CompactNetwork, device: &Device) -> Vec<Case<'a>> {
    let counts = [("encode_1", 1), ("encode_2", 2), ("encode_14", 14)];
    let encodings = counts.map(|(name, count)| {
        let faces = faces(count, device);
        (name, Box::new(move || network.encode(faces.clone()).embedding.into_data()) as _)
    });
    let ages = [("anchor", &AgeGroup::ALL[..1]), ("seven_anchors", &AgeGroup::ALL[..])];
    let anchors = ages.map(|(name, groups)| {
        let face = faces(1, device);
        let encoding = network.encode(face.clone());
        let run = move || network.synthesise(face.clone(), &encoding, groups).residual.into_data();
        (name, Box::new(run) as _)
    });
    encodings.into_iter().chain(anchors).collect()
}

fn network(device: &Device) -> CompactNetwork {
    let bundled = weights::bundled().expect("the bundled weights are whole");
    CompactNetwork::new(&bundled.config, &bundled.parameters, device).expect("they fit the network")
}

fn with_criterion(criterion: &mut Criterion) {
    let device = Device::flex();
    let network = network(&device);
    let mut group = criterion.benchmark_group("compact");
    for (name, run) in cases(&network, &device) {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(run())));
    }
    group.finish();
}

/// Fastest wall and processor milliseconds of each case, as one line of JSON.
fn for_peers(seconds: f64) {
    let device = Device::flex();
    let network = network(&device);
    let mut fastest = BTreeMap::new();
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
        fastest.insert(name, [wall_ms, processor_ms]);
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
