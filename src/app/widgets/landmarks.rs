//! Five points on a photo, dragged to the eyes, the nose and the corners of the mouth by hand.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, Ui, pos2, vec2};

use crate::app::theme::{ON_HANDLE, ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, Theme, Type};
use crate::face::Landmarks;

/// Names of the points, in their order; left and right are the picture's.
pub const NAMES: [&str; 5] = ["left eye", "right eye", "nose", "left of the mouth", "right of the mouth"];
/// Lines between the points, so that they read as a face.
const LINES: [(usize, usize); 5] = [(0, 1), (0, 2), (1, 2), (3, 4), (2, 3)];
const RADIUS: f32 = 7.0;

/// Draws the points over the picture of the whole photo; returns them where one was moved.
pub fn ui(ui: &mut Ui, rect: Rect, photo_px: [u32; 2], points_px: &Landmarks) -> Option<Landmarks> {
    let theme = Theme::of(ui);
    let size_px = vec2(photo_px[0] as f32, photo_px[1] as f32);
    let place = |[x, y]: [f32; 2]| rect.min + vec2(x, y) / size_px * rect.size();
    for (from, to) in LINES {
        let line = [place(points_px[from]), place(points_px[to])];
        ui.painter().line_segment(line, Stroke::new(1.0, ON_PHOTO.gamma_multiply(0.6)));
    }
    let mut moved = None;
    for (index, point) in points_px.iter().enumerate() {
        let at = place(*point);
        let touch = Rect::from_center_size(at, vec2(26.0, 26.0));
        let response = ui.interact(touch, ui.scope_id().with(("landmark", index)), Sense::drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, NAMES[index]));
        let is_held = response.hovered() || response.dragged();
        let painter = ui.painter();
        painter.circle(at, RADIUS + f32::from(u8::from(is_held)) * 2.0, theme.focus, Stroke::new(2.0, ON_PHOTO));
        painter.circle_filled(at, 1.5, ON_HANDLE);
        if is_held {
            name(ui, at, NAMES[index]);
            ui.set_cursor_icon(egui::CursorIcon::Grab);
        }
        if response.dragged()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let inside = pos2(pointer.x.clamp(rect.left(), rect.right()), pointer.y.clamp(rect.top(), rect.bottom()));
            let pixel = (inside - rect.min) / rect.size() * size_px;
            let mut points = *points_px;
            points[index] = [pixel.x, pixel.y];
            moved = Some(points);
        }
    }
    moved
}

fn name(ui: &Ui, at: egui::Pos2, words: &str) {
    let galley = ui.painter().layout_no_wrap(words.to_owned(), Type::Caption.font(), ON_PHOTO);
    let ground = Align2::CENTER_BOTTOM.anchor_size(at - vec2(0.0, 14.0), galley.size() + vec2(12.0, 6.0));
    ui.painter().rect_filled(ground, RADIUS_PICTURE, ON_PHOTO_GROUND);
    ui.painter().galley(ground.min + vec2(6.0, 3.0), galley, ON_PHOTO);
}
