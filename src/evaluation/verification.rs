//! The LFW protocol on scores: accuracy over folds with the threshold chosen on the other folds, rates at fixed false
//! match rates, the curve between (ARCHITECTURE D).

use std::collections::BTreeMap;

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

/// One fold, judged at the threshold that is best on the other folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoldResult {
    /// Share of the fold's pairs judged right, 0 to 1.
    pub accuracy: f64,
    /// Pairs count as one person where their squared distance is below this many hundredths.
    pub threshold_index: usize,
    /// Pairs of the fold.
    pub pairs: usize,
}

/// Accuracy over folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoldAccuracy {
    /// Mean over the folds, 0 to 1.
    pub mean: f64,
    /// Standard deviation over the folds (of the folds as they are, not of a sample of them).
    pub std: f64,
    /// Each fold's own. Folds none of whose pairs were scored are left out.
    pub folds: Vec<FoldResult>,
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
    /// Pairs of different people that reach the threshold. A handful of them makes a rough figure.
    pub false_matches: usize,
}

/// Squared distances tried as thresholds: 0.00, 0.01, …, 3.99.
const THRESHOLDS: usize = 400;

/// Accuracy of each fold at the threshold that is best on the other folds; a pair counts as one person where its
/// squared distance `2 - 2·cosine` is below the threshold; of equally good thresholds the first counts. Nothing where
/// fewer than two folds hold pairs: no threshold can then be chosen without looking at the pairs it is judged on.
pub fn accuracy(pairs: &[ScoredPair]) -> Option<FoldAccuracy> {
    let mut tallies: BTreeMap<usize, FoldTally> = BTreeMap::new();
    for pair in pairs {
        tallies.entry(pair.fold).or_default().add(pair);
    }
    if tallies.len() < 2 {
        return None;
    }
    let tallies: Vec<FoldTally> = tallies.into_values().collect();
    let folds: Vec<FoldResult> = (0..tallies.len()).map(|fold| judge(&tallies, fold)).collect();
    let count = folds.len() as f64;
    let mean = folds.iter().map(|fold| fold.accuracy).sum::<f64>() / count;
    let variance = folds.iter().map(|fold| (fold.accuracy - mean).powi(2)).sum::<f64>() / count;
    Some(FoldAccuracy { mean, std: variance.sqrt(), folds })
}

/// How many of a fold's pairs each threshold judges right.
struct FoldTally {
    right: Vec<usize>,
    pairs: usize,
}

impl Default for FoldTally {
    fn default() -> Self {
        Self { right: vec![0; THRESHOLDS], pairs: 0 }
    }
}

impl FoldTally {
    fn add(&mut self, pair: &ScoredPair) {
        let squared_distance = 2.0 - 2.0 * f64::from(pair.cosine);
        self.pairs += 1;
        for (index, right) in self.right.iter_mut().enumerate() {
            *right += usize::from((squared_distance < index as f64 / 100.0) == pair.same);
        }
    }
}

fn judge(tallies: &[FoldTally], fold: usize) -> FoldResult {
    let others = tallies.iter().enumerate().filter(|(index, _)| *index != fold).map(|(_, tally)| tally);
    let mut right = vec![0; THRESHOLDS];
    for tally in others {
        right.iter_mut().zip(&tally.right).for_each(|(sum, count)| *sum += count);
    }
    let mut best = 0;
    for index in 1..THRESHOLDS {
        if right[index] > right[best] {
            best = index;
        }
    }
    let own = &tallies[fold];
    FoldResult { accuracy: own.right[best] as f64 / own.pairs as f64, threshold_index: best, pairs: own.pairs }
}

/// Share of one person's pairs at or above the lowest threshold that at most `false_match_rate` of the pairs of
/// different people reach. Nothing where the rate is finer than the pairs can tell: fewer than one pair of different
/// people would be allowed through, or there is no pair of one person.
pub fn true_accept_rate(pairs: &[ScoredPair], false_match_rate: f64) -> Option<TrueAcceptRate> {
    let (genuine, impostors) = (scores(pairs, true), scores(pairs, false));
    accept_rate(&genuine, &impostors, false_match_rate)
}

/// Points of the ROC curve: false match rate and true accept rate. Rates finer than the pairs can tell are left out.
pub fn roc(pairs: &[ScoredPair]) -> Vec<[f64; 2]> {
    let rates = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0];
    let (genuine, impostors) = (scores(pairs, true), scores(pairs, false));
    rates
        .iter()
        .filter_map(|rate| accept_rate(&genuine, &impostors, *rate).map(|accepted| [*rate, accepted.rate]))
        .collect()
}

/// Scores of the pairs of one kind, highest first.
fn scores(pairs: &[ScoredPair], same: bool) -> Vec<f32> {
    let mut scores: Vec<f32> = pairs.iter().filter(|pair| pair.same == same).map(|pair| pair.cosine).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    scores
}

fn accept_rate(genuine: &[f32], impostors: &[f32], false_match_rate: f64) -> Option<TrueAcceptRate> {
    // The nudge keeps 1e-3 of 1,000 pairs at one pair, whatever the product rounds to.
    let allowed = (false_match_rate * impostors.len() as f64 + 1e-9).floor() as usize;
    if allowed == 0 || genuine.is_empty() {
        return None;
    }
    // Just above the highest score that must be refused.
    let threshold = impostors.get(allowed).map_or(-1.0, |score| score.next_up());
    let reaching = |scores: &[f32]| scores.iter().filter(|score| **score >= threshold).count();
    Some(TrueAcceptRate {
        rate: reaching(genuine) as f64 / genuine.len() as f64,
        threshold,
        genuine_pairs: genuine.len(),
        impostor_pairs: impostors.len(),
        false_matches: reaching(impostors),
    })
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
        let accuracy = accuracy(&pairs).unwrap();
        assert_eq!((accuracy.mean, accuracy.std, accuracy.folds.len()), (1.0, 0.0, 5));
    }

    #[test]
    fn the_rate_at_a_false_match_rate_refuses_the_right_impostors() {
        let mut pairs: Vec<ScoredPair> = (0..100).map(|i| pair(0, false, i as f32 / 100.0)).collect();
        pairs.extend((0..10).map(|i| pair(0, true, 0.9 + i as f32 / 100.0)));
        let rate = true_accept_rate(&pairs, 0.05).unwrap();
        assert_eq!((rate.genuine_pairs, rate.impostor_pairs, rate.false_matches), (10, 100, 5));
        assert!((rate.rate - 0.5).abs() < 1e-9, "{rate:?}");
    }

    #[test]
    fn a_rate_finer_than_the_pairs_is_not_told() {
        let mut pairs: Vec<ScoredPair> = (0..999).map(|_| pair(0, false, 0.1)).collect();
        pairs.push(pair(1, true, 0.9));
        assert_eq!(true_accept_rate(&pairs, 1e-3), None);
        assert_eq!(roc(&pairs)[0][0], 2e-3);
        pairs.push(pair(0, false, 0.1));
        assert_eq!(true_accept_rate(&pairs, 1e-3).unwrap().rate, 1.0);
    }

    #[test]
    fn folds_without_pairs_do_not_count() {
        let pairs = [pair(0, true, 0.9), pair(0, false, 0.1), pair(7, true, 0.9), pair(7, false, 0.1)];
        let accuracy = accuracy(&pairs).unwrap();
        assert_eq!((accuracy.mean, accuracy.folds.len()), (1.0, 2));
        assert_eq!(super::accuracy(&pairs[..2]), None);
    }
}
