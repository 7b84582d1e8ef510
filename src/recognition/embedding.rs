//! The vector that stands for an identity, and the similarity of two.

use serde::{Deserialize, Serialize};

/// A face's identity as a unit vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Normalises a vector to unit length (ARCHITECTURE §0: `v / max(‖v‖, 1e-12)`).
    pub fn from_vector(vector: &[f32]) -> Self {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
        Self(vector.iter().map(|value| value / length).collect())
    }

    /// The embedding of a face from those of the face and of its mirror image (ARCHITECTURE-compact §3).
    pub fn with_mirror(face: &[f32], mirror: &[f32]) -> Self {
        let (face, mirror) = (Self::from_vector(face), Self::from_vector(mirror));
        let sum: Vec<f32> = face.0.iter().zip(&mirror.0).map(|(a, b)| a + b).collect();
        Self::from_vector(&sum)
    }

    /// Cosine similarity, -1 to 1.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum::<f32>().clamp(-1.0, 1.0)
    }

    /// The numbers, of unit length.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_of_known_vectors() {
        let a = Embedding::from_vector(&[3.0, 0.0]);
        let b = Embedding::from_vector(&[1.0, 1.0]);
        assert!((a.cosine(&b) - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-6);
        assert_eq!(a.cosine(&a), 1.0);
    }

    #[test]
    fn a_zero_vector_stays_finite() {
        let zero = Embedding::from_vector(&[0.0, 0.0]);
        assert_eq!(zero.cosine(&zero), 0.0);
    }
}
