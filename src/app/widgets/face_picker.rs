//! Boxes around the faces of a photo with several: the chosen one is marked, the others can be clicked.

use eframe::egui::{self, Rect, Sense, Stroke, StrokeKind, Ui, pos2};

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{ON_PHOTO, RADIUS_PICTURE, Theme};

/// Draws the boxes over a picture that shows a part of the photo, while the pointer is over it.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, rect: Rect, source_px: Rect) {
    let Some((photo, _)) = scene.state.photo() else { return };
    let faces = scene.state.faces_of(photo);
    if faces.len() < 2 {
        return;
    }
    let theme = Theme::of(ui);
    let chosen = scene.state.face().map(|(id, _)| id);
    let shown = ui.ctx().animate_bool(ui.scope_id().with("face boxes"), ui.rect_contains_pointer(rect));
    for face in faces {
        let Some(entry) = scene.state.library.faces.get(&face) else { continue };
        let [left, top, right, bottom] = entry.aligned.detection.box_px;
        let place = |x: f32, y: f32| rect.min + (pos2(x, y) - source_px.min) / source_px.size() * rect.size();
        let at = Rect::from_min_max(place(left, top), place(right, bottom)).intersect(rect);
        if !at.is_positive() {
            continue;
        }
        if chosen == Some(face) {
            let stroke = Stroke::new(1.5, theme.identity.gamma_multiply(shown));
            ui.painter().rect_stroke(at, RADIUS_PICTURE, stroke, StrokeKind::Outside);
            continue;
        }
        let response = ui.interact(at, ui.scope_id().with(("face box", face.0)), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Look at this face"));
        let strength = if response.hovered() { 1.0 } else { 0.35 + 0.35 * shown };
        let stroke = Stroke::new(1.5, ON_PHOTO.gamma_multiply(strength));
        ui.painter().rect_stroke(at, RADIUS_PICTURE, stroke, StrokeKind::Outside);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            scene.commands.push(Command::SelectFace(face));
        }
    }
}
