//! Opens the window, or runs one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mtlface::cli::run()
}
