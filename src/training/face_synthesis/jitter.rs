//! Views of synthesised faces for the judge, each a little different: what an age judge is fooled by most easily are
//! patterns of single pixels and casts of colour. It sees grey faces four times out of five; colour is taught by the
//! discriminator alone.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::config::JitterConfig;
use crate::training::phase::StepRandom;

/// Farthest move either way, pixels.
const MOST_SHIFT_PX: usize = 2;
/// Share of batches that get noise.
const NOISY: f32 = 0.5;

/// What a random number is for; those of single faces and pixels come behind.
#[derive(Clone, Copy)]
enum Purpose {
    Shift,
    ShiftX,
    ShiftY,
    Blur,
    Noise,
}

/// Numbers of one face that are drawn for each face of the batch.
const GREY_FROM: u64 = 1 << 8;
const COLOUR_FROM: u64 = 1 << 12;
const CONTRAST_FROM: u64 = 1 << 16;
const BRIGHTNESS_FROM: u64 = 1 << 20;
const CAST_FROM: u64 = 1 << 24;
const NOISE_FROM: u64 = 1 << 32;

/// Another view of faces `[N, 3, H, W]`; gradients go through it.
pub fn jittered(faces: Tensor<4>, config: &JitterConfig, random: StepRandom) -> Tensor<4> {
    let [images, ..] = faces.dims();
    let device = faces.device();
    let happens = |purpose: Purpose, share: f32| random.uniform(purpose as u64) < share;
    let mut x = faces;
    if happens(Purpose::Shift, config.shift) {
        let shift =
            |purpose: Purpose| random.below(purpose as u64, 2 * MOST_SHIFT_PX + 1) as i64 - MOST_SHIFT_PX as i64;
        x = x.roll(&[shift(Purpose::ShiftY), shift(Purpose::ShiftX)], &[2, 3]);
    }
    if happens(Purpose::Blur, config.blur) {
        let options =
            AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]).with_count_include_pad(false);
        x = avg_pool2d(x, options);
    }
    let each = |channels: u64, number: &dyn Fn(u64) -> f32| {
        let values: Vec<f32> = (0..images as u64 * channels).map(number).collect();
        constant(values, [images, channels as usize, 1, 1], &device).cast(x.dtype())
    };
    let grey = |face| match random.uniform(GREY_FROM + face) < config.grey {
        true => 1.0,
        false => random.uniform(COLOUR_FROM + face),
    };
    let grey = each(1, &grey);
    let contrast = each(1, &|face| 1.0 + config.contrast * random.normal(CONTRAST_FROM + face));
    let shift = each(1, &|face| config.brightness * random.normal(BRIGHTNESS_FROM + face))
        + each(3, &|channel| config.cast * random.normal(CAST_FROM + channel));
    let mean = x.clone().mean_dim(1);
    let x = (x.clone() + (mean - x) * grey) * contrast + shift;
    match config.noise > 0.0 && happens(Purpose::Noise, NOISY) {
        true => x.clone() + noise(x, config.noise, random),
        false => x,
    }
}

/// Noise of this deviation in the shape of `like`.
fn noise(like: Tensor<4>, deviation: f32, random: StepRandom) -> Tensor<4> {
    let shape = like.dims();
    let count: usize = shape.iter().product();
    // Four uniform numbers together: near enough to a normal one and much faster.
    let (mean, spread) = (131_070.0, (4.0_f32 / 12.0).sqrt() * 65_536.0);
    let value = |index: u64| {
        let bits = random.bits(NOISE_FROM + index);
        let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
        deviation * (sum as f32 - mean) / spread
    };
    constant((0..count as u64).map(value).collect(), shape, &like.device()).cast(like.dtype())
}

fn constant(values: Vec<f32>, shape: [usize; 4], device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(config: &JitterConfig, step: u64) -> Vec<f32> {
        let values: Vec<f32> = (0..2 * 3 * 36).map(|index| (index % 7) as f32 / 7.0).collect();
        let faces = constant(values, [2, 3, 6, 6], &Device::flex());
        jittered(faces, config, StepRandom::new(1, step, "jitter")).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn views_follow_from_the_step_alone() {
        let config = JitterConfig::default();
        assert_eq!(view(&config, 3), view(&config, 3));
        assert_ne!(view(&config, 3), view(&config, 4));
    }

    #[test]
    fn without_jitter_a_face_stays_or_loses_its_colour() {
        let still =
            JitterConfig { shift: 0.0, blur: 0.0, contrast: 0.0, brightness: 0.0, cast: 0.0, noise: 0.0, grey: 1.0 };
        let grey = view(&still, 0);
        let faces = grey.chunks(3 * 36);
        for face in faces {
            assert!(face[..36].iter().zip(&face[72..]).all(|(red, blue)| (red - blue).abs() < 1e-6));
        }
    }
}
