//! Named parameters on their way into a network: what `weights` reads from files and networks take by name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use burn::module::ParamId;

/// One tensor of a network as plain numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Length along each axis, outermost first.
    pub shape: Vec<usize>,
    /// The numbers, widened to f32 whatever the file held.
    pub values: Vec<f32>,
}

/// Numbers that are kept elsewhere, a file say, and brought when a network asks for them: the large networks fit in
/// memory once, not twice.
pub trait TensorReader: Send + Sync + std::fmt::Debug {
    /// All numbers of the tensor, row-major.
    ///
    /// # Errors
    /// With a sentence on why they cannot be brought.
    fn read(&self) -> Result<Vec<f32>, String>;
}

/// All parameters of a network by name, such as `backbone.stem.weight`.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    by_name: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    shape: Vec<usize>,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Held(Arc<Vec<f32>>),
    Elsewhere(Arc<dyn TensorReader>),
}

/// The id of the parameter that a network makes of the tensor of this name as it is, so that a network's parameters,
/// their gradients and what an optimiser remembers of them can be told by name: the name's FNV-1a hash.
pub fn parameter_id(name: &str) -> ParamId {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    ParamId::from(name.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

/// Why a set of parameters does not fit a network.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ParameterError {
    /// The network needs a tensor that is not there.
    #[error("the weights lack the tensor “{name}”: they belong to another network")]
    Missing {
        /// Name of the tensor.
        name: String,
    },
    /// A tensor is there with another shape.
    #[error(
        "the tensor “{name}” is {found:?} where this network needs {needed:?}: the weights belong to another network"
    )]
    Shape {
        /// Name of the tensor.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape the network needs.
        needed: Vec<usize>,
    },
    /// A tensor is there but its numbers cannot be brought.
    #[error("the tensor “{name}” cannot be read: {reason}")]
    Unreadable {
        /// Name of the tensor.
        name: String,
        /// Why.
        reason: String,
    },
    /// The widths that came with the weights contradict each other or this program.
    #[error("the weights' own description does not fit: {0}")]
    Config(String),
}

impl Parameters {
    /// Adds or replaces one tensor.
    pub fn insert(&mut self, name: impl Into<String>, parameter: Parameter) {
        let Parameter { shape, values } = parameter;
        self.by_name.insert(name.into(), Entry { shape, values: Values::Held(Arc::new(values)) });
    }

    /// Adds or replaces one tensor whose numbers are brought when they are asked for.
    pub fn insert_elsewhere(&mut self, name: impl Into<String>, shape: Vec<usize>, reader: Arc<dyn TensorReader>) {
        self.by_name.insert(name.into(), Entry { shape, values: Values::Elsewhere(reader) });
    }

    /// The tensor of this name and shape.
    ///
    /// # Errors
    /// When it is missing, has another shape or cannot be brought.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Cow<'_, [f32]>, ParameterError> {
        let found = self.by_name.get(name).ok_or_else(|| ParameterError::Missing { name: name.to_owned() })?;
        if found.shape != shape {
            return Err(ParameterError::Shape {
                name: name.to_owned(),
                found: found.shape.clone(),
                needed: shape.to_vec(),
            });
        }
        let unreadable = |reason| ParameterError::Unreadable { name: name.to_owned(), reason };
        match &found.values {
            Values::Held(values) => Ok(Cow::Borrowed(values)),
            Values::Elsewhere(reader) => {
                let values = reader.read().map_err(unreadable)?;
                let needed: usize = shape.iter().product();
                match values.len() == needed {
                    true => Ok(Cow::Owned(values)),
                    false => Err(unreadable(format!("it has {} numbers instead of {needed}", values.len()))),
                }
            }
        }
    }

    /// The shape of a tensor, outermost axis first.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.by_name.get(name).map(|entry| entry.shape.as_slice())
    }

    /// The names held, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Leaves only the tensors whose names fit.
    pub fn retain(&mut self, fits: impl Fn(&str) -> bool) {
        self.by_name.retain(|name, _| fits(name));
    }

    /// How many tensors are held.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Count(usize);

    impl TensorReader for Count {
        fn read(&self) -> Result<Vec<f32>, String> {
            Ok((0..self.0).map(|value| value as f32).collect())
        }
    }

    #[test]
    fn a_tensor_kept_elsewhere_is_brought_and_its_length_checked() {
        let mut parameters = Parameters::default();
        parameters.insert_elsewhere("whole", vec![2, 2], Arc::new(Count(4)));
        parameters.insert_elsewhere("short", vec![2, 2], Arc::new(Count(3)));
        assert_eq!(*parameters.get("whole", &[2, 2]).unwrap(), [0.0, 1.0, 2.0, 3.0]);
        let error = parameters.get("short", &[2, 2]).unwrap_err().to_string();
        assert!(error.contains("3 numbers instead of 4"), "{error}");
    }
}
