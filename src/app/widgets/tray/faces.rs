//! The faces of a photo with several, below its row, to choose from. Only the lines in sight are laid out: a photo of a
//! crowd has hundreds.

use eframe::egui::{self, Rect, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{RADIUS_PICTURE, Theme};
use crate::engine::FaceId;

/// Side of a face, in points.
const FACE: f32 = 34.0;
const GAP: f32 = 6.0;
const LEFT: f32 = 8.0;
const TOP: f32 = 4.0;

/// How many points the faces take below their row; nothing for a single one.
pub fn height(faces: usize, width: f32) -> f32 {
    if faces < 2 { 0.0 } else { TOP + faces.div_ceil(columns(width)) as f32 * (FACE + GAP) + super::SPACING }
}

fn columns(width: f32) -> usize {
    (((width - LEFT + GAP) / (FACE + GAP)) as usize).max(1)
}

/// Draws the faces at the top of this place.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, faces: &[FaceId], place: Rect) {
    if faces.len() < 2 {
        return;
    }
    let columns = columns(place.width());
    let seen = ui.clip_rect().y_range();
    let line_at = |y: f32| ((y - place.top() - TOP) / (FACE + GAP)).max(0.0) as usize;
    let first = (line_at(seen.min) * columns).min(faces.len());
    let end = ((line_at(seen.max) + 1) * columns).min(faces.len());
    for (index, face) in faces.iter().enumerate().take(end).skip(first) {
        let (column, line) = (index % columns, index / columns);
        let corner = vec2(LEFT + column as f32 * (FACE + GAP), TOP + line as f32 * (FACE + GAP));
        face_ui(ui, scene, *face, index, Rect::from_min_size(place.min + corner, vec2(FACE, FACE)));
    }
}

fn face_ui(ui: &mut Ui, scene: &mut Scene<'_>, face: FaceId, index: usize, rect: Rect) {
    let theme = Theme::of(ui);
    let Some(entry) = scene.state.library.faces.get(&face) else { return };
    let is_chosen = scene.state.face().is_some_and(|(chosen, _)| chosen == face);
    let response = ui.interact(rect, ui.scope_id().with(("face", face.0)), Sense::click());
    let age = scene.state.own_age(face);
    let name =
        age.map_or_else(|| format!("Face {}", index + 1), |age| format!("Face {} · about {:.0}", index + 1, age.years));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_chosen, &name));
    egui::Image::from_texture(&entry.crop).corner_radius(RADIUS_PICTURE).paint_at(ui, rect);
    if !entry.aligned.quality.is_empty() {
        ui.painter().circle_filled(rect.right_top() + vec2(-5.0, 5.0), 3.0, theme.warning);
    }
    let ring = match (is_chosen, response.hovered()) {
        (true, _) => Some(theme.identity),
        (false, true) => Some(theme.muted),
        _ => None,
    };
    if let Some(colour) = ring {
        ui.painter().rect_stroke(rect, RADIUS_PICTURE, Stroke::new(2.0, colour), StrokeKind::Outside);
    }
    super::super::focus_ring(ui, &response, RADIUS_PICTURE);
    if response.clicked() {
        scene.commands.push(Command::SelectFace(face));
    }
    let warnings = entry.aligned.quality.iter().map(|warning| format!("\n{}", warning.sentence()));
    response.on_hover_text(format!("{name}{}", warnings.collect::<String>()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_wrap_and_a_single_one_takes_no_room() {
        assert_eq!((height(1, 180.0), height(0, 180.0)), (0.0, 0.0));
        assert_eq!(columns(180.0), 4);
        assert_eq!((height(4, 180.0), height(5, 180.0)), (46.0, 86.0));
        assert_eq!(columns(10.0), 1);
    }
}
