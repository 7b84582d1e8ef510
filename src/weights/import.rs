//! Writes a network as one safetensors file that describes itself, tensor by tensor: whatever its size, a quarter of a
//! MiB of it is in memory at a time. The file appears whole or not at all, and never over one it was read from.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::checkpoint::Checkpoint;
use super::description::METADATA_KEY;
use super::number::NumberKind;
use super::pytorch::shown;
use super::source::hex;
use super::stored::{StoredTensor, all_finite};
use crate::model::NetworkConfig;

/// Bytes between two words on how far the work is.
const REPORTED_BYTES: u64 = 16 << 20;
/// End of the name of a file that is being written.
const UNFINISHED: &str = ".unfinished";
/// Safetensors begin their numbers at a multiple of this.
pub(super) const ALIGNMENT: usize = 8;

/// How numbers with fractions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// All of them in single precision.
    Single,
    /// Tensors of two axes or more in half precision. The others stay as they are: they are a thousandth of the file,
    /// and running variances may leave the range of half precision.
    Half,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Imported {
    /// SHA-256 of the new file in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Tensors it holds.
    pub tensors: usize,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file of this name is there.
    #[error("{path} is there already, and nothing was written. Choose another name, or replace it with --force.")]
    Exists {
        /// The file.
        path: String,
    },
    /// The file would replace one it is made of.
    #[error("{path} is one of the files to import, and nothing was written. Choose another name with -o.")]
    Original {
        /// The file.
        path: String,
    },
    /// The new file cannot be written.
    #[error("{path} cannot be written: {reason}. Choose another place with -o.")]
    Unwritable {
        /// The file.
        path: String,
        /// What is in the way.
        reason: String,
    },
    /// A tensor cannot be read or converted.
    #[error("The tensor “{tensor}” cannot be imported: {reason}. {next_step}")]
    Tensor {
        /// The tensor.
        tensor: String,
        /// What is in the way.
        reason: String,
        /// What to do.
        next_step: &'static str,
    },
}

/// Writes every tensor the network knows to a new file. `progress` hears now and then how many bytes of how many are
/// written.
///
/// # Errors
/// When the file is there already and may not be replaced, is one of those it is made of, or cannot be written; when a
/// tensor holds what is no finite number, or a number beyond the precision asked for.
pub fn import(
    checkpoint: &Checkpoint,
    path: &Path,
    precision: Precision,
    replace: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ImportError> {
    let name = path.display().to_string();
    if checkpoint.sources.iter().any(|source| is_same_file(path, &source.path)) {
        return Err(ImportError::Original { path: name });
    }
    if !replace && path.symlink_metadata().is_ok() {
        return Err(ImportError::Exists { path: name });
    }
    let unwritable = |error: &io::Error| ImportError::Unwritable { path: name.clone(), reason: error.to_string() };
    let file = unfinished(path).map_err(|error| unwritable(&error))?;
    let planned: Vec<Planned> =
        checkpoint.written().map(|(name, tensor)| Planned::new(name, tensor, precision)).collect();
    let header = header(checkpoint, &planned);
    let total = header.len() as u64 + planned.iter().map(|planned| planned.bytes() as u64).sum::<u64>();
    let mut out = Hashed::new(BufWriter::new(file));
    out.write_all(&header).map_err(|error| unwritable(&error))?;
    let mut told = 0;
    for planned in &planned {
        planned
            .write(&mut |bytes| {
                out.write_all(bytes).map_err(Failure::Writing)?;
                if out.written - told >= REPORTED_BYTES {
                    told = out.written;
                    progress(told, total);
                }
                Ok(())
            })
            .map_err(|failure| failure.told(planned, &unwritable))?;
    }
    let (sha256, bytes) = (hex(&out.hash.finalize()), out.written);
    let file = out.out.into_inner().map_err(|error| unwritable(error.error()))?;
    let kept = match replace {
        true => file.persist(path).map_err(|error| error.error),
        false => file.persist_noclobber(path).map_err(|error| error.error),
    };
    kept.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists if !replace => ImportError::Exists { path: name.clone() },
        _ => unwritable(&error),
    })?;
    Ok(Imported { sha256, bytes, tensors: planned.len() })
}

/// A tensor and how it will be written.
struct Planned<'a> {
    name: &'a str,
    tensor: &'a StoredTensor,
    kind: NumberKind,
}

/// What ends the writing of a tensor.
enum Failure {
    Reading(String),
    Beyond(f32),
    Writing(io::Error),
}

impl Failure {
    fn told(self, planned: &Planned<'_>, unwritable: &dyn Fn(&io::Error) -> ImportError) -> ImportError {
        let (reason, next_step) = match self {
            Self::Writing(error) => return unwritable(&error),
            Self::Reading(reason) => (reason, "Get the file again from where it was published."),
            Self::Beyond(value) => (format!("it holds {value}, beyond half precision"), "Import it without --half."),
        };
        ImportError::Tensor { tensor: shown(planned.name), reason, next_step }
    }
}

impl<'a> Planned<'a> {
    fn new(name: &'a str, tensor: &'a StoredTensor, precision: Precision) -> Self {
        let kind = match (tensor.kind().is_float(), precision) {
            (false, _) => tensor.kind(),
            (true, Precision::Half) if tensor.shape.len() >= 2 => NumberKind::F16,
            (true, _) => NumberKind::F32,
        };
        Self { name, tensor, kind }
    }

    fn bytes(&self) -> usize {
        self.tensor.numbers() * self.kind.bytes()
    }

    fn write(&self, out: &mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        let (mut values, mut bytes) = (Vec::new(), Vec::new());
        let mut failure = None;
        let read = self.tensor.for_each_piece(&mut |piece| {
            let result = match self.kind == self.tensor.kind() && !self.kind.is_float() {
                true => out(piece),
                false => {
                    values.clear();
                    self.tensor.kind().widen(piece, &mut values);
                    all_finite(&values)?;
                    bytes.clear();
                    narrow(self.kind, &values, &mut bytes).and_then(|()| out(&bytes))
                }
            };
            // The piece's reader knows sentences only; what happened here is kept aside.
            result.map_err(|error| {
                failure = Some(error);
                String::new()
            })
        });
        match (failure, read) {
            (Some(failure), _) => Err(failure),
            (None, read) => read.map_err(Failure::Reading),
        }
    }
}

fn narrow(kind: NumberKind, values: &[f32], bytes: &mut Vec<u8>) -> Result<(), Failure> {
    if kind != NumberKind::F16 {
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        return Ok(());
    }
    for value in values {
        let half = f16::from_f32(*value);
        if !half.is_finite() {
            return Err(Failure::Beyond(*value));
        }
        bytes.extend(half.to_le_bytes());
    }
    Ok(())
}

/// Length and JSON of the header: what the file is, where it came from, and where each tensor lies.
fn header(checkpoint: &Checkpoint, planned: &[Planned<'_>]) -> Vec<u8> {
    let mut metadata: BTreeMap<&str, String> = BTreeMap::new();
    for (key, text) in &checkpoint.metadata {
        metadata.insert(key, text.clone());
    }
    let config = match &checkpoint.config {
        NetworkConfig::Compact(config) => json!(config),
        NetworkConfig::Published(config) => json!(config),
    };
    let file_name = |name: &str| Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
    let source = |source: &super::SourceFile| json!({ "file": file_name(&source.name), "sha256": source.sha256 });
    metadata.insert(METADATA_KEY, config.to_string());
    metadata.insert("format", "pt".to_owned());
    metadata.insert("source", json!(checkpoint.sources.iter().map(source).collect::<Vec<_>>()).to_string());
    metadata.insert("mtlface_version", env!("CARGO_PKG_VERSION").to_owned());
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut offset = 0;
    for planned in planned {
        let end = offset + planned.bytes();
        let entry =
            json!({ "dtype": planned.kind.name(), "shape": planned.tensor.shape, "data_offsets": [offset, end] });
        header.insert(planned.name.to_owned(), entry);
        offset = end;
    }
    let mut json = serde_json::Value::Object(header).to_string().into_bytes();
    json.resize(json.len().next_multiple_of(ALIGNMENT), b' ');
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

/// A new file beside the one it will become. What an import that was interrupted left behind goes first.
pub(super) fn unfinished(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let prefix = format!(".{name}.");
    for entry in std::fs::read_dir(folder)?.flatten() {
        let left = entry.file_name();
        let left = left.to_string_lossy();
        if left.starts_with(&prefix) && left.ends_with(UNFINISHED) {
            // Where it cannot be removed it is somebody else's, and in nobody's way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.prefix(&prefix).suffix(UNFINISHED).tempfile_in(folder)
}

/// Whether two paths lead to one file, through links too.
fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Passes bytes on and hashes them.
pub(super) struct Hashed<W> {
    pub(super) out: W,
    pub(super) hash: Sha256,
    pub(super) written: u64,
}

impl<W: Write> Hashed<W> {
    /// Nothing passed yet.
    pub(super) fn new(out: W) -> Self {
        Self { out, hash: Sha256::new(), written: 0 }
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }
}
