//! True accept rates as charts: the ROC curves, and the rates of the parts of the pairs.

use super::aged_pairs::{BothRates, Rates};
use super::chart::{Axis, Marks, Panel, Point, Series, Unit};

/// Names of the two ways to score.
pub const RAW: &str = "raw score";
pub const NORMALISED: &str = "score minus the threshold of the pair's age groups";

/// False match rate against true accept rate.
pub fn roc(both: &BothRates) -> Panel {
    let curves = ways(both).map(|(name, rates)| Series::new(name, Marks::Line(rates.roc.clone())));
    let lowest = both.raw.roc.iter().map(|[_, rate]| *rate).fold(1.0, f64::min);
    let lowest = both.normalised.iter().flat_map(|rates| &rates.roc).map(|[_, rate]| *rate).fold(lowest, f64::min);
    let first = both.raw.roc.first().map_or(1e-3, |[rate, _]| *rate);
    Panel {
        title: "Pairs of one person found".to_owned(),
        x: Axis::logarithmic("False match rate", Unit::Share, [first.min(0.1), 1.0]),
        y: Axis::around("True accept rate", Unit::Share, [lowest, 1.0]),
        series: curves.collect(),
    }
}

/// The true accept rate of all pairs and of each part, at one false match rate of all pairs.
pub fn parts(both: &BothRates, false_match_rate: &str) -> Panel {
    let held: Vec<usize> =
        both.raw.parts.iter().enumerate().filter(|(_, part)| part.genuine_pairs > 0).map(|(index, _)| index).collect();
    let all = both.raw.tar_details.get(false_match_rate).and_then(Option::as_ref);
    let mut names = vec![format!("all ({})", all.map_or(0, |rate| rate.genuine_pairs))];
    names.extend(
        held.iter().map(|index| &both.raw.parts[*index]).map(|part| format!("{} ({})", part.label, part.genuine_pairs)),
    );
    let series = ways(both).map(|(name, rates)| {
        let all = rates.tar_details.get(false_match_rate);
        let of_parts = held.iter().map(|index| rates.parts[*index].tar.get(false_match_rate));
        let told = std::iter::once(all).chain(of_parts).map(|rate| rate.and_then(Option::as_ref));
        let points = told
            .enumerate()
            .filter_map(|(row, rate)| rate.map(|rate| Point::new(rate.rate, row as f64).with_interval(rate.ci95)));
        Series::new(name, Marks::Points(points.collect()))
    });
    Panel {
        title: format!("True accept rate at FMR {false_match_rate} of all pairs, 95 % intervals"),
        x: Axis::linear("True accept rate (number of pairs of one person at the left)", Unit::Share, [0.0, 1.0]),
        y: Axis::categories("", names),
        series: series.collect(),
    }
}

fn ways(both: &BothRates) -> impl Iterator<Item = (&'static str, &Rates)> {
    std::iter::once((RAW, &both.raw)).chain(both.normalised.iter().map(|rates| (NORMALISED, rates)))
}
