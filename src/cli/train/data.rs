//! `mtlface train data`: what the faces of a config show, counted before anything is learned from them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;

use crate::cli::output::hinted;
use crate::cli::{CommonArgs, Output};
use crate::training::data::{DataConfig, Dataset};

/// Arguments of `train data`.
#[derive(Debug, clap::Args)]
pub struct DataArgs {
    /// Config with [[data]] tables, as a TOML file; docs/training.md explains every key
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// What this command reads of a config: the rest is for the phases.
#[derive(Debug, Deserialize)]
struct Sources {
    data: Vec<DataConfig>,
}

/// Counts the faces.
///
/// # Errors
/// When the config or one of its sources cannot be used.
pub fn run(arguments: &DataArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let sources = sources(&arguments.config)?;
    let mut progress = |done: usize, of: usize| common.progress(&format!("source {done} of {of} listed …"));
    let dataset = Dataset::open(&sources, &mut progress);
    common.progress("");
    let statistics = dataset?.statistics();
    Ok(Output { json: json!(statistics), text: statistics.text() })
}

fn sources(path: &Path) -> anyhow::Result<Vec<DataConfig>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| hinted(format!("{shown} cannot be read: {error}."), "Check the path given with --config."))?;
    let sources: Sources = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        let reason = error.message().replace('\n', ", ");
        hinted(format!("{shown}, line {line}: {reason}."), "Correct it; docs/training.md explains every key.")
    })?;
    let folder = path.parent().unwrap_or(Path::new("")).canonicalize();
    let folder = folder.or_else(|_| std::env::current_dir()).context("The folder of the config cannot be found")?;
    Ok(sources.data.into_iter().map(|source| source.relative_to(&folder)).collect())
}
