//! How far a run is: what the terminal shows and what `status.json` says.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

/// Steps whose mean time foretells that of the others.
const REMEMBERED_STEPS: usize = 20;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Learning.
    Running,
    /// Waiting to be told to go on.
    Paused,
    /// All steps are made.
    Finished,
    /// Ended before its time, as it was told; it can go on.
    Stopped,
    /// Ended by an error.
    Failed,
}

/// `status.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// The phase.
    pub phase: &'static str,
    /// What the run is doing.
    pub state: RunState,
    /// Steps made.
    pub step: u64,
    /// Steps to make.
    pub of: u64,
    /// Seconds that are left, as far as can be told.
    pub eta_seconds: Option<f64>,
    /// What computes.
    pub device: String,
    /// Hash of the weights the run started from.
    pub weights_sha256: String,
    /// What went wrong, where something did.
    pub message: String,
    /// The program's process.
    pub process_id: u32,
    /// Pictures that could not be used so far.
    pub broken_pictures: usize,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps made.
    pub step: u64,
    /// Steps to make.
    pub of: u64,
    /// What was minimised, at the latest step.
    pub loss: f32,
    /// Pictures learned from in a second.
    pub images_per_second: f64,
    /// Time that is left, as far as can be told.
    pub left: Option<Duration>,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { step, of, loss, images_per_second, .. } = self;
        write!(formatter, "step {step} of {of} · loss {loss:.4} · {images_per_second:.1} pictures a second")?;
        match self.left {
            Some(left) => write!(formatter, " · {} left", told(left)),
            None => Ok(()),
        }
    }
}

/// Hours, minutes and seconds, the two largest of them.
pub fn told(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Measures a run's pace.
#[derive(Debug)]
pub struct Pace {
    /// Time and pictures of the latest steps.
    steps: VecDeque<(Duration, usize)>,
    before: f64,
    total: Duration,
    since: Instant,
}

impl Pace {
    /// From now on; the run took so many seconds before.
    pub fn new(before_seconds: f64) -> Self {
        Self { steps: VecDeque::new(), before: before_seconds, total: Duration::ZERO, since: Instant::now() }
    }

    /// A step begins.
    pub fn begin(&mut self) {
        self.since = Instant::now();
    }

    /// The step that began is done; it learned from so many pictures.
    pub fn end(&mut self, images: usize) {
        let took = self.since.elapsed();
        self.total += took;
        self.steps.push_back((took, images));
        if self.steps.len() > REMEMBERED_STEPS {
            self.steps.pop_front();
        }
    }

    /// Seconds all steps took, those before an interruption too.
    pub fn seconds(&self) -> f64 {
        self.before + self.total.as_secs_f64()
    }

    /// Pictures a second, by the latest steps.
    pub fn images_per_second(&self) -> f64 {
        let images: usize = self.steps.iter().map(|(_, images)| images).sum();
        let seconds = self.recent().as_secs_f64();
        if seconds > 0.0 { images as f64 / seconds } else { 0.0 }
    }

    /// Time that so many more steps will take, by the latest ones.
    pub fn left(&self, steps: u64) -> Option<Duration> {
        let count = u32::try_from(self.steps.len()).ok().filter(|count| *count > 0)?;
        Some((self.recent() / count).saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX)))
    }

    fn recent(&self) -> Duration {
        self.steps.iter().map(|(took, _)| *took).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_its_two_largest_parts() {
        let cases = [(7, "7 s"), (61, "1 min 1 s"), (3_725, "1 h 2 min"), (90_000, "25 h 0 min")];
        for (seconds, said) in cases {
            assert_eq!(told(Duration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn the_pace_is_that_of_the_latest_steps() {
        let mut pace = Pace::new(10.0);
        assert!(pace.left(5).is_none() && pace.images_per_second() == 0.0);
        pace.steps = (0..4).map(|_| (Duration::from_millis(500), 8)).collect();
        assert_eq!(pace.images_per_second(), 16.0);
        assert_eq!(pace.left(6), Some(Duration::from_secs(3)));
        assert_eq!(pace.seconds(), 10.0);
    }
}
