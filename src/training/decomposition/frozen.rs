//! What does not learn: the front of the backbone, and the teacher. Both run without gradients, as fast as the product
//! itself runs them; a teacher whose front is the student's own shares its features.

use burn::tensor::{Device, Tensor, TensorData};

use super::student::Beginning;
use crate::model::backbone::MobileBackbone;
use crate::model::decomposition::Decomposition;
use crate::model::identity::IdentityHead;
use crate::model::layers::{Source, unit_rows};
use crate::model::{CROP_SIZE_PX, CompactConfig, ParameterError, Parameters};

/// Faces that run at once, so that the largest features stay within a few hundred MiB.
const AT_ONCE: usize = 32;

/// A compact network up to its embedding, which does not learn.
#[derive(Debug)]
pub struct Teacher {
    backbone: MobileBackbone,
    afd: Decomposition,
    identity: IdentityHead,
}

/// The front of the student's backbone and the teacher.
#[derive(Debug)]
pub struct Frozen {
    front: MobileBackbone,
    beginning: Beginning,
    teacher: Teacher,
    /// Whether the teacher's front is the student's.
    shared: bool,
    device: Device,
}

/// What the frozen part makes of faces.
#[derive(Clone, Debug)]
pub struct FrozenFeatures {
    /// What the part that learns begins with, `[N, C, H, W]`.
    pub student: Tensor<4>,
    /// The teacher's embeddings `[N, 128]`, of unit length.
    pub teacher: Tensor<2>,
}

impl Teacher {
    fn new(config: &CompactConfig, source: Source<'_>) -> Result<Self, ParameterError> {
        let channels = config.afd.channels;
        Ok(Self {
            backbone: MobileBackbone::new(&config.backbone, source)?,
            afd: Decomposition::compact(&config.afd, source)?,
            identity: IdentityHead::compact(channels, config.identity.dim, source)?,
        })
    }

    fn embed(&self, x: Tensor<4>) -> Tensor<2> {
        unit_rows(self.identity.forward(self.afd.forward(x).x_id))
    }
}

impl Frozen {
    /// Of the start's tensors and the teacher's. The device is one without gradients.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn new(
        (config, network): (&CompactConfig, &Parameters),
        (teacher_config, teacher): (&CompactConfig, &Parameters),
        beginning: Beginning,
        device: &Device,
    ) -> Result<Self, ParameterError> {
        let front = beginning.pair().unwrap_or(0);
        let shared = config.backbone == teacher_config.backbone && same_front(network, teacher, front)?;
        Ok(Self {
            front: MobileBackbone::new(&config.backbone, Source::running(network, device))?,
            beginning,
            teacher: Teacher::new(teacher_config, Source::running(teacher, device))?,
            shared: shared && beginning != Beginning::Stem,
            device: device.clone(),
        })
    }

    /// Of faces `[N, 3, 112, 112]`, one after the other, RGB in [-1, 1].
    pub fn features(&self, crops: &[f32]) -> FrozenFeatures {
        let parts: Vec<FrozenFeatures> =
            crops.chunks(AT_ONCE * FACE_NUMBERS).map(|crops| self.part(faces(crops, &self.device))).collect();
        let (student, teacher) = parts.into_iter().map(|part| (part.student, part.teacher)).unzip();
        FrozenFeatures { student: Tensor::cat(student, 0), teacher: Tensor::cat(teacher, 0) }
    }

    /// The teacher's embeddings alone.
    pub fn embed(&self, crops: &[f32]) -> Tensor<2> {
        self.features(crops).teacher
    }

    fn part(&self, faces: Tensor<4>) -> FrozenFeatures {
        let student = match self.beginning {
            Beginning::Stem => faces.clone(),
            Beginning::Pair(pair) => self.front.forward_until(faces.clone(), pair),
        };
        let backbone = &self.teacher.backbone;
        let last = match self.beginning {
            Beginning::Pair(pair) if self.shared => backbone.forward_from(student.clone(), pair),
            _ => backbone.forward(faces).x,
        };
        FrozenFeatures { student, teacher: self.teacher.embed(last) }
    }
}

/// Numbers of one face.
pub const FACE_NUMBERS: usize = 3 * CROP_SIZE_PX * CROP_SIZE_PX;

/// Faces one after the other as a tensor.
pub fn faces(crops: &[f32], device: &Device) -> Tensor<4> {
    let shape = [crops.len() / FACE_NUMBERS, 3, CROP_SIZE_PX, CROP_SIZE_PX];
    Tensor::from_data(TensorData::new(crops.to_vec(), shape), device)
}

/// Whether the stem and the pairs in front of this one have the same numbers in both.
fn same_front(a: &Parameters, b: &Parameters, pair: usize) -> Result<bool, ParameterError> {
    let in_front = |name: &str| {
        let pairs = name.strip_prefix("backbone.pairs.").and_then(|name| name.split('.').next()?.parse::<usize>().ok());
        name.starts_with("backbone.stem") || pairs.is_some_and(|index| index < pair)
    };
    for name in a.names().filter(|name| in_front(name)) {
        let shape = a.shape(name).unwrap_or_default();
        if b.shape(name) != Some(shape) || a.get(name, shape)? != b.get(name, shape)? {
            return Ok(false);
        }
    }
    Ok(true)
}
