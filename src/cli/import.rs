//! `mtlface import`: makes one safetensors file that describes itself of the authors' checkpoints, in either of
//! PyTorch's formats or as safetensors. The files are only read, and nothing in them is run.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::common::{CommonArgs, text_of};
use super::doctor::weights::{dtypes, grouped, shapes, size};
use super::output::{Output, Problem};
use crate::model::{NetworkConfig, Preset};
use crate::weights::{self, Checkpoint, Imported, Precision, WeightsError, first_names};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Checkpoint to import; for CVPR 2021 the files of its modules together
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// File to write
    #[arg(short, long, value_name = "OUT.safetensors")]
    output: PathBuf,
    /// Write half precision: half the size, three decimals
    #[arg(long)]
    half: bool,
    /// Write a network that lacks some of its tensors too
    #[arg(long)]
    allow_missing: bool,
    /// Replace OUT where it is there already
    #[arg(long)]
    force: bool,
}

/// Imports the files.
pub fn run(arguments: &ImportArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let paths: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    common.progress("reading …");
    let checkpoint = Checkpoint::open(&paths);
    common.progress("");
    let checkpoint = checkpoint?;
    check(&checkpoint, arguments.allow_missing).map_err(|error| {
        let known = Output { json: comparison(&checkpoint), text: findings(&checkpoint) };
        Problem::knowing(&error.into(), known)
    })?;
    let precision = if arguments.half { Precision::Half } else { Precision::Single };
    let mut progress = |written: u64, total: u64| {
        common.progress(&format!("writing {} of {} …", size(written), size(total)));
    };
    let imported = weights::import(&checkpoint, &arguments.output, precision, arguments.force, &mut progress);
    common.progress("");
    let imported = imported?;
    Ok(Output { json: json(&checkpoint, &imported, arguments), text: text(&checkpoint, &imported, arguments) })
}

/// A part that was begun has to be whole; parts that are absent altogether are warned of.
fn check(checkpoint: &Checkpoint, allow_missing: bool) -> Result<(), WeightsError> {
    checkpoint.check_shapes()?;
    match checkpoint.config {
        NetworkConfig::Compact(_) => weights::usable(checkpoint),
        NetworkConfig::Published(_) if allow_missing => Ok(()),
        NetworkConfig::Published(_) => checkpoint.check_parts(),
    }
}

fn comparison(checkpoint: &Checkpoint) -> Value {
    let comparison = &checkpoint.comparison;
    json!({
        "preset": checkpoint.preset().name(),
        "missing": comparison.missing,
        "unexpected": comparison.unexpected,
        "shapes": shapes(checkpoint),
        "complete": comparison.is_usable(),
    })
}

fn json(checkpoint: &Checkpoint, imported: &Imported, arguments: &ImportArgs) -> Value {
    let mut object = comparison(checkpoint);
    let sources = checkpoint.sources.iter().map(|source| {
        json!({
            "path": source.name,
            "format": source.format.name(),
            "part": source.module,
            "bytes": source.bytes,
            "sha256": source.sha256,
        })
    });
    object["app_version"] = json!(env!("CARGO_PKG_VERSION"));
    object["path"] = json!(text_of(&arguments.output));
    object["sha256"] = json!(imported.sha256);
    object["bytes"] = json!(imported.bytes);
    object["tensors"] = json!(imported.tensors);
    object["parameters"] = json!(checkpoint.parameter_count());
    object["dtype"] = json!(if arguments.half { "F16" } else { "F32" });
    object["source_dtypes"] = json!(dtypes(checkpoint));
    object["sources"] = sources.collect();
    object["warnings"] = json!(warnings(checkpoint));
    object
}

fn text(checkpoint: &Checkpoint, imported: &Imported, arguments: &ImportArgs) -> String {
    let width = match &checkpoint.config {
        NetworkConfig::Published(config) => format!(", width {}", config.base_width),
        NetworkConfig::Compact(_) => String::new(),
    };
    let (tensors, parameters) = (imported.tensors, grouped(checkpoint.parameter_count()));
    let mut lines = vec![
        format!("{} ({})", arguments.output.display(), size(imported.bytes)),
        format!("{}{width}: {tensors} tensors, {parameters} parameters", checkpoint.preset()),
        format!("SHA-256 {}", imported.sha256),
    ];
    lines.extend(Some(findings(checkpoint)).filter(|findings| !findings.is_empty()));
    lines.extend(warnings(checkpoint));
    lines.join("\n")
}

fn findings(checkpoint: &Checkpoint) -> String {
    let comparison = &checkpoint.comparison;
    let list = |what: &str, names: &[String]| match names {
        [] => None,
        names => Some(format!("{what}, {}: {}", names.len(), first_names(names))),
    };
    let lists = [list("missing", &comparison.missing), list("unexpected and left out", &comparison.unexpected)];
    lists.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn warnings(checkpoint: &Checkpoint) -> Vec<String> {
    if checkpoint.comparison.is_usable() {
        return Vec::new();
    }
    let absent = checkpoint.absent_parts();
    vec![match checkpoint.preset() {
        Preset::Cvpr2021 if !absent.is_empty() => format!(
            "This is a part of a network: it cannot run without {}. Import the files of all modules together.",
            absent.join(", ")
        ),
        _ => "This network cannot run: some of its tensors are missing.".to_owned(),
    }]
}
