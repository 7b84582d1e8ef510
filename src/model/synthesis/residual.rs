//! The compact decoder: move, then repaint (ARCHITECTURE-compact §6). Four blocks bring the redrawn features up to
//! the crop's size; a flow field comes out half way, the residual at the end.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::tensor::module::{conv2d, interpolate};
use burn::tensor::ops::{ConvOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Tensor, TensorData};

use crate::model::backbone::Taps;
use crate::model::config::DecoderConfig;
use crate::model::layers::{ConvShape, Source, leaky};
use crate::model::{CROP_SIZE_PX, FLOW_SIZE, ParameterError};

/// Channels of the skips, from coarse to fine: features at 14, 28 and 56 cells, and the image.
const SKIP_CHANNELS: [usize; 4] = [512, 256, 128, 3];

/// The decoder on one device.
#[derive(Module, Debug)]
pub struct Decoder {
    blocks: Vec<UpFuse>,
    to_flow: Conv2d,
    to_rgb: Conv2d,
    max_flow_px: f32,
}

impl Decoder {
    /// Takes its parameters from names below `generator.decoder.`.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(channels: usize, config: &DecoderConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let mut blocks = Vec::new();
        let mut channels_in = channels;
        for (index, width) in config.widths.iter().enumerate() {
            let name = format!("generator.decoder.up{}", 14 << index);
            let skip = SKIP_CHANNELS[index.min(SKIP_CHANNELS.len() - 1)];
            let shape = UpFuseShape { channels_in, skip, keep: config.keep.get(index).copied(), out: *width };
            blocks.push(UpFuse::new(&name, shape, source)?);
            channels_in = *width;
        }
        let at_flow = config.widths.get(1).copied().unwrap_or(channels);
        Ok(Self {
            blocks,
            to_flow: source.conv("generator.decoder.to_flow", ConvShape::new(at_flow, 2, 3))?,
            to_rgb: source.conv("generator.decoder.to_rgb", ConvShape::new(channels_in, 3, 3))?,
            max_flow_px: config.max_flow_px,
        })
    }

    /// Redrawn features `[G, C, 7, 7]` of one face and that face's taps (batch 1) to flow in pixels `[G, 2, 28, 28]`
    /// and residual `[G, 3, 112, 112]` before the window.
    pub fn forward(&self, redrawn: Tensor<4>, taps: &Taps, face: &Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let skips = [&taps.t14, &taps.t28, &taps.t56, face];
        let mut y = redrawn;
        let mut flow = None;
        for (block, skip) in self.blocks.iter().zip(skips) {
            y = block.forward(y, skip.clone());
            if y.dims()[2] == FLOW_SIZE {
                flow = Some(self.to_flow.forward(y.clone()));
            }
        }
        let flow = flow.unwrap_or_else(|| Tensor::zeros([y.dims()[0], 2, FLOW_SIZE, FLOW_SIZE], &y.device()));
        let flow_px = flow.div_scalar(self.max_flow_px).tanh().mul_scalar(self.max_flow_px);
        (flow_px, self.to_rgb.forward(y).tanh())
    }
}

struct UpFuseShape {
    channels_in: usize,
    skip: usize,
    /// Channels kept of the skip; `None` takes it as it is.
    keep: Option<usize>,
    out: usize,
}

/// Reduce, double the size, fuse with the skip.
///
/// `conv1` runs over `[upsampled, skip]`. The skip is the same for all age groups of a face, so its share of `conv1`
/// is computed once and added: the weights are stored divided.
#[derive(Module, Debug)]
struct UpFuse {
    reduce: Conv2d,
    skip: Option<Conv2d>,
    conv1_from_below: Param<Tensor<4>>,
    conv1_from_skip: Conv2d,
    conv2: Conv2d,
}

impl UpFuse {
    fn new(name: &str, shape: UpFuseShape, source: Source<'_>) -> Result<Self, ParameterError> {
        let UpFuseShape { channels_in, skip, keep, out } = shape;
        let kept = keep.unwrap_or(skip);
        let conv1 = source.conv(&format!("{name}.conv1"), ConvShape::new(out + kept, out, 3))?;
        let weight = conv1.weight.val();
        let mut conv1_from_skip = conv1;
        conv1_from_skip.weight = Param::from_tensor(contiguous(weight.clone().narrow(1, out, kept)));
        Ok(Self {
            reduce: source.conv(&format!("{name}.reduce"), ConvShape::new(channels_in, out, 1))?,
            skip: keep.map(|keep| source.conv(&format!("{name}.skip"), ConvShape::new(skip, keep, 1))).transpose()?,
            conv1_from_below: Param::from_tensor(contiguous(weight.narrow(1, 0, out))),
            conv1_from_skip,
            conv2: source.conv(&format!("{name}.conv2"), ConvShape::new(out, out, 3))?,
        })
    }

    /// `x` `[G, C, H, W]` and the skip of the one face `[1, S, 2H, 2W]`.
    fn forward(&self, x: Tensor<4>, skip: Tensor<4>) -> Tensor<4> {
        let from_below = double(self.reduce.forward(x));
        let skip = match &self.skip {
            Some(conv) => conv.forward(skip),
            None => skip,
        };
        let from_skip = self.conv1_from_skip.forward(skip);
        let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
        let fused = conv2d(from_below.clone(), self.conv1_from_below.val(), None, options) + from_skip;
        leaky(self.conv2.forward(leaky(fused)) + from_below)
    }
}

/// A slice of a weight as a tensor of its own, so that no convolution has to copy it again.
fn contiguous(weight: Tensor<4>) -> Tensor<4> {
    let device = weight.device();
    Tensor::from_data(weight.into_data(), &device)
}

/// Bilinear ×2 with half-pixel centres.
fn double(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size([2 * height, 2 * width]);
    interpolate(x, options)
}

/// A flow `[2, 28, 28]` (all x, then all y) brought to the crop's size and windowed: `[x, y]` per pixel, row-major.
pub fn upsample_flow(flow_px: &[f32], window: &[f32]) -> Vec<[f32; 2]> {
    let scale = FLOW_SIZE as f32 / CROP_SIZE_PX as f32;
    let place = |pixel: usize| {
        let at = ((pixel as f32 + 0.5) * scale - 0.5).clamp(0.0, (FLOW_SIZE - 1) as f32);
        let low = at as usize;
        (low, (low + 1).min(FLOW_SIZE - 1), at - low as f32)
    };
    let mut out = Vec::with_capacity(CROP_SIZE_PX * CROP_SIZE_PX);
    for row in 0..CROP_SIZE_PX {
        let (top, bottom, down) = place(row);
        for column in 0..CROP_SIZE_PX {
            let (left, right, across) = place(column);
            let value = |axis: usize| {
                let at = |r: usize, c: usize| flow_px[(axis * FLOW_SIZE + r) * FLOW_SIZE + c];
                let upper = at(top, left) + (at(top, right) - at(top, left)) * across;
                let lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * across;
                (upper + (lower - upper) * down) * window[row * CROP_SIZE_PX + column]
            };
            out.push([value(0), value(1)]);
        }
    }
    out
}

/// A `[1, 1, 112, 112]` tensor of these values, for multiplying a residual with the window.
pub(in crate::model) fn window_tensor(window: &[f32], device: &burn::tensor::Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(window.to_vec(), [1, 1, CROP_SIZE_PX, CROP_SIZE_PX]), device)
}
