//! `--plot FILE.svg`: the chart of a protocol.

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::output::write_atomic;
use crate::engine::Pipeline;
use crate::evaluation::chart::Chart;

/// Where the chart goes.
#[derive(Debug, clap::Args)]
pub struct PlotArgs {
    /// Draw the figures as well
    #[arg(long, value_name = "FILE.svg", value_parser = svg_file)]
    plot: Option<PathBuf>,
}

impl PlotArgs {
    /// Writes the chart, if one is wanted.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, chart: impl FnOnce() -> Chart) -> Result<()> {
        match &self.plot {
            Some(path) => write_atomic(path, chart().svg().as_bytes()),
            None => Ok(()),
        }
    }
}

/// What is said below every title: with which weights and program.
pub fn measured_with(pipeline: &Pipeline) -> String {
    let weights: String = pipeline.weights_sha256().chars().take(8).collect();
    format!("Weights {weights}…, mtlface {}.", env!("CARGO_PKG_VERSION"))
}

/// Refuses a place that cannot hold the chart before anything is measured.
fn svg_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg")) {
        return Err("the chart is an SVG: its name ends in .svg".to_owned());
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(format!("there is no folder {}", folder.display()))
        }
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_a_place_before_anything_is_measured() {
        assert!(svg_file("chart.svg").is_ok());
        assert!(svg_file("chart.png").unwrap_err().contains(".svg"));
        assert!(svg_file("/no/such/folder/chart.svg").unwrap_err().contains("no folder"));
    }
}
