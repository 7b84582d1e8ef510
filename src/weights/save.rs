//! Writes numbers of our own: a network that was trained here, or everything an interrupted run goes on from. Files
//! appear whole or not at all; numbers are kept in single precision, to the bit.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::json;
use sha2::Digest as _;

use super::error::WeightsError;
use super::import::{ALIGNMENT, Hashed, unfinished};
use super::number::NumberKind;
use super::source::hex;
use super::tensor_file::TensorFile;
use crate::model::{ParameterError, Parameters};

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// SHA-256 of the new file in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file cannot be written.
    #[error("{path} cannot be written: {reason}. Make room there, or choose another folder.")]
    Unwritable {
        /// The file.
        path: String,
        /// What is in the way.
        reason: String,
    },
    /// A tensor's numbers cannot be brought.
    #[error("{0}. Leave the files of the start weights where they are while a run goes on.")]
    Tensor(#[from] ParameterError),
}

/// Writes tensors and the words that go with them as one safetensors file. An older file of this name is replaced.
///
/// # Errors
/// When the file cannot be written or a tensor cannot be brought.
pub fn save(path: &Path, parameters: &Parameters, words: &BTreeMap<String, String>) -> Result<Saved, SaveError> {
    let unwritable = |error: &std::io::Error| unwritable(path, error);
    let file = unfinished(path).map_err(|error| unwritable(&error))?;
    let mut out = Hashed::new(BufWriter::new(file));
    out.write_all(&header(parameters, words)).map_err(|error| unwritable(&error))?;
    for name in parameters.names() {
        let values = parameters.get(name, parameters.shape(name).unwrap_or_default())?;
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        out.write_all(&bytes).map_err(|error| unwritable(&error))?;
    }
    let (sha256, bytes) = (hex(&out.hash.finalize()), out.written);
    let file = out.out.into_inner().map_err(|error| unwritable(error.error()))?;
    file.persist(path).map_err(|error| unwritable(&error.error))?;
    Ok(Saved { sha256, bytes })
}

/// Reads what [`save`] wrote: the tensors, whose numbers stay in the file until they are asked for, and the words.
///
/// # Errors
/// When the file cannot be read or is no whole safetensors file.
pub fn read_saved(path: &Path) -> Result<(Parameters, HashMap<String, String>), WeightsError> {
    let file = TensorFile::open(path)?;
    Ok((file.parameters(), file.metadata))
}

/// Writes a small file whole or not at all. An older file of this name is replaced.
///
/// # Errors
/// When the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let mut file = unfinished(path).map_err(|error| unwritable(path, &error))?;
    file.write_all(bytes).map_err(|error| unwritable(path, &error))?;
    file.persist(path).map(|_| ()).map_err(|error| unwritable(path, &error.error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> SaveError {
    SaveError::Unwritable { path: path.display().to_string(), reason: error.to_string() }
}

fn header(parameters: &Parameters, words: &BTreeMap<String, String>) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!(words));
    let mut offset = 0;
    for name in parameters.names() {
        let shape = parameters.shape(name).unwrap_or_default();
        let end = offset + shape.iter().product::<usize>() * NumberKind::F32.bytes();
        let entry = json!({ "dtype": NumberKind::F32.name(), "shape": shape, "data_offsets": [offset, end] });
        header.insert(name.to_owned(), entry);
        offset = end;
    }
    let mut json = serde_json::Value::Object(header).to_string().into_bytes();
    json.resize(json.len().next_multiple_of(ALIGNMENT), b' ');
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Parameter;

    #[test]
    fn what_is_saved_is_read_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.safetensors");
        let mut parameters = Parameters::default();
        let values = vec![1.0, -0.0, f32::MIN_POSITIVE / 3.0, 0.1, f32::MAX, -7.5];
        parameters.insert("network.a", Parameter { shape: vec![2, 3], values: values.clone() });
        parameters.insert("steps", Parameter { shape: vec![1], values: vec![9.0] });
        for _ in 0..2 {
            save(&path, &parameters, &[("step".to_owned(), "9".to_owned())].into()).unwrap();
        }
        let (read, words) = read_saved(&path).unwrap();
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read.get("network.a", &[2, 3]).unwrap()), bits(&values));
        assert_eq!((read.len(), words["step"].as_str()), (2, "9"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let error = write_whole(Path::new("nowhere/at/all/status.json"), b"{}").unwrap_err().to_string();
        assert!(error.starts_with("nowhere/at/all/status.json cannot be written"), "{error}");
    }
}
