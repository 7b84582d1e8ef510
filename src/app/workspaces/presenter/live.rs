//! What the camera sees, large until a picture is taken and small beside the face after that; and that it is on, as long
//! as it is, always in the same place.

use eframe::egui::{Align2, Rect, Role, Shape, Stroke, StrokeKind, Ui, epaint, pos2, vec2};

use super::stage::Stage;
use crate::app::presenter::Presenter;
use crate::app::theme::{ON_PHOTO, ON_PHOTO_GROUND, StageType, Theme};
use crate::app::widgets::tag::{self, Tag};

/// What the camera sees, in place of the face.
pub fn large_ui(ui: &Ui, presenter: &Presenter, stage: &Stage) {
    paint(ui, presenter, stage.picture, stage.radius());
    let tag = Tag::Photograph("Photograph · live".to_owned());
    let corner = stage.picture.left_bottom() + vec2(1.0, -1.0) * stage.share(0.022);
    tag::paint_in(ui, &tag, corner, Align2::LEFT_BOTTOM, stage.font(StageType::Tag));
    super::name(ui, stage.picture, "live", Role::Image, "What the camera sees");
}

/// What the camera sees, beside a face.
pub fn small_ui(ui: &Ui, presenter: &Presenter, stage: &Stage) {
    if presenter.camera.live().is_none() {
        return;
    }
    paint(ui, presenter, stage.live, stage.radius() / 2);
    let stroke = Stroke::new(stage.share(0.002).max(1.0), Theme::of(ui).danger);
    ui.painter().rect_stroke(stage.live, stage.radius() / 2, stroke, StrokeKind::Inside);
    let corner = stage.live.left_bottom() + vec2(1.0, -1.0) * stage.share(0.008);
    tag::paint_in(ui, &Tag::Photograph("Live".to_owned()), corner, Align2::LEFT_BOTTOM, stage.font(StageType::Caption));
    super::name(ui, stage.live, "live", Role::Image, "What the camera sees");
}

/// “Camera on”, with a red dot.
pub fn indicator_ui(ui: &Ui, presenter: &Presenter, stage: &Stage) {
    if !presenter.camera.is_on() {
        return;
    }
    let words = "Camera on";
    let font = stage.font(StageType::Tag);
    let (dot, padding) = (0.36 * font.size, vec2(0.7, 0.4) * font.size);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ON_PHOTO);
    let beside = 2.0 * dot + 0.8 * dot;
    let size = galley.size() + vec2(beside, 0.0) + 2.0 * padding;
    let place = Rect::from_min_size(stage.picture.min + vec2(1.0, 1.0) * stage.share(0.022), size);
    ui.painter().rect_filled(place, place.height() / 2.0, ON_PHOTO_GROUND);
    let middle = pos2(place.left() + padding.x + dot, place.center().y);
    ui.painter().circle_filled(middle, dot, Theme::of(ui).danger);
    ui.painter().galley(place.min + padding + vec2(beside, 0.0), galley, ON_PHOTO);
    super::name(ui, place, "camera", Role::Label, words);
}

/// The middle square of what the camera sees.
fn paint(ui: &Ui, presenter: &Presenter, place: Rect, radius: u8) {
    let Some(live) = presenter.camera.live() else { return };
    let [width, height] = live.texture.size().map(|side| side as f32);
    let smaller = width.min(height).max(1.0);
    let seen = Rect::from_center_size(pos2(0.5, 0.5), vec2(smaller / width.max(1.0), smaller / height.max(1.0)));
    let shape = epaint::RectShape::filled(place, radius, ON_PHOTO).with_texture(live.texture.id(), seen);
    ui.painter().add(Shape::Rect(shape));
}
