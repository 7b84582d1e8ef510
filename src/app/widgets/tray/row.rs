//! One photo of the tray: its thumbnail, its name, what is special about it, and a way to take it out.

use eframe::egui::{self, Align2, Rect, Response, Sense, Ui, pos2, vec2};

use super::super::{Icon, icon_button_ui, row_ground};
use crate::app::commands::Command;
use crate::app::queries::RowTone;
use crate::app::shell::Scene;
use crate::app::state::{PhotoEntry, PhotoStage};
use crate::app::theme::{GAP_S, ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, RADIUS_ROW, Theme, Type};
use crate::engine::PhotoId;

/// Height of a row, in points.
pub const HEIGHT: f32 = 56.0;
const THUMBNAIL: f32 = 44.0;

/// Draws a photo's row. The list has the keyboard's focus, not its rows; `letters` are those of the pair on this photo.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, photo: PhotoId, rect: Rect, letters: &str, has_focus: bool) {
    let Some(entry) = scene.state.library.photos.get(&photo) else { return };
    let is_selected = scene.state.document.photo == Some(photo);
    let response = ui.interact(rect, ui.scope_id().with(("photo", photo.0)), Sense::CLICK);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_selected, &entry.name));
    let remove = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(20.0, 20.0));
    let is_over = response.hovered() || ui.rect_contains_pointer(rect);
    row_ground(ui, rect, is_selected, is_over);
    thumbnail(ui, entry, Rect::from_center_size(pos2(rect.left() + 28.0, rect.center().y), vec2(THUMBNAIL, THUMBNAIL)));
    words(ui, scene, photo, entry, rect, is_over);
    pair_letters(ui, letters, rect);
    if has_focus && is_selected {
        let stroke = egui::Stroke::new(2.0, Theme::of(ui).focus);
        ui.painter().rect_stroke(rect, RADIUS_ROW, stroke, egui::StrokeKind::Inside);
    }
    let asked = if is_over { remove_ui(ui, remove, photo, &entry.name) } else { None };
    if asked.is_some_and(|close| close.clicked()) {
        scene.commands.push(Command::Remove(photo));
    } else if response.clicked() {
        scene.commands.push(Command::SelectPhoto(photo));
    }
    if let PhotoStage::Failed(sentence) = &entry.stage {
        response.on_hover_text(sentence);
    }
}

fn thumbnail(ui: &Ui, entry: &PhotoEntry, at: Rect) {
    let theme = Theme::of(ui);
    match &entry.thumbnail {
        Some(texture) => {
            egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, at);
        }
        None if matches!(entry.stage, PhotoStage::Failed(_)) => {
            ui.painter().rect_filled(at, RADIUS_PICTURE, theme.raised);
            ui.painter().text(at.center(), Align2::CENTER_CENTER, "!", Type::Reading.font(), theme.danger);
        }
        None => {
            ui.painter().rect_filled(at, RADIUS_PICTURE, theme.raised);
        }
    }
}

fn words(ui: &Ui, scene: &Scene<'_>, photo: PhotoId, entry: &PhotoEntry, rect: Rect, is_over: bool) {
    let theme = Theme::of(ui);
    let left = rect.left() + 60.0;
    let right = rect.right() - if is_over { 28.0 } else { GAP_S };
    let (caption, tone) = scene.state.photo_caption(photo);
    let colour = match tone {
        RowTone::Plain => theme.muted,
        RowTone::Warning => theme.warning,
        RowTone::Problem => theme.danger,
    };
    line(ui, pos2(left, rect.top() + 19.0), right, &entry.name, Type::Body, theme.text);
    line(ui, pos2(left, rect.top() + 37.5), right, &caption, Type::Caption, colour);
}

/// A line that is cut where the row ends.
fn line(ui: &Ui, left_middle: egui::Pos2, right: f32, text: &str, kind: Type, colour: egui::Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), kind.font(), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - left_middle.x).max(8.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(left_middle - vec2(0.0, galley.size().y / 2.0), galley, colour);
}

/// A or B on the thumbnail while faces are compared.
fn pair_letters(ui: &Ui, letters: &str, rect: Rect) {
    if !letters.is_empty() {
        let at = Rect::from_min_size(pos2(rect.left() + 8.0, rect.bottom() - 24.0), vec2(18.0, 16.0));
        let at = at.with_max_x(at.left() + 6.0 + 10.0 * letters.split(' ').count() as f32);
        ui.painter().rect_filled(at, 3, ON_PHOTO_GROUND);
        ui.painter().text(at.center(), Align2::CENTER_CENTER, letters, Type::Section.font(), ON_PHOTO);
    }
}

fn remove_ui(ui: &mut Ui, at: Rect, photo: PhotoId, name: &str) -> Option<Response> {
    let builder = egui::UiBuilder::new().max_rect(at).id_salt(("remove", photo.0));
    let hint = format!("Take {name} out of the tray; the file stays");
    // A child of its own: a scope would move the next row up to where this one ends.
    Some(icon_button_ui(&mut ui.new_child(builder), Icon::Close, &hint))
}
