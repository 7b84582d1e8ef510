//! `mtlface eval calibrate`: the file that says what scores mean for one set of weights.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::plot::{PlotArgs, measured_with};
use super::set::OpenSet;
use super::{genuine, impostors, output};
use crate::cli::output::write_atomic;
use crate::cli::{CommonArgs, Output};
use crate::evaluation;
use crate::recognition::Calibration;
use crate::recognition::calibration::LAYOUT_VERSION;

/// Arguments of `eval calibrate`.
#[derive(Debug, clap::Args)]
pub struct CalibrateArgs {
    /// Folder or tar archive of pictures of different people, with ages
    #[arg(long, value_name = "DIR|TAR")]
    impostors: PathBuf,
    /// CSV with the columns file, age_years and, if people come more than once, identity; UTKFace's names carry ages
    #[arg(long, value_name = "CSV")]
    impostors_labels: Option<PathBuf>,
    /// CSV with five landmarks for each of its pictures, in pixels: align by them instead of the detector
    #[arg(long, value_name = "CSV", conflicts_with = "aligned")]
    impostors_landmarks: Option<PathBuf>,
    /// Name of that set
    #[arg(long)]
    impostors_name: String,
    /// Folder or tar archive of pictures of the same people at different ages
    #[arg(long, value_name = "DIR|TAR")]
    genuine: PathBuf,
    /// CSV with the columns file, identity, age_years for it
    #[arg(long, value_name = "CSV")]
    genuine_labels: PathBuf,
    /// Name of that set
    #[arg(long)]
    genuine_name: String,
    /// File to write; beside NAME.safetensors, NAME.calibration.json is used without being asked for
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Measures both sets and writes the file.
pub fn run(args: &CalibrateArgs, common: &CommonArgs) -> Result<Output> {
    let landmarks = args.impostors_landmarks.as_deref();
    let different = OpenSet::new(&args.impostors, args.impostors_labels.as_deref(), landmarks, common)?;
    let same = OpenSet::new(&args.genuine, Some(&args.genuine_labels), None, common)?;
    let pipeline = common.pipeline()?;
    let impostors = impostors::table(&different, &args.impostors_name, common, &pipeline)?;
    let thresholds = impostors.thresholds();
    let (genuine, _) = genuine::table(&same, &args.genuine_name, Some(&thresholds), common, &pipeline)?;
    let text = format!(
        "{}\n{}\nwritten to {}",
        evaluation::impostors::text(&impostors),
        evaluation::genuine::text(&genuine),
        args.output.display()
    );
    let title = format!("Calibration: {} and {}", args.impostors_name, args.genuine_name);
    args.plot.write(|| {
        let mut chart = evaluation::impostors::chart(&impostors, &title, &measured_with(&pipeline));
        chart.panels.extend(evaluation::genuine::chart(&genuine, "", "").panels);
        chart
    })?;
    let calibration = Calibration {
        version: LAYOUT_VERSION,
        weights_sha256: pipeline.weights_sha256().to_owned(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        impostors,
        genuine: Some(genuine),
    };
    write_atomic(&args.output, format!("{}\n", serde_json::to_string(&calibration)?).as_bytes())?;
    Ok(output(json!({ "output": args.output }), &text, common, &pipeline))
}
