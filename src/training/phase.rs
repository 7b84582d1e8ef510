//! A phase of training as the loop drives it: the batches a step asks for, the step, what is shown of it and what must
//! survive an interruption. The loop itself, its files and its schedule are `run`'s.

use image::RgbImage;

use super::data::{Batch, Request};
use super::recognition::BatchError;
use crate::model::{ParameterError, Parameters};

/// What the loop drives. Steps count from 0; everything a step does follows from the state before it, its number, its
/// batches and the seed, so that a run that was interrupted repeats an uninterrupted one to the bit.
pub trait Phase {
    /// The phase's name in configs, commands and run folders.
    fn name(&self) -> &'static str;

    /// The batches this step needs, in order; with gradient accumulation those of one micro-batch after another.
    fn requests(&self, step: u64) -> Vec<Request>;

    /// One step of all optimisers.
    ///
    /// # Errors
    /// When a batch lacks what this phase needs to know of a face.
    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError>;

    /// Every number a bit-exact resume needs, by name: `network.*`, `adversary.*`, `discriminator.*`, `ema.*`,
    /// `moments.<optimiser>.<name>.{first,second}`, counters.
    fn state(&self) -> Parameters;

    /// Goes on from what [`Self::state`] gave.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError>;

    /// The gates of the decomposition, averaged over the fixed sample faces; nothing where the phase has none.
    fn gates(&self) -> Option<Gates>;

    /// The fixed sample faces as the networks see them now; nothing where there is nothing to show.
    ///
    /// # Errors
    /// When the networks cannot draw them.
    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError>;

    /// The finished network in the layout of weights files.
    fn weights(&self) -> Parameters;

    /// What `report.json` says of the phase beyond what every run has.
    fn summary(&self) -> serde_json::Value;
}

/// What a step did.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// Every loss by name, not weighted; `total` is what was minimised.
    pub losses: Vec<(&'static str, f32)>,
    /// Faces that were learned from.
    pub images: usize,
}

/// The gates of the decomposition, averaged over faces.
#[derive(Clone, Debug, PartialEq)]
pub struct Gates {
    /// Share of each cell given to age, row-major, 7 × 7.
    pub spatial: Vec<f32>,
    /// Share of each channel given to age.
    pub channel: Vec<f32>,
}

/// Sample faces in rows, what became of them in columns.
#[derive(Clone, Debug)]
pub struct SampleGrid {
    /// The picture, cells of 112 × 112 pixels.
    pub picture: RgbImage,
    /// What each column shows.
    pub columns: Vec<String>,
    /// How many faces.
    pub rows: usize,
}

/// Why a phase cannot go on, as a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum PhaseError {
    /// The start weights, or a checkpoint, are not of this network.
    #[error("{0}. Start from a weights file of the network that the config means.")]
    Parameters(#[from] ParameterError),
    /// A batch does not fit.
    #[error("{0}. Check the labels of the data.")]
    Batch(#[from] BatchError),
    /// The data lacks what the phase needs.
    #[error("{what}. {next_step}")]
    Needs {
        /// What is missing.
        what: String,
        /// What to do.
        next_step: String,
    },
}

/// Random numbers of one step: hashes of seed, step, stream and an index, so that there is no state to save.
#[derive(Clone, Copy, Debug)]
pub struct StepRandom {
    key: u64,
}

impl StepRandom {
    /// The numbers of a step; streams of different names are independent of each other.
    pub fn new(seed: u64, step: u64, stream: &str) -> Self {
        let stream = stream.bytes().fold(0, |hash, byte| mixed(hash ^ u64::from(byte)));
        Self { key: mixed(mixed(mixed(seed) ^ step) ^ stream) }
    }

    /// The number at this place, any of 64 bits.
    pub fn bits(&self, index: u64) -> u64 {
        mixed(mixed(self.key ^ index))
    }

    /// Uniform in [0, 1).
    pub fn uniform(&self, index: u64) -> f32 {
        (self.bits(index) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Uniform among `0..count`; 0 where there is nothing to choose from.
    pub fn below(&self, index: u64, count: usize) -> usize {
        ((u128::from(self.bits(index)) * count as u128) >> 64) as usize
    }

    /// Of the standard normal distribution (Box and Muller 1958).
    pub fn normal(&self, index: u64) -> f32 {
        let unit = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let (radius, angle) = (unit(self.bits(index)), unit(mixed(self.bits(index))));
        ((-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()) as f32
    }
}

/// One step of splitmix64 (Steele, Lea and Flood 2014).
fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_everything_and_on_nothing_else() {
        let bits = |seed, step, stream| StepRandom::new(seed, step, stream).bits(3);
        assert_eq!(bits(1, 2, "dropout"), bits(1, 2, "dropout"));
        let others = [bits(2, 2, "dropout"), bits(1, 3, "dropout"), bits(1, 2, "target")];
        assert!(others.iter().all(|other| *other != bits(1, 2, "dropout")));
    }

    #[test]
    fn numbers_are_spread_as_they_should_be() {
        let random = StepRandom::new(7, 0, "test");
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        let uniform: Vec<f32> = (0..20_000).map(|index| random.uniform(index)).collect();
        assert!(uniform.iter().all(|value| (0.0..1.0).contains(value)));
        assert!((mean(&uniform) - 0.5).abs() < 0.01);
        let normal: Vec<f32> = (0..20_000).map(|index| random.normal(index)).collect();
        let squares: Vec<f32> = normal.iter().map(|value| value * value).collect();
        assert!(mean(&normal).abs() < 0.03 && (mean(&squares) - 1.0).abs() < 0.05);
        let mut drawn = [0; 5];
        (0..5_000).for_each(|index| drawn[random.below(index, 5)] += 1);
        assert!(drawn.iter().all(|count| (900..1_100).contains(count)), "{drawn:?}");
        assert_eq!(random.below(0, 0), 0);
    }
}
