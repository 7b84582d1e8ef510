//! Face age synthesis, judged: faces of known age are synthesised for all seven groups, and the network itself and, if
//! there is one, an independent judge say how old they look and whether they still show their source.

mod frechet;
mod judgement;
mod rank_correlation;
mod report;

use image::RgbImage;

pub use judgement::Thresholds;
pub use report::{ByDistance, ByTarget, Judge, JudgeReport, SynthesisReport};

use super::bootstrap::SplitMix;
use crate::aging::age_crop;
use crate::engine::{EngineError, Pipeline};
use crate::face::AlignedFace;
use crate::model::AgeGroup;
use crate::recognition::Embedding;

/// What one network sees in a face.
#[derive(Clone, Debug)]
pub struct Look {
    /// Identity.
    pub embedding: Embedding,
    /// Apparent age in years.
    pub age_years: f32,
}

/// What the network and the judge see in a face.
#[derive(Clone, Debug)]
pub struct Looks {
    /// What the network that synthesises sees.
    pub network: Look,
    /// What the judge sees; nothing without a judge.
    pub judge: Option<Look>,
}

/// A face and what was made of it.
#[derive(Clone, Debug)]
pub struct SynthesisedFace {
    /// The photograph.
    pub source: Looks,
    /// For each group, youngest first.
    pub aged: Vec<Looks>,
}

/// A face with its true age in years.
#[derive(Clone, Debug)]
pub struct Aged<T> {
    /// The true age in years.
    pub age_years: f32,
    /// The face.
    pub face: T,
}

/// Chooses pictures for synthesis, evenly over the groups, and for comparison up to `real` others of each group. Both
/// follow from the seed.
pub fn choose(pictures: Vec<(String, f32)>, faces: usize, real: usize, seed: u64) -> (Vec<String>, Vec<String>) {
    let (mut sources, mut others) = (Vec::new(), Vec::new());
    let mut random = SplitMix::new(seed);
    let count = AgeGroup::ALL.len();
    for group in AgeGroup::ALL {
        let of_group = pictures.iter().filter(|(_, years)| AgeGroup::of_years(*years) == group);
        let shuffled = random.choose(of_group.map(|(name, _)| name.clone()).collect(), usize::MAX);
        // What does not divide evenly goes to the youngest groups.
        let own = faces / count + usize::from(group.index() < faces % count);
        let (chosen, rest) = shuffled.split_at(own.min(shuffled.len()));
        sources.extend_from_slice(chosen);
        others.extend_from_slice(&rest[..real.min(rest.len())]);
    }
    (sources, others)
}

/// What the network and the judge see in a crop.
///
/// # Errors
/// When the device is lost.
pub fn look(network: &Pipeline, judge: Option<&Pipeline>, face: &AlignedFace) -> Result<Looks, EngineError> {
    Ok(looks(network, judge, &[face])?.swap_remove(0))
}

/// Synthesises a face for all seven groups as the product shows it, starting from the age the network estimates.
///
/// # Errors
/// When the device is lost.
pub fn synthesise(
    network: &Pipeline,
    judge: Option<&Pipeline>,
    face: &AlignedFace,
) -> Result<SynthesisedFace, EngineError> {
    let timeline = network.timeline(face)?;
    let own_years = timeline.estimated_age_years;
    let aged = timeline.anchors_years().map(|years| age_crop(&face.pixels, &timeline.change_at(years, own_years, 1.0)));
    let aged = aged.map(|pixels: RgbImage| AlignedFace { pixels, ..face.clone() });
    let faces: Vec<&AlignedFace> = std::iter::once(face).chain(&aged).collect();
    let mut seen = looks(network, judge, &faces)?;
    let aged = seen.split_off(1);
    Ok(SynthesisedFace { source: seen.swap_remove(0), aged })
}

fn looks(network: &Pipeline, judge: Option<&Pipeline>, faces: &[&AlignedFace]) -> Result<Vec<Looks>, EngineError> {
    let read = |pipeline: &Pipeline| -> Result<Vec<Look>, EngineError> {
        let readings = pipeline.read_faces(faces)?.into_iter();
        Ok(readings.map(|reading| Look { embedding: reading.embedding, age_years: reading.age.years }).collect())
    };
    let judged = judge.map(read).transpose()?;
    let judged = |index: usize| judged.as_ref().map(|looks| looks[index].clone());
    Ok(read(network)?.into_iter().enumerate().map(|(index, network)| Looks { network, judge: judged(index) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_spread_over_the_groups_and_are_not_compared_with_themselves() {
        let pictures: Vec<(String, f32)> = (0..100).map(|age| (age.to_string(), age as f32)).collect();
        let (sources, real) = choose(pictures.clone(), 16, 5, 3);
        let of = |names: &[String]| {
            let mut counts = [0; 7];
            for name in names {
                counts[AgeGroup::of_years(name.parse().unwrap()).index()] += 1;
            }
            counts
        };
        assert_eq!((of(&sources), of(&real)), ([3, 3, 2, 2, 2, 2, 2], [5; 7]));
        assert!(sources.iter().all(|name| !real.contains(name)));
        assert_eq!(choose(pictures, 16, 5, 3), (sources, real), "the seed decides");
    }
}
