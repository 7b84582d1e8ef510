//! Weights to start from where a file has none.

use crate::model::{Parameter, Parameters};
use crate::training::phase::StepRandom;

/// Weights of these names and shapes: convolutions `name.weight`, `name.bias` uniform within one over the root of how
/// many numbers each output adds up, PyTorch's default; norms 1 and 0.
pub fn convolutions(shapes: &[(String, Vec<usize>)], seed: u64) -> Parameters {
    let mut parameters = Parameters::default();
    let mut bound = 0.0;
    for (name, shape) in shapes {
        // A bias follows its weights.
        if shape.len() > 1 {
            bound = 1.0 / (shape[1..].iter().product::<usize>() as f32).sqrt();
        }
        let count: usize = shape.iter().product();
        let values = match name.contains(".norm.") {
            true => vec![if name.ends_with(".weight") { 1.0 } else { 0.0 }; count],
            false => uniform(name, count, bound, seed),
        };
        parameters.insert(name.clone(), Parameter { shape: shape.clone(), values });
    }
    parameters
}

fn uniform(name: &str, count: usize, bound: f32, seed: u64) -> Vec<f32> {
    let random = StepRandom::new(seed, 0, name);
    (0..count as u64).map(|index| bound * (2.0 * random.uniform(index) - 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::discriminator::MaskedDiscriminator;

    #[test]
    fn weights_follow_from_the_seed_and_stay_within_their_bound() {
        let shapes = MaskedDiscriminator::parameters(8);
        let of = |seed| convolutions(&shapes, seed).get("discriminator.mid.0.bias", &[16]).unwrap().into_owned();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let bound = 1.0 / (15.0_f32 * 16.0).sqrt();
        assert!(of(1).iter().all(|value| value.abs() <= bound) && of(1).iter().any(|value| value.abs() > bound / 2.0));
        let parameters = convolutions(&shapes, 1);
        assert_eq!(*parameters.get("discriminator.norm.0.weight", &[16]).unwrap(), [1.0; 16]);
        assert_eq!(*parameters.get("discriminator.norm.0.bias", &[16]).unwrap(), [0.0; 16]);
    }
}
