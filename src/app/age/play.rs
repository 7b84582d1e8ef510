//! The slider that goes by itself: from where it is, at a speed, and on at its ends as the loop says.

use std::time::Instant;

use super::choices::LoopMode;
use crate::aging::MAX_AGE_YEARS;
use crate::app::App;
use crate::app::history::Gesture;
use crate::app::state::Play;

/// Years per second at speed 1.
pub const PLAY_YEARS_PER_S: f32 = 18.0;
/// Speeds that are offered, slowest first.
pub const SPEEDS: [f32; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// A frame that took longer counts as this long, so that the slider does not leap, in seconds.
const LONGEST_FRAME_S: f32 = 0.1;

impl App {
    /// Lets the slider go, or stops it.
    pub(in crate::app) fn toggle_play(&mut self) {
        if self.state.play.take().is_some() {
            return;
        }
        if self.state.face().is_none_or(|(_, face)| face.timeline.is_none()) {
            return;
        }
        let now = Instant::now();
        self.history.record(self.state.document.clone(), Gesture::Play, now);
        let choices = &self.state.view.age;
        let (years, direction) = beginning(choices.loop_mode, self.state.document.target_years);
        self.state.document.target_years = years;
        self.state.play = Some(Play { years_per_s: direction * choices.years_per_s(), last: now });
    }

    /// Moves the slider that goes by itself.
    pub(in crate::app) fn play_on(&mut self, now: Instant) {
        let Some(play) = &mut self.state.play else { return };
        let elapsed_s = now.duration_since(play.last).as_secs_f32().min(LONGEST_FRAME_S);
        play.last = now;
        let years = self.state.document.target_years + play.years_per_s * elapsed_s;
        let (years, years_per_s) = bounded(self.state.view.age.loop_mode, years, play.years_per_s);
        self.state.document.target_years = years;
        match years_per_s {
            Some(years_per_s) => play.years_per_s = years_per_s,
            None => self.state.play = None,
        }
    }

    /// Lets a slider that is on its way go at the speed that is chosen now.
    pub(in crate::app) fn keep_pace(&mut self) {
        if let Some(play) = &mut self.state.play {
            play.years_per_s = play.years_per_s.signum() * self.state.view.age.years_per_s();
        }
    }
}

/// Where the slider begins and which way it goes: from where it is, unless that is the end.
fn beginning(mode: LoopMode, years: f32) -> (f32, f32) {
    match mode {
        _ if years < MAX_AGE_YEARS => (years, 1.0),
        LoopMode::ThereAndBack => (years, -1.0),
        LoopMode::FromStart | LoopMode::Once => (0.0, 1.0),
    }
}

/// The age within the slider's ends, and how it goes on there; nothing where it stops.
fn bounded(mode: LoopMode, years: f32, years_per_s: f32) -> (f32, Option<f32>) {
    if (0.0..=MAX_AGE_YEARS).contains(&years) {
        return (years, Some(years_per_s));
    }
    let end = years.clamp(0.0, MAX_AGE_YEARS);
    match mode {
        LoopMode::ThereAndBack => (end, Some(-years_per_s)),
        // Below 0 it went backwards, which another loop had begun.
        LoopMode::FromStart => (0.0, Some(years_per_s.abs())),
        LoopMode::Once => (end, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loop_goes_on_at_the_end_as_it_says() {
        assert_eq!(bounded(LoopMode::ThereAndBack, 50.0, 18.0), (50.0, Some(18.0)));
        assert_eq!(bounded(LoopMode::ThereAndBack, 90.4, 18.0), (90.0, Some(-18.0)));
        assert_eq!(bounded(LoopMode::ThereAndBack, -0.4, -18.0), (0.0, Some(18.0)));
        assert_eq!(bounded(LoopMode::FromStart, 90.4, 18.0), (0.0, Some(18.0)));
        assert_eq!(bounded(LoopMode::FromStart, -0.4, -9.0), (0.0, Some(9.0)));
        assert_eq!(bounded(LoopMode::Once, 90.4, 18.0), (90.0, None));
    }

    #[test]
    fn play_begins_where_the_slider_is_unless_that_is_the_end() {
        for mode in LoopMode::ALL {
            assert_eq!(beginning(mode, 33.0), (33.0, 1.0));
        }
        assert_eq!(beginning(LoopMode::ThereAndBack, 90.0), (90.0, -1.0));
        assert_eq!(beginning(LoopMode::Once, 90.0), (0.0, 1.0));
    }
}
