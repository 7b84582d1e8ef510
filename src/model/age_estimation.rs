//! Age head: deep expectation over one-year bins, and the age group from the same logits (ARCHITECTURE §0.6,
//! ARCHITECTURE-compact §4).

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::age_group::GROUP_COUNT;
use super::config::{AGE_BINS, AgeConfig};
use super::layers::{ConvShape, Source, conv};
use super::norm::{NormedLinear, NormedLinearNames};
use super::{CELLS, ParameterError};

/// The age head on one device.
#[derive(Module, Debug)]
pub struct AgeHead {
    /// Fewer channels first (compact).
    squeeze: Option<Conv2d>,
    hidden: NormedLinear,
    age: Linear,
    group: Linear,
}

impl AgeHead {
    /// The compact network's: parameters from names below `age.`, batch norms folded in.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn compact(channels: usize, config: &AgeConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let hidden = source.linear("age.fc1", config.squeeze * CELLS * CELLS, config.hidden, true)?;
        Ok(Self {
            squeeze: Some(source.conv("age.squeeze", ConvShape::new(channels, config.squeeze, 1))?),
            hidden: NormedLinear::bare(hidden),
            age: source.linear("age.age", config.hidden, config.ages, true)?,
            group: source.linear("age.group", config.ages, config.groups, true)?,
        })
    }

    /// A published network's: parameters from names below `module`, such as `estimation_network`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn published(module: &str, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let name = |index: usize| format!("{module}.age_output_layer.{index}");
        let names = NormedLinearNames { before: Some(&name(0)), linear: &name(2), after: None };
        Ok(Self {
            squeeze: None,
            hidden: NormedLinear::new(names, channels, channels, source)?,
            age: source.linear(&name(4), channels, AGE_BINS, true)?,
            group: source.linear(&format!("{module}.group_output_layer"), AGE_BINS, GROUP_COUNT, true)?,
        })
    }

    /// Age features `[N, C, 7, 7]` to age logits `[N, 101]` and group logits `[N, 7]`.
    pub fn forward(&self, x_age: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        self.forward_with(x_age, |squeezed| squeezed, |hidden| hidden)
    }

    /// The same as it is trained, with something done to what goes into its hidden and into its last layer.
    pub fn forward_with(
        &self,
        x_age: Tensor<4>,
        squeezed: impl FnOnce(Tensor<4>) -> Tensor<4>,
        hidden: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> (Tensor<2>, Tensor<2>) {
        let features = match &self.squeeze {
            Some(squeeze) => relu(conv(x_age, squeeze)),
            None => x_age,
        };
        let age_logits = self.age.forward(hidden(relu(self.hidden.forward(squeezed(features)))));
        let group_logits = self.group.forward(age_logits.clone());
        (age_logits, group_logits)
    }
}

/// Expected age and standard deviation in years of the distribution these logits stand for; bin k is k years.
pub fn expected_age(logits: &[f32]) -> (f32, f32) {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|logit| f64::from(logit - highest).exp()).collect();
    let total: f64 = weights.iter().sum();
    let moment = |power: i32| weights.iter().zip(0..).map(|(w, k)| w * f64::from(k).powi(power)).sum::<f64>() / total;
    let (mean, square) = (moment(1), moment(2));
    (mean as f32, (square - mean * mean).max(0.0).sqrt() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_bins_average_and_spread() {
        let mut logits = [-100.0; 101];
        logits[20] = 3.0;
        logits[40] = 3.0;
        let (years, spread_years) = expected_age(&logits);
        assert!((years - 30.0).abs() < 1e-4 && (spread_years - 10.0).abs() < 1e-4);
    }
}
