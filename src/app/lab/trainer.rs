//! The process that trains: this program with the command `train`. It belongs to nobody's window: it goes on when the
//! window closes, and what it says when it fails is kept in a file of the system's, so that nothing it writes can block.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::config::Planned;

/// Of what a failed process said, as much as people read, in bytes.
const MOST_SAID: u64 = 4096;

/// A process that trains.
#[derive(Debug)]
pub struct Trainer {
    child: Child,
    said: File,
    /// The run's folder.
    pub output: PathBuf,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Well,
    /// With an error, as it said it.
    Badly(String),
}

impl Trainer {
    /// Starts a process by this program file.
    ///
    /// # Errors
    /// A sentence when the system refuses.
    pub fn start(program: &Path, plan: &Planned, resume: bool) -> Result<Self, String> {
        let refused = |error: io::Error| {
            format!(
                "Training could not be started ({error}). Run `mtlface train {}` in a terminal instead.",
                plan.phase
            )
        };
        let said = tempfile::tempfile().map_err(refused)?;
        let mut command = Command::new(program);
        command.args(arguments(plan, resume)).env_remove("MTLFACE_JSON");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said.try_clone().map_err(refused)?);
        apart(&mut command);
        let child = command.spawn().map_err(refused)?;
        Ok(Self { child, said, output: plan.output.clone() })
    }

    /// The process's number.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended; nothing while it goes on.
    pub fn ended(&mut self) -> Option<Ended> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) if status.success() => Some(Ended::Well),
            Ok(Some(status)) => Some(Ended::Badly(match self.sentence() {
                said if said.is_empty() => format!("Training ended without a word ({status}). Resume the run."),
                said => said,
            })),
            Err(error) => Some(Ended::Badly(format!("Nothing is known of the process that trains ({error})."))),
        }
    }

    /// What it said, as sentences in one line.
    fn sentence(&mut self) -> String {
        let mut bytes = Vec::new();
        let length = self.said.metadata().map_or(0, |metadata| metadata.len());
        let read = self.said.seek(SeekFrom::Start(length.saturating_sub(MOST_SAID)));
        let read = read.and_then(|_| (&mut self.said).take(MOST_SAID).read_to_end(&mut bytes));
        if let Err(error) = read {
            return format!("Training ended with an error that cannot be read ({error}).");
        }
        told(&String::from_utf8_lossy(&bytes))
    }
}

/// The command line behind the program's name.
pub fn arguments(plan: &Planned, resume: bool) -> Vec<OsString> {
    let words = ["train", plan.phase, "--config"].map(OsString::from);
    let resume = resume.then(|| OsString::from("--resume"));
    words.into_iter().chain([plan.config.clone().into_os_string()]).chain(resume).chain(["--quiet".into()]).collect()
}

/// What the command said of its error: from the line with the program's name on, without the name.
fn told(text: &str) -> String {
    let mark = "mtlface: ";
    let said = text.rfind(mark).map_or(text, |at| &text[at + mark.len()..]);
    said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Ctrl-C in the terminal that the window was started from is not meant for the run.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

/// Ctrl-C in the terminal that the window was started from is not meant for the run.
#[cfg(windows)]
fn apart(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

#[cfg(not(any(unix, windows)))]
fn apart(_command: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(folder: &Path) -> Planned {
        Planned { config: folder.join("a.toml"), phase: "synthesis", output: folder.join("run") }
    }

    #[test]
    fn the_command_is_the_one_people_type() {
        let words = arguments(&plan(Path::new("/f")), true);
        assert_eq!(words, ["train", "synthesis", "--config", "/f/a.toml", "--resume", "--quiet"].map(OsString::from));
        assert!(!arguments(&plan(Path::new("/f")), false).contains(&"--resume".into()));
    }

    #[test]
    fn of_what_it_said_the_last_error_is_told() {
        assert_eq!(told("a warning\nmtlface: It failed.\nTry again.\n\n"), "It failed. Try again.");
        assert_eq!(told("thread panicked\n"), "thread panicked");
        assert_eq!(told(""), "");
    }

    #[cfg(unix)]
    fn script(folder: &Path, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join("program");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[cfg(unix)]
    fn end_of(trainer: &mut Trainer) -> Ended {
        loop {
            if let Some(ended) = trainer.ended() {
                return ended;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_fails_says_why_and_one_that_ends_well_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let program = script(folder.path(), "test \"$2\" = synthesis || exit 3; echo 'mtlface: No data.' >&2; exit 1");
        let mut trainer = Trainer::start(&program, &plan(folder.path()), false).unwrap();
        assert_eq!(end_of(&mut trainer), Ended::Badly("No data.".to_owned()));
        let program = script(folder.path(), "exit 0");
        let mut trainer = Trainer::start(&program, &plan(folder.path()), false).unwrap();
        assert_eq!(end_of(&mut trainer), Ended::Well);
        let program = script(folder.path(), "exit 7");
        let mut trainer = Trainer::start(&program, &plan(folder.path()), false).unwrap();
        assert!(matches!(end_of(&mut trainer), Ended::Badly(said) if said.contains("without a word")));
        let gone = Trainer::start(&folder.path().join("no program"), &plan(folder.path()), false).unwrap_err();
        assert!(gone.contains("could not be started"), "{gone}");
    }
}
