//! Synthesised faces, and which of them are worth learning from.

use burn::tensor::{Device, Tensor};

use crate::model::config::EMBEDDING_LENGTH;
use crate::model::layers::unit_rows;
use crate::model::{AgeGroup, CompactNetwork, Encoding, ParameterError};
use crate::training::data::{Batch, Sample};
use crate::training::decomposition::Start;
use crate::training::decomposition::frozen::FACE_NUMBERS;
use crate::training::losses::expected_ages;
use crate::training::tensors;

/// The frozen networks: one that synthesises, one that looks at what it made.
#[derive(Debug)]
pub struct Synthesiser {
    network: CompactNetwork,
    /// The teacher, unless it is the network itself.
    teacher: Option<CompactNetwork>,
    threshold: f32,
    device: Device,
}

/// One face in one group, and what the teacher thinks of it.
#[derive(Clone, Debug)]
pub struct SynthesisedFace {
    /// `[3, 112, 112]` in [-1, 1].
    pub crop: Vec<f32>,
    /// What is known of the photograph.
    pub of: Sample,
    /// Where the photograph stands among the samples of the data; nothing where it is none of them.
    pub index: Option<usize>,
    /// The teacher's embedding of the photograph, of unit length.
    pub source_embedding: Vec<f32>,
    /// The photograph's group: stated, or else estimated.
    pub source: AgeGroup,
    /// The group it is to look like.
    pub target: AgeGroup,
    /// Cosine between the teacher's embeddings of it and of the photograph.
    pub cosine: f32,
    /// The group it looks like.
    pub estimated: AgeGroup,
    /// Whether it is still the same person's face and looks its age.
    pub is_kept: bool,
}

/// What the teacher sees in a face.
struct Look {
    embedding: Vec<f32>,
    estimated: AgeGroup,
}

impl Synthesiser {
    /// From the network a run starts from, and the teacher where it is another one. The device is one without
    /// gradients.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(
        start: &Start,
        teacher: Option<&Start>,
        threshold: f32,
        device: &Device,
    ) -> Result<Self, ParameterError> {
        let network = |start: &Start| CompactNetwork::new(&start.config, &start.parameters, device);
        Ok(Self {
            network: network(start)?,
            teacher: teacher.map(network).transpose()?,
            threshold,
            device: device.clone(),
        })
    }

    /// Every face of a batch in all seven groups.
    pub fn synthesised(&self, batch: &Batch) -> Vec<SynthesisedFace> {
        if batch.samples.is_empty() {
            return Vec::new();
        }
        let photographs = tensors::faces(batch, &self.device);
        let samples = batch.samples.iter().enumerate();
        let of_one = |(place, sample): (usize, &Sample)| {
            self.of_one(photographs.clone().narrow(0, place, 1), *sample, batch.indices.get(place).copied())
        };
        samples.flat_map(of_one).collect()
    }

    fn of_one(&self, photograph: Tensor<4>, of: Sample, index: Option<usize>) -> Vec<SynthesisedFace> {
        let encoding = self.network.encode(photograph.clone());
        let aged = self.network.aged(photograph.clone(), &encoding, &AgeGroup::ALL);
        let source = match &self.teacher {
            None => looks(encoding),
            Some(teacher) => looks(teacher.encode(photograph)),
        };
        let made = looks(self.teacher.as_ref().unwrap_or(&self.network).encode(aged.clone()));
        let crops: Vec<f32> = numbers(aged);
        // One face came in.
        let Some(Look { embedding: source_embedding, estimated }) = source.into_iter().next() else {
            return Vec::new();
        };
        let source = of.age_years.map_or(estimated, AgeGroup::of_years);
        let faces = AgeGroup::ALL.into_iter().zip(crops.chunks_exact(FACE_NUMBERS)).zip(made);
        let face = |((target, crop), look): ((AgeGroup, &[f32]), Look)| {
            let cosine: f32 = look.embedding.iter().zip(&source_embedding).map(|(a, b)| a * b).sum();
            SynthesisedFace {
                crop: crop.to_vec(),
                of,
                index,
                source_embedding: source_embedding.clone(),
                source,
                target,
                cosine,
                estimated: look.estimated,
                is_kept: is_kept(cosine, self.threshold, look.estimated, target),
            }
        };
        faces.map(face).collect()
    }
}

/// The rule of TPAMI 2022: the same person still, and as old as it should be.
fn is_kept(cosine: f32, threshold: f32, estimated: AgeGroup, target: AgeGroup) -> bool {
    cosine > threshold && estimated == target
}

/// What an encoding says of each of its faces.
fn looks(encoding: Encoding) -> Vec<Look> {
    let ages: Vec<f32> = numbers(expected_ages(encoding.age_logits));
    let embeddings: Vec<f32> = numbers(unit_rows(encoding.embedding));
    let faces = embeddings.chunks_exact(EMBEDDING_LENGTH).zip(ages);
    faces
        .map(|(embedding, years)| Look { embedding: embedding.to_vec(), estimated: AgeGroup::of_years(years) })
        .collect()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().iter::<f32>().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_kept_that_is_the_same_persons_and_looks_its_age() {
        let [young, old] = [AgeGroup::ALL[2], AgeGroup::ALL[6]];
        assert!(is_kept(0.51, 0.5, old, old));
        assert!(!is_kept(0.5, 0.5, old, old) && !is_kept(0.9, 0.5, young, old) && !is_kept(f32::NAN, 0.5, old, old));
    }
}
