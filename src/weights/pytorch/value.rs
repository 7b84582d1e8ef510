//! What a checkpoint's pickle may describe: plain values, storages and tensors. Everything lies in one heap and refers
//! to the rest by number, so that nothing here nests, and a value inside itself does no harm.

use super::super::number::NumberKind;

/// A value of a pickle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// The number every old PyTorch file begins with.
    Magic,
    /// A float, bytes, or a whole number beyond 64 bits: nothing this program asks for.
    Other,
    /// Place in [`Heap::texts`].
    Text(usize),
    /// Place in [`Heap::rows`].
    Tuple(usize),
    /// Place in [`Heap::rows`].
    List(usize),
    /// Place in [`Heap::dicts`].
    Dict(usize),
    /// One of the few names a checkpoint needs.
    Global(Global),
    /// Place in [`Heap::storages`].
    Storage(usize),
    /// Place in [`Heap::tensors`].
    Tensor(usize),
}

/// The names a checkpoint may ask for. None of them is ever called: the machine does what they stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`.
    Tensor,
    /// `torch._utils._rebuild_parameter`.
    Parameter,
    /// `torch.FloatStorage` and its kin.
    Storage(NumberKind),
}

impl Global {
    /// The global of this name, if a checkpoint may ask for it.
    pub fn named(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_parameter") => Self::Parameter,
            ("torch", storage) => Self::Storage(match storage {
                "DoubleStorage" => NumberKind::F64,
                "FloatStorage" => NumberKind::F32,
                "HalfStorage" => NumberKind::F16,
                "BFloat16Storage" => NumberKind::BF16,
                "LongStorage" => NumberKind::I64,
                "IntStorage" => NumberKind::I32,
                "ShortStorage" => NumberKind::I16,
                "CharStorage" => NumberKind::I8,
                "ByteStorage" => NumberKind::U8,
                "BoolStorage" => NumberKind::Bool,
                _ => return None,
            }),
            _ => return None,
        })
    }
}

/// A storage as the pickle states it; whether the file holds it is another question.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageClaim {
    /// Its name in the file.
    pub key: String,
    /// Of which kind its numbers are.
    pub kind: NumberKind,
    /// How many it has.
    pub numbers: usize,
}

/// A tensor as the pickle states it; whether it fits its storage is another question.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorClaim {
    /// Place of its storage in [`Heap::storages`].
    pub storage: usize,
    /// Its first number.
    pub first: usize,
    /// Length along each axis.
    pub shape: Vec<usize>,
    /// Numbers between neighbours along each axis.
    pub strides: Vec<usize>,
}

/// All values of a pickle that are larger than a number.
#[derive(Debug, Default)]
pub struct Heap {
    /// Texts.
    pub texts: Vec<String>,
    /// Items of tuples and lists.
    pub rows: Vec<Vec<Value>>,
    /// Entries of dictionaries, in order.
    pub dicts: Vec<Vec<(Value, Value)>>,
    /// Storages, each mention one.
    pub storages: Vec<StorageClaim>,
    /// Tensors.
    pub tensors: Vec<TensorClaim>,
    /// Entries that calls copied so far: a few bytes of pickle can ask for many.
    pub copied: usize,
}

impl Heap {
    /// The text a value is, if it is one.
    pub fn text(&self, value: Value) -> Option<&str> {
        match value {
            Value::Text(place) => self.texts.get(place).map(String::as_str),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub fn items(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(place) | Value::List(place) => self.rows.get(place).map(Vec::as_slice),
            _ => None,
        }
    }

    /// The entries of a dictionary.
    pub fn entries(&self, value: Value) -> Option<&[(Value, Value)]> {
        match value {
            Value::Dict(place) => self.dicts.get(place).map(Vec::as_slice),
            _ => None,
        }
    }

    /// What a dictionary holds under a text.
    pub fn under(&self, dict: Value, key: &str) -> Option<Value> {
        let entry = self.entries(dict)?.iter().find(|(name, _)| self.text(*name) == Some(key));
        entry.map(|(_, value)| *value)
    }
}
