//! The slider that goes by itself: what it does at its end, how fast it goes, play and pause.

use eframe::egui::{self, Align2, Color32, CursorIcon, Pos2, Rect, Response, Sense, StrokeKind, Ui, pos2, vec2};

use crate::app::age::{AgeCommand, SPEEDS};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::FaceEntry;
use crate::app::theme::{RADIUS_CONTROL, Theme, Type};
use crate::app::widgets::{self, loop_icon};

const PLAY_WIDTH: f32 = 110.0;
const SPEED_WIDTH: f32 = 46.0;
const LOOP_WIDTH: f32 = 34.0;
const GAP: f32 = 6.0;

/// The three controls at the right end of a bar.
pub fn play_ui(ui: &mut Ui, scene: &mut Scene<'_>, face: &FaceEntry, bar: Rect) {
    let place = |right: f32, width: f32| Rect::from_min_max(pos2(right - width, bar.top()), pos2(right, bar.bottom()));
    let play = place(bar.right(), PLAY_WIDTH);
    let speed = place(play.left() - GAP, SPEED_WIDTH);
    let at_end = place(speed.left() - GAP, LOOP_WIDTH);
    loop_ui(ui, scene, at_end);
    speed_ui(ui, scene, speed);
    toggle_ui(ui, scene, play, face.timeline.is_some());
}

/// A click goes to the next loop.
fn loop_ui(ui: &Ui, scene: &mut Scene<'_>, rect: Rect) {
    let mode = scene.state.view.age.loop_mode;
    let name = format!("At the end: {}", mode.label());
    let (response, colour) = cell_ui(ui, rect, "loop", &name, true);
    loop_icon::paint(ui, mode, rect.center(), colour);
    let hint = format!("{}. A click or L chooses what Play does at its end.", mode.label());
    if response.on_hover_text(hint).clicked() {
        scene.commands.push(Command::Age(AgeCommand::SetLoop(mode.next())));
    }
}

/// A click goes to the next speed, and after the fastest to the slowest.
fn speed_ui(ui: &Ui, scene: &mut Scene<'_>, rect: Rect) {
    let choices = &scene.state.view.age;
    let years_per_s = choices.years_per_s();
    let words = speed_words(choices.speed);
    let name = format!("Speed {words}, {years_per_s} years a second");
    let (response, colour) = cell_ui(ui, rect, "speed", &name, true);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, Type::Body.font(), colour);
    let hint = format!("{years_per_s} years a second. A click changes it; [ is slower, ] faster.");
    if response.on_hover_text(hint).clicked() {
        let is_fastest = choices.speed >= SPEEDS[SPEEDS.len() - 1];
        let command = if is_fastest { AgeCommand::SetSpeed(SPEEDS[0]) } else { AgeCommand::StepSpeed(1) };
        scene.commands.push(Command::Age(command));
    }
}

/// A speed as people write it.
fn speed_words(speed: f32) -> String {
    format!("{speed}×")
}

fn toggle_ui(ui: &Ui, scene: &mut Scene<'_>, rect: Rect, enabled: bool) {
    let theme = Theme::of(ui);
    let is_playing = scene.state.play.is_some();
    let name = if is_playing { "Pause" } else { "Play" };
    let (response, colour) = cell_ui(ui, rect, "play", name, enabled);
    let middle = rect.left_center() + vec2(19.0, 0.0);
    symbol(ui, middle, is_playing, colour);
    let at = middle + vec2(11.0, 0.0);
    let name = ui.painter().text(at, Align2::LEFT_CENTER, name, Type::Body.font(), colour);
    let hint = ui.painter().layout_no_wrap("Space".to_owned(), Type::Caption.font(), theme.faint);
    let at = rect.right_center() - vec2(12.0 + hint.size().x, hint.size().y / 2.0);
    // Beside “Pause” there is no room for it.
    if at.x > name.right() + 4.0 {
        ui.painter().galley(at, hint, theme.faint);
    }
    if response.clicked() {
        scene.commands.push(Command::TogglePlay);
    }
}

fn symbol(ui: &Ui, middle: Pos2, is_playing: bool, colour: Color32) {
    if !is_playing {
        ui.painter().add(widgets::play_shape(middle, colour));
        return;
    }
    for dx in [-4.0, 2.0] {
        let bar = Rect::from_min_size(middle + vec2(dx, -5.0), vec2(3.0, 10.0));
        ui.painter().rect_filled(bar, 1, colour);
    }
}

/// The ground of one control; returns it and the colour of what stands on it.
fn cell_ui(ui: &Ui, rect: Rect, id: &str, name: &str, enabled: bool) -> (Response, Color32) {
    let theme = Theme::of(ui);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(id), sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    let fill = if response.hovered() && enabled { theme.hovered } else { theme.raised };
    ui.painter().rect(rect, RADIUS_CONTROL, fill, theme.hairline(), StrokeKind::Inside);
    widgets::focus_ring(ui, &response, RADIUS_CONTROL);
    let colour = if enabled { theme.text } else { theme.faint };
    (if enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }, colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_written_without_needless_digits() {
        assert_eq!(SPEEDS.map(speed_words), ["0.25×", "0.5×", "1×", "2×", "4×"]);
    }
}
