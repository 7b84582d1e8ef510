//! What the few names stand for that a checkpoint may call: dictionaries, storages, tensors and parameters.

use super::machine::PickleError;
use super::value::{Global, Heap, StorageClaim, TensorClaim, Value};

/// No tensor has more axes; checked again where the tensor is looked for in its file.
const MAX_AXES: usize = 8;
/// The known calls have at most seven arguments.
const MAX_ARGUMENTS: usize = 8;
/// A storage's name is a number of up to twenty digits.
const MAX_KEY_BYTES: usize = 64;
/// Tensors of one file; the published networks have below a thousand.
const MAX_TENSORS: usize = 1 << 16;
/// Entries of all dictionaries that are made of lists.
const MAX_COPIED: usize = 1 << 18;

/// A storage from the tuple that describes it: `('storage', class, key, place, numbers)`, in old files with a view of
/// another storage behind it, which is always `None` since 2017.
///
/// # Errors
/// When the tuple is another one.
pub fn storage(heap: &mut Heap, described: Value) -> Result<Value, PickleError> {
    let claim = match heap.items(described) {
        Some([kind, Value::Global(Global::Storage(number)), key, _, Value::Int(numbers), rest @ ..])
            if heap.text(*kind) == Some("storage") && matches!(rest, [] | [Value::None]) =>
        {
            let key = heap.text(*key).filter(|key| key.len() <= MAX_KEY_BYTES);
            let key = key.ok_or("a storage in its pickle has no name a file could use")?;
            let numbers = length(*numbers, "a storage in its pickle has a negative length")?;
            StorageClaim { key: key.to_owned(), kind: *number, numbers }
        }
        _ => return Err("its pickle describes a storage in a way this program does not know".into()),
    };
    heap.storages.push(claim);
    Ok(Value::Storage(heap.storages.len() - 1))
}

/// What calling one of the known names would give.
///
/// # Errors
/// When it is none of them, or called with what does not fit.
pub fn call(heap: &mut Heap, function: Value, arguments: Value) -> Result<Value, PickleError> {
    let arguments = match arguments {
        Value::Tuple(_) => heap.items(arguments).filter(|arguments| arguments.len() <= MAX_ARGUMENTS),
        _ => None,
    };
    let arguments = arguments.ok_or("its pickle calls something with arguments nothing here takes")?.to_vec();
    match (function, arguments.as_slice()) {
        (Value::Global(Global::OrderedDict), []) => Ok(dict(heap, Vec::new())),
        (Value::Global(Global::OrderedDict), [pairs]) => {
            let entries = pairs_of(heap, *pairs).ok_or("its pickle makes a dictionary of what are no pairs")?;
            heap.copied += entries.len();
            match heap.copied <= MAX_COPIED {
                true => Ok(dict(heap, entries)),
                false => Err("its pickle holds more values than any file of tensors".into()),
            }
        }
        (
            Value::Global(Global::Tensor),
            [Value::Storage(storage), Value::Int(first), size, stride, Value::Bool(_), _, ..],
        ) => {
            let shape = lengths(heap, *size, "a tensor in its pickle has a negative length")?;
            let strides = lengths(heap, *stride, "a tensor in its pickle has a negative stride")?;
            let first = length(*first, "a tensor in its pickle begins before its storage")?;
            let claim = TensorClaim { storage: *storage, first, shape, strides };
            if heap.tensors.len() >= MAX_TENSORS {
                return Err("its pickle holds more tensors than any network".into());
            }
            heap.tensors.push(claim);
            Ok(Value::Tensor(heap.tensors.len() - 1))
        }
        (Value::Global(Global::Parameter), [tensor @ Value::Tensor(_), ..]) => Ok(*tensor),
        _ => Err("its pickle makes a value in a way this program does not know".into()),
    }
}

fn dict(heap: &mut Heap, entries: Vec<(Value, Value)>) -> Value {
    heap.dicts.push(entries);
    Value::Dict(heap.dicts.len() - 1)
}

fn pairs_of(heap: &Heap, pairs: Value) -> Option<Vec<(Value, Value)>> {
    let pair = |pair: &Value| match heap.items(*pair)? {
        [key, value] => Some((*key, *value)),
        _ => None,
    };
    heap.items(pairs)?.iter().take(MAX_COPIED + 1).map(pair).collect()
}

fn lengths(heap: &Heap, row: Value, negative: &'static str) -> Result<Vec<usize>, PickleError> {
    let items = heap.items(row).filter(|items| items.len() <= MAX_AXES);
    let items = items.ok_or("a tensor in its pickle has no shape a network could have")?;
    let number = |item: &Value| match item {
        Value::Int(number) => length(*number, negative),
        _ => Err("a tensor's shape in its pickle holds what is no number".into()),
    };
    items.iter().map(number).collect()
}

fn length(number: i64, negative: &'static str) -> Result<usize, PickleError> {
    usize::try_from(number).map_err(|_| negative.into())
}
