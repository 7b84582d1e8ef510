//! Gradient descent with momentum and the weight decay of the published code (ARCHITECTURE A.6.7–8).

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{GradientSource, recall, remember, updated};
use crate::model::parameters::parameter_id;
use crate::model::{ParameterError, Parameters};

/// How much of the past and of the weights themselves goes into a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MomentumConfig {
    /// Share of the last step's velocity in this one's, 0.9 as published.
    pub momentum: f64,
    /// Times its own value what is added to a weight's gradient, 5e-4 as published. The published code leaves the
    /// adversary out: 0 there.
    pub weight_decay: f64,
}

impl Default for MomentumConfig {
    fn default() -> Self {
        Self { momentum: 0.9, weight_decay: 5e-4 }
    }
}

/// Gradient descent with the velocities of one module.
///
/// Decay holds for every `weight` that is not a batch norm's: convolutions, linear layers, the identity classifier and,
/// unusually, the slopes of PReLUs; not for biases.
#[derive(Clone, Debug, Default)]
pub struct MomentumDescent {
    config: MomentumConfig,
    velocities: HashMap<ParamId, Tensor<1>>,
}

impl MomentumDescent {
    /// At rest.
    pub fn new(config: MomentumConfig) -> Self {
        Self { config, velocities: HashMap::new() }
    }

    /// Updates every parameter of the module that has a gradient.
    #[must_use]
    pub fn step<M: Module, G: GradientSource>(&mut self, module: M, gradients: &G, learning_rate: f64) -> M {
        module.map(&mut Step { descent: self, gradients, learning_rate, field: Vec::new() })
    }

    /// Adds the velocities of the parameters of these names to a state, as `moments.<optimiser>.<name>.first`.
    pub fn remember<'name>(&self, optimiser: &str, names: impl Iterator<Item = &'name str>, state: &mut Parameters) {
        for name in names {
            let Some(velocity) = self.velocities.get(&parameter_id(name)) else { continue };
            remember(state, format!("moments.{optimiser}.{name}.first"), velocity);
        }
    }

    /// Goes on from what [`Self::remember`] added.
    ///
    /// # Errors
    /// When a velocity cannot be brought.
    pub fn recall<'name>(
        &mut self,
        optimiser: &str,
        names: impl Iterator<Item = &'name str>,
        state: &Parameters,
        device: &Device,
    ) -> Result<(), ParameterError> {
        self.velocities.clear();
        for name in names {
            if let Some(velocity) = recall(state, &format!("moments.{optimiser}.{name}.first"), device)? {
                self.velocities.insert(parameter_id(name), velocity);
            }
        }
        Ok(())
    }

    /// The velocity of a parameter after this gradient.
    fn velocity(&mut self, id: ParamId, gradient: Tensor<1>) -> Tensor<1> {
        let velocity = match self.velocities.remove(&id) {
            Some(before) => before.mul_scalar(self.config.momentum) + gradient,
            None => gradient,
        };
        self.velocities.insert(id, velocity.clone());
        velocity
    }
}

struct Step<'a, G> {
    descent: &'a mut MomentumDescent,
    gradients: &'a G,
    learning_rate: f64,
    /// The way to the tensor being mapped, by fields.
    field: Vec<String>,
}

impl<G> Step<'_, G> {
    /// Batch norms call theirs `gamma`, so the field's name decides. burn calls a PReLU's slopes `alpha`.
    fn decays(&self) -> bool {
        self.field.last().is_some_and(|field| field == "weight" || field == "alpha")
    }
}

impl<G: GradientSource> ModuleMapper for Step<'_, G> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.field.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.field.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(mut gradient) = self.gradients.gradient(&param) else { return param };
        if self.decays() {
            gradient = gradient + param.val().without_autodiff().mul_scalar(self.descent.config.weight_decay);
        }
        let shape = gradient.shape();
        let length = shape.num_elements();
        let velocity = self.descent.velocity(param.id, gradient.reshape([length])).reshape(shape);
        updated(param, velocity.mul_scalar(self.learning_rate))
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{LinearConfig, PReluConfig};
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn velocity_adds_up() {
        let device = Device::flex().autodiff();
        let mut module = PReluConfig::new().init(&device);
        let mut descent = MomentumDescent::new(MomentumConfig { momentum: 0.5, weight_decay: 0.0 });
        for expected in [0.25 - 0.1, 0.25 - 0.1 - 0.15] {
            let gradients = module.alpha.val().sum().backward();
            module = descent.step(module, &gradients, 0.1);
            let alpha: f32 = module.alpha.val().into_scalar();
            assert!((alpha - expected).abs() < 1e-6, "{alpha} instead of {expected}");
        }
    }

    #[test]
    fn weights_decay_and_biases_do_not() {
        let device = Device::flex().autodiff();
        let before = LinearConfig::new(3, 2).init(&device);
        let zero = before.forward(Tensor::<2>::ones([1, 3], &device)).sum().mul_scalar(0.0).backward();
        let mut descent = MomentumDescent::new(MomentumConfig { momentum: 0.0, weight_decay: 0.1 });
        let after = descent.step(before.clone(), &zero, 1.0);
        let apart = |a: Tensor<2>, b: Tensor<2>| -> f32 { (a - b).abs().max().into_scalar() };
        assert!(apart(after.weight.val(), before.weight.val().mul_scalar(0.9)) < 1e-6);
        let bias = |linear: &burn::nn::Linear| linear.bias.as_ref().unwrap().val().unsqueeze();
        assert_eq!(apart(bias(&after), bias(&before)), 0.0);
    }
}
