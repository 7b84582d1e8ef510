//! One round of a face through its ages: from the age of the photograph to the oldest and back, then to the youngest
//! and back. Slow at both ends of every way, still at the photograph's own age. A round is a function of time alone.

use crate::aging::MAX_AGE_YEARS;

/// Mean speed on the way, in years per second.
const YEARS_PER_S: f32 = 11.0;
/// A short way takes as long as this, in seconds.
const SHORTEST_WAY_S: f32 = 0.8;
/// How long the photograph is shown first, in seconds.
const FIRST_HOLD_S: f32 = 2.5;
/// How long it is shown in the middle of the round.
const OWN_HOLD_S: f32 = 1.6;
/// How long the oldest and the youngest age are shown.
const END_HOLD_S: f32 = 0.9;
/// How long the photograph is shown last.
const LAST_HOLD_S: f32 = 1.2;

/// One round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The age in the photograph, in years.
    pub own_years: f32,
}

/// From one age to another in so many seconds; still where both are the same.
struct Leg {
    from_years: f32,
    to_years: f32,
    takes_s: f32,
}

impl Round {
    /// The age shown so many seconds after the round began; nothing once it is over.
    pub fn age_at(&self, elapsed_s: f32) -> Option<f32> {
        let mut left_s = elapsed_s;
        for leg in self.legs() {
            if left_s < leg.takes_s {
                let share = eased(left_s / leg.takes_s);
                return Some(leg.from_years + (leg.to_years - leg.from_years) * share);
            }
            left_s -= leg.takes_s;
        }
        None
    }

    /// How long the round takes, in seconds.
    pub fn takes_s(&self) -> f32 {
        self.legs().iter().map(|leg| leg.takes_s).sum()
    }

    fn legs(&self) -> [Leg; 9] {
        let own = self.own_years.clamp(0.0, MAX_AGE_YEARS);
        let hold = |years: f32, takes_s: f32| Leg { from_years: years, to_years: years, takes_s };
        let go = |from: f32, to: f32| {
            let takes_s = ((to - from).abs() / YEARS_PER_S).max(SHORTEST_WAY_S);
            Leg { from_years: from, to_years: to, takes_s }
        };
        [
            hold(own, FIRST_HOLD_S),
            go(own, MAX_AGE_YEARS),
            hold(MAX_AGE_YEARS, END_HOLD_S),
            go(MAX_AGE_YEARS, own),
            hold(own, OWN_HOLD_S),
            go(own, 0.0),
            hold(0.0, END_HOLD_S),
            go(0.0, own),
            hold(own, LAST_HOLD_S),
        ]
    }
}

/// From 0 to 1, slow at both ends.
fn eased(share: f32) -> f32 {
    (1.0 - (share * std::f32::consts::PI).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP_S: f32 = 0.01;

    fn ages(own_years: f32) -> Vec<f32> {
        let round = Round { own_years };
        (0..).map_while(|step| round.age_at(step as f32 * STEP_S)).collect()
    }

    #[test]
    fn a_round_reaches_both_ends_and_comes_back_to_the_photograph() {
        for own_years in [0.0, 24.0, 90.0] {
            let ages = ages(own_years);
            assert_eq!((ages[0], ages[ages.len() - 1]), (own_years, own_years));
            assert_eq!(ages.iter().copied().fold(f32::MAX, f32::min), 0.0);
            assert_eq!(ages.iter().copied().fold(f32::MIN, f32::max), 90.0);
            let takes_s = Round { own_years }.takes_s();
            assert!((ages.len() as f32 * STEP_S - takes_s).abs() < 2.0 * STEP_S, "{takes_s}");
        }
    }

    #[test]
    fn it_holds_at_the_photographs_own_age_and_never_leaps() {
        let ages = ages(24.0);
        let held = ages.iter().filter(|years| **years == 24.0).count() as f32 * STEP_S;
        assert!(held > FIRST_HOLD_S + OWN_HOLD_S + LAST_HOLD_S - 0.1, "held for {held} s");
        let steps = ages.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let fastest = steps.fold(0.0, f32::max) / STEP_S;
        assert!(fastest < 2.0 * YEARS_PER_S, "{fastest} years a second");
    }

    #[test]
    fn the_ends_of_a_way_are_slow() {
        assert!(eased(0.02) < 0.002 && eased(0.98) > 0.998);
        assert_eq!((eased(0.0), eased(1.0)), (0.0, 1.0));
    }
}
