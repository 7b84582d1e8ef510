//! From an aligned face to features. One file per backbone.

pub mod mobile;

pub use mobile::{MobileBackbone, Taps};

/// How many times fewer channels the hidden layer of a squeeze-and-excitation step has (ARCHITECTURE §0.1).
pub const SQUEEZE_REDUCTION: usize = 16;
