//! The age head (ARCHITECTURE-compact §4) and the age its logits stand for.

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Tensor, activation};

use super::config::AgeConfig;
use super::layers::{ConvShape, Source};
use super::{CELLS, ParameterError};

/// Age features to 101 age logits and seven group logits.
#[derive(Module, Debug)]
pub struct AgeHead {
    squeeze: Conv2d,
    fc1: Linear,
    age: Linear,
    group: Linear,
}

impl AgeHead {
    /// Fills the layers from `age.*`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(channels: usize, config: &AgeConfig, source: &Source<'_>) -> Result<Self, ParameterError> {
        Ok(Self {
            squeeze: source.conv("squeeze", ConvShape::dense(channels, config.squeeze, 1))?,
            fc1: source.linear("fc1", config.squeeze * CELLS * CELLS, config.hidden)?,
            age: source.linear("age", config.hidden, config.ages)?,
            group: source.linear("group", config.ages, config.groups)?,
        })
    }

    /// Age features `[N, C, 7, 7]` to age logits `[N, 101]` and group logits `[N, 7]`.
    pub fn forward(&self, x_age: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let squeezed = activation::relu(self.squeeze.forward(x_age)).flatten(1, 3);
        let age = self.age.forward(activation::relu(self.fc1.forward(squeezed)));
        let group = self.group.forward(age.clone());
        (age, group)
    }
}

/// An age distribution in two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeExpectation {
    /// Expected age in years.
    pub mean_years: f32,
    /// Standard deviation of the distribution in years: the network's doubt, not a measured error.
    pub std_years: f32,
}

/// Mean and standard deviation of the softmax over the one-year bins `0, 1, …` of one face's age logits.
pub fn age_expectation(age_logits: &[f32]) -> AgeExpectation {
    let largest = age_logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let (mut total, mut first, mut second) = (0.0_f64, 0.0, 0.0);
    for (years, logit) in age_logits.iter().enumerate() {
        let (years, weight) = (years as f64, f64::from(logit - largest).exp());
        total += weight;
        first += weight * years;
        second += weight * years * years;
    }
    let mean = first / total;
    let variance = (second / total - mean * mean).max(0.0);
    AgeExpectation { mean_years: mean as f32, std_years: variance.sqrt() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectation_of_two_equal_ages_lies_between_them() {
        let mut logits = [-1000.0; 101];
        logits[20] = 3.0;
        logits[30] = 3.0;
        let age = age_expectation(&logits);
        assert!((age.mean_years - 25.0).abs() < 1e-4 && (age.std_years - 5.0).abs() < 1e-4, "{age:?}");
    }

    #[test]
    fn large_logits_stay_finite() {
        let mut logits = [0.0; 101];
        logits[40] = 1e30;
        assert_eq!(age_expectation(&logits), AgeExpectation { mean_years: 40.0, std_years: 0.0 });
    }
}
