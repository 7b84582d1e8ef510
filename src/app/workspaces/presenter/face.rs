//! The face as large as the stage has room for, with what it is: photograph, or synthetic with its age. Beside it the
//! photograph, so that both are always seen.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, Ui, pos2, vec2};

use super::stage::Stage;
use crate::app::aged_photo::{AgedPhoto, PackedChange, PhotoTexture, Shown};
use crate::app::presenter::Presenter;
use crate::app::state::{AppState, FaceEntry};
use crate::app::theme::{StageType, Theme};
use crate::app::widgets::tag::{self, Tag};

/// How much larger than the part the network sees the part shown is.
const SURROUNDINGS: f32 = 1.7;

/// The face at the age shown.
pub fn picture_ui(ui: &Ui, state: &AppState, presenter: &Presenter, stage: &Stage) {
    let change = presenter.change.as_ref();
    let texture = state.presented_photo().and_then(|(_, photo)| photo.display.as_ref());
    let Some(texture) = texture else {
        // Where the face will be.
        ui.painter().rect_filled(stage.picture, stage.radius(), Theme::of(ui).panel);
        return;
    };
    let face = state.presented_face().map(|(_, face)| face);
    let tag = match change.filter(|change| is_synthetic(change)) {
        Some(change) => Tag::Synthetic(change.key.target_years),
        None => Tag::photograph(),
    };
    let aged = aged(texture, face, change, stage);
    ui.painter()
        .add(AgedPhoto { is_draft: state.draws_on_cpu && !presenter.is_paused, ..aged }.into_shape(stage.picture));
    let corner = stage.picture.left_bottom() + vec2(1.0, -1.0) * stage.share(0.022);
    tag::paint_in(ui, &tag, corner, Align2::LEFT_BOTTOM, stage.font(StageType::Tag));
    veil(ui, presenter, stage, stage.picture);
    super::name(ui, stage.picture, "face", Role::Image, &tag.text());
}

/// The photograph, beside a face that has ages.
pub fn photograph_ui(ui: &Ui, state: &AppState, presenter: &Presenter, stage: &Stage) {
    let Some((_, photo)) = state.presented_photo() else { return };
    let (Some(texture), Some((_, face))) = (&photo.display, state.presented_face()) else { return };
    if presenter.change.is_none() {
        return;
    }
    let photograph = aged(texture, Some(face), None, stage);
    ui.painter().add(AgedPhoto { slot: 1, ..photograph }.into_shape(stage.photograph));
    let tag = Tag::photograph();
    let corner = stage.photograph.left_bottom() + vec2(1.0, -1.0) * stage.share(0.012);
    tag::paint_in(ui, &tag, corner, Align2::LEFT_BOTTOM, stage.font(StageType::Caption));
    veil(ui, presenter, stage, stage.photograph);
    super::name(ui, stage.photograph, "photograph", Role::Image, "The photograph beside it");
}

/// Whether anything is changed: at the age of the photograph it is the photograph.
fn is_synthetic(change: &PackedChange) -> bool {
    change.key.target_years != change.key.own_years
}

/// A face to draw, with what is changed in it.
fn aged(
    texture: &Arc<PhotoTexture>,
    face: Option<&FaceEntry>,
    change: Option<&Arc<PackedChange>>,
    stage: &Stage,
) -> AgedPhoto {
    AgedPhoto {
        texture: Arc::clone(texture),
        photo_to_crop: face.map(|face| face.aligned.photo_to_crop),
        change: change.cloned(),
        others: Vec::new(),
        source_px: framed_px(face, texture),
        shown: Shown::Wipe(if change.is_some() { 0.0 } else { 1.0 }),
        radius: f32::from(stage.radius()),
        slot: 0,
        is_draft: false,
    }
}

/// What hides a photo while it comes and goes.
fn veil(ui: &Ui, presenter: &Presenter, stage: &Stage, place: Rect) {
    let hidden = 1.0 - presenter.visibility;
    if hidden > 0.0 {
        ui.painter().rect_filled(place, stage.radius(), Theme::of(ui).panel.gamma_multiply(hidden));
    }
}

/// The square of the photo that is shown: around the face, moved inside the photo where it reaches past its edges; the
/// largest square of the photo while no face is known.
fn framed_px(face: Option<&FaceEntry>, texture: &PhotoTexture) -> Rect {
    let [width, height] = texture.photo_px().map(|side| side as f32);
    let smaller = width.min(height);
    let (middle, side) = match face {
        Some(face) => {
            let back = face.aligned.photo_to_crop.inverse();
            let [x, y] = back.apply([55.5, 55.5]);
            ([x as f32, y as f32], ((112.0 * back.scale()) as f32 * SURROUNDINGS).min(smaller))
        }
        // People stand in the upper part of a high photo.
        None => ([width / 2.0, smaller / 2.0 + (height - smaller) / 4.0], smaller),
    };
    let inside = |middle: f32, length: f32| (middle - side / 2.0).clamp(0.0, (length - side).max(0.0));
    Rect::from_min_size(pos2(inside(middle[0], width), inside(middle[1], height)), vec2(side, side))
}
