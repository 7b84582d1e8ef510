//! The compact network gives the reference's numbers: every stage, on the CPU and through wgpu, against values
//! PyTorch computed with the same weights and faces.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, DeviceKind, Tensor, TensorData};
use mtlface::model::age_estimation::expected_age;
use mtlface::model::synthesis::upsample_flow;
use mtlface::model::{AgeGroup, CROP_SIZE_PX, CompactNetwork, NetworkConfig};
use mtlface::recognition::Embedding;
use mtlface::weights::{self, Weights};
use safetensors::SafeTensors;

/// Largest difference of a value, relative to the largest value of its tensor (issue 4, point 3).
const RELATIVE_TOLERANCE: f32 = 1e-3;
/// Mean difference of an aged face on a 0 to 1 scale (issue 4, point 3).
const AGED_TOLERANCE: f32 = 2.0 / 255.0;
const AREA: usize = CROP_SIZE_PX * CROP_SIZE_PX;
/// Groups for which the reference holds the inner stages of synthesis.
const TRACED: [usize; 2] = [0, 6];

/// Flattened tensors by name.
type Values = BTreeMap<String, Vec<f32>>;

/// Reference values of one tensor: every `stride`-th of the flattened tensor, from its beginning.
struct Reference {
    name: String,
    stride: usize,
    values: Vec<f32>,
}

#[test]
fn every_stage_on_the_cpu() -> Result<()> {
    let ours = stages(&weights::bundled()?, &Device::flex(), 3)?;
    compare(&ours, &references(Path::new("tests/fixtures/compact.safetensors"))?)
}

/// The whole tensors of the recipe, which are those of its first weights.
#[test]
fn every_value_of_every_stage_on_the_cpu() -> Result<()> {
    let full = Path::new("../shared/fixtures/compact.safetensors");
    if !full.exists() {
        eprintln!("SKIPPED every_value_of_every_stage_on_the_cpu: {} is not here", full.display());
        return Ok(());
    }
    let first = weights::open(Path::new("../shared/weights/compact-v1.safetensors"))?;
    compare(&stages(&first, &Device::flex(), 3)?, &references(full)?)
}

#[test]
fn every_stage_on_the_gpu() -> Result<()> {
    let instance = wgpu::Instance::default();
    let Ok(adapter) = at_once(instance.request_adapter(&wgpu::RequestAdapterOptions::default())) else {
        eprintln!("SKIPPED every_stage_on_the_gpu: no wgpu adapter (scripts/setup-debian.sh brings a software one)");
        return Ok(());
    };
    eprintln!("every_stage_on_the_gpu runs on {}", adapter.get_info().name);
    let ours = stages(&weights::bundled()?, &Device::wgpu(DeviceKind::DefaultDevice), 1)?;
    crate::driver_exit::skip_driver_teardown();
    compare(&ours, &references(Path::new("tests/fixtures/compact.safetensors"))?)
}

/// Every stage of the first `count` fixture faces: encoded together, synthesised one by one.
fn stages(weights: &Weights, device: &Device, count: usize) -> Result<Values> {
    let NetworkConfig::Compact(config) = &weights.config else {
        anyhow::bail!("these are a compact network's weights")
    };
    let network = CompactNetwork::new(config, &weights.parameters, device)?;
    let faces = (0..count).map(face).collect::<Result<Vec<_>>>()?;
    let mut values = Values::new();
    encode(&network, &faces.concat(), device, &mut values);
    for pixels in &faces {
        synthesise(&network, pixels, device, &mut values);
    }
    Ok(values)
}

fn encode(network: &CompactNetwork, faces: &[f32], device: &Device, values: &mut Values) {
    let encoding = network.encode(batch(faces, device));
    let embedding = numbers(encoding.embedding);
    let age_logits = numbers(encoding.age_logits);
    let unit = embedding.chunks_exact(128).flat_map(|face| Embedding::from_vector(face).as_slice().to_vec());
    values.insert("embedding".into(), unit.collect());
    let years = age_logits.chunks_exact(101).map(|logits| expected_age(logits).0);
    values.insert("age_years".into(), years.collect());
    values.insert("embedding_raw".into(), embedding);
    values.insert("age_logits".into(), age_logits);
    values.insert("group_logits".into(), numbers(encoding.group_logits));
    values.insert("pyramid".into(), numbers(network.pyramid(encoding.x.clone())));
    values.insert("t56".into(), numbers(encoding.t56));
    values.insert("t28".into(), numbers(encoding.t28));
    values.insert("t14".into(), numbers(encoding.t14));
    values.insert("x".into(), numbers(encoding.x));
    values.insert("x_id".into(), numbers(encoding.x_id));
    values.insert("x_age".into(), numbers(encoding.x_age));
    values.insert("channel_gate".into(), numbers(encoding.channel_gate));
    values.insert("spatial_gate".into(), numbers(encoding.spatial_gate));
}

fn synthesise(network: &CompactNetwork, pixels: &[f32], device: &Device, values: &mut Values) {
    let face = batch(pixels, device);
    let encoding = network.encode(face.clone());
    let trace = network.synthesise_traced(face.clone(), &encoding, &AgeGroup::ALL);
    let stages = [
        ("icm", trace.icm),
        ("up14", trace.decoder.up14),
        ("up28", trace.decoder.up28),
        ("up56", trace.decoder.up56),
        ("up112", trace.decoder.up112),
    ];
    for (name, tensor) in stages {
        for group in TRACED {
            let own = numbers(tensor.clone().narrow(0, group, 1));
            values.entry(format!("{name}.{group}")).or_default().extend(own);
        }
    }
    let shown = network.synthesise(face, &encoding, &AgeGroup::ALL);
    let (flow, residual) = (numbers(shown.flow_px), numbers(shown.residual));
    let groups = flow.chunks_exact(flow.len() / 7).zip(residual.chunks_exact(3 * AREA));
    for (group, (flow, residual)) in groups.enumerate() {
        let aged = age(pixels, &upsample_flow(flow, network.window()), residual);
        values.entry(format!("flow.{group}")).or_default().extend(flow);
        values.entry(format!("residual.{group}")).or_default().extend(residual);
        values.entry(format!("aged.{group}")).or_default().extend(aged);
    }
}

/// `clamp(img(p + flow(p)) + residual(p))`, written out once more so that the network's output is judged by itself.
fn age(pixels: &[f32], flow: &[[f32; 2]], residual: &[f32]) -> Vec<f32> {
    let last = (CROP_SIZE_PX - 1) as f32;
    let planes = pixels.chunks_exact(AREA).zip(residual.chunks_exact(AREA));
    let aged = planes.flat_map(|(plane, residual)| {
        flow.iter().zip(residual).enumerate().map(move |(at, (flow, residual))| {
            let x = ((at % CROP_SIZE_PX) as f32 + flow[0]).clamp(0.0, last);
            let y = ((at / CROP_SIZE_PX) as f32 + flow[1]).clamp(0.0, last);
            let (left, top) = (x as usize, y as usize);
            let (right, bottom) = ((left + 1).min(CROP_SIZE_PX - 1), (top + 1).min(CROP_SIZE_PX - 1));
            let row = |row: usize| {
                let (a, b) = (plane[row * CROP_SIZE_PX + left], plane[row * CROP_SIZE_PX + right]);
                a + (b - a) * x.fract()
            };
            (row(top) + (row(bottom) - row(top)) * y.fract() + residual).clamp(-1.0, 1.0)
        })
    });
    aged.collect()
}

fn compare(ours: &Values, references: &[Reference]) -> Result<()> {
    let mut worst = (0.0, "");
    for Reference { name, stride, values } in references.iter().filter(|reference| reference.name != "input") {
        let own = ours.get(name).with_context(|| format!("{name} was not computed"))?;
        let own: Vec<f32> = own.iter().step_by(*stride).copied().collect();
        let shared = own.len().min(values.len());
        ensure!(shared > 0 && (shared == values.len() || own.len() < values.len()), "{name}: nothing to compare");
        let (own, values) = (&own[..shared], &values[..shared]);
        let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let difference = own.iter().zip(values).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
        let relative = difference / largest;
        // NaN compares false, so a NaN fails here too.
        ensure!(relative <= RELATIVE_TOLERANCE, "{name} differs by {relative} of its largest value {largest}");
        if relative > worst.0 {
            worst = (relative, name);
        }
        if name.starts_with("aged") {
            let mean = own.iter().zip(values).map(|(a, b)| (a - b).abs() / 2.0).sum::<f32>() / shared as f32;
            ensure!(mean <= AGED_TOLERANCE, "{name} differs by {mean} on average");
        }
        if name == "embedding" {
            for (own, reference) in own.chunks_exact(128).zip(values.chunks_exact(128)) {
                let cosine = Embedding::from_vector(own).cosine(&Embedding::from_vector(reference));
                ensure!(cosine >= 0.9999, "embedding cosine {cosine}");
            }
        }
    }
    eprintln!(
        "{} tensors compared; the largest relative difference is {:.1e} in {}",
        references.len(),
        worst.0,
        worst.1
    );
    Ok(())
}

/// Reads reference tensors; a name such as `t56[::31]` says that every 31st value is there.
fn references(path: &Path) -> Result<Vec<Reference>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let file = SafeTensors::deserialize(&bytes)?;
    let reference = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let values = view.data().as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
        let (name, stride) = match name.strip_suffix(']').and_then(|name| name.split_once("[::")) {
            Some((name, stride)) => (name, stride.parse()?),
            None => (name, 1),
        };
        Ok(Reference { name: name.to_owned(), stride, values })
    };
    file.iter().map(reference).collect()
}

/// A fixture face `[3, 112, 112]`, RGB in [-1, 1].
fn face(number: usize) -> Result<Vec<f32>> {
    let pixels = image::open(format!("tests/fixtures/compact_face_{number}.png"))?.into_rgb8();
    let plane = |channel: usize| pixels.pixels().map(move |pixel| f32::from(pixel[channel]) / 127.5 - 1.0);
    Ok((0..3).flat_map(plane).collect())
}

fn batch(faces: &[f32], device: &Device) -> Tensor<4> {
    let shape = [faces.len() / (3 * AREA), 3, CROP_SIZE_PX, CROP_SIZE_PX];
    Tensor::from_data(TensorData::new(faces.to_vec(), shape), device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("the networks compute in f32")
}

/// Result of a future that is ready when first asked, as wgpu's are on the desktop.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
