//! Reading safetensors bytes into named f32 parameters. The format crate checks offsets and sizes, so a truncated
//! or hostile header is an error and never an allocation.

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use crate::model::{Parameter, Parameters};

/// All tensors of a file, widened to f32; integer tensors are not parameters and are left out.
///
/// # Errors
/// A few words on what is wrong with the bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Parameters, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut parameters = Parameters::default();
    for (name, view) in file.tensors() {
        let data = view.data();
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => pairs::<4>(data).map(f32::from_le_bytes).collect(),
            Dtype::F16 => pairs::<2>(data).map(|bits| f16::from_le_bytes(bits).to_f32()).collect(),
            Dtype::BF16 => pairs::<2>(data).map(|bits| bf16::from_le_bytes(bits).to_f32()).collect(),
            Dtype::F64 => pairs::<8>(data).map(|bits| f64::from_le_bytes(bits) as f32).collect(),
            _ => continue,
        };
        parameters.insert(name, Parameter { shape: view.shape().to_vec(), values });
    }
    Ok(parameters)
}

/// The bytes N at a time.
fn pairs<const N: usize>(data: &[u8]) -> impl Iterator<Item = [u8; N]> {
    data.as_chunks::<N>().0.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_bytes_are_errors() {
        let header_past_the_end = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
        for bytes in [&b""[..], b"not a tensor file at all", &header_past_the_end] {
            assert!(read(bytes).is_err());
        }
    }

    #[test]
    fn half_precision_is_widened() {
        let header = br#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header);
        bytes.extend(f16::from_f32(1.5).to_le_bytes());
        bytes.extend(f16::from_f32(-2.0).to_le_bytes());
        let parameters = read(&bytes).unwrap();
        assert_eq!(parameters.get("a", &[2]).unwrap(), [1.5, -2.0]);
    }
}
