//! One safetensors file: bytes to named f32 tensors, hash and metadata. Nothing here knows any network.
//! Damaged and hostile files end in a sentence, never in a panic, and never take more memory than three times the
//! size limit.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use sha2::{Digest, Sha256};

use super::error::WeightsError;
use crate::model::{Parameter, Parameters};

const MIB: u64 = 1 << 20;
/// The largest network this program may meet (IR-50 with a StyleGAN2 decoder, f32) stays well below.
const MAX_FILE_BYTES: u64 = 1024 * MIB;
/// Names and shapes of all tensors; 15 KiB in the compact network.
const MAX_HEADER_BYTES: u64 = 4 * MIB;
/// Half-precision numbers widened at a time.
const CHUNK: usize = 4096;

/// A safetensors file in memory.
#[derive(Debug)]
pub struct TensorFile {
    /// How errors call the file.
    pub name: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Text that came with the tensors.
    pub metadata: HashMap<String, String>,
    /// The tensors, widened to f32.
    pub parameters: Parameters,
}

impl TensorFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is not a whole safetensors file of float tensors.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let name = path.display().to_string();
        let unreadable =
            |error: std::io::Error| WeightsError::Unreadable { path: name.clone(), reason: error.to_string() };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(WeightsError::Unreadable { path: name, reason: "it is a folder".to_owned() });
        }
        check_size(&name, metadata.len())?;
        let mut bytes = Vec::new();
        // A pipe or a growing file may yield more than its stated length.
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        check_size(&name, bytes.len() as u64)?;
        Self::parse(&name, &bytes)
    }

    /// Reads the bytes of a file; `name` is how errors call it.
    ///
    /// # Errors
    /// When they are not a whole safetensors file of float tensors.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, WeightsError> {
        check_kind(name, bytes)?;
        let damaged = |reason: String| WeightsError::Damaged { name: name.to_owned(), reason };
        let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(error.to_string()))?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(error.to_string()))?;
        let mut parameters = Parameters::default();
        for (tensor_name, view) in file.iter() {
            let values = widened(&view).map_err(|reason| damaged(format!("the tensor “{tensor_name}” {reason}")))?;
            parameters.insert(tensor_name, Parameter { shape: view.shape().to_vec(), values });
        }
        if parameters.is_empty() {
            return Err(damaged("it holds no tensors".to_owned()));
        }
        let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let metadata = header.metadata().clone().unwrap_or_default();
        Ok(Self { name: name.to_owned(), sha256, metadata, parameters })
    }
}

fn check_size(name: &str, size: u64) -> Result<(), WeightsError> {
    if size <= MAX_FILE_BYTES {
        return Ok(());
    }
    let (size_mib, limit_mib) = (size.div_ceil(MIB), MAX_FILE_BYTES / MIB);
    Err(WeightsError::TooLarge { name: name.to_owned(), size_mib, limit_mib })
}

/// Looks at the first bytes: a safetensors file begins with the length of its JSON header, then `{`.
fn check_kind(name: &str, bytes: &[u8]) -> Result<(), WeightsError> {
    let other = |found, next_step| Err(WeightsError::NotSafetensors { name: name.to_owned(), found, next_step });
    const CHOOSE: &str = "Choose a weights file such as compact-v1.safetensors.";
    const EXPORT: &str = "Save its tensors as safetensors first.";
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return other(if bytes.is_empty() { "an empty file" } else { "a file of a few bytes" }, CHOOSE);
    };
    let header_bytes = u64::from_le_bytes(*length);
    if header_bytes <= MAX_HEADER_BYTES && rest.first() == Some(&b'{') {
        return Ok(());
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => other("a zip archive (a PyTorch checkpoint?)", EXPORT),
        [0x80, 2..=5, ..] => other("a pickle (a PyTorch checkpoint?)", EXPORT),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => other("a picture", CHOOSE),
        _ if rest.first() == Some(&b'{') => other("a file with an impossibly long header", CHOOSE),
        _ => other("a file of another kind", CHOOSE),
    }
}

/// The numbers of a tensor as f32.
fn widened(view: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let bytes = view.data();
    let values = match view.dtype() {
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect(),
        Dtype::F16 => widened_halves(bytes, f16::from_le_bytes, |halves, out| halves.convert_to_f32_slice(out)),
        Dtype::BF16 => widened_halves(bytes, bf16::from_le_bytes, |halves, out| halves.convert_to_f32_slice(out)),
        other => return Err(format!("holds {other:?} numbers where this program reads F16, BF16 and F32")),
    };
    match values.iter().all(|value: &f32| value.is_finite()) {
        true => Ok(values),
        false => Err("holds values that are not finite numbers".to_owned()),
    }
}

/// Widens half-precision numbers chunk by chunk: whole slices convert many times faster than single numbers.
fn widened_halves<H: Copy>(bytes: &[u8], read: fn([u8; 2]) -> H, convert: fn(&[H], &mut [f32])) -> Vec<f32> {
    let numbers = bytes.as_chunks::<2>().0;
    let mut values = vec![0.0; numbers.len()];
    for (numbers, out) in numbers.chunks(CHUNK).zip(values.chunks_mut(CHUNK)) {
        let halves: Vec<H> = numbers.iter().map(|number| read(*number)).collect();
        convert(&halves, out);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::serialize;

    fn file_of(dtype: Dtype, data: &[u8], shape: &[usize]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), data).unwrap();
        serialize([("t", view)], None).unwrap()
    }

    #[test]
    fn every_float_width_is_widened() {
        let halves: Vec<u8> = [1.5, -2.0].iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        let brains: Vec<u8> = [1.5, -2.0].iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect();
        let singles: Vec<u8> = [1.5_f32, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        for (dtype, data) in [(Dtype::F16, halves), (Dtype::BF16, brains), (Dtype::F32, singles)] {
            let file = TensorFile::parse("t", &file_of(dtype, &data, &[2, 1])).unwrap();
            assert_eq!(*file.parameters.get("t", &[2, 1]).unwrap(), [1.5, -2.0]);
        }
    }

    #[test]
    fn every_cut_of_a_file_is_refused() {
        let whole = file_of(Dtype::F32, &[0; 40], &[10]);
        for length in 0..whole.len() {
            assert!(TensorFile::parse("t", &whole[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn any_changed_header_byte_is_survived() {
        let whole = file_of(Dtype::F32, &[0; 40], &[10]);
        for position in 0..whole.len() - 40 {
            for byte in [0, 0x7f, 0xff, b'9', b'"', b'{'] {
                let mut changed = whole.clone();
                changed[position] = byte;
                let _ = TensorFile::parse("t", &changed);
            }
        }
    }

    #[test]
    fn integers_and_infinities_are_refused() {
        let error = TensorFile::parse("t", &file_of(Dtype::I8, &[0; 4], &[4])).unwrap_err().to_string();
        assert!(error.contains("I8"), "{error}");
        let error = TensorFile::parse("t", &file_of(Dtype::F32, &f32::INFINITY.to_le_bytes(), &[1])).unwrap_err();
        assert!(error.to_string().contains("not finite"), "{error}");
    }
}
