//! The command line: one file per command, over the same library calls as the window. STUB (owner: cli).

use std::process::ExitCode;

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
