//! The learning rate of every step.

use serde::{Deserialize, Serialize};

/// How the learning rate goes on after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// Down to zero along half a cosine (Loshchilov and Hutter 2017).
    Cosine,
    /// Multiplied by `factor` behind each milestone, as published.
    Steps,
    /// As it is.
    Constant,
}

/// The `[schedule]` of a config; what it leaves open is decided by the phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// How the learning rate goes on after the warm-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ScheduleKind>,
    /// The highest learning rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Steps on the way up to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup_steps: Option<u64>,
    /// Steps behind which the rate falls, with `kind = "steps"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestones: Option<Vec<u64>>,
    /// By how much it falls there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
}

/// A schedule with nothing left open.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// How the learning rate goes on after the warm-up.
    pub kind: ScheduleKind,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Steps on the way up to it.
    pub warmup_steps: u64,
    /// Steps behind which the rate falls.
    pub milestones: Vec<u64>,
    /// By how much it falls there.
    pub factor: f64,
}

impl ScheduleConfig {
    /// The schedule, with what the config leaves open taken from another one.
    #[must_use]
    pub fn or(self, other: Schedule) -> Schedule {
        Schedule {
            kind: self.kind.unwrap_or(other.kind),
            learning_rate: self.learning_rate.unwrap_or(other.learning_rate),
            warmup_steps: self.warmup_steps.unwrap_or(other.warmup_steps),
            milestones: self.milestones.unwrap_or(other.milestones),
            factor: self.factor.unwrap_or(other.factor),
        }
    }
}

impl From<Schedule> for ScheduleConfig {
    fn from(schedule: Schedule) -> Self {
        let Schedule { kind, learning_rate, warmup_steps, milestones, factor } = schedule;
        Self {
            kind: Some(kind),
            learning_rate: Some(learning_rate),
            warmup_steps: Some(warmup_steps),
            milestones: Some(milestones),
            factor: Some(factor),
        }
    }
}

impl Schedule {
    /// A warm-up of 100 steps, then half a cosine from this learning rate.
    pub fn cosine(learning_rate: f64) -> Self {
        Self { kind: ScheduleKind::Cosine, learning_rate, warmup_steps: 100, milestones: Vec::new(), factor: 0.1 }
    }

    /// The recognition phase as published (ARCHITECTURE A.6).
    pub fn published_recognition() -> Self {
        let milestones = vec![20_000, 23_000];
        Self { kind: ScheduleKind::Steps, learning_rate: 0.1, warmup_steps: 1000, milestones, factor: 0.1 }
    }

    /// The same learning rate at every step.
    pub fn constant(learning_rate: f64) -> Self {
        Self { kind: ScheduleKind::Constant, learning_rate, warmup_steps: 0, milestones: Vec::new(), factor: 0.1 }
    }

    /// The learning rate of a step, counted from 0, of a run of so many.
    pub fn at(&self, step: u64, steps: u64) -> f64 {
        if step < self.warmup_steps {
            return self.learning_rate * (step + 1) as f64 / self.warmup_steps as f64;
        }
        match self.kind {
            ScheduleKind::Constant => self.learning_rate,
            ScheduleKind::Steps => {
                let passed = self.milestones.iter().filter(|milestone| **milestone <= step).count();
                self.learning_rate * (0..passed).map(|_| self.factor).product::<f64>()
            }
            ScheduleKind::Cosine => {
                let length = steps.saturating_sub(self.warmup_steps).max(1) as f64;
                let done = ((step - self.warmup_steps) as f64 / length).min(1.0);
                self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
        }
    }

    /// Checks that the numbers make sense.
    ///
    /// # Errors
    /// With a sentence on the one that does not.
    pub fn validate(&self) -> Result<(), String> {
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return Err(format!("schedule.learning_rate is {}; it is a number above 0", self.learning_rate));
        }
        if !(self.factor > 0.0 && self.factor.is_finite()) {
            return Err(format!("schedule.factor is {}; it is a number above 0", self.factor));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn the_published_schedule_warms_up_and_falls_twice() {
        let schedule = Schedule::published_recognition();
        let expected = [(0, 1e-4), (499, 0.05), (999, 0.1), (19_999, 0.1), (20_000, 0.01), (23_000, 0.001)];
        for (step, rate) in expected {
            near(schedule.at(step, 36_000), rate);
        }
    }

    #[test]
    fn a_cosine_ends_near_zero_and_is_half_way_down_in_the_middle() {
        let schedule = Schedule { warmup_steps: 10, ..Schedule::cosine(0.2) };
        near(schedule.at(4, 110), 0.1);
        near(schedule.at(10, 110), 0.2);
        near(schedule.at(60, 110), 0.1);
        assert!(schedule.at(109, 110) < 1e-4);
        near(schedule.at(500, 110), 0.0);
    }

    #[test]
    fn a_config_keeps_what_it_says() {
        let config = ScheduleConfig { learning_rate: Some(0.5), warmup_steps: Some(0), ..ScheduleConfig::default() };
        let schedule = config.or(Schedule::published_recognition());
        assert_eq!((schedule.learning_rate, schedule.warmup_steps, schedule.milestones.len()), (0.5, 0, 2));
        near(schedule.at(0, 1), 0.5);
        assert!(Schedule::constant(0.0).validate().unwrap_err().contains("schedule.learning_rate is 0"));
    }
}
