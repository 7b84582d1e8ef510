//! The scale at which the photo is shown, in the picture's upper right corner: seen while the pointer is over the
//! picture and as long as it is enlarged. A click changes between fitted and 100 %.

use eframe::egui::{self, Align2, Rect, Sense, Ui, vec2};

use crate::app::age::Place;
use crate::app::theme::{ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, Type};

const PADDING: egui::Vec2 = vec2(7.0, 4.0);

/// Draws the chip; true when it was clicked.
pub fn ui(ui: &Ui, place: &Place, is_enlarged: bool) -> bool {
    let words = scale_words(place.scale);
    let shown = if is_enlarged { format!("{words} · fit") } else { words.clone() };
    let galley = ui.painter().layout_no_wrap(shown, Type::Caption.font(), ON_PHOTO);
    let corner = place.rect.right_top() + vec2(-10.0, 10.0);
    let rect = Align2::RIGHT_TOP.anchor_size(corner, galley.size() + 2.0 * PADDING);
    let response = ui.interact(rect, ui.scope_id().with("scale"), Sense::click());
    let name = if is_enlarged { format!("Scale {words}, show all") } else { format!("Scale {words}, show 100 %") };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let is_seen = is_enlarged || response.has_focus() || ui.rect_contains_pointer(place.rect);
    let share = ui.ctx().animate_bool(response.id, is_seen);
    paint(ui, rect, galley, share, response.hovered());
    super::focus_ring(ui, &response, RADIUS_PICTURE);
    let hint = if is_enlarged {
        "100 % shows each pixel of the photo as one of the screen. Click for the whole picture (F)."
    } else {
        "Turn the wheel to enlarge, click for 100 %: each pixel of the photo as one of the screen (0)."
    };
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(hint).clicked()
}

fn paint(ui: &Ui, rect: Rect, galley: std::sync::Arc<egui::Galley>, share: f32, is_hovered: bool) {
    if share <= 0.0 {
        return;
    }
    let strength = if is_hovered { 1.25 } else { 1.0 };
    ui.painter().rect_filled(rect, RADIUS_PICTURE, ON_PHOTO_GROUND.gamma_multiply((share * strength).min(1.3)));
    ui.painter().galley_with_override_text_color(rect.min + PADDING, galley, ON_PHOTO.gamma_multiply(share));
}

/// A scale as people read it.
fn scale_words(scale: f32) -> String {
    let percent = scale * 100.0;
    if percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_scales_keep_a_digit() {
        assert_eq!([scale_words(1.0), scale_words(0.084), scale_words(8.0)], ["100 %", "8.4 %", "800 %"]);
    }
}
