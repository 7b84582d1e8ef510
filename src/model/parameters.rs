//! Named parameters on their way into a network: what `weights` reads from files and networks take by name.

use std::collections::BTreeMap;

/// One tensor of a network as plain numbers, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Length along each axis, outermost first.
    pub shape: Vec<usize>,
    /// The numbers, widened to f32 whatever the file held.
    pub values: Vec<f32>,
}

/// All parameters of a network by name, such as `backbone.stem.weight`.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    by_name: BTreeMap<String, Parameter>,
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
    /// The widths that came with the weights contradict each other or this program.
    #[error("the weights' own description does not fit: {0}")]
    Config(String),
}

impl Parameters {
    /// Adds or replaces one tensor.
    pub fn insert(&mut self, name: impl Into<String>, parameter: Parameter) {
        self.by_name.insert(name.into(), parameter);
    }

    /// The tensor of this name and shape.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<&[f32], ParameterError> {
        let found = self.by_name.get(name).ok_or_else(|| ParameterError::Missing { name: name.to_owned() })?;
        if found.shape != shape {
            return Err(ParameterError::Shape {
                name: name.to_owned(),
                found: found.shape.clone(),
                needed: shape.to_vec(),
            });
        }
        Ok(&found.values)
    }

    /// The names held, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
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
