//! Confidence intervals by drawing persons with replacement: pairs of one person hang together, so persons are drawn,
//! not pairs. Every resampling depends on the seed and its own number alone, whatever thread it runs on.

use rayon::prelude::*;

/// Resamplings for an interval.
pub const RESAMPLINGS: u64 = 1000;
/// An interval needs the figure in at least this share of the resamplings.
const MIN_TOLD: f64 = 0.9;

/// How often each person was drawn; without draws everybody counts once.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a>(Option<&'a [u32]>);

impl Draws<'_> {
    /// Everybody once: the set as it is.
    pub const ONCE: Draws<'static> = Draws(None);

    /// How often this person was drawn.
    pub fn of(self, person: u32) -> u64 {
        self.0.map_or(1, |drawn| u64::from(drawn[person as usize]))
    }

    /// How often a pair of these persons was: once for each way to pair the draws of two different persons.
    pub fn of_pair(self, [a, b]: [u32; 2]) -> u64 {
        if a == b { self.of(a) } else { self.of(a) * self.of(b) }
    }
}

/// The middle 95 % of each figure over the resamplings of `persons`. `figures` gives every figure of one resampling in
/// one order; an interval is not told where the figure is missing too often.
pub fn intervals(
    persons: usize,
    seed: u64,
    figures: impl Fn(Draws<'_>) -> Vec<Option<f64>> + Sync,
) -> Vec<Option<[f64; 2]>> {
    if persons < 2 {
        return figures(Draws::ONCE).iter().map(|_| None).collect();
    }
    let resampled: Vec<Vec<Option<f64>>> = (0..RESAMPLINGS)
        .into_par_iter()
        .map(|resampling| figures(Draws(Some(&draw(persons, seed, resampling)))))
        .collect();
    let count = resampled.first().map_or(0, Vec::len);
    (0..count).map(|figure| middle(resampled.iter().filter_map(|figures| figures[figure]).collect())).collect()
}

/// The interval of a mean over `(person, value)`.
pub fn mean_interval(persons: usize, seed: u64, values: &[(u32, f64)]) -> Option<[f64; 2]> {
    let mean = |draws: Draws<'_>| {
        let (mut sum, mut count) = (0.0, 0);
        for (person, value) in values {
            let times = draws.of(*person);
            sum += *value * times as f64;
            count += times;
        }
        vec![(count > 0).then(|| sum / count as f64)]
    };
    intervals(persons, seed, mean).swap_remove(0)
}

fn middle(mut values: Vec<f64>) -> Option<[f64; 2]> {
    if (values.len() as f64) < MIN_TOLD * RESAMPLINGS as f64 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Some([at(0.025), at(0.975)])
}

fn draw(persons: usize, seed: u64, resampling: u64) -> Vec<u32> {
    let mut random = SplitMix::new(seed ^ resampling.wrapping_mul(0xD1B5_4A32_D192_ED03));
    let mut drawn = vec![0; persons];
    for _ in 0..persons {
        drawn[random.below(persons)] += 1;
    }
    drawn
}

/// SplitMix64: a small generator is enough to draw persons and pictures.
#[derive(Clone, Debug)]
pub struct SplitMix(u64);

impl SplitMix {
    /// A generator whose numbers follow from the seed alone.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// `count` of the items, or all where there are fewer, in an order the seed decides.
    pub fn choose<T>(&mut self, mut items: Vec<T>, count: usize) -> Vec<T> {
        for index in 0..count.min(items.len()) {
            let other = index + self.below(items.len() - index);
            items.swap(index, other);
        }
        items.truncate(count);
        items
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_wide() {
        // 400 persons, half of them 0 and half 1: the standard error is 0.025.
        let values: Vec<(u32, f64)> = (0..400).map(|person| (person, f64::from(person % 2))).collect();
        let [low, high] = mean_interval(400, 1, &values).unwrap();
        assert!((low - 0.451).abs() < 0.012 && (high - 0.549).abs() < 0.012, "{low} to {high}");
        assert_eq!(mean_interval(400, 1, &values), Some([low, high]), "the seed decides");
    }

    #[test]
    fn persons_with_many_values_are_drawn_whole() {
        // Ten persons of 40 equal values each: drawing values would give a quarter of this width.
        let values: Vec<(u32, f64)> = (0..400).map(|value| (value / 40, f64::from(value / 40 % 2))).collect();
        let [low, high] = mean_interval(10, 1, &values).unwrap();
        assert!(high - low > 0.5, "{low} to {high}");
    }

    #[test]
    fn one_person_has_no_interval() {
        assert_eq!(mean_interval(1, 1, &[(0, 0.5)]), None);
    }

    #[test]
    fn a_choice_holds_each_item_once() {
        let mut chosen = SplitMix::new(3).choose((0..20).collect(), 20);
        assert_ne!(chosen, (0..20).collect::<Vec<_>>());
        chosen.sort_unstable();
        assert_eq!(chosen, (0..20).collect::<Vec<_>>());
        assert_eq!(SplitMix::new(3).choose(vec![1, 2], 5).len(), 2);
    }
}
