//! The compact network against the numbers of its PyTorch reference, stage by stage.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use mtlface::model::{AgeGroup, CompactNetwork, Encoding, Synthesis};
use mtlface::weights;
use safetensors::SafeTensors;

/// Largest difference allowed, relative to the largest value of the stage.
const STAGE_TOLERANCE: f32 = 1e-3;

struct Fixture(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Fixture {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let tensors = file.tensors().into_iter().map(|(name, view)| {
            let values = view.data().chunks(4).map(|bits| f32::from_le_bytes(bits.try_into().unwrap())).collect();
            (name, (view.shape().to_vec(), values))
        });
        Self(tensors.collect())
    }

    fn input(&self, device: &Device) -> Tensor<4> {
        let (shape, values) = &self.0["input"];
        let shape: [usize; 4] = shape.as_slice().try_into().unwrap();
        Tensor::from_data(TensorData::new(values.clone(), shape), device)
    }

    /// Compares a stage; a fixture that holds fewer numbers holds the first ones, or every `stride`-th where its name
    /// ends in `#stride`.
    fn check<const D: usize>(&self, name: &str, tensor: Tensor<D>) {
        let ours: Vec<f32> = tensor.into_data().convert::<f32>().iter::<f32>().collect();
        let (expected, stride) = self.stage(name);
        let scale = expected.iter().fold(1e-6_f32, |max, value| max.max(value.abs()));
        let pairs = expected.iter().zip(ours.iter().step_by(stride));
        let worst = pairs.fold(0.0_f32, |max, (a, b)| max.max((a - b).abs())) / scale;
        assert!(expected.len() * stride <= ours.len() + stride, "{name}: the fixture holds more numbers");
        assert!(worst <= STAGE_TOLERANCE, "{name}: largest relative difference {worst:.2e}");
    }

    fn stage(&self, name: &str) -> (&[f32], usize) {
        if let Some((_, values)) = self.0.get(name) {
            return (values, 1);
        }
        let strided = format!("{name}#");
        let (key, (_, values)) =
            self.0.iter().find(|(key, _)| key.starts_with(&strided)).unwrap_or_else(|| panic!("no stage {name}"));
        (values, key[strided.len()..].parse().unwrap())
    }
}

fn network(device: &Device) -> CompactNetwork {
    let weights = weights::bundled().unwrap();
    CompactNetwork::new(&weights.config, &weights.parameters, device).unwrap()
}

fn check_all(fixture: &Fixture, device: &Device) {
    let network = network(device);
    let input = fixture.input(device);
    let encoding = network.encode(input.clone());
    check_encoding(fixture, &encoding);
    let faces = input.dims()[0];
    let mut flows = vec![Vec::new(); 7];
    let mut residuals = vec![Vec::new(); 7];
    for face in 0..faces {
        let one = only(&encoding, face);
        let synthesis = network.synthesise(input.clone().narrow(0, face, 1), &one, &AgeGroup::ALL);
        let Synthesis { flow_px, residual } = synthesis;
        for group in 0..7 {
            flows[group].push(flow_px.clone().narrow(0, group, 1));
            residuals[group].push(residual.clone().narrow(0, group, 1));
        }
    }
    for group in 0..7 {
        fixture.check(&format!("flow.{group}"), Tensor::cat(flows[group].clone(), 0));
        fixture.check(&format!("residual.{group}"), Tensor::cat(residuals[group].clone(), 0));
    }
}

fn check_encoding(fixture: &Fixture, encoding: &Encoding) {
    fixture.check("t56", encoding.t56.clone());
    fixture.check("t28", encoding.t28.clone());
    fixture.check("t14", encoding.t14.clone());
    fixture.check("x", encoding.x.clone());
    fixture.check("channel_gate", encoding.channel_gate.clone());
    fixture.check("spatial_gate", encoding.spatial_gate.clone());
    fixture.check("x_age", encoding.x_age.clone());
    fixture.check("x_id", encoding.x_id.clone());
    fixture.check("embedding_raw", encoding.embedding.clone());
    fixture.check("age_logits", encoding.age_logits.clone());
    fixture.check("group_logits", encoding.group_logits.clone());
    let ours = mtlface::recognition::Embedding::from_vector(&first_row(encoding.embedding.clone()));
    let theirs = mtlface::recognition::Embedding::from_vector(&fixture.stage("embedding_raw").0[..128]);
    assert!(ours.cosine(&theirs) >= 0.9999, "embedding cosine {}", ours.cosine(&theirs));
}

fn first_row(tensor: Tensor<2>) -> Vec<f32> {
    tensor.narrow(0, 0, 1).into_data().convert::<f32>().iter::<f32>().collect()
}

fn only(encoding: &Encoding, face: usize) -> Encoding {
    let four = |tensor: &Tensor<4>| tensor.clone().narrow(0, face, 1);
    let two = |tensor: &Tensor<2>| tensor.clone().narrow(0, face, 1);
    Encoding {
        t56: four(&encoding.t56),
        t28: four(&encoding.t28),
        t14: four(&encoding.t14),
        x: four(&encoding.x),
        channel_gate: four(&encoding.channel_gate),
        spatial_gate: four(&encoding.spatial_gate),
        x_id: four(&encoding.x_id),
        x_age: four(&encoding.x_age),
        embedding: two(&encoding.embedding),
        age_logits: two(&encoding.age_logits),
        group_logits: two(&encoding.group_logits),
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_cpu_meets_the_bundled_fixture() {
    check_all(&Fixture::read(&repository("tests/fixtures/compact.safetensors")), &Device::flex());
}

#[test]
fn the_cpu_meets_the_whole_fixture() {
    let path = repository("../shared/fixtures/compact.safetensors");
    if !path.is_file() {
        eprintln!("SKIPPED the_cpu_meets_the_whole_fixture: needs ../shared/fixtures/compact.safetensors");
        return;
    }
    let (fixture, device) = (Fixture::read(&path), Device::flex());
    check_all(&fixture, &device);
    check_aged_faces(&fixture, &device);
}

/// Aged faces, moved and repainted by our own ageing, within 2 levels of 255 on average.
fn check_aged_faces(fixture: &Fixture, device: &Device) {
    use mtlface::aging::{Change, age_crop};
    let network = network(device);
    let input = fixture.input(device);
    let crop = image::open(repository("tests/fixtures/compact_face_0.png")).unwrap().to_rgb8();
    let encoding = only(&network.encode(input.clone()), 0);
    let synthesis = network.synthesise(input.narrow(0, 0, 1), &encoding, &AgeGroup::ALL);
    for group in 0..7 {
        let values = |tensor: &Tensor<4>| -> Vec<f32> {
            tensor.clone().narrow(0, group, 1).into_data().convert::<f32>().iter::<f32>().collect()
        };
        let (flow, residual) = (values(&synthesis.flow_px), values(&synthesis.residual));
        let change = Change {
            flow_px: mtlface::model::synthesis::upsample_flow(&flow, network.window()),
            residual_levels: (0..112 * 112).map(|at| [0, 1, 2].map(|c| residual[c * 112 * 112 + at] * 127.5)).collect(),
        };
        let aged = age_crop(&crop, &change);
        let reference = fixture.stage(&format!("aged.{group}")).0;
        let total: f32 = aged
            .pixels()
            .enumerate()
            .flat_map(|(at, pixel)| {
                [0, 1, 2].map(|c| f32::from(pixel.0[c]) - (reference[c * 112 * 112 + at] + 1.0) * 127.5)
            })
            .map(f32::abs)
            .sum();
        let mean_levels = total / (3.0 * 112.0 * 112.0);
        assert!(mean_levels <= 2.0, "group {group}: mean difference {mean_levels} levels");
    }
}

#[test]
fn wgpu_meets_the_bundled_fixture() {
    let Ok((device, _)) = Device::wgpu_options().init_with_setup() else {
        eprintln!("SKIPPED wgpu_meets_the_bundled_fixture: no graphics driver, not even a software one");
        return;
    };
    check_all(&Fixture::read(&repository("tests/fixtures/compact.safetensors")), &device);
}
