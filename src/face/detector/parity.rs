//! The cascade against the reference, stage by stage (ARCHITECTURE G, `mtcnn/`).

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use image::RgbImage;
use safetensors::SafeTensors;

use super::boxes::Candidate;
use super::cascade::{Cascade, pyramid_scales};
use super::networks::{Networks, values};
use crate::weights;

/// Pictures with reference results that are part of the repository.
const PICTURES: [&str; 3] = ["astronaut", "obama", "chelsea"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mtcnn").join(name)
}

fn picture(name: &str) -> RgbImage {
    image::open(fixture(&format!("{name}.png"))).unwrap().to_rgb8()
}

fn networks() -> Networks {
    Networks::new(&weights::bundled_detector().unwrap(), &Device::flex()).unwrap()
}

/// The reference's numbers by name.
struct Reference(Vec<u8>);

impl Reference {
    fn open() -> Self {
        Self(std::fs::read(fixture("mtcnn.safetensors")).unwrap())
    }

    fn numbers(&self, name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor(name).unwrap();
        view.data().chunks(4).map(|bits| f32::from_le_bytes(bits.try_into().unwrap())).collect()
    }
}

/// The stream every reference input is drawn from: a hash of its name seeds a counter-based generator.
fn stream(name: &str, len: usize) -> Vec<f32> {
    let seed = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let number = |index: usize| {
        let mut z = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (-1.0 + 2.0 * ((z >> 40) as f64 / 16_777_216.0)) as f32
    };
    (0..len).map(number).collect()
}

fn input(networks: &Networks, name: &str, side: usize) -> Tensor<4> {
    let data = TensorData::new(stream(name, 2 * 3 * side * side), [2, 3, side, side]);
    Tensor::from_data(data, &networks.device)
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: how many numbers");
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: differs by {worst}");
}

#[test]
fn the_networks_answer_as_the_reference_does() {
    let (reference, networks) = (Reference::open(), networks());
    let expect = |found: &[f32], name: &str| assert_close(found, &reference.numbers(name), 1e-5, name);
    let (face, regression) = networks.proposal.forward(input(&networks, "mtcnn.pnet", 37));
    expect(&values(face), "net/pnet/out0");
    expect(&values(regression), "net/pnet/out1");
    let refined = networks.refinement.forward(input(&networks, "mtcnn.rnet", 24));
    expect(&refined.face, "net/rnet/out0");
    expect(refined.regression.as_flattened(), "net/rnet/out1");
    let output = networks.output.forward(input(&networks, "mtcnn.onet", 48));
    expect(&output.face, "net/onet/out0");
    expect(output.regression.as_flattened(), "net/onet/out1");
    expect(output.landmarks.as_flattened(), "net/onet/out2");
}

#[test]
fn the_pyramid_has_the_references_scales() {
    let reference = Reference::open();
    for name in PICTURES {
        let scales: Vec<f32> = pyramid_scales(picture(name).dimensions(), 20.0).iter().map(|s| *s as f32).collect();
        assert_close(&scales, &reference.numbers(&format!("{name}/scales")), 1e-6, name);
    }
}

#[test]
fn every_stage_keeps_the_boxes_of_the_reference() {
    let (reference, networks) = (Reference::open(), networks());
    for name in PICTURES {
        let picture = picture(name);
        let cascade = Cascade::published(&networks, &picture);
        let proposals = cascade.propose(&pyramid_scales(picture.dimensions(), 20.0));
        assert_boxes(&proposals, &reference.numbers(&format!("{name}/stage1")), &format!("{name}, stage 1"));
        let refined = cascade.refine_candidates(proposals);
        assert_boxes(&refined, &reference.numbers(&format!("{name}/stage2")), &format!("{name}, stage 2"));
    }
}

/// Boxes of these stages are whole pixels, so they are equal or they are not. Equal scores may come in either order.
fn assert_boxes(found: &[Candidate], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len() / 5, "{what}: how many boxes");
    for row in expected.as_chunks::<5>().0 {
        let edges_px: [f64; 4] = std::array::from_fn(|edge| f64::from(row[edge]));
        let near = |candidate: &Candidate| (candidate.score - f64::from(row[4])).abs() < 1e-4;
        let same = |candidate: &&Candidate| candidate.edges_px == edges_px && near(candidate);
        assert!(found.iter().find(same).is_some(), "{what}: no box {row:?}");
    }
}
