//! What of a config the window must know to start it: which phase it means and where its run will lie. Everything else
//! in it is the training's business.

use std::path::{Path, PathBuf};

/// The phases, as commands and tables are called.
const PHASES: [&str; 3] = ["decomposition", "synthesis", "selective"];

/// A config that can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The config file.
    pub config: PathBuf,
    /// The phase, as `mtlface train` calls it.
    pub phase: &'static str,
    /// The run's folder.
    pub output: PathBuf,
}

/// Reads what a config means.
///
/// # Errors
/// A sentence when it cannot be read, is no TOML, or leaves phase or folder open.
pub fn plan(config: &Path) -> Result<Planned, String> {
    let name = config.file_name().unwrap_or(config.as_os_str()).to_string_lossy();
    let text = std::fs::read_to_string(config)
        .map_err(|error| format!("“{name}” cannot be read ({error}). Choose another config file."))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| format!("“{name}” is no TOML file: {}. Correct it.", error.message()))?;
    let tables: Vec<&str> = PHASES.into_iter().filter(|phase| table.contains_key(*phase)).collect();
    let [phase] = tables[..] else {
        let found = if tables.is_empty() { "none" } else { "several" };
        let all = "[decomposition], [synthesis] and [selective]";
        return Err(format!("“{name}” has {found} of the tables {all}: the one it has says what to train. Keep one."));
    };
    let Some(output) = table.get("output").and_then(toml::Value::as_str) else {
        return Err(format!("“{name}” does not say where the run goes. Add a line: output = \"runs/first\"."));
    };
    let folder = config.parent().unwrap_or(Path::new(""));
    let phase = PHASES.into_iter().find(|known| *known == phase).unwrap_or(PHASES[0]);
    Ok(Planned { config: config.to_owned(), phase, output: folder.join(output) })
}

/// How to go on with a run: by the config in its folder, which has nothing left open, and the phase it said it is.
///
/// # Errors
/// A sentence when the phase is none of ours.
pub fn plan_to_resume(folder: &Path, phase: &str) -> Result<Planned, String> {
    let known = PHASES.into_iter().find(|known| *known == phase);
    let phase = known.ok_or_else(|| {
        format!("This program knows no phase “{phase}”, so it cannot go on with it. Use the version that began it.")
    })?;
    Ok(Planned { config: folder.join("config.toml"), phase, output: folder.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(text: &str) -> Result<Planned, String> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("ages.toml");
        std::fs::write(&config, text).unwrap();
        let planned = plan(&config)?;
        assert!(planned.output.starts_with(folder.path()));
        Ok(planned)
    }

    #[test]
    fn the_table_says_what_to_train() {
        let plan = planned("output = \"runs/a\"\n[synthesis]\nsteps = 3\n").unwrap();
        assert_eq!(plan.phase, "synthesis");
        assert!(plan.output.ends_with("runs/a"));
    }

    #[test]
    fn what_is_left_open_is_said() {
        let cases = [
            ("output = \"a\"", "none of the tables"),
            ("output = \"a\"\n[synthesis]\n[selective]\n", "several of the tables"),
            ("[synthesis]", "does not say where"),
            ("output = ", "is no TOML file"),
        ];
        for (text, said) in cases {
            let sentence = planned(text).unwrap_err();
            assert!(sentence.contains(said) && sentence.ends_with('.'), "{sentence}");
        }
        assert!(plan(Path::new("/no/such.toml")).unwrap_err().contains("cannot be read"));
        assert!(plan_to_resume(Path::new("a"), "dreaming").is_err());
    }
}
