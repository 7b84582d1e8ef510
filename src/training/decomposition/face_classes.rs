//! Every face of known age as a person of its own: which class a sample is of, and which classes the teacher thinks may
//! be the same person.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::model::config::EMBEDDING_LENGTH;
use crate::model::{Parameter, ParameterError, Parameters};
use crate::training::data::Sample;

/// What checkpoints call the teacher's embeddings.
const EMBEDDINGS: &str = "teacher.faces";
/// What checkpoints call the samples that the classes are of.
const SAMPLES: &str = "teacher.samples";

/// The classes.
#[derive(Clone, Debug)]
pub struct FaceClasses {
    /// The sample of each class.
    samples: Vec<usize>,
    /// The teacher's embeddings of the samples, `[F, 128]`, of unit length.
    embeddings: Tensor<2>,
    /// Cosine beyond which two faces may be one person's.
    alike: f32,
}

impl FaceClasses {
    /// One for each sample with an age. Their embeddings are zeros until [`Self::with`] or [`Self::recall`] brings
    /// them.
    pub fn new(samples: &[Sample], alike: f32, device: &Device) -> Self {
        let aged = samples.iter().enumerate().filter(|(_, sample)| sample.age_years.is_some());
        let samples: Vec<usize> = aged.map(|(index, _)| index).collect();
        let embeddings = Tensor::zeros([samples.len(), EMBEDDING_LENGTH], device);
        Self { samples, embeddings, alike }
    }

    /// The same with the teacher's embeddings of the samples, `[F, 128]`.
    #[must_use]
    pub fn with(self, embeddings: Vec<f32>) -> Self {
        let embeddings = TensorData::new(embeddings, self.embeddings.dims());
        Self { embeddings: Tensor::from_data(embeddings, &self.embeddings.device()), ..self }
    }

    /// The samples that the classes are of, in their order.
    pub fn samples(&self) -> &[usize] {
        &self.samples
    }

    /// The directions that the classes begin with, `[F, 128]`.
    pub fn directions(&self) -> Parameter {
        let values = self.embeddings.to_data().convert::<f32>().iter::<f32>().collect();
        Parameter { shape: vec![self.samples.len(), EMBEDDING_LENGTH], values }
    }

    /// The class of a sample; nothing where it has no age.
    pub fn of(&self, sample: usize) -> Option<usize> {
        self.samples.binary_search(&sample).ok()
    }

    /// Where faces `[N, 128]`, as the teacher embeds them, may be of another class than their own: `[N, F]`.
    pub fn alike(&self, faces: Tensor<2>, own: Tensor<1, Int>) -> Tensor<2, Bool> {
        let near = faces.matmul(self.embeddings.clone().transpose()).greater_elem(self.alike);
        let others = own.one_hot::<2>(self.samples.len()).equal_elem(0);
        near.bool_and(others)
    }

    /// Adds what a resume needs to a state.
    pub fn remember(&self, state: &mut Parameters) {
        state.insert(EMBEDDINGS, self.directions());
        // Exact up to sixteen million faces.
        let samples = self.samples.iter().map(|sample| *sample as f32).collect();
        state.insert(SAMPLES, Parameter { shape: vec![self.samples.len()], values: samples });
    }

    /// Goes on from what [`Self::remember`] added.
    ///
    /// # Errors
    /// When it is missing, or of another number of faces.
    pub fn recall(&mut self, state: &Parameters) -> Result<(), ParameterError> {
        let embeddings = state.get(EMBEDDINGS, &self.embeddings.dims())?.into_owned();
        *self = self.clone().with(embeddings);
        Ok(())
    }
}

/// Places or classes as a tensor `[N]`.
pub fn indices(places: &[usize], device: &Device) -> Tensor<1, Int> {
    let places: Vec<i64> = places.iter().map(|place| *place as i64).collect();
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two faces of known age and of one direction, a third of another one, and one of unknown age between them.
    fn classes() -> FaceClasses {
        let sample = |age_years| Sample { age_years, ..Sample::default() };
        let samples = [Some(3.0), None, Some(30.0), Some(4.0)].map(sample);
        let classes = FaceClasses::new(&samples, 0.45, &Device::flex());
        let axis = |axis: usize| (0..EMBEDDING_LENGTH).map(move |place| f32::from(u8::from(place == axis)));
        classes.with([0, 0, 5].into_iter().flat_map(axis).collect())
    }

    #[test]
    fn only_samples_with_an_age_have_a_class() {
        let classes = classes();
        assert_eq!([0, 1, 2, 3].map(|sample| classes.of(sample)), [Some(0), None, Some(1), Some(2)]);
        assert_eq!((classes.samples(), classes.directions().shape), (&[0, 2, 3][..], vec![3, 128]));
    }

    #[test]
    fn classes_of_what_may_be_the_same_person_are_left_out_but_not_the_own_one() {
        let device = Device::flex();
        let directions = classes().directions().values;
        let faces = Tensor::<2>::from_data(TensorData::new(directions, [3, EMBEDDING_LENGTH]), &device);
        let alike = classes().alike(faces, indices(&[0, 1, 2], &device)).into_data();
        let alike: Vec<bool> = alike.iter::<bool>().collect();
        assert_eq!(alike, [false, true, false, true, false, false, false, false, false]);
    }

    #[test]
    fn what_is_remembered_can_be_recalled() {
        let mut state = Parameters::default();
        classes().remember(&mut state);
        let mut recalled = classes().with(vec![0.0; 3 * EMBEDDING_LENGTH]);
        recalled.recall(&state).unwrap();
        assert_eq!(recalled.directions().values, classes().directions().values);
        let mut others =
            FaceClasses::new(&[Sample { age_years: Some(3.0), ..Sample::default() }], 0.45, &Device::flex());
        assert!(others.recall(&state).is_err());
    }
}
