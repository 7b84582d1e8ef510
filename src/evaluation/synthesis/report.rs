//! What the synthesis protocol reports.

use serde::Serialize;

use super::judgement::judge;
use super::{Aged, Looks, SynthesisedFace, Thresholds};
use crate::evaluation::Skipped;
use crate::evaluation::chart::{Axis, Chart, Marks, Panel, Series, Unit};
use crate::model::AgeGroup;

/// What the protocol measured.
#[derive(Clone, Debug, Serialize)]
pub struct SynthesisReport {
    /// Faces that were synthesised.
    pub faces: usize,
    /// Real faces they are compared with.
    pub real_faces: usize,
    /// Cosine above which the selective rule keeps a face whose estimated group is the target.
    pub keep_above: f32,
    /// What the network itself sees.
    pub network: JudgeReport,
    /// What an independent judge sees; nothing without one.
    pub judge: Option<JudgeReport>,
    /// SHA-256 of the judge's weights.
    pub judge_sha256: Option<String>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
}

/// What one network sees. Figures are missing where there was nothing to measure.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeReport {
    /// Mean absolute error on the unchanged faces against their labels: how good a judge it is.
    pub source_mae_years: Option<f64>,
    /// Mean distance of the age seen to the centre of the target group, in years.
    pub error_years: Option<f64>,
    /// The same if the faces are left unchanged.
    pub unchanged_error_years: Option<f64>,
    /// Rank correlation of the ages seen with the seven targets, mean over the faces.
    pub spearman: Option<f64>,
    /// Mean cosine to the source.
    pub cosine: Option<f64>,
    /// Shares verified against their source at FMR 1e-2 and 1e-3.
    pub verified: Option<[f64; 2]>,
    /// The same of targets within two groups of the source's own.
    pub verified_within_two_groups: Option<[f64; 2]>,
    /// Share that the selective rule keeps.
    pub kept: Option<f64>,
    /// Which thresholds verify.
    pub thresholds: String,
    /// By target group, youngest first.
    pub by_target: Vec<ByTarget>,
    /// By the number of groups between source and target.
    pub by_distance: Vec<ByDistance>,
}

/// Figures of one target group.
#[derive(Clone, Debug, Serialize)]
pub struct ByTarget {
    /// The group, such as `21–30`.
    pub target: &'static str,
    /// The age that stands for it, in years.
    pub centre_years: f32,
    /// Faces synthesised for it.
    pub faces: usize,
    /// Mean age seen, in years.
    pub seen_years: Option<f64>,
    /// Mean distance of the age seen to the centre.
    pub error_years: Option<f64>,
    /// The same if the faces are left unchanged.
    pub unchanged_error_years: Option<f64>,
    /// Mean cosine to the source.
    pub cosine: Option<f64>,
    /// Shares verified against their source at FMR 1e-2 and 1e-3.
    pub verified: Option<[f64; 2]>,
    /// Share that the selective rule keeps.
    pub kept: Option<f64>,
    /// Real faces of the group.
    pub real_faces: usize,
    /// Fréchet distance of the embeddings to those of the real faces; nothing where either are fewer than eight.
    pub frechet: Option<f64>,
    /// The same of the unchanged faces.
    pub unchanged_frechet: Option<f64>,
}

/// Figures by how far a face was taken.
#[derive(Clone, Debug, Serialize)]
pub struct ByDistance {
    /// Groups between source and target.
    pub groups: usize,
    /// Faces.
    pub faces: usize,
    /// Shares verified against their source at FMR 1e-2 and 1e-3.
    pub verified: Option<[f64; 2]>,
}

/// A judge with its thresholds.
#[derive(Debug)]
pub struct Judge {
    /// SHA-256 of its weights.
    pub sha256: String,
    /// Its calibrated thresholds; made from the real faces where there are none.
    pub thresholds: Option<Thresholds>,
}

impl SynthesisReport {
    /// Judges synthesised faces.
    pub fn new(
        faces: &[Aged<SynthesisedFace>],
        real: &[Aged<Looks>],
        thresholds: Option<Thresholds>,
        independent: Option<Judge>,
        keep_above: f32,
        skipped: Vec<Skipped>,
    ) -> Self {
        let own = thresholds
            .unwrap_or_else(|| Thresholds::pooled(&real.iter().map(|face| &face.face.network).collect::<Vec<_>>()));
        let judge_sha256 = independent.as_ref().map(|judge| judge.sha256.clone());
        let judged = independent.map(|independent| {
            let thresholds = independent.thresholds.unwrap_or_else(|| {
                Thresholds::pooled(&real.iter().filter_map(|face| face.face.judge.as_ref()).collect::<Vec<_>>())
            });
            judge(faces, real, |looks| looks.judge.as_ref(), &thresholds, keep_above)
        });
        Self {
            faces: faces.len(),
            real_faces: real.len(),
            keep_above,
            network: judge(faces, real, |looks| Some(&looks.network), &own, keep_above),
            judge: judged,
            judge_sha256,
            skipped,
        }
    }

    /// Tables for people: what the judge sees first, then what the network sees.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if let Some(judge) = &self.judge {
            text.push_str(&format!("seen by the independent judge\n{}\n", judge.text()));
        }
        text.push_str(&format!("seen by the network itself\n{}", self.network.text()));
        text.push_str(&format!(
            "\n{} faces, {} real faces; kept: cosine above {:.2} and the group as intended; Fréchet distance of the \
             embeddings\nleft out: {} pictures",
            self.faces,
            self.real_faces,
            self.keep_above,
            self.skipped.len()
        ));
        text
    }

    /// Ages seen for each target, and shares verified by distance.
    pub fn chart(&self, title: &str, subtitle: &str) -> Chart {
        let judges = || {
            let independent = self.judge.iter().map(|judge| ("independent judge", judge));
            independent.chain(std::iter::once(("the network itself", &self.network)))
        };
        let centres = AgeGroup::ALL.map(|group| f64::from(group.anchor_years()));
        let diagonal = Marks::Guide(centres.iter().map(|centre| [*centre, *centre]).collect());
        let ages = judges().map(|(name, judge)| {
            let seen = judge.by_target.iter().filter_map(|one| Some([f64::from(one.centre_years), one.seen_years?]));
            Series::new(name, Marks::Line(seen.collect()))
        });
        let verified = judges().map(|(name, judge)| {
            let shares = judge.by_distance.iter().map(|one| one.verified.map_or(f64::NAN, |at| at[1]));
            Series::new(name, Marks::Bars(shares.collect()))
        });
        let panels = vec![
            Panel {
                title: "Mean age seen".to_owned(),
                x: Axis::linear("Centre of the target group in years", Unit::Number, [0.0, 80.0]),
                y: Axis::linear("Age seen in years", Unit::Number, [0.0, 80.0]),
                series: ages.chain(std::iter::once(Series::new("as intended", diagonal))).collect(),
            },
            Panel {
                title: "Verified against the source at FMR 1e-3".to_owned(),
                x: Axis::categories("Groups between source and target", (0..7).map(|groups| groups.to_string())),
                y: Axis::linear("Share of faces", Unit::Share, [0.0, 1.0]),
                series: verified.collect(),
            },
        ];
        Chart {
            title: title.to_owned(),
            subtitle: format!("{} faces, seven ages each. {subtitle}", self.faces),
            panels,
        }
    }
}

impl JudgeReport {
    fn text(&self) -> String {
        let number = |value: Option<f64>, decimals: usize| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
        };
        let percent =
            |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.1} %", value * 100.0));
        let at = |shares: Option<[f64; 2]>, index: usize| percent(shares.map(|shares| shares[index]));
        let mut text = format!(
            "  error to the centre of the target group   {} years (unchanged faces {}; on the sources {})\n  \
             age seen follows the target (Spearman)     {}\n  \
             verified at FMR 1e-2 and 1e-3              {} and {} (within two groups {} and {})\n  \
             thresholds                                 {}\n  \
             kept by the selective rule                 {}\n",
            number(self.error_years, 2),
            number(self.unchanged_error_years, 2),
            number(self.source_mae_years, 2),
            number(self.spearman, 3),
            at(self.verified, 0),
            at(self.verified, 1),
            at(self.verified_within_two_groups, 0),
            at(self.verified_within_two_groups, 1),
            self.thresholds,
            percent(self.kept),
        );
        text.push_str(
            "  target   faces  age seen  error  unchanged  cosine  at 1e-3    kept   Fréchet  unchanged  real\n",
        );
        for one in &self.by_target {
            text.push_str(&format!(
                "  {:<8} {:>5} {:>9} {:>6} {:>10} {:>7} {:>8} {:>7} {:>9} {:>10} {:>5}\n",
                one.target,
                one.faces,
                number(one.seen_years, 1),
                number(one.error_years, 1),
                number(one.unchanged_error_years, 1),
                number(one.cosine, 3),
                at(one.verified, 1),
                percent(one.kept),
                number(one.frechet, 3),
                number(one.unchanged_frechet, 3),
                one.real_faces,
            ));
        }
        text
    }
}
