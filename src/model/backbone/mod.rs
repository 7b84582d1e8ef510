//! From an aligned face to features. One file per backbone.

pub mod mobile;

pub use mobile::{MobileBackbone, Taps};
