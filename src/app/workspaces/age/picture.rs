//! The photo in the middle, as far as it is opened and enlarged, with boxes to choose among several faces.

use eframe::egui::{self, Rect, Ui, pos2, vec2};

use super::{group, landmarks};
use crate::app::age::AgeCommand;
use crate::app::aged_photo::{ChangedFace, PhotoTexture};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{FaceEntry, Prompt};
use crate::app::view::Framing;
use crate::app::widgets::{empty, face_picker, picture, picture_hand};
use crate::engine::FaceId;

/// The photo.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if let Some(Prompt::Landmarks { points_px, .. }) = scene.state.prompt {
        return landmarks::landmarks_ui(ui, scene, points_px);
    }
    if empty::without_face_ui(ui, scene) {
        return;
    }
    let (Some((_, photo)), Some((id, face))) = (scene.state.photo(), scene.state.face()) else { return };
    let Some(texture) = &photo.display else { return empty::waiting_ui(ui, "Opening the photo…") };
    let choices = &scene.state.view.age;
    let (synthetic, difference) = group::tags(scene.state);
    let [left, _, right, _] = face.aligned.detection.box_px;
    let shown = picture::Picture {
        texture,
        photo_to_crop: Some(face.aligned.photo_to_crop),
        change: scene.change,
        is_draft: scene.state.is_moving && scene.state.draws_on_cpu,
        others: others(scene, id),
        base_px: framed_px(ui, scene, face, texture),
        zoom: choices.zoom,
        zoom_step: choices.zoom_step,
        can_zoom: true,
        view: scene.state.view.age_view,
        wipe: scene.state.view.wipe,
        face_x_px: (left + right) / 2.0,
        blink_s: choices.safe_blink_s(),
        is_photograph: is_photograph_asked(ui, scene),
        synthetic,
        difference,
    };
    let placed = picture::ui(ui, &shown);
    if let Some(wipe) = placed.wipe {
        scene.commands.push(Command::SetWipe(Some(wipe)));
    }
    if let Some(zoom) = placed.zoom {
        scene.commands.push(Command::Age(AgeCommand::SetZoom(zoom)));
    }
    for place in placed.places {
        face_picker::ui(ui, scene, place.rect, place.source_px);
    }
}

/// Further faces of the photo that are changed.
fn others(scene: &Scene<'_>, chosen: FaceId) -> Vec<ChangedFace> {
    let changes = scene.state.changes.iter().filter(|(face, _)| **face != chosen);
    let changed = changes.filter_map(|(face, change)| {
        let aligned = &scene.state.library.faces.get(face)?.aligned;
        Some(ChangedFace { photo_to_crop: aligned.photo_to_crop, change: change.clone() })
    });
    changed.collect()
}

/// What is asked for by B, or by the line in the right-hand panel that says so.
fn is_photograph_asked(ui: &Ui, scene: &Scene<'_>) -> bool {
    let is_held = ui.data(|data| data.get_temp(photograph_id())).unwrap_or(false);
    scene.state.prompt.is_none() && (is_held || picture_hand::asks_for_photograph(ui.ctx()))
}

/// Under this name the right-hand panel keeps whether the photograph is asked for.
pub fn photograph_id() -> egui::Id {
    egui::Id::unique("photograph asked for")
}

/// What of the photo is shown while nobody enlarges it: all of it or the face, and in between while that changes.
fn framed_px(ui: &Ui, scene: &Scene<'_>, face: &FaceEntry, texture: &PhotoTexture) -> Rect {
    let whole = whole_px(texture.photo_px());
    let is_face = scene.state.view.framing == Framing::Face;
    let share = ui.ctx().animate_bool_with_time(ui.scope_id().with("framing"), is_face, 0.18);
    whole.lerp_towards(&face_px(face, whole), egui::emath::easing::cubic_out(share))
}

/// All of a photo, in its pixels.
pub fn whole_px([width, height]: [u32; 2]) -> Rect {
    Rect::from_min_size(pos2(0.0, 0.0), vec2(width as f32, height as f32))
}

/// The square around the part of the photo the network sees, moved inside the photo where it reaches past its edges.
fn face_px(face: &FaceEntry, whole: Rect) -> Rect {
    let back = face.aligned.photo_to_crop.inverse();
    let [x, y] = back.apply([55.5, 55.5]);
    let side = (112.0 * back.scale() * 1.12) as f32;
    let side = side.min(whole.width()).min(whole.height());
    let inside = |middle: f64, length: f32| (middle as f32 - side / 2.0).clamp(0.0, length - side);
    Rect::from_min_size(pos2(inside(x, whole.width()), inside(y, whole.height())), vec2(side, side))
}
