//! One file of tensors, of whatever kind: an index of names, shapes and places. The numbers stay in the file until they
//! are asked for. Nothing here knows any network. Damaged and hostile files end in a sentence, never in a panic.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::error::WeightsError;
use super::source::Source;
use super::stored::StoredTensor;
use super::{pytorch, safetensors_file};
use crate::model::Parameters;

/// All numbers of a file together: eight times those of the largest published network.
const MAX_NUMBERS: usize = 1 << 31;
/// Bytes that tell what a file is.
const FIRST_BYTES: u64 = 16;

/// How a file stores its tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// A JSON header and the numbers.
    Safetensors,
    /// The zip archive that `torch.save` writes since 2020.
    TorchZip,
    /// The sequence of pickles that `torch.save` wrote before.
    TorchLegacy,
}

impl FileFormat {
    /// Its name for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::TorchZip => "torch zip",
            Self::TorchLegacy => "torch legacy",
        }
    }
}

/// A file of tensors.
#[derive(Debug)]
pub struct TensorFile {
    /// How errors call the file.
    pub name: String,
    /// How it stores its tensors.
    pub format: FileFormat,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Text that came with the tensors.
    pub metadata: HashMap<String, String>,
    /// The tensors by name, without the `module.` that training on several cards puts in front.
    pub tensors: BTreeMap<String, Arc<StoredTensor>>,
}

impl TensorFile {
    /// Opens a file and reads which tensors it holds.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is not a whole file of tensors of a kind this program knows.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        Self::read(Source::open(path)?)
    }

    /// The same for bytes in memory; `name` is how errors call them.
    ///
    /// # Errors
    /// When they are not a whole file of tensors.
    pub fn parse(name: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, WeightsError> {
        Self::read(Source::held(name, bytes))
    }

    fn read(source: Source) -> Result<Self, WeightsError> {
        let source = Arc::new(source);
        let format = format_of(&source)?;
        let (sha256, metadata, tensors) = match format {
            FileFormat::Safetensors => {
                let read = safetensors_file::read(&source)?;
                (read.sha256, read.metadata, read.tensors)
            }
            FileFormat::TorchZip => {
                let read = pytorch::read_archive(&source)?;
                (read.sha256, HashMap::new(), read.tensors)
            }
            FileFormat::TorchLegacy => {
                let read = pytorch::read_legacy(&source)?;
                (read.sha256, HashMap::new(), read.tensors)
            }
        };
        if tensors.is_empty() {
            return Err(source.damaged("it holds no tensors"));
        }
        let numbers = tensors.values().try_fold(0_usize, |sum, tensor| sum.checked_add(tensor.numbers()));
        if numbers.is_none_or(|numbers| numbers > MAX_NUMBERS) {
            return Err(source.damaged("its tensors have more numbers than any network"));
        }
        let tensors = without_module(&source, tensors)?;
        Ok(Self { name: source.name.clone(), format, bytes: source.length, sha256, metadata, tensors })
    }

    /// The tensors as networks take them.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::default();
        for (name, tensor) in &self.tensors {
            parameters.insert_elsewhere(name.as_str(), tensor.shape.clone(), Arc::<StoredTensor>::clone(tensor));
        }
        parameters
    }
}

/// Takes away the `module.` that PyTorch's wrapper for several cards puts in front of every name.
fn without_module(
    source: &Source,
    tensors: BTreeMap<String, StoredTensor>,
) -> Result<BTreeMap<String, Arc<StoredTensor>>, WeightsError> {
    let mut named = BTreeMap::new();
    for (name, tensor) in tensors {
        let name = name.strip_prefix("module.").map(str::to_owned).unwrap_or(name);
        if named.contains_key(&name) {
            let name = pytorch::shown(&name);
            return Err(source.damaged(format!("it holds the tensor “{name}” with and without “module.” in front")));
        }
        named.insert(name, Arc::new(tensor));
    }
    Ok(named)
}

/// Looks at the first bytes: what a file is called says nothing.
fn format_of(source: &Source) -> Result<FileFormat, WeightsError> {
    const CHOOSE: &str = "Choose a weights file such as compact-v2.safetensors.";
    let other = |found, next_step| Err(WeightsError::OtherKind { name: source.name.clone(), found, next_step });
    let first = source.piece(0, FIRST_BYTES)?;
    match first.as_slice() {
        [] => other("an empty file", CHOOSE),
        [b'P', b'K', 3, 4, ..] => Ok(FileFormat::TorchZip),
        [0x80, 2..=5, ..] if !safetensors_file::begins(&first) => Ok(FileFormat::TorchLegacy),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => other("a picture", CHOOSE),
        short if short.len() < 9 => other("a file of a few bytes", CHOOSE),
        found if safetensors_file::begins(found) => Ok(FileFormat::Safetensors),
        found if found[8] == b'{' => other("a file with an impossibly long header", CHOOSE),
        [0x1f, 0x8b, ..] => other("a compressed file", "Unpack it first."),
        _ => other("a file of another kind", CHOOSE),
    }
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, TensorView, serialize};

    use super::*;

    fn file_of(dtype: Dtype, data: &[u8], shape: &[usize]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), data).unwrap();
        serialize([("t", view)], None).unwrap()
    }

    #[test]
    fn integers_are_read_and_infinities_refused() {
        let file = TensorFile::parse("t", file_of(Dtype::I64, &7_i64.to_le_bytes(), &[])).unwrap();
        assert_eq!(*file.parameters().get("t", &[]).unwrap(), [7.0]);
        let file = TensorFile::parse("t", file_of(Dtype::F32, &f32::INFINITY.to_le_bytes(), &[1])).unwrap();
        let error = file.parameters().get("t", &[1]).unwrap_err().to_string();
        assert!(error.contains("not finite"), "{error}");
        let error = TensorFile::parse("t", file_of(Dtype::U64, &[0; 8], &[1])).unwrap_err().to_string();
        assert!(error.contains("U64"), "{error}");
    }

    #[test]
    fn every_cut_of_a_file_is_refused() {
        let whole = file_of(Dtype::F32, &[0; 40], &[10]);
        for length in 0..whole.len() {
            assert!(TensorFile::parse("t", whole[..length].to_vec()).is_err(), "{length}");
        }
    }

    #[test]
    fn any_changed_header_byte_is_survived() {
        let whole = file_of(Dtype::F32, &[0; 40], &[10]);
        for position in 0..whole.len() - 40 {
            for byte in [0, 0x7f, 0xff, b'9', b'"', b'{'] {
                let mut changed = whole.clone();
                changed[position] = byte;
                let _ = TensorFile::parse("t", changed);
            }
        }
    }

    #[test]
    fn one_module_in_front_is_taken_away() {
        let names = |names: [&str; 2]| {
            let views = names.map(|name| (name, TensorView::new(Dtype::U8, vec![1], &[7]).unwrap()));
            TensorFile::parse("t", serialize(views, None).unwrap())
                .map(|file| file.tensors.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(names(["module.a", "module.module.b"]).unwrap(), ["a", "module.b"]);
        assert!(names(["module.a", "a"]).is_err());
    }
}
