//! Scores of different people by the age groups of the pair (DESIGN §6).

use rayon::prelude::*;

use super::ReadFace;
use super::chart::{Axis, Chart, Marks, Panel, Point, Series, Unit};
use crate::model::AgeGroup;
use crate::recognition::Histogram;
use crate::recognition::calibration::{ImpostorCell, ImpostorTable};

/// Counts every pair of faces. Each picture stands for a person of its own, unless identities say otherwise.
pub fn table(
    name: &str,
    alignment: &str,
    faces: &[(f32, Option<&str>, &ReadFace)],
    without_face: usize,
) -> ImpostorTable {
    let count = AgeGroup::ALL.len();
    let cell_of = |a: AgeGroup, b: AgeGroup| a.min(b).index() * count + a.max(b).index();
    let histograms = (0..faces.len())
        .into_par_iter()
        .fold(
            || vec![Histogram::default(); count * count],
            |mut cells, index| {
                let (age, identity, face) = faces[index];
                for (other_age, other_identity, other) in &faces[index + 1..] {
                    if identity.is_none() || identity != *other_identity {
                        let cell = cell_of(AgeGroup::of_years(age), AgeGroup::of_years(*other_age));
                        cells[cell].add(face.embedding.cosine(&other.embedding));
                    }
                }
                cells
            },
        )
        .reduce(
            || vec![Histogram::default(); count * count],
            |mut total, cells| {
                total.iter_mut().zip(&cells).for_each(|(total, cell)| total.merge(cell));
                total
            },
        );
    let pairs = AgeGroup::ALL.into_iter().flat_map(|a| AgeGroup::ALL.into_iter().map(move |b| (a, b)));
    let cells = pairs
        .filter(|(younger, older)| younger <= older)
        .map(|(younger, older)| ImpostorCell { younger, older, scores: histograms[cell_of(younger, older)].clone() })
        .collect();
    ImpostorTable { name: name.to_owned(), faces: faces.len(), without_face, alignment: alignment.to_owned(), cells }
}

/// A table for people: pairs and the threshold for one in a thousand, by age groups.
pub fn text(table: &ImpostorTable) -> String {
    let mut text = format!("{}: {} faces, {} pictures without a face\n", table.name, table.faces, table.without_face);
    text.push_str("ages                 pairs   cosine that 1 in 1,000 reach\n");
    for cell in &table.cells {
        let ages = format!("{} and {}", cell.younger.label(), cell.older.label());
        text.push_str(&format!("{ages:<16} {:>9}   {:.3}\n", cell.scores.pairs(), cell.scores.threshold(1e-3)));
    }
    text
}

/// The threshold of each pair of age groups, a column for the younger one.
pub fn chart(table: &ImpostorTable, title: &str, subtitle: &str) -> Chart {
    let series = AgeGroup::ALL.into_iter().map(|older| {
        let held = table.cells.iter().filter(|cell| cell.older == older && cell.scores.pairs() > 0);
        let points = held.map(|cell| Point::new(cell.younger.index() as f64, f64::from(cell.scores.threshold(1e-3))));
        Series::new(&format!("and {}", older.label()), Marks::Points(points.collect()))
    });
    let thresholds = table.cells.iter().filter(|cell| cell.scores.pairs() > 0);
    let thresholds = thresholds.map(|cell| f64::from(cell.scores.threshold(1e-3)));
    let pairs: u64 = table.cells.iter().map(|cell| cell.scores.pairs()).sum();
    Chart {
        title: title.to_owned(),
        subtitle: format!("{} faces, {pairs} pairs of different people. {subtitle}", table.faces),
        panels: vec![Panel {
            title: "Cosine that 1 in 1,000 pairs of different people reach".to_owned(),
            x: Axis::categories("Age of the younger face in years", AgeGroup::ALL.map(AgeGroup::label)),
            y: Axis::around("Cosine", Unit::Number, thresholds),
            series: series.collect(),
        }],
    }
}
