//! The samples of all sources by number, and the face of each when it is asked for. No pixels are held.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use burn::tensor::Device;
use image::RgbImage;

use super::draws::Draws;
use super::face::Face;
use super::source::{Entry, Source};
use super::statistics::{SourceStatistics, Statistics};
use super::{DataConfig, DataError, Sample};
use crate::face::photo::decoded;
use crate::face::{Detector, Landmarks};
use crate::weights;

/// All samples of all sources.
#[derive(Debug)]
pub struct Dataset {
    sources: Vec<Source>,
    samples: Vec<Sample>,
    /// Where each sample lies in its source.
    places: Vec<u32>,
    identities: usize,
    draws: Draws,
    /// Opened when a picture first has no landmarks.
    detector: OnceLock<Result<Detector, String>>,
    /// What the detector found, by sample.
    found: Mutex<HashMap<usize, Result<Landmarks, String>>>,
}

impl Dataset {
    /// Lists the pictures of all sources and reads their labels. `progress` hears how many sources are open, and how
    /// many there are. People of different sources are different people.
    ///
    /// # Errors
    /// When a source cannot be read, is damaged, or holds no pictures, and when there are no sources.
    pub fn open(sources: &[DataConfig], progress: &mut dyn FnMut(usize, usize)) -> Result<Self, DataError> {
        if sources.is_empty() {
            return Err(DataError::NoSources);
        }
        let mut opened = Vec::new();
        let (mut samples, mut places, mut identities) = (Vec::new(), Vec::new(), 0);
        for (index, config) in sources.iter().enumerate() {
            progress(index, sources.len());
            let (source, entries) = Source::open(config)?;
            let mut people = HashMap::new();
            for Entry { place, label } in entries {
                let identity = label.identity.map(|name| {
                    let next = identities + people.len();
                    *people.entry(name).or_insert(next)
                });
                let (age_years, gender, ethnicity) = (label.age_years, label.gender, label.ethnicity);
                samples.push(Sample { identity, age_years, gender, ethnicity, source: index });
                places.push(u32::try_from(place).map_err(|_| too_many(config))?);
            }
            identities += people.len();
            opened.push(source);
        }
        progress(sources.len(), sources.len());
        let of_source = |source: usize| (opened[source].config.weight, opened[source].config.aligned);
        let draws = Draws::new(&samples, identities, of_source);
        let (detector, found) = (OnceLock::new(), Mutex::default());
        Ok(Self { sources: opened, samples, places, identities, draws, detector, found })
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// What is known of each sample: source after source, in each by name, or as the list or record file has them.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Number of labelled people.
    pub fn identities(&self) -> usize {
        self.identities
    }

    /// Name of a sample's picture: its source and its path inside.
    pub fn name(&self, sample: usize) -> String {
        self.source_of(sample).name(self.places[sample] as usize)
    }

    /// What the samples show, counted.
    pub fn statistics(&self) -> Statistics {
        let counted = |(index, source): (usize, &Source)| SourceStatistics {
            path: source.config.path.display().to_string(),
            kind: source.config.kind,
            pictures: self.samples.iter().filter(|sample| sample.source == index).count(),
            missing: source.missing.0,
            first_missing: source.missing.1.clone(),
        };
        Statistics::new(&self.samples, self.sources.iter().enumerate().map(counted).collect())
    }

    pub(super) fn draws(&self) -> &Draws {
        &self.draws
    }

    /// The aligned face of a sample, or why there is none, as a sentence.
    pub(super) fn face(&self, sample: usize) -> Result<Face, String> {
        let (source, place) = (self.source_of(sample), self.places[sample] as usize);
        let bytes = source.picture(place).map_err(|error| error.to_string())?;
        let picture = decoded(&source.name(place), &bytes).map_err(|error| error.to_string())?;
        if source.config.aligned {
            return Face::aligned(picture).map_err(|error| error.to_string());
        }
        let landmarks_px = source.landmarks(place).map_or_else(|| self.found(sample, &picture), Ok)?;
        Face::by_landmarks(picture, landmarks_px).map_err(|error| error.to_string())
    }

    /// Where the detector finds the face that the product would choose; it looks once.
    fn found(&self, sample: usize, picture: &RgbImage) -> Result<Landmarks, String> {
        let held = |found: &HashMap<_, Result<Landmarks, String>>| found.get(&sample).cloned();
        if let Some(known) = held(&self.found.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let detector = self.detector.get_or_init(open_detector).as_ref().map_err(Clone::clone)?;
        let first = detector.find_faces(picture).first().map(|face| face.landmarks_px);
        let found = first.ok_or_else(|| "No face was found.".to_owned());
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(sample, found.clone());
        found
    }

    fn source_of(&self, sample: usize) -> &Source {
        &self.sources[self.samples[sample].source]
    }
}

fn open_detector() -> Result<Detector, String> {
    let parameters = weights::bundled_detector().map_err(|error| error.to_string())?;
    Detector::new(&parameters, &Device::flex()).map_err(|error| error.to_string())
}

fn too_many(config: &DataConfig) -> DataError {
    DataError::Setting {
        path: config.path.display().to_string(),
        what: "it holds more than four thousand million files".to_owned(),
        next_step: "Split it into several sources.",
    }
}
