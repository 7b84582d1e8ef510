//! What a user can do, end to end. One binary, so that the heavy libraries are linked once.

mod aging;
mod calibration;
mod checkpoints;
mod command_line;
mod detector;
mod deterministic;
mod driver_exit;
mod evaluation;
mod film;
mod import;
mod noise;
mod parity;
mod published;
mod reference;
mod tiny_network;
mod torch_files;
mod training;
mod training_data;
mod training_generator;
mod training_losses;
mod training_synthesis;
mod weights_files;
#[cfg(feature = "app")]
mod window;
