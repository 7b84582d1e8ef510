//! What one network makes of synthesised faces: their ages, and whether they still show their source.

use super::rank_correlation::spearman;
use super::report::{ByDistance, ByTarget, JudgeReport};
use super::{Aged, Look, SynthesisedFace, frechet};
use crate::model::AgeGroup;
use crate::recognition::{Calibration, Histogram};

/// False match rates at which a synthesised face is held against its source.
const FALSE_MATCH_RATES: [f64; 2] = [1e-2, 1e-3];

/// From which score on two faces count as one person.
#[derive(Clone, Debug)]
pub enum Thresholds {
    /// By the two age groups.
    Calibrated(Box<Calibration>),
    /// One for all ages, from the pairs of the real faces, each of them a person of its own.
    Pooled(Histogram),
}

impl Thresholds {
    /// From every two of these faces.
    pub fn pooled(faces: &[&Look]) -> Self {
        let mut scores = Histogram::default();
        for (index, face) in faces.iter().enumerate() {
            for other in &faces[index + 1..] {
                scores.add(face.embedding.cosine(&other.embedding));
            }
        }
        Self::Pooled(scores)
    }

    /// In a few words, as a report says it.
    pub fn words(&self) -> String {
        match self {
            Self::Calibrated(calibration) => format!("of the two age groups ({})", calibration.impostors.name),
            Self::Pooled(scores) => format!("one for all ages, from {} pairs of the real faces", scores.pairs()),
        }
    }

    fn of(&self, age_a_years: f32, age_b_years: f32) -> [f32; FALSE_MATCH_RATES.len()] {
        match self {
            Self::Calibrated(calibration) => {
                let scores = calibration.impostors(age_a_years, age_b_years).scores;
                FALSE_MATCH_RATES.map(|rate| scores.threshold(rate))
            }
            Self::Pooled(scores) => FALSE_MATCH_RATES.map(|rate| scores.threshold(rate)),
        }
    }
}

/// One synthesised face against its source.
struct Judged {
    source_years: f32,
    source_seen_years: f32,
    target: AgeGroup,
    seen_years: f32,
    cosine: f32,
    verified: [bool; FALSE_MATCH_RATES.len()],
    kept: bool,
}

impl Judged {
    fn error_years(&self) -> f64 {
        f64::from((self.seen_years - self.target.anchor_years()).abs())
    }

    fn unchanged_error_years(&self) -> f64 {
        f64::from((self.source_seen_years - self.target.anchor_years()).abs())
    }

    fn distance(&self) -> usize {
        AgeGroup::of_years(self.source_years).index().abs_diff(self.target.index())
    }
}

/// The report of one judge. `look` picks what it saw; `keep_above` is the cosine of the selective rule.
pub fn judge(
    faces: &[Aged<SynthesisedFace>],
    real: &[Aged<super::Looks>],
    look: impl Fn(&super::Looks) -> Option<&Look>,
    thresholds: &Thresholds,
    keep_above: f32,
) -> JudgeReport {
    let judged: Vec<Judged> = faces.iter().flat_map(|face| judged(face, &look, thresholds, keep_above)).collect();
    let sources: Vec<(f32, &Look)> =
        faces.iter().filter_map(|face| Some((face.age_years, look(&face.face.source)?))).collect();
    let orders: Vec<f64> = faces.iter().filter_map(|face| order(&face.face, &look)).collect();
    JudgeReport {
        source_mae_years: mean(sources.iter().map(|(known, look)| f64::from((look.age_years - known).abs()))),
        error_years: mean(judged.iter().map(Judged::error_years)),
        unchanged_error_years: mean(judged.iter().map(Judged::unchanged_error_years)),
        spearman: mean(orders.iter().copied()),
        cosine: mean(judged.iter().map(|one| f64::from(one.cosine))),
        verified: verified(judged.iter()),
        verified_within_two_groups: verified(judged.iter().filter(|one| one.distance() <= 2)),
        kept: share(judged.iter(), |one| one.kept),
        thresholds: thresholds.words(),
        by_target: AgeGroup::ALL.map(|group| by_target(group, &judged, faces, real, &look)).into(),
        by_distance: (0..AgeGroup::ALL.len()).map(|distance| by_distance(distance, &judged)).collect(),
    }
}

fn judged(
    face: &Aged<SynthesisedFace>,
    look: &impl Fn(&super::Looks) -> Option<&Look>,
    thresholds: &Thresholds,
    keep_above: f32,
) -> Vec<Judged> {
    let Some(source) = look(&face.face.source) else { return Vec::new() };
    let aged = AgeGroup::ALL.into_iter().zip(&face.face.aged);
    let judged = aged.filter_map(|(target, aged)| {
        let seen = look(aged)?;
        let cosine = seen.embedding.cosine(&source.embedding);
        let needed = thresholds.of(face.age_years, target.anchor_years());
        Some(Judged {
            source_years: face.age_years,
            source_seen_years: source.age_years,
            target,
            seen_years: seen.age_years,
            cosine,
            verified: needed.map(|threshold| cosine >= threshold),
            kept: cosine > keep_above && AgeGroup::of_years(seen.age_years) == target,
        })
    });
    judged.collect()
}

/// How well the ages seen follow the targets.
fn order(face: &SynthesisedFace, look: &impl Fn(&super::Looks) -> Option<&Look>) -> Option<f64> {
    let seen: Vec<f64> = face.aged.iter().filter_map(|aged| look(aged).map(|look| f64::from(look.age_years))).collect();
    let targets: Vec<f64> = AgeGroup::ALL.iter().map(|group| f64::from(group.anchor_years())).collect();
    if seen.len() == targets.len() { spearman(&targets, &seen) } else { None }
}

fn by_target(
    target: AgeGroup,
    judged: &[Judged],
    faces: &[Aged<SynthesisedFace>],
    real: &[Aged<super::Looks>],
    look: &impl Fn(&super::Looks) -> Option<&Look>,
) -> ByTarget {
    let of_target: Vec<&Judged> = judged.iter().filter(|one| one.target == target).collect();
    let of_group = |face: &&Aged<super::Looks>| AgeGroup::of_years(face.age_years) == target;
    let real: Vec<&[f32]> = real
        .iter()
        .filter(of_group)
        .filter_map(|face| look(&face.face).map(|look| look.embedding.as_slice()))
        .collect();
    let features = |pick: &dyn Fn(&SynthesisedFace) -> &super::Looks| -> Vec<Vec<f32>> {
        let looks = faces.iter().filter_map(|face| look(pick(&face.face)));
        looks.map(|look| look.embedding.as_slice().to_vec()).collect()
    };
    let to_real = |features: &[Vec<f32>]| {
        let features: Vec<&[f32]> = features.iter().map(Vec::as_slice).collect();
        frechet::distance(&features, &real)
    };
    ByTarget {
        target: target.label(),
        centre_years: target.anchor_years(),
        faces: of_target.len(),
        seen_years: mean(of_target.iter().map(|one| f64::from(one.seen_years))),
        error_years: mean(of_target.iter().map(|one| one.error_years())),
        unchanged_error_years: mean(of_target.iter().map(|one| one.unchanged_error_years())),
        cosine: mean(of_target.iter().map(|one| f64::from(one.cosine))),
        verified: verified(of_target.iter().copied()),
        kept: share(of_target.iter().copied(), |one| one.kept),
        real_faces: real.len(),
        frechet: to_real(&features(&|face| &face.aged[target.index()])),
        unchanged_frechet: to_real(&features(&|face| &face.source)),
    }
}

fn by_distance(distance: usize, judged: &[Judged]) -> ByDistance {
    let of_distance = || judged.iter().filter(|one| one.distance() == distance);
    ByDistance { groups: distance, faces: of_distance().count(), verified: verified(of_distance()) }
}

/// Shares verified at FMR 1e-2 and 1e-3; nothing where there are no faces.
fn verified<'a>(judged: impl Iterator<Item = &'a Judged> + Clone) -> Option<[f64; FALSE_MATCH_RATES.len()]> {
    let at = |index: usize| share(judged.clone(), |one| one.verified[index]);
    Some([at(0)?, at(1)?])
}

fn share<'a>(judged: impl Iterator<Item = &'a Judged>, holds: impl Fn(&Judged) -> bool) -> Option<f64> {
    let (held, all) = judged.fold((0, 0), |(held, all), one| (held + usize::from(holds(one)), all + 1));
    (all > 0).then(|| f64::from(held as u32) / f64::from(all as u32))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::super::Looks;
    use super::*;
    use crate::recognition::Embedding;

    fn looks(angle_degrees: f32, age_years: f32) -> Looks {
        let angle = angle_degrees.to_radians();
        let embedding = Embedding::from_vector(&[angle.cos(), angle.sin(), 0.1]);
        Looks { network: Look { embedding, age_years }, judge: None }
    }

    /// A face of 25 that turns ten degrees for each group it is taken away, and looks three years too old.
    fn face() -> Aged<SynthesisedFace> {
        let aged =
            AgeGroup::ALL.map(|group| looks(10.0 * group.index().abs_diff(2) as f32, group.anchor_years() + 3.0));
        Aged { age_years: 25.0, face: SynthesisedFace { source: looks(0.0, 25.5), aged: aged.into() } }
    }

    #[test]
    fn what_is_known_of_a_face_comes_out() {
        let real: Vec<Aged<Looks>> =
            (0..70).map(|index| Aged { age_years: index as f32, face: looks(index as f32 * 5.0, 30.0) }).collect();
        let pooled = Thresholds::Pooled({
            let mut scores = Histogram::default();
            (0..1000).for_each(|step| scores.add(step as f32 / 1111.0));
            scores
        });
        let report = judge(&[face()], &real, |looks| Some(&looks.network), &pooled, 0.9);
        assert_eq!((report.spearman, report.error_years.map(f64::round)), (Some(1.0), Some(3.0)));
        assert!(report.unchanged_error_years.unwrap() > 15.0);
        // The threshold at FMR 1e-3 is about 0.9: at 30 degrees and more the face is another.
        let shares: Vec<Option<f64>> = report.by_distance.iter().map(|one| one.verified.map(|at| at[1])).collect();
        assert_eq!(shares, [Some(1.0), Some(1.0), Some(1.0), Some(0.0), Some(0.0), None, None]);
        assert!(judge(&[face()], &real, |looks| looks.judge.as_ref(), &pooled, 0.9).error_years.is_none());
    }

    #[test]
    fn kept_is_what_looks_its_age_and_like_its_source() {
        let report = judge(&[face()], &[], |looks| Some(&looks.network), &Thresholds::pooled(&[]), 0.95);
        let kept: Vec<Option<f64>> = report.by_target.iter().map(|target| target.kept).collect();
        let (yes, no) = (Some(1.0), Some(0.0));
        assert_eq!(kept, [no, yes, yes, yes, no, no, no]);
    }
}
