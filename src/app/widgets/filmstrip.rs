//! The seven anchors as pictures: each with its group and how much of the identity it keeps.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, StrokeKind, TextureHandle, Ui, pos2, vec2};

use super::tag::{self, Tag};
use crate::aging::Timeline;
use crate::app::theme::{GAP_S, RADIUS_CONTROL, RADIUS_PICTURE, Theme, Type};
use crate::model::AgeGroup;

/// Height of the caption and bar below a frame, in points.
pub const BELOW: f32 = 28.0;

/// Side of a frame in a strip of this width and height, in points.
pub fn frame_side(width: f32, height: f32) -> f32 {
    ((width - 6.0 * GAP_S) / 7.0).min(height - BELOW).max(24.0)
}

/// Draws the strip; returns the age of the frame that was clicked. `frames` are missing until they are made.
pub fn ui(
    ui: &mut Ui,
    frames: Option<&[TextureHandle]>,
    timeline: Option<&Timeline>,
    target_years: f32,
    height: f32,
) -> Option<f32> {
    let side = frame_side(ui.available_width(), height);
    let (strip, _) = ui.allocate_exact_size(vec2(ui.available_width(), side + BELOW), Sense::hover());
    // Frames spread over the whole width, so that they stand below the slider's ends.
    let step = (strip.width() - side) / 6.0;
    let mut clicked = None;
    for group in AgeGroup::ALL {
        let left = strip.left() + step * group.index() as f32;
        let frame = Rect::from_min_size(pos2(left, strip.top()), vec2(side, side));
        let texture = frames.and_then(|frames| frames.get(group.index()));
        let identity = timeline.map(|timeline| timeline.anchors[group.index()].identity_cosine);
        if frame_ui(ui, group, frame, texture, identity, AgeGroup::of_years(target_years) == group) {
            clicked = Some(group.anchor_years().round());
        }
    }
    clicked
}

/// One frame; true when it was clicked.
fn frame_ui(
    ui: &mut Ui,
    group: AgeGroup,
    frame: Rect,
    texture: Option<&TextureHandle>,
    identity: Option<f32>,
    is_shown: bool,
) -> bool {
    let theme = Theme::of(ui);
    let response =
        ui.interact(frame.with_max_y(frame.bottom() + BELOW), ui.scope_id().with(("frame", group)), Sense::click());
    let name = format!("Synthetic face, {} years", group.label());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, texture.is_some(), is_shown, &name));
    let painter = ui.painter();
    match texture {
        Some(texture) => {
            egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, frame);
            let at = frame.left_bottom() + vec2(4.0, -4.0);
            tag::paint(ui, &Tag::SmallSynthetic(group.anchor_years()), at, Align2::LEFT_BOTTOM, frame.width() - 8.0);
        }
        None => {
            painter.rect_filled(frame, RADIUS_PICTURE, theme.raised);
        }
    }
    let ring = match (is_shown, response.hovered()) {
        (true, _) => Some(theme.age),
        (false, true) => Some(theme.faint),
        _ => None,
    };
    if let Some(colour) = ring {
        let stroke = Stroke::new(2.0, colour);
        painter.rect_stroke(frame.expand(2.0), RADIUS_CONTROL, stroke, StrokeKind::Outside);
    }
    caption(ui, group, frame, identity, is_shown);
    texture.is_some() && response.on_hover_text(hint(group, identity)).clicked()
}

fn caption(ui: &Ui, group: AgeGroup, frame: Rect, identity: Option<f32>, is_shown: bool) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let y = frame.bottom() + 13.0;
    let colour = if is_shown { theme.text } else { theme.muted };
    painter.text(pos2(frame.left(), y), Align2::LEFT_CENTER, group.label(), Type::Caption.font(), colour);
    if let Some(identity) = identity {
        let number = format!("{identity:.2}");
        painter.text(pos2(frame.right(), y), Align2::RIGHT_CENTER, number, Type::Caption.font(), colour);
    }
    let rail =
        Rect::from_min_max(pos2(frame.left(), frame.bottom() + 24.0), pos2(frame.right(), frame.bottom() + 27.0));
    super::rows::thin_bar(ui, rail, identity.unwrap_or(0.0), theme.identity);
}

fn hint(group: AgeGroup, identity: Option<f32>) -> String {
    let years = group.anchor_years();
    let kept = identity.map(|identity| format!("\nCosine to the photograph {identity:.3}"));
    format!("Synthetic, as at {years:.0} years{}", kept.unwrap_or_default())
}
