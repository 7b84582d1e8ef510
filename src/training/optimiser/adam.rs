//! Adam: each parameter by its own pace, the running mean of its gradients over their running size.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::{Gradients, Tensor};
use serde::{Deserialize, Serialize};

use super::updated;

/// How Adam paces itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdamConfig {
    /// Learning rate, 1e-4 as published.
    pub learning_rate: f64,
    /// Share of the past in the mean of gradients, 0.5 as published.
    pub mean_decay: f64,
    /// Share of the past in the mean of squared gradients, 0.99 as published.
    pub square_decay: f64,
    /// Added to the size of a gradient, so that none divides by zero.
    pub epsilon: f64,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { learning_rate: 1e-4, mean_decay: 0.5, square_decay: 0.99, epsilon: 1e-8 }
    }
}

/// Adam with what it remembers of one module.
#[derive(Clone, Debug, Default)]
pub struct Adam {
    config: AdamConfig,
    steps: i32,
    moments: HashMap<ParamId, Moments>,
}

/// Running means of one parameter's gradients and of their squares, flattened.
#[derive(Clone, Debug)]
struct Moments {
    mean: Tensor<1>,
    square: Tensor<1>,
}

impl Adam {
    /// Nothing remembered yet.
    pub fn new(config: AdamConfig) -> Self {
        Self { config, ..Self::default() }
    }

    /// Updates every parameter of the module that has a gradient.
    #[must_use]
    pub fn step<M: Module>(&mut self, module: M, gradients: &Gradients) -> M {
        self.steps = self.steps.saturating_add(1);
        module.map(&mut Step { adam: self, gradients })
    }

    /// What to take from a parameter with this gradient.
    fn change(&mut self, id: ParamId, gradient: Tensor<1>) -> Tensor<1> {
        let AdamConfig { learning_rate, mean_decay, square_decay, epsilon } = self.config;
        let (mean, square) = match self.moments.remove(&id) {
            Some(moments) => (moments.mean, moments.square),
            None => (gradient.zeros_like(), gradient.zeros_like()),
        };
        let mean = mean.mul_scalar(mean_decay) + gradient.clone().mul_scalar(1.0 - mean_decay);
        let square = square.mul_scalar(square_decay) + gradient.square().mul_scalar(1.0 - square_decay);
        self.moments.insert(id, Moments { mean: mean.clone(), square: square.clone() });
        // Both means start at zero; this makes up for it.
        let mean = mean.div_scalar(1.0 - mean_decay.powi(self.steps));
        let size = square.div_scalar(1.0 - square_decay.powi(self.steps)).sqrt().add_scalar(epsilon);
        (mean / size).mul_scalar(learning_rate)
    }
}

struct Step<'a> {
    adam: &'a mut Adam,
    gradients: &'a Gradients,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = param.val().grad(self.gradients) else { return param };
        let shape = gradient.shape();
        let length = shape.num_elements();
        let change = self.adam.change(param.id, gradient.reshape([length])).reshape(shape);
        updated(param, change)
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{PRelu, PReluConfig};
    use burn::tensor::Device;

    use super::*;

    /// With one constant gradient every step is the learning rate, whatever the gradient's size.
    #[test]
    fn constant_gradients_move_by_the_learning_rate() {
        let device = Device::flex().autodiff();
        let mut module: PRelu = PReluConfig::new().init(&device);
        let mut adam = Adam::new(AdamConfig { learning_rate: 0.01, ..AdamConfig::default() });
        for step in 1..=3 {
            let gradients = module.alpha.val().mul_scalar(1234.0).sum().backward();
            module = adam.step(module, &gradients);
            let alpha: f32 = module.alpha.val().into_scalar();
            assert!((alpha - (0.25 - 0.01 * step as f32)).abs() < 1e-6, "{alpha} after {step}");
        }
    }
}
