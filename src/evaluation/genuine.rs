//! Scores of one person by the years between the photographs.

use crate::engine::FaceReading;
use crate::recognition::Histogram;
use crate::recognition::calibration::{GenuineGap, GenuineTable};

/// Limits between the age gaps, in years.
const GAPS_YEARS: [f32; 3] = [5.0, 15.0, 30.0];

/// Counts every pair of photographs of one person.
pub fn table(name: &str, faces: &[(&str, f32, &FaceReading)]) -> GenuineTable {
    let mut gaps: Vec<GenuineGap> = (0..=GAPS_YEARS.len())
        .map(|index| GenuineGap {
            from_years: index.checked_sub(1).map_or(0.0, |below| GAPS_YEARS[below]),
            to_years: GAPS_YEARS.get(index).copied(),
            scores: Histogram::default(),
        })
        .collect();
    for (index, (identity, age, face)) in faces.iter().enumerate() {
        for (other_identity, other_age, other) in &faces[index + 1..] {
            if identity == other_identity {
                let gap_years = (age - other_age).abs();
                let gap = GAPS_YEARS.iter().filter(|limit| gap_years >= **limit).count();
                gaps[gap].scores.add(face.embedding.cosine(&other.embedding));
            }
        }
    }
    GenuineTable { name: name.to_owned(), gaps }
}

/// A table for people.
pub fn text(table: &GenuineTable) -> String {
    let mut text = format!("{}: pairs of one person\n", table.name);
    for gap in &table.gaps {
        let pairs = gap.scores.pairs();
        text.push_str(&format!(
            "{:<26} {pairs:>6} pairs, half score below {:.3}\n",
            gap.label(),
            gap.scores.threshold(0.5)
        ));
    }
    text
}
