//! How a face is changed before it is learned from, in plain numbers: what the photograph does not reach is filled from
//! another face, then the face is moved, mirrored and its light, colour and sharpness vary.

use serde::{Deserialize, Serialize};

use super::face::{Face, SIDE_PX};
use super::mask::{self, Kernel};
use crate::training::phase::StepRandom;

/// How strongly faces are changed. Black and white are one apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Share of faces that are mirrored.
    pub mirror: f32,
    /// Largest change of brightness either way.
    pub brightness: f32,
    /// Largest change of contrast either way, as a share of it.
    pub contrast: f32,
    /// Share of faces that become grey.
    pub grey: f32,
    /// Share of faces that are blurred, by a Gaussian of 0.5 to 1.5 pixels.
    pub blur: f32,
    /// Largest deviation of noise.
    pub noise: f32,
    /// Largest move either way, in whole pixels.
    pub shift_px: u32,
    /// Share of faces whose border, where the photograph does not reach, is filled from a random face of the sources
    /// that are `aligned`; without such a source it stays black.
    pub fill_border: f32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self {
            mirror: 0.5,
            brightness: 0.05,
            contrast: 0.1,
            grey: 0.02,
            blur: 0.05,
            noise: 0.01,
            shift_px: 1,
            fill_border: 0.5,
        }
    }
}

/// What a random number of a face is for.
#[derive(Clone, Copy)]
enum Purpose {
    Fill = 16,
    ShiftX,
    ShiftY,
    Mirror,
    Brightness,
    Contrast,
    Grey,
    Blur,
    BlurWidth,
    Noise,
}

/// Random numbers of one face of a batch.
#[derive(Clone, Copy)]
pub(super) struct FaceRandom {
    random: StepRandom,
    first: u64,
}

impl FaceRandom {
    /// Of the face at this place of a batch.
    pub(super) fn new(random: StepRandom, place: usize) -> Self {
        Self { random, first: (place as u64) << 32 }
    }

    /// The number at this index, below 2^32, any of 64 bits.
    pub(super) fn bits(&self, index: u64) -> u64 {
        self.random.bits(self.first + index)
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&self, index: u64) -> f32 {
        self.random.uniform(self.first + index)
    }

    /// Uniform in [0, 1), fine enough to draw among millions.
    pub(super) fn fraction(&self, index: u64) -> f64 {
        (self.bits(index) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform among `0..count`.
    pub(super) fn below(&self, index: u64, count: usize) -> usize {
        self.random.below(self.first + index, count)
    }

    fn happens(&self, purpose: Purpose, share: f32) -> bool {
        self.uniform(purpose as u64) < share
    }

    /// Uniform in [-1, 1).
    fn either_way(&self, purpose: Purpose) -> f32 {
        2.0 * self.uniform(purpose as u64) - 1.0
    }

    /// Whole, at most `most` either way.
    fn whole(&self, purpose: Purpose, most: u32) -> i64 {
        self.below(purpose as u64, 2 * most as usize + 1) as i64 - i64::from(most)
    }
}

impl Augmentation {
    /// Faces as they are.
    pub fn none() -> Self {
        Self {
            mirror: 0.0,
            brightness: 0.0,
            contrast: 0.0,
            grey: 0.0,
            blur: 0.0,
            noise: 0.0,
            shift_px: 0,
            fill_border: 0.0,
        }
    }

    /// The key whose value makes no sense, if there is one, and what it may be.
    pub fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let shares = [
            ("mirror", self.mirror),
            ("brightness", self.brightness),
            ("contrast", self.contrast),
            ("grey", self.grey),
            ("blur", self.blur),
            ("noise", self.noise),
            ("fill_border", self.fill_border),
        ];
        let wrong = shares.into_iter().find(|(_, value)| !(0.0..=1.0).contains(value));
        let far = (self.shift_px > SIDE_PX as u32 / 4).then_some(("shift_px", "a whole number from 0 to 28"));
        wrong.map(|(key, _)| (key, "a number from 0 to 1")).or(far)
    }

    /// Whether this face's border is to be filled.
    pub(super) fn fills(&self, face: &Face, random: &FaceRandom) -> bool {
        !face.is_whole() && random.happens(Purpose::Fill, self.fill_border)
    }

    /// Moves, mirrors and varies a face.
    pub(super) fn apply(&self, face: &mut Face, random: &FaceRandom) {
        let [dx, dy] = [Purpose::ShiftX, Purpose::ShiftY].map(|purpose| random.whole(purpose, self.shift_px));
        face.shift(dx, dy);
        if random.happens(Purpose::Mirror, self.mirror) {
            face.mirror();
        }
        self.vary_light(&mut face.pixels, random);
        if random.happens(Purpose::Blur, self.blur) {
            let kernel = Kernel::gaussian(0.5 + random.uniform(Purpose::BlurWidth as u64));
            face.pixels.chunks_exact_mut(SIDE_PX * SIDE_PX).for_each(|plane| mask::blur(plane, &kernel));
        }
        if self.noise > 0.0 {
            add_noise(&mut face.pixels, 2.0 * self.noise * random.uniform(Purpose::Noise as u64), random);
        }
        face.pixels.iter_mut().for_each(|value| *value = value.clamp(-1.0, 1.0));
    }

    fn vary_light(&self, pixels: &mut [f32], random: &FaceRandom) {
        // Black and white are 1 apart in the settings and 2 in the pixels.
        let brightness = 2.0 * self.brightness * random.either_way(Purpose::Brightness);
        let contrast = 1.0 + self.contrast * random.either_way(Purpose::Contrast);
        pixels.iter_mut().for_each(|value| *value = *value * contrast + brightness);
        if random.happens(Purpose::Grey, self.grey) {
            make_grey(pixels);
        }
    }
}

/// Every channel becomes the luma of Rec. 601.
fn make_grey(pixels: &mut [f32]) {
    let (red, rest) = pixels.split_at_mut(SIDE_PX * SIDE_PX);
    let (green, blue) = rest.split_at_mut(SIDE_PX * SIDE_PX);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        let grey = 0.299 * *red + 0.587 * *green + 0.114 * *blue;
        (*red, *green, *blue) = (grey, grey, grey);
    }
}

/// Index of the first of the noise's random numbers.
const NOISE_FROM: u64 = 1 << 16;

/// Adds noise of this deviation: four uniform numbers together, near enough to a normal one and much faster.
fn add_noise(pixels: &mut [f32], deviation: f32, random: &FaceRandom) {
    // The sum of four numbers uniform in 0..65536 has this mean and deviation.
    let (mean, spread) = (131_070.0, (4.0_f32 / 12.0).sqrt() * 65_536.0);
    for (index, value) in pixels.iter_mut().enumerate() {
        let bits = random.bits(NOISE_FROM + index as u64);
        let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
        *value += deviation * (sum as f32 - mean) / spread;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face() -> Face {
        let plane = SIDE_PX * SIDE_PX;
        let pixels = (0..3 * plane).map(|index| ((index * 7) % 100) as f32 / 100.0 - 0.5).collect();
        Face { pixels, photographed: None }
    }

    fn random(step: u64) -> FaceRandom {
        FaceRandom::new(StepRandom::new(1, step, "test"), 3)
    }

    #[test]
    fn nothing_changes_without_augmentation() {
        let mut changed = face();
        Augmentation::none().apply(&mut changed, &random(0));
        assert_eq!(changed, face());
    }

    #[test]
    fn a_mirrored_face_is_mirrored_and_keys_are_checked() {
        let mut changed = face();
        Augmentation { mirror: 1.0, ..Augmentation::none() }.apply(&mut changed, &random(0));
        assert_eq!(changed.pixels[0], face().pixels[SIDE_PX - 1]);
        assert_eq!(Augmentation::default().mistake(), None);
        let wrong = Augmentation { grey: f32::NAN, ..Augmentation::none() };
        assert_eq!(wrong.mistake().map(|(key, _)| key), Some("grey"));
        let far = Augmentation { shift_px: 29, ..Augmentation::none() };
        assert_eq!(far.mistake().map(|(key, _)| key), Some("shift_px"));
    }

    #[test]
    fn light_varies_within_its_bounds_and_noise_has_its_deviation() {
        let flat = || Face { pixels: vec![0.0; 3 * SIDE_PX * SIDE_PX], photographed: None };
        let settings = Augmentation { brightness: 0.1, ..Augmentation::none() };
        let changed = (0..200).map(|step| {
            let mut face = flat();
            settings.apply(&mut face, &random(step));
            face.pixels[0]
        });
        let (low, high) = changed.fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
        assert!((-0.2..-0.15).contains(&low) && (0.15..0.2).contains(&high), "{low} to {high}");
        let mut noisy = flat().pixels;
        add_noise(&mut noisy, 0.1, &random(0));
        let (mean, square) =
            noisy.iter().fold((0.0, 0.0), |(mean, square), value| (mean + value, square + value * value));
        let count = noisy.len() as f32;
        assert!((mean / count).abs() < 2e-3 && ((square / count).sqrt() - 0.1).abs() < 2e-3);
    }

    #[test]
    fn grey_has_no_colour() {
        let mut changed = face();
        Augmentation { grey: 1.0, ..Augmentation::none() }.apply(&mut changed, &random(0));
        let plane = SIDE_PX * SIDE_PX;
        assert_eq!(changed.pixels[..plane], changed.pixels[2 * plane..]);
    }
}
