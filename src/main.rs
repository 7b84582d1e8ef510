//! Opens the window, or runs one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    quiet_graphics_loader();
    mtlface::cli::run()
}

/// Graphics drivers print an error for each look at a machine without `XDG_RUNTIME_DIR`, as servers and containers
/// are, though nothing they do here needs it.
#[cfg(target_os = "linux")]
fn quiet_graphics_loader() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: this is the first thing the program does, so no other thread can be reading the environment.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}

#[cfg(not(target_os = "linux"))]
fn quiet_graphics_loader() {}
