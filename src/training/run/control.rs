//! How a run is told from outside to pause, to go on or to stop: a word in its file `control`, read between steps, or a
//! flag that Ctrl-C sets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::RunError;
use super::folder::RunFolder;

/// The file.
pub const CONTROL: &str = "control";
/// How often a paused run looks whether it may go on.
pub const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a run is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Go on.
    Run,
    /// Wait until told otherwise.
    Pause,
    /// Write a checkpoint and end.
    Stop,
}

impl Command {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Pause => "pause",
            Self::Stop => "stop",
        }
    }
}

/// What the file and the flag say now. A file that says anything else, or is not there, lets the run go on.
pub fn command(folder: &RunFolder, interrupted: &AtomicBool) -> Command {
    if interrupted.load(Ordering::Relaxed) {
        return Command::Stop;
    }
    let said = std::fs::read_to_string(folder.file(CONTROL)).unwrap_or_default();
    let commands = [Command::Pause, Command::Stop];
    commands.into_iter().find(|command| command.word() == said.trim()).unwrap_or(Command::Run)
}

/// Tells a run, also from another program.
///
/// # Errors
/// When the file cannot be written.
pub fn tell(folder: &RunFolder, command: Command) -> Result<(), RunError> {
    folder.write(CONTROL, command.word().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_obeyed_and_ctrl_c_wins() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::prepare(place.path()).unwrap();
        let interrupted = AtomicBool::new(false);
        assert_eq!(command(&folder, &interrupted), Command::Run);
        for told in [Command::Pause, Command::Stop, Command::Run] {
            tell(&folder, told).unwrap();
            assert_eq!(command(&folder, &interrupted), told);
        }
        std::fs::write(folder.file(CONTROL), "pause\n").unwrap();
        assert_eq!(command(&folder, &interrupted), Command::Pause);
        interrupted.store(true, Ordering::Relaxed);
        assert_eq!(command(&folder, &interrupted), Command::Stop);
    }
}
