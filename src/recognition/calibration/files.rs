//! Where a calibration comes from: inside the program, beside a weights file, or a file of one's own. Whatever its
//! origin, it serves the one set of weights it was measured with.

use std::path::{Path, PathBuf};

use super::{Calibration, LAYOUT_VERSION};

/// The calibration of the bundled weights.
const BUNDLED: &str = include_str!("../../../assets/calibration/compact-v1.json");
/// What is appended to the name of a weights file, with or without its own ending, for a calibration beside it.
const BESIDE_ENDING: &str = ".calibration.json";

/// Why there is no calibration.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// None was measured for these weights.
    #[error("No calibration was measured for these weights ({sha256}). Run `mtlface eval calibrate` with them.")]
    Unknown {
        /// Hash of the weights.
        sha256: String,
    },
    /// The bundled file is damaged.
    #[error("The bundled calibration is damaged: {reason}. Build the program again from a clean copy.")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A file cannot be read.
    #[error("The calibration “{path}” cannot be read: {reason}. Check the path.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A file holds something else.
    #[error("“{path}” is not a calibration: {reason}. Make one with `mtlface eval calibrate`.")]
    NotACalibration {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of a later program.
    #[error(
        "The calibration “{path}” has layout {version}; this program reads up to {LAYOUT_VERSION}. Use a newer one."
    )]
    Newer {
        /// The file.
        path: String,
        /// Its layout.
        version: u32,
    },
    /// A file measured with other weights.
    #[error(
        "The calibration “{path}” was measured with other weights ({measured}, not {in_use}). Measure these with `mtlface eval calibrate`."
    )]
    OtherWeights {
        /// The file.
        path: String,
        /// Beginning of the hash of the weights it was measured with.
        measured: String,
        /// Beginning of the hash of the weights in use.
        in_use: String,
    },
}

impl Calibration {
    /// The calibration bundled for these weights.
    ///
    /// # Errors
    /// When none was measured for weights of this hash.
    pub fn for_weights(sha256: &str) -> Result<Self, CalibrationError> {
        let bundled: Self =
            serde_json::from_str(BUNDLED).map_err(|error| CalibrationError::Damaged { reason: error.to_string() })?;
        if bundled.weights_sha256 == sha256 {
            Ok(bundled)
        } else {
            Err(CalibrationError::Unknown { sha256: sha256.to_owned() })
        }
    }

    /// The calibration of a weights file: the one beside it (`NAME.calibration.json` for `NAME.safetensors` or for
    /// `NAME`), else the bundled one if it was measured with weights of the same hash.
    ///
    /// # Errors
    /// When none was measured for weights of this hash, or the file beside them cannot be used.
    pub fn beside(weights_file: &Path, sha256: &str) -> Result<Self, CalibrationError> {
        let with_ending = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(BESIDE_ENDING);
            PathBuf::from(name)
        };
        let places = [with_ending(weights_file), with_ending(&weights_file.with_extension(""))];
        match places.iter().find(|place| place.is_file()) {
            Some(place) => Self::open(place, sha256),
            None => Self::for_weights(sha256),
        }
    }

    /// Opens a calibration file for weights of this hash.
    ///
    /// # Errors
    /// When the file cannot be read, is of a later program or was measured with other weights.
    pub fn open(path: &Path, sha256: &str) -> Result<Self, CalibrationError> {
        let shown = || path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CalibrationError::Unreadable { path: shown(), reason: error.to_string() })?;
        let not_one =
            |error: serde_json::Error| CalibrationError::NotACalibration { path: shown(), reason: error.to_string() };
        let version = serde_json::from_str::<Versioned>(&text).map_err(not_one)?.version;
        if version > LAYOUT_VERSION {
            return Err(CalibrationError::Newer { path: shown(), version });
        }
        let calibration: Self = serde_json::from_str(&text).map_err(not_one)?;
        if calibration.weights_sha256 != sha256 {
            let (measured, in_use) = (beginning(&calibration.weights_sha256), beginning(sha256));
            return Err(CalibrationError::OtherWeights { path: shown(), measured, in_use });
        }
        Ok(calibration)
    }
}

/// What every layout has.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

/// The first digits of a hash, which tell two files apart.
fn beginning(sha256: &str) -> String {
    sha256.chars().take(12).collect::<String>() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled_sha256() -> String {
        serde_json::from_str::<Calibration>(BUNDLED).unwrap().weights_sha256
    }

    #[test]
    fn a_file_beside_the_weights_goes_before_the_bundled_one() {
        let folder = tempfile::tempdir().unwrap();
        let weights = folder.path().join("own.safetensors");
        let sha256 = bundled_sha256();
        let name = |calibration: Result<Calibration, CalibrationError>| calibration.map(|held| held.impostors.name);
        assert_eq!(name(Calibration::beside(&weights, &sha256)).unwrap(), "UTKFace dev");
        for beside in ["own.calibration.json", "own.safetensors.calibration.json"] {
            let own = BUNDLED.replacen("UTKFace dev", beside, 1);
            std::fs::write(folder.path().join(beside), own).unwrap();
            assert_eq!(name(Calibration::beside(&weights, &sha256)).unwrap(), beside);
        }
        let refused = Calibration::beside(&weights, "0000").unwrap_err().to_string();
        assert!(refused.contains("other weights") && refused.contains("0000"), "{refused}");
    }

    #[test]
    fn what_is_no_calibration_or_a_later_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.json");
        let refused = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Calibration::open(&path, "0000").unwrap_err().to_string()
        };
        assert!(refused("{}").contains("is not a calibration"));
        assert!(refused("{\"version\":99}").contains("layout 99"));
        std::fs::remove_file(&path).unwrap();
        assert!(Calibration::open(&path, "0000").unwrap_err().to_string().contains("cannot be read"));
    }
}
