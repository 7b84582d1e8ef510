//! From redrawn features to pictures. One file per kind of decoder.

pub mod residual;

pub use residual::{Decoder, upsample_flow};
