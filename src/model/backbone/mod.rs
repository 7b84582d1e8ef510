//! The SFace MobileNet: an aligned face to features at four sizes (ARCHITECTURE-compact §1).
//! What the features mean is the business of the parts that read them.

use burn::module::Module;
use burn::nn::PRelu;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::ParameterError;
use super::config::{BackboneConfig, PairConfig};
use super::layers::{ConvShape, Source};

/// Features of N faces at four sizes.
#[derive(Clone, Debug)]
pub struct Taps {
    /// `[N, 128, 56, 56]`.
    pub t56: Tensor<4>,
    /// `[N, 256, 28, 28]`.
    pub t28: Tensor<4>,
    /// `[N, 512, 14, 14]`.
    pub t14: Tensor<4>,
    /// `[N, 1024, 7, 7]`.
    pub x: Tensor<4>,
}

/// A 3×3 convolution of each channel by itself, then a 1×1 across channels, a PReLU after each.
#[derive(Module, Debug)]
pub struct Pair {
    depthwise: Conv2d,
    act1: PRelu,
    pointwise: Conv2d,
    act2: PRelu,
}

impl Pair {
    fn new(config: PairConfig, source: &Source<'_>) -> Result<Self, ParameterError> {
        let PairConfig { in_channels, out_channels, stride } = config;
        Ok(Self {
            depthwise: source.conv("depthwise", ConvShape::depthwise(in_channels, stride))?,
            act1: source.prelu("act1", in_channels)?,
            pointwise: source.conv("pointwise", ConvShape::dense(in_channels, out_channels, 1))?,
            act2: source.prelu("act2", out_channels)?,
        })
    }

    fn forward(&self, y: Tensor<4>) -> Tensor<4> {
        let y = self.act1.forward(self.depthwise.forward(y));
        self.act2.forward(self.pointwise.forward(y))
    }
}

/// The MobileNet. Batch norms are folded into the convolutions.
#[derive(Module, Debug)]
pub struct Backbone {
    stem: Conv2d,
    stem_act: PRelu,
    pairs: Vec<Pair>,
    input_scale: f32,
    /// Positions of t56, t28 and t14 among the pairs; the last pair yields x.
    tap_indices: [usize; 3],
}

impl Backbone {
    /// Fills the layers from `backbone.*`. The config must have passed [`super::CompactConfig::validate`].
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(config: &BackboneConfig, source: &Source<'_>) -> Result<Self, ParameterError> {
        let pairs = config.pairs.iter().enumerate();
        let taps = &config.taps;
        let index = |tap| config.tap_index(tap).map_err(ParameterError::Config);
        Ok(Self {
            stem: source.conv("stem", ConvShape::dense(3, config.stem, 3))?,
            stem_act: source.prelu("stem_act", config.stem)?,
            pairs: pairs
                .map(|(number, pair)| Pair::new(*pair, &source.part(&format!("pairs.{number}"))))
                .collect::<Result<_, _>>()?,
            input_scale: config.input_scale,
            tap_indices: [index(&taps.t56)?, index(&taps.t28)?, index(&taps.t14)?],
        })
    }

    /// Faces `[N, 3, 112, 112]`, RGB in [-1, 1], to features.
    pub fn forward(&self, faces: Tensor<4>) -> Taps {
        // The scale is applied before the stem pads with zeros; zero stays zero, so the order does not matter here,
        // but it would if the scale were an offset.
        let y = self.stem_act.forward(self.stem.forward(faces.mul_scalar(self.input_scale)));
        let [t56, t28, t14] = self.tap_indices;
        let (y, t56) = self.run(y, 0, t56);
        let (y, t28) = self.run(y, self.tap_indices[0] + 1, t28);
        let (y, t14) = self.run(y, self.tap_indices[1] + 1, t14);
        let (x, _) = self.run(y, self.tap_indices[2] + 1, self.pairs.len() - 1);
        Taps { t56, t28, t14, x }
    }

    /// Runs the pairs `first..=last`; the result twice, to go on with and to keep.
    fn run(&self, mut y: Tensor<4>, first: usize, last: usize) -> (Tensor<4>, Tensor<4>) {
        for pair in &self.pairs[first..=last] {
            y = pair.forward(y);
        }
        (y.clone(), y)
    }
}
