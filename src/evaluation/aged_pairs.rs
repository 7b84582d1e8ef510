//! Pairs with the ages of both faces, scored raw and minus the threshold of the pair's two age groups, side by side:
//! for all pairs, by the years between the faces, and for faces under 18.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bootstrap::{Draws, intervals};
use super::verification::{Population, ScoredPair, TrueAcceptRate};
use crate::recognition::calibration::ADULT_YEARS;

/// Limits between the age gaps, in years.
pub const GAPS_YEARS: [f32; 3] = [5.0, 15.0, 30.0];
/// Where the true accept rate of raw scores is told.
const RAW_POINTS: [(&str, Operating); 2] =
    [("1e-2", Operating::FalseMatchRate(1e-2)), ("1e-3", Operating::FalseMatchRate(1e-3))];
/// The same of scores minus the threshold of their ages: also at that threshold itself.
const NORMALISED_POINTS: [(&str, Operating); 3] =
    [RAW_POINTS[0], RAW_POINTS[1], ("age_threshold", Operating::Score(0.0))];

/// Which scores are accepted.
#[derive(Clone, Copy, Debug)]
enum Operating {
    /// Those above the threshold that at most this share of the different people reach.
    FalseMatchRate(f64),
    /// Those from this one on.
    Score(f32),
}

impl Operating {
    fn threshold(self, all: &Population, draws: Draws<'_>) -> Option<f32> {
        match self {
            Self::FalseMatchRate(rate) => all.threshold(rate, draws),
            Self::Score(score) => Some(score),
        }
    }
}

/// One pair with its ages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgedPair {
    /// Whether both pictures show one person, who, the fold, and the raw score.
    pub raw: ScoredPair,
    /// Ages of the two faces in years, stated where known.
    pub ages_years: [f32; 2],
    /// The score minus the threshold of the pair's two age groups; nothing without a calibration.
    pub above_threshold: Option<f32>,
}

impl AgedPair {
    fn gap_years(&self) -> f32 {
        (self.ages_years[0] - self.ages_years[1]).abs()
    }

    fn faces_under_18(&self) -> usize {
        self.ages_years.iter().filter(|years| **years < ADULT_YEARS).count()
    }
}

/// Some of the pairs, such as those ten or more years apart.
#[derive(Clone, Copy, Debug)]
struct Part {
    key: &'static str,
    label: &'static str,
    holds: fn(&AgedPair) -> bool,
}

const PARTS: [Part; 7] = [
    Part { key: "gap_0_5", label: "less than 5 years apart", holds: |pair| pair.gap_years() < GAPS_YEARS[0] },
    Part {
        key: "gap_5_15",
        label: "5 to 15 years apart",
        holds: |pair| (GAPS_YEARS[0]..GAPS_YEARS[1]).contains(&pair.gap_years()),
    },
    Part {
        key: "gap_15_30",
        label: "15 to 30 years apart",
        holds: |pair| (GAPS_YEARS[1]..GAPS_YEARS[2]).contains(&pair.gap_years()),
    },
    Part { key: "gap_30", label: "30 or more years apart", holds: |pair| pair.gap_years() >= GAPS_YEARS[2] },
    Part { key: "gap_10", label: "10 or more years apart", holds: |pair| pair.gap_years() >= 10.0 },
    Part { key: "one_under_18", label: "one face under 18", holds: |pair| pair.faces_under_18() == 1 },
    Part { key: "both_under_18", label: "both faces under 18", holds: |pair| pair.faces_under_18() == 2 },
];

/// True accept rates of one way to score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rates {
    /// True accept rates, 0 to 1, by false match rate, `1e-2` and `1e-3`; nothing where the pairs are too few for it.
    /// With the threshold of the ages taken off also at that threshold itself, `age_threshold`.
    pub tar: BTreeMap<&'static str, Option<f64>>,
    /// The same with thresholds and numbers of pairs.
    pub tar_details: BTreeMap<&'static str, Option<TrueAcceptRate>>,
    /// The same for parts of the pairs, at the thresholds of all pairs.
    pub parts: Vec<PartRates>,
    /// False match rate and true accept rate along the curve.
    pub roc: Vec<[f64; 2]>,
}

/// Rates of some of the pairs, at the thresholds of all pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartRates {
    /// Name of the part, such as `gap_5_15` or `one_under_18`.
    pub part: &'static str,
    /// The same in words.
    pub label: &'static str,
    /// Pairs of one person.
    pub genuine_pairs: usize,
    /// Pairs of different people.
    pub impostor_pairs: usize,
    /// By the false match rate of all pairs; nothing without pairs of one person.
    pub tar: BTreeMap<&'static str, Option<TrueAcceptRate>>,
}

/// Raw and age-normalised rates of the same pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BothRates {
    /// Of the raw scores.
    pub raw: Rates,
    /// Of the scores minus the threshold of the pair's two age groups; nothing without a calibration.
    pub normalised: Option<Rates>,
}

/// The pairs scored with the threshold of their ages taken off; nothing where one has none.
pub fn normalised(pairs: &[AgedPair]) -> Option<Vec<ScoredPair>> {
    pairs.iter().map(|pair| pair.above_threshold.map(|score| ScoredPair { score, ..pair.raw })).collect()
}

/// Measures pairs of `persons` persons. `seed` decides the bootstrap.
pub fn measure(pairs: &[AgedPair], persons: usize, seed: u64) -> BothRates {
    let raw: Vec<ScoredPair> = pairs.iter().map(|pair| pair.raw).collect();
    BothRates {
        raw: rates(pairs, &raw, &RAW_POINTS, persons, seed),
        normalised: normalised(pairs).map(|scored| rates(pairs, &scored, &NORMALISED_POINTS, persons, seed)),
    }
}

fn rates(
    pairs: &[AgedPair],
    scored: &[ScoredPair],
    points: &[(&'static str, Operating)],
    persons: usize,
    seed: u64,
) -> Rates {
    let all = Population::new(scored.iter().copied());
    let parts: Vec<Population> = PARTS
        .iter()
        .map(|part| {
            let held = pairs.iter().zip(scored).filter(|(pair, _)| (part.holds)(pair));
            Population::new(held.map(|(_, scored)| *scored))
        })
        .collect();
    let drawn = intervals(persons, seed, |draws| resampled(&all, &parts, points, draws));
    let mut ci95 = drawn.into_iter();
    let mut told = |rate: Option<TrueAcceptRate>| {
        let interval = ci95.next().flatten();
        rate.map(|rate| TrueAcceptRate { ci95: interval, ..rate })
    };
    let mut tar_details = BTreeMap::new();
    let mut by_part = vec![BTreeMap::new(); parts.len()];
    for (name, point) in points {
        let threshold = point.threshold(&all, Draws::ONCE);
        tar_details.insert(*name, told(threshold.and_then(|threshold| all.rate_at(threshold))));
        for (part, population) in by_part.iter_mut().zip(&parts) {
            part.insert(*name, told(threshold.and_then(|threshold| population.rate_at(threshold))));
        }
    }
    let parts = PARTS.iter().zip(&parts).zip(by_part).map(|((part, population), tar)| PartRates {
        part: part.key,
        label: part.label,
        genuine_pairs: population.genuine_pairs(),
        impostor_pairs: population.impostor_pairs(),
        tar,
    });
    Rates {
        tar: tar_details.iter().map(|(name, rate)| (*name, rate.as_ref().map(|rate| rate.rate))).collect(),
        tar_details,
        parts: parts.collect(),
        roc: all.roc(),
    }
}

/// All true accept rates of one resampling: at each point that of all pairs, then those of the parts.
fn resampled(
    all: &Population,
    parts: &[Population],
    points: &[(&'static str, Operating)],
    draws: Draws<'_>,
) -> Vec<Option<f64>> {
    let mut figures = Vec::new();
    for (_, point) in points {
        let threshold = point.threshold(all, draws);
        let populations = std::iter::once(all).chain(parts);
        figures.extend(populations.map(|pairs| threshold.and_then(|threshold| pairs.accepted(threshold, draws))));
    }
    figures
}

impl BothRates {
    /// A table for people: a line for each false match rate and each part of the pairs, raw and normalised.
    pub fn text(&self) -> String {
        let mut text = format!("{:<34}{:>22}{:>24}\n", "", "raw score", "minus age threshold");
        for (name, point) in NORMALISED_POINTS {
            let label = match point {
                Operating::FalseMatchRate(_) => format!("TAR at FMR {name}"),
                Operating::Score(_) if self.normalised.is_none() => continue,
                Operating::Score(_) => "accepted by the age threshold".to_owned(),
            };
            text.push_str(&self.line(&label, |rates| rates.tar_details.get(name).and_then(Option::as_ref)));
            for (index, part) in self.raw.parts.iter().enumerate().filter(|(_, part)| part.genuine_pairs > 0) {
                let label = format!("  {}", part.label);
                text.push_str(&self.line(&label, |rates| rates.parts[index].tar.get(name).and_then(Option::as_ref)));
            }
        }
        text
    }

    fn line(&self, label: &str, pick: impl Fn(&Rates) -> Option<&TrueAcceptRate>) -> String {
        line(label, pick(&self.raw), self.normalised.as_ref().and_then(pick))
    }
}

/// Both rates and the pairs behind them: `genuine + different people`, and how many of the latter were accepted.
fn line(label: &str, raw: Option<&TrueAcceptRate>, normalised: Option<&TrueAcceptRate>) -> String {
    let told =
        |rate: Option<&TrueAcceptRate>| rate.map_or_else(|| "–".to_owned(), |rate| percent_with(rate.rate, rate.ci95));
    let counts: Vec<String> =
        [raw, normalised].into_iter().flatten().map(|rate| rate.false_matches.to_string()).collect();
    let pairs = raw.or(normalised).map_or_else(
        || "too few pairs".to_owned(),
        |rate| format!("{} + {} pairs, {} false", rate.genuine_pairs, rate.impostor_pairs, counts.join(" and ")),
    );
    format!("{label:<34}{:>22}{:>24}   {pairs}\n", told(raw), told(normalised))
}

/// A share in per cent with its interval, such as `58.6 % (51.0–66.2)`.
pub fn percent_with(share: f64, ci95: Option<[f64; 2]>) -> String {
    match ci95 {
        Some([low, high]) => format!("{:.1} % ({:.1}–{:.1})", share * 100.0, low * 100.0, high * 100.0),
        None => format!("{:.1} %", share * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 persons of 6 pictures aged 5, 15, … 55. Children of different persons score higher than adults do, and so
    /// does their threshold.
    fn pairs() -> Vec<AgedPair> {
        let faces: Vec<(u32, f32)> =
            (0..20).flat_map(|person| (0..6).map(move |step| (person, 5.0 + 10.0 * step as f32))).collect();
        let mut pairs = Vec::new();
        for (index, (a, age_a)) in faces.iter().enumerate() {
            for (b, age_b) in &faces[index + 1..] {
                let children = [age_a, age_b].into_iter().filter(|age| **age < 18.0).count() as f32;
                let noise = ((a * 31 + b * 17 + (*age_a as u32) * 7 + *age_b as u32) % 40) as f32 / 100.0;
                let score = if a == b { 0.3 } else { 0.0 } + 0.2 * children + noise;
                let raw = ScoredPair { fold: 0, same: a == b, score, persons: [*a, *b] };
                pairs.push(AgedPair {
                    raw,
                    ages_years: [*age_a, *age_b],
                    above_threshold: Some(score - 0.2 * children),
                });
            }
        }
        pairs
    }

    #[test]
    fn taking_the_threshold_of_the_ages_off_finds_more_pairs() {
        let both = measure(&pairs(), 20, 1);
        let (raw, normalised) = (both.raw, both.normalised.unwrap());
        let (raw_tar, normalised_tar) = (raw.tar["1e-2"].unwrap(), normalised.tar["1e-2"].unwrap());
        assert!(normalised_tar > raw_tar + 0.05, "{raw_tar} and {normalised_tar}");
        let far = |rates: &Rates| rates.parts.iter().find(|part| part.part == "gap_10").unwrap().clone();
        assert_eq!((far(&raw).genuine_pairs, far(&raw).impostor_pairs), (300, 5700));
        let [low, high] = raw.tar_details["1e-2"].as_ref().unwrap().ci95.unwrap();
        assert!(low <= raw_tar && raw_tar <= high && low < high);
    }

    #[test]
    fn the_parts_hold_every_pair_once_by_gap() {
        let pairs = pairs();
        for pair in &pairs {
            assert_eq!(PARTS[..4].iter().filter(|part| (part.holds)(pair)).count(), 1);
        }
        let under = |pair: &&AgedPair| pair.ages_years.iter().any(|age| *age < 18.0);
        let counted = pairs.iter().filter(|pair| PARTS[5..].iter().any(|part| (part.holds)(pair))).count();
        assert_eq!(counted, pairs.iter().filter(under).count());
    }
}
