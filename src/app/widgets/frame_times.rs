//! The overlay that says how long frames take, in the corner of the window while it is switched on.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, Rect, Sense, Stroke, pos2, vec2};

use crate::app::frame_times::{FrameTimes, Summary};
use crate::app::theme::{GAP_S, RADIUS_CONTROL, Theme, Type};

/// What a frame may take at 60 frames a second.
const BUDGET_MS: f32 = 1000.0 / 60.0;

/// Draws it.
pub fn ui(ctx: &egui::Context, times: &FrameTimes) {
    let theme = Theme::of_context(ctx);
    let frame = Frame::new()
        .fill(theme.panel)
        .stroke(theme.hairline())
        .corner_radius(RADIUS_CONTROL)
        .inner_margin(Margin::same(GAP_S as i8));
    Area::new(Id::unique("frame times"))
        .order(egui::Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -40.0))
        .interactable(false)
        .show(ctx, |ui| {
            frame.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(Type::Section.text("Frame times · F12", theme.muted));
                for (name, summary) in [("work", times.work()), ("frame to frame", times.between())] {
                    ui.label(Type::Note.text(words(name, summary), theme.text));
                }
                bars(ui, times);
            });
        });
}

fn words(name: &str, summary: Option<Summary>) -> String {
    match summary {
        Some(of) => format!(
            "{name}: median {:.1} ms · 95 % below {:.1} ms · slowest {:.1} ms · {} frames",
            of.median_ms, of.p95_ms, of.slowest_ms, of.frames
        ),
        None => format!("{name}: nothing yet"),
    }
}

/// One bar a frame, with the line they should stay under.
fn bars(ui: &mut egui::Ui, times: &FrameTimes) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(360.0, 36.0), Sense::hover());
    let y = |ms: f32| rect.bottom() - rect.height() * (ms / (2.0 * BUDGET_MS)).min(1.0);
    let left = rect.right() - times.work_ms().len() as f32 * 1.5;
    for (index, ms) in times.work_ms().enumerate() {
        let x = left + index as f32 * 1.5;
        let colour = if ms > BUDGET_MS { theme.warning } else { theme.good };
        ui.painter().rect_filled(Rect::from_min_max(pos2(x, y(ms)), pos2(x + 1.0, rect.bottom())), 0, colour);
    }
    ui.painter().hline(rect.x_range(), y(BUDGET_MS), Stroke::new(1.0, theme.faint));
}
