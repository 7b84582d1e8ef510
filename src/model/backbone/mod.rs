//! From an aligned face to features. One file per backbone.

pub mod frozen;
pub mod improved_residual;
pub mod mobile;

use burn::tensor::Tensor;

pub use frozen::FrozenBackbone;
pub use improved_residual::{ImprovedResidualBackbone, SQUEEZE_REDUCTION};
pub use mobile::MobileBackbone;

/// A backbone's outputs, from fine to coarse; the channels are those of the compact network, then of the published ones.
#[derive(Clone, Debug)]
pub struct Taps {
    /// `[N, 128 or 64, 56, 56]`.
    pub t56: Tensor<4>,
    /// `[N, 256 or 128, 28, 28]`.
    pub t28: Tensor<4>,
    /// `[N, 512 or 256, 14, 14]`.
    pub t14: Tensor<4>,
    /// `[N, 1024 or 512, 7, 7]`.
    pub x: Tensor<4>,
}
