//! The tray: every photo with its faces, what is special about it, and where to drop more.

use eframe::egui::{self, Align2, CornerRadius, Frame, Margin, Rect, Response, Sense, Ui, pos2, vec2};

use crate::app::commands::Command;
use crate::app::queries::RowTone;
use crate::app::shell::{SIDE_MARGIN, Scene};
use crate::app::state::{PhotoEntry, PhotoStage};
use crate::app::theme::{GAP_M, GAP_S, ON_PHOTO_GROUND, RADIUS_PICTURE, RADIUS_ROW, Theme, Type};
use crate::app::view::Workspace;
use crate::engine::{FaceId, PhotoId};

const ROW_HEIGHT: f32 = 56.0;
const THUMBNAIL: f32 = 44.0;
const FACE: f32 = 34.0;

/// Draws the tray.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(SIDE_MARGIN).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            super::section_ui(ui, "Photos");
            for photo in &scene.state.document.tray {
                row_ui(ui, scene, *photo);
            }
            ui.add_space(GAP_S);
            drop_zone_ui(ui, scene);
        });
    });
}

fn row_ui(ui: &mut Ui, scene: &mut Scene<'_>, photo: PhotoId) {
    let Some(entry) = scene.state.library.photos.get(&photo) else { return };
    let is_selected = scene.state.document.photo == Some(photo);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_selected, &entry.name));
    let remove = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(20.0, 20.0));
    let is_over = response.hovered() || ui.rect_contains_pointer(rect);
    ground(ui, rect, is_selected, is_over);
    thumbnail(ui, entry, Rect::from_center_size(pos2(rect.left() + 28.0, rect.center().y), vec2(THUMBNAIL, THUMBNAIL)));
    words(ui, scene, photo, entry, rect, is_over);
    pair_letter(ui, scene, photo, rect);
    super::focus_ring(ui, &response, RADIUS_ROW);
    let asked = if is_over { remove_ui(ui, remove, photo, &entry.name) } else { None };
    if asked.is_some_and(|close| close.clicked()) {
        scene.commands.push(Command::Remove(photo));
    } else if response.clicked() {
        scene.commands.push(Command::SelectPhoto(photo));
    }
    if let PhotoStage::Failed(sentence) = &entry.stage {
        response.on_hover_text(sentence);
    }
    let faces = scene.state.faces_of(photo);
    if is_selected && faces.len() > 1 {
        faces_ui(ui, scene, &faces);
    }
}

fn ground(ui: &Ui, rect: Rect, is_selected: bool, is_over: bool) {
    let theme = Theme::of(ui);
    if is_selected {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.identity);
        let covered = CornerRadius { nw: 6, sw: 6, ne: RADIUS_ROW, se: RADIUS_ROW };
        ui.painter().rect_filled(rect.with_min_x(rect.left() + 2.0), covered, theme.raised);
    } else if is_over {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.raised.gamma_multiply(0.6));
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
fn pair_letter(ui: &Ui, scene: &Scene<'_>, photo: PhotoId, rect: Rect) {
    if scene.state.view.workspace != Workspace::Compare {
        return;
    }
    let photo_of = |face: FaceId| scene.state.library.faces.get(&face).map(|entry| entry.photo);
    let letters: Vec<&str> = (scene.state.pair().into_iter().zip(["A", "B"]))
        .filter(|(face, _)| face.and_then(photo_of) == Some(photo))
        .map(|(_, letter)| letter)
        .collect();
    if !letters.is_empty() {
        let at = Rect::from_min_size(pos2(rect.left() + 8.0, rect.bottom() - 24.0), vec2(18.0, 16.0));
        let at = at.with_max_x(at.left() + 6.0 + 10.0 * letters.len() as f32);
        ui.painter().rect_filled(at, 3, ON_PHOTO_GROUND);
        let (text, colour) = (letters.join(" "), crate::app::theme::ON_PHOTO);
        ui.painter().text(at.center(), Align2::CENTER_CENTER, text, Type::Section.font(), colour);
    }
}

fn remove_ui(ui: &mut Ui, at: Rect, photo: PhotoId, name: &str) -> Option<Response> {
    let builder = egui::UiBuilder::new().max_rect(at).id_salt(("remove", photo.0));
    let hint = format!("Take {name} out of the tray; the file stays");
    // A child of its own: a scope would move the next row up to where this one ends.
    Some(super::icon_button_ui(&mut ui.new_child(builder), super::Icon::Close, &hint))
}

/// The faces of a photo with several, to choose from.
fn faces_ui(ui: &mut Ui, scene: &mut Scene<'_>, faces: &[FaceId]) {
    let theme = Theme::of(ui);
    Frame::new().inner_margin(Margin { left: 8, right: 0, top: 4, bottom: 6 }).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            let chosen = scene.state.face().map(|(id, _)| id);
            for (index, face) in faces.iter().enumerate() {
                let Some(entry) = scene.state.library.faces.get(face) else { continue };
                let (rect, response) = ui.allocate_exact_size(vec2(FACE, FACE), Sense::click());
                let age = scene.state.own_age(*face);
                let name = age.map_or(format!("Face {}", index + 1), |age| {
                    format!("Face {} · about {:.0}", index + 1, age.years)
                });
                response
                    .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen == Some(*face), &name));
                egui::Image::from_texture(&entry.crop).corner_radius(RADIUS_PICTURE).paint_at(ui, rect);
                if !entry.aligned.quality.is_empty() {
                    ui.painter().circle_filled(rect.right_top() + vec2(-5.0, 5.0), 3.0, theme.warning);
                }
                let ring = match (chosen == Some(*face), response.hovered()) {
                    (true, _) => Some(theme.identity),
                    (false, true) => Some(theme.muted),
                    _ => None,
                };
                if let Some(colour) = ring {
                    let stroke = egui::Stroke::new(2.0, colour);
                    ui.painter().rect_stroke(rect, RADIUS_PICTURE, stroke, egui::StrokeKind::Outside);
                }
                if response.clicked() {
                    scene.commands.push(Command::SelectFace(*face));
                }
                let warnings = entry.aligned.quality.iter().map(|warning| format!("\n{}", warning.sentence()));
                response.on_hover_text(format!("{name}{}", warnings.collect::<String>()));
            }
        });
    });
}

/// Where to drop more, and a click opens the system's dialog.
fn drop_zone_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 66.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Open photos"));
    let is_over = response.hovered();
    if is_over {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.raised.gamma_multiply(0.6));
    }
    let colour = if is_over { theme.text } else { theme.muted };
    let stroke = egui::Stroke::new(1.0, if is_over { theme.faint } else { theme.line });
    super::dashed_rect(ui, rect, stroke);
    let middle = rect.center();
    for (dy, words) in [(-9.0, "Drop photos or a folder"), (9.0, "or press Ctrl O")] {
        ui.painter().text(middle + vec2(0.0, dy), Align2::CENTER_CENTER, words, Type::Note.font(), colour);
    }
    super::focus_ring(ui, &response, RADIUS_ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        scene.commands.push(Command::Open);
    }
    let shows_demo_only = scene.state.document.tray.len() <= 1;
    if shows_demo_only {
        ui.add_space(GAP_M);
        ui.vertical_centered(|ui| {
            if super::link_ui(ui, "Add the demo faces").clicked() {
                scene.commands.push(Command::TakeInDemo);
            }
        });
    }
}
