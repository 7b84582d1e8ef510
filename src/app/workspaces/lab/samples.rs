//! The sample faces as the network draws them: rows of faces, columns by what was made of them. Columns that a network
//! painted say that they are synthetic.

use eframe::egui::{
    self, Align2, Rect, ScrollArea, Sense, Stroke, StrokeKind, TextureHandle, Ui, UiBuilder, pos2, vec2,
};

use crate::app::commands::Command;
use crate::app::lab::{LabCommand, Pane, Run, SampleColumns, Zoom};
use crate::app::shell::{Scene, fitted};
use crate::app::theme::{GAP_XS, ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, SYNTHETIC_ON_PHOTO, Theme, Type};
use crate::app::widgets::rows;
use crate::recognition::verdict::thousands;

/// Height of the words over the columns, in points.
const COLUMN_WORDS: f32 = 16.0;
/// Points a pixel when pixels are looked at.
const PIXEL: f32 = 2.0;

/// Draws the pane.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, place: Rect) {
    let lab = &scene.state.lab;
    let zoom = scene.state.view.lab.zoom;
    let shown = lab.picture.as_ref();
    let words =
        shown.map_or("Sample faces".to_owned(), |shown| format!("Sample faces · step {}", thousands(shown.step)));
    let (hint, other) = match zoom {
        Zoom::Fit => ("Look at the pixels", Zoom::Pixels),
        Zoom::Pixels => ("Show whole faces", Zoom::Fit),
    };
    let rest = super::head_ui(ui, scene, place, Pane::Samples, &words, Some((hint, LabCommand::SetZoom(other))));
    match shown.map(|shown| &shown.texture) {
        None => {}
        Some(Err(sentence)) => {
            let mut child = ui.new_child(UiBuilder::new().max_rect(rest));
            rows::note_ui(&mut child, sentence, Theme::of(ui).warning);
        }
        Some(Ok(texture)) if zoom == Zoom::Fit => fit_ui(ui, scene, run, texture, rest),
        Some(Ok(texture)) => pixels_ui(ui, run, texture, rest),
    }
}

/// The whole picture with the words over its columns.
fn fit_ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, texture: &TextureHandle, place: Rect) {
    let has_synthetic = run.columns.has_synthetic();
    let above = COLUMN_WORDS * if has_synthetic { 2.0 } else { 1.0 } + GAP_XS;
    let room = place.with_min_y(place.top() + above);
    let size = fitted(room, texture.size_vec2()).size();
    let left = room.center().x - size.x / 2.0;
    let rect = Rect::from_min_size(pos2(left, room.top()).round(), size.floor());
    egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, rect);
    column_words(ui, &run.columns, rect);
    let response = ui.interact(rect, ui.scope_id().with("sample faces"), Sense::click());
    let words = words(&run.columns);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Theme::of(ui).focus);
        ui.painter().rect_stroke(rect.expand(2.0), RADIUS_PICTURE, stroke, StrokeKind::Outside);
    }
    let response = response.on_hover_cursor(egui::CursorIcon::ZoomIn);
    if response.clicked() {
        scene.commands.push(Command::Lab(LabCommand::SetZoom(Zoom::Pixels)));
    }
}

/// What is in the picture, for those who do not see it.
fn words(columns: &SampleColumns) -> String {
    let kind = if columns.has_synthetic() { "synthetic" } else { "photographs" };
    format!("{} sample faces, {kind}: {}", columns.rows, columns.names.join(", "))
}

/// Words over the columns; over the synthetic ones a line that says so.
fn column_words(ui: &Ui, columns: &SampleColumns, picture: Rect) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let count = columns.names.len().max(1) as f32;
    let edge = |index: usize| picture.left() + picture.width() * index as f32 / count;
    let y = picture.top() - GAP_XS - COLUMN_WORDS / 2.0;
    for (index, name) in columns.names.iter().enumerate() {
        let room = picture.width() / count - 2.0;
        let fits = |words: &&str| {
            painter.layout_no_wrap((*words).to_owned(), Type::Caption.font(), theme.muted).size().x <= room
        };
        let all = match name.as_str() {
            "source" => ["Photograph", "Photo", ""],
            "identity share" => ["Identity share", "Identity", ""],
            name => [name, "", ""],
        };
        let words = all.into_iter().find(fits).unwrap_or_default();
        let x = f32::midpoint(edge(index), edge(index + 1));
        painter.text(pos2(x, y), Align2::CENTER_CENTER, words, Type::Caption.font(), theme.muted);
    }
    let first = columns.names.iter().position(|name| !SampleColumns::is_photograph(name));
    if let Some(first) = first.or(columns.names.is_empty().then_some(0)) {
        let (left, right) = (edge(first) + 1.0, picture.right() - 1.0);
        let y = y - COLUMN_WORDS;
        let at = pos2(left, y);
        let font = Type::Section.font();
        let word = painter.text(at, Align2::LEFT_CENTER, "Synthetic", font, theme.synthetic);
        painter.hline(word.right() + GAP_XS..=right, y + 1.0, Stroke::new(1.0, theme.synthetic.gamma_multiply(0.6)));
    }
}

/// The picture in its own pixels, to be scrolled about; what each column is stays in sight.
fn pixels_ui(ui: &mut Ui, run: &Run, texture: &TextureHandle, place: Rect) {
    let theme = Theme::of(ui);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("pixels"));
    let area = ScrollArea::both().auto_shrink(false).scroll_source(egui::scroll_area::ScrollSource::ALL);
    area.show(&mut child, |ui| {
        let size = texture.size_vec2() * PIXEL;
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        egui::Image::from_texture(texture).paint_at(ui, rect);
        let words = words(&run.columns);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
        column_tags(ui, &run.columns, rect);
    });
    ui.painter().rect_stroke(place, RADIUS_PICTURE, theme.hairline(), StrokeKind::Outside);
}

/// A tag at the top of every column that is in sight.
fn column_tags(ui: &Ui, columns: &SampleColumns, picture: Rect) {
    let seen = picture.intersect(ui.clip_rect());
    let unnamed = [String::new()];
    let names = if columns.names.is_empty() { &unnamed[..] } else { &columns.names };
    let width = picture.width() / names.len() as f32;
    for (index, name) in names.iter().enumerate() {
        let left = (picture.left() + width * index as f32).max(seen.left());
        let right = (picture.left() + width * (index + 1) as f32).min(seen.right());
        let (words, colour) = match name.as_str() {
            "source" => ("Photograph".to_owned(), ON_PHOTO),
            "identity share" => ("Photograph · identity share".to_owned(), ON_PHOTO),
            "" => ("Synthetic faces".to_owned(), SYNTHETIC_ON_PHOTO),
            name => (format!("Synthetic · {name}"), SYNTHETIC_ON_PHOTO),
        };
        let galley = ui.painter().layout_no_wrap(words, Type::Caption.font(), colour);
        let ground = Rect::from_min_size(pos2(left + 8.0, seen.top() + 8.0), galley.size() + vec2(14.0, 8.0));
        if right - left > 40.0 {
            let painter = ui.painter().with_clip_rect(seen.with_max_x(right));
            painter.rect_filled(ground, RADIUS_PICTURE, ON_PHOTO_GROUND);
            painter.galley(ground.min + vec2(7.0, 4.0), galley, colour);
        }
    }
}
