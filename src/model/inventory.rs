//! Every tensor of the two published networks by name and shape (ARCHITECTURE E), so that a file can be compared with
//! what it should hold before any network is built. Depends on the widths only.

use super::age_group::GROUP_COUNT;
use super::config::AGE_BINS;
use super::preset::{Generation, PublishedConfig};
use super::{CELLS, identity_conditional};

/// Layers of the mapping network from a random vector to a style.
const MAPPING_LAYERS: usize = 8;

/// What a tensor is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The network cannot run without it.
    Running,
    /// Needed to train on, never to run.
    Training,
    /// In every file and read by nobody: counters, constants the program knows, and the mapping network.
    Nothing,
}

/// A tensor a file should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorEntry {
    /// The name, such as `backbone.input_layer.0.weight`. CVPR 2021 files lack the module in front, `backbone.` here.
    pub name: String,
    /// Length along each axis, outermost first.
    pub shape: Vec<usize>,
    /// What it is there for.
    pub purpose: Purpose,
}

/// Modules of the CVPR 2021 generation, each of which its training code saves as a file of its own. The names of their
/// tensors begin with the module's.
pub const CVPR2021_MODULES: [&str; 6] =
    ["backbone", "estimation_network", "generator", "head", "da_discriminator", "discriminator"];

/// Every tensor of a published network. `classes` is how many identities its classifier knows (CVPR 2021 only).
pub fn inventory(config: &PublishedConfig, classes: usize) -> Vec<TensorEntry> {
    match config.generation {
        Generation::Cvpr2021 => cvpr2021(config, classes),
        Generation::Tpami2022 => tpami2022(config),
    }
}

/// The tensors whose names begin with a prefix.
pub fn names_below<'a>(entries: &'a [TensorEntry], prefix: &'a str) -> impl Iterator<Item = &'a TensorEntry> {
    entries.iter().filter(move |entry| entry.name.starts_with(prefix))
}

fn cvpr2021(config: &PublishedConfig, classes: usize) -> Vec<TensorEntry> {
    let (base, top) = (config.base_width, config.top_channels());
    let mut list = List { entries: Vec::new(), purpose: Purpose::Running };
    list.trunk("backbone", config);
    list.identity_head("backbone", top);
    list.decomposition("backbone", top, 1);
    list.age_head("estimation_network", top);
    list.routed("generator", top, 2 * base, identity_conditional::CVPR2021_OVERLAP, true);
    let blocks = [(8 * base, 4 * base, 4 * base), (4 * base, 2 * base, 2 * base), (2 * base, base, base)];
    for (index, (below, skip, out)) in blocks.into_iter().chain([(base, 3, base / 2)]).enumerate() {
        list.up_fuse(&format!("generator.up_{}", index + 1), below, skip, out, true);
    }
    list.conv("generator.conv3", base / 2, 3, 1);
    list.purpose = Purpose::Training;
    list.add("head.weight", &[classes, top]);
    list.age_head("da_discriminator", top);
    list.discriminator(base);
    list.entries
}

fn tpami2022(config: &PublishedConfig) -> Vec<TensorEntry> {
    let (base, top) = (config.base_width, config.top_channels());
    let mut list = List { entries: Vec::new(), purpose: Purpose::Running };
    list.style_decoder(top);
    list.trunk("encoder", config);
    list.identity_head("encoder", top);
    list.decomposition("encoder", top, 2);
    for (style, convolutions) in STYLE_CONVOLUTIONS.into_iter().enumerate() {
        for index in 0..convolutions {
            list.conv(&format!("encoder.styles.{style}.convs.{}", 2 * index), top, top, 3);
        }
        list.linear(&format!("encoder.styles.{style}.linear"), top, top);
    }
    list.up_fuse("encoder.upsample1", top, 4 * base, 4 * base, false);
    list.up_fuse("encoder.upsample2", 4 * base, 2 * base, 2 * base, false);
    list.up_fuse("encoder.upsample3", 2 * base, base, base, false);
    list.conv("encoder.latlayer1", 4 * base, top, 3);
    list.conv("encoder.latlayer2", base, top, 3);
    for (name, channels) in [("aging1", top), ("aging2", 4 * base), ("aging3", 2 * base)] {
        list.routed(&format!("encoder.{name}"), channels, channels / 4, identity_conditional::TPAMI2022_OVERLAP, false);
    }
    list.unused("age_estimator.expectation", &[AGE_BINS]);
    list.age_head("age_estimator", top);
    list.entries
}

/// Convolutions of each of the twelve style blocks: three coarse, four middle, five fine (ARCHITECTURE B.2).
pub const STYLE_CONVOLUTIONS: [usize; 12] = [2, 2, 2, 3, 3, 3, 3, 5, 5, 5, 5, 5];

/// Side in pixels of each of the decoder's eleven noise maps.
pub const NOISE_SIZES_PX: [usize; 11] = [4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128];

/// Channels of the style decoder at a size in pixels (ARCHITECTURE B.4).
pub fn style_channels(top: usize, size_px: usize) -> usize {
    if size_px <= 64 { top } else { top * 64 / size_px }
}

struct List {
    entries: Vec<TensorEntry>,
    purpose: Purpose,
}

impl List {
    fn add(&mut self, name: impl Into<String>, shape: &[usize]) {
        self.entries.push(TensorEntry { name: name.into(), shape: shape.to_vec(), purpose: self.purpose });
    }

    fn unused(&mut self, name: impl Into<String>, shape: &[usize]) {
        self.entries.push(TensorEntry { name: name.into(), shape: shape.to_vec(), purpose: Purpose::Nothing });
    }

    fn weights(&mut self, name: &str, inputs: usize, outputs: usize, kernel: usize) {
        self.add(format!("{name}.weight"), &[outputs, inputs, kernel, kernel]);
    }

    fn conv(&mut self, name: &str, inputs: usize, outputs: usize, kernel: usize) {
        self.weights(name, inputs, outputs, kernel);
        self.add(format!("{name}.bias"), &[outputs]);
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.add(format!("{name}.weight"), &[outputs, inputs]);
        self.add(format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str, channels: usize) {
        for leaf in ["weight", "bias", "running_mean", "running_var"] {
            self.add(format!("{name}.{leaf}"), &[channels]);
        }
        self.unused(format!("{name}.num_batches_tracked"), &[]);
    }

    fn slopes(&mut self, name: &str, channels: usize) {
        self.add(format!("{name}.weight"), &[channels]);
    }

    fn trunk(&mut self, prefix: &str, config: &PublishedConfig) {
        let stem = format!("{prefix}.input_layer");
        self.weights(&format!("{stem}.0"), 3, config.base_width, 3);
        self.norm(&format!("{stem}.1"), config.base_width);
        self.slopes(&format!("{stem}.2"), config.base_width);
        let mut channels = config.base_width;
        for (stage, (out, depth)) in config.stage_channels().into_iter().zip(config.depths).enumerate() {
            for unit in 0..depth {
                self.residual_unit(&format!("{prefix}.block{}.{unit}", stage + 1), channels, out, config);
                channels = out;
            }
        }
    }

    fn residual_unit(&mut self, name: &str, channels: usize, out: usize, config: &PublishedConfig) {
        if channels != out {
            self.weights(&format!("{name}.shortcut_layer.0"), channels, out, 1);
            self.norm(&format!("{name}.shortcut_layer.1"), out);
        }
        let branch = format!("{name}.res_layer");
        self.norm(&format!("{branch}.0"), channels);
        self.weights(&format!("{branch}.1"), channels, out, 3);
        self.norm(&format!("{branch}.2"), out);
        self.slopes(&format!("{branch}.3"), out);
        self.weights(&format!("{branch}.4"), out, out, 3);
        self.norm(&format!("{branch}.5"), out);
        if config.squeeze_excite {
            let hidden = (out / super::backbone::SQUEEZE_REDUCTION).max(1);
            self.weights(&format!("{branch}.6.fc1"), out, hidden, 1);
            self.weights(&format!("{branch}.6.fc2"), hidden, out, 1);
        }
    }

    fn identity_head(&mut self, prefix: &str, top: usize) {
        self.norm(&format!("{prefix}.output_layer.0"), top);
        self.linear(&format!("{prefix}.output_layer.3"), top * CELLS * CELLS, top);
        self.norm(&format!("{prefix}.output_layer.4"), top);
    }

    /// `pyramids`: 1 when averages and maxima are added, 2 when they stand side by side.
    fn decomposition(&mut self, prefix: &str, top: usize, pyramids: usize) {
        let pooled = super::decomposition::PUBLISHED_POOLS.iter().map(|side| side * side).sum::<usize>();
        let inputs = pyramids * pooled * top;
        let hidden = inputs / super::decomposition::GATE_REDUCTION;
        self.weights(&format!("{prefix}.fsm.spatial.0"), 2, 1, 7);
        self.norm(&format!("{prefix}.fsm.spatial.1"), 1);
        self.weights(&format!("{prefix}.fsm.channel.0"), inputs, hidden, 1);
        self.weights(&format!("{prefix}.fsm.channel.2"), hidden, top, 1);
        self.norm(&format!("{prefix}.fsm.channel.3"), top);
    }

    fn age_head(&mut self, module: &str, top: usize) {
        self.norm(&format!("{module}.age_output_layer.0"), top);
        self.linear(&format!("{module}.age_output_layer.2"), top * CELLS * CELLS, top);
        self.linear(&format!("{module}.age_output_layer.4"), top, AGE_BINS);
        self.linear(&format!("{module}.group_output_layer"), AGE_BINS, GROUP_COUNT);
    }

    /// A routed block; `learnt` norms and slopes are those of CVPR 2021, TPAMI 2022's have no parameters.
    fn routed(&mut self, name: &str, channels: usize, unit: usize, overlap: f64, learnt: bool) {
        let width = identity_conditional::routed_width(unit, overlap);
        let mask = [GROUP_COUNT, width];
        self.conv(&format!("{name}.conv1.0"), channels, width, 1);
        if learnt {
            self.norm(&format!("{name}.conv1.1"), width);
            self.slopes(&format!("{name}.conv1.2"), width);
        }
        self.add(format!("{name}.router._unit_mapping"), &mask);
        for index in 0..identity_conditional::PUBLISHED_RESIDUAL_UNITS {
            let block = format!("{name}.transform.{index}");
            for half in 1..=2 {
                self.conv(&format!("{block}.conv{half}.0"), width, width, 3);
                if learnt {
                    self.norm(&format!("{block}.conv{half}.1"), width);
                    self.slopes(&format!("{block}.relu{half}"), width);
                }
                self.add(format!("{block}.router{half}._unit_mapping"), &mask);
            }
        }
        self.conv(&format!("{name}.conv2.0"), width, channels, 1);
        if learnt {
            self.norm(&format!("{name}.conv2.1"), channels);
            self.slopes(&format!("{name}.conv2.2"), channels);
        }
    }

    fn up_fuse(&mut self, name: &str, below: usize, skip: usize, out: usize, learnt: bool) {
        for (path, inputs) in [("conv", below + skip), ("conv2", out)] {
            for (index, inputs) in [(0, inputs), (3, out)] {
                if learnt {
                    self.norm(&format!("{name}.{path}.{index}"), inputs);
                    self.slopes(&format!("{name}.{path}.{}", index + 1), inputs);
                }
                self.conv(&format!("{name}.{path}.{}", index + 2), inputs, out, 3);
            }
        }
        self.conv(&format!("{name}.shortcut"), below, out, 1);
    }

    fn discriminator(&mut self, base: usize) {
        self.conv("discriminator.conv1", 3, base, 4);
        let widths = [base + GROUP_COUNT, 2 * base, 4 * base, 8 * base, 8 * base];
        for (index, pair) in widths.windows(2).enumerate() {
            let name = format!("discriminator.main.{}", 2 * index);
            self.add(format!("{name}.bias"), &[pair[1]]);
            self.add(format!("{name}.weight_orig"), &[pair[1], pair[0], 4, 4]);
            self.add(format!("{name}.weight_u"), &[pair[1]]);
            self.add(format!("{name}.weight_v"), &[16 * pair[0]]);
        }
        self.conv("discriminator.main.8", 8 * base, 1, 4);
    }

    fn style_decoder(&mut self, top: usize) {
        self.add("decoder.latent_avg", &[1, 1, top]);
        for layer in 1..=MAPPING_LAYERS {
            self.unused(format!("decoder.decoder.style.{layer}.weight"), &[top, top]);
            self.unused(format!("decoder.decoder.style.{layer}.bias"), &[top]);
        }
        self.add("decoder.decoder.input.input", &[1, top, 4, 4]);
        self.styled("decoder.decoder.conv1", top, top, top, false);
        self.rgb_layer("decoder.decoder.to_rgb1", top, top, false);
        let mut channels = top;
        for (level, size_px) in [8, 16, 32, 64, 128].into_iter().enumerate() {
            let out = style_channels(top, size_px);
            self.styled(&format!("decoder.decoder.convs.{}", 2 * level), channels, out, top, true);
            self.styled(&format!("decoder.decoder.convs.{}", 2 * level + 1), out, out, top, false);
            self.rgb_layer(&format!("decoder.decoder.to_rgbs.{level}"), out, top, true);
            channels = out;
        }
        for (index, size_px) in NOISE_SIZES_PX.into_iter().enumerate() {
            self.add(format!("decoder.decoder.noises.noise_{index}"), &[1, 1, size_px, size_px]);
        }
    }

    fn modulated(&mut self, name: &str, inputs: usize, outputs: usize, kernel: usize, style: usize) {
        self.add(format!("{name}.weight"), &[1, outputs, inputs, kernel, kernel]);
        self.linear(&format!("{name}.modulation"), style, inputs);
    }

    fn styled(&mut self, name: &str, inputs: usize, outputs: usize, style: usize, up: bool) {
        self.modulated(&format!("{name}.conv"), inputs, outputs, 3, style);
        if up {
            self.unused(format!("{name}.conv.blur.kernel"), &[4, 4]);
        }
        self.add(format!("{name}.noise.weight"), &[1]);
        self.add(format!("{name}.activate.bias"), &[outputs]);
    }

    fn rgb_layer(&mut self, name: &str, inputs: usize, style: usize, up: bool) {
        self.modulated(&format!("{name}.conv"), inputs, 3, 1, style);
        if up {
            self.unused(format!("{name}.upsample.kernel"), &[4, 4]);
        }
        self.add(format!("{name}.bias"), &[1, 3, 1, 1]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Counts of ARCHITECTURE E.
    #[test]
    fn tensors_and_parameters_are_as_many_as_published() {
        let a = inventory(&PublishedConfig::new(Generation::Cvpr2021, 64), 16);
        let b = inventory(&PublishedConfig::new(Generation::Tpami2022, 64), 0);
        let below = |prefix: &str| names_below(&a, prefix).count();
        let modules =
            ["backbone.", "head.", "estimation_network.", "da_discriminator.", "generator.", "discriminator."];
        assert_eq!(modules.map(below), [482, 1, 11, 11, 227, 20]);
        assert_eq!((a.len(), b.len()), (752, 843));
        assert_eq!(parameters(&b), 271_606_376);
        let of = |module: &str| parameters(&names_below(&a, module).cloned().collect::<Vec<_>>());
        assert_eq!(["backbone.", "generator."].map(of), [47_028_388, 54_041_920]);
        assert_eq!(["estimation_network.", "discriminator."].map(of), [12_899_119, 6_973_889]);
    }

    /// Numbers that are learnt: not running statistics, tables or counters.
    fn parameters(entries: &[TensorEntry]) -> usize {
        let fixed = ["running_mean", "running_var", "num_batches_tracked", "_unit_mapping", "kernel", "expectation"];
        let fixed = fixed.into_iter().chain(["latent_avg", "weight_u", "weight_v"]);
        let learnt = |entry: &&TensorEntry| {
            !fixed.clone().any(|leaf| entry.name.ends_with(leaf)) && !entry.name.contains(".noises.")
        };
        entries.iter().filter(learnt).map(|entry| entry.shape.iter().product::<usize>()).sum()
    }

    /// Names and shapes of the reference, where they are at hand.
    #[test]
    fn names_and_shapes_are_the_references() {
        for (generation, file) in [(Generation::Cvpr2021, "keys_a.json"), (Generation::Tpami2022, "keys_b.json")] {
            let path = std::path::Path::new("../shared/reference").join(file);
            let Ok(text) = std::fs::read_to_string(&path) else {
                eprintln!("SKIPPED names_and_shapes_are_the_references: {} is not here", path.display());
                continue;
            };
            let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
            let listed: BTreeMap<String, Vec<usize>> =
                listed["tensors"].as_array().unwrap().iter().map(entry).collect();
            let ours = inventory(&PublishedConfig::new(generation, 64), 16);
            let ours: BTreeMap<String, Vec<usize>> = ours.into_iter().map(|entry| (entry.name, entry.shape)).collect();
            assert_eq!(ours, listed);
        }
    }

    fn entry(row: &serde_json::Value) -> (String, Vec<usize>) {
        let shape = row["shape"].as_array().unwrap().iter().map(|length| length.as_u64().unwrap() as usize);
        (row["key"].as_str().unwrap().to_owned(), shape.collect())
    }
}
