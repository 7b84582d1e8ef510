//! Reading what `torch.save` wrote, in both its formats, without Python and without running anything: the pickle is
//! read by a machine that knows tensors and plain values only, and the numbers stay in the file until they are asked
//! for. Which network the tensors belong to is not known here.

mod archive;
mod legacy;
mod machine;
mod reader;
mod rebuild;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::error::WeightsError;
use super::source::Source;
use super::stored::{Storage, StoredTensor};
use crate::model::inventory::CVPR2021_MODULES;
use archive::Archive;
use legacy::Legacy;
pub use machine::shown;
use machine::{PickleError, Unpickled, unpickle};
use value::{Heap, StorageClaim, Value};

/// Names under which training programs put the network beside other things.
const WRAPPERS: [&str; 4] = ["state_dict", "model_state_dict", "model", "net"];
/// First words of the names of TPAMI 2022.
const TPAMI2022_PARTS: [&str; 3] = ["encoder", "decoder", "age_estimator"];
/// How often a network may be wrapped.
const MAX_WRAPPED: usize = 3;
/// Tensors of one file.
const MAX_NAMES: usize = 1 << 16;
/// The longest name of a published network has 60 bytes.
const MAX_NAME_BYTES: usize = 512;

/// The tensors of a PyTorch file by name, still in the file.
#[derive(Debug)]
pub struct Torch {
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// The tensors under the names the file gives them, without the wrapping.
    pub tensors: BTreeMap<String, StoredTensor>,
}

/// Reads the zip archive that `torch.save` writes since 2020.
///
/// # Errors
/// When it is damaged, no such file, or asks for anything but tensors and plain values.
pub fn read_archive(source: &Arc<Source>) -> Result<Torch, WeightsError> {
    let archive = Archive::read(source)?;
    let object = unpickled(source, &archive.pickle)?;
    let tensors = tensors(source, &object, &archive.storages)?;
    Ok(Torch { sha256: archive.sha256, tensors })
}

/// Reads the sequence of pickles that `torch.save` wrote before.
///
/// # Errors
/// As for [`read_archive`].
pub fn read_legacy(source: &Arc<Source>) -> Result<Torch, WeightsError> {
    let legacy = Legacy::read(source)?;
    let tensors = tensors(source, &legacy.object, &legacy.storages)?;
    Ok(Torch { sha256: legacy.sha256, tensors })
}

fn unpickled(source: &Source, bytes: &[u8]) -> Result<Unpickled, WeightsError> {
    unpickle(bytes).map_err(|error| match error {
        PickleError::Forbidden(asked) => WeightsError::Forbidden { name: source.name.clone(), asked },
        PickleError::Broken(reason) => unsound(source, reason),
    })
}

fn unsound(source: &Source, reason: impl Into<String>) -> WeightsError {
    WeightsError::Unsound { name: source.name.clone(), reason: reason.into() }
}

/// The tensors of the network in the object saved.
fn tensors(
    source: &Arc<Source>,
    object: &Unpickled,
    storages: &HashMap<String, Range<u64>>,
) -> Result<BTreeMap<String, StoredTensor>, WeightsError> {
    let heap = &object.heap;
    let mut state = object.root;
    for _ in 0..MAX_WRAPPED {
        let wrapped = WRAPPERS.iter().filter_map(|name| heap.under(state, name));
        let Some(inner) = wrapped.into_iter().find(|value| matches!(value, Value::Dict(_))) else { break };
        state = inner;
    }
    if heap.entries(state).is_none() {
        return Err(unsound(source, "it holds no dictionary of tensors"));
    }
    let mut tensors = BTreeMap::new();
    for (module, leaf, place) in named_tensors(heap, state) {
        if tensors.len() >= MAX_NAMES || leaf.len() > MAX_NAME_BYTES {
            return Err(unsound(source, "it has more or longer names than any network"));
        }
        let name = match module {
            Some(module) => format!("{module}.{}", leaf.strip_prefix("module.").unwrap_or(leaf)),
            None => leaf.to_owned(),
        };
        let claim = &heap.tensors[place];
        let unfit = |reason: String| unsound(source, format!("the tensor “{}” {reason}", shown(&name)));
        let storage = located(source, &heap.storages[claim.storage], storages).map_err(unfit)?;
        let tensor = StoredTensor::view(storage, claim.first, claim.shape.clone(), claim.strides.clone());
        let tensor = tensor.map_err(unfit)?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(unsound(source, format!("the tensor “{}” is there twice", shown(&name))));
        }
    }
    Ok(tensors)
}

/// The tensors of a state dictionary: module, name and place of each. A dictionary under the name of a module is that
/// module's, as in a file that holds several.
fn named_tensors(heap: &Heap, state: Value) -> Vec<(Option<&str>, &str, usize)> {
    let mut named = Vec::new();
    for (key, value) in heap.entries(state).unwrap_or_default() {
        let Some(name) = heap.text(*key) else { continue };
        let is_module = CVPR2021_MODULES.contains(&name) || TPAMI2022_PARTS.contains(&name);
        match value {
            Value::Tensor(place) => named.push((None, name, *place)),
            Value::Dict(_) if is_module => {
                for (key, value) in heap.entries(*value).unwrap_or_default() {
                    if let (Some(leaf), Value::Tensor(place)) = (heap.text(*key), value) {
                        named.push((Some(name), leaf, *place));
                    }
                }
            }
            _ => {}
        }
        if named.len() > MAX_NAMES {
            break;
        }
    }
    named
}

/// Where the file holds a storage the pickle speaks of.
fn located(
    source: &Arc<Source>,
    claim: &StorageClaim,
    storages: &HashMap<String, Range<u64>>,
) -> Result<Storage, String> {
    let range = storages.get(&claim.key).ok_or("has no numbers in the file")?;
    let bytes = (claim.numbers as u64).checked_mul(claim.kind.bytes() as u64);
    if bytes != Some(range.end - range.start) {
        return Err(format!("claims {} numbers, and its storage has {} bytes", claim.numbers, range.end - range.start));
    }
    Ok(Storage { source: Arc::clone(source), offset: range.start, numbers: claim.numbers, kind: claim.kind })
}
