//! Leave-one-out identification: each photograph searched among all others (FG-NET's protocol), by the raw score and
//! by the score minus the threshold of the pair's two age groups; true accept rates over all pairs; distractors.

mod distractors;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

pub use distractors::{AmongDistractors, DistractorReport, search as search_among_distractors};

use super::aged_pairs::{AgedPair, BothRates, measure, percent_with};
use super::bootstrap::{Draws, intervals};
use super::chart::{Axis, Chart, Marks, Panel, Point, Series, Unit};
use super::rate_charts;
use super::verification::ScoredPair;
use crate::recognition::Embedding;
use crate::recognition::calibration::AgeThresholds;

/// Ranks that are told.
pub const RANKS: [usize; 3] = [1, 5, 20];
/// More photographs than these make too many pairs to hold; the rates over all pairs are then left out.
const MAX_PAIRED_FACES: usize = 4000;

/// One labelled photograph.
#[derive(Clone, Copy, Debug)]
pub struct IdentifiedFace<'a> {
    /// Who it shows.
    pub identity: &'a str,
    /// Age in years, stated where known.
    pub age_years: f32,
    /// Identity as the network reads it.
    pub embedding: &'a Embedding,
}

/// What leave-one-out identification measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentificationReport {
    /// Photographs whose person has another one in the set.
    pub queries: usize,
    /// Persons among them.
    pub persons: usize,
    /// By the raw score.
    #[serde(flatten)]
    pub raw: Ranks,
    /// By the score minus the threshold of the pair's two age groups; nothing without a calibration.
    pub normalised: Option<Ranks>,
    /// True accept rates over all pairs; nothing for sets of more than 4,000 photographs.
    pub verification: Option<BothRates>,
    /// The search among photographs of other people; nothing where none were given.
    pub distractors: Option<DistractorReport>,
}

/// Shares of queries found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ranks {
    /// Share of queries whose nearest other photograph shows the same person.
    pub rank1: f64,
    /// The same among the nearest five.
    pub rank5: f64,
    /// The same among the nearest twenty.
    pub rank20: f64,
    /// 95 % interval of rank-1, bootstrapped over persons.
    pub ci95: Option<[f64; 2]>,
}

/// Searches each photograph among all others. `seed` decides the bootstrap.
pub fn report(faces: &[IdentifiedFace<'_>], thresholds: Option<&AgeThresholds>, seed: u64) -> IdentificationReport {
    let (persons, count) = numbered(faces);
    let mut report = IdentificationReport {
        queries: 0,
        persons: 0,
        raw: ranks(faces, &persons, count, None, seed),
        normalised: thresholds.map(|thresholds| ranks(faces, &persons, count, Some(thresholds), seed)),
        verification: None,
        distractors: None,
    };
    let mut pictures = vec![0; count];
    for person in &persons {
        pictures[*person as usize] += 1;
    }
    report.queries = pictures.iter().filter(|pictures| **pictures > 1).sum();
    report.persons = pictures.iter().filter(|pictures| **pictures > 1).count();
    if faces.len() <= MAX_PAIRED_FACES {
        report.verification = Some(measure(&all_pairs(faces, &persons, thresholds), count, seed));
    }
    report
}

/// The person of each face, numbered from 0, and how many there are.
fn numbered(faces: &[IdentifiedFace<'_>]) -> (Vec<u32>, usize) {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let persons = faces
        .iter()
        .map(|face| {
            let next = numbers.len() as u32;
            *numbers.entry(face.identity).or_insert(next)
        })
        .collect();
    (persons, numbers.len())
}

fn score(a: &IdentifiedFace<'_>, b: &IdentifiedFace<'_>, thresholds: Option<&AgeThresholds>) -> f32 {
    a.embedding.cosine(b.embedding) - thresholds.map_or(0.0, |table| table.of(a.age_years, b.age_years))
}

fn ranks(
    faces: &[IdentifiedFace<'_>],
    persons: &[u32],
    count: usize,
    thresholds: Option<&AgeThresholds>,
    seed: u64,
) -> Ranks {
    // Of each query the person, and how many photographs of others come before the first one of the same person.
    let places: Vec<(u32, usize)> = (0..faces.len())
        .into_par_iter()
        .filter_map(|query| {
            let others = (0..faces.len()).filter(|other| *other != query);
            let scored: Vec<(f32, bool)> = others
                .map(|other| (score(&faces[query], &faces[other], thresholds), persons[other] == persons[query]))
                .collect();
            let best = scored.iter().filter(|(_, same)| *same).map(|(score, _)| *score).max_by(f32::total_cmp)?;
            Some((persons[query], scored.iter().filter(|(score, same)| !same && *score >= best).count()))
        })
        .collect();
    let share = |rank: usize, draws: Draws<'_>| {
        let hits: u64 = places.iter().filter(|(_, before)| *before < rank).map(|(person, _)| draws.of(*person)).sum();
        let queries: u64 = places.iter().map(|(person, _)| draws.of(*person)).sum();
        (queries > 0).then(|| hits as f64 / queries as f64)
    };
    let [rank1, rank5, rank20] = RANKS.map(|rank| share(rank, Draws::ONCE).unwrap_or(0.0));
    let ci95 = intervals(count, seed, |draws| vec![share(1, draws)]).swap_remove(0);
    Ranks { rank1, rank5, rank20, ci95 }
}

/// Every two photographs.
fn all_pairs(faces: &[IdentifiedFace<'_>], persons: &[u32], thresholds: Option<&AgeThresholds>) -> Vec<AgedPair> {
    let pair = |a: usize, b: usize| {
        let score = faces[a].embedding.cosine(faces[b].embedding);
        let ages_years = [faces[a].age_years, faces[b].age_years];
        let (one, other) = (persons[a].min(persons[b]), persons[a].max(persons[b]));
        AgedPair {
            raw: ScoredPair { fold: 0, same: one == other, score, persons: [one, other] },
            ages_years,
            above_threshold: thresholds.map(|table| score - table.of(ages_years[0], ages_years[1])),
        }
    };
    (0..faces.len()).into_par_iter().flat_map_iter(|a| (a + 1..faces.len()).map(move |b| pair(a, b))).collect()
}

impl Ranks {
    /// The shares at [`RANKS`], each with its interval where there is one.
    fn shares(&self) -> [(f64, Option<[f64; 2]>); RANKS.len()] {
        [(self.rank1, self.ci95), (self.rank5, None), (self.rank20, None)]
    }

    fn told(&self, index: usize) -> String {
        let (share, interval) = self.shares()[index];
        percent_with(share, interval)
    }
}

impl IdentificationReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text = format!("{:<34}{:>22}{:>24}\n", "", "raw score", "minus age threshold");
        for (index, rank) in RANKS.into_iter().enumerate() {
            let told = |ranks: &Ranks| ranks.told(index);
            let label = format!("rank-{rank}");
            let normalised = self.normalised.as_ref().map_or_else(|| "–".to_owned(), told);
            text.push_str(&format!("{label:<34}{:>22}{normalised:>24}\n", told(&self.raw)));
        }
        text.push_str(&format!("{:<34}{} photographs of {} persons\n", "queries", self.queries, self.persons));
        if let Some(verification) = &self.verification {
            text.push_str(&format!("\n{}", verification.text()));
        }
        if let Some(distractors) = &self.distractors {
            text.push_str(&format!("\n{}", distractors.text()));
        }
        text
    }

    /// Ranks or, with distractors, rank-1 by their number; and the rates of all pairs by age gap.
    pub fn chart(&self, title: &str, subtitle: &str) -> Chart {
        let mut panels = match &self.distractors {
            Some(distractors) => vec![distractors.panel()],
            None => vec![self.ranks_panel()],
        };
        panels.extend(self.verification.as_ref().map(|verification| rate_charts::parts(verification, "1e-3")));
        let subtitle = format!("{} photographs of {} persons. {subtitle}", self.queries, self.persons);
        Chart { title: title.to_owned(), subtitle, panels }
    }

    fn ranks_panel(&self) -> Panel {
        let points = |ranks: &Ranks| {
            let points = ranks.shares().into_iter().enumerate();
            points.map(|(index, (share, interval))| Point::new(index as f64, share).with_interval(interval)).collect()
        };
        let ways = std::iter::once((rate_charts::RAW, &self.raw))
            .chain(self.normalised.iter().map(|ranks| (rate_charts::NORMALISED, ranks)));
        let lowest = [Some(&self.raw), self.normalised.as_ref()].into_iter().flatten();
        let lowest = lowest.map(|ranks| ranks.ci95.map_or(ranks.rank1, |[low, _]| low)).fold(1.0, f64::min);
        Panel {
            title: "Photographs found".to_owned(),
            x: Axis::categories("Among the nearest", RANKS.map(|rank| rank.to_string())),
            y: Axis::around("Share of queries", Unit::Share, [lowest, 1.0]),
            series: ways.map(|(name, ranks)| Series::new(name, Marks::Points(points(ranks)))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedding(angle_degrees: f32) -> Embedding {
        let angle = angle_degrees.to_radians();
        Embedding::from_vector(&[angle.cos(), angle.sin()])
    }

    #[test]
    fn each_photograph_is_searched_among_all_others() {
        // Anna's third photograph lies nearer to Bob's than to her own.
        let angles = [("anna", 0.0), ("anna", 2.0), ("anna", 41.0), ("bob", 45.0), ("bob", 48.0), ("cid", 90.0)];
        let embeddings: Vec<Embedding> = angles.iter().map(|(_, angle)| embedding(*angle)).collect();
        let faces: Vec<IdentifiedFace<'_>> = angles
            .iter()
            .zip(&embeddings)
            .map(|((identity, _), embedding)| IdentifiedFace { identity, age_years: 30.0, embedding })
            .collect();
        let report = report(&faces, None, 1);
        assert_eq!((report.queries, report.persons), (5, 2));
        assert_eq!((report.raw.rank1, report.raw.rank5), (0.8, 1.0));
        assert_eq!(report.normalised, None);
        let verification = report.verification.unwrap();
        assert_eq!(verification.raw.parts[0].genuine_pairs, 4);
    }
}
