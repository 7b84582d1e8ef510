//! `mtlface eval pairs`: verification on a pair list.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, stem};
use super::{output, thresholds_text, with_calibration};
use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::evaluation::Labels;
use crate::evaluation::pairs::{self, NamedPictures, Pair};

/// Arguments of `eval pairs`.
#[derive(Debug, clap::Args)]
pub struct PairsArgs {
    /// Folder or uncompressed tar archive of pictures
    #[arg(long, value_name = "DIR|TAR")]
    images: PathBuf,
    /// The pair list: LFW's own, CALFW's, or lines `a b 1` as for AgeDB-30 and ECAF; not needed for CACD-VS, whose
    /// pictures are named by pair
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// CSV with the columns file, identity, age_years, as far as known
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// CSV with five landmarks for each picture, in pixels: align by them instead of the detector
    #[arg(long, value_name = "CSV", conflicts_with = "aligned")]
    landmarks: Option<PathBuf>,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Scores the pairs.
pub fn run(args: &PairsArgs, common: &CommonArgs) -> Result<Output> {
    let list = args.pairs.as_deref().map(read_list).transpose()?;
    let labels = args.labels.as_deref().map(Labels::read).transpose()?.unwrap_or_default();
    // All pictures of the set, whether labelled or not: the list decides.
    let set = OpenSet::new(&args.images, None, args.landmarks.as_deref(), common)?;
    let names: BTreeSet<String> = set.names.iter().cloned().collect();
    let list = list.unwrap_or_else(|| pairs::cacd_vs(&names));
    if list.is_empty() {
        return Err(hinted(
            format!("There are no pairs: {} is not named by pair like CACD-VS.", args.images.display()),
            "Give the pair list with --pairs.",
        ));
    }
    let pictures = NamedPictures::new(&names);
    let resolved: Vec<(Pair, Option<[String; 2]>)> = list
        .into_iter()
        .map(|pair| {
            let files = pictures.find(&pair.pictures[0]).zip(pictures.find(&pair.pictures[1]));
            let files = files.map(|(a, b)| [a.clone(), b.clone()]);
            (pair, files)
        })
        .collect();
    let needed: BTreeSet<String> = resolved.iter().filter_map(|(_, files)| files.clone()).flatten().collect();
    let needed: Vec<String> = needed.into_iter().collect();
    if needed.is_empty() {
        return Err(hinted(
            format!("None of the pair list's pictures is in {}.", args.images.display()),
            "Check that --images is the folder the list's paths start from.",
        ));
    }
    let pipeline = common.pipeline()?;
    let calibration = common.calibration_if_any(&pipeline)?;
    let thresholds = calibration.as_ref().map(|calibration| calibration.thresholds());
    let read = set.read(&needed, common, &pipeline)?;
    let report = pairs::report(&resolved, &read, &labels, thresholds.as_ref(), common.seed);
    let title = format!("Verification: {}", stem(args.pairs.as_deref().unwrap_or(&args.images)));
    args.plot.write(|| report.chart(&title, &measured_with(&pipeline)))?;
    let text = format!("{}\n{}", report.text(), thresholds_text(calibration.as_ref()));
    Ok(output(with_calibration(json!(report), calibration.as_ref()), &text, common, &pipeline))
}

fn read_list(path: &Path) -> Result<Vec<Pair>> {
    if path.is_dir() {
        return Err(hinted(
            format!("{} is a folder; each list is measured by itself.", path.display()),
            "Give one of its files with --pairs, such as image_pairs/NAME.txt.",
        ));
    }
    let list =
        std::fs::read_to_string(path).with_context(|| format!("The pair list {} cannot be read", path.display()))?;
    pairs::parse(&list).map_err(|reason| {
        hinted(
            format!("The pair list cannot be used: {reason}."),
            "Lines are `a b 1`, LFW's own, or two for each pair like CALFW's.",
        )
    })
}
