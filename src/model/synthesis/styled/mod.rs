//! The StyleGAN2 decoder of TPAMI 2022: a constant, modulated convolutions and colour read off at every size
//! (ARCHITECTURE B.4). Where its style codes come from is `style_codes`' business.

mod blur;
mod mapping;
mod modulated;
mod noise;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};

pub use mapping::MappingNetwork;
use modulated::{Affine, StyledConv, StyledConvShape, ToRgb};
pub use noise::Noise;
use noise::NoiseMaps;

use crate::model::inventory::style_channels;
use crate::model::layers::Source;
use crate::model::{CROP_SIZE_PX, ParameterError};

/// Style codes the decoder takes.
pub const STYLE_COUNT: usize = 12;
/// Sides in pixels of the decoder's levels behind the first, which is 4.
const LEVELS_PX: [usize; 5] = [8, 16, 32, 64, 128];

/// The decoder on one device.
#[derive(Module, Debug)]
pub struct StyleDecoder {
    /// `[1, 1, C]`, added to every code.
    mean_code: Tensor<3>,
    constant: Param<Tensor<4>>,
    first: StyledConv,
    first_rgb: ToRgb,
    levels: Vec<Level>,
    noise: NoiseMaps,
}

/// One doubling of the size.
#[derive(Module, Debug)]
struct Level {
    up: StyledConv,
    same: StyledConv,
    rgb: ToRgb,
}

/// What each convolution multiplies its inputs by, as its style code says: `[1, inputs]` each, in the order they run.
/// Affine in the code, so that a blend of these is the modulation of the blended code.
#[derive(Clone, Debug)]
pub struct Modulations(Vec<Tensor<2>>);

impl Modulations {
    /// A blend: 0 is this one, 1 the other.
    #[must_use]
    pub fn between(&self, other: &Self, fraction: f32) -> Self {
        let blended = self.0.iter().zip(&other.0).map(|(low, high)| blend(low.clone(), high.clone(), fraction));
        Self(blended.collect())
    }
}

/// `low` at 0, `high` at 1.
pub fn blend<const D: usize>(low: Tensor<D>, high: Tensor<D>, fraction: f32) -> Tensor<D> {
    low.mul_scalar(1.0 - fraction) + high.mul_scalar(fraction)
}

/// What of a face's decoding does not depend on the age: the features at 8 pixels and the colour at 4.
#[derive(Clone, Debug)]
pub struct DecoderStart {
    features: Tensor<4>,
    rgb: Tensor<4>,
}

/// Everything the decoder went through: features and colour at 4, 8, 16, 32, 64 and 128 pixels.
#[derive(Clone, Debug)]
pub struct StyleDecoderTrace {
    /// `[1, C, n, n]`.
    pub features: Vec<Tensor<4>>,
    /// `[1, 3, n, n]`, units of the [-1, 1] image, not clamped.
    pub rgb: Vec<Tensor<4>>,
}

impl StyleDecoder {
    /// Takes its parameters from names below `decoder.`; `top` is the length of a code.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(top: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let mut channels = top;
        let mut levels = Vec::with_capacity(LEVELS_PX.len());
        for (level, size_px) in LEVELS_PX.into_iter().enumerate() {
            let out = style_channels(top, size_px);
            let conv = |index: usize, inputs, is_up| {
                let name = format!("decoder.decoder.convs.{index}");
                StyledConv::new(&name, StyledConvShape { inputs, outputs: out, style: top, is_up }, source)
            };
            levels.push(Level {
                up: conv(2 * level, channels, true)?,
                same: conv(2 * level + 1, out, false)?,
                rgb: ToRgb::new(&format!("decoder.decoder.to_rgbs.{level}"), out, top, source)?,
            });
            channels = out;
        }
        let first = StyledConvShape { inputs: top, outputs: top, style: top, is_up: false };
        Ok(Self {
            mean_code: source.tensor("decoder.latent_avg", [1, 1, top])?,
            constant: source.param("decoder.decoder.input.input", [1, top, 4, 4])?,
            first: StyledConv::new("decoder.decoder.conv1", first, source)?,
            first_rgb: ToRgb::new("decoder.decoder.to_rgb1", top, top, source)?,
            levels,
            noise: NoiseMaps::new(source)?,
        })
    }

    /// What codes `[1, 12, C]` make of every convolution; the mean code is added here.
    pub fn modulations(&self, codes: Tensor<3>) -> Modulations {
        let codes = codes + self.mean_code.clone();
        let code = |index: usize| codes.clone().narrow(1, index, 1).squeeze_dim::<2>(1);
        Modulations(self.affines().iter().map(|(index, affine)| affine.forward(code(*index))).collect())
    }

    /// Every convolution's affine layer and the code it takes, in the order they run.
    fn affines(&self) -> Vec<(usize, &Affine)> {
        let mut affines = vec![(0, self.first.affine()), (1, self.first_rgb.affine())];
        for (index, level) in self.levels.iter().enumerate() {
            let codes = [2 * index + 1, 2 * index + 2, 2 * index + 3];
            affines.push((codes[0], level.up.affine()));
            affines.push((codes[1], level.same.affine()));
            affines.push((codes[2], level.rgb.affine()));
        }
        affines
    }

    /// Runs what codes 0 to 2 decide alone.
    pub fn start(&self, modulations: &Modulations, noise: &Noise) -> DecoderStart {
        let (_, rgb, features) = self.first_levels(modulations, noise);
        DecoderStart { features, rgb }
    }

    /// Features and colour at 4 pixels, and features at 8.
    fn first_levels(&self, Modulations(by): &Modulations, noise: &Noise) -> (Tensor<4>, Tensor<4>, Tensor<4>) {
        let device = self.constant.val().device();
        let map = |index: usize| self.noise.drawn(index, noise, &device);
        let features = self.first.forward(self.constant.val(), by[0].clone(), map(0));
        let rgb = self.first_rgb.forward(features.clone(), by[1].clone(), None);
        let level = &self.levels[0];
        let eight = level.up.forward(features.clone(), by[2].clone(), map(1));
        let eight = level.same.forward(eight, by[3].clone(), map(2));
        (features, rgb, eight)
    }

    /// Goes on from [`Self::start`] to the picture at 128 pixels, `[1, 3, 128, 128]`, not clamped.
    pub fn finish(&self, start: &DecoderStart, modulations: &Modulations, noise: &Noise) -> Tensor<4> {
        let mut colour = start.rgb.clone();
        self.later_levels(start.features.clone(), start.rgb.clone(), modulations, noise, |_, rgb| colour = rgb.clone());
        colour
    }

    /// [`Self::start`] and [`Self::finish`] with everything they go through.
    pub fn trace(&self, modulations: &Modulations, noise: &Noise) -> StyleDecoderTrace {
        let (four, rgb, eight) = self.first_levels(modulations, noise);
        let mut trace = StyleDecoderTrace { features: vec![four], rgb: vec![rgb.clone()] };
        self.later_levels(eight, rgb, modulations, noise, |features, rgb| {
            trace.features.push(features.clone());
            trace.rgb.push(rgb.clone());
        });
        trace
    }

    /// From features at 8 pixels and colour at 4, telling features and colour of every level.
    fn later_levels(
        &self,
        mut features: Tensor<4>,
        mut rgb: Tensor<4>,
        Modulations(by): &Modulations,
        noise: &Noise,
        mut tell: impl FnMut(&Tensor<4>, &Tensor<4>),
    ) {
        let device = features.device();
        let map = |index: usize| self.noise.drawn(index, noise, &device);
        for (index, level) in self.levels.iter().enumerate() {
            let first = 2 + 3 * index;
            if index > 0 {
                features = level.up.forward(features, by[first].clone(), map(2 * index + 1));
                features = level.same.forward(features, by[first + 1].clone(), map(2 * index + 2));
            }
            rgb = level.rgb.forward(features.clone(), by[first + 2].clone(), Some(rgb));
            tell(&features, &rgb);
        }
    }
}

/// The decoder's picture brought to the crop's size and range: bilinear with aligned corners, then clamped to [-1, 1].
pub fn to_crop(picture: Tensor<4>) -> Tensor<4> {
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(true)
        .with_output_size([CROP_SIZE_PX, CROP_SIZE_PX]);
    interpolate(picture, options).clamp(-1.0, 1.0)
}
