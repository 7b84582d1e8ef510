//! The LFW protocol on scores: accuracy over folds with the threshold chosen on the other folds, rates at fixed false
//! match rates, the curve between (ARCHITECTURE D).

use serde::Serialize;

/// One pair's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPair {
    /// Which fold it belongs to.
    pub fold: usize,
    /// Whether both pictures show one person.
    pub same: bool,
    /// Cosine of the two embeddings.
    pub cosine: f32,
}

/// Accuracy over folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoldAccuracy {
    /// Mean over the folds, 0 to 1.
    pub mean: f64,
    /// Standard deviation over the folds.
    pub std: f64,
    /// Each fold's own.
    pub folds: Vec<f64>,
}

/// Share of one person's pairs that are accepted where this share of different people is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrueAcceptRate {
    /// True accept rate, 0 to 1.
    pub rate: f64,
    /// Threshold on the cosine.
    pub threshold: f32,
    /// Pairs of one person.
    pub genuine_pairs: usize,
    /// Pairs of different people; the false match rate cannot be told finer than one in this many.
    pub impostor_pairs: usize,
}

/// Squared distances tried as thresholds: 0.00, 0.01, …, 3.99.
const THRESHOLDS: usize = 400;

/// Accuracy of each fold at the threshold that is best on the other folds; a pair counts as one person where its
/// squared distance `2 - 2·cosine` is below the threshold; of equally good thresholds the first counts.
pub fn accuracy(pairs: &[ScoredPair]) -> FoldAccuracy {
    let fold_count = pairs.iter().map(|pair| pair.fold + 1).max().unwrap_or(0);
    let correct = |pair: &ScoredPair, threshold: f64| (2.0 - 2.0 * f64::from(pair.cosine) < threshold) == pair.same;
    // correct_counts[fold][threshold]
    let mut counts = vec![vec![0_usize; THRESHOLDS]; fold_count];
    let mut sizes = vec![0_usize; fold_count];
    for pair in pairs {
        sizes[pair.fold] += 1;
        for (index, count) in counts[pair.fold].iter_mut().enumerate() {
            *count += usize::from(correct(pair, index as f64 / 100.0));
        }
    }
    let folds: Vec<f64> = (0..fold_count)
        .map(|fold| {
            let others = |index: usize| (0..fold_count).filter(|f| *f != fold).map(|f| counts[f][index]).sum::<usize>();
            let mut best = 0;
            for index in 1..THRESHOLDS {
                if others(index) > others(best) {
                    best = index;
                }
            }
            counts[fold][best] as f64 / sizes[fold].max(1) as f64
        })
        .collect();
    let mean = folds.iter().sum::<f64>() / fold_count.max(1) as f64;
    let variance = folds.iter().map(|fold| (fold - mean).powi(2)).sum::<f64>() / fold_count.max(1) as f64;
    FoldAccuracy { mean, std: variance.sqrt(), folds }
}

/// Share of one person's pairs at or above the lowest threshold that at most `false_match_rate` of the pairs of
/// different people reach.
pub fn true_accept_rate(pairs: &[ScoredPair], false_match_rate: f64) -> TrueAcceptRate {
    let scores = |same: bool| -> Vec<f32> {
        let mut scores: Vec<f32> = pairs.iter().filter(|pair| pair.same == same).map(|pair| pair.cosine).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        scores
    };
    let (genuine, impostors) = (scores(true), scores(false));
    let allowed = (false_match_rate * impostors.len() as f64).floor() as usize;
    // Just above the highest score that must be refused.
    let threshold = impostors.get(allowed).map_or(-1.0, |score| score.next_up());
    let accepted = genuine.iter().filter(|score| **score >= threshold).count();
    TrueAcceptRate {
        rate: accepted as f64 / genuine.len().max(1) as f64,
        threshold,
        genuine_pairs: genuine.len(),
        impostor_pairs: impostors.len(),
    }
}

/// Points of the ROC curve: false match rate and true accept rate at falling thresholds.
pub fn roc(pairs: &[ScoredPair]) -> Vec<[f64; 2]> {
    let rates = [1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0];
    rates.iter().map(|rate| [*rate, true_accept_rate(pairs, *rate).rate]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(fold: usize, same: bool, cosine: f32) -> ScoredPair {
        ScoredPair { fold, same, cosine }
    }

    #[test]
    fn separable_scores_are_all_right() {
        let pairs: Vec<ScoredPair> =
            (0..20).map(|i| pair(i / 4, i % 2 == 0, if i % 2 == 0 { 0.8 } else { 0.1 })).collect();
        let accuracy = accuracy(&pairs);
        assert_eq!((accuracy.mean, accuracy.std, accuracy.folds.len()), (1.0, 0.0, 5));
    }

    #[test]
    fn the_rate_at_a_false_match_rate_refuses_the_right_impostors() {
        let mut pairs: Vec<ScoredPair> = (0..100).map(|i| pair(0, false, i as f32 / 100.0)).collect();
        pairs.extend((0..10).map(|i| pair(0, true, 0.9 + i as f32 / 100.0)));
        let rate = true_accept_rate(&pairs, 0.05);
        assert_eq!((rate.genuine_pairs, rate.impostor_pairs), (10, 100));
        assert!((rate.rate - 0.5).abs() < 1e-9, "{rate:?}");
    }
}
