//! Identification among distractors, as MegaFace does it: of each two photographs of one person one is searched among
//! the other and photographs of other people, the distractors; found means that the other comes first.

use rayon::prelude::*;
use serde::Serialize;

use super::{IdentifiedFace, RANKS, score};
use crate::evaluation::chart::{Axis, Marks, Panel, Series, Unit};
use crate::evaluation::rate_charts;
use crate::recognition::calibration::AgeThresholds;

/// What the search among distractors measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DistractorReport {
    /// Searches: ordered pairs of photographs of one person.
    pub searches: usize,
    /// Photographs of other people that were read.
    pub distractors: usize,
    /// Distractor pictures without a usable face.
    pub without_face: usize,
    /// By the number of distractors: the first 10, 100, … in the order the seed decides, then all.
    pub by_distractors: Vec<AmongDistractors>,
}

/// Shares found among this many distractors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AmongDistractors {
    /// How many.
    pub distractors: usize,
    /// Shares found at rank 1, 5 and 20 by the raw score.
    pub raw: [f64; RANKS.len()],
    /// The same by the score minus the threshold of the pair's age groups; nothing without a calibration.
    pub normalised: Option<[f64; RANKS.len()]>,
}

/// Searches among distractors, whose order decides which ones the smaller numbers mean.
pub fn search(
    faces: &[IdentifiedFace<'_>],
    distractors: &[IdentifiedFace<'_>],
    without_face: usize,
    thresholds: Option<&AgeThresholds>,
) -> DistractorReport {
    let mut sizes: Vec<usize> =
        (1..).map(|power| 10usize.pow(power)).take_while(|size| *size < distractors.len()).collect();
    sizes.push(distractors.len());
    let raw = found(faces, distractors, &sizes, None);
    let normalised = thresholds.map(|table| found(faces, distractors, &sizes, Some(table)));
    let among = |index: usize| AmongDistractors {
        distractors: sizes[index],
        raw: raw.1[index],
        normalised: normalised.as_ref().map(|(_, shares)| shares[index]),
    };
    DistractorReport {
        searches: raw.0,
        distractors: distractors.len(),
        without_face,
        by_distractors: (0..sizes.len()).map(among).collect(),
    }
}

/// How many searches there were, and the shares found for each number of distractors.
fn found(
    faces: &[IdentifiedFace<'_>],
    distractors: &[IdentifiedFace<'_>],
    sizes: &[usize],
    thresholds: Option<&AgeThresholds>,
) -> (usize, Vec<[f64; RANKS.len()]>) {
    let counted: Vec<(usize, Vec<[usize; RANKS.len()]>)> = faces
        .par_iter()
        .enumerate()
        .map(|(query, face)| {
            let mates: Vec<f32> = faces
                .iter()
                .enumerate()
                .filter(|(other, mate)| *other != query && mate.identity == face.identity)
                .map(|(_, mate)| score(face, mate, thresholds))
                .collect();
            let others: Vec<f32> = distractors.iter().map(|other| score(face, other, thresholds)).collect();
            let hits = sizes.iter().map(|size| hits(&mates, &others[..*size])).collect();
            (mates.len(), hits)
        })
        .collect();
    let searches = counted.iter().map(|(mates, _)| mates).sum::<usize>();
    let share = |size: usize, rank: usize| {
        counted.iter().map(|(_, hits)| hits[size][rank]).sum::<usize>() as f64 / searches.max(1) as f64
    };
    (searches, (0..sizes.len()).map(|size| std::array::from_fn(|rank| share(size, rank))).collect())
}

/// How many mates come within each rank.
fn hits(mates: &[f32], others: &[f32]) -> [usize; RANKS.len()] {
    let before: Vec<usize> = mates.iter().map(|mate| others.iter().filter(|other| *other >= mate).count()).collect();
    RANKS.map(|rank| before.iter().filter(|before| **before < rank).count())
}

impl DistractorReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let mut text =
            format!("{:<34}{:>22}{:>24}\n", "found first among distractors", "raw score", "minus age threshold");
        for among in &self.by_distractors {
            let normalised = among.normalised.map_or_else(|| "–".to_owned(), |shares| percent(shares[0]));
            text.push_str(&format!("  {:<32}{:>22}{normalised:>24}\n", among.distractors, percent(among.raw[0])));
        }
        text.push_str(&format!(
            "{} searches; {} distractor pictures without a face\n",
            self.searches, self.without_face
        ));
        text
    }

    pub(super) fn panel(&self) -> Panel {
        let line = |shares: &dyn Fn(&AmongDistractors) -> Option<f64>| {
            let points = self.by_distractors.iter();
            points.filter_map(|among| Some([among.distractors.max(1) as f64, shares(among)?])).collect::<Vec<_>>()
        };
        let raw = line(&|among| Some(among.raw[0]));
        let normalised = line(&|among| among.normalised.map(|shares| shares[0]));
        let lowest = raw.iter().chain(&normalised).map(|[_, share]| *share).fold(1.0, f64::min);
        let mut series = vec![Series::new(rate_charts::RAW, Marks::Line(raw))];
        if !normalised.is_empty() {
            series.push(Series::new(rate_charts::NORMALISED, Marks::Line(normalised)));
        }
        Panel {
            title: "Found first among distractors".to_owned(),
            x: Axis::logarithmic("Distractors", Unit::Number, [1.0, self.distractors.max(10) as f64]),
            y: Axis::around("Share of searches", Unit::Share, [lowest, 1.0]),
            series,
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognition::Embedding;

    #[test]
    fn a_nearer_distractor_hides_the_mate() {
        let angles: [f32; 2] = [0.0, 20.0];
        let turned = |degrees: f32| Embedding::from_vector(&[degrees.to_radians().cos(), degrees.to_radians().sin()]);
        let own: Vec<Embedding> = angles.map(turned).into();
        // Eleven far ones, and behind the first ten one that lies between the two.
        let others: Vec<Embedding> = (0..11).map(|index| turned(if index == 10 { 5.0 } else { 90.0 })).collect();
        let face = |embedding| IdentifiedFace { identity: "anna", age_years: 30.0, embedding };
        let faces: Vec<_> = own.iter().map(face).collect();
        let distractors: Vec<_> = others.iter().map(face).collect();
        let report = search(&faces, &distractors, 0, None);
        assert_eq!((report.searches, report.by_distractors.len()), (2, 2));
        assert_eq!((report.by_distractors[0].distractors, report.by_distractors[0].raw), (10, [1.0, 1.0, 1.0]));
        assert_eq!(report.by_distractors[1].raw, [0.0, 1.0, 1.0], "both searches meet the one between first");
    }
}
