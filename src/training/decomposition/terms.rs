//! The terms of a loss by name, as tensors while their sum is made, as numbers when a step is told of.

use burn::tensor::Tensor;

/// The terms of a loss as they are gathered, and their weighted sum.
pub struct Terms {
    each: Vec<(&'static str, Tensor<1>)>,
    /// What is minimised.
    pub total: Tensor<1>,
}

impl Terms {
    /// With a first term.
    pub fn new(name: &'static str, weight: f32, value: Tensor<1>) -> Self {
        Self { total: value.clone().mul_scalar(weight), each: vec![(name, value)] }
    }

    /// Adds a term.
    pub fn add(&mut self, name: &'static str, weight: f32, value: Tensor<1>) {
        self.total = self.total.clone() + value.clone().mul_scalar(weight);
        self.each.push((name, value));
    }

    /// All of them as numbers, brought from the device together.
    pub fn numbers(self) -> Vec<(&'static str, f32)> {
        let names = self.each.iter().map(|(name, _)| *name).chain(["total"]).collect::<Vec<_>>();
        let values = self.each.into_iter().map(|(_, value)| value).chain([self.total]).collect();
        let values = Tensor::cat(values, 0).into_data().convert::<f32>();
        names.into_iter().zip(values.iter::<f32>()).collect()
    }
}

/// The mean of several reports, term by term.
pub fn mean(reports: &[Vec<(&'static str, f32)>]) -> Vec<(&'static str, f32)> {
    let mut sums: Vec<(&'static str, f32)> = Vec::new();
    for (name, value) in reports.iter().flatten() {
        match sums.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += value,
            None => sums.push((name, *value)),
        }
    }
    let count = reports.len().max(1) as f32;
    sums.into_iter().map(|(name, sum)| (name, sum / count)).collect()
}
