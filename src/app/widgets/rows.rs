//! Rows of the right-hand panel: a label with its value, a thin bar, a note, and a paragraph.

use eframe::egui::{self, Align2, Color32, Frame, Margin, Rect, Response, Sense, Ui, pos2, vec2};

use crate::app::theme::{GAP_M, RADIUS_PICTURE, Theme, Type};

const ROW_HEIGHT: f32 = 24.0;

/// A label at the left and its value at the right.
pub fn labelled_ui(ui: &mut Ui, label: &str, value: &str, colour: Option<Color32>) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = row(ui, ROW_HEIGHT);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{label}: {value}")));
    let painter = ui.painter();
    let label = painter.text(rect.left_center(), Align2::LEFT_CENTER, label, Type::Body.font(), theme.muted);
    let colour = colour.unwrap_or(theme.text);
    let mut job = egui::text::LayoutJob::simple_singleline(value.to_owned(), Type::Body.font(), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - label.right() - GAP_M);
    job.halign = egui::Align::RIGHT;
    let galley = painter.layout_job(job);
    let at = pos2(rect.right(), rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, colour);
    response
}

/// A label at the left and something to click at the right.
pub fn linked_ui(ui: &mut Ui, label: &str, link: &str) -> Response {
    let theme = Theme::of(ui);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), ROW_HEIGHT),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.set_height(ROW_HEIGHT);
            ui.label(Type::Body.text(label, theme.muted));
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| super::link_ui(ui, link)).inner
        },
    )
    .inner
}

/// A thin bar filled to a share of 1.
pub fn thin_bar(ui: &Ui, rail: Rect, share: f32, colour: Color32) {
    let painter = ui.painter();
    painter.rect_filled(rail, 2, Theme::of(ui).line);
    let filled = rail.with_max_x(rail.left() + rail.width() * share.clamp(0.0, 1.0));
    painter.rect_filled(filled, 2, colour);
}

/// An explanation.
pub fn paragraph_ui(ui: &mut Ui, text: &str) {
    let theme = Theme::of(ui);
    ui.add(egui::Label::new(Type::Note.text(text, theme.muted).line_height(Some(18.0))).wrap());
}

/// What a reading should be taken with: a note with a bar at its left edge.
pub fn note_ui(ui: &mut Ui, text: &str, bar: Color32) {
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.raised).corner_radius(RADIUS_PICTURE).inner_margin(Margin {
        left: 13,
        right: 10,
        top: 8,
        bottom: 8,
    });
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(egui::Label::new(Type::Note.text(text, theme.text).line_height(Some(18.0))).wrap());
    });
    let rect = shown.response.rect;
    let edge = egui::CornerRadius { nw: RADIUS_PICTURE, sw: RADIUS_PICTURE, ne: 0, se: 0 };
    ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), edge, bar);
}

fn row(ui: &mut Ui, height: f32) -> (Rect, Response) {
    ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover())
}
