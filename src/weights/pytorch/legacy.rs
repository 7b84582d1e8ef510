//! What `torch.save` wrote before 2020: five pickles in a row (a magic number, a version, the machine, the object, the
//! storages' keys), then each storage as a count and its numbers.

use std::collections::HashMap;
use std::ops::Range;

use super::super::error::WeightsError;
use super::super::source::Source;
use super::machine::{Unpickled, shown};
use super::value::Value;

/// The pickles of the published checkpoint have 140 KiB.
const MAX_PICKLE_BYTES: u64 = 16 << 20;
const VERSION: i64 = 1001;

/// A file in the old format.
#[derive(Debug)]
pub struct Legacy {
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// The object saved.
    pub object: Unpickled,
    /// Where each storage lies, by its key.
    pub storages: HashMap<String, Range<u64>>,
}

impl Legacy {
    /// Reads the pickles and finds the storages.
    ///
    /// # Errors
    /// When it is cut short, damaged, no file of `torch.save`, or asks for anything but tensors and plain values.
    pub fn read(source: &Source) -> Result<Self, WeightsError> {
        let bytes = source.piece(0, MAX_PICKLE_BYTES)?;
        let mut rest = bytes.as_slice();
        let mut next = || {
            let read = super::unpickled(source, rest)?;
            rest = &rest[read.length..];
            Ok::<_, WeightsError>(read)
        };
        if next()?.root != Value::Magic {
            return Err(WeightsError::OtherKind {
                name: source.name.clone(),
                found: "a pickle that torch.save did not write",
                next_step: "Choose the file that torch.save wrote.",
            });
        }
        if next()?.root != Value::Int(VERSION) {
            return Err(super::unsound(source, "it is of a version this program does not know"));
        }
        let machine = next()?;
        if machine.heap.under(machine.root, "little_endian") != Some(Value::Bool(true)) {
            return Err(super::unsound(source, "its numbers are big-endian, which this program does not read"));
        }
        let (object, keys) = (next()?, next()?);
        let begin = (bytes.len() - rest.len()) as u64;
        let storages = locate(source, begin, &object, &keys)?;
        Ok(Self { sha256: source.sums(&[])?.sha256, object, storages })
    }
}

/// Walks over the storages, which follow each other in the order of their keys.
fn locate(
    source: &Source,
    begin: u64,
    object: &Unpickled,
    keys: &Unpickled,
) -> Result<HashMap<String, Range<u64>>, WeightsError> {
    let claims: HashMap<&str, _> = object.heap.storages.iter().map(|claim| (claim.key.as_str(), claim)).collect();
    let no_list = || super::unsound(source, "it has no list of its storages");
    let Value::List(_) = keys.root else { return Err(no_list()) };
    let mut found = HashMap::new();
    let mut offset = begin;
    for key in keys.heap.items(keys.root).ok_or_else(no_list)? {
        let key = keys.heap.text(*key).ok_or_else(no_list)?;
        let unsound = |what: &str| super::unsound(source, format!("its storage “{}” {what}", shown(key)));
        let claim = claims.get(key).ok_or_else(|| unsound("belongs to no tensor"))?;
        let mut count = [0; 8];
        source.read_at(offset, &mut count).map_err(|_| source.damaged("it ends before its numbers do"))?;
        if u64::from_le_bytes(count) != claim.numbers as u64 {
            return Err(unsound("has another length than its tensors say"));
        }
        let start = offset + 8;
        let bytes = (claim.numbers as u64).checked_mul(claim.kind.bytes() as u64);
        let end = bytes.and_then(|bytes| start.checked_add(bytes)).filter(|end| *end <= source.length);
        let end = end.ok_or_else(|| source.damaged("it ends before its numbers do"))?;
        if found.insert(key.to_owned(), start..end).is_some() {
            return Err(unsound("is there twice"));
        }
        offset = end;
    }
    Ok(found)
}
