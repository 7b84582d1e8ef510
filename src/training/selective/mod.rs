//! Selective fine-tuning (TPAMI 2022): faces of a batch are synthesised in every group by the frozen network the run
//! starts from, and those that still show the same person and look their age are learnt from beside the photographs, as
//! the decomposition phase learns. They teach identity only: nobody knows whether they look as old as they should.

mod config;
mod synthesised;
mod tally;

use burn::tensor::Device;
use serde_json::{Value, json};

use crate::model::{AgeGroup, Parameters};
use crate::training::config::RunConfig;
use crate::training::data::{Augmentation, Batch, Draw, Request};
use crate::training::decomposition::compact::{BeginError, Data, learned_from};
use crate::training::decomposition::frozen::FACE_NUMBERS;
use crate::training::decomposition::{CompactDecomposition, CompactSettings, Faces, Start};
use crate::training::face_synthesis::grid;
use crate::training::phase::{Gates, Phase, PhaseError, SampleGrid, StepReport};

pub use config::SelectiveConfig;
pub use synthesised::{SynthesisedFace, Synthesiser};
pub use tally::Tally;

/// How bright a face that is not kept is drawn.
const DIMMED: f32 = 0.35;

/// The phase.
#[derive(Debug)]
pub struct SelectiveTuning {
    /// What learns, and what it learns from photographs.
    decomposition: CompactDecomposition,
    synthesiser: Synthesiser,
    faces: usize,
    draw: Draw,
    augmentation: Augmentation,
    tally: Tally,
}

impl SelectiveTuning {
    /// The phase at its first step; `teacher` is the network's own start where there is no other.
    ///
    /// # Errors
    /// When the start or the teacher lack a tensor, or the data lacks the faces a batch asks for.
    pub fn begin(
        config: &RunConfig,
        (settings, selective): (CompactSettings, SelectiveConfig),
        (start, teacher): (Start, Option<&Start>),
        data: Data<'_>,
        device: &Device,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Self, BeginError> {
        let plain = device.clone().without_autodiff();
        let evenness = settings.evenness;
        let synthesiser = Synthesiser::new(&start, teacher, selective.threshold, &plain).map_err(PhaseError::from)?;
        let own = start.clone();
        let networks = (start, teacher.unwrap_or(&own));
        let decomposition = CompactDecomposition::begin(config, settings, networks, data, device, progress)?;
        let draw = if data.dataset.identities() > 0 { Draw::ByIdentity } else { Draw::ByAge { evenness } };
        let (faces, augmentation, tally) = (selective.faces, config.augmentation, Tally::default());
        Ok(Self { decomposition, synthesiser, faces, draw, augmentation, tally })
    }

    /// A micro-batch with the kept faces of others beside its photographs.
    fn joined(&self, photographs: Faces, kept: &[SynthesisedFace]) -> Faces {
        if kept.is_empty() {
            return photographs;
        }
        let Faces { mut crops, ages_years, classes, mut alone, .. } = photographs;
        let teacher = self.decomposition.learner.teacher(&crops);
        let mut targets: Vec<f32> = teacher.into_data().convert::<f32>().iter::<f32>().collect();
        // The first faces are those with ages, the last those of people known by name.
        let is_named = |face: &&SynthesisedFace| !classes.is_empty() && face.of.identity.is_some();
        let (named, others): (Vec<_>, Vec<_>) = kept.iter().partition(is_named);
        let before = crops.len() / FACE_NUMBERS - classes.len();
        // Those without a name come in front of the named photographs, those with one behind.
        let places = (before..before + others.len()).chain(before + others.len() + classes.len()..);
        let own = |face: &SynthesisedFace| self.decomposition.learner.faces()?.of(face.index?);
        let made = others.iter().chain(&named).zip(places);
        alone.extend(made.filter_map(|(face, place)| Some((place, own(face)?))));
        let length = targets.len() / (crops.len() / FACE_NUMBERS);
        let joined = |faces: &[&SynthesisedFace], of: &dyn Fn(&SynthesisedFace) -> Vec<f32>| -> Vec<f32> {
            faces.iter().flat_map(|face| of(face)).collect()
        };
        let crop = |face: &SynthesisedFace| face.crop.clone();
        let embedding = |face: &SynthesisedFace| face.source_embedding.clone();
        crops.splice(before * FACE_NUMBERS..before * FACE_NUMBERS, joined(&others, &crop));
        crops.extend(joined(&named, &crop));
        targets.splice(before * length..before * length, joined(&others, &embedding));
        targets.extend(joined(&named, &embedding));
        let classes = classes.into_iter().chain(named.iter().filter_map(|face| face.of.identity)).collect();
        Faces { crops, ages_years, classes, alone, targets: Some(targets) }
    }
}

impl Phase for SelectiveTuning {
    fn name(&self) -> &'static str {
        "selective"
    }

    /// Those of the decomposition phase, then for every micro-batch the photographs to synthesise.
    fn requests(&self, step: u64) -> Vec<Request> {
        let accumulation = self.decomposition.batch.accumulation as u64;
        let sources = (0..accumulation).map(|micro| Request {
            stream: "selective sources",
            step: step * accumulation + micro,
            count: self.faces,
            draw: self.draw.clone(),
            augmentation: self.augmentation,
        });
        self.decomposition.requests(step).into_iter().chain(sources).collect()
    }

    fn step(&mut self, step: u64, batches: Vec<Batch>, learning_rate: f64) -> Result<StepReport, PhaseError> {
        let mut photographs = batches;
        let of_photographs = photographs.len().saturating_sub(self.decomposition.batch.accumulation);
        let sources = photographs.split_off(of_photographs);
        let photographs = learned_from(self.decomposition.batch, self.decomposition.learner.faces(), photographs)?;
        let mut micro_batches = Vec::with_capacity(photographs.len());
        for (photographs, sources) in photographs.into_iter().zip(&sources) {
            let mut made = self.synthesiser.synthesised(sources);
            for face in &made {
                self.tally.count(face.source, face.target, face.is_kept);
            }
            made.retain(|face| face.is_kept);
            micro_batches.push(self.joined(photographs, &made));
        }
        let mut report = self.decomposition.learner.step(step, &micro_batches, learning_rate)?;
        report.losses.extend(self.tally.shares());
        Ok(report)
    }

    fn state(&self) -> Parameters {
        let mut state = self.decomposition.state();
        self.tally.remember(&mut state);
        state
    }

    fn restore(&mut self, state: &Parameters) -> Result<(), PhaseError> {
        self.decomposition.restore(state)?;
        self.tally = Tally::recall(state)?;
        Ok(())
    }

    fn gates(&self) -> Option<Gates> {
        self.decomposition.gates()
    }

    /// The sample faces in all groups; those that would not be kept are dark.
    fn sample_grid(&self) -> Result<Option<SampleGrid>, PhaseError> {
        let samples = &self.decomposition.samples;
        let count = samples.len() / FACE_NUMBERS;
        let batch = Batch { crops: samples.clone(), samples: vec![Default::default(); count], ..Batch::default() };
        let made = self.synthesiser.synthesised(&batch);
        let rows = samples.chunks_exact(FACE_NUMBERS).zip(made.chunks_exact(AgeGroup::ALL.len()));
        let row = |(source, made): (&[f32], &[SynthesisedFace])| {
            let shown = |face: &SynthesisedFace| {
                face.crop
                    .iter()
                    .map(|value| if face.is_kept { *value } else { DIMMED * (value + 1.0) - 1.0 })
                    .collect::<Vec<f32>>()
            };
            source.iter().copied().chain(made.iter().flat_map(shown)).collect::<Vec<f32>>()
        };
        Ok((count > 0).then(|| grid::of_numbers(rows.map(row).collect())))
    }

    fn weights(&self) -> Parameters {
        self.decomposition.weights()
    }

    fn summary(&self) -> Value {
        json!({ "recognition": self.decomposition.summary(), "kept": self.tally.report() })
    }
}
