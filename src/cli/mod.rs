//! The command line: one file per command, over the same library calls as the window. With `--json` a command prints
//! one JSON object on stdout and nothing else there. Exit codes: 0 done, 1 could not, 2 wrong usage.

mod age;
mod arguments;
mod attention;
mod common;
mod compare;
mod doctor;
mod eval;
mod faces;
mod film;
mod import;
mod interrupt;
mod open;
mod output;
mod subject;
mod train;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

pub use common::CommonArgs;
pub use output::{Output, Problem};

/// See a face across a lifetime, and compare faces across ages. Everything stays on this machine.
///
/// Without a command the window opens, on PHOTO if one is given.
#[derive(Debug, Parser)]
#[command(name = "mtlface", version, max_term_width = 100)]
struct Arguments {
    /// Photo to open in the window
    photo: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a face at other ages, in the whole photo
    Age(age::AgeArgs),
    /// Compare the faces of two photos
    Compare(compare::CompareArgs),
    /// Show where the network finds identity and where age
    Attention(attention::AttentionArgs),
    /// List the faces of a photo
    Faces(faces::FacesArgs),
    /// Make one weights file of the authors' checkpoints, without Python
    Import(import::ImportArgs),
    /// Check this installation, or with --weights a file: what it is, whether it is complete, time of each stage
    Doctor,
    /// Measure recognition and age on labelled pictures by the standard protocols
    #[command(subcommand)]
    Eval(eval::EvalCommand),
    /// Teach a network by faces of your own, as a config file says
    #[command(subcommand)]
    Train(train::TrainCommand),
}

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    if arguments.photo.is_some() && arguments.command.is_some() {
        let message = "a photo to open and a command do not go together";
        return usage(&Arguments::command().error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    start_log(arguments.common.quiet);
    let json = arguments.common.json;
    let outcome = catch_unwind(AssertUnwindSafe(|| dispatch(&arguments))).unwrap_or_else(|_| {
        let sentence = "The program failed where it should not; the lines above say where.";
        Err(Problem::new(sentence, "Report it with the photo's format and size, and the output of `mtlface doctor`.")
            .into())
    });
    match outcome {
        Ok(output) => {
            let said = if json { output.json.to_string() } else { output.text };
            if !said.is_empty() {
                output::print(&said);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::report(&error, json);
            ExitCode::from(1)
        }
    }
}

fn dispatch(arguments: &Arguments) -> anyhow::Result<Output> {
    let common = &arguments.common;
    common.start_threads()?;
    match &arguments.command {
        None => open::run(arguments.photo.as_deref(), common),
        Some(Command::Age(arguments)) => age::run(arguments, common),
        Some(Command::Compare(arguments)) => compare::run(arguments, common),
        Some(Command::Attention(arguments)) => attention::run(arguments, common),
        Some(Command::Faces(arguments)) => faces::run(arguments, common),
        Some(Command::Import(arguments)) => import::run(arguments, common),
        Some(Command::Doctor) => doctor::run(common),
        Some(Command::Eval(command)) => eval::run(command, common),
        Some(Command::Train(command)) => train::run(command, common),
    }
}

/// Prints help, the version or a usage error; a usage error is a JSON object too where one was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let is_error = error.use_stderr();
    if is_error && std::env::args_os().any(|argument| argument == "--json") {
        let sentence = first_paragraph(&error.render().to_string());
        output::print(&output::json(&sentence, "Run `mtlface --help`.").to_string());
    }
    // A closed terminal is no reason to fail differently.
    let _ = error.print();
    ExitCode::from(if is_error { 2 } else { 0 })
}

/// What was wrong, on one line: arguments that are missing stand below the sentence that misses them.
fn first_paragraph(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

fn start_log(quiet: bool) {
    let level = if quiet { "error" } else { "warn,wgpu_hal=error,wgpu_core=error,egui_wgpu=error" };
    let _ = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level)).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_usage_error_names_what_is_missing() {
        let error = Arguments::try_parse_from(["mtlface", "compare", "a.jpg"]).unwrap_err();
        let said = first_paragraph(&error.render().to_string());
        assert_eq!(said, "the following required arguments were not provided: <B>");
    }
}
