//! From features to style codes, W+ (ARCHITECTURE B.2): blocks of strided convolutions that see one feature map each.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::convolution::Convolution;
use super::inventory::STYLE_CONVOLUTIONS;
use super::layers::{ConvShape, Source};
use super::{AgeGroup, ParameterError};

/// Ages in years the codes of the seven groups stand for (ARCHITECTURE B.6).
pub const STYLE_ANCHORS_YEARS: [f32; 7] = [5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0];

/// The two groups an age lies between and how far along it is, 0 to 1. Ages beyond the ends count as the ends.
pub fn style_neighbours(age_years: f32) -> (AgeGroup, AgeGroup, f32) {
    let first = STYLE_ANCHORS_YEARS[0];
    let step = STYLE_ANCHORS_YEARS[1] - first;
    let last = AgeGroup::ALL.len() - 1;
    let position = ((age_years - first) / step).clamp(0.0, last as f32);
    let low = (position as usize).min(last - 1);
    (AgeGroup::ALL[low], AgeGroup::ALL[low + 1], position - low as f32)
}

/// Neighbouring style blocks that see the same feature map.
#[derive(Module, Debug)]
pub struct StyleBlocks {
    /// The first convolution of every block, as one.
    first: Convolution,
    /// The convolutions behind it, block by block.
    rest: Vec<Vec<Convolution>>,
    linear: Vec<Linear>,
}

impl StyleBlocks {
    /// Blocks `styles` of `encoder.styles.`, over `channels`; they have the same number of convolutions.
    ///
    /// # Errors
    /// When a parameter is missing or has another shape.
    pub fn new(styles: std::ops::Range<usize>, channels: usize, source: Source<'_>) -> Result<Self, ParameterError> {
        let shape = ConvShape::new(channels, channels, 3).with_stride(2);
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        let (mut rest, mut linear) = (Vec::new(), Vec::new());
        for style in styles.clone() {
            let name = |index: usize| format!("encoder.styles.{style}.convs.{}", 2 * index);
            let first = name(0);
            let stored = source.parameters.get(&format!("{first}.weight"), &shape.weight_shape())?;
            weights.extend_from_slice(&stored);
            biases.extend_from_slice(&source.parameters.get(&format!("{first}.bias"), &[channels])?);
            let others =
                (1..STYLE_CONVOLUTIONS[style]).map(|index| Convolution::new(&name(index), shape, true, source));
            rest.push(others.collect::<Result<_, _>>()?);
            linear.push(source.linear(&format!("encoder.styles.{style}.linear"), channels, channels, true)?);
        }
        let joined = ConvShape::new(channels, channels * styles.len(), 3).with_stride(2);
        Ok(Self { first: Convolution::of(joined, weights, Some(biases), source), rest, linear })
    }

    /// Features `[1, C, n, n]` to one code for each block, `[1, blocks, C]`.
    pub fn forward(&self, features: Tensor<4>) -> Tensor<3> {
        let channels = features.dims()[1];
        let first = self.first.forward_leaky(features);
        let blocks = self.rest.iter().zip(&self.linear).enumerate();
        let codes = blocks.map(|(block, (rest, linear))| {
            let own = first.clone().narrow(1, block * channels, channels);
            let last = rest.iter().fold(own, |x, layer| layer.forward_leaky(x));
            linear.forward(last.mean_dim(2).mean_dim(3).reshape([1, channels]))
        });
        Tensor::stack(codes.collect(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_lie_between_their_neighbours() {
        let cases = [(0.0, 0, 0.0), (5.0, 0, 0.0), (38.0, 3, 0.3), (65.0, 5, 1.0), (90.0, 5, 1.0)];
        for (age_years, low, fraction) in cases {
            let (found, next, along) = style_neighbours(age_years);
            assert_eq!((found.index(), next.index()), (low, low + 1), "{age_years}");
            assert!((along - fraction).abs() < 1e-6, "{age_years}: {along}");
        }
    }
}
