//! How parameters follow their gradients. Which module is updated with which gradients, when, and at which learning
//! rate, is the training loop's business.

mod adam;
mod momentum;

use burn::module::Param;
use burn::tensor::Tensor;

pub use adam::{Adam, AdamConfig};
pub use momentum::{MomentumConfig, MomentumDescent};

/// A parameter less a change, a leaf of the next step's graph again.
fn updated<const D: usize>(param: Param<Tensor<D>>, change: Tensor<D>) -> Param<Tensor<D>> {
    param.map(|value| Tensor::from_inner(value.without_autodiff() - change).require_grad())
}
