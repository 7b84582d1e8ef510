//! A network out of one file or several: the tensors under their full names, the network they belong to, and how they
//! compare with what it needs. Whether it is complete enough to run is asked afterwards, so that incomplete files can
//! be described.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::comparison::{Comparison, is_learnt, lacks};
use super::description::{Description, METADATA_KEY, Sidecar};
use super::error::WeightsError;
use super::number::NumberKind;
use super::pytorch::shown;
use super::recognise::{self, Belongs};
use super::stored::StoredTensor;
use super::tensor_file::{FileFormat, TensorFile};
use crate::model::{Generation, NetworkConfig, Parameters, Preset, PublishedConfig};

/// A file a network was read from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// How errors call the file.
    pub name: String,
    /// Where it lies; empty for bytes in memory.
    pub path: PathBuf,
    /// How it stores its tensors.
    pub format: FileFormat,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// The module of CVPR 2021 it holds alone.
    pub module: Option<&'static str>,
}

/// The tensors of a network, still in their files, and what is known of them.
#[derive(Debug)]
pub struct Checkpoint {
    /// The files, in the order given.
    pub sources: Vec<SourceFile>,
    /// Text that came with the tensors of a single file.
    pub metadata: HashMap<String, String>,
    /// Widths of the network.
    pub config: NetworkConfig,
    /// The tensors under their full names.
    pub tensors: BTreeMap<String, Arc<StoredTensor>>,
    /// How they compare with what a published network needs; without findings for the compact one, which is compared
    /// when it is built.
    pub comparison: Comparison,
    /// What is said to people about it.
    pub(super) description: Description,
}

impl Checkpoint {
    /// Opens the files of one network: a single one, or the modules of CVPR 2021 together.
    ///
    /// # Errors
    /// When a file cannot be read, holds no network this program knows, or another one than the files before it.
    pub fn open(paths: &[&Path]) -> Result<Self, WeightsError> {
        let mut parts = Vec::new();
        for path in paths {
            let file = TensorFile::open(path)?;
            let belongs = recognise::network(&file);
            let other = |reason| WeightsError::OtherModel { name: file.name.clone(), reason };
            parts.push((belongs.map_err(other)?, file, *path));
        }
        let single = parts.len() == 1;
        let all: Vec<Belongs> = parts.iter().map(|(belongs, ..)| *belongs).collect();
        for (belongs, file, _) in &parts {
            let together = match (belongs, all[0]) {
                (Belongs::Published { generation, .. }, Belongs::Published { generation: first, .. }) => {
                    *generation == first
                }
                _ => single,
            };
            if !together {
                let reason = "it belongs to another network".to_owned();
                return Err(WeightsError::Apart { name: file.name.clone(), reason });
            }
        }
        match all.first() {
            Some(Belongs::Published { generation, .. }) => Self::published(*generation, parts),
            _ => Self::compact(parts),
        }
    }

    fn published(generation: Generation, parts: Vec<(Belongs, TensorFile, &Path)>) -> Result<Self, WeightsError> {
        let mut tensors = BTreeMap::new();
        let (mut sources, mut metadata) = (Vec::new(), HashMap::new());
        for (belongs, file, path) in parts {
            let Belongs::Published { module, .. } = belongs else { continue };
            for (name, tensor) in file.tensors {
                let name = recognise::full_name(module, &name);
                if tensors.contains_key(&name) {
                    let reason = format!("the tensor “{}” is in a file before it too", shown(&name));
                    return Err(WeightsError::Apart { name: file.name, reason });
                }
                tensors.insert(name, tensor);
            }
            metadata = file.metadata;
            let (name, format, bytes, sha256) = (file.name, file.format, file.bytes, file.sha256);
            sources.push(SourceFile { name, path: path.to_owned(), format, bytes, sha256, module });
        }
        if sources.len() > 1 {
            metadata = HashMap::new();
        }
        let name = names(&sources);
        let config = recognise::published(generation, &tensors);
        let config = config.map_err(|reason| WeightsError::OtherModel { name: name.clone(), reason })?;
        check_description(&name, &metadata, &config)?;
        let comparison = Comparison::new(&config, &tensors);
        let description = Description::published(&metadata, &config);
        let config = NetworkConfig::Published(config);
        Ok(Self { sources, metadata, config, tensors, comparison, description })
    }

    fn compact(parts: Vec<(Belongs, TensorFile, &Path)>) -> Result<Self, WeightsError> {
        let Some((_, file, path)) = parts.into_iter().next() else {
            return Err(WeightsError::Unreadable { path: String::new(), reason: "no file was given".to_owned() });
        };
        let sidecar = match Sidecar::in_metadata(&file)? {
            Some(own) => own,
            None => match Sidecar::beside(path, &file)? {
                Some(beside) => beside,
                None => super::bundled_sidecar()?.widths_only(),
            },
        };
        Ok(Self::described(file, path, sidecar))
    }

    /// The compact network of a file whose description is known.
    pub(super) fn described(file: TensorFile, path: &Path, sidecar: Sidecar) -> Self {
        let description = super::description_of(&file, &sidecar);
        let (name, format, bytes, sha256) = (file.name, file.format, file.bytes, file.sha256);
        Self {
            sources: vec![SourceFile { name, path: path.to_owned(), format, bytes, sha256, module: None }],
            metadata: file.metadata,
            config: NetworkConfig::Compact(Box::new(sidecar.config)),
            tensors: file.tensors,
            comparison: Comparison::default(),
            description,
        }
    }

    /// How errors call its files.
    pub fn name(&self) -> String {
        names(&self.sources)
    }

    /// Which network it is.
    pub fn preset(&self) -> Preset {
        self.config.preset()
    }

    /// Numbers that were learnt, in the tensors the network knows.
    pub fn parameter_count(&self) -> usize {
        self.written().filter(|(name, _)| is_learnt(name)).map(|(_, tensor)| tensor.numbers()).sum()
    }

    /// The tensors the network knows, in alphabetical order.
    pub fn written(&self) -> impl Iterator<Item = (&String, &Arc<StoredTensor>)> {
        // Sorted, as the tensors are.
        self.tensors.iter().filter(|(name, _)| self.comparison.unexpected.binary_search(name).is_err())
    }

    /// The kinds of number of the tensors with fractions, most frequent first, such as `F32`.
    pub fn kinds(&self) -> Vec<NumberKind> {
        let mut counts: BTreeMap<NumberKind, usize> = BTreeMap::new();
        for (_, tensor) in self.written().filter(|(_, tensor)| tensor.kind().is_float()) {
            *counts.entry(tensor.kind()).or_default() += tensor.numbers();
        }
        let mut kinds: Vec<(NumberKind, usize)> = counts.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        kinds.into_iter().map(|(kind, _)| kind).collect()
    }

    /// The tensors as networks take them.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::default();
        for (name, tensor) in &self.tensors {
            parameters.insert_elsewhere(name.as_str(), tensor.shape.clone(), Arc::<StoredTensor>::clone(tensor));
        }
        parameters
    }

    /// Checks that no tensor has another shape than its network needs.
    ///
    /// # Errors
    /// With the first tensor that has.
    pub fn check_shapes(&self) -> Result<(), WeightsError> {
        match self.comparison.mismatched.first() {
            None => Ok(()),
            Some(mismatch) => Err(WeightsError::Shape {
                name: self.name(),
                network: self.preset().name(),
                tensor: mismatch.name.clone(),
                found: mismatch.found.clone(),
                needed: mismatch.needed.clone(),
            }),
        }
    }

    /// Checks that a published network has all it needs to run.
    ///
    /// # Errors
    /// With a tensor that does not fit, or the names of those that are missing.
    pub fn check_complete(&self) -> Result<(), WeightsError> {
        self.check_shapes()?;
        let missing = &self.comparison.missing_to_run;
        if missing.is_empty() {
            return Ok(());
        }
        let is_part = self.preset() == Preset::Cvpr2021 && self.comparison.broken_parts.is_empty();
        Err(WeightsError::Incomplete {
            name: self.name(),
            network: self.preset().name(),
            missing: match self.parts().as_slice() {
                parts if is_part => {
                    format!("it holds {} and lacks {}", parts.join(", "), self.absent_parts().join(", "))
                }
                _ => lacks(missing),
            },
            next_step: match is_part {
                true => "Import the files of all its modules together: mtlface import FILE… -o weights.safetensors",
                false => "Get the file again from where it was published.",
            },
        })
    }

    /// Checks that every part that was begun is whole.
    ///
    /// # Errors
    /// With the names of the tensors that are missing in it.
    pub fn check_parts(&self) -> Result<(), WeightsError> {
        if self.comparison.broken_parts.is_empty() {
            return Ok(());
        }
        let parts = &self.comparison.broken_parts;
        let broken = |name: &&String| parts.iter().any(|part| part.is_empty() || name.split('.').next() == Some(part));
        let missing: Vec<String> = self.comparison.missing.iter().filter(broken).cloned().collect();
        Err(WeightsError::Incomplete {
            name: self.name(),
            network: self.preset().name(),
            missing: lacks(&missing),
            next_step: "Get the file again from where it was published, or import what is there with --allow-missing.",
        })
    }

    /// The modules of CVPR 2021 that are there.
    pub fn parts(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.written().filter_map(|(name, _)| name.split('.').next()).collect();
        parts.dedup();
        parts
    }

    /// The modules without which the network cannot run and of which nothing is there.
    pub fn absent_parts(&self) -> Vec<&str> {
        let mut absent: Vec<&str> =
            self.comparison.missing_to_run.iter().filter_map(|name| name.split('.').next()).collect();
        absent.dedup();
        let there = self.parts();
        absent.retain(|part| !there.contains(part));
        absent
    }
}

fn names(sources: &[SourceFile]) -> String {
    sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(" with ")
}

/// A file that describes itself must be what it says.
fn check_description(
    name: &str,
    metadata: &HashMap<String, String>,
    found: &PublishedConfig,
) -> Result<(), WeightsError> {
    let Some(json) = metadata.get(METADATA_KEY) else { return Ok(()) };
    let broken = |reason: String| WeightsError::Description { name: format!("the description inside {name}"), reason };
    let stated: PublishedConfig = serde_json::from_str(json).map_err(|error| broken(error.to_string()))?;
    match stated == *found {
        true => Ok(()),
        false => Err(broken(format!("it says {json}, and the tensors are those of another network"))),
    }
}
