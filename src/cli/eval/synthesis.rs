//! `mtlface eval synthesis`: synthesised faces before the network itself and an independent judge.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::output;
use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, SetArgs};
use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::ReadPictures;
use crate::evaluation::synthesis::{Aged, Judge, SynthesisReport, Thresholds, choose, look, synthesise};
use crate::recognition::{Calibration, CalibrationError};
use crate::weights;

/// Arguments of `eval synthesis`.
#[derive(Debug, clap::Args)]
pub struct SynthesisArgs {
    #[command(flatten)]
    set: SetArgs,
    /// Faces to synthesise, spread evenly over the age groups and chosen by the seed
    #[arg(long, value_name = "N", default_value_t = 56)]
    faces: usize,
    /// Real faces of each group to compare with, chosen by the seed
    #[arg(long, value_name = "N", default_value_t = 150)]
    real: usize,
    /// Weights of an independent judge of age and identity: any file that --weights takes
    #[arg(long, value_name = "WEIGHTS")]
    judge: Option<PathBuf>,
    /// The judge's calibration [default: the one that belongs to its weights, else one threshold for all ages from
    /// the real faces]
    #[arg(long, value_name = "FILE", requires = "judge")]
    judge_calibration: Option<PathBuf>,
    /// Cosine to its source above which the selective rule keeps a face whose estimated group is the target
    #[arg(long, value_name = "COSINE", default_value_t = 0.5)]
    keep_above: f32,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Synthesises and judges.
pub fn run(args: &SynthesisArgs, common: &CommonArgs) -> Result<Output> {
    let set = args.set.open(common)?;
    let known = set.names.iter().filter_map(|name| Some((name.clone(), set.known(name).age_years?)));
    let (sources, real) = choose(known.collect(), args.faces, args.real, common.seed);
    if sources.is_empty() {
        return Err(hinted("No picture has a known age.", "Give --labels with the columns file,age_years."));
    }
    let pipeline = common.pipeline()?;
    let calibration = common.calibration_if_any(&pipeline)?;
    let judge = args.judge.as_deref().map(|path| -> Result<(Pipeline, Judge)> {
        let pipeline = Pipeline::new(common.device, None, &weights::open(path)?)?;
        let thresholds = judge_calibration(args, &pipeline)?.map(|known| Thresholds::Calibrated(Box::new(known)));
        let judge = Judge { sha256: pipeline.weights_sha256().to_owned(), thresholds };
        Ok((pipeline, judge))
    });
    let (judge_pipeline, judge) = judge.transpose()?.unzip();
    let judge_pipeline = judge_pipeline.as_ref();
    let faces = set.each_face(&sources, "faces in seven ages", common, &pipeline, |face| {
        synthesise(&pipeline, judge_pipeline, face)
    })?;
    let real = set.each_face(&real, "real faces", common, &pipeline, |face| look(&pipeline, judge_pipeline, face))?;
    let skipped = faces.skipped.iter().chain(&real.skipped).cloned().collect();
    let thresholds = calibration.map(|known| Thresholds::Calibrated(Box::new(known)));
    let report = SynthesisReport::new(
        &with_ages(&set, faces),
        &with_ages(&set, real),
        thresholds,
        judge,
        args.keep_above,
        skipped,
    );
    let title = format!("Synthesis: {}", args.set.set_name());
    args.plot.write(|| report.chart(&title, &measured_with(&pipeline)))?;
    Ok(output(json!(report), &report.text(), common, &pipeline))
}

/// The calibration of the judge's weights; nothing where none was measured.
fn judge_calibration(args: &SynthesisArgs, judge: &Pipeline) -> Result<Option<Calibration>> {
    let sha256 = judge.weights_sha256();
    let found = match (&args.judge_calibration, &args.judge) {
        (Some(path), _) => Calibration::open(path, sha256),
        (None, Some(weights)) => Calibration::beside(weights, sha256),
        (None, None) => Calibration::for_weights(sha256),
    };
    match found {
        Err(CalibrationError::Unknown { .. }) => Ok(None),
        found => Ok(Some(found?)),
    }
}

fn with_ages<T>(set: &OpenSet, read: ReadPictures<T>) -> Vec<Aged<T>> {
    let aged = read.faces.into_iter();
    aged.filter_map(|(name, face)| Some(Aged { age_years: set.known(&name).age_years?, face })).collect()
}
