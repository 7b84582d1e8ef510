//! The few keys presenter mode listens to. Everything else that is typed, pasted or dropped is taken away before
//! anything can hear it: whatever lands on the keyboard before an audience, the show goes on.

use eframe::egui::{self, Event, Key};

use super::PresenterCommand;

/// What this frame's keys ask of presenter mode. Takes every key, text and paste out of the frame.
pub fn commands(ctx: &egui::Context) -> Vec<PresenterCommand> {
    let mut commands = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            if let Event::Key { key, pressed: true, repeat: false, modifiers, .. } = event
                && modifiers.is_none()
            {
                commands.extend(meant_by(*key));
            }
            !is_typed(event)
        });
        input.raw.dropped_files.clear();
        input.raw.hovered_files.clear();
    });
    commands
}

fn meant_by(key: Key) -> Option<PresenterCommand> {
    match key {
        Key::F5 | Key::Escape => Some(PresenterCommand::Leave),
        Key::Space => Some(PresenterCommand::TogglePause),
        Key::ArrowLeft => Some(PresenterCommand::Step(-1)),
        Key::ArrowRight => Some(PresenterCommand::Step(1)),
        Key::C => Some(PresenterCommand::AskForCamera),
        Key::Enter => Some(PresenterCommand::TakePicture),
        _ => None,
    }
}

fn is_typed(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. }
            | Event::Text(_)
            | Event::Ime(_)
            | Event::Paste(_)
            | Event::PasteImage(_)
            | Event::Copy
            | Event::Cut
            | Event::Zoom(_)
    )
}

/// Takes repeats of the keys that enter and leave away: who holds F5 means it once.
pub fn leave_out_held(ctx: &egui::Context) {
    let is_held = |event: &Event| matches!(event, Event::Key { key: Key::F5 | Key::Escape, repeat: true, .. });
    ctx.input_mut(|input| input.events.retain(|event| !is_held(event)));
}
