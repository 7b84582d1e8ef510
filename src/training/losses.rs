//! The terms that the two phases minimise, each one number `[1]` averaged over the batch. Which network's outputs go
//! into which term, and how much a term weighs, is the phases' business.

use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Int, Tensor, TensorData};

/// Mean cross-entropy of logits `[N, K]` with the right classes `[N]`.
pub fn cross_entropy(logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
    log_softmax(logits, 1).gather(1, classes.unsqueeze_dim(1)).mean().neg()
}

/// Mean squared difference over all numbers.
pub fn mean_squared<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<1> {
    (a - b).square().mean()
}

/// What an age head is asked for, with its parts.
#[derive(Clone, Debug)]
pub struct AgeLoss {
    /// Mean squared error of the expected age, years².
    pub squared_error: Tensor<1>,
    /// Cross-entropy of the age group.
    pub group: Tensor<1>,
    /// The sum of both.
    pub total: Tensor<1>,
}

impl AgeLoss {
    /// Of age logits `[N, 101]` and group logits `[N, 7]` against ages in years `[N]` and their groups `[N]`.
    pub fn new(
        (age_logits, group_logits): (Tensor<2>, Tensor<2>),
        ages_years: Tensor<1>,
        groups: Tensor<1, Int>,
    ) -> Self {
        let squared_error = mean_squared(expected_ages(age_logits.clone()), ages_years.cast(age_logits.dtype()));
        let group = cross_entropy(group_logits, groups);
        Self { total: squared_error.clone() + group.clone(), squared_error, group }
    }
}

/// Expected ages in years `[N]` of age logits `[N, K]`; bin k is k years.
pub fn expected_ages(logits: Tensor<2>) -> Tensor<1> {
    let [_, bins] = logits.dims();
    let years: Vec<f32> = (0..bins).map(|years| years as f32).collect();
    let years = Tensor::<2>::from_data(TensorData::new(years, [bins, 1]), &logits.device());
    let years = years.cast(logits.dtype());
    softmax(logits, 1).matmul(years).flatten(0, 1)
}

/// The same numbers; gradients turn their sign on the way back. What is trained behind it to tell ages apart so trains
/// what is in front of it to hide them (CVPR 2021 §3.1).
pub fn reverse_gradient<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clone().detach().mul_scalar(2.0) - x
}

/// Least-squares loss of a discriminator: scores of photographs should be 1, of synthesised faces 0.
pub fn discriminator_loss<const D: usize>(real: Tensor<D>, synthesised: Tensor<D>) -> Tensor<1> {
    (real.sub_scalar(1.0).square().mean() + synthesised.square().mean()).mul_scalar(0.5)
}

/// Least-squares loss of a generator: the scores of its faces should be 1.
pub fn generator_loss<const D: usize>(synthesised: Tensor<D>) -> Tensor<1> {
    synthesised.sub_scalar(1.0).square().mean().mul_scalar(0.5)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn gradients_turn_their_sign_and_numbers_stay() {
        let device = Device::flex().autodiff();
        let x = Tensor::<1>::from_data([0.3_f32, -7.0, 1e-6], &device).require_grad();
        let y = reverse_gradient(x.clone());
        assert_eq!(numbers(y.clone()), [0.3, -7.0, 1e-6]);
        let gradients = (y * Tensor::from_data([1.0_f32, 2.0, 3.0], &device)).sum().backward();
        assert_eq!(numbers(x.grad(&gradients).unwrap()), [-1.0, -2.0, -3.0]);
    }

    #[test]
    fn cross_entropy_of_equal_logits_is_the_logarithm_of_their_count() {
        let device = Device::flex();
        let classes = Tensor::from_data([2_i64, 0], &device);
        let loss = numbers(cross_entropy(Tensor::zeros([2, 7], &device), classes));
        assert!((loss[0] - 7.0_f32.ln()).abs() < 1e-6, "{loss:?}");
    }

    #[test]
    fn the_expected_age_of_equal_logits_is_the_middle() {
        let ages = numbers(expected_ages(Tensor::ones([3, 101], &Device::flex())));
        assert!(ages.iter().all(|age| (age - 50.0).abs() < 1e-4), "{ages:?}");
    }
}
