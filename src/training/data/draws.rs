//! Which faces a batch draws. Faces lie in buckets (all, by age, by age group, by person); a draw chooses a bucket and a
//! face in it, and goes on from there in their order where a face cannot be used.

use super::augmentation::FaceRandom;
use super::{DataError, Draw, Sample};
use crate::model::AgeGroup;

/// Width of the bins that make ages even, in years.
const BIN_YEARS: f32 = 5.0;

/// Indices of the random numbers of a draw.
const BUCKET: u64 = 0;
const FACE: u64 = 1;

/// The faces of all sources, by what a batch may ask for.
#[derive(Debug, Default)]
pub(super) struct Draws {
    all: Bucket,
    by_bin: Vec<Bucket>,
    by_group: Vec<Bucket>,
    by_identity: Vec<Bucket>,
    /// Faces of aligned sources, which fill borders.
    pub aligned: Bucket,
}

/// Faces of which one is drawn, those of each source as often as its weight says.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    faces: Vec<u32>,
    stretches: Vec<Stretch>,
}

/// The faces of one source in a bucket.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    source: usize,
    start: usize,
    weight: f64,
}

impl Bucket {
    fn push(&mut self, face: u32, source: usize, weight: f32) {
        if self.stretches.last().is_none_or(|stretch| stretch.source != source) {
            self.stretches.push(Stretch { source, start: self.faces.len(), weight: f64::from(weight) });
        }
        self.faces.push(face);
    }

    fn length(&self, stretch: usize) -> usize {
        let end = self.stretches.get(stretch + 1).map_or(self.faces.len(), |next| next.start);
        end - self.stretches[stretch].start
    }

    /// Number of faces, each counted by the weight of its source.
    fn weight(&self) -> f64 {
        self.stretches.iter().enumerate().map(|(index, stretch)| self.length(index) as f64 * stretch.weight).sum()
    }

    /// Whether there are no faces.
    pub(super) fn is_empty(&self) -> bool {
        self.faces.is_empty()
    }

    /// All faces from a drawn one on, round to the one before it. The draw is a number in [0, 1).
    pub(super) fn drawn(&self, draw: f64) -> impl Iterator<Item = usize> + '_ {
        self.from(self.place(draw))
    }

    fn place(&self, draw: f64) -> usize {
        let mut left = draw * self.weight();
        for (index, stretch) in self.stretches.iter().enumerate() {
            let length = self.length(index);
            let weight = length as f64 * stretch.weight;
            if left < weight {
                return stretch.start + ((left / stretch.weight) as usize).min(length - 1);
            }
            left -= weight;
        }
        // Rounding alone leads here.
        self.faces.len().saturating_sub(1)
    }

    fn from(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let round = self.faces.iter().cycle().skip(place).take(self.faces.len());
        round.map(|face| *face as usize)
    }
}

impl Draws {
    /// Sorts the samples into buckets; those of sources of weight 0 are in none.
    pub(super) fn new(samples: &[Sample], identities: usize, source: impl Fn(usize) -> (f32, bool)) -> Self {
        let mut draws = Self { by_group: AgeGroup::ALL.map(|_| Bucket::default()).into(), ..Self::default() };
        draws.by_identity.resize_with(identities, Bucket::default);
        for (face, sample) in (0_u32..).zip(samples) {
            let (weight, is_aligned) = source(sample.source);
            if weight == 0.0 {
                continue;
            }
            let put = |bucket: &mut Bucket| bucket.push(face, sample.source, weight);
            put(&mut draws.all);
            if is_aligned {
                put(&mut draws.aligned);
            }
            if let Some(identity) = sample.identity {
                put(&mut draws.by_identity[identity]);
            }
            if let Some(age_years) = sample.age_years {
                put(&mut draws.by_group[AgeGroup::of_years(age_years).index()]);
                let bin = (age_years / BIN_YEARS) as usize;
                if draws.by_bin.len() <= bin {
                    draws.by_bin.resize_with(bin + 1, Bucket::default);
                }
                put(&mut draws.by_bin[bin]);
            }
        }
        draws.by_bin.retain(|bucket| !bucket.is_empty());
        draws.by_identity.retain(|bucket| !bucket.is_empty());
        draws
    }

    /// The face that a place of a batch draws, and after it those that replace it where it cannot be used.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn candidates<'a>(
        &'a self,
        draw: &'a Draw,
        place: usize,
        random: &FaceRandom,
    ) -> Result<Box<dyn Iterator<Item = usize> + 'a>, DataError> {
        let lacks = |lacks: String, next_step| Err(DataError::NothingToDraw { lacks, next_step });
        let (bucket, face) = (random.fraction(BUCKET), random.fraction(FACE));
        match draw {
            Draw::Any if self.all.is_empty() => lacks("is drawn".to_owned(), "Give a source a `weight` above 0."),
            Draw::Any => Ok(Box::new(self.all.drawn(face))),
            Draw::ByAge { .. } if self.by_bin.is_empty() => {
                lacks("has an age".to_owned(), "Add a source with ages, such as UTKFace or a CSV with “age_years”.")
            }
            Draw::ByAge { evenness } => {
                Ok(Box::new(through(&self.by_bin, evenly(&self.by_bin, *evenness, bucket), face)))
            }
            Draw::ByIdentity if self.by_identity.is_empty() => lacks(
                "has an identity".to_owned(),
                "Add a source with people, such as a folder for each or a CSV with “identity”.",
            ),
            Draw::ByIdentity => {
                let first = (bucket * self.by_identity.len() as f64) as usize;
                Ok(Box::new(through(&self.by_identity, first.min(self.by_identity.len() - 1), face)))
            }
            Draw::OfGroups(groups) => {
                let Some(group) = groups.get(place % groups.len().max(1)) else {
                    return lacks("was asked for by age group".to_owned(), "Name the age groups.");
                };
                let held = &self.by_group[group.index()];
                if held.is_empty() {
                    return lacks(
                        format!("is of the ages {}", group.label()),
                        "Add a source with faces of these ages.",
                    );
                }
                Ok(Box::new(held.drawn(face)))
            }
            Draw::Listed(faces) if faces.is_empty() => lacks("was asked for".to_owned(), "Name the faces."),
            Draw::Listed(faces) => {
                Ok(Box::new(faces.iter().cycle().skip(place % faces.len()).take(faces.len()).copied()))
            }
        }
    }
}

/// All faces of the first bucket from a drawn one on, then those of the buckets after it.
fn through(buckets: &[Bucket], first: usize, draw: f64) -> impl Iterator<Item = usize> + '_ {
    let others = buckets.iter().cycle().skip(first + 1).take(buckets.len() - 1);
    buckets[first].drawn(draw).chain(others.flat_map(|bucket| bucket.from(0)))
}

/// The bucket drawn where one of `n` faces has a probability proportional to `n^(1 - evenness)`.
fn evenly(buckets: &[Bucket], evenness: f32, draw: f64) -> usize {
    let weights: Vec<f64> = buckets.iter().map(|bucket| bucket.weight().powf(1.0 - f64::from(evenness))).collect();
    let mut left = draw * weights.iter().sum::<f64>();
    let drawn = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    drawn.unwrap_or(buckets.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::phase::StepRandom;

    fn aged(age_years: f32, source: usize) -> Sample {
        Sample { age_years: Some(age_years), source, ..Sample::default() }
    }

    /// How often each face comes first.
    fn counts(draws: &Draws, draw: &Draw, faces: usize) -> Vec<usize> {
        let mut counts = vec![0; faces];
        for step in 0..2_000 {
            let random = FaceRandom::new(StepRandom::new(1, step, "test"), 0);
            counts[draws.candidates(draw, 0, &random).unwrap().next().unwrap()] += 1;
        }
        counts
    }

    #[test]
    fn evenness_makes_rare_ages_frequent() {
        let samples: Vec<Sample> = (0..9).map(|_| aged(25.0, 0)).chain([aged(70.0, 0)]).collect();
        let draws = Draws::new(&samples, 0, |_| (1.0, false));
        let rare = |evenness| counts(&draws, &Draw::ByAge { evenness }, 10)[9];
        assert!((150..250).contains(&rare(0.0)), "{}", rare(0.0));
        // A bin of 9 and one of 1: 3 to 1.
        assert!((430..570).contains(&rare(0.5)), "{}", rare(0.5));
        assert!((930..1_070).contains(&rare(1.0)), "{}", rare(1.0));
    }

    #[test]
    fn weights_say_how_often_a_source_is_drawn() {
        let samples = [aged(1.0, 0), aged(1.0, 0), aged(1.0, 1), aged(1.0, 2)];
        let draws = Draws::new(&samples, 0, |source| ([1.0, 6.0, 0.0][source], false));
        let counts = counts(&draws, &Draw::Any, 4);
        assert!((1_400..1_600).contains(&counts[2]) && counts[3] == 0, "{counts:?}");
    }

    #[test]
    fn a_face_that_cannot_be_used_is_followed_by_all_others_once() {
        let person = |identity| Sample { identity: Some(identity), ..Sample::default() };
        let samples = [person(0), person(1), person(0), person(2)];
        let draws = Draws::new(&samples, 3, |_| (1.0, false));
        for step in 0..20 {
            let random = FaceRandom::new(StepRandom::new(1, step, "test"), 0);
            let all: Vec<usize> = draws.candidates(&Draw::ByIdentity, 0, &random).unwrap().collect();
            let mut sorted = all.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3], "{all:?}");
            if samples[all[0]].identity == Some(0) {
                assert_eq!(samples[all[1]].identity, Some(0), "{all:?}");
            }
        }
    }

    #[test]
    fn groups_and_lists_go_by_the_place_in_the_batch() {
        let samples = [aged(5.0, 0), aged(65.0, 0), aged(66.0, 0)];
        let draws = Draws::new(&samples, 0, |_| (1.0, false));
        let random = FaceRandom::new(StepRandom::new(1, 0, "test"), 0);
        let groups = Draw::OfGroups(vec![AgeGroup::ALL[0], AgeGroup::ALL[6]]);
        let first = |draw: &Draw, place| draws.candidates(draw, place, &random).unwrap().next().unwrap();
        assert_eq!(first(&groups, 2), 0);
        assert!(first(&groups, 3) > 0);
        assert_eq!(first(&Draw::Listed(vec![2, 1]), 3), 1);
        let said = |draw: Draw| draws.candidates(&draw, 0, &random).err().unwrap().to_string();
        assert!(said(Draw::OfGroups(vec![AgeGroup::ALL[2]])).contains("21–30"));
        assert!(said(Draw::ByIdentity).contains("has an identity"));
        assert!(said(Draw::OfGroups(Vec::new())).contains("age groups"));
    }
}
