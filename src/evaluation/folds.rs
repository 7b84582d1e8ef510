//! Accuracy over folds, each judged with the threshold that is best on the others (ARCHITECTURE D).

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap::{Draws, intervals};
use super::verification::ScoredPair;

/// Squared distances tried as thresholds: 0.00, 0.01, …, 3.99.
const THRESHOLDS: usize = 400;

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

/// Accuracy of each fold at the threshold that is best on the other folds; a pair counts as one person where its
/// squared distance `2 - 2·score` is below the threshold; of equally good thresholds the first counts. Nothing where
/// fewer than two folds hold pairs: no threshold can then be chosen without looking at the pairs it is judged on.
pub fn accuracy(pairs: &[ScoredPair]) -> Option<FoldAccuracy> {
    Prepared::new(pairs).accuracy(Draws::ONCE)
}

/// The 95 % interval of the mean accuracy, bootstrapped over `persons`.
pub fn accuracy_interval(pairs: &[ScoredPair], persons: usize, seed: u64) -> Option<[f64; 2]> {
    let prepared = Prepared::new(pairs);
    intervals(persons, seed, |draws| vec![prepared.accuracy(draws).map(|accuracy| accuracy.mean)]).swap_remove(0)
}

/// Pairs by fold, each with the first threshold that judges it to be one person.
struct Prepared<'a> {
    folds: BTreeMap<usize, Vec<(&'a ScoredPair, usize)>>,
}

impl<'a> Prepared<'a> {
    fn new(pairs: &'a [ScoredPair]) -> Self {
        let mut folds: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for pair in pairs {
            let squared_distance = 2.0 - 2.0 * f64::from(pair.score);
            let reached = |index: &usize| squared_distance < *index as f64 / 100.0;
            // The search starts a step early: the quotient may be rounded up.
            let near = ((squared_distance * 100.0).floor() as usize).saturating_sub(1);
            let first = (near..THRESHOLDS).find(reached).unwrap_or(THRESHOLDS);
            folds.entry(pair.fold).or_default().push((pair, first));
        }
        Self { folds }
    }

    fn accuracy(&self, draws: Draws<'_>) -> Option<FoldAccuracy> {
        let tallies = self.folds.values().map(|pairs| FoldTally::new(pairs, draws));
        let tallies: Vec<FoldTally> = tallies.filter(|tally| tally.pairs > 0).collect();
        if tallies.len() < 2 {
            return None;
        }
        let folds: Vec<FoldResult> = (0..tallies.len()).map(|fold| judge(&tallies, fold)).collect();
        let count = folds.len() as f64;
        let mean = folds.iter().map(|fold| fold.accuracy).sum::<f64>() / count;
        let variance = folds.iter().map(|fold| (fold.accuracy - mean).powi(2)).sum::<f64>() / count;
        Some(FoldAccuracy { mean, std: variance.sqrt(), folds })
    }
}

/// How many of a fold's pairs each threshold judges right.
struct FoldTally {
    right: Vec<u64>,
    pairs: u64,
}

impl FoldTally {
    fn new(pairs: &[(&ScoredPair, usize)], draws: Draws<'_>) -> Self {
        let (mut gained, mut lost) = (vec![0; THRESHOLDS + 1], vec![0; THRESHOLDS + 1]);
        let (mut different, mut total) = (0, 0);
        for (pair, first) in pairs {
            let times = draws.of_pair(pair.persons);
            total += times;
            if pair.same {
                gained[*first] += times;
            } else {
                different += times;
                lost[*first] += times;
            }
        }
        // Below every distance all pairs of different people are judged right and no pair of one person is.
        let mut standing = different;
        let right = (0..THRESHOLDS)
            .map(|index| {
                standing = standing + gained[index] - lost[index];
                standing
            })
            .collect();
        Self { right, pairs: total }
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
    FoldResult {
        accuracy: own.right[best] as f64 / own.pairs as f64,
        threshold_index: best,
        pairs: usize::try_from(own.pairs).unwrap_or(usize::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(fold: usize, same: bool, score: f32) -> ScoredPair {
        ScoredPair { fold, same, score, persons: [0, u32::from(!same)] }
    }

    #[test]
    fn separable_scores_are_all_right() {
        let pairs: Vec<ScoredPair> =
            (0..20).map(|i| pair(i / 4, i % 2 == 0, if i % 2 == 0 { 0.8 } else { 0.1 })).collect();
        let accuracy = accuracy(&pairs).unwrap();
        assert_eq!((accuracy.mean, accuracy.std, accuracy.folds.len()), (1.0, 0.0, 5));
    }

    #[test]
    fn folds_without_pairs_do_not_count() {
        let pairs = [pair(0, true, 0.9), pair(0, false, 0.1), pair(7, true, 0.9), pair(7, false, 0.1)];
        let accuracy = accuracy(&pairs).unwrap();
        assert_eq!((accuracy.mean, accuracy.folds.len()), (1.0, 2));
        assert_eq!(super::accuracy(&pairs[..2]), None);
    }

    #[test]
    fn the_interval_holds_the_mean() {
        let pairs: Vec<ScoredPair> = (0..200)
            .map(|i| ScoredPair {
                fold: i / 20,
                same: i % 2 == 0,
                score: if i % 2 == 0 { (i % 19) as f32 / 20.0 } else { (i % 7) as f32 / 20.0 },
                persons: [(i / 2) as u32, if i % 2 == 0 { i / 2 } else { (i / 2 + 1) % 100 } as u32],
            })
            .collect();
        let mean = accuracy(&pairs).unwrap().mean;
        let [low, high] = accuracy_interval(&pairs, 100, 5).unwrap();
        assert!(low <= mean && mean <= high && high - low < 0.3, "{low} ≤ {mean} ≤ {high}");
    }
}
