//! Where to drop more photos; a click opens the system's dialog.

use eframe::egui::{self, Align2, Sense, Ui, vec2};

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, RADIUS_ROW, Theme, Type};

/// Height of the zone, in points.
pub const HEIGHT: f32 = 66.0;

/// Draws the zone.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Open photos"));
    let is_over = response.hovered();
    if is_over {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.raised.gamma_multiply(0.6));
    }
    let colour = if is_over { theme.text } else { theme.muted };
    let stroke = egui::Stroke::new(1.0, if is_over { theme.faint } else { theme.line });
    super::super::dashed_rect(ui, rect, stroke);
    let middle = rect.center();
    for (dy, words) in [(-9.0, "Drop photos or a folder"), (9.0, "or press Ctrl O")] {
        ui.painter().text(middle + vec2(0.0, dy), Align2::CENTER_CENTER, words, Type::Note.font(), colour);
    }
    super::super::focus_ring(ui, &response, RADIUS_ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        scene.commands.push(Command::Open);
    }
    let shows_demo_only = scene.state.document.tray.len() <= 1;
    if shows_demo_only {
        ui.add_space(GAP_M);
        ui.vertical_centered(|ui| {
            if super::super::link_ui(ui, "Add the demo faces").clicked() {
                scene.commands.push(Command::TakeInDemo);
            }
        });
    }
}
