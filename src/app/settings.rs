//! What is remembered between sessions: theme, window, last folders, weights, runs, view. One JSON file, written whole or not at all.
//! A home that cannot be written to is survived: the window says so once and goes on.

use std::io::Write;
use std::path::{Path, PathBuf};

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::arrivals::Arrival;
use super::pool::Pool;
use super::view::View;
use crate::aging::export::signing::KeyPlace;

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
    /// Sessions opened last, the latest first.
    pub recent_sessions: Vec<PathBuf>,
    /// How large text and everything else is; as the system has it where nothing was chosen.
    pub text_scale: Option<f32>,
    /// Whether the first hint was read.
    pub has_seen_hint: bool,
    /// How things were looked at.
    pub view: View,
}

/// Files of one kind remembered.
const MAX_RECENT: usize = 5;

/// Puts a file in front of those remembered.
pub fn remember(recent: &mut Vec<PathBuf>, path: &Path) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    recent.retain(|known| *known != path);
    recent.insert(0, path);
    recent.truncate(MAX_RECENT);
}

impl Settings {
    /// How large text is; 1 is as the system has it.
    pub fn text_scale(&self) -> f32 {
        self.text_scale.unwrap_or(1.0)
    }

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
    /// Where the key that signs files is kept.
    key: KeyPlace,
    has_told: bool,
}

impl Store {
    /// Reads the user's settings; those of a fresh program where there are none or they cannot be read.
    pub fn open() -> Self {
        let folders = directories::ProjectDirs::from("", "", "mtlface");
        let store = folders.map_or_else(Self::in_memory, |folders| Self::at(folders.config_dir().join("window.json")));
        Self { key: KeyPlace::OfUser, ..store }
    }

    /// Settings kept in this file.
    pub fn at(file: PathBuf) -> Self {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let values: Settings = serde_json::from_str(&text).unwrap_or_default();
        let key = file.parent().map_or_else(KeyPlace::default, |folder| KeyPlace::Folder(folder.join("signing")));
        Self { kept: values.clone(), values, file: Some(file), key, has_told: false }
    }

    /// Settings that end with the window.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Where the key that signs files is kept.
    pub fn key_place(&self) -> KeyPlace {
        self.key.clone()
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
    fn the_last_five_files_are_remembered_the_latest_first() {
        let mut recent = Vec::new();
        for name in ["/1", "/2", "/3", "/4", "/5", "/6", "/3"] {
            remember(&mut recent, Path::new(name));
        }
        assert_eq!(recent, ["/3", "/6", "/5", "/4", "/2"].map(PathBuf::from));
    }

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
