//! Noise added to the decoder's features. The published code draws it anew at every call and so never draws the same
//! face twice; here it is off, the maps stored with the weights, or drawn from a seed (ARCHITECTURE B.4).

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::ParameterError;
use crate::model::inventory::NOISE_SIZES_PX;
use crate::model::layers::Source;

/// Which noise is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Noise {
    /// None: smooth, and the same everywhere.
    #[default]
    Off,
    /// The maps that came with the weights.
    Stored,
    /// Normal noise drawn from this seed: the same seed, the same face.
    Seeded(u64),
}

/// The maps that came with the weights, coarsest first.
#[derive(Module, Debug)]
pub struct NoiseMaps {
    /// `[1, 1, n, n]` each.
    maps: Vec<Tensor<4>>,
}

impl NoiseMaps {
    /// Takes `decoder.decoder.noises.noise_0` and so on.
    ///
    /// # Errors
    /// When a map is missing or has another shape.
    pub fn new(source: Source<'_>) -> Result<Self, ParameterError> {
        let map = |(index, size_px): (usize, &usize)| {
            source.tensor(&format!("decoder.decoder.noises.noise_{index}"), [1, 1, *size_px, *size_px])
        };
        Ok(Self { maps: NOISE_SIZES_PX.iter().enumerate().map(map).collect::<Result<_, _>>()? })
    }

    /// The map of one convolution, counted in the order they run.
    pub fn drawn(&self, index: usize, noise: &Noise, device: &Device) -> Option<Tensor<4>> {
        match noise {
            Noise::Off => None,
            Noise::Stored => Some(self.maps[index].clone()),
            Noise::Seeded(seed) => {
                let size_px = NOISE_SIZES_PX[index];
                let values = normal(*seed, index as u64, size_px * size_px);
                Some(Tensor::from_data(TensorData::new(values, [1, 1, size_px, size_px]), device))
            }
        }
    }
}

/// Independent normal numbers, a pure function of seed, stream and position.
fn normal(seed: u64, stream: u64, count: usize) -> Vec<f32> {
    let mut state = seed ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03);
    // splitmix64 (Steele, Lea and Flood 2014), its upper 53 bits as a number in (0, 1].
    let mut uniform = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((mixed >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
    };
    // Box and Muller: two uniform numbers make a radius and an angle.
    (0..count).map(|_| ((-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_noise_is_normal_and_repeats() {
        let values = normal(7, 3, 20_000);
        let mean = values.iter().sum::<f32>() / 20_000.0;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        assert_eq!(values, normal(7, 3, 20_000));
        assert_ne!(values[..8], normal(7, 4, 8)[..]);
        assert_ne!(values[..8], normal(8, 3, 8)[..]);
    }
}
