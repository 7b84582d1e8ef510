//! Safetensors files: a JSON header, read whole, and the numbers behind it, which stay in the file.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use safetensors::tensor::{Metadata, TensorInfo};

use super::error::WeightsError;
use super::number::NumberKind;
use super::pytorch::shown;
use super::source::Source;
use super::stored::{Storage, StoredTensor};

/// Names and shapes of all tensors; 15 KiB in the compact network, 100 KiB in the published ones.
const MAX_HEADER_BYTES: u64 = 4 << 20;
/// The header's length in front of it.
const LENGTH_BYTES: u64 = 8;

/// What a safetensors file holds.
#[derive(Debug)]
pub struct Safetensors {
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// Text that came with the tensors.
    pub metadata: HashMap<String, String>,
    /// The tensors by name.
    pub tensors: BTreeMap<String, StoredTensor>,
}

/// Whether a file with these first bytes may be a safetensors file: the length of the header, then `{`.
pub fn begins(first: &[u8]) -> bool {
    let length = first.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
    length.is_some_and(|length| length <= MAX_HEADER_BYTES) && first.get(8) == Some(&b'{')
}

/// Reads the header, and the whole file once for its hash.
///
/// # Errors
/// When it is not a whole safetensors file of numbers this program reads.
pub fn read(source: &Arc<Source>) -> Result<Safetensors, WeightsError> {
    let damaged = |reason: String| source.damaged(reason);
    let cut = || source.damaged("it ends within its header");
    let length = source.piece(0, LENGTH_BYTES)?;
    let length = length.first_chunk::<8>().map(|length| u64::from_le_bytes(*length)).ok_or_else(cut)?;
    let header = source.piece(LENGTH_BYTES, length.min(MAX_HEADER_BYTES))?;
    if header.len() as u64 != length {
        return Err(cut());
    }
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(error.to_string()))?;
    let data_start = LENGTH_BYTES + length;
    if data_start.checked_add(header.data_len() as u64) != Some(source.length) {
        return Err(source.damaged("its header speaks of more or fewer numbers than the file has"));
    }
    let mut tensors = BTreeMap::new();
    for (name, info) in header.tensors() {
        let tensor = stored(source, data_start, info);
        let tensor = tensor.map_err(|reason| damaged(format!("the tensor “{}” {reason}", shown(&name))))?;
        tensors.insert(name, tensor);
    }
    let metadata = header.metadata().clone().unwrap_or_default();
    Ok(Safetensors { sha256: source.sums(&[])?.sha256, metadata, tensors })
}

fn stored(source: &Arc<Source>, data_start: u64, info: &TensorInfo) -> Result<StoredTensor, String> {
    let kind = NumberKind::from_safetensors(info.dtype).ok_or_else(|| {
        let read = "this program reads F16, BF16, F32, F64 and signed integers";
        format!("holds {:?} numbers where {read}", info.dtype)
    })?;
    let (start, end) = info.data_offsets;
    // The header was checked: the offsets are in order and the size is that of the shape.
    let numbers = (end - start) / kind.bytes();
    let storage = Storage { source: Arc::clone(source), offset: data_start + start as u64, numbers, kind };
    StoredTensor::whole(storage, info.shape.clone())
}
