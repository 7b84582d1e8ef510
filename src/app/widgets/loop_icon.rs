//! What the slider that goes by itself does at its end, as a small drawing: an arrow at both ends, an arrow that comes
//! round, an arrow against a wall.

use eframe::egui::{Color32, Pos2, Shape, Stroke, Ui, Vec2, pos2, vec2};

use crate::app::age::LoopMode;

/// Draws it, 14 points wide.
pub fn paint(ui: &Ui, mode: LoopMode, middle: Pos2, colour: Color32) {
    let stroke = Stroke::new(1.5, colour);
    let painter = ui.painter();
    match mode {
        LoopMode::ThereAndBack => {
            painter.line_segment([middle - vec2(6.5, 0.0), middle + vec2(6.5, 0.0)], stroke);
            head(ui, middle + vec2(6.5, 0.0), 1.0, stroke);
            head(ui, middle - vec2(6.5, 0.0), -1.0, stroke);
        }
        LoopMode::FromStart => {
            let arc = (0..=20).map(|step| {
                let turn = (0.1 + 0.82 * step as f32 / 20.0) * std::f32::consts::TAU;
                middle + 5.5 * Vec2::angled(turn)
            });
            painter.add(Shape::line(arc.collect(), stroke));
            let tip = middle + 5.5 * Vec2::angled(0.94 * std::f32::consts::TAU);
            painter.line_segment([tip, tip + vec2(1.6, -4.0)], stroke);
            painter.line_segment([tip, tip + vec2(-4.0, -0.8)], stroke);
        }
        LoopMode::Once => {
            painter.line_segment([middle - vec2(6.5, 0.0), middle + vec2(3.5, 0.0)], stroke);
            head(ui, middle + vec2(3.5, 0.0), 1.0, stroke);
            painter.vline(middle.x + 6.5, middle.y - 5.0..=middle.y + 5.0, stroke);
        }
    }
}

/// The head of an arrow to the right (1) or left (-1).
fn head(ui: &Ui, tip: Pos2, direction: f32, stroke: Stroke) {
    for dy in [-3.5, 3.5] {
        ui.painter().line_segment([tip, pos2(tip.x - 3.5 * direction, tip.y + dy)], stroke);
    }
}
