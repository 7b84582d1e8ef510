//! The command line: one file per command, over the same library calls as the window. Exit codes: 0 done, 1 could
//! not, 2 wrong usage. With `--json` stdout carries one JSON object and nothing else.

mod age;
mod attention;
mod common;
mod compare;
mod doctor;
mod eval;
mod faces;
mod open;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use common::CommonArgs;
pub use output::Output;

/// See a face across a lifetime, and compare faces across ages. Everything stays on this machine.
#[derive(Debug, Parser)]
#[command(name = "mtlface", version, args_conflicts_with_subcommands = true, arg_required_else_help = false)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Photo to open in the window.
    photo: Option<PathBuf>,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The same face at other ages: pictures of the face and of the whole photo, and a contact sheet.
    Age(age::AgeArgs),
    /// How alike two faces are, and what that means for their ages.
    Compare(compare::CompareArgs),
    /// Where the network sees identity and where age: pictures and numbers.
    Attention(attention::AttentionArgs),
    /// Every face in a photo: place, landmarks, age, warnings.
    Faces(faces::FacesArgs),
    /// Device, weights, self-test and the time of each stage on this machine.
    Doctor(doctor::DoctorArgs),
    /// The standard protocols on labelled pictures.
    #[command(subcommand)]
    Eval(eval::EvalCommand),
}

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    // clap prints usage errors and ends with 2 by itself.
    let arguments = Arguments::parse();
    let common = arguments.common.clone();
    common.prepare();
    let outcome = match &arguments.command {
        Some(Command::Age(args)) => age::run(args, &common),
        Some(Command::Compare(args)) => compare::run(args, &common),
        Some(Command::Attention(args)) => attention::run(args, &common),
        Some(Command::Faces(args)) => faces::run(args, &common),
        Some(Command::Doctor(args)) => doctor::run(args, &common),
        Some(Command::Eval(command)) => eval::run(command, &common),
        None => open::run(arguments.photo.as_deref(), &common),
    };
    output::finish(outcome, common.json)
}
