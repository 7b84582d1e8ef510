//! `mtlface eval …`: the standard protocols on labelled pictures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::common::provenance;
use super::output::hinted;
use super::{CommonArgs, Output};
use crate::engine::{FaceReading, Pipeline};
use crate::evaluation::labels::{self, Label, by_picture, utkface_age_years};
use crate::evaluation::pictures::PictureSet;
use crate::evaluation::{ReadPictures, ages, genuine, identification, impostors, pairs};
use crate::recognition::Calibration;

/// The protocols.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Verification on a pair list (LFW, CALFW, AgeDB-30, …): accuracy over folds, TAR at fixed FMR.
    Pairs(PairsArgs),
    /// Scores of different people by the ages of the pair, from pictures with known ages.
    Impostors(SetArgs),
    /// Scores of one person by the years between the photographs.
    Genuine(SetArgs),
    /// Leave-one-out rank-1 and rank-5.
    Identification(SetArgs),
    /// Age estimation against labels.
    Age(SetArgs),
    /// Impostor and genuine scores together: the file that gives Compare its words.
    Calibrate(CalibrateArgs),
}

/// Arguments of `eval pairs`.
#[derive(Debug, Args)]
pub struct PairsArgs {
    /// Folder or tar archive of pictures.
    #[arg(long)]
    images: PathBuf,
    /// The pair list.
    #[arg(long)]
    pairs: PathBuf,
}

/// A labelled set of pictures.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// Folder or tar archive of pictures.
    #[arg(long)]
    images: PathBuf,
    /// CSV with the columns file, identity, age_years; UTKFace file names carry their age.
    #[arg(long)]
    labels: Option<PathBuf>,
    /// Name of the set in the report.
    #[arg(long)]
    name: Option<String>,
}

/// Arguments of `eval calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Folder or tar archive of pictures of different people, with ages.
    #[arg(long)]
    impostors: PathBuf,
    /// Name of that set.
    #[arg(long)]
    impostors_name: String,
    /// Folder or tar archive of pictures of the same people at different ages.
    #[arg(long)]
    genuine: PathBuf,
    /// CSV with the columns file, identity, age_years for it.
    #[arg(long)]
    genuine_labels: PathBuf,
    /// Name of that set.
    #[arg(long)]
    genuine_name: String,
    /// File to write.
    #[arg(short, long)]
    output: PathBuf,
}

/// Runs one protocol.
pub fn run(command: &EvalCommand, common: &CommonArgs) -> Result<Output> {
    let pipeline = common.pipeline()?;
    match command {
        EvalCommand::Pairs(args) => run_pairs(args, common, &pipeline),
        EvalCommand::Impostors(args) => {
            let set = LabelledSet::read(&args.images, args.labels.as_deref(), common, &pipeline)?;
            let table = set.impostors(&args.set_name(), common);
            output(json!(table), impostors::text(&table), common, &pipeline)
        }
        EvalCommand::Genuine(args) => {
            let set = LabelledSet::read(&args.images, args.labels.as_deref(), common, &pipeline)?;
            let table = genuine::table(&args.set_name(), &set.with_identity_and_age()?);
            output(json!(table), genuine::text(&table), common, &pipeline)
        }
        EvalCommand::Identification(args) => {
            let set = LabelledSet::read(&args.images, args.labels.as_deref(), common, &pipeline)?;
            let faces: Vec<(&str, &FaceReading)> =
                set.with_identity_and_age()?.into_iter().map(|(identity, _, face)| (identity, face)).collect();
            let report = identification::report(&faces, common.seed);
            output(set.with_skipped(json!(report)), report.text(), common, &pipeline)
        }
        EvalCommand::Age(args) => {
            let set = LabelledSet::read(&args.images, args.labels.as_deref(), common, &pipeline)?;
            let ages: Vec<(f32, f32)> = set.with_age().iter().map(|(age, _, face)| (*age, face.age.years)).collect();
            let report = ages::report(&ages);
            output(set.with_skipped(json!(report)), report.text(), common, &pipeline)
        }
        EvalCommand::Calibrate(args) => calibrate(args, common, &pipeline),
    }
}

impl SetArgs {
    fn set_name(&self) -> String {
        let stem = || self.images.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.name.clone().or_else(stem).unwrap_or_default()
    }
}

fn output(mut json: Value, text: String, common: &CommonArgs, pipeline: &Pipeline) -> Result<Output> {
    if let Some(object) = json.as_object_mut() {
        object.insert("provenance".to_owned(), provenance(pipeline, common));
    }
    Ok(Output { json, text: text.trim_end().to_owned() })
}

fn run_pairs(args: &PairsArgs, common: &CommonArgs, pipeline: &Pipeline) -> Result<Output> {
    let list = std::fs::read_to_string(&args.pairs)
        .with_context(|| format!("The pair list {} cannot be read", args.pairs.display()))?;
    let list = pairs::parse(&list).map_err(|reason| {
        hinted(format!("The pair list cannot be used: {reason}."), "Lines are `a b 1` or LFW's own.")
    })?;
    let set = open_set(&args.images)?;
    let names: BTreeSet<String> = set.names()?.into_iter().collect();
    let resolved: Vec<_> = list
        .into_iter()
        .map(|pair| {
            let files = pairs::resolve(&names, &pair.pictures[0])
                .zip(pairs::resolve(&names, &pair.pictures[1]))
                .map(|(a, b)| [a.clone(), b.clone()]);
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
    let read = read_set(&set, &needed, common, pipeline)?;
    let report = pairs::report(&resolved, &read);
    output(json!(report), report.text(), common, pipeline)
}

fn calibrate(args: &CalibrateArgs, common: &CommonArgs, pipeline: &Pipeline) -> Result<Output> {
    let different = LabelledSet::read(&args.impostors, None, common, pipeline)?;
    let same = LabelledSet::read(&args.genuine, Some(&args.genuine_labels), common, pipeline)?;
    let calibration = Calibration {
        version: 1,
        weights_sha256: pipeline.weights_sha256().to_owned(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        impostors: different.impostors(&args.impostors_name, common),
        genuine: Some(genuine::table(&args.genuine_name, &same.with_identity_and_age()?)),
    };
    let text = format!(
        "{}\n{}",
        impostors::text(&calibration.impostors),
        calibration.genuine.as_ref().map(genuine::text).unwrap_or_default()
    );
    super::output::write_atomic(&args.output, format!("{}\n", serde_json::to_string(&calibration)?).as_bytes())?;
    output(json!({ "output": args.output }), format!("{text}\nwritten to {}", args.output.display()), common, pipeline)
}

/// Pictures with what is known of them.
struct LabelledSet {
    read: ReadPictures,
    labels: Vec<Label>,
}

impl LabelledSet {
    fn read(images: &Path, labels: Option<&Path>, common: &CommonArgs, pipeline: &Pipeline) -> Result<Self> {
        let labels = labels.map(labels::read).transpose()?.unwrap_or_default();
        let set = open_set(images)?;
        let mut names = set.names()?;
        if !labels.is_empty() {
            names.retain(|name| by_picture(&labels, name).is_some());
        }
        if names.is_empty() {
            return Err(hinted(
                format!("{} holds no labelled picture.", images.display()),
                "Check --images, and that the labels' file column names its files.",
            ));
        }
        Ok(Self { read: read_set(&set, &names, common, pipeline)?, labels })
    }

    /// Age, identity and face of every picture whose age is known.
    fn with_age(&self) -> Vec<(f32, Option<&str>, &FaceReading)> {
        self.read
            .faces
            .iter()
            .filter_map(|(name, face)| {
                let label = by_picture(&self.labels, name);
                let age = label.and_then(|label| label.age_years).or_else(|| utkface_age_years(name))?;
                Some((age, label.and_then(|label| label.identity.as_deref()), face))
            })
            .collect()
    }

    fn with_identity_and_age(&self) -> Result<Vec<(&str, f32, &FaceReading)>> {
        let known: Vec<_> = self
            .with_age()
            .into_iter()
            .filter_map(|(age, identity, face)| identity.map(|identity| (identity, age, face)))
            .collect();
        if known.is_empty() {
            return Err(hinted(
                "No picture has an identity.",
                "Give --labels with the columns file,identity,age_years.",
            ));
        }
        Ok(known)
    }

    fn impostors(&self, name: &str, common: &CommonArgs) -> crate::recognition::calibration::ImpostorTable {
        let alignment = if common.aligned { "already aligned" } else { "MTCNN, first face" };
        impostors::table(name, alignment, &self.with_age(), self.read.skipped.len())
    }

    fn with_skipped(&self, mut json: Value) -> Value {
        if let Some(object) = json.as_object_mut() {
            object.insert("skipped".to_owned(), json!(self.read.skipped));
        }
        json
    }
}

fn open_set(images: &Path) -> Result<PictureSet> {
    PictureSet::open(images).map_err(|error| {
        hinted(
            format!("The pictures {} cannot be read: {error}.", images.display()),
            "Give a folder of pictures or an uncompressed tar archive.",
        )
    })
}

fn read_set(set: &PictureSet, names: &[String], common: &CommonArgs, pipeline: &Pipeline) -> Result<ReadPictures> {
    let started = std::time::Instant::now();
    let read = set.read(pipeline, names, common.aligned, |done| {
        if done % 20 == 0 || done == names.len() {
            let left_s = started.elapsed().as_secs_f64() / done as f64 * (names.len() - done) as f64;
            common.progress(&format!("{done} of {} pictures, {left_s:.0} s left", names.len()));
        }
    })?;
    common.progress_done();
    Ok(read)
}
