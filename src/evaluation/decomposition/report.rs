//! What the decomposition protocol reports.

use serde::Serialize;

use crate::evaluation::Skipped;
use crate::evaluation::aged_pairs::percent_with;
use crate::evaluation::chart::{Axis, Chart, Marks, Panel, Point, Series, Unit};
use crate::evaluation::identification::Ranks;

/// How much age a linear probe reads from a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Probe {
    /// Share of the variance of age that it explains on faces it was not trained on; 0 or below is none.
    pub r2: f64,
    /// Its 95 % interval, bootstrapped over the test pictures.
    pub ci95: Option<[f64; 2]>,
    /// Pictures the probe was trained on.
    pub train_images: usize,
    /// Pictures it was measured on.
    pub test_images: usize,
}

/// How the probe's two parts came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Two sets were given.
    TwoSets,
    /// One set, halved picture by picture as the seed decides.
    SeededHalves,
}

/// How well persons are told apart, by leave-one-out search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentityLeakage {
    /// By the age features, mean over the cells, without what all faces have in common.
    pub age_features: Ranks,
    /// By the identity embedding, for comparison.
    pub embedding: Ranks,
    /// Rank-1 of a blind choice.
    pub chance: f64,
    /// True accept rate of the age features at FMR 1e-2, over all pairs.
    pub age_features_tar: Option<f64>,
    /// The same of the embedding.
    pub embedding_tar: Option<f64>,
    /// Photographs searched.
    pub queries: usize,
    /// Persons among them.
    pub persons: usize,
}

/// What the protocol measured.
#[derive(Clone, Debug, Serialize)]
pub struct DecompositionReport {
    /// R² of the probe from the identity embedding of the face alone; the age leakage.
    pub age_leakage_r2: f64,
    /// The probe behind it.
    pub embedding_probe: Probe,
    /// The same from the age features, for comparison.
    pub age_features_probe: Probe,
    /// How the probe's two parts came about.
    pub split: Split,
    /// Identity in the age features; nothing where no person has two photographs.
    pub identity_leakage: Option<IdentityLeakage>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
}

impl DecompositionReport {
    /// A table for people.
    pub fn text(&self) -> String {
        let probe = |label: &str, probe: &Probe| {
            let interval = probe.ci95.map_or_else(String::new, |[low, high]| format!(" ({low:.3} to {high:.3})"));
            format!("{label:<44}{:.3}{interval}\n", probe.r2)
        };
        let mut text = probe("age from the identity embedding, R²", &self.embedding_probe);
        text.push_str(&probe("age from the age features, R²", &self.age_features_probe));
        let split = match self.split {
            Split::TwoSets => "another set",
            Split::SeededHalves => "the other half of the set, split by picture",
        };
        text.push_str(&format!(
            "{:<44}trained on {} pictures, measured on {} of {split}\n",
            "probe (ridge 1, descriptors of length 10)",
            self.embedding_probe.train_images,
            self.embedding_probe.test_images
        ));
        if let Some(leakage) = &self.identity_leakage {
            let row = |label: &str, ranks: &Ranks, tar: Option<f64>| {
                let tar = tar.map_or_else(String::new, |tar| format!(", TAR {:.1} % at FMR 1e-2", tar * 100.0));
                format!("{label:<44}{}{tar}\n", percent_with(ranks.rank1, ranks.ci95))
            };
            text.push_str(&row("person by the identity embedding, rank-1", &leakage.embedding, leakage.embedding_tar));
            text.push_str(&row("person by the age features, rank-1", &leakage.age_features, leakage.age_features_tar));
            text.push_str(&format!("{:<44}{:.1} %\n", "person by a blind choice, rank-1", leakage.chance * 100.0));
            text.push_str(&format!("{:<44}{} of {} persons\n", "searches", leakage.queries, leakage.persons));
        }
        text.push_str(&format!("{:<44}{}", "pictures left out", self.skipped.len()));
        text
    }

    /// Age in both descriptors, and identity in both.
    pub fn chart(&self, title: &str, subtitle: &str) -> Chart {
        let probes = [&self.embedding_probe, &self.age_features_probe];
        let point = |index: usize, share: f64, interval| Point::new(share, index as f64).with_interval(interval);
        let ages = probes.iter().enumerate().map(|(index, probe)| point(index, probe.r2, probe.ci95)).collect();
        let mut panels = vec![Panel {
            title: "Age that a linear probe reads".to_owned(),
            x: Axis::around(
                "R² on other pictures",
                Unit::Number,
                probes.iter().map(|probe| probe.r2).chain([0.0, 1.0]),
            ),
            y: Axis::categories("", ["identity embedding", "age features"]),
            series: vec![Series::new("measured", Marks::Points(ages))],
        }];
        panels.extend(self.identity_leakage.as_ref().map(|leakage| {
            let found = vec![
                point(0, leakage.embedding.rank1, leakage.embedding.ci95),
                point(1, leakage.age_features.rank1, leakage.age_features.ci95),
                point(2, leakage.chance, None),
            ];
            Panel {
                title: "Persons found".to_owned(),
                x: Axis::linear("Rank-1", Unit::Share, [0.0, 1.0]),
                y: Axis::categories("", ["identity embedding", "age features", "blind choice"]),
                series: vec![Series::new("measured", Marks::Points(found))],
            }
        }));
        let probe = &self.embedding_probe;
        let subtitle =
            format!("Probe trained on {} pictures, measured on {}. {subtitle}", probe.train_images, probe.test_images);
        Chart { title: title.to_owned(), subtitle, panels }
    }
}
