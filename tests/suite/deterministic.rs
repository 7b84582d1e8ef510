//! Test weights that need no file: every number is a pure function of its tensor's name and its place in it. The
//! reference was filled by the same rule, so its outputs must be met.

use std::collections::BTreeSet;
use std::sync::Arc;

use mtlface::model::identity_conditional::{CVPR2021_OVERLAP, TPAMI2022_OVERLAP, routed_starts};
use mtlface::model::inventory::{TensorEntry, inventory};
use mtlface::model::{Generation, Parameters, PublishedConfig, TensorReader};

/// Identities the classifier of the fixtures knows.
pub const CLASSES: usize = 16;

/// All tensors of a published network, made when they are asked for.
pub fn parameters(config: &PublishedConfig) -> Parameters {
    let entries = inventory(config, CLASSES);
    let norms: Arc<BTreeSet<String>> = Arc::new(entries.iter().filter_map(norm_of).collect());
    let mut parameters = Parameters::default();
    for entry in entries {
        let (name, shape) = (entry.name.clone(), entry.shape.clone());
        let tensor = Tensor { entry, norms: Arc::clone(&norms), generation: config.generation };
        parameters.insert_elsewhere(name, shape, Arc::new(tensor));
    }
    parameters
}

/// The norm a running mean belongs to.
fn norm_of(entry: &TensorEntry) -> Option<String> {
    entry.name.strip_suffix(".running_mean").map(str::to_owned)
}

#[derive(Debug)]
struct Tensor {
    entry: TensorEntry,
    norms: Arc<BTreeSet<String>>,
    generation: Generation,
}

impl TensorReader for Tensor {
    fn read(&self) -> Result<Vec<f32>, String> {
        Ok(values(&self.entry.name, &self.entry.shape, &self.norms, self.generation))
    }
}

fn values(name: &str, shape: &[usize], norms: &BTreeSet<String>, generation: Generation) -> Vec<f32> {
    let count = shape.iter().product();
    let leaf = name.rsplit('.').next().unwrap_or(name);
    match leaf {
        "num_batches_tracked" => vec![0.0; count],
        "expectation" => (0..count).map(|age| age as f32).collect(),
        "kernel" => {
            let taps = [1.0, 3.0, 3.0, 1.0_f32];
            taps.iter().flat_map(|a| taps.iter().map(move |b| a * b / 16.0)).collect()
        }
        "_unit_mapping" => mask(shape, generation),
        "weight_u" | "weight_v" => unit(uniform(name, count, -1.0, 1.0)),
        _ => {
            let (low, high) = bounds(name, shape, norms);
            uniform(name, count, low, high)
        }
    }
}

/// The router's table of a block of this width.
fn mask(shape: &[usize], generation: Generation) -> Vec<f32> {
    let (groups, width) = (shape[0], shape[1]);
    let overlap = if generation == Generation::Cvpr2021 { CVPR2021_OVERLAP } else { TPAMI2022_OVERLAP };
    let of_unit = |unit: usize| mtlface::model::identity_conditional::routed_width(unit, overlap);
    let unit = (1..=width).find(|unit| of_unit(*unit) == width).expect("some unit makes this width");
    let mut table = vec![0.0; groups * width];
    for (row, start) in table.chunks_mut(width).zip(routed_starts(unit, overlap)) {
        row[start..start + unit].fill(1.0);
    }
    table
}

/// Range of the numbers, by the first rule that fits the name.
fn bounds(name: &str, shape: &[usize], norms: &BTreeSet<String>) -> (f64, f64) {
    let (stem, leaf) = name.rsplit_once('.').unwrap_or(("", name));
    let fan = shape.iter().skip(1).product::<usize>().max(1) as f64;
    let around = |reach: f64| (-reach, reach);
    let (root3, usual) = (3.0_f64.sqrt(), (1.5 / fan).sqrt());
    match leaf {
        "running_mean" => return around(0.1),
        "running_var" => return (0.5, 1.5),
        "latent_avg" => return around(0.5),
        _ if leaf.starts_with("noise_") => return around(root3),
        _ => {}
    }
    if name.starts_with("decoder.decoder.") {
        let is_rgb = name.starts_with("decoder.decoder.to_rgb");
        match leaf {
            "input" => return around(root3),
            "weight" if name.ends_with(".noise.weight") => return around(0.2),
            "weight" if name.starts_with("decoder.decoder.style.") => return around(100.0 * root3),
            "weight" if is_rgb && name.ends_with(".conv.weight") => return around(root3 / 4.0),
            "weight" => return around(root3),
            _ if stem.ends_with(".modulation") => return (0.8, 1.2),
            _ => {}
        }
    }
    match leaf {
        "bias" => around(0.1),
        _ if shape.len() == 1 && norms.contains(stem) => (0.8, 1.2),
        _ if shape.len() == 1 => (0.15, 0.35),
        _ if name.starts_with("encoder.styles.") => around((6.0 / fan).sqrt()),
        _ if name.ends_with("age_output_layer.4.weight") => around(8.0 * usual),
        _ => around(usual),
    }
}

/// Numbers between `low` and `high`: the upper 24 bits of a splitmix64 stream seeded with the name's FNV-1a hash.
pub fn uniform(name: &str, count: usize, low: f64, high: f64) -> Vec<f32> {
    let seed = fnv1a(name);
    let number = |index: u64| {
        let mut mixed = seed.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (low + (high - low) * ((mixed >> 40) as f64 / 16_777_216.0)) as f32
    };
    (0..count as u64).map(number).collect()
}

fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn unit(values: Vec<f32>) -> Vec<f32> {
    let length = values.iter().fold(0.0, |sum, value| sum + f64::from(*value) * f64::from(*value)).sqrt();
    values.iter().map(|value| (f64::from(*value) / length) as f32).collect()
}

#[test]
fn hashes_and_streams_are_the_documented_ones() {
    assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv1a("encoder.input_layer.0.weight"), 0xf168_c3df_b82e_3bd1);
    let first: Vec<u32> = uniform("a", 4, 0.0, 1.0).iter().map(|value| (value * 16_777_216.0) as u32).collect();
    assert_eq!(first, [0x5f29c2, 0xff84f1, 0xfdfab1, 0xaf99d2]);
}

/// Weights, a tensor's name and shape, the bits of its first three numbers, and the sum of all.
#[cfg(test)]
type Case<'a> = (&'a Parameters, &'a str, &'a [usize], [u32; 3], f64);

#[test]
fn weights_are_the_documented_ones_bit_for_bit() {
    let of = |generation, base| parameters(&PublishedConfig::new(generation, base));
    let (a, b, full) = (of(Generation::Cvpr2021, 8), of(Generation::Tpami2022, 8), of(Generation::Tpami2022, 64));
    let cases: [Case<'_>; 15] = [
        (&a, "backbone.input_layer.0.weight", &[8, 3, 3, 3], [0x3e222ab0, 0xbe06d8ae, 0xbe648213], -1.89413082531),
        (&a, "backbone.input_layer.1.weight", &[8], [0x3f4f1bbc, 0x3f58ca5d, 0x3f8f15f7], 7.8342102766),
        (&a, "backbone.input_layer.1.running_mean", &[8], [0xbd567da3, 0xbc1690da, 0x3b688066], -0.183264375199),
        (&a, "backbone.input_layer.1.running_var", &[8], [0x3f17d407, 0x3fbd58c8, 0x3f4f9743], 7.81578081846),
        (&a, "backbone.input_layer.2.weight", &[8], [0x3e64d24a, 0x3e9202d6, 0x3e45163a], 2.02088530362),
        (&a, "head.weight", &[16, 64], [0x3d8ede40, 0x3db06e27, 0xb98f52e8], 4.02079233341),
        (
            &a,
            "estimation_network.age_output_layer.4.weight",
            &[101, 64],
            [0x3f1e26bf, 0xbf05a077, 0xbf09045c],
            2.95788259784,
        ),
        (&a, "discriminator.main.0.weight_u", &[16], [0xbe9dccde, 0xbe579be0, 0x3e872eb9], -1.94875083305),
        (&b, "encoder.styles.0.convs.0.weight", &[64, 64, 3, 3], [0x3d070709, 0xbc447cfc, 0xbcfcc0ee], -3.45253636532),
        (&b, "decoder.latent_avg", &[1, 1, 64], [0xbdb95090, 0x3e28b2b4, 0x3d0e5820], -0.227311909199),
        (
            &b,
            "decoder.decoder.conv1.conv.weight",
            &[1, 64, 64, 3, 3],
            [0x3f06d6da, 0x3f5a84b5, 0x3fa7686d],
            -202.099775085,
        ),
        (&b, "decoder.decoder.conv1.conv.modulation.bias", &[64], [0x3f6d4849, 0x3f998689, 0x3f9279a1], 63.5994451046),
        (&b, "decoder.decoder.style.1.weight", &[64, 64], [0xc268fbbc, 0x42092a64, 0x42d9e37d], 6458.14131549),
        (&b, "decoder.decoder.noises.noise_0", &[1, 1, 4, 4], [0xbf6a3987, 0xbe86ef21, 0xbef56a92], -3.50031193346),
        (&full, "encoder.input_layer.0.weight", &[64, 3, 3, 3], [0x3d8b15d1, 0xbe2cfeea, 0xbc05593b], 10.547804212),
    ];
    for (parameters, name, shape, bits, sum) in cases {
        let values = parameters.get(name, shape).unwrap();
        assert_eq!(values[..3].iter().map(|value| value.to_bits()).collect::<Vec<_>>(), bits, "{name}");
        let total: f64 = values.iter().map(|value| f64::from(*value)).sum();
        assert!((total - sum).abs() < 1e-9 * sum.abs().max(1.0), "{name}: {total}");
    }
}
