//! `mtlface eval impostors`: scores of different people by the ages of the pair.

use anyhow::Result;
use serde_json::json;

use super::output;
use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, SetArgs};
use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::{Label, ReadFace, impostors};
use crate::recognition::calibration::ImpostorTable;

/// Arguments of `eval impostors`.
#[derive(Debug, clap::Args)]
pub struct ImpostorsArgs {
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Counts scores.
pub fn run(args: &ImpostorsArgs, common: &CommonArgs) -> Result<Output> {
    let set = args.set.open(common)?;
    let pipeline = common.pipeline()?;
    let table = table(&set, &args.set.set_name(), common, &pipeline)?;
    let title = format!("Thresholds by age: {}", args.set.set_name());
    args.plot.write(|| impostors::chart(&table, &title, &measured_with(&pipeline)))?;
    Ok(output(json!(table), &impostors::text(&table), common, &pipeline))
}

/// Scores of different people of a set.
///
/// # Errors
/// When no age is known or the device is lost.
pub fn table(set: &OpenSet, name: &str, common: &CommonArgs, pipeline: &Pipeline) -> Result<ImpostorTable> {
    let read = set.read(&set.names, common, pipeline)?;
    let known: Vec<(Label, &ReadFace)> = read.faces.iter().map(|(name, face)| (set.known(name), face)).collect();
    let faces: Vec<(f32, Option<&str>, &ReadFace)> =
        known.iter().filter_map(|(label, face)| Some((label.age_years?, label.identity.as_deref(), *face))).collect();
    if faces.is_empty() {
        return Err(hinted(
            "No picture of different people has a known age.",
            "Give labels with the columns file,age_years, or pictures with UTKFace's names.",
        ));
    }
    Ok(impostors::table(name, set.alignment.words(), &faces, read.skipped.len()))
}
