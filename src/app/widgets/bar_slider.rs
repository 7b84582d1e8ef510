//! A labelled slider drawn as a thin bar with its number: strength, opacity.

use std::ops::RangeInclusive;

use eframe::egui::{self, Align2, Color32, Key, Rect, Sense, Ui, pos2, vec2};

use crate::app::theme::{ON_PHOTO, Theme, Type};

/// Draws the slider; returns the value it was moved to. `shown` writes the value.
pub fn ui(
    ui: &mut Ui,
    label: &str,
    value: f32,
    range: RangeInclusive<f32>,
    colour: Color32,
    shown: impl Fn(f32) -> String,
) -> Option<f32> {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(value), label));
    let (low, high) = (*range.start(), *range.end());
    let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
    let painter = ui.painter();
    let middle = rect.top() + 11.0;
    painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, label, Type::Body.font(), theme.muted);
    painter.text(pos2(rect.right(), middle), Align2::RIGHT_CENTER, shown(value), Type::Body.font(), theme.text);
    let rail = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 9.0), pos2(rect.right(), rect.bottom() - 6.0));
    super::rows::thin_bar(ui, rail, share, colour);
    let is_held = response.hovered() || response.dragged() || response.has_focus();
    if ui.ctx().animate_bool(response.id, is_held) > 0.0 {
        let radius = 6.0 * ui.ctx().animate_bool(response.id, is_held);
        let at = pos2(rail.left() + rail.width() * share, rail.center().y);
        ui.painter().circle(at, radius, ON_PHOTO, egui::Stroke::new(1.0, theme.line));
    }
    super::focus_ring(ui, &response, 4);
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        let share = ((pointer.x - rail.left()) / rail.width()).clamp(0.0, 1.0);
        return Some(low + share * (high - low));
    }
    let step = (high - low) / 20.0;
    let steps = [(Key::ArrowRight, step), (Key::ArrowUp, step), (Key::ArrowLeft, -step), (Key::ArrowDown, -step)];
    let pressed = steps.into_iter().find(|(key, _)| response.has_focus() && ui.input(|input| input.key_pressed(*key)));
    pressed.map(|(_, step)| (value + step).clamp(low, high))
}
