//! `mtlface eval decomposition`: age in the identity embedding, identity in the age features.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::output;
use super::plot::{PlotArgs, measured_with};
use super::set::{OpenSet, SetArgs};
use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::engine::Pipeline;
use crate::evaluation::Skipped;
use crate::evaluation::bootstrap::SplitMix;
use crate::evaluation::decomposition::{DecompositionReport, ProbedFace, Split, identity_leakage, probe_ages, split};

/// Arguments of `eval decomposition`.
#[derive(Debug, clap::Args)]
pub struct DecompositionArgs {
    #[command(flatten)]
    set: SetArgs,
    /// Folder or tar archive of pictures with ages on which the probe is trained [default: half of --images]
    #[arg(long, value_name = "DIR|TAR")]
    train: Option<PathBuf>,
    /// CSV with the columns file, age_years for it
    #[arg(long, value_name = "CSV", requires = "train")]
    train_labels: Option<PathBuf>,
    /// At most so many pictures of --train, chosen by the seed [default: all]
    #[arg(long, value_name = "N", requires = "train")]
    train_limit: Option<usize>,
    /// Folder or tar archive of people photographed more than once, to search by their age features [default:
    /// --images, where identities are known]
    #[arg(long, value_name = "DIR|TAR")]
    identities: Option<PathBuf>,
    /// CSV with the columns file, identity for it
    #[arg(long, value_name = "CSV", requires = "identities")]
    identities_labels: Option<PathBuf>,
    #[command(flatten)]
    plot: PlotArgs,
}

/// Probes.
pub fn run(args: &DecompositionArgs, common: &CommonArgs) -> Result<Output> {
    let landmarks = args.set.landmarks.as_deref();
    let set = args.set.open(common)?;
    let other = |images: Option<&PathBuf>, labels: Option<&PathBuf>, landmarks: Option<&Path>| {
        images.map(|images| OpenSet::new(images, labels.map(PathBuf::as_path), landmarks, common)).transpose()
    };
    let train = other(args.train.as_ref(), args.train_labels.as_ref(), landmarks)?;
    let identities = other(args.identities.as_ref(), args.identities_labels.as_ref(), None)?;
    let pipeline = common.pipeline()?;
    let mut skipped = Vec::new();
    let mut read = |set: &OpenSet, names: &[String]| probed(set, names, common, &pipeline, &mut skipped);
    let faces = read(&set, &set.names)?;
    let leakage = match &identities {
        Some(set) => identity_leakage(&read(set, &set.names)?, common.seed),
        None => identity_leakage(&faces, common.seed),
    };
    let (train, test, how) = match &train {
        Some(set) => {
            let limit = args.train_limit.unwrap_or(usize::MAX);
            let names = SplitMix::new(common.seed).choose(set.names.clone(), limit);
            (read(set, &names)?, faces, Split::TwoSets)
        }
        None => {
            let (train, test) = split(faces, common.seed);
            (train, test, Split::SeededHalves)
        }
    };
    let (embedding_probe, age_features_probe) = probe_ages(&train, &test, common.seed).ok_or_else(|| {
        hinted("There are too few pictures of known age to probe.", "Give --labels with the columns file,age_years.")
    })?;
    let report = DecompositionReport {
        age_leakage_r2: embedding_probe.r2,
        embedding_probe,
        age_features_probe,
        split: how,
        identity_leakage: leakage,
        skipped,
    };
    let title = format!("Decomposition: {}", args.set.set_name());
    args.plot.write(|| report.chart(&title, &measured_with(&pipeline)))?;
    Ok(output(json!(report), &report.text(), common, &pipeline))
}

fn probed(
    set: &OpenSet,
    names: &[String],
    common: &CommonArgs,
    pipeline: &Pipeline,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<ProbedFace>> {
    let read = set.each_face(names, "pictures", common, pipeline, |face| {
        let features = pipeline.read_features(&[&face.pixels])?.swap_remove(0);
        Ok(ProbedFace::new(features, None, None))
    })?;
    skipped.extend(read.skipped);
    let labelled = read.faces.into_iter().map(|(name, face)| {
        let label = set.known(&name);
        ProbedFace { identity: label.identity, age_years: label.age_years, ..face }
    });
    Ok(labelled.collect())
}
