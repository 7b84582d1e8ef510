//! Keys and the commands they stand for. A text field that is being typed in keeps its keys.

use std::path::PathBuf;

use eframe::egui::{self, Event, Key, KeyboardShortcut, Modifiers};

use super::actions::{self, Action};
use super::commands::Command;
use super::intake;
use super::lab::LabCommand;
use super::presenter;
use super::state::{AppState, Prompt};
use super::view::Workspace;

/// Takes the keys of this frame.
pub fn commands(ctx: &egui::Context, state: &AppState) -> Vec<Command> {
    presenter::leave_out_held(ctx);
    if state.presenter.is_some() {
        return presenter::key_commands(ctx).into_iter().map(Command::Presenter).collect();
    }
    let mut commands = Vec::new();
    if matches!(state.prompt, Some(Prompt::Landmarks { .. })) && press(ctx, Modifiers::NONE, Key::Escape) {
        commands.push(Command::SetPrompt(None));
    }
    if state.prompt.as_ref().is_some_and(Prompt::is_typed) || ctx.text_edit_focused() {
        return commands;
    }
    commands.extend(action_keys(ctx, state));
    // Escape takes away what lies on top first: a prompt, a popup, then the work behind them.
    let is_behind = state.prompt.is_some() || egui::Popup::is_any_open(ctx);
    if is_making_ages(state) && !is_behind && press(ctx, Modifiers::NONE, Key::Escape) {
        commands.push(Command::StopTimeline);
    }
    commands.extend(lab_step(ctx, state));
    pasted(ctx, &mut commands);
    commands
}

/// The actions whose keys were pressed. Keys that move or press what has the keyboard's focus are left to it.
fn action_keys(ctx: &egui::Context, state: &AppState) -> Vec<Command> {
    // While the pointer moves nothing is pressed: the list is not made in vain.
    let is_pressed = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
    if !ctx.input(|input| input.events.iter().any(is_pressed)) {
        return Vec::new();
    }
    let is_here = |action: &Action| action.workspace.is_none_or(|workspace| workspace == state.view.workspace);
    let actions: Vec<Action> = actions::all(state).into_iter().filter(is_here).collect();
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    let mut keys: Vec<(KeyboardShortcut, &Action)> =
        actions.iter().flat_map(|action| action.shortcuts.iter().map(move |key| (*key, action))).collect();
    // Ctrl+Shift+S would count as Ctrl+S too.
    keys.sort_by_key(|(key, _)| std::cmp::Reverse(modifier_count(key.modifiers)));
    let mut commands = Vec::new();
    for (key, action) in keys {
        if (has_focus && belongs_to_focus(key)) || !press(ctx, key.modifiers, key.logical_key) {
            continue;
        }
        match action.refused {
            None => commands.push(action.command.clone()),
            // Arrows are pressed to see whether they do anything.
            Some(_) if belongs_to_focus(key) && key.logical_key != Key::Space => {}
            Some(sentence) => commands.push(Command::Say(sentence)),
        }
    }
    commands
}

fn modifier_count(modifiers: Modifiers) -> usize {
    let held = [modifiers.alt, modifiers.shift, modifiers.ctrl || modifiers.command || modifiers.mac_cmd];
    held.into_iter().filter(|is_held| *is_held).count()
}

/// Whether a focused control uses this key itself.
fn belongs_to_focus(key: KeyboardShortcut) -> bool {
    let is_plain = !key.modifiers.command && !key.modifiers.ctrl && !key.modifiers.alt;
    let moves = [
        Key::Space,
        Key::Enter,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
    ];
    is_plain && moves.contains(&key.logical_key)
}

/// Whether the ages of the face looked at are being made one by one.
fn is_making_ages(state: &AppState) -> bool {
    state.face().is_some_and(|(_, face)| face.timeline.is_none() && !face.timeline_stopped)
}

/// Arrows, Home and End belong to the slider over the steps of a run unless something else has the keyboard's focus.
fn lab_step(ctx: &egui::Context, state: &AppState) -> Option<Command> {
    if state.view.workspace != Workspace::Lab || ctx.memory(|memory| memory.focused().is_some()) {
        return None;
    }
    step_keys(ctx).map(Command::Lab)
}

/// What the keys that move through the steps of a run ask for, of whoever has the keyboard.
pub fn step_keys(ctx: &egui::Context) -> Option<LabCommand> {
    if press(ctx, Modifiers::NONE, Key::End) {
        return Some(LabCommand::ShowStep(None));
    }
    let steps = [
        (Modifiers::SHIFT, Key::ArrowRight, 10),
        (Modifiers::SHIFT, Key::ArrowLeft, -10),
        (Modifiers::NONE, Key::ArrowRight, 1),
        (Modifiers::NONE, Key::ArrowLeft, -1),
        (Modifiers::NONE, Key::Home, i64::MIN / 2),
    ];
    let pressed = steps.into_iter().find(|(modifiers, key, _)| press(ctx, *modifiers, *key));
    pressed.map(|(_, _, places)| LabCommand::MoveStep(places))
}

fn press(ctx: &egui::Context, modifiers: Modifiers, key: Key) -> bool {
    ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)))
}

/// A pasted picture, pasted paths, or whatever picture the clipboard holds beside text.
fn pasted(ctx: &egui::Context, commands: &mut Vec<Command>) {
    let events: Vec<Event> = ctx.input(|input| {
        let is_paste = |event: &&Event| matches!(event, Event::Paste(_) | Event::PasteImage(_));
        input.events.iter().filter(is_paste).cloned().collect()
    });
    for event in events {
        match event {
            Event::Paste(text) => match paths_in(&text) {
                paths if paths.is_empty() => commands.push(Command::Paste),
                paths => commands.push(Command::TakeInPaths(paths)),
            },
            Event::PasteImage(image) => {
                let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
                if let Some(photo) = intake::from_clipboard(image.width(), image.height(), &bytes) {
                    commands.push(Command::TakeInPixels(photo));
                }
            }
            _ => {}
        }
    }
    // Where the clipboard holds no text, some systems send the key itself.
    if press(ctx, Modifiers::COMMAND, Key::V) {
        commands.push(Command::Paste);
    }
}

/// The existing files that pasted text names, one a line, as paths or `file://` addresses.
fn paths_in(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let paths = lines.map(|line| PathBuf::from(line.strip_prefix("file://").unwrap_or(line).replace("%20", " ")));
    paths.filter(|path| path.is_absolute() && path.exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_paths_are_found_and_prose_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a face.jpg");
        std::fs::write(&file, "").unwrap();
        let address = format!("file://{}", file.display()).replace(' ', "%20");
        assert_eq!(paths_in(&address), [file]);
        assert!(paths_in("a sentence about faces").is_empty());
    }
}
