//! Gradients taken out of their graphs, so that those of several batches can be added and their length bounded.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{Gradients, Tensor};

use super::GradientSource;

/// Added to a length before dividing by it, as PyTorch does.
const SHORTEST: f64 = 1e-6;

/// The gradients of a module's parameters. In the order of their ids, so that sums over them are always the same.
#[derive(Clone, Debug, Default)]
pub struct GatheredGradients {
    by_id: BTreeMap<ParamId, Tensor<1>>,
}

impl GatheredGradients {
    /// Adds the gradients of every parameter of the module that has one.
    pub fn add(&mut self, module: &impl Module, gradients: &Gradients) {
        module.visit(&mut Gathering { gathered: self, gradients });
    }

    /// All of them times a factor.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        if factor == 1.0 {
            return self;
        }
        for gradient in self.by_id.values_mut() {
            *gradient = gradient.clone().mul_scalar(factor);
        }
        self
    }

    /// Their length, all taken together as one vector.
    pub fn norm(&self) -> f32 {
        let squares = self.by_id.values().map(|gradient| gradient.clone().square().sum()).collect::<Vec<_>>();
        if squares.is_empty() {
            return 0.0;
        }
        let squares = Tensor::cat(squares, 0).into_data().convert::<f32>();
        squares.iter::<f32>().map(f64::from).sum::<f64>().sqrt() as f32
    }

    /// The same gradients, shortened where they are longer than this; `norm` is what [`Self::norm`] said.
    #[must_use]
    pub fn clipped(self, norm: f32, longest: f64) -> Self {
        let factor = longest / (f64::from(norm) + SHORTEST);
        if factor < 1.0 { self.scaled(factor) } else { self }
    }
}

impl GradientSource for GatheredGradients {
    fn gradient<const D: usize>(&self, param: &Param<Tensor<D>>) -> Option<Tensor<D>> {
        self.by_id.get(&param.id).map(|gradient| gradient.clone().reshape(param.val().shape()))
    }
}

struct Gathering<'a> {
    gathered: &'a mut GatheredGradients,
    gradients: &'a Gradients,
}

impl ModuleVisitor for Gathering<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = param.val().grad(self.gradients) else { return };
        let length = gradient.shape().num_elements();
        let gradient = gradient.reshape([length]);
        let sum = match self.gathered.by_id.remove(&param.id) {
            Some(before) => before + gradient,
            None => gradient,
        };
        self.gathered.by_id.insert(param.id, sum);
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn gradients_of_two_batches_add_up_and_are_shortened_together() {
        let device = Device::flex().autodiff();
        let linear = LinearConfig::new(2, 1).with_bias(true).init(&device);
        let mut gathered = GatheredGradients::default();
        for row in [[1.0_f32, 2.0], [2.0, 2.0]] {
            let gradients = linear.forward(Tensor::<2>::from_data([row], &device)).sum().backward();
            gathered.add(&linear, &gradients);
        }
        // Of the weights 3 and 4, of the bias 2: a vector of length √29.
        let norm = gathered.norm();
        assert!((norm - 29.0_f32.sqrt()).abs() < 1e-6, "{norm}");
        let halved = gathered.clone().clipped(norm, f64::from(norm) / 2.0);
        assert!((halved.norm() - norm / 2.0).abs() < 1e-5);
        let weight: Vec<f32> = halved.gradient(&linear.weight).unwrap().into_data().try_into_vec().unwrap();
        assert!((weight[0] - 1.5).abs() < 1e-5 && (weight[1] - 2.0).abs() < 1e-5, "{weight:?}");
        assert_eq!(gathered.clone().clipped(norm, 100.0).norm(), norm);
    }
}
