//! What can be done to the pictures: link them, level them, turn them, begin again; and how B lies over A.

use eframe::egui::{self, Align, Layout, Rect, Response, Sense, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, OverlayKind, Pose};
use crate::app::shell::Scene;
use crate::app::theme::{CONTROL_HEIGHT, GAP_M, GAP_S, RADIUS_CONTROL, Theme, Type};
use crate::app::widgets::{self, bar_slider, segmented};

/// Height of a row of tools, in points.
pub const HEIGHT: f32 = 44.0;
/// Width of the slider that turns, in points.
const TURN_WIDTH: f32 = 132.0;

/// Link, level, as taken, turn, begin again.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, row: Rect) {
    let is_narrow = row.width() < 520.0;
    let width = if is_narrow { row.width() } else { row.width().min(560.0) };
    let row = Rect::from_center_size(row.center(), vec2(width, row.height()));
    let turn = row.with_min_x(row.right() - if is_narrow { 104.0 } else { TURN_WIDTH });
    let buttons = row.with_max_x(turn.left() - GAP_M);
    let layout = Layout::left_to_right(Align::Center);
    let builder = UiBuilder::new().max_rect(buttons).layout(layout).id_salt("tools");
    let ui_buttons = &mut ui.new_child(builder);
    ui_buttons.spacing_mut().item_spacing.x = GAP_S;
    buttons_ui(ui_buttons, scene, is_narrow);
    turn_ui(&mut super::child(ui, turn.shrink2(vec2(0.0, 4.0)), "turn"), scene);
}

fn buttons_ui(ui: &mut Ui, scene: &mut Scene<'_>, is_narrow: bool) {
    let view = &scene.state.view.compare;
    let hint = "Zoom, move and turn both faces together, the same point of each at the same place";
    if toggle_ui(ui, "Linked", view.is_linked).on_hover_text(hint).clicked() {
        scene.commands.push(Command::Compare(CompareCommand::SetLinked(!view.is_linked)));
    }
    let level = if is_narrow { "Level" } else { "Level by the eyes" };
    let is_level = view.poses.iter().all(|pose| pose.turn_degrees == 0.0);
    if small_button_ui(ui, level, !is_level).on_hover_text("Turn both faces until their eyes are level").clicked() {
        for (slot, pose) in view.poses.iter().enumerate() {
            scene.commands.push(Command::Compare(CompareCommand::SetPose(slot, pose.turned(0.0))));
        }
    }
    let hint = "Turn each photo as the camera saw it; the faces are then not linked";
    if small_button_ui(ui, "As taken", true).on_hover_text(hint).clicked() {
        scene.commands.push(Command::Compare(CompareCommand::AsPhotographed));
    }
    let is_moved = view.poses != [Pose::default(); 2];
    if small_button_ui(ui, "Reset", is_moved).on_hover_text("Show both faces as at the start").clicked() {
        scene.commands.push(Command::Compare(CompareCommand::ResetPoses));
    }
}

fn turn_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let view = &scene.state.view.compare;
    let slot = if view.is_linked { 0 } else { view.pair_slot.min(1) };
    let label = if view.is_linked { "Turn" } else { ["Turn A", "Turn B"][slot] };
    let degrees = view.poses[slot].turn_degrees;
    let shown =
        |value: f32| if value.abs() < 0.5 { "0°".to_owned() } else { format!("{value:.0}°").replace('-', "−") };
    if let Some(turned) = bar_slider::ui(ui, label, degrees, -90.0..=90.0, Theme::of(ui).muted, shown) {
        // Level is easy to hit.
        let turned = if turned.abs() < 1.5 { 0.0 } else { turned };
        scene.commands.push(Command::Compare(CompareCommand::SetPose(slot, view.poses[slot].turned(turned))));
    }
}

/// How B lies over A, with the opacity where that counts.
pub fn overlay_ui(ui: &mut Ui, scene: &mut Scene<'_>, row: Rect) {
    let view = &scene.state.view.compare;
    let width = row.width().min(520.0);
    let row = Rect::from_center_size(row.center(), vec2(width, row.height()));
    let split = (row.left() + width * 0.5).round();
    let has_slider = view.overlay == OverlayKind::Blend;
    let choice = if has_slider {
        row.with_max_x(split - GAP_M)
    } else {
        Rect::from_center_size(row.center(), vec2(width * 0.5, row.height()))
    };
    let choice = Rect::from_center_size(choice.center(), vec2(choice.width(), CONTROL_HEIGHT));
    let kinds = [(OverlayKind::Blend, "Blend"), (OverlayKind::Wipe, "Wipe"), (OverlayKind::Blink, "Blink")];
    if let Some(kind) = segmented::ui(&mut super::child(ui, choice, "overlay"), "Overlay", view.overlay, &kinds) {
        scene.commands.push(Command::Compare(CompareCommand::SetOverlay(kind)));
    }
    if !has_slider {
        return;
    }
    let slider = Rect::from_min_max(pos2(split + GAP_M, row.top() + 4.0), row.right_bottom());
    let percent = |value: f32| format!("{:.0} %", value * 100.0);
    let mut child = super::child(ui, slider, "opacity");
    let colour = Theme::of(ui).muted;
    if let Some(opacity) = bar_slider::ui(&mut child, "Opacity of B", view.opacity, 0.0..=1.0, colour, percent) {
        scene.commands.push(Command::Compare(CompareCommand::SetOpacity(opacity)));
    }
}

/// A button that stays in.
fn toggle_ui(ui: &mut Ui, text: &str, is_on: bool) -> Response {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), Type::Note.font(), theme.text);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 38.0, 26.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, is_on, text));
    let fill = if is_on || response.hovered() { theme.raised } else { theme.background };
    let painter = ui.painter();
    painter.rect(rect, RADIUS_CONTROL, fill, theme.hairline(), StrokeKind::Inside);
    let middle = pos2(rect.left() + 15.0, rect.center().y);
    // Two rings: one chain where they are linked.
    let apart = if is_on { 3.0 } else { 5.0 };
    let colour = if is_on { theme.text } else { theme.faint };
    for dx in [-apart, apart] {
        painter.circle_stroke(middle + vec2(dx, 0.0), 4.0, egui::Stroke::new(1.5, colour));
    }
    let at = pos2(rect.left() + 28.0, rect.center().y - galley.size().y / 2.0);
    painter.galley_with_override_text_color(at, galley, if is_on { theme.text } else { theme.muted });
    widgets::focus_ring(ui, &response, RADIUS_CONTROL);
    response
}

/// A button of lesser weight.
fn small_button_ui(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), Type::Note.font(), theme.text);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 16.0, 26.0), sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, text));
    if response.hovered() && enabled {
        ui.painter().rect_filled(rect, RADIUS_CONTROL, theme.hovered);
    }
    let colour = if !enabled {
        theme.faint
    } else if response.hovered() {
        theme.text
    } else {
        theme.muted
    };
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley_with_override_text_color(at, galley, colour);
    widgets::focus_ring(ui, &response, RADIUS_CONTROL);
    response
}
