//! The terms of the decomposition phase for the compact network. Each is one number `[1]`.

use burn::tensor::activation::{log_softmax, relu, softmax};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::model::AgeGroup;
use crate::model::config::AGE_BINS;
use crate::model::identity_classifier::CosFaceConfig;
use crate::training::losses::{cross_entropy, expected_ages};

/// Deviation of the soft age labels, years.
const SOFT_YEARS: f32 = 2.0;
/// The highest age that has a bin of its own.
const OLDEST_YEARS: f32 = (AGE_BINS - 1) as f32;
/// How much the expected age weighs beside the soft labels.
const EXPECTED_WEIGHT: f32 = 0.05;
/// How much the age group weighs beside the soft labels.
const GROUP_WEIGHT: f32 = 0.5;
/// What embeddings are multiplied by in front of the adversary.
const ADVERSARY_SCALE: f32 = 8.0;
/// From this cosine on two faces may be one person's, and are left alone.
const SAME_PERSON: f32 = 0.8;
/// Centres and deviations, in years, of the bells that ages are described by.
const BELLS: [(f32, f32); 11] = [
    (2.0, 2.0),
    (6.0, 3.0),
    (10.0, 3.0),
    (14.0, 3.0),
    (18.0, 4.0),
    (25.0, 5.0),
    (35.0, 6.0),
    (45.0, 6.0),
    (55.0, 6.0),
    (65.0, 7.0),
    (80.0, 9.0),
];
/// The bells, and the age itself.
const DESCRIPTIONS: usize = BELLS.len() + 1;
/// Years that are 1 as the last description.
const UNIT_YEARS: f32 = 50.0;
/// Added to the deviation of a description, so that one that no face of the batch has stays near zero.
const LEAST_DEVIATION: f32 = 0.05;
/// The logit of a class that is left out.
const LEFT_OUT: f32 = -1e4;

/// Ages of some faces in the forms that the terms ask for.
#[derive(Clone, Debug)]
pub struct Ages {
    /// `[A]`.
    years: Tensor<1>,
    /// Soft labels `[A, 101]`: a bell around the age.
    soft: Tensor<2>,
    /// `[A, 7]`, one at the face's group.
    groups: Tensor<2>,
    /// `[A, A]`, 1 where the first face comes before the second and both are of one group.
    pairs: Tensor<2>,
    /// `[A, 12]`: bells around some ages and the age itself, each of mean 0 and about deviation 1 over the faces.
    described: Tensor<2>,
}

impl Ages {
    /// Of ages in years.
    pub fn new(years: &[f32], device: &Device) -> Self {
        let years: Vec<f32> = years.iter().map(|years| years.min(OLDEST_YEARS)).collect();
        let (count, groups): (usize, Vec<AgeGroup>) =
            (years.len(), years.iter().copied().map(AgeGroup::of_years).collect());
        let far = |years: f32, bin: usize| -(bin as f32 - years).powi(2) / (2.0 * SOFT_YEARS * SOFT_YEARS);
        let bells = years.iter().flat_map(|years| (0..AGE_BINS).map(move |bin| far(*years, bin))).collect();
        let is_pair = |a: usize, b: usize| f32::from(u8::from(a < b && groups[a] == groups[b]));
        let pairs = (0..count * count).map(|pair| is_pair(pair / count, pair % count)).collect();
        let own = |place: usize| {
            f32::from(u8::from(groups[place / AgeGroup::ALL.len()].index() == place % AgeGroup::ALL.len()))
        };
        let own = (0..count * AgeGroup::ALL.len()).map(own).collect();
        let matrix =
            |values: Vec<f32>, shape: [usize; 2]| Tensor::<2>::from_data(TensorData::new(values, shape), device);
        Self {
            soft: softmax(matrix(bells, [count, AGE_BINS]), 1),
            groups: matrix(own, [count, AgeGroup::ALL.len()]),
            pairs: matrix(pairs, [count, count]),
            described: matrix(described(&years), [count, DESCRIPTIONS]),
            years: Tensor::from_data(TensorData::new(years, [count]), device),
        }
    }
}

/// The descriptions `[A, 12]` of ages in years.
fn described(years: &[f32]) -> Vec<f32> {
    let bell =
        |years: f32, (centre, deviation): (f32, f32)| (-(years - centre).powi(2) / (2.0 * deviation * deviation)).exp();
    let mut values = vec![0.0; years.len() * DESCRIPTIONS];
    for column in 0..DESCRIPTIONS {
        let of = |years: &f32| BELLS.get(column).map_or(years / UNIT_YEARS, |with| bell(*years, *with));
        let numbers: Vec<f32> = years.iter().map(of).collect();
        let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
        let squares: f32 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        let deviation = (squares / numbers.len().saturating_sub(1).max(1) as f32).sqrt();
        for (row, number) in numbers.iter().enumerate() {
            values[row * DESCRIPTIONS + column] = (number - mean) / (deviation + LEAST_DEVIATION);
        }
    }
    values
}

/// Mean distance of embeddings `[N, D]` to the teacher's, both of unit length: one less the cosine.
pub fn distillation(embeddings: Tensor<2>, teacher: Tensor<2>) -> Tensor<1> {
    let [faces, _] = embeddings.dims();
    (embeddings * teacher).sum().div_scalar(faces as f32).neg().add_scalar(1.0)
}

/// What the age head is asked for: of age logits `[A, 101]` and group logits `[A, 7]`.
pub fn age((age_logits, group_logits): (Tensor<2>, Tensor<2>), ages: &Ages) -> Tensor<1> {
    let expected = smooth_distance(expected_ages(age_logits.clone()) - ages.years.clone());
    soft_cross_entropy(age_logits, ages.soft.clone())
        + expected.mul_scalar(EXPECTED_WEIGHT)
        + soft_cross_entropy(group_logits, ages.groups.clone()).mul_scalar(GROUP_WEIGHT)
}

/// Embeddings as the adversary gets to see them. On the way back the gradient is turned and multiplied by `strength`;
/// the adversary itself learns at full strength.
pub fn before_adversary(embeddings: Tensor<2>, strength: f32) -> Tensor<2> {
    let constant = embeddings.clone().detach();
    let turned = constant.clone() - (embeddings - constant).mul_scalar(strength);
    turned.mul_scalar(ADVERSARY_SCALE)
}

/// How well the adversary tells ages: of its logits `[A, 101]`.
pub fn adversary(logits: Tensor<2>, ages: &Ages) -> Tensor<1> {
    soft_cross_entropy(logits, ages.soft.clone())
}

/// How far the cosines of embeddings `[A, D]` of unit length reach beyond a margin, squared: the mean over the pairs of
/// one age group, but for pairs that may be one person's.
pub fn impostor(embeddings: Tensor<2>, ages: &Ages, margin: f32) -> Tensor<1> {
    let cosines = embeddings.clone().matmul(embeddings.transpose());
    let strangers: Tensor<2, Bool> = cosines.clone().detach().lower_elem(SAME_PERSON);
    let counted = ages.pairs.clone() * strangers.float();
    let pairs = counted.clone().sum().clamp_min(1.0);
    (relu(cosines.sub_scalar(margin)).square() * counted).sum() / pairs
}

/// What embeddings `[A, D]` have to do with the ages: the squared covariances with the descriptions of the ages, summed
/// over dimensions at the scale of unit variance and averaged over descriptions. 0 where they are independent by second
/// moments.
pub fn independence(embeddings: Tensor<2>, ages: &Ages) -> Tensor<1> {
    let [faces, dimensions] = embeddings.dims();
    let centred = embeddings.clone() - embeddings.mean_dim(0);
    let covariances = centred.transpose().matmul(ages.described.clone()).div_scalar(faces as f32);
    covariances.square().sum().mul_scalar(dimensions as f32 / DESCRIPTIONS as f32)
}

/// How well cosines `[N, K]` tell people apart: CosFace's cross-entropy with the right ones `[N]`.
pub fn identity(cosines: Tensor<2>, people: Tensor<1, Int>, classifier: CosFaceConfig) -> Tensor<1> {
    cross_entropy(cosface(cosines, people.clone(), classifier), people)
}

/// The same of faces that are a person of their own each, without the people who may be the same `[N, K]`.
pub fn faces(cosines: Tensor<2>, own: Tensor<1, Int>, alike: Tensor<2, Bool>, classifier: CosFaceConfig) -> Tensor<1> {
    cross_entropy(cosface(cosines, own.clone(), classifier).mask_fill(alike, LEFT_OUT), own)
}

fn cosface(cosines: Tensor<2>, own: Tensor<1, Int>, classifier: CosFaceConfig) -> Tensor<2> {
    let [_, people] = cosines.dims();
    (cosines - own.one_hot::<2>(people).float().mul_scalar(classifier.margin)).mul_scalar(classifier.scale)
}

/// Mean cross-entropy of logits `[N, K]` with distributions `[N, K]`.
fn soft_cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [rows, _] = logits.dims();
    (log_softmax(logits, 1) * targets).sum().div_scalar(rows as f32).neg()
}

/// Mean of half the square below 1 and of the distance less one half above (Girshick 2015).
fn smooth_distance(difference: Tensor<1>) -> Tensor<1> {
    let distance = difference.abs();
    let near = distance.clone().clamp_max(1.0);
    // d²/2 below 1 and d − 1/2 above, in one: n·(d − n/2) with n = min(d, 1).
    (near.clone() * (distance - near.mul_scalar(0.5))).mean()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(tensor: Tensor<1>) -> f32 {
        tensor.into_scalar()
    }

    fn rows<const N: usize>(rows: [[f32; N]; 3], device: &Device) -> Tensor<2> {
        Tensor::from_data(rows, device)
    }

    #[test]
    fn distances_are_smooth_at_zero_and_straight_far_away() {
        let device = Device::flex();
        for (difference, expected) in [(0.5_f32, 0.125), (-0.5, 0.125), (1.0, 0.5), (3.0, 2.5), (-3.0, 2.5)] {
            let found = number(smooth_distance(Tensor::from_data([difference], &device)));
            assert!((found - expected).abs() < 1e-6, "{difference}: {found}");
        }
    }

    #[test]
    fn only_strangers_of_one_group_are_pushed_apart() {
        let device = Device::flex();
        // Cosines: 0.6 between the first two, 1 between the last two.
        let embeddings = rows([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]], &device);
        let of = |years: [f32; 3]| number(impostor(embeddings.clone(), &Ages::new(&years, &device), 0.25));
        assert!((of([5.0, 6.0, 50.0]) - 0.35 * 0.35).abs() < 1e-6);
        assert_eq!(of([5.0, 50.0, 51.0]), 0.0, "no pair of one group, then one that may be one person's");
        // Two of the three pairs count: the third may be one person's.
        assert!((of([5.0, 6.0, 7.0]) - 0.35 * 0.35).abs() < 1e-6);
    }

    #[test]
    fn ages_are_described_around_their_mean() {
        // Bells around 2 years: 1 and almost 0, so a mean of a half and a deviation of the root of a half.
        let found = described(&[2.0, 52.0]);
        let root = 0.5_f32.sqrt();
        let expected = [(0, 0.5 / (root + 0.05)), (11, -0.5 / (root + 0.05)), (12, -0.5 / (root + 0.05))];
        for (place, expected) in expected {
            assert!((found[place] - expected).abs() < 1e-5, "{place}: {}", found[place]);
        }
        assert!(described(&[30.0]).iter().all(|number| *number == 0.0));
    }

    #[test]
    fn embeddings_that_follow_the_age_are_not_independent_of_it() {
        let device = Device::flex();
        let of = |embeddings: [[f32; 2]; 3], years: [f32; 3]| {
            number(independence(rows(embeddings, &device), &Ages::new(&years, &device)))
        };
        assert!(of([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], [5.0, 30.0, 70.0]) < 1e-12);
        assert!(of([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], [40.0, 40.0, 40.0]) < 1e-6);
        // By hand for one dimension that is 1 for the first face and 0 for the two others: its covariance with a
        // description is the first face's own, a third of it.
        let years = [5.0, 30.0, 70.0];
        let first: f32 = described(&years)[..DESCRIPTIONS].iter().map(|number| (number / 3.0).powi(2)).sum();
        let found = of([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]], years);
        assert!((found - first * 2.0 / 12.0).abs() < 1e-5, "{found}");
    }

    #[test]
    fn faces_are_told_apart_from_those_that_are_not_alike() {
        let device = Device::flex();
        let cosines = rows([[0.9, 0.5, 0.2], [0.1, 0.8, 0.8], [0.0, 0.0, 1.0]], &device).narrow(0, 0, 2);
        let classifier = CosFaceConfig { scale: 2.0, margin: 0.3 };
        let of = |alike: [[bool; 3]; 2]| {
            let own = Tensor::from_data([0, 1], &device);
            number(faces(cosines.clone(), own, Tensor::from_data(alike, &device), classifier))
        };
        let cost = |own: f32, others: &[f32]| {
            let power = |cosine: f32| (2.0 * cosine).exp();
            -(power(own) / (power(own) + others.iter().copied().map(power).sum::<f32>())).ln()
        };
        let all = (cost(0.6, &[0.5, 0.2]) + cost(0.5, &[0.1, 0.8])) / 2.0;
        assert!((of([[false; 3]; 2]) - all).abs() < 1e-5);
        let some = (cost(0.6, &[0.2]) + cost(0.5, &[0.1])) / 2.0;
        assert!((of([[false, true, false], [false, false, true]]) - some).abs() < 1e-5);
    }

    #[test]
    fn the_adversarys_gradient_turns_and_keeps_its_size_for_the_adversary() {
        let device = Device::flex().autodiff();
        let x = Tensor::<2>::from_data([[0.25_f32, -0.5]], &device).require_grad();
        let seen = before_adversary(x.clone(), 0.5);
        let numbers = |tensor: Tensor<2>| -> Vec<f32> { tensor.into_data().try_into_vec().unwrap() };
        assert_eq!(numbers(seen.clone()), [2.0, -4.0]);
        let gradients = seen.sum().backward();
        assert_eq!(numbers(x.grad(&gradients).unwrap()), [-4.0, -4.0]);
    }

    #[test]
    fn the_right_age_costs_less_than_a_wrong_one() {
        let device = Device::flex();
        let ages = Ages::new(&[30.0, 30.0, 130.0], &device);
        let peak = |years: usize| {
            let logits: Vec<f32> = (0..303).map(|place| if place % 101 == years { 8.0 } else { 0.0 }).collect();
            Tensor::<2>::from_data(TensorData::new(logits, [3, 101]), &device)
        };
        let groups = || Tensor::<2>::zeros([3, 7], &device);
        assert!(number(age((peak(30), groups()), &ages)) < number(age((peak(70), groups()), &ages)));
        let equal = number(adversary(Tensor::zeros([3, 101], &device), &ages));
        assert!((equal - 101.0_f32.ln()).abs() < 1e-5, "{equal}");
    }
}
