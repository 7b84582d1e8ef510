//! Adam: each parameter by its own pace, the running mean of its gradients over their running size. With decay by
//! [`Rules`] it is AdamW (Loshchilov and Hutter 2019): parameters shrink beside what their gradients ask for.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::one_pass::{self, Pace};
use super::{GradientSource, Rules, recall, remember};
use crate::model::parameters::parameter_id;
use crate::model::{Parameter, ParameterError, Parameters};

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
    rules: Rules,
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

    /// The same with learning rates and decay of single parameters.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The learning rate from the next step on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.config.learning_rate = learning_rate;
    }

    /// Updates every parameter of the module that has a gradient.
    #[must_use]
    pub fn step<M: Module, G: GradientSource>(&mut self, module: M, gradients: &G) -> M {
        self.steps = self.steps.saturating_add(1);
        module.map(&mut Step { adam: self, gradients })
    }

    /// Adds what is remembered of the parameters of these names to a state, as `moments.<optimiser>.<name>.first` and
    /// `.second`, and how many steps were made as `moments.<optimiser>.steps`.
    pub fn remember<'name>(&self, optimiser: &str, names: impl Iterator<Item = &'name str>, state: &mut Parameters) {
        for name in names {
            let Some(moments) = self.moments.get(&parameter_id(name)) else { continue };
            remember(state, format!("moments.{optimiser}.{name}.first"), &moments.mean);
            remember(state, format!("moments.{optimiser}.{name}.second"), &moments.square);
        }
        // Exact: no run has as many steps as f32 can count.
        let steps = Parameter { shape: vec![1], values: vec![self.steps as f32] };
        state.insert(format!("moments.{optimiser}.steps"), steps);
    }

    /// Goes on from what [`Self::remember`] added.
    ///
    /// # Errors
    /// When the state does not speak of this optimiser.
    pub fn recall<'name>(
        &mut self,
        optimiser: &str,
        names: impl Iterator<Item = &'name str>,
        state: &Parameters,
        device: &Device,
    ) -> Result<(), ParameterError> {
        self.steps = state.get(&format!("moments.{optimiser}.steps"), &[1])?[0] as i32;
        self.moments.clear();
        for name in names {
            let first = recall(state, &format!("moments.{optimiser}.{name}.first"), device)?;
            let second = recall(state, &format!("moments.{optimiser}.{name}.second"), device)?;
            if let (Some(mean), Some(square)) = (first, second) {
                self.moments.insert(parameter_id(name), Moments { mean, square });
            }
        }
        Ok(())
    }

    /// A parameter, flattened, after this gradient.
    fn moved(&mut self, id: ParamId, value: Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        let (mean, square) = match self.moments.remove(&id) {
            Some(moments) => (moments.mean, moments.square),
            None => (gradient.zeros_like(), gradient.zeros_like()),
        };
        let on_cpu = [&value, &gradient, &mean, &square].into_iter().all(one_pass::serves);
        let tensors = [value, gradient, mean, square];
        let [value, mean, square] = match on_cpu {
            true => one_pass::step(tensors, self.pace(id)),
            false => self.by_tensors(id, tensors),
        };
        self.moments.insert(id, Moments { mean, square });
        value
    }

    fn by_tensors(&self, id: ParamId, [value, gradient, mean, square]: [Tensor<1>; 4]) -> [Tensor<1>; 3] {
        let AdamConfig { learning_rate, mean_decay, square_decay, epsilon } = self.config;
        let mean = mean.mul_scalar(mean_decay) + gradient.clone().mul_scalar(1.0 - mean_decay);
        let square = square.mul_scalar(square_decay) + gradient.square().mul_scalar(1.0 - square_decay);
        // Both means start at zero; this makes up for it.
        let size = square.clone().div_scalar(1.0 - square_decay.powi(self.steps)).sqrt().add_scalar(epsilon);
        let rule = self.rules.of(id);
        let rate = learning_rate * rule.rate;
        let mut change = (mean.clone().div_scalar(1.0 - mean_decay.powi(self.steps)) / size).mul_scalar(rate);
        if rule.decay > 0.0 {
            change = change + value.clone().mul_scalar(rate * rule.decay);
        }
        [value - change, mean, square]
    }

    fn pace(&self, id: ParamId) -> Pace {
        let AdamConfig { learning_rate, mean_decay, square_decay, epsilon } = self.config;
        let rule = self.rules.of(id);
        let rate = learning_rate * rule.rate;
        Pace {
            mean_decay: mean_decay as f32,
            mean_new: (1.0 - mean_decay) as f32,
            square_decay: square_decay as f32,
            square_new: (1.0 - square_decay) as f32,
            mean_share: (1.0 - mean_decay.powi(self.steps)) as f32,
            square_share: (1.0 - square_decay.powi(self.steps)) as f32,
            epsilon: epsilon as f32,
            rate: rate as f32,
            lost: (rate * rule.decay) as f32,
        }
    }
}

struct Step<'a, G> {
    adam: &'a mut Adam,
    gradients: &'a G,
}

impl<G: GradientSource> ModuleMapper for Step<'_, G> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.gradient(&param) else { return param };
        let (id, shape) = (param.id, gradient.shape());
        let length = shape.num_elements();
        param.map(|value| {
            let value = value.without_autodiff().reshape([length]);
            let moved = self.adam.moved(id, value, gradient.reshape([length]));
            Tensor::from_inner(moved.reshape(shape)).require_grad()
        })
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

    /// A linear layer whose parameters are called `layer.weight` and `layer.bias`, and the gradients of a sum.
    fn layer(device: &Device) -> burn::nn::Linear {
        crate::model::layers::named_linear(burn::nn::LinearConfig::new(2, 1).init(device), "layer")
    }

    fn weights(layer: &burn::nn::Linear) -> Vec<f32> {
        layer.weight.val().into_data().try_into_vec().unwrap()
    }

    #[test]
    fn decay_and_rates_hold_for_the_names_they_are_for() {
        let device = Device::flex().autodiff();
        let before = layer(&device);
        let gradients = before.forward(Tensor::<2>::ones([1, 2], &device)).sum().backward();
        let numbers = |number| [("layer.weight".to_owned(), number)].into();
        let rules = Rules::new(["layer.weight", "layer.bias"].into_iter(), &numbers(0.5), &numbers(0.2));
        let mut adam = Adam::new(AdamConfig { learning_rate: 0.1, ..AdamConfig::default() }).with_rules(rules);
        let after = adam.step(before.clone(), &gradients);
        for (before, after) in weights(&before).iter().zip(weights(&after)) {
            let expected = before - 0.1 * 0.5 * (1.0 + 0.2 * before);
            assert!((after - expected).abs() < 1e-6, "{after} instead of {expected}");
        }
        let bias = |layer: &burn::nn::Linear| -> f32 { layer.bias.as_ref().unwrap().val().into_scalar() };
        assert!((bias(&before) - bias(&after) - 0.1).abs() < 1e-6);
    }

    #[test]
    fn what_is_remembered_can_be_recalled_to_the_bit() {
        let device = Device::flex().autodiff();
        let names = || ["layer.weight", "layer.bias"].into_iter();
        let step = |adam: &mut Adam, layer: burn::nn::Linear, input: f32| {
            let loss = layer.forward(Tensor::<2>::full([1, 2], input, &device)).square().sum();
            adam.step(layer, &loss.backward())
        };
        let mut uninterrupted = Adam::default();
        let begun = step(&mut uninterrupted, layer(&device), 0.7);
        let mut state = Parameters::default();
        uninterrupted.remember("main", names(), &mut state);
        let mut resumed = Adam::default();
        resumed.recall("main", names(), &state, &device).unwrap();
        let other = weights(&step(&mut Adam::default(), begun.clone(), 0.3));
        let resumed = weights(&step(&mut resumed, begun.clone(), 0.3));
        assert_eq!(resumed, weights(&step(&mut uninterrupted, begun, 0.3)));
        assert_ne!(resumed, other);
        assert!(Adam::default().recall("another", names(), &state, &device).is_err());
    }
}
