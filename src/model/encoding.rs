//! What encoding and synthesis yield, whatever the network. C is 1024 channels for the compact network and 512 for the
//! published ones as published; the taps' channels differ too.

use burn::tensor::Tensor;

use super::backbone::Taps;
use super::decomposition::Decomposed;

/// What encoding a batch of faces yields. N is the batch.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// Backbone tap `[N, ·, 56, 56]`.
    pub t56: Tensor<4>,
    /// Backbone tap `[N, ·, 28, 28]`.
    pub t28: Tensor<4>,
    /// Backbone tap `[N, ·, 14, 14]`.
    pub t14: Tensor<4>,
    /// Last features `[N, C, 7, 7]`.
    pub x: Tensor<4>,
    /// `[N, C, 1, 1]`, 0 to 1: share of a channel given to age.
    pub channel_gate: Tensor<4>,
    /// `[N, 1, 7, 7]`, 0 to 1: share of a cell given to age.
    pub spatial_gate: Tensor<4>,
    /// Identity features `[N, C, 7, 7]`.
    pub x_id: Tensor<4>,
    /// Age features `[N, C, 7, 7]`.
    pub x_age: Tensor<4>,
    /// `[N, 128]` (compact) or `[N, 512]`; of unit length for TPAMI 2022 only.
    pub embedding: Tensor<2>,
    /// `[N, 101]`.
    pub age_logits: Tensor<2>,
    /// `[N, 7]`.
    pub group_logits: Tensor<2>,
}

impl Encoding {
    /// From the parts; `age` holds the logits of ages and of groups.
    pub(super) fn new(
        taps: Taps,
        divided: Decomposed,
        embedding: Tensor<2>,
        (age_logits, group_logits): (Tensor<2>, Tensor<2>),
    ) -> Self {
        let Taps { t56, t28, t14, x } = taps;
        let Decomposed { channel_gate, spatial_gate, x_age, x_id } = divided;
        Self { t56, t28, t14, x, channel_gate, spatial_gate, x_id, x_age, embedding, age_logits, group_logits }
    }

    /// The backbone's outputs.
    pub fn taps(&self) -> Taps {
        Taps { t56: self.t56.clone(), t28: self.t28.clone(), t14: self.t14.clone(), x: self.x.clone() }
    }
}

/// What synthesis yields for G target groups of one face, as a change to it.
#[derive(Clone, Debug)]
pub struct Synthesis {
    /// Flow in pixels of the crop, x then y, not windowed: `[G, 2, 28, 28]`. For the crop's own size see
    /// [`upsample_flow`](super::synthesis::upsample_flow).
    pub flow_px: Tensor<4>,
    /// Residual in units of the [-1, 1] image, windowed: `[G, 3, 112, 112]`.
    pub residual: Tensor<4>,
}
