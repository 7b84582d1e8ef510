//! Everything a person can ask of how the Age workspace is looked at, and where it is done. No step of undo.

use super::choices::{Faces, LoopMode, Together, ZoomStep};
use super::play::SPEEDS;
use super::zoom::Zoom;
use crate::app::App;

/// Limits of the seconds a picture stays while they blink. Faster than three flashes a second is a hazard.
pub const BLINK_RANGE_S: std::ops::RangeInclusive<f32> = 0.35..=2.0;

/// What a person can ask of the Age workspace.
#[derive(Clone, Debug, PartialEq)]
pub enum AgeCommand {
    /// Show the picture this large and there; fitted where nothing is named.
    SetZoom(Option<Zoom>),
    /// Change the zoom as soon as the picture's place is known.
    StepZoom(ZoomStep),
    /// What the slider does at its end.
    SetLoop(LoopMode),
    /// How fast the slider goes; 1 is 18 years a second.
    SetSpeed(f32),
    /// So many steps faster; slower where negative.
    StepSpeed(isize),
    /// Seconds that each picture stays while they blink.
    SetBlink(f32),
    /// Which faces of a photo are aged.
    SetFaces(Faces),
    /// How several faces are aged at once.
    SetTogether(Together),
}

impl App {
    /// Does what was asked of the Age workspace.
    pub(in crate::app) fn carry_out_in_age(&mut self, command: AgeCommand) {
        let choices = &mut self.state.view.age;
        match command {
            AgeCommand::SetZoom(zoom) => (choices.zoom, choices.zoom_step) = (zoom, None),
            AgeCommand::StepZoom(step) => choices.zoom_step = Some(step),
            AgeCommand::SetLoop(mode) => choices.loop_mode = mode,
            AgeCommand::SetSpeed(speed) => choices.speed = speed.clamp(SPEEDS[0], SPEEDS[SPEEDS.len() - 1]),
            AgeCommand::StepSpeed(steps) => choices.speed = stepped(choices.speed, steps),
            AgeCommand::SetBlink(seconds) => {
                choices.blink_s = seconds.clamp(*BLINK_RANGE_S.start(), *BLINK_RANGE_S.end());
            }
            AgeCommand::SetFaces(faces) => choices.faces = faces,
            AgeCommand::SetTogether(together) => choices.together = together,
        }
        self.keep_pace();
    }
}

/// The speed so many steps away from this.
fn stepped(speed: f32, steps: isize) -> f32 {
    let place = SPEEDS.iter().rposition(|known| *known <= speed).unwrap_or(0);
    SPEEDS[place.saturating_add_signed(steps).min(SPEEDS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_step_between_their_ends() {
        assert_eq!(stepped(1.0, 1), 2.0);
        assert_eq!(stepped(1.0, -1), 0.5);
        assert_eq!([stepped(4.0, 1), stepped(0.25, -1)], [4.0, 0.25]);
        assert_eq!(stepped(f32::NAN, 0), 0.25);
    }
}
