//! The seven anchors as pictures: each with its group and how much of the identity it keeps.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, StrokeKind, TextureHandle, Ui, pos2, vec2};

use super::tag::{self, Tag};
use crate::app::state::FaceEntry;
use crate::app::theme::{GAP_S, RADIUS_CONTROL, RADIUS_PICTURE, Theme, Type};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// Height of the caption and bar below a frame, in points.
pub const BELOW: f32 = 28.0;

/// Side of a frame in a strip of this width and height, in points.
pub fn frame_side(width: f32, height: f32) -> f32 {
    ((width - 6.0 * GAP_S) / 7.0).min(height - BELOW).max(24.0)
}

/// One anchor as far as it is there.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The age it stands at.
    pub years: f32,
    /// Its picture.
    pub picture: Option<&'a TextureHandle>,
    /// The cosine to the photograph.
    pub identity: Option<f32>,
}

/// The frames of a face: whole once its timeline is there, before that those made so far.
pub fn frames<'a>(face: &'a FaceEntry, anchors_years: [f32; GROUP_COUNT]) -> [Frame<'a>; GROUP_COUNT] {
    let pictures = face.filmstrip.as_ref().map(|strip| strip.frames.as_slice()).unwrap_or_default();
    std::array::from_fn(|index| {
        let made = face.making.anchors[index].as_ref();
        let anchor = face.timeline.as_ref().map(|timeline| &timeline.anchors[index]);
        Frame {
            years: anchor.map_or(anchors_years[index], |anchor| anchor.years),
            picture: pictures.get(index).or(made.map(|(picture, _)| picture)),
            identity: anchor.map(|anchor| anchor.identity_cosine).or(made.map(|(_, identity)| *identity)),
        }
    })
}

/// Draws the strip; returns the age of the frame that was clicked. Frames can be clicked once all are there.
pub fn ui(
    ui: &mut Ui,
    frames: &[Frame<'_>; GROUP_COUNT],
    target_years: f32,
    enabled: bool,
    height: f32,
) -> Option<f32> {
    let side = frame_side(ui.available_width(), height);
    let (strip, _) = ui.allocate_exact_size(vec2(ui.available_width(), side + BELOW), Sense::hover());
    // Frames spread over the whole width, so that they stand below the slider's ends.
    let step = (strip.width() - side) / 6.0;
    let mut clicked = None;
    for (group, frame) in AgeGroup::ALL.into_iter().zip(frames) {
        let left = strip.left() + step * group.index() as f32;
        let spot = Rect::from_min_size(pos2(left, strip.top()), vec2(side, side));
        let is_shown = AgeGroup::of_years(target_years) == group;
        if frame_ui(ui, group, spot, frame, is_shown, enabled) {
            clicked = Some(frame.years.round());
        }
    }
    clicked
}

/// One frame; true when it was clicked.
fn frame_ui(ui: &mut Ui, group: AgeGroup, spot: Rect, frame: &Frame<'_>, is_shown: bool, enabled: bool) -> bool {
    let theme = Theme::of(ui);
    let can_click = enabled && frame.picture.is_some();
    let sense = if can_click { Sense::click() } else { Sense::hover() };
    let response = ui.interact(spot.with_max_y(spot.bottom() + BELOW), ui.scope_id().with(("frame", group)), sense);
    let name = format!("Synthetic face, {} years", group.label());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, can_click, is_shown, &name));
    let painter = ui.painter();
    match frame.picture {
        Some(texture) => {
            egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, spot);
            let at = spot.left_bottom() + vec2(4.0, -4.0);
            tag::paint(ui, &Tag::SmallSynthetic(frame.years), at, Align2::LEFT_BOTTOM, spot.width() - 8.0);
        }
        None => {
            painter.rect_filled(spot, RADIUS_PICTURE, theme.raised);
        }
    }
    let ring = match (is_shown, response.hovered() && can_click) {
        (true, _) => Some(theme.age),
        (false, true) => Some(theme.faint),
        _ => None,
    };
    if let Some(colour) = ring {
        let stroke = Stroke::new(2.0, colour);
        painter.rect_stroke(spot.expand(2.0), RADIUS_CONTROL, stroke, StrokeKind::Outside);
    }
    caption(ui, group, spot, frame.identity, is_shown);
    frame.picture.is_some() && response.on_hover_text(hint(frame)).clicked() && can_click
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

fn hint(frame: &Frame<'_>) -> String {
    let years = frame.years;
    let kept = frame.identity.map(|identity| format!("\nCosine to the photograph {identity:.3}"));
    format!("Synthetic, as at {years:.0} years{}", kept.unwrap_or_default())
}
