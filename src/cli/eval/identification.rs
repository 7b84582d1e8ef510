//! `mtlface eval identification`: each photograph searched among all others, and among distractors.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, SetArgs};
use super::{output, thresholds_text, with_calibration, with_skipped};
use crate::cli::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::bootstrap::SplitMix;
use crate::evaluation::identification::{self, DistractorReport, IdentifiedFace};
use crate::recognition::calibration::AgeThresholds;

/// Arguments of `eval identification`.
#[derive(Debug, clap::Args)]
pub struct IdentificationArgs {
    #[command(flatten)]
    set: SetArgs,
    /// Folder or uncompressed tar archive of other people to search among, as MegaFace does
    #[arg(long, value_name = "DIR|TAR")]
    distractors: Option<PathBuf>,
    /// At most so many distractors, chosen by the seed [default: all]
    #[arg(long, value_name = "N", requires = "distractors")]
    limit: Option<usize>,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Searches.
pub fn run(args: &IdentificationArgs, common: &CommonArgs) -> Result<Output> {
    let set = args.set.open(common)?;
    let distractors = args.distractors.as_ref().map(|path| OpenSet::new(path, None, None, common)).transpose()?;
    let pipeline = common.pipeline()?;
    let calibration = common.calibration_if_any(&pipeline)?;
    let thresholds = calibration.as_ref().map(|calibration| calibration.thresholds());
    let read = set.read(&set.names, common, &pipeline)?;
    let identities = set.identities(&read, false);
    let faces = set.identified(&identities)?;
    let mut report = identification::report(&faces, thresholds.as_ref(), common.seed);
    if let Some(distractors) = distractors {
        report.distractors = Some(search(&faces, &distractors, args.limit, thresholds.as_ref(), common, &pipeline)?);
    }
    let title = format!("Identification: {}", args.set.set_name());
    args.plot.write(|| report.chart(&title, &measured_with(&pipeline)))?;
    let text = format!(
        "{}{}\n{:<34}{} pictures",
        report.text(),
        thresholds_text(calibration.as_ref()),
        "left out",
        read.skipped.len()
    );
    let json = with_skipped(with_calibration(json!(report), calibration.as_ref()), &read.skipped);
    Ok(output(json, &text, common, &pipeline))
}

fn search(
    faces: &[IdentifiedFace<'_>],
    distractors: &OpenSet,
    limit: Option<usize>,
    thresholds: Option<&AgeThresholds>,
    common: &CommonArgs,
    pipeline: &Pipeline,
) -> Result<DistractorReport> {
    let names = SplitMix::new(common.seed).choose(distractors.names.clone(), limit.unwrap_or(usize::MAX));
    let read = distractors.read(&names, common, pipeline)?;
    let others: Vec<IdentifiedFace<'_>> = names
        .iter()
        .filter_map(|name| {
            let face = read.faces.get(name)?;
            let age_years = distractors.known(name).age_years.unwrap_or(face.age.years);
            Some(IdentifiedFace { identity: name, age_years, embedding: &face.embedding })
        })
        .collect();
    Ok(identification::search_among_distractors(faces, &others, read.skipped.len(), thresholds))
}
