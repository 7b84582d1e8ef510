//! One choice of a few, side by side in one frame.

use eframe::egui::{self, CornerRadius, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use crate::app::theme::{CONTROL_HEIGHT, RADIUS_CONTROL, Theme, Type};

/// Draws the choices over the whole width; returns the one that was clicked.
pub fn ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, chosen: T, choices: &[(T, &str)]) -> Option<T> {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT), Sense::hover());
    let mut clicked = None;
    let count = choices.len() as f32;
    for (index, (choice, label)) in choices.iter().enumerate() {
        let edge = |step: usize| (rect.left() + rect.width() * step as f32 / count).round();
        let cell = Rect::from_min_max(pos2(edge(index), rect.top()), pos2(edge(index + 1), rect.bottom()));
        let response = ui.interact(cell, ui.scope_id().with((name, index)), Sense::click());
        let is_chosen = *choice == chosen;
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, format!("{name}: {label}"))
        });
        let painter = ui.painter();
        if is_chosen || response.hovered() {
            let fill = if is_chosen { theme.raised } else { theme.raised.gamma_multiply(0.55) };
            painter.rect_filled(cell, corners(index, choices.len()), fill);
        }
        let colour = if is_chosen || response.hovered() { theme.text } else { theme.muted };
        let font = if is_chosen { Type::Medium } else { Type::Body };
        painter.text(cell.center(), egui::Align2::CENTER_CENTER, label, font.font(), colour);
        if index > 0 {
            painter.vline(cell.left() + 0.5, cell.y_range(), theme.hairline());
        }
        super::focus_ring(ui, &response, RADIUS_CONTROL);
        if response.clicked() {
            clicked = Some(*choice);
        }
    }
    ui.painter().rect_stroke(rect, RADIUS_CONTROL, theme.hairline(), StrokeKind::Inside);
    clicked
}

/// Only the outer corners are round.
fn corners(index: usize, count: usize) -> CornerRadius {
    let (left, right) = (u8::from(index == 0) * RADIUS_CONTROL, u8::from(index + 1 == count) * RADIUS_CONTROL);
    CornerRadius { nw: left, sw: left, ne: right, se: right }
}
