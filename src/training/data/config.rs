//! One source of faces, as a config gives it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How pictures and labels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// A folder with one subfolder for each person, or a flat one of unknown people.
    Folder,
    /// A text file of lines `id filename age gender`.
    List,
    /// An MXNet record file of insightface.
    Record,
    /// File names of UTKFace: `age_gender_race_date.jpg`.
    Utkface,
    /// A CSV that says what each picture shows; pictures it does not name are left out.
    Labelled,
}

/// One `[[data]]` table of a config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Folder, tar archive, `.rec` or `.txt` file.
    pub path: PathBuf,
    /// How pictures and labels are stored in it.
    pub kind: DataKind,
    /// Folder or tar archive of the pictures that a list names; by default the folder the list lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<PathBuf>,
    /// CSV with the column `file` and any of `identity`, `age_years`, `gender`, `ethnicity`; by default the
    /// `labels.csv` inside the folder or archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// CSV of five landmarks a picture; faces without are found by the detector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmarks: Option<PathBuf>,
    /// Whether the pictures are aligned crops already.
    #[serde(default)]
    pub aligned: bool,
    /// How often a picture is drawn, beside one of a source of weight 1.
    #[serde(default = "one")]
    pub weight: f32,
}

fn one() -> f32 {
    1.0
}

impl DataConfig {
    /// A source with everything else by default.
    pub fn new(path: impl Into<PathBuf>, kind: DataKind) -> Self {
        Self { path: path.into(), kind, images: None, labels: None, landmarks: None, aligned: false, weight: one() }
    }

    /// The same source with its relative paths taken from `folder`, the one its config lies in.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        let placed = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        Self {
            path: folder.join(&self.path),
            images: placed(self.images),
            labels: placed(self.labels),
            landmarks: placed(self.landmarks),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused_and_paths_are_placed() {
        let config: DataConfig = toml::from_str("path = \"faces.tar\"\nkind = \"utkface\"\naligned = true").unwrap();
        assert_eq!((config.weight, config.aligned), (1.0, true));
        assert_eq!(config.relative_to(Path::new("/sets")).path, Path::new("/sets/faces.tar"));
        assert!(toml::from_str::<DataConfig>("path = \"a\"\nkind = \"folder\"\nwieght = 2").is_err());
        assert!(toml::from_str::<DataConfig>("path = \"a\"\nkind = \"lmdb\"").is_err());
    }
}
