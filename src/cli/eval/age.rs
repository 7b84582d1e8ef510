//! `mtlface eval age`: estimated ages against labels.

use anyhow::Result;
use serde_json::json;

use super::plot::{PlotArgs, measured_with};
use super::set::SetArgs;
use super::{output, with_skipped};
use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::evaluation::ages::{self, EstimatedAge};
use crate::evaluation::{Label, ReadFace};

/// Arguments of `eval age`.
#[derive(Debug, clap::Args)]
pub struct AgeArgs {
    #[command(flatten)]
    set: SetArgs,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Estimates ages.
pub fn run(args: &AgeArgs, common: &CommonArgs) -> Result<Output> {
    let set = args.set.open(common)?;
    let pipeline = common.pipeline()?;
    let read = set.read(&set.names, common, &pipeline)?;
    let labelled: Vec<(Label, &ReadFace)> = read.faces.iter().map(|(name, face)| (set.known(name), face)).collect();
    let estimated = |years: fn(&ReadFace) -> f32| -> Vec<EstimatedAge<'_>> {
        let known = labelled.iter().filter_map(|(label, face)| {
            Some(EstimatedAge {
                known_years: label.age_years?,
                estimated_years: years(face),
                identity: label.identity.as_deref(),
                gender: label.gender.as_deref(),
                ethnicity: label.ethnicity.as_deref(),
            })
        });
        known.collect()
    };
    let ages = estimated(|face| face.age.years);
    if ages.is_empty() {
        return Err(hinted("No picture has a known age.", "Give --labels with the columns file,age_years."));
    }
    let report = ages::report(&ages, common.seed);
    let alone = ages::report(&estimated(|face| face.face_age_years), common.seed).all.mae_years;
    let title = format!("Age estimation: {}", args.set.set_name());
    args.plot.write(|| report.chart(&title, &measured_with(&pipeline)))?;
    let mut json = with_skipped(json!(report), &read.skipped);
    json["mae_years_without_mirror"] = json!(alone);
    let text = format!(
        "{}without mirror image {alone:.2} years\nleft out             {} pictures",
        report.text(),
        read.skipped.len()
    );
    Ok(output(json, &text, common, &pipeline))
}
