//! How long the network takes on the CPU: one face, a face with its mirror image, the seven anchors with and without
//! reading them again. Set `RAYON_NUM_THREADS` to choose the threads; `benches/peers` compares with PyTorch.

use std::hint::black_box;

use burn::tensor::{Device, Tensor, TensorData};
use criterion::{Criterion, criterion_group, criterion_main};
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

fn encode(criterion: &mut Criterion) {
    let device = Device::flex();
    let bundled = weights::bundled().expect("the bundled weights are whole");
    let network = CompactNetwork::new(&bundled.config, &bundled.parameters, &device).expect("they fit the network");
    let mut group = criterion.benchmark_group("compact");
    for count in [1, 2, 14] {
        let faces = faces(count, &device);
        group.bench_function(format!("encode_{count}"), |bencher| {
            bencher.iter(|| black_box(network.encode(faces.clone()).embedding.into_data()));
        });
    }
    let face = faces(1, &device);
    let encoding = network.encode(face.clone());
    for (name, groups) in [("anchor", &AgeGroup::ALL[..1]), ("seven_anchors", &AgeGroup::ALL[..])] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(network.synthesise(face.clone(), &encoding, groups).residual.into_data()));
        });
    }
    group.finish();
}

criterion_group!(benches, encode);
criterion_main!(benches);
