//! What the compact generator minimises beside the adversarial term: each one number `[1]`, averaged over the batch.

use burn::tensor::activation::relu;
use burn::tensor::{Tensor, TensorData};

use crate::model::AgeGroup;
use crate::model::layers::unit_rows;
use crate::training::losses::{cross_entropy, expected_ages};
use crate::training::tensors::classes;

/// An expected age this close to the target's centre is near enough, years.
const AGE_TOLERANCE_YEARS: f32 = 3.0;
/// Ten years too many weigh as much as one unit of cross-entropy.
const AGE_SCALE_YEARS: f32 = 10.0;
/// By how much the embedding may turn (one less the cosine) for every group between the face and its target.
const TURN_PER_GROUP: f32 = 0.03;

/// A term by name, with its weight.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its name in metrics.
    pub name: &'static str,
    /// How much it weighs.
    pub weight: f32,
    /// Its value `[1]`, not weighted.
    pub value: Tensor<1>,
}

/// The weighted sum; nothing for no terms. Terms without weight cost nothing on the way back.
pub fn weighted_sum(terms: &[Term]) -> Option<Tensor<1>> {
    let weighed = terms.iter().filter(|term| term.weight != 0.0);
    weighed.map(|term| term.value.clone().mul_scalar(term.weight)).reduce(|sum, term| sum + term)
}

/// Cross-entropy of the target groups, and how far the expected age is from their centres beyond what is near enough.
pub fn age(age_logits: Tensor<2>, group_logits: Tensor<2>, targets: &[AgeGroup]) -> Tensor<1> {
    let device = age_logits.device();
    let centres: Vec<f32> = targets.iter().map(|group| group.anchor_years()).collect();
    let centres = Tensor::<1>::from_data(TensorData::new(centres, [targets.len()]), &device);
    let ages = expected_ages(age_logits);
    let apart = (ages.clone() - centres.cast(ages.dtype())).abs();
    let beyond = relu(apart.sub_scalar(AGE_TOLERANCE_YEARS)).div_scalar(AGE_SCALE_YEARS).mean();
    cross_entropy(group_logits, classes(targets, &device)) + beyond
}

/// By how much embeddings `[N, D]` of aged faces turned away from those of their sources, beyond what the way between
/// the groups allows.
pub fn identity(source: Tensor<2>, aged: Tensor<2>, sources: &[AgeGroup], targets: &[AgeGroup]) -> Tensor<1> {
    let pairs = sources.iter().zip(targets);
    let allowed: Vec<f32> = pairs.map(|(a, b)| TURN_PER_GROUP * a.index().abs_diff(b.index()) as f32).collect();
    let allowed = Tensor::<2>::from_data(TensorData::new(allowed, [sources.len(), 1]), &aged.device());
    let turn = (unit_rows(source) * unit_rows(aged)).sum_dim(1).neg().add_scalar(1.0);
    relu(turn.clone() - allowed.cast(turn.dtype())).mean()
}

/// Mean difference between neighbours, along rows and along columns.
pub fn total_variation(x: Tensor<4>) -> Tensor<1> {
    let along = |axis: usize| {
        let length = x.dims()[axis] - 1;
        (x.clone().narrow(axis, 1, length) - x.clone().narrow(axis, 0, length)).abs().mean()
    };
    along(2) + along(3)
}

/// Mean distance of the channels of `[N, 3, H, W]` from their mean.
pub fn chroma(residual: Tensor<4>) -> Tensor<1> {
    (residual.clone() - residual.mean_dim(1)).abs().mean()
}

/// Mean change where the mask `[N, 1, H, W]` is 0.
pub fn outside(change: Tensor<4>, masks: Tensor<4>) -> Tensor<1> {
    (change.abs() * masks.neg().add_scalar(1.0)).mean()
}

/// Mean change of the faces whose target is their own group; 0 where there is none.
pub fn reconstruction(change: Tensor<4>, sources: &[AgeGroup], targets: &[AgeGroup]) -> Tensor<1> {
    let own: Vec<f32> = sources.iter().zip(targets).map(|(a, b)| if a == b { 1.0 } else { 0.0 }).collect();
    let count = own.iter().sum::<f32>().max(1.0);
    let own = Tensor::<4>::from_data(TensorData::new(own, [sources.len(), 1, 1, 1]), &change.device());
    let [faces, channels, height, width] = change.dims();
    debug_assert_eq!(faces, sources.len());
    let weighed = change.abs() * own.div_scalar(count * (channels * height * width) as f32);
    weighed.sum()
}

/// Mean length of the flow's parts, pixels.
pub fn length(flow_px: Tensor<4>) -> Tensor<1> {
    flow_px.abs().mean()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn number(x: Tensor<1>) -> f32 {
        x.into_scalar()
    }

    fn groups(indices: &[usize]) -> Vec<AgeGroup> {
        indices.iter().map(|index| AgeGroup::ALL[*index]).collect()
    }

    fn planes<const D: usize>(shape: [usize; D], values: &[f32]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    #[test]
    fn an_age_within_three_years_of_the_centre_costs_nothing_more() {
        let logits = |years: usize| {
            let mut logits = [-100.0_f32; 101];
            logits[years] = 100.0;
            planes([1, 101], &logits)
        };
        let even = || Tensor::<2>::zeros([1, 7], &Device::flex());
        // Group 5 is centred at 55.5 years.
        let at = |years| number(age(logits(years), even(), &groups(&[5]))) - 7.0_f32.ln();
        assert!(at(58).abs() < 1e-5, "{}", at(58));
        assert!((at(65) - 0.65).abs() < 1e-4, "{}", at(65));
    }

    #[test]
    fn an_embedding_may_turn_further_the_further_the_target() {
        let (source, aged) = (planes([1, 2], &[2.0, 0.0]), planes([1, 2], &[0.0, 0.5]));
        let turn = |to| number(identity(source.clone(), aged.clone(), &groups(&[1]), &groups(&[to])));
        assert!((turn(1) - 1.0).abs() < 1e-6 && (turn(6) - 0.85).abs() < 1e-6, "{} {}", turn(1), turn(6));
        assert_eq!(number(identity(source.clone(), source, &groups(&[1]), &groups(&[1]))), 0.0);
    }

    #[test]
    fn differences_between_neighbours() {
        let x = planes([1, 1, 2, 2], &[0.0, 1.0, 3.0, 5.0]);
        // Rows: |3 - 0|, |5 - 1|; columns: |1 - 0|, |5 - 3|.
        assert_eq!(number(total_variation(x)), 3.5 + 1.5);
    }

    #[test]
    fn grey_has_no_chroma() {
        assert_eq!(number(chroma(planes([1, 3, 1, 1], &[0.2, 0.2, 0.2]))), 0.0);
        assert!((number(chroma(planes([1, 3, 1, 1], &[0.3, 0.0, 0.0]))) - (0.2 + 0.1 + 0.1) / 3.0).abs() < 1e-6);
    }

    #[test]
    fn change_counts_where_it_should_not_be() {
        let change = planes([2, 1, 1, 2], &[1.0, -2.0, 3.0, 5.0]);
        let masks = planes([2, 1, 1, 2], &[1.0, 0.0, 1.0, 0.5]);
        assert_eq!(number(outside(change.clone(), masks)), (2.0 + 2.5) / 4.0);
        let of = |sources: &[usize]| number(reconstruction(change.clone(), &groups(sources), &groups(&[3, 4])));
        assert_eq!((of(&[3, 0]), of(&[3, 4]), of(&[0, 0])), (1.5, (1.5 + 4.0) / 2.0, 0.0));
    }

    #[test]
    fn terms_add_up_by_weight() {
        let term = |weight, value| Term { name: "t", weight, value: planes([1], &[value]) };
        let sum = weighted_sum(&[term(2.0, 3.0), term(0.0, f32::NAN), term(0.5, 4.0)]).unwrap();
        assert_eq!(number(sum), 8.0);
        assert!(weighted_sum(&[]).is_none());
    }
}
