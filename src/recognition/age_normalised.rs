//! Two faces at several ages each: every one of A against every one of B, raw and minus the threshold of their two age
//! groups, and which pair is highest. The embeddings come from elsewhere; what a picked maximum is worth is said in
//! [`PICKED_AFTERWARDS`].

use super::Embedding;
use super::calibration::AgeThresholds;

/// What every use of a maximum over ages has to say. No protocol of `docs/evaluation.md` measures such a comparison.
pub const PICKED_AFTERWARDS: &str = "The highest of many pairs is always higher than one pair picked beforehand, for \
                                     different people too. “1 in 1,000” holds for one comparison of two photographs, \
                                     not for these.";

/// One face at one age.
#[derive(Clone, Copy, Debug)]
pub struct AgedEmbedding<'a> {
    /// Its identity.
    pub embedding: &'a Embedding,
    /// The age it stands for, in years.
    pub years: f32,
}

/// Every age of face A (rows) against every age of face B (columns).
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarityMatrix {
    rows: usize,
    columns: usize,
    /// Row by row.
    values: Vec<f32>,
}

impl SimilarityMatrix {
    /// Cosines of all pairs.
    pub fn cosines(a: &[AgedEmbedding<'_>], b: &[AgedEmbedding<'_>]) -> Self {
        Self::of(a, b, |a, b| a.embedding.cosine(b.embedding))
    }

    /// Cosines of all pairs minus the threshold of the pair's two ages: above 0 the pair reaches it.
    pub fn above_threshold(a: &[AgedEmbedding<'_>], b: &[AgedEmbedding<'_>], thresholds: &AgeThresholds) -> Self {
        Self::of(a, b, |a, b| a.embedding.cosine(b.embedding) - thresholds.of(a.years, b.years))
    }

    fn of(
        a: &[AgedEmbedding<'_>],
        b: &[AgedEmbedding<'_>],
        value: impl Fn(&AgedEmbedding<'_>, &AgedEmbedding<'_>) -> f32,
    ) -> Self {
        let values = a.iter().flat_map(|a| b.iter().map(|b| value(a, b)).collect::<Vec<_>>()).collect();
        Self { rows: a.len(), columns: b.len(), values }
    }

    /// How many ages of A and of B.
    pub fn size(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// The value of one pair, `[row, column]`; nothing outside.
    pub fn at(&self, [row, column]: [usize; 2]) -> Option<f32> {
        (row < self.rows && column < self.columns).then(|| self.values[row * self.columns + column])
    }

    /// The pair with the highest value, `[row, column]`: the first of equals. Nothing when there is no pair.
    pub fn best(&self) -> Option<[usize; 2]> {
        let mut best: Option<usize> = None;
        for (index, value) in self.values.iter().enumerate() {
            if best.is_none_or(|best| *value > self.values[best]) {
                best = Some(index);
            }
        }
        best.map(|index| [index / self.columns, index % self.columns])
    }

    /// The lowest and the highest value; zeros when there is no pair.
    pub fn range(&self) -> [f32; 2] {
        if self.values.is_empty() {
            return [0.0, 0.0];
        }
        let low = self.values.iter().copied().fold(f32::INFINITY, f32::min);
        [low, self.values.iter().copied().fold(f32::NEG_INFINITY, f32::max)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognition::Histogram;
    use crate::recognition::calibration::ImpostorTable;

    fn embeddings(angles: &[f32]) -> Vec<Embedding> {
        angles.iter().map(|angle| Embedding::from_vector(&[angle.cos(), angle.sin()])).collect()
    }

    fn aged<'a>(embeddings: &'a [Embedding], years: &[f32]) -> Vec<AgedEmbedding<'a>> {
        embeddings.iter().zip(years).map(|(embedding, years)| AgedEmbedding { embedding, years: *years }).collect()
    }

    #[test]
    fn every_pair_stands_in_its_row_and_column() {
        let (a, b) = (embeddings(&[0.0, 1.0]), embeddings(&[0.3, 0.9, 2.0]));
        let matrix = SimilarityMatrix::cosines(&aged(&a, &[5.0, 40.0]), &aged(&b, &[5.0, 40.0, 70.0]));
        assert_eq!(matrix.size(), [2, 3]);
        assert!((matrix.at([0, 2]).unwrap() - 2.0_f32.cos()).abs() < 1e-6);
        assert!((matrix.at([1, 0]).unwrap() - 0.7_f32.cos()).abs() < 1e-6);
        assert_eq!((matrix.at([2, 0]), matrix.at([0, 3])), (None, None));
        assert_eq!(matrix.best(), Some([1, 1]));
        assert!((matrix.range()[0] - 2.0_f32.cos()).abs() < 1e-6);
    }

    #[test]
    fn thresholds_of_the_ages_can_change_which_pair_is_best() {
        // Children need 0.9, everybody else 0.2: the children's pair is higher, but less far above its threshold.
        let children = crate::model::AgeGroup::of_years(5.0);
        let cells = crate::model::AgeGroup::ALL.iter().flat_map(|younger| {
            crate::model::AgeGroup::ALL.iter().map(|older| {
                let mut scores = Histogram::default();
                let score = if (*younger, *older) == (children, children) { 0.9 } else { 0.2 };
                for _ in 0..20_000 {
                    scores.add(score - 0.003);
                }
                crate::recognition::calibration::ImpostorCell { younger: *younger, older: *older, scores }
            })
        });
        let table = ImpostorTable {
            name: "Made-up set".to_owned(),
            faces: 1,
            without_face: 0,
            alignment: "none".to_owned(),
            cells: cells.collect(),
        };
        let (a, b) = (embeddings(&[0.0, 0.5]), embeddings(&[0.1, 0.8]));
        let (a, b) = (aged(&a, &[5.0, 40.0]), aged(&b, &[5.0, 40.0]));
        assert_eq!(SimilarityMatrix::cosines(&a, &b).best(), Some([0, 0]));
        let above = SimilarityMatrix::above_threshold(&a, &b, &table.thresholds());
        assert_eq!(above.best(), Some([1, 1]));
        assert!((above.at([0, 0]).unwrap() - (0.1_f32.cos() - 0.9)).abs() < 0.005);
    }

    #[test]
    fn without_ages_there_is_no_best_pair() {
        let matrix = SimilarityMatrix::cosines(&[], &[]);
        assert_eq!((matrix.best(), matrix.range()), (None, [0.0, 0.0]));
    }
}
