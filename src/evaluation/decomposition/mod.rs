//! How well identity and age are taken apart: how much age a linear probe reads from the identity embedding (less is
//! better) and from the age features, and how well the age features tell persons apart (worse is better).

mod report;

pub use report::{DecompositionReport, IdentityLeakage, Probe, Split};

use std::collections::BTreeMap;

use super::bootstrap::{Draws, SplitMix, intervals};
use super::identification::{self, IdentifiedFace};
use super::linear_algebra::{predict, ridge};
use crate::engine::FaceFeatures;
use crate::recognition::Embedding;

/// Descriptors are brought to this length before the probe, so that its ridge means the same for all.
const PROBE_LENGTH: f32 = 10.0;
/// Ridge of the probe, its constant included.
const PROBE_RIDGE: f64 = 1.0;

/// The descriptors of one labelled face.
#[derive(Clone, Debug)]
pub struct ProbedFace {
    /// Who it shows, if that is known.
    pub identity: Option<String>,
    /// The true age in years, if that is known.
    pub age_years: Option<f32>,
    /// Identity as the product reads it, mirror image included.
    pub embedding: Embedding,
    /// Identity of the face alone.
    pub face_embedding: Embedding,
    /// Age features `[C]`, the mean over the cells.
    pub age_features: Vec<f32>,
}

impl ProbedFace {
    /// From what the engine read.
    pub fn new(features: FaceFeatures, identity: Option<String>, age_years: Option<f32>) -> Self {
        Self {
            identity,
            age_years,
            embedding: features.reading.embedding,
            face_embedding: features.face_embedding,
            age_features: features.age_features,
        }
    }
}

/// Two halves of one set, picture by picture, as the seed decides.
pub fn split(faces: Vec<ProbedFace>, seed: u64) -> (Vec<ProbedFace>, Vec<ProbedFace>) {
    let half = faces.len() / 2;
    let mut shuffled = SplitMix::new(seed).choose(faces, usize::MAX);
    let test = shuffled.split_off(half);
    (shuffled, test)
}

/// Trains the probes of age on some faces and measures them on others; nothing where either has too few ages.
pub fn probe_ages(train: &[ProbedFace], test: &[ProbedFace], seed: u64) -> Option<(Probe, Probe)> {
    let embedding = |face: &ProbedFace| scaled(face.face_embedding.as_slice());
    let features = |face: &ProbedFace| scaled(Embedding::from_vector(&face.age_features).as_slice());
    Some((probe(train, test, embedding, seed)?, probe(train, test, features, seed)?))
}

fn scaled(unit: &[f32]) -> Vec<f64> {
    unit.iter().map(|value| f64::from(value * PROBE_LENGTH)).collect()
}

fn probe(
    train: &[ProbedFace],
    test: &[ProbedFace],
    descriptor: impl Fn(&ProbedFace) -> Vec<f64>,
    seed: u64,
) -> Option<Probe> {
    let with_age = |faces: &[ProbedFace]| -> (Vec<Vec<f64>>, Vec<f64>) {
        faces.iter().filter_map(|face| Some((descriptor(face), f64::from(face.age_years?)))).unzip()
    };
    let (rows, ages) = with_age(train);
    let (test_rows, test_ages) = with_age(test);
    let weights = ridge(&rows, &ages, PROBE_RIDGE)?;
    let errors: Vec<f64> = test_rows.iter().zip(&test_ages).map(|(row, age)| predict(&weights, row) - age).collect();
    let r2 = |draws: Draws<'_>| vec![explained(&errors, &test_ages, draws)];
    Some(Probe {
        r2: explained(&errors, &test_ages, Draws::ONCE)?,
        ci95: intervals(errors.len(), seed, r2).swap_remove(0),
        train_images: ages.len(),
        test_images: errors.len(),
    })
}

/// `1 - mean(error²) / variance(age)`; nothing where all ages are one.
fn explained(errors: &[f64], ages: &[f64], draws: Draws<'_>) -> Option<f64> {
    let (mut count, mut sum, mut squares, mut squared_errors) = (0.0, 0.0, 0.0, 0.0);
    for (picture, (error, age)) in errors.iter().zip(ages).enumerate() {
        let times = draws.of(picture as u32) as f64;
        count += times;
        sum += times * age;
        squares += times * age * age;
        squared_errors += times * error * error;
    }
    let variance = squares / count - (sum / count).powi(2);
    (count > 1.0 && variance > 1e-9).then(|| 1.0 - squared_errors / count / variance)
}

/// Searches the faces whose identity is known, by their age features and by their embeddings; nothing where no person
/// has two photographs.
pub fn identity_leakage(faces: &[ProbedFace], seed: u64) -> Option<IdentityLeakage> {
    let known: Vec<(&str, &ProbedFace)> =
        faces.iter().filter_map(|face| face.identity.as_deref().map(|identity| (identity, face))).collect();
    let centred = centred_features(&known);
    let rank = |descriptors: Vec<&Embedding>| {
        let faces: Vec<IdentifiedFace<'_>> = known
            .iter()
            .zip(descriptors)
            .map(|((identity, face), embedding)| IdentifiedFace {
                identity,
                age_years: face.age_years.unwrap_or_default(),
                embedding,
            })
            .collect();
        identification::report(&faces, None, seed)
    };
    let by_features = rank(centred.iter().collect());
    let by_embedding = rank(known.iter().map(|(_, face)| &face.embedding).collect());
    (by_features.queries > 0).then(|| IdentityLeakage {
        age_features: by_features.raw,
        embedding: by_embedding.raw,
        chance: chance(&known),
        age_features_tar: by_features.verification.and_then(|both| both.raw.tar["1e-2"]),
        embedding_tar: by_embedding.verification.and_then(|both| both.raw.tar["1e-2"]),
        queries: by_features.queries,
        persons: by_features.persons,
    })
}

/// Age features without what all faces have in common, of unit length.
fn centred_features(known: &[(&str, &ProbedFace)]) -> Vec<Embedding> {
    let width = known.first().map_or(0, |(_, face)| face.age_features.len());
    let mut mean = vec![0.0; width];
    for (_, face) in known {
        mean.iter_mut().zip(&face.age_features).for_each(|(sum, value)| *sum += value / known.len() as f32);
    }
    let centred = known.iter().map(|(_, face)| {
        let vector: Vec<f32> = face.age_features.iter().zip(&mean).map(|(value, mean)| value - mean).collect();
        Embedding::from_vector(&vector)
    });
    centred.collect()
}

/// Share of queries whose person a blind choice among all other photographs would hit.
fn chance(known: &[(&str, &ProbedFace)]) -> f64 {
    let mut pictures: BTreeMap<&str, usize> = BTreeMap::new();
    for (identity, _) in known {
        *pictures.entry(identity).or_default() += 1;
    }
    let queries: usize = pictures.values().filter(|count| **count > 1).sum();
    let hits: f64 =
        pictures.values().map(|count| (*count * (count - 1)) as f64 / (known.len() - 1).max(1) as f64).sum();
    hits / queries.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Faces whose age features follow age alone and whose embeddings follow the person, with or without some age.
    fn faces(age_in_embedding: f32) -> Vec<ProbedFace> {
        let mut random = SplitMix::new(7);
        let mut noise = move || random.below(2001) as f32 / 1000.0 - 1.0;
        let persons: Vec<[f32; 4]> = (0..20).map(|_| [noise(), noise(), noise(), noise()]).collect();
        let mut faces = Vec::new();
        for (person, own) in persons.iter().enumerate() {
            for picture in 0..10 {
                let age = ((person * 7 + picture * 9) % 70) as f32;
                let mut vector: Vec<f32> = own.iter().map(|value| value + 0.05 * noise()).collect();
                vector.push(age_in_embedding * (age - 35.0) / 35.0);
                let embedding = Embedding::from_vector(&vector);
                faces.push(ProbedFace {
                    identity: Some(person.to_string()),
                    age_years: Some(age),
                    face_embedding: embedding.clone(),
                    embedding,
                    age_features: vec![1.0 + age / 100.0 + 0.02 * noise(), 1.0 - age / 100.0 + 0.02 * noise(), 1.0],
                });
            }
        }
        faces
    }

    #[test]
    fn age_is_found_where_it_is_and_not_where_it_is_not() {
        let leakage = |age_in_embedding| {
            let (train, test) = split(faces(age_in_embedding), 1);
            probe_ages(&train, &test, 1).unwrap()
        };
        let (clean, features) = leakage(0.0);
        let (leaking, _) = leakage(1.0);
        assert!(clean.r2 < 0.2 && features.r2 > 0.9 && leaking.r2 > 0.7, "{clean:?} {features:?} {leaking:?}");
        assert_eq!((clean.train_images, clean.test_images), (100, 100));
        let [low, high] = leaking.ci95.unwrap();
        assert!(low <= leaking.r2 && leaking.r2 <= high);
    }

    #[test]
    fn persons_are_told_apart_by_the_embedding_and_not_by_the_age_features() {
        let leakage = identity_leakage(&faces(0.0), 1).unwrap();
        assert!(leakage.embedding.rank1 > 0.95 && leakage.age_features.rank1 < 0.3, "{leakage:?}");
        assert!((leakage.chance - 9.0 / 199.0).abs() < 1e-9);
    }
}
