//! Scores of one person by the years between the photographs, and of persons photographed before 18.

use super::aged_pairs::GAPS_YEARS;
use super::chart::{Axis, Chart, Marks, Panel, Series, Unit};
use super::identification::IdentifiedFace;
use crate::recognition::Histogram;
use crate::recognition::calibration::{ADULT_YEARS, AgeThresholds, GenuineGap, GenuineTable, GenuineUnder18};

/// Cosines between which the chart draws, every so many.
const CURVE: (i32, i32) = (-20, 100);

/// Counts every pair of photographs of one person, and, with thresholds, how far above those of their ages they score.
pub fn table(name: &str, faces: &[IdentifiedFace<'_>], thresholds: Option<&AgeThresholds>) -> GenuineTable {
    let mut gaps: Vec<GenuineGap> = (0..=GAPS_YEARS.len())
        .map(|index| GenuineGap {
            from_years: index.checked_sub(1).map_or(0.0, |below| GAPS_YEARS[below]),
            to_years: GAPS_YEARS.get(index).copied(),
            scores: Histogram::default(),
            above_threshold: thresholds.map(|_| Histogram::default()),
        })
        .collect();
    let under = |faces_under_18| GenuineUnder18 {
        faces_under_18,
        scores: Histogram::default(),
        above_threshold: Histogram::default(),
    };
    let mut under_18 = if thresholds.is_some() { vec![under(1), under(2)] } else { Vec::new() };
    for (index, face) in faces.iter().enumerate() {
        for other in faces[index + 1..].iter().filter(|other| other.identity == face.identity) {
            let score = face.embedding.cosine(other.embedding);
            let above = thresholds.map(|table| score - table.of(face.age_years, other.age_years));
            let gap_years = (face.age_years - other.age_years).abs();
            let gap = &mut gaps[GAPS_YEARS.iter().filter(|limit| gap_years >= **limit).count()];
            gap.scores.add(score);
            if let (Some(histogram), Some(above)) = (&mut gap.above_threshold, above) {
                histogram.add(above);
            }
            let children = [face, other].into_iter().filter(|face| face.age_years < ADULT_YEARS).count();
            let part = children.checked_sub(1).and_then(|part| under_18.get_mut(part));
            if let (Some(part), Some(above)) = (part, above) {
                part.scores.add(score);
                part.above_threshold.add(above);
            }
        }
    }
    GenuineTable { name: name.to_owned(), gaps, under_18 }
}

/// A table for people.
pub fn text(table: &GenuineTable) -> String {
    let mut text = format!("{}: pairs of one person\n", table.name);
    let gaps = table.gaps.iter().map(|gap| (gap.label(), &gap.scores, gap.refused()));
    let under_18 = table.under_18.iter().map(|part| (part.label().to_owned(), &part.scores, part.refused()));
    for (label, scores, refused) in gaps.chain(under_18) {
        let refused = refused
            .map_or_else(String::new, |share| format!(", {:.1} % below the threshold of their ages", share * 100.0));
        let half = if scores.pairs() == 0 {
            String::new()
        } else {
            format!(", half score below {:.3}", scores.threshold(0.5))
        };
        text.push_str(&format!("{label:<26} {:>6} pairs{half}{refused}\n", scores.pairs()));
    }
    text
}

/// How many pairs of one person score lower than each cosine, by age gap.
pub fn chart(table: &GenuineTable, title: &str, subtitle: &str) -> Chart {
    let curve = |scores: &Histogram| {
        let pairs = scores.pairs().max(1) as f64;
        let below = |hundredth: i32| {
            let cosine = hundredth as f32 / 100.0;
            [f64::from(cosine), 1.0 - scores.at_least(cosine) as f64 / pairs]
        };
        Marks::Line((CURVE.0..=CURVE.1).map(below).collect())
    };
    let held = table.gaps.iter().filter(|gap| gap.scores.pairs() > 0);
    let series =
        held.map(|gap| Series::new(&format!("{} ({} pairs)", gap.label(), gap.scores.pairs()), curve(&gap.scores)));
    Chart {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        panels: vec![Panel {
            title: "Pairs of one person that score lower".to_owned(),
            x: Axis::linear("Cosine", Unit::Number, [f64::from(CURVE.0) / 100.0, f64::from(CURVE.1) / 100.0]),
            y: Axis::linear("Share of pairs", Unit::Share, [0.0, 1.0]),
            series: series.collect(),
        }],
    }
}
