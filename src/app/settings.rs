//! What is remembered between sessions: theme, window, last folders, weights, runs, view. One JSON file, written whole or not at all.
//! A home that cannot be written to is survived: the window says so once and goes on.

use std::io::Write;
use std::path::{Path, PathBuf};

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::arrivals::Arrival;
use super::pool::Pool;
use super::view::View;

/// Remembered values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Dark or light; the system's where nothing was chosen.
    pub theme: Option<egui::Theme>,
    /// Inner size of the window in points.
    pub window_size: Option<[f32; 2]>,
    /// Whether it filled the screen.
    pub is_maximized: bool,
    /// Where photos were opened last.
    pub last_folder: Option<PathBuf>,
    /// Where pictures were saved last.
    pub last_save_folder: Option<PathBuf>,
    /// Weights files opened last, the latest first.
    pub recent_weights: Vec<PathBuf>,
    /// Folders of runs that were looked at, the latest first.
    pub recent_runs: Vec<PathBuf>,
    /// The one looked at last.
    pub last_run: Option<PathBuf>,
    /// How things were looked at.
    pub view: View,
}

impl Settings {
    /// For egui.
    pub fn theme_preference(&self) -> egui::ThemePreference {
        self.theme.map_or(egui::ThemePreference::System, Into::into)
    }
}

/// Settings and where they are kept.
#[derive(Debug, Default)]
pub struct Store {
    /// The values now.
    pub values: Settings,
    /// The values in the file.
    kept: Settings,
    /// The file; nothing where settings are not kept.
    file: Option<PathBuf>,
    has_told: bool,
}

impl Store {
    /// Reads the user's settings; those of a fresh program where there are none or they cannot be read.
    pub fn open() -> Self {
        let folders = directories::ProjectDirs::from("", "", "mtlface");
        folders.map_or_else(Self::in_memory, |folders| Self::at(folders.config_dir().join("window.json")))
    }

    /// Settings kept in this file.
    pub fn at(file: PathBuf) -> Self {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let values: Settings = serde_json::from_str(&text).unwrap_or_default();
        Self { kept: values.clone(), values, file: Some(file), has_told: false }
    }

    /// Settings that end with the window.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Writes the settings on the pool if they changed.
    pub fn keep(&mut self, pool: &Pool) {
        if let Some((file, text)) = self.changed() {
            let must_tell = !self.has_told;
            self.has_told = true;
            pool.run(move || {
                let error = write(&file, &text).err().filter(|_| must_tell)?;
                Some(Arrival::SettingsNotKept(sentence(&file, &error)))
            });
        }
    }

    /// Writes the settings now, for the end of the program.
    pub fn keep_now(&mut self) {
        if let Some((file, text)) = self.changed()
            && let Err(error) = write(&file, &text)
        {
            log::warn!("{}", sentence(&file, &error));
        }
    }

    fn changed(&mut self) -> Option<(PathBuf, String)> {
        if self.values == self.kept {
            return None;
        }
        self.kept = self.values.clone();
        // Plain numbers, words and paths: a path that is not Unicode is the only thing JSON refuses.
        Some((self.file.clone()?, serde_json::to_string_pretty(&self.values).ok()?))
    }
}

fn sentence(file: &Path, error: &std::io::Error) -> String {
    format!("Settings are not kept: “{}” cannot be written ({error}).", file.display())
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/window.json");
        let mut store = Store::at(file.clone());
        store.values.theme = Some(egui::Theme::Light);
        store.values.view.attention.opacity = 0.25;
        store.keep_now();
        assert_eq!(Store::at(file).values, store.values);
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("window.json");
        std::fs::write(&file, "{ not json").unwrap();
        assert_eq!(Store::at(file).values, Settings::default());
    }

    #[test]
    fn a_place_that_cannot_be_written_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "").unwrap();
        let below = file.join("window.json");
        let error = write(&below, "{}").unwrap_err();
        assert!(sentence(&below, &error).starts_with("Settings are not kept"));
    }
}
