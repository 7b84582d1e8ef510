//! True accept rates at fixed false match rates, and the curve between them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap::Draws;

/// One pair's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPair {
    /// Which fold it belongs to.
    pub fold: usize,
    /// Whether both pictures show one person.
    pub same: bool,
    /// Cosine of the two embeddings, or that minus the threshold of the pair's ages.
    pub score: f32,
    /// The two persons, numbered from 0; twice the same for one person.
    pub persons: [u32; 2],
}

/// Share of one person's pairs that are accepted where this share of different people is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrueAcceptRate {
    /// True accept rate, 0 to 1.
    pub rate: f64,
    /// 95 % interval, bootstrapped over persons; nothing where the persons are too few.
    pub ci95: Option<[f64; 2]>,
    /// Threshold on the score.
    pub threshold: f32,
    /// Pairs of one person.
    pub genuine_pairs: usize,
    /// Pairs of different people; the false match rate cannot be told finer than one in this many.
    pub impostor_pairs: usize,
    /// Pairs of different people that reach the threshold. A handful of them makes a rough figure.
    pub false_matches: usize,
}

/// Pairs of one person and of different people, each kind with the highest scores first.
#[derive(Debug)]
pub struct Population {
    genuine: Vec<ScoredPair>,
    impostors: Vec<ScoredPair>,
    /// How many pairs there are of each two different persons.
    pairs_of_persons: Vec<([u32; 2], u64)>,
}

impl Population {
    /// Sorts the pairs.
    pub fn new(pairs: impl IntoIterator<Item = ScoredPair>) -> Self {
        let (mut genuine, mut impostors): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| pair.same);
        for scores in [&mut genuine, &mut impostors] {
            scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        let mut counts: BTreeMap<[u32; 2], u64> = BTreeMap::new();
        for pair in &impostors {
            *counts.entry(pair.persons).or_default() += 1;
        }
        Self { genuine, impostors, pairs_of_persons: counts.into_iter().collect() }
    }

    /// The lowest threshold that at most `false_match_rate` of the pairs of different people reach. Nothing where the
    /// rate is finer than the pairs can tell: fewer than one pair would be allowed through.
    pub fn threshold(&self, false_match_rate: f64, draws: Draws<'_>) -> Option<f32> {
        let total: u64 = self.pairs_of_persons.iter().map(|(persons, pairs)| pairs * draws.of_pair(*persons)).sum();
        // The nudge keeps 1e-3 of 1,000 pairs at one pair, whatever the product rounds to.
        let allowed = (false_match_rate * total as f64 + 1e-9).floor() as u64;
        if allowed == 0 {
            return None;
        }
        let mut through = 0;
        for pair in &self.impostors {
            through += draws.of_pair(pair.persons);
            if through > allowed {
                // Just above the highest score that must be refused.
                return Some(pair.score.next_up());
            }
        }
        Some(f32::NEG_INFINITY)
    }

    /// Share of one person's pairs at or above the threshold; nothing where there are none.
    pub fn accepted(&self, threshold: f32, draws: Draws<'_>) -> Option<f64> {
        let (mut accepted, mut all) = (0, 0);
        for pair in &self.genuine {
            let times = draws.of_pair(pair.persons);
            all += times;
            accepted += if pair.score >= threshold { times } else { 0 };
        }
        (all > 0).then(|| accepted as f64 / all as f64)
    }

    /// The rate at a threshold that was chosen on these or on other pairs. Nothing without pairs of one person.
    pub fn rate_at(&self, threshold: f32) -> Option<TrueAcceptRate> {
        Some(TrueAcceptRate {
            rate: self.accepted(threshold, Draws::ONCE)?,
            ci95: None,
            threshold,
            genuine_pairs: self.genuine.len(),
            impostor_pairs: self.impostors.len(),
            false_matches: self.impostors.iter().take_while(|pair| pair.score >= threshold).count(),
        })
    }

    /// Share of one person's pairs at or above [`Self::threshold`].
    pub fn true_accept_rate(&self, false_match_rate: f64) -> Option<TrueAcceptRate> {
        self.rate_at(self.threshold(false_match_rate, Draws::ONCE)?)
    }

    /// Points of the ROC curve: false match rate and true accept rate. Rates finer than the pairs can tell are left
    /// out.
    pub fn roc(&self) -> Vec<[f64; 2]> {
        let rates = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0];
        let told = rates.iter().filter_map(|rate| self.true_accept_rate(*rate).map(|accepted| [*rate, accepted.rate]));
        told.collect()
    }

    /// Pairs of one person.
    pub fn genuine_pairs(&self) -> usize {
        self.genuine.len()
    }

    /// Pairs of different people.
    pub fn impostor_pairs(&self) -> usize {
        self.impostors.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(same: bool, score: f32) -> ScoredPair {
        ScoredPair { fold: 0, same, score, persons: [0, u32::from(!same)] }
    }

    #[test]
    fn the_rate_at_a_false_match_rate_refuses_the_right_impostors() {
        let impostors = (0..100).map(|i| pair(false, i as f32 / 100.0));
        let pairs = impostors.chain((0..10).map(|i| pair(true, 0.9 + i as f32 / 100.0)));
        let rate = Population::new(pairs).true_accept_rate(0.05).unwrap();
        assert_eq!((rate.genuine_pairs, rate.impostor_pairs, rate.false_matches), (10, 100, 5));
        assert!((rate.rate - 0.5).abs() < 1e-9, "{rate:?}");
    }

    #[test]
    fn a_rate_finer_than_the_pairs_is_not_told() {
        let mut pairs: Vec<ScoredPair> = (0..999).map(|_| pair(false, 0.1)).collect();
        pairs.push(pair(true, 0.9));
        let few = Population::new(pairs.clone());
        assert_eq!(few.true_accept_rate(1e-3), None);
        assert_eq!(few.roc()[0][0], 2e-3);
        pairs.push(pair(false, 0.1));
        assert_eq!(Population::new(pairs).true_accept_rate(1e-3).unwrap().rate, 1.0);
    }
}
