//! Parameters on their way into a checkpoint and out of it again: the same names with a prefix in front.

use crate::model::{Parameter, ParameterError, Parameters};

/// Adds parameters to a state with a prefix in front of their names.
pub fn add(state: &mut Parameters, prefix: &str, parameters: &Parameters) {
    for name in parameters.names() {
        let Some(shape) = parameters.shape(name) else { continue };
        // Tensors read from a file may fail; those of a network at work are in memory.
        if let Ok(values) = parameters.get(name, shape) {
            let parameter = Parameter { shape: shape.to_vec(), values: values.into_owned() };
            state.insert(format!("{prefix}{name}"), parameter);
        }
    }
}

/// The parameters of a state with this prefix, without it, in the shapes of `like`.
///
/// # Errors
/// When one is missing or has another shape.
pub fn take(state: &Parameters, prefix: &str, like: &Parameters) -> Result<Parameters, ParameterError> {
    let mut taken = Parameters::default();
    for name in like.names() {
        let Some(shape) = like.shape(name) else { continue };
        let values = state.get(&format!("{prefix}{name}"), shape)?.into_owned();
        taken.insert(name, Parameter { shape: shape.to_vec(), values });
    }
    Ok(taken)
}

/// The parameters whose names begin with a prefix, which stays. Numbers that lie in a file stay there.
pub fn part(parameters: &Parameters, prefix: &str) -> Parameters {
    let mut part = parameters.clone();
    part.retain(|name| name.starts_with(prefix));
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_can_be_taken() {
        let mut parameters = Parameters::default();
        parameters.insert("generator.bias", Parameter { shape: vec![2], values: vec![1.0, 2.0] });
        let mut state = Parameters::default();
        add(&mut state, "ema.", &parameters);
        let taken = take(&state, "ema.", &parameters).unwrap();
        assert_eq!(*taken.get("generator.bias", &[2]).unwrap(), [1.0, 2.0]);
        assert!(take(&state, "network.", &parameters).is_err());
        assert_eq!(part(&parameters, "generator.").len(), 1);
        assert!(part(&parameters, "age.").is_empty());
    }
}
