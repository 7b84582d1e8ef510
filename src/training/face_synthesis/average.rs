//! The moving average of a network: what a run leaves, steadier than the network at any one step.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// Steps after which the average is half as slow as it will be: it starts quickly, since it starts from what the network
/// was.
const WARM_UP_STEPS: f64 = 50.0;

/// Averages of every tensor of a module, statistics included, flattened.
#[derive(Clone, Debug)]
pub struct MovingAverage {
    past: f64,
    by_id: HashMap<ParamId, Tensor<1>>,
}

impl MovingAverage {
    /// Of a module as it is now; `past` is the share of the past at every step.
    pub fn new(module: &impl Module, past: f32) -> Self {
        let mut average = Self { past: f64::from(past), by_id: HashMap::new() };
        average.visit(module, 1.0);
        average
    }

    /// The same pace from averages that were reached before.
    #[must_use]
    pub fn restarted(&self, averages: &impl Module) -> Self {
        Self::new(averages, self.past as f32)
    }

    /// Share of the past at every step.
    pub fn past(&self) -> f32 {
        self.past as f32
    }

    /// Follows the module after one more step; `steps` is how many there were with it.
    pub fn update(&mut self, module: &impl Module, steps: u64) {
        let past = self.past.min(steps as f64 / (steps as f64 + WARM_UP_STEPS));
        self.visit(module, 1.0 - past);
    }

    /// The module with the averages in place of its tensors, without gradients.
    pub fn of<M: Module>(&self, module: &M) -> M {
        module.clone().valid().map(&mut Replacing { by_id: &self.by_id })
    }

    fn visit(&mut self, module: &impl Module, share: f64) {
        // A snapshot, because visiting a running statistic yields it without the latest update.
        module.valid().visit(&mut Following { average: self, share });
    }
}

struct Following<'a> {
    average: &'a mut MovingAverage,
    /// Share of the present.
    share: f64,
}

impl ModuleVisitor for Following<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let now = param.val().without_autodiff();
        let length = now.shape().num_elements();
        let now = now.reshape([length]);
        let by_id = &mut self.average.by_id;
        let next = match by_id.remove(&param.id) {
            Some(before) => before.clone() + (now - before).mul_scalar(self.share),
            None => now,
        };
        by_id.insert(param.id, next);
    }
}

struct Replacing<'a> {
    by_id: &'a HashMap<ParamId, Tensor<1>>,
}

impl ModuleMapper for Replacing<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(average) = self.by_id.get(&param.id) else { return param };
        param.map(|now| average.clone().reshape(now.shape()))
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{PRelu, PReluConfig};
    use burn::tensor::Device;

    use super::*;

    fn at(value: f32, like: &PRelu) -> PRelu {
        let mut module = like.clone();
        module.alpha = module.alpha.map(|alpha| alpha.full_like(value));
        module
    }

    #[test]
    fn it_starts_quickly_and_then_follows_at_its_own_pace() {
        let start = PReluConfig::new().init(&Device::flex());
        let alpha = |average: &MovingAverage| -> f32 { average.of(&start).alpha.val().into_scalar() };
        let mut average = MovingAverage::new(&at(0.0, &start), 0.9);
        assert_eq!(alpha(&average), 0.0);
        average.update(&at(1.0, &start), 1);
        assert!((alpha(&average) - 50.0 / 51.0).abs() < 1e-6);
        let before = alpha(&average);
        average.update(&at(2.0, &start), 1_000);
        assert!((alpha(&average) - (before + 0.1 * (2.0 - before))).abs() < 1e-6);
    }
}
