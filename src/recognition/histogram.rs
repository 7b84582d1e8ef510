//! Scores of many pairs, counted in equal bins: what a calibration keeps of them.

use serde::{Deserialize, Serialize};

/// Cosine at the left edge of the first bin.
pub const START: f32 = -1.0;
/// Width of a bin.
pub const BIN_WIDTH: f32 = 0.0025;
/// Bins from -1 to 1.
const BINS: usize = 801;

/// Counts of scores in equal bins. Written without its empty ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Trimmed", into = "Trimmed")]
pub struct Histogram {
    /// Cosine at the left edge of the first bin.
    pub start: f32,
    /// Width of a bin.
    pub bin_width: f32,
    /// Pairs in each bin.
    pub counts: Vec<u64>,
}

/// The written form.
#[derive(Serialize, Deserialize)]
struct Trimmed {
    first_bin: usize,
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { start: START, bin_width: BIN_WIDTH, counts: vec![0; BINS] }
    }
}

impl Histogram {
    /// Counts one pair's score.
    pub fn add(&mut self, cosine: f32) {
        let bin = self.bin_of(cosine);
        self.counts[bin] += 1;
    }

    /// Adds another set of pairs.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// How many pairs were counted.
    pub fn pairs(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many pairs score this high or higher; pairs in the same bin count as if they did.
    pub fn at_least(&self, cosine: f32) -> u64 {
        self.counts[self.bin_of(cosine)..].iter().sum()
    }

    /// The lowest score that at most this share of the pairs reach.
    pub fn threshold(&self, share: f64) -> f32 {
        let allowed = (share * self.pairs() as f64).floor() as u64;
        let mut above = 0;
        for (bin, count) in self.counts.iter().enumerate().rev() {
            above += count;
            if above > allowed {
                return self.start + (bin + 1) as f32 * self.bin_width;
            }
        }
        self.start
    }

    fn bin_of(&self, cosine: f32) -> usize {
        // Nudged by a hundredth of a bin, so that a threshold read from a bin's edge falls into that bin.
        let bin = ((cosine - self.start) / self.bin_width + 0.01).floor().max(0.0) as usize;
        bin.min(self.counts.len() - 1)
    }
}

impl From<Trimmed> for Histogram {
    fn from(trimmed: Trimmed) -> Self {
        let mut histogram = Self::default();
        for (count, value) in histogram.counts.iter_mut().skip(trimmed.first_bin).zip(trimmed.counts) {
            *count = value;
        }
        histogram
    }
}

impl From<Histogram> for Trimmed {
    fn from(histogram: Histogram) -> Self {
        let used = |count: &u64| *count > 0;
        let first_bin = histogram.counts.iter().position(used).unwrap_or(0);
        let end = histogram.counts.iter().rposition(used).map_or(first_bin, |last| last + 1);
        Self { first_bin, counts: histogram.counts[first_bin..end].to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hundred() -> Histogram {
        let mut histogram = Histogram::default();
        for step in 0..100 {
            histogram.add(step as f32 / 100.0);
        }
        histogram
    }

    #[test]
    fn a_threshold_lets_exactly_the_share_through() {
        let histogram = hundred();
        let threshold = histogram.threshold(0.1);
        assert_eq!(histogram.at_least(threshold), 10);
        assert!((0.89..=0.9).contains(&threshold), "{threshold}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = serde_json::to_string(&hundred()).unwrap();
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), hundred());
    }

    #[test]
    fn the_ends_of_the_scale_are_counted() {
        let mut histogram = Histogram::default();
        histogram.add(-1.0);
        histogram.add(1.0);
        assert_eq!((histogram.pairs(), histogram.at_least(1.0), histogram.at_least(-1.0)), (2, 1, 2));
    }
}
