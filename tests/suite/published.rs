//! The two published networks give the reference's numbers at reduced and at full width, on the CPU and through wgpu.
//! The weights are made by rule (`deterministic`), the numbers were computed by the reference in PyTorch.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, DeviceKind, Tensor, TensorData};
use mtlface::model::age_estimation::expected_age;
use mtlface::model::layers::Source;
use mtlface::model::synthesis::styled::MappingNetwork;
use mtlface::model::{
    AgeGroup, CROP_SIZE_PX, Cvpr2021Network, Encoding, Generation, Noise, PublishedConfig, Tpami2022Network,
    convolutions_run, style_neighbours,
};
use mtlface::recognition::Embedding;

use crate::deterministic;
use crate::reference::{Comparison, Fixture, numbers};

#[test]
fn cvpr2021_at_an_eighth_of_its_width() -> Result<()> {
    cvpr2021(8, &Fixture::committed("cvpr2021_w8.safetensors")?, &Device::flex())
}

#[test]
fn tpami2022_at_an_eighth_of_its_width() -> Result<()> {
    tpami2022(8, &Fixture::committed("tpami2022_w8.safetensors")?, &Device::flex())
}

#[test]
fn both_at_an_eighth_of_their_width_on_the_gpu() -> Result<()> {
    let Some(device) = gpu("both_at_an_eighth_of_their_width_on_the_gpu") else { return Ok(()) };
    cvpr2021(8, &Fixture::committed("cvpr2021_w8.safetensors")?, &device)?;
    tpami2022(8, &Fixture::committed("tpami2022_w8.safetensors")?, &device)
}

#[test]
fn every_shared_fixture_at_every_width() -> Result<()> {
    let widths = [("a_micro", 4), ("a_w8", 8), ("a_full", 64), ("b_micro", 2), ("b_w8", 8), ("b_full", 64)];
    for (name, base) in widths {
        let path = Path::new("../shared/fixtures").join(format!("{name}.safetensors"));
        if !path.exists() {
            eprintln!("SKIPPED every_shared_fixture_at_every_width: {} is not here", path.display());
            continue;
        }
        let fixture = Fixture::open(&path)?;
        match name.starts_with('a') {
            true => cvpr2021(base, &fixture, &Device::flex()).context(name)?,
            false => tpami2022(base, &fixture, &Device::flex()).context(name)?,
        }
    }
    Ok(())
}

/// Minutes on software Vulkan, seconds on a card: asked for by name with `-- --ignored`.
#[test]
#[ignore = "takes minutes without a graphics card"]
fn both_at_full_width_on_the_gpu() -> Result<()> {
    let Some(device) = gpu("both_at_full_width_on_the_gpu") else { return Ok(()) };
    cvpr2021(64, &Fixture::open(Path::new("../shared/fixtures/a_full.safetensors"))?, &device)?;
    tpami2022(64, &Fixture::open(Path::new("../shared/fixtures/b_full.safetensors"))?, &device)
}

/// Drawing another age of the same face runs the five levels of the decoder above 8 pixels and nothing else: one
/// colour at 8 pixels, and at each of 16, 32, 64 and 128 two convolutions and a colour.
#[test]
fn a_step_of_the_slider_runs_only_what_depends_on_the_age() -> Result<()> {
    let device = Device::flex();
    let config = PublishedConfig::new(Generation::Tpami2022, 2);
    let network = Tpami2022Network::new(&config, &deterministic::parameters(&config), &device)?;
    let faces = deterministic::uniform("any face", 3 * CROP_SIZE_PX * CROP_SIZE_PX, -1.0, 1.0);
    let face = Tensor::from_data(TensorData::new(faces, [1, 3, CROP_SIZE_PX, CROP_SIZE_PX]), &device);
    let encoding = network.encode(face);
    let anchors = AgeGroup::ALL.map(|group| network.codes(&encoding, group));
    let start = network.start(&anchors[0], &Noise::Off);
    let before = convolutions_run();
    let (low, high, fraction) = style_neighbours(38.0);
    let codes = anchors[low.index()].between(&anchors[high.index()], fraction);
    let stepped = network.decode(&start, &codes, &Noise::Off);
    assert_eq!(convolutions_run() - before, 1 + 4 * 3);
    // The start of any age serves all: a whole run from these codes alone draws the same face.
    let whole = network.decode_traced(&codes, &Noise::Off).rgb.pop().context("the decoder has levels")?;
    let whole = mtlface::model::synthesis::styled::to_crop(whole);
    // A blend of two equal codes may differ from them in the last bit, so equal to rounding.
    let apart = numbers(stepped).iter().zip(numbers(whole)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    ensure!(apart < 1e-5, "{apart}");
    Ok(())
}

#[test]
fn seeded_noise_repeats_and_differs_from_none() -> Result<()> {
    let device = Device::flex();
    let config = PublishedConfig::new(Generation::Tpami2022, 2);
    let network = Tpami2022Network::new(&config, &deterministic::parameters(&config), &device)?;
    let values = deterministic::uniform("any codes", 12 * 16, -1.0, 1.0);
    let codes = network.codes_from(Tensor::from_data(TensorData::new(values, [1, 12, 16]), &device));
    let drawn = |noise: Noise| numbers(network.decode(&network.start(&codes, &noise), &codes, &noise));
    ensure!(drawn(Noise::Seeded(5)) == drawn(Noise::Seeded(5)), "a seed draws two faces");
    ensure!(drawn(Noise::Seeded(5)) != drawn(Noise::Seeded(6)), "another seed draws the same face");
    ensure!(drawn(Noise::Seeded(5)) != drawn(Noise::Off), "noise changes nothing");
    Ok(())
}

fn gpu(test: &str) -> Option<Device> {
    let instance = wgpu::Instance::default();
    let Ok(adapter) = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())) else {
        eprintln!("SKIPPED {test}: no wgpu adapter (scripts/setup-debian.sh brings a software one)");
        return None;
    };
    eprintln!("{test} runs on {}", adapter.get_info().name);
    let device = Device::wgpu(DeviceKind::DefaultDevice);
    crate::driver_exit::skip_driver_teardown();
    Some(device)
}

fn cvpr2021(base: usize, fixture: &Fixture, device: &Device) -> Result<()> {
    let config = PublishedConfig::new(Generation::Cvpr2021, base);
    let network = Cvpr2021Network::new(&config, &deterministic::parameters(&config), device)?;
    let mut compare = Comparison::with(fixture);
    let faces = fixture.faces("input", device)?;
    let stem = network.encoder().stem(faces.clone());
    compare.stage("stage/x1", numbers(stem.clone()))?;
    let encoding = network.encoder().encode_from_stem(stem);
    let taps = [("stage/x2", &encoding.t56), ("stage/x3", &encoding.t28), ("stage/x4", &encoding.t14)];
    for (name, tensor) in taps.into_iter().chain(divided(&encoding, "stage/x5")) {
        compare.stage(name, numbers(tensor.clone()))?;
    }
    compare.stage("stage/channel_gate", numbers(encoding.channel_gate.clone()))?;
    compare.stage("stage/spatial_gate", numbers(encoding.spatial_gate.clone()))?;
    compare.stage("estimation_network/age_logits", numbers(encoding.age_logits.clone()))?;
    compare.stage("estimation_network/group_logits", numbers(encoding.group_logits.clone()))?;
    compare.stage("estimation_network/age", ages(&encoding))?;
    compare.stage("stage/embedding", numbers(encoding.embedding.clone()))?;
    let mirrored = numbers(network.encode(faces.clone().flip([3])).embedding);
    compare.stage("embedding_flip", mirrored.clone())?;
    let sums = numbers(encoding.embedding.clone()).into_iter().zip(&mirrored).map(|(a, b)| a + b).collect::<Vec<_>>();
    let width = config.top_channels();
    let unit = sums.chunks(width).flat_map(|sum| Embedding::from_vector(sum).as_slice().to_vec());
    compare.embeddings("embedding_tta_sum_unit", unit.collect(), width)?;

    let face = faces.narrow(0, 0, 1);
    let first = network.encode(face.clone());
    let trace = network.synthesise_traced(face.clone(), &first, &AgeGroup::ALL);
    compare.stage("gen/icm", numbers(trace.conditional))?;
    for (level, tensor) in trace.decoder.up.into_iter().enumerate() {
        compare.stage(&format!("gen/up{}", level + 1), numbers(tensor))?;
    }
    let aged = face.repeat(&[AgeGroup::ALL.len()]) + trace.decoder.residual;
    compare.pictures("aged_all_groups", numbers(aged))?;
    // Those that belong to training are compared where training is tested.
    compare.finish(&["cosface_logits", "labels", "da_discriminator/", "disc_", "override/"])
}

fn tpami2022(base: usize, fixture: &Fixture, device: &Device) -> Result<()> {
    let config = PublishedConfig::new(Generation::Tpami2022, base);
    let parameters = deterministic::parameters(&config);
    let network = Tpami2022Network::new(&config, &parameters, device)?;
    let mut compare = Comparison::with(fixture);
    let faces = fixture.faces("input", device)?;
    let stem = network.encoder().stem(faces.clone());
    compare.stage("stage/stem", numbers(stem.clone()))?;
    let encoding = network.encoder().encode_from_stem(stem);
    let taps = [("stage/c1", &encoding.t56), ("stage/c2", &encoding.t28), ("stage/c3", &encoding.t14)];
    for (name, tensor) in taps.into_iter().chain(divided(&encoding, "stage/c4")) {
        compare.stage(name, numbers(tensor.clone()))?;
    }
    // The published gates select identity; ours are told as the share of age.
    let identity_share = |gate: &Tensor<4>| numbers(gate.clone()).iter().map(|age| 1.0 - age).collect();
    compare.stage("stage/channel_gate", identity_share(&encoding.channel_gate))?;
    compare.stage("stage/spatial_gate", identity_share(&encoding.spatial_gate))?;
    compare.stage("age_logits", numbers(encoding.age_logits.clone()))?;
    compare.stage("group_logits", numbers(encoding.group_logits.clone()))?;
    compare.stage("age", ages(&encoding))?;
    let width = config.top_channels();
    compare.embeddings("stage/x_vec", numbers(encoding.embedding.clone()), width)?;
    mirrored(&network, &encoding, faces.clone(), &mut compare, width)?;

    let first = network.encode(faces.narrow(0, 0, 1));
    let traces: Vec<_> = AgeGroup::ALL.map(|group| network.codes_traced(&first, group)).into();
    let joined = |part: &dyn Fn(usize) -> Tensor<4>| numbers(Tensor::cat((0..traces.len()).map(part).collect(), 0));
    for index in 0..3 {
        compare.stage(&format!("enc/aging{}", index + 1), joined(&|group| traces[group].aging[index].clone()))?;
        compare.stage(&format!("enc/up{}", index + 1), joined(&|group| traces[group].upsample[index].clone()))?;
    }
    for index in 0..2 {
        compare.stage(&format!("enc/lat{}", index + 1), joined(&|group| traces[group].lateral[index].clone()))?;
    }
    let codes: Vec<_> = traces.iter().map(|trace| network.codes_from(trace.codes.clone())).collect();
    compare.stage("wplus", codes.iter().flat_map(|codes| numbers(codes.codes.clone())).collect())?;
    let decoded: Vec<_> = codes.iter().map(|codes| network.decode_traced(codes, &Noise::Off)).collect();
    for (level, size_px) in [4, 8, 16, 32, 64, 128].into_iter().enumerate() {
        let features = decoded.iter().flat_map(|trace| numbers(trace.features[level].clone()));
        compare.stage(&format!("dec/dec{size_px}"), features.collect())?;
        let rgb = decoded.iter().flat_map(|trace| numbers(trace.rgb[level].clone()));
        compare.stage(&format!("dec/rgb{size_px}"), rgb.collect())?;
    }
    compare.stage("raw128_noise_off_group3", numbers(decoded[3].rgb[5].clone()))?;
    let start = network.start(&codes[0], &Noise::Off);
    let aged = codes.iter().flat_map(|codes| numbers(network.decode(&start, codes, &Noise::Off)));
    compare.pictures("aged_noise_off", aged.collect())?;
    let stored = network.decode(&network.start(&codes[3], &Noise::Stored), &codes[3], &Noise::Stored);
    compare.pictures("aged_noise_stored_group3", numbers(stored))?;
    let (low, high, fraction) = style_neighbours(38.0);
    let between = codes[low.index()].between(&codes[high.index()], fraction);
    compare.stage("interp/wplus", numbers(between.codes.clone()))?;
    compare.pictures("interp/image_noise_off", numbers(network.decode(&start, &between, &Noise::Off)))?;
    if let Some(z) = fixture.whole("latent_z") {
        let source = Source::running(&parameters, device);
        let mapping = MappingNetwork::new(width, source)?;
        let z = Tensor::from_data(TensorData::new(z.to_vec(), [2, width]), device);
        compare.stage("mapping_of_z", numbers(mapping.forward(z)))?;
    }
    // The projection before it is given unit length is compared through `x_vec`.
    compare.finish(&["stage/fc", "interp/age", "latent_z"])
}

/// What recognition makes of a face and its mirror image.
fn mirrored(
    network: &Tpami2022Network,
    encoding: &Encoding,
    faces: Tensor<4>,
    compare: &mut Comparison<'_>,
    width: usize,
) -> Result<()> {
    let other = network.encode(faces.flip([3]));
    let mean = |a: Vec<f32>, b: Vec<f32>| a.iter().zip(&b).map(|(a, b)| (a + b) / 2.0).collect::<Vec<_>>();
    let groups = mean(numbers(encoding.group_logits.clone()), numbers(other.group_logits.clone()));
    compare.stage("tta/group_logits", groups)?;
    compare.stage("tta/age", mean(ages(encoding), ages(&other)))?;
    let (own, other) = (numbers(encoding.embedding.clone()), numbers(other.embedding));
    let both = own.chunks(width).zip(other.chunks(width));
    let unit = both.flat_map(|(own, other)| Embedding::with_mirror(own, other).as_slice().to_vec());
    compare.embeddings("tta/x_vec", unit.collect(), width)
}

fn divided<'a>(encoding: &'a Encoding, last: &'a str) -> [(&'a str, &'a Tensor<4>); 3] {
    [(last, &encoding.x), ("stage/x_id", &encoding.x_id), ("stage/x_age", &encoding.x_age)]
}

fn ages(encoding: &Encoding) -> Vec<f32> {
    numbers(encoding.age_logits.clone()).chunks(101).map(|logits| expected_age(logits).0).collect()
}

#[test]
fn a_fixture_with_one_number_changed_is_noticed() -> Result<()> {
    let fixture = Fixture::committed("cvpr2021_w8.safetensors")?;
    let mut compare = Comparison::with(&fixture);
    let mut gate = fixture.whole("stage/spatial_gate").context("it is there")?.to_vec();
    compare.stage("stage/spatial_gate", gate.clone())?;
    gate[20] += 0.01;
    ensure!(compare.stage("stage/spatial_gate", gate).is_err(), "a difference of 0.01 passed");
    Ok(())
}
