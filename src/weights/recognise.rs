//! Which network a file holds, told by the names of its tensors, and how wide it is, told by their shapes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::stored::StoredTensor;
use super::tensor_file::TensorFile;
use crate::model::inventory::{CVPR2021_MODULES, inventory, names_below};
use crate::model::{Generation, IR50_DEPTHS, PublishedConfig};

/// Tensors only the compact network has together.
const COMPACT_MARKS: [&str; 4] = [
    "backbone.pairs.0.depthwise.weight",
    "afd.channel_fc1.weight",
    "generator.icm.enter.weight",
    "generator.decoder.to_flow.weight",
];

/// Networks that are none of the presets, told by the beginning of a tensor's name.
const OTHERS: [(&str, &str); 3] = [
    ("pnet.", "the tensors are those of the MTCNN face detector"),
    ("conv_1.", "the tensors are those of the SFace backbone alone"),
    ("generator.", "it holds the synthesis half of a compact network alone"),
];
/// A file is taken for a network when a quarter of its tensors, or of the network's, have the right names.
const QUARTER: usize = 4;
/// Units of a stage that are counted; no backbone has as many.
const MAX_UNITS: usize = 64;

/// What the tensors of one file belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// The compact network.
    Compact,
    /// A published network, or a part of one.
    Published {
        /// Which of the two.
        generation: Generation,
        /// The module of CVPR 2021 that the file holds alone, its name missing from the tensors' names.
        module: Option<&'static str>,
    },
}

/// Recognises the network of a file.
///
/// # Errors
/// With what the file seems to hold instead, as the end of a sentence.
pub fn network(file: &TensorFile) -> Result<Belongs, String> {
    if COMPACT_MARKS.iter().all(|mark| file.tensors.contains_key(*mark)) {
        return Ok(Belongs::Compact);
    }
    let whole = [Generation::Tpami2022, Generation::Cvpr2021].map(|generation| (generation, None));
    let modules = modules_by_name(&file.name).map(|module| (Generation::Cvpr2021, Some(module)));
    let mut best = None;
    for (generation, module) in whole.into_iter().chain(modules) {
        let known = known_names(file, generation, module);
        let full = |name: &String| full_name(module, name);
        let hits = file.tensors.keys().filter(|name| known.contains(&full(name))).count();
        let likely = hits > 0 && (QUARTER * hits >= file.tensors.len() || QUARTER * hits >= known.len());
        if likely && best.is_none_or(|(most, _)| hits > most) {
            best = Some((hits, Belongs::Published { generation, module }));
        }
    }
    best.map(|(_, belongs)| belongs).ok_or_else(|| other(file))
}

/// The name of a tensor with its module in front.
pub fn full_name(module: Option<&str>, name: &str) -> String {
    match module {
        Some(module) => format!("{module}.{name}"),
        None => name.to_owned(),
    }
}

/// The modules of CVPR 2021, in the order in which they are tried. The two age heads have the same names inside: the
/// file's name decides between them.
fn modules_by_name(file: &str) -> impl Iterator<Item = &'static str> {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let named = if stem.contains("da_discriminator") { "da_discriminator" } else { "estimation_network" };
    let others = CVPR2021_MODULES.into_iter().filter(move |module| *module != named);
    std::iter::once(named).chain(others)
}

/// Names a network of this file's depths has; with a module, those of the module.
fn known_names(file: &TensorFile, generation: Generation, module: Option<&str>) -> HashSet<String> {
    let names: Vec<String> = file.tensors.keys().map(|name| full_name(module, name)).collect();
    let config = deep(generation, names.iter().map(String::as_str));
    let entries = inventory(&config, 1);
    let prefix = module.map(|module| format!("{module}.")).unwrap_or_default();
    names_below(&entries, &prefix).map(|entry| entry.name.clone()).collect()
}

fn other(file: &TensorFile) -> String {
    let begins = |prefix: &str| file.tensors.keys().any(|name| name.starts_with(prefix));
    let known = OTHERS.iter().find(|(prefix, _)| begins(prefix)).map(|(_, sentence)| (*sentence).to_owned());
    known.unwrap_or_else(|| {
        let first = file.tensors.keys().next().map_or("none", String::as_str);
        let first = super::pytorch::shown(first);
        format!("its {} tensors (the first is “{first}”) belong to no network this program knows", file.tensors.len())
    })
}

/// The network of these tensors' depths, at the published width.
fn deep<'name>(generation: Generation, names: impl Iterator<Item = &'name str>) -> PublishedConfig {
    let trunk = match generation {
        Generation::Cvpr2021 => "backbone.",
        Generation::Tpami2022 => "encoder.",
    };
    let mut config = PublishedConfig::new(generation, 64);
    let mut depths = [0; 4];
    for name in names {
        let Some(unit) = name.strip_prefix(trunk).and_then(|name| name.strip_prefix("block")) else { continue };
        let mut parts = unit.splitn(3, '.');
        let (stage, unit) = (parts.next().and_then(|stage| stage.parse::<usize>().ok()), parts.next());
        let unit = unit.and_then(|unit| unit.parse::<usize>().ok()).filter(|unit| *unit < MAX_UNITS);
        if let (Some(stage @ 1..=4), Some(unit)) = (stage, unit) {
            depths[stage - 1] = depths[stage - 1].max(unit + 1);
        }
        config.squeeze_excite |= parts.next().is_some_and(|rest| rest.starts_with("res_layer.6."));
    }
    for (depth, (found, published)) in config.depths.iter_mut().zip(depths.into_iter().zip(IR50_DEPTHS)) {
        *depth = if found == 0 { published } else { found };
    }
    config
}

/// How many identities a classifier among the tensors knows; one where there is none.
pub fn classes(tensors: &BTreeMap<String, Arc<StoredTensor>>) -> usize {
    tensors.get("head.weight").and_then(|head| head.shape.first()).copied().unwrap_or(1)
}

/// Depths and width of the published network these tensors belong to: the width that fits most of their shapes.
pub fn published(
    generation: Generation,
    tensors: &BTreeMap<String, Arc<StoredTensor>>,
) -> Result<PublishedConfig, String> {
    let deep = deep(generation, tensors.keys().map(String::as_str));
    // Some axis of every part is as long as the first convolution has channels, or eight times as long.
    let lengths: BTreeSet<usize> =
        tensors.values().flat_map(|tensor| tensor.shape.iter()).flat_map(|length| [*length, length / 8]).collect();
    let fitting = |base_width: &usize| {
        let config = PublishedConfig { base_width: *base_width, ..deep };
        config.validate().ok()?;
        let entries = inventory(&config, classes(tensors));
        let fits = |name: &str, shape: &[usize]| tensors.get(name).is_some_and(|tensor| tensor.shape == shape);
        let fitting = entries.iter().filter(|entry| !entry.shape.is_empty() && fits(&entry.name, &entry.shape)).count();
        Some((fitting, config))
    };
    let best = lengths.iter().filter_map(fitting).max_by_key(|(fitting, _)| *fitting);
    match best {
        Some((1.., config)) => Ok(config),
        _ => Err("its tensors have the names of an MTLFace network and the shapes of none".to_owned()),
    }
}
