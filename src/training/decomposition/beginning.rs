//! What the classifiers begin with: the teacher's embeddings of unchanged pictures.

use super::compact::Data;
use super::face_classes::FaceClasses;
use super::learner::Learner;
use crate::model::config::EMBEDDING_LENGTH;
use crate::training::data::{Augmentation, Batch, DataError, Draw, Loader, Request};

/// Pictures of a person whose mean embedding the classifier starts with, at most.
const PICTURES_OF_A_PERSON: usize = 16;
/// Faces whose embeddings are asked for at once.
const AT_ONCE: usize = 64;

/// Each person's mean embedding at unit length, `[people, 128]`.
///
/// # Errors
/// When the pictures cannot be read.
pub fn mean_embeddings(
    learner: &Learner,
    Data { dataset, loader, .. }: Data<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<f32>, DataError> {
    let people = dataset.identities();
    let mut pictures = vec![Vec::new(); people];
    for (index, sample) in dataset.samples().iter().enumerate() {
        let pictures = sample.identity.and_then(|identity| pictures.get_mut(identity));
        if let Some(pictures) = pictures.filter(|pictures| pictures.len() < PICTURES_OF_A_PERSON) {
            pictures.push(index);
        }
    }
    let listed: Vec<usize> = pictures.into_iter().flatten().collect();
    let mut sums = vec![0.0_f64; people * EMBEDDING_LENGTH];
    embed(learner, loader, &listed, progress, |batch, embeddings| {
        for (sample, embedding) in batch.samples.iter().zip(embeddings.chunks(EMBEDDING_LENGTH)) {
            let Some(identity) = sample.identity else { continue };
            let sum = sums.iter_mut().skip(identity * EMBEDDING_LENGTH);
            sum.zip(embedding).for_each(|(sum, number)| *sum += f64::from(*number));
        }
    })?;
    for sum in sums.chunks_mut(EMBEDDING_LENGTH) {
        let length = sum.iter().map(|number| number * number).sum::<f64>().sqrt().max(1e-12);
        sum.iter_mut().for_each(|number| *number /= length);
    }
    Ok(sums.into_iter().map(|number| number as f32).collect())
}

/// Classes of all faces of known age with the teacher's embedding of each. In place of a picture that cannot be used
/// stands the next one that can: no batch ever has a face of such a class.
///
/// # Errors
/// When the pictures cannot be read.
pub fn embedded(
    classes: FaceClasses,
    learner: &Learner,
    loader: &Loader,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<FaceClasses, DataError> {
    let mut embeddings = Vec::with_capacity(classes.samples().len() * EMBEDDING_LENGTH);
    embed(learner, loader, classes.samples(), progress, |_, numbers| embeddings.extend_from_slice(numbers))?;
    Ok(classes.with(embeddings))
}

/// The teacher's embeddings of these samples, part after part.
fn embed(
    learner: &Learner,
    loader: &Loader,
    listed: &[usize],
    progress: &mut dyn FnMut(usize, usize),
    mut each: impl FnMut(&Batch, &[f32]),
) -> Result<(), DataError> {
    let parts: Vec<&[usize]> = listed.chunks(AT_ONCE).collect();
    for part in &parts {
        loader.ask(Request {
            stream: "classes",
            step: 0,
            count: part.len(),
            draw: Draw::Listed(part.to_vec()),
            augmentation: Augmentation::none(),
        });
    }
    for (index, _) in parts.iter().enumerate() {
        progress(index * AT_ONCE, listed.len());
        let batch = loader.take()?;
        let embeddings: Vec<f32> = learner.teacher(&batch.crops).into_data().convert::<f32>().iter::<f32>().collect();
        each(&batch, &embeddings);
    }
    Ok(())
}
