//! A file's tensors held against those its network needs: what is missing, what is unexpected, what has another shape.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::recognise;
use super::stored::StoredTensor;
use crate::model::PublishedConfig;
use crate::model::inventory::{Purpose, TensorEntry, inventory};

/// Ends of names whose numbers are not learnt: statistics, tables, counters.
const NOT_LEARNT: [&str; 8] = [
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "_unit_mapping",
    "kernel",
    "expectation",
    "latent_avg",
    "weight_u",
];
/// Names a sentence repeats.
const SHOWN: usize = 10;

/// A tensor of another shape than its network needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub found: Vec<usize>,
    /// The shape needed.
    pub needed: Vec<usize>,
}

/// How a file's tensors differ from those of its network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Tensors that are not there, in the network's order. A part that only training needs counts when it was begun.
    pub missing: Vec<String>,
    /// Those of them without which the network cannot run.
    pub missing_to_run: Vec<String>,
    /// Tensors the network does not have.
    pub unexpected: Vec<String>,
    /// Tensors of another shape.
    pub mismatched: Vec<Mismatch>,
    /// Parts (modules, of CVPR 2021) that were begun and are not complete.
    pub broken_parts: BTreeSet<String>,
}

impl Comparison {
    /// Holds tensors against the network of these widths.
    pub fn new(config: &PublishedConfig, tensors: &BTreeMap<String, Arc<StoredTensor>>) -> Self {
        let entries = inventory(config, recognise::classes(tensors));
        let begun: BTreeSet<&str> = tensors.keys().map(|name| part(config, name)).collect();
        let mut comparison = Self::default();
        for entry in entries.iter().filter(|entry| entry.purpose != Purpose::Nothing) {
            match tensors.get(&entry.name) {
                Some(tensor) if tensor.shape != entry.shape => comparison.mismatched.push(Mismatch {
                    name: entry.name.clone(),
                    found: tensor.shape.clone(),
                    needed: entry.shape.clone(),
                }),
                Some(_) => {}
                None => comparison.lacks(entry, part(config, &entry.name), &begun),
            }
        }
        let known: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        comparison.unexpected = tensors.keys().filter(|name| !known.contains(name.as_str())).cloned().collect();
        comparison
    }

    fn lacks(&mut self, entry: &TensorEntry, part: &str, begun: &BTreeSet<&str>) {
        let is_begun = begun.contains(part);
        if is_begun {
            self.broken_parts.insert(part.to_owned());
        }
        if entry.purpose == Purpose::Running {
            self.missing_to_run.push(entry.name.clone());
        }
        if is_begun || entry.purpose == Purpose::Running {
            self.missing.push(entry.name.clone());
        }
    }

    /// Whether nothing is missing that is needed to run, and everything fits.
    pub fn is_usable(&self) -> bool {
        self.missing_to_run.is_empty() && self.mismatched.is_empty()
    }
}

/// The part a tensor belongs to: the module of CVPR 2021, the whole of TPAMI 2022.
fn part<'name>(config: &PublishedConfig, name: &'name str) -> &'name str {
    match config.generation {
        crate::model::Generation::Cvpr2021 => name.split('.').next().unwrap_or(name),
        crate::model::Generation::Tpami2022 => "",
    }
}

/// The first names of a list, and how many more there are.
pub fn first_names(names: &[String]) -> String {
    let first: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("“{}”", super::pytorch::shown(name))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// How many tensors are missing, and which.
pub fn lacks(missing: &[String]) -> String {
    let tensors = if missing.len() == 1 { "tensor" } else { "tensors" };
    format!("it lacks {} {tensors}, {}", missing.len(), first_names(missing))
}

/// Whether a tensor's numbers were learnt.
pub fn is_learnt(name: &str) -> bool {
    !name.contains(".noises.") && !name.ends_with("weight_v") && !NOT_LEARNT.iter().any(|leaf| name.ends_with(leaf))
}
