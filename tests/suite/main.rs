//! What a user can do, end to end. One binary, so that the heavy libraries are linked once.

mod aging;
mod calibration;
mod command_line;
mod detector;
mod driver_exit;
mod evaluation;
mod parity;
mod weights_files;
#[cfg(feature = "app")]
mod window;
