//! How parameters follow their gradients. Which module is updated with which gradients, when, and at which learning
//! rate, is the training loop's business. What optimisers remember is read and put back by the names of the
//! parameters, so that a run can be interrupted.

mod adam;
mod gathered;
mod momentum;
mod one_pass;
mod rules;

use burn::module::Param;
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use crate::model::{Parameter, ParameterError, Parameters};
pub use adam::{Adam, AdamConfig};
pub use gathered::GatheredGradients;
pub use momentum::{MomentumConfig, MomentumDescent};
pub use rules::{ByPrefix, Rules};

/// Where an optimiser finds the gradients of parameters.
pub trait GradientSource {
    /// The gradient of a parameter, without a graph of its own; nothing for one that does not learn.
    fn gradient<const D: usize>(&self, param: &Param<Tensor<D>>) -> Option<Tensor<D>>;
}

impl GradientSource for Gradients {
    fn gradient<const D: usize>(&self, param: &Param<Tensor<D>>) -> Option<Tensor<D>> {
        param.val().grad(self)
    }
}

/// A parameter less a change, a leaf of the next step's graph again.
fn updated<const D: usize>(param: Param<Tensor<D>>, change: Tensor<D>) -> Param<Tensor<D>> {
    param.map(|value| Tensor::from_inner(value.without_autodiff() - change).require_grad())
}

/// Adds what is remembered of a parameter, flattened, to a state.
fn remember(state: &mut Parameters, name: String, remembered: &Tensor<1>) {
    let values: Vec<f32> = remembered.clone().into_data().convert::<f32>().iter::<f32>().collect();
    state.insert(name, Parameter { shape: vec![values.len()], values });
}

/// What a state says was remembered; nothing where it is silent.
fn recall(state: &Parameters, name: &str, device: &Device) -> Result<Option<Tensor<1>>, ParameterError> {
    let Some(shape) = state.shape(name) else { return Ok(None) };
    let values = state.get(name, shape)?.into_owned();
    let length = values.len();
    Ok(Some(Tensor::from_data(TensorData::new(values, [length]), &device.clone().without_autodiff())))
}
