//! `mtlface train …`: the phases of training, and what they learn from.

mod data;

use super::{CommonArgs, Output};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum TrainCommand {
    /// Count the faces of a config: people, ages, gender and ethnicity
    Data(data::DataArgs),
}

/// Runs one command.
pub fn run(command: &TrainCommand, common: &CommonArgs) -> anyhow::Result<Output> {
    match command {
        TrainCommand::Data(arguments) => data::run(arguments, common),
    }
}
