//! The numbers of the reference and the comparison with them. A tensor is stored whole, or as values at evenly spread
//! places of it with its mean, deviation and extremes beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use mtlface::model::CROP_SIZE_PX;
use safetensors::SafeTensors;

/// Largest difference of a value, relative to the largest of its tensor.
const STAGE_TOLERANCE: f32 = 1e-3;
/// Smallest cosine of an embedding to the reference's.
const EMBEDDING_COSINE: f64 = 0.99999;
/// Mean difference of an aged face, on a scale where black is 0 and white is 1.
const PICTURE_TOLERANCE: f32 = 1.0 / 255.0;

/// Reference numbers by name.
pub struct Fixture {
    tensors: BTreeMap<String, Vec<f32>>,
}

impl Fixture {
    /// One of those in the repository: thinned copies.
    pub fn committed(name: &str) -> Result<Self> {
        Self::open(&Path::new("tests/fixtures").join(name))
    }

    /// Any file.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let file = SafeTensors::deserialize(&bytes)?;
        let values = |view: safetensors::tensor::TensorView<'_>| {
            view.data().as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect()
        };
        Ok(Self { tensors: file.iter().map(|(name, view)| (name.to_owned(), values(view))).collect() })
    }

    /// A tensor that is stored whole.
    pub fn whole(&self, name: &str) -> Option<&[f32]> {
        self.tensors.get(name).map(Vec::as_slice)
    }

    /// Faces `[N, 3, 112, 112]`.
    pub fn faces(&self, name: &str, device: &Device) -> Result<Tensor<4>> {
        let values = self.whole(name).with_context(|| format!("{name} is not there"))?.to_vec();
        let count = values.len() / (3 * CROP_SIZE_PX * CROP_SIZE_PX);
        Ok(Tensor::from_data(TensorData::new(values, [count, 3, CROP_SIZE_PX, CROP_SIZE_PX]), device))
    }

    /// Names of what is stored.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The reference values of a tensor and those of ours at the same places.
    fn pair(&self, name: &str, ours: &[f32]) -> Option<(&[f32], Vec<f32>)> {
        if let Some(whole) = self.whole(name) {
            return Some((whole, ours.to_vec()));
        }
        let sample = self.whole(&format!("{name}#sample"))?;
        Some((sample, (0..sample.len()).map(|k| ours[k * ours.len() / sample.len()]).collect()))
    }
}

/// A comparison that remembers what it has seen, so that nothing of a fixture is forgotten.
pub struct Comparison<'a> {
    fixture: &'a Fixture,
    compared: BTreeSet<String>,
    tolerance: f32,
    worst: (f32, String),
}

impl<'a> Comparison<'a> {
    /// With these numbers.
    pub fn with(fixture: &'a Fixture) -> Self {
        Self { fixture, compared: BTreeSet::new(), tolerance: STAGE_TOLERANCE, worst: (0.0, String::new()) }
    }

    /// What is compared with.
    pub fn fixture(&self) -> &'a Fixture {
        self.fixture
    }

    /// From here on allows a value this difference, relative to the largest of its tensor.
    pub fn tolerate(&mut self, tolerance: f32) {
        self.tolerance = tolerance;
    }

    /// Compares a stage; nothing when the fixture does not hold it.
    pub fn stage(&mut self, name: &str, ours: Vec<f32>) -> Result<()> {
        self.compared.insert(name.to_owned());
        let Some((reference, own)) = self.fixture.pair(name, &ours) else { return Ok(()) };
        ensure!(own.len() == reference.len(), "{name} has {} numbers, not {}", own.len(), reference.len());
        let largest = reference.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let relative = difference(&own, reference) / largest.max(f32::MIN_POSITIVE);
        // NaN compares false, so a NaN fails here too.
        ensure!(relative <= self.tolerance, "{name} differs by {relative} of its largest value {largest}");
        if let Some(stats) = self.fixture.whole(&format!("{name}#stats")) {
            let mean = ours.iter().map(|value| f64::from(*value)).sum::<f64>() / ours.len() as f64;
            let off = (mean as f32 - stats[0]).abs() / largest;
            ensure!(off <= self.tolerance, "the mean of {name} is {mean}, not {}", stats[0]);
        }
        if relative > self.worst.0 {
            self.worst = (relative, name.to_owned());
        }
        Ok(())
    }

    /// Compares embeddings of this length: value by value and by cosine.
    pub fn embeddings(&mut self, name: &str, ours: Vec<f32>, length: usize) -> Result<()> {
        self.stage(name, ours.clone())?;
        let Some(reference) = self.fixture.whole(name) else { return Ok(()) };
        for (own, reference) in ours.chunks(length).zip(reference.chunks(length)) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            let cosine = dot(own, reference) / (dot(own, own) * dot(reference, reference)).sqrt();
            ensure!(cosine >= EMBEDDING_COSINE, "{name}: cosine {cosine}");
        }
        Ok(())
    }

    /// Compares seven pictures in [-1, 1], or those of groups 0, 3 and 6 where the fixture has three.
    pub fn pictures(&mut self, name: &str, ours: Vec<f32>) -> Result<()> {
        self.compared.insert(name.to_owned());
        let Some((reference, own)) = self.fixture.whole(name).map(|reference| {
            let picture = 3 * CROP_SIZE_PX * CROP_SIZE_PX;
            let is_thinned = reference.len() == 3 * picture && ours.len() == 7 * picture;
            let kept = |group: usize| !is_thinned || group.is_multiple_of(3);
            let pictures = ours.chunks(picture).enumerate().filter(|(group, _)| kept(*group));
            (reference, pictures.flat_map(|(_, picture)| picture.to_vec()).collect::<Vec<_>>())
        }) else {
            return self.stage(name, ours);
        };
        ensure!(own.len() == reference.len(), "{name} has {} numbers, not {}", own.len(), reference.len());
        let apart = own.iter().zip(reference).map(|(a, b)| (a - b).abs() / 2.0);
        let mean = apart.sum::<f32>() / own.len() as f32;
        ensure!(mean <= PICTURE_TOLERANCE, "{name} differs by {mean} on average");
        let most = difference(&own, reference) / 2.0;
        ensure!(most <= 2.0 * PICTURE_TOLERANCE, "{name} differs by {most} somewhere");
        Ok(())
    }

    /// Says how it went; fails when the fixture holds something that was not compared and is not named here.
    pub fn finish(self, elsewhere: &[&str]) -> Result<()> {
        for name in self.fixture.names().filter(|name| *name != "input" && !name.ends_with("#stats")) {
            let plain = name.strip_suffix("#sample").unwrap_or(name);
            let known = self.compared.contains(plain) || elsewhere.iter().any(|prefix| plain.starts_with(prefix));
            ensure!(known, "{name} was not compared");
        }
        let (relative, name) = self.worst;
        eprintln!(
            "{} tensors compared; the largest relative difference is {relative:.1e} in {name}",
            self.compared.len()
        );
        Ok(())
    }
}

fn difference(ours: &[f32], reference: &[f32]) -> f32 {
    ours.iter().zip(reference).fold(0.0, |most: f32, (a, b)| {
        let apart = (a - b).abs();
        // `max` would pass over a NaN.
        if apart.is_nan() { f32::INFINITY } else { most.max(apart) }
    })
}

/// The numbers of a tensor.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().iter::<f32>().collect()
}
