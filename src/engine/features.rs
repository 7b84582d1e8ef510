//! The features themselves, for those who measure what is in them: of the face alone, without its mirror image.

use image::RgbImage;

use super::pipeline::guarded;
use super::reading::rows;
use super::{EngineError, FaceReading, Pipeline};
use crate::recognition::Embedding;

/// Faces encoded in one go.
const FACES_PER_BATCH: usize = 8;

/// What the network reads from one face, and the features it reads it from.
#[derive(Clone, Debug)]
pub struct FaceFeatures {
    /// As the product reads the face, its mirror image included.
    pub reading: FaceReading,
    /// Identity of the face alone.
    pub face_embedding: Embedding,
    /// Age features `[C]` of the face alone: the mean over the 7×7 cells.
    pub age_features: Vec<f32>,
}

impl Pipeline {
    /// Reads crops (112×112 RGB) with their features, several at once, in the order given.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn read_features(&self, crops: &[&RgbImage]) -> Result<Vec<FaceFeatures>, EngineError> {
        let mut features = Vec::with_capacity(crops.len());
        for batch in crops.chunks(FACES_PER_BATCH) {
            features.extend(guarded(|| self.features_of(batch))?);
        }
        Ok(features)
    }

    fn features_of(&self, crops: &[&RgbImage]) -> Vec<FaceFeatures> {
        let (encoding, readings) = self.read_crops(crops);
        let embeddings = rows(encoding.embedding.narrow(0, 0, crops.len()));
        let [_, channels, height, width] = encoding.x_age.dims();
        let x_age = encoding.x_age.narrow(0, 0, crops.len()).reshape([crops.len() * channels, height * width]);
        let age_features = rows(x_age.mean_dim(1).reshape([crops.len(), channels]));
        readings
            .into_iter()
            .zip(embeddings)
            .zip(age_features)
            .map(|((reading, embedding), age_features)| FaceFeatures {
                reading,
                face_embedding: Embedding::from_vector(&embedding),
                age_features,
            })
            .collect()
    }
}
