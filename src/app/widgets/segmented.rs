//! One choice of a few, side by side in one frame.

use eframe::egui::{self, CornerRadius, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use crate::app::theme::{CONTROL_HEIGHT, RADIUS_CONTROL, Theme, Type};

/// Draws the choices over the whole width; returns the one that was clicked.
pub fn ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, chosen: T, choices: &[(T, &str)]) -> Option<T> {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT), Sense::hover());
    let mut clicked = None;
    let edges = edges(ui, rect, choices);
    for (index, (choice, label)) in choices.iter().enumerate() {
        let cell = Rect::from_min_max(pos2(edges[index], rect.top()), pos2(edges[index + 1], rect.bottom()));
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

/// Where the choices begin and end: all as wide, or, where one would not fit so, as wide as their words need.
fn edges<T>(ui: &Ui, rect: Rect, choices: &[(T, &str)]) -> Vec<f32> {
    let width = |label: &str| {
        let galley = ui.painter().layout_no_wrap(label.to_owned(), Type::Medium.font(), Theme::of(ui).text);
        galley.size().x + 12.0
    };
    let wanted: Vec<f32> = choices.iter().map(|(_, label)| width(label)).collect();
    let even = rect.width() / choices.len() as f32;
    let total: f32 = wanted.iter().sum();
    let fits = wanted.iter().all(|width| *width <= even);
    let mut edges = vec![rect.left()];
    for width in &wanted {
        let share = if fits { even } else { width * rect.width() / total };
        edges.push(edges[edges.len() - 1] + share);
    }
    edges.into_iter().map(f32::round).collect()
}

/// Only the outer corners are round.
fn corners(index: usize, count: usize) -> CornerRadius {
    let (left, right) = (u8::from(index == 0) * RADIUS_CONTROL, u8::from(index + 1 == count) * RADIUS_CONTROL);
    CornerRadius { nw: left, sw: left, ne: right, se: right }
}
