//! Leave-one-out identification: each photograph searched among all others (FG-NET's protocol).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::FaceReading;

/// Resamplings for the confidence interval.
const RESAMPLINGS: u64 = 1000;

/// What leave-one-out identification measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentificationReport {
    /// Share of queries whose nearest other photograph shows the same person.
    pub rank1: f64,
    /// The same among the nearest five.
    pub rank5: f64,
    /// Photographs whose person has another one in the set.
    pub queries: usize,
    /// 95 % interval of rank-1, bootstrapped over persons.
    pub ci95: [f64; 2],
}

/// Searches each photograph among all others. `seed` decides the bootstrap.
pub fn report(faces: &[(&str, &FaceReading)], seed: u64) -> IdentificationReport {
    // Hits at rank 1, at rank 5 and queries, by person.
    let mut persons: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (index, (identity, face)) in faces.iter().enumerate() {
        let others = faces.iter().enumerate().filter(|(other, _)| *other != index);
        let mut ranked: Vec<(f32, bool)> = others
            .map(|(_, (other, reading))| (face.embedding.cosine(&reading.embedding), other == identity))
            .collect();
        if ranked.iter().any(|(_, same)| *same) {
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
            let hit = |rank: usize| usize::from(ranked.iter().take(rank).any(|(_, same)| *same));
            let counts = persons.entry(identity).or_default();
            *counts = [counts[0] + hit(1), counts[1] + hit(5), counts[2] + 1];
        }
    }
    let counts: Vec<[usize; 3]> = persons.into_values().collect();
    let total = |column: usize| counts.iter().map(|count| count[column]).sum::<usize>();
    let queries = total(2);
    let share = |hits: usize| hits as f64 / queries.max(1) as f64;
    IdentificationReport { rank1: share(total(0)), rank5: share(total(1)), queries, ci95: interval(&counts, seed) }
}

/// Persons drawn with replacement: the middle 95 % of the rank-1 shares.
fn interval(counts: &[[usize; 3]], seed: u64) -> [f64; 2] {
    if counts.is_empty() {
        return [0.0, 0.0];
    }
    let mut state = seed;
    let mut shares: Vec<f64> = (0..RESAMPLINGS)
        .map(|_| {
            let (mut hits, mut queries) = (0, 0);
            for _ in 0..counts.len() {
                let drawn = counts[(split_mix(&mut state) % counts.len() as u64) as usize];
                hits += drawn[0];
                queries += drawn[2];
            }
            hits as f64 / queries.max(1) as f64
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    let at = |share: f64| shares[((shares.len() - 1) as f64 * share).round() as usize];
    [at(0.025), at(0.975)]
}

/// SplitMix64: a small generator is enough to draw persons.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl IdentificationReport {
    /// A table for people.
    pub fn text(&self) -> String {
        format!(
            "rank-1   {:.2} % (95 %: {:.2} to {:.2})\nrank-5   {:.2} %\nqueries  {}",
            self.rank1 * 100.0,
            self.ci95[0] * 100.0,
            self.ci95[1] * 100.0,
            self.rank5 * 100.0,
            self.queries
        )
    }
}
