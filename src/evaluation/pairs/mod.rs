//! Verification on a pair list: accuracy over folds and true accept rates, raw and age-normalised side by side.

mod list;
mod persons;

use serde::Serialize;

pub use list::{NamedPictures, Pair, cacd_vs, parse};

use super::aged_pairs::{AgedPair, BothRates, Rates, measure, normalised, percent_with};
use super::chart::Chart;
use super::folds::{FoldResult, accuracy, accuracy_interval};
use super::labels::Labels;
use super::verification::ScoredPair;
use super::{ReadFace, ReadPictures, Skipped, rate_charts};
use crate::recognition::calibration::AgeThresholds;
use persons::Persons;

/// What verification on a pair list measured.
#[derive(Clone, Debug, Serialize)]
pub struct PairsReport {
    /// Pairs that were scored.
    pub pairs: usize,
    /// Persons behind them, who are drawn for the intervals.
    pub persons: usize,
    /// Pairs whose ages are both stated, by the list, the labels or the pictures' names; estimated otherwise.
    pub pairs_with_stated_ages: usize,
    /// Figures of the raw scores.
    #[serde(flatten)]
    pub raw: PairFigures,
    /// Figures of the scores minus the threshold of the pair's two age groups; nothing without a calibration.
    pub normalised: Option<PairFigures>,
    /// Pictures that could not be used; their pairs are left out.
    pub skipped: Vec<Skipped>,
    /// Pairs left out because a picture could not be used.
    pub pairs_left_out: usize,
}

/// Figures of one way to score.
#[derive(Clone, Debug, Serialize)]
pub struct PairFigures {
    /// Folds that hold pairs.
    pub folds: usize,
    /// Mean accuracy over the folds, 0 to 1; nothing where fewer than two folds hold pairs.
    pub accuracy: Option<f64>,
    /// Its standard deviation over the folds.
    pub accuracy_std: Option<f64>,
    /// Its 95 % interval, bootstrapped over persons.
    pub accuracy_ci95: Option<[f64; 2]>,
    /// Each fold's own figures.
    pub by_fold: Vec<FoldResult>,
    /// True accept rates.
    #[serde(flatten)]
    pub rates: Rates,
}

/// A pair list whose pictures were looked for in a set: each pair with the two it means, or nothing.
pub type ResolvedPairs = [(Pair, Option<[String; 2]>)];

/// Scores the pairs whose pictures were read. `seed` decides the bootstrap.
pub fn report(
    pairs: &ResolvedPairs,
    read: &ReadPictures,
    labels: &Labels,
    thresholds: Option<&AgeThresholds>,
    seed: u64,
) -> PairsReport {
    let mut skipped = read.skipped.clone();
    for (pair, _) in pairs.iter().filter(|(_, files)| files.is_none()) {
        let file = pair.pictures.join(" and ");
        skipped.push(Skipped { file, reason: "Not among the pictures of the set.".to_owned() });
    }
    let usable = pairs.iter().filter_map(|(pair, files)| {
        let [a, b] = files.as_ref()?;
        Some((pair, [a.as_str(), b.as_str()], [read.faces.get(a)?, read.faces.get(b)?]))
    });
    let usable: Vec<(&Pair, [&str; 2], [&ReadFace; 2])> = usable.collect();
    let (numbers, persons) = persons_of(&usable, labels);
    let mut pairs_with_stated_ages = 0;
    let scored: Vec<AgedPair> = usable
        .iter()
        .zip(numbers)
        .map(|((pair, files, faces), persons)| {
            let stated = [0, 1].map(|side| pair.ages_years[side].or_else(|| labels.known(files[side]).age_years));
            pairs_with_stated_ages += usize::from(stated.iter().all(Option::is_some));
            let ages_years = [0, 1].map(|side| stated[side].unwrap_or(faces[side].age.years));
            let score = faces[0].embedding.cosine(&faces[1].embedding);
            let raw = ScoredPair { fold: pair.fold, same: pair.same, score, persons };
            let above_threshold = thresholds.map(|table| score - table.of(ages_years[0], ages_years[1]));
            AgedPair { raw, ages_years, above_threshold }
        })
        .collect();
    let BothRates { raw, normalised: normalised_rates } = measure(&scored, persons, seed);
    let raw_scores: Vec<ScoredPair> = scored.iter().map(|pair| pair.raw).collect();
    PairsReport {
        pairs: scored.len(),
        persons,
        pairs_with_stated_ages,
        raw: figures(&raw_scores, raw, persons, seed),
        normalised: normalised(&scored)
            .zip(normalised_rates)
            .map(|(scores, rates)| figures(&scores, rates, persons, seed)),
        pairs_left_out: pairs.len() - scored.len(),
        skipped,
    }
}

/// The two persons of each pair, numbered, and how many persons there are.
fn persons_of(usable: &[(&Pair, [&str; 2], [&ReadFace; 2])], labels: &Labels) -> (Vec<[u32; 2]>, usize) {
    let pictures: Vec<&str> = usable.iter().flat_map(|(_, files, _)| *files).collect();
    let named: Vec<Option<String>> = pictures
        .iter()
        // A picture's name may be that of a person too: the mark keeps the two apart.
        .map(|picture| labels.known(picture).identity.map(|identity| format!("person {identity}")))
        .collect();
    let mut persons = Persons::default();
    for (picture, identity) in pictures.iter().zip(&named) {
        if let Some(identity) = identity {
            persons.join(picture, identity);
        }
    }
    for (pair, [a, b], _) in usable {
        if pair.same {
            persons.join(a, b);
        }
    }
    let (numbers, count) = persons.numbered(&pictures);
    (numbers.chunks(2).map(|two| [two[0], two[1]]).collect(), count)
}

fn figures(scores: &[ScoredPair], rates: Rates, persons: usize, seed: u64) -> PairFigures {
    let accuracy = accuracy(scores);
    PairFigures {
        folds: accuracy.as_ref().map_or(0, |accuracy| accuracy.folds.len()),
        accuracy: accuracy.as_ref().map(|accuracy| accuracy.mean),
        accuracy_std: accuracy.as_ref().map(|accuracy| accuracy.std),
        accuracy_ci95: accuracy_interval(scores, persons, seed),
        by_fold: accuracy.map(|accuracy| accuracy.folds).unwrap_or_default(),
        rates,
    }
}

impl PairsReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text = format!("{:<34}{}\n", "accuracy, raw score", self.raw.accuracy_text(self.pairs));
        if let Some(normalised) = &self.normalised {
            let accuracy = normalised.accuracy_text(self.pairs);
            text.push_str(&format!("{:<34}{accuracy}\n", "accuracy, minus age threshold"));
        }
        text.push_str(&self.both().text());
        let (pairs, stated) = (self.pairs, self.pairs_with_stated_ages);
        text.push_str(&format!(
            "{:<34}stated for {stated} of {pairs} pairs, estimated for the others\n{:<34}{} persons, 1,000 resamplings\n",
            "ages", "intervals (95 %)", self.persons
        ));
        text.push_str(&format!("{:<34}{} pairs, {} pictures", "left out", self.pairs_left_out, self.skipped.len()));
        for skipped in self.skipped.iter().take(10) {
            text.push_str(&format!("\n  {}: {}", skipped.file, skipped.reason));
        }
        text
    }

    /// The ROC curves and the rates by age gap.
    pub fn chart(&self, title: &str, subtitle: &str) -> Chart {
        let both = self.both();
        let panels = vec![rate_charts::roc(&both), rate_charts::parts(&both, "1e-3")];
        Chart {
            title: title.to_owned(),
            subtitle: format!("{} pairs of {} persons. {subtitle}", self.pairs, self.persons),
            panels,
        }
    }

    fn both(&self) -> BothRates {
        let normalised = self.normalised.as_ref().map(|figures| figures.rates.clone());
        BothRates { raw: self.raw.rates.clone(), normalised }
    }
}

impl PairFigures {
    fn accuracy_text(&self, pairs: usize) -> String {
        match (self.accuracy, self.accuracy_std) {
            (Some(mean), Some(std)) => {
                let interval = percent_with(mean, self.accuracy_ci95);
                let (mean, std) = (mean * 100.0, std * 100.0);
                let interval = interval.split_once(' ').map_or("", |(_, rest)| rest);
                format!("{mean:.2} {interval} ± {std:.2} over {} folds, {pairs} pairs", self.folds)
            }
            _ => format!("not told: {pairs} pairs do not fill two folds"),
        }
    }
}
