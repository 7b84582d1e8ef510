//! The decomposition phase for the compact network: which faces each step asks for, and what a run keeps and shows.

use burn::tensor::Device;
use serde_json::{Value, json};

use super::beginning::{embedded, mean_embeddings};
use super::config::CompactSettings;
use super::face_classes::FaceClasses;
use super::learner::{Faces, Learner, Start};
use super::sample_grid::sample_grid;
use crate::model::Parameters;
use crate::model::config::EMBEDDING_LENGTH;
use crate::training::config::{BatchConfig, RunConfig};
use crate::training::data::{Augmentation, Batch, DataError, Dataset, Draw, Loader, Request};
use crate::training::phase::{Gates, Phase, PhaseError, SampleGrid, StepReport};

/// Faces that are shown.
pub const SAMPLE_FACES: usize = 6;

/// The phase.
#[derive(Debug)]
pub struct CompactDecomposition {
    pub(in crate::training) learner: Learner,
    pub(in crate::training) batch: BatchConfig,
    augmentation: Augmentation,
    evenness: f32,
    people: usize,
    /// The fixed sample faces.
    pub(in crate::training) samples: Vec<f32>,
}

/// Why a phase cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The networks do not fit.
    #[error(transparent)]
    Phase(#[from] PhaseError),
}

/// Where the phase's faces come from.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// All faces.
    pub dataset: &'a Dataset,
    /// Brings them.
    pub loader: &'a Loader,
    /// Whether a checkpoint will say what the classifier knows, so that nobody's faces need to be looked at.
    pub resumes: bool,
}

impl CompactDecomposition {
    /// The phase at its first step. `progress` hears how many faces of how many were looked at for the classifier.
    ///
    /// # Errors
    /// When the start or the teacher lack a tensor, or the data lacks the faces a batch asks for.
    pub fn begin(
        config: &RunConfig,
        settings: CompactSettings,
        (start, teacher): (Start, &Start),
        data: Data<'_>,
        device: &Device,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Self, BeginError> {
        let evenness = settings.evenness;
        let faces_alike = (settings.weights.faces > 0.0).then_some(settings.faces_alike);
        let mut learner = Learner::new(settings, config.seed, start, teacher, device)?;
        let people = data.dataset.identities();
        if people == 0 && config.batch.identities > 0 {
            return Err(BeginError::Phase(PhaseError::Needs {
                what: "batch.identities asks for people known by name, and no source has any".to_owned(),
                next_step: "Add a source with identities, or set batch.identities = 0.".to_owned(),
            }));
        }
        if config.batch.identities > 0 {
            learner.teach_classes(match data.resumes {
                true => vec![0.0; people * EMBEDDING_LENGTH],
                false => mean_embeddings(&learner, data, progress)?,
            })?;
        }
        let alone = faces_alike.map(|alike| FaceClasses::new(data.dataset.samples(), alike, device));
        if let Some(classes) = alone.filter(|classes| config.batch.aged > 0 && !classes.samples().is_empty()) {
            learner.teach_faces(match data.resumes {
                true => classes,
                false => embedded(classes, &learner, data.loader, progress)?,
            })?;
        }
        let samples = sample_faces(data.loader)?;
        let augmentation = config.augmentation;
        Ok(Self { learner, batch: config.batch, augmentation, evenness, people, samples: samples.crops })
    }
}

/// The fixed faces that a run shows: drawn once, and not changed.
///
/// # Errors
/// When the data holds no faces.
pub fn sample_faces(loader: &Loader) -> Result<Batch, DataError> {
    let augmentation = Augmentation::none();
    loader.ask(Request { stream: "samples", step: 0, count: SAMPLE_FACES, draw: Draw::Any, augmentation });
    loader.take()
}

/// What a step of this batch size asks the data for: faces of known age, then faces of known people.
pub fn requests(batch: BatchConfig, evenness: f32, augmentation: Augmentation, step: u64) -> Vec<Request> {
    let wanted = [("aged", batch.aged, Draw::ByAge { evenness }), ("identities", batch.identities, Draw::ByIdentity)];
    let micro = |index: usize| step * batch.accumulation as u64 + index as u64;
    (0..batch.accumulation)
        .flat_map(|index| wanted.clone().map(|(stream, count, draw)| (stream, count, draw, micro(index))))
        .filter(|(_, count, ..)| *count > 0)
        .map(|(stream, count, draw, step)| Request { stream, step, count, draw, augmentation })
        .collect()
}

/// Batches as [`requests`] asked for them, one micro-batch after another. Faces of known age carry their classes, where
/// there are some.
///
/// # Errors
/// When a face has no age or nobody's name where it was asked for.
pub fn learned_from(
    batch: BatchConfig,
    classes: Option<&FaceClasses>,
    batches: Vec<Batch>,
) -> Result<Vec<Faces>, PhaseError> {
    let parts = usize::from(batch.aged > 0) + usize::from(batch.identities > 0);
    let mut micro_batches = Vec::new();
    let mut batches = batches.into_iter();
    for _ in 0..batch.accumulation {
        let mut faces = Faces::default();
        for part in batches.by_ref().take(parts) {
            let is_aged = batch.aged > 0 && faces.crops.is_empty();
            for (sample, name) in part.samples.iter().zip(&part.names) {
                let unknown = |what: &str| PhaseError::Needs {
                    what: format!("{name} has no {what}"),
                    next_step: "Correct the labels of its source.".to_owned(),
                };
                match is_aged {
                    true => faces.ages_years.push(sample.age_years.ok_or_else(|| unknown("age"))?),
                    false => faces.classes.push(sample.identity.ok_or_else(|| unknown("identity"))?),
                }
            }
            if let Some(classes) = classes.filter(|_| is_aged) {
                let of = |(place, sample): (usize, &usize)| Some((place, classes.of(*sample)?));
                faces.alone = part.indices.iter().enumerate().filter_map(of).collect();
            }
            faces.crops.extend(part.crops);
        }
        micro_batches.push(faces);
    }
    Ok(micro_batches)
}

impl Phase for CompactDecomposition {
    fn name(&self) -> &'static str {
        "decomposition"
    }

    fn requests(&self, step: u64) -> Vec<Request> {
        requests(self.batch, self.evenness, self.augmentation, step)
    }

    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError> {
        let faces = learned_from(self.batch, self.learner.faces(), batches)?;
        self.learner.step(step, &faces, learning_rate)
    }

    fn state(&self) -> Parameters {
        self.learner.state()
    }

    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        self.learner.restore(state)
    }

    fn gates(&self) -> Option<Gates> {
        Some(self.learner.gates(&self.samples).0)
    }

    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError> {
        let (_, shares) = self.learner.gates(&self.samples);
        Ok(Some(sample_grid(&self.samples, &shares)))
    }

    fn weights(&self) -> Parameters {
        self.learner.weights()
    }

    fn summary(&self) -> Value {
        json!({ "people": self.people, "trained": self.learner.trained() })
    }
}
