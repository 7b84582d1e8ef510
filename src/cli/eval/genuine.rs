//! `mtlface eval genuine`: scores of one person by the years between the photographs.

use anyhow::Result;
use serde_json::json;

use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, SetArgs};
use super::{output, with_skipped};
use crate::cli::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::{Skipped, genuine};
use crate::recognition::calibration::{AgeThresholds, GenuineTable};

/// Arguments of `eval genuine`.
#[derive(Debug, clap::Args)]
pub struct GenuineArgs {
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Counts scores.
pub fn run(args: &GenuineArgs, common: &CommonArgs) -> Result<Output> {
    let set = args.set.open(common)?;
    let pipeline = common.pipeline()?;
    let calibration = common.calibration_if_any(&pipeline)?;
    let thresholds = calibration.as_ref().map(|calibration| calibration.thresholds());
    let (table, skipped) = table(&set, &args.set.set_name(), thresholds.as_ref(), common, &pipeline)?;
    let title = format!("Pairs of one person: {}", args.set.set_name());
    args.plot.write(|| genuine::chart(&table, &title, &measured_with(&pipeline)))?;
    Ok(output(with_skipped(json!(table), &skipped), &genuine::text(&table), common, &pipeline))
}

/// Scores of one person of a set, and what could not be used.
///
/// # Errors
/// When no picture has identity and age, or the device is lost.
pub fn table(
    set: &OpenSet,
    name: &str,
    thresholds: Option<&AgeThresholds>,
    common: &CommonArgs,
    pipeline: &Pipeline,
) -> Result<(GenuineTable, Vec<Skipped>)> {
    let read = set.read(&set.names, common, pipeline)?;
    let identities = set.identities(&read, true);
    let table = genuine::table(name, &set.identified(&identities)?, thresholds);
    Ok((table, read.skipped))
}
