//! The tray's head: how many photos there are and which of them are listed, a field to find one by name, how far the
//! search for faces is.

use eframe::egui::{
    self, Align, EventFilter, Frame, Key, Layout, Margin, Modifiers, Popup, Pos2, Rect, Sense, Shape, Stroke, TextEdit,
    Ui, pos2, vec2,
};

use super::super::{focus_ring, link_ui, rows, section_ui};
use super::list;
use crate::app::shell::Scene;
use crate::app::theme::{CONTROL_HEIGHT, GAP_M, GAP_S, GAP_XS, RADIUS_CONTROL, Theme, Type};
use crate::app::tray::{FILTER_FIELD, FILTER_FROM, Only, Progress, SHOWN_FROM, Standing, TrayCommand, words};

/// Rows that Page Down moves by in the field, where the list's height is not known.
const PAGE: isize = 8;

/// Draws the head.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let view = &scene.state.view.tray;
    let has_filter = scene.state.tray.index.total() >= FILTER_FROM || view.shows_filter || view.filter.is_on();
    let top = ui.cursor().min;
    section_ui(ui, "Photos");
    if has_filter {
        choice_ui(ui, scene, top);
        filter_ui(ui, scene);
        ui.add_space(GAP_S);
    }
    match scene.state.tray.progress() {
        Some(progress) => progress_ui(ui, scene, &progress),
        None => failures_ui(ui, scene),
    }
}

/// At the right of the head: how many photos are listed, and the way to list others.
fn choice_ui(ui: &mut Ui, scene: &mut Scene<'_>, top: Pos2) {
    let theme = Theme::of(ui);
    let (index, filter) = (&scene.state.tray.index, &scene.state.view.tray.filter);
    let listed = words::count(scene.state.tray.rows.photos().len());
    let all = words::count(index.total());
    let shown = if filter.is_on() { format!("{listed} of {all}") } else { format!("{all} photos") };
    let galley = ui.painter().layout_no_wrap(shown.clone(), Type::Caption.font(), theme.muted);
    let right = ui.max_rect().right();
    let size = vec2(galley.size().x + 24.0, 22.0);
    let rect = Rect::from_min_size(pos2(right - size.x, top.y - 4.0), size);
    let response = ui.interact(rect, ui.scope_id().with("listed"), Sense::click());
    let name = format!("Listed: {}, {shown}", filter.only.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if response.hovered() || is_open {
        ui.painter().rect_filled(rect, RADIUS_CONTROL, theme.raised);
    }
    ui.painter().galley(pos2(rect.left() + 7.0, rect.center().y - galley.size().y / 2.0), galley, theme.muted);
    let tip = pos2(rect.right() - 9.0, rect.center().y + 2.0);
    let arrow = vec![tip, tip + vec2(-3.5, -4.0), tip + vec2(3.5, -4.0)];
    ui.painter().add(Shape::convex_polygon(arrow, theme.muted, Stroke::NONE));
    focus_ring(ui, &response, RADIUS_CONTROL);
    Popup::menu(&response).align(egui::RectAlign::BOTTOM_END).gap(4.0).width(184.0).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for only in Only::ALL {
            if choice_row_ui(ui, only, only.count(&scene.state.tray.index), only == filter.only) {
                scene.commands.push(TrayCommand::ShowOnly(only).into());
                ui.close();
            }
        }
    });
}

/// One choice with its number; true when it was clicked.
fn choice_row_ui(ui: &mut Ui, only: Only, count: usize, is_chosen: bool) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(184.0, CONTROL_HEIGHT), Sense::click());
    let name = format!("{}: {}", only.label(), words::count(count));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, &name));
    if is_chosen || response.hovered() {
        let fill = if is_chosen { theme.raised } else { theme.raised.gamma_multiply(0.6) };
        ui.painter().rect_filled(rect, RADIUS_CONTROL, fill);
    }
    let colour = if count == 0 { theme.faint } else { theme.text };
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let (left, right) = (egui::Align2::LEFT_CENTER, egui::Align2::RIGHT_CENTER);
    ui.painter().text(inner.left_center(), left, only.label(), Type::Body.font(), colour);
    ui.painter().text(inner.right_center(), right, words::count(count), Type::Note.font(), theme.muted);
    focus_ring(ui, &response, RADIUS_CONTROL);
    response.clicked()
}

/// The field in which a part of a name is typed. Arrows move through the list meanwhile, Escape lists all again.
fn filter_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let id = egui::Id::unique(FILTER_FIELD);
    if ui.memory(|memory| memory.has_focus(id)) {
        scene.commands.extend(list::keys(ui, PAGE));
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            scene.commands.push(TrayCommand::ClearFilter.into());
            ui.memory_mut(|memory| memory.surrender_focus(id));
        }
    }
    let text = &scene.state.view.tray.filter.text;
    let mut typed = text.clone();
    let field = TextEdit::singleline(&mut typed)
        .id(id)
        .hint_text(Type::Note.text("Filter by name", theme.faint))
        .font(Type::Note.font())
        .text_color(theme.text)
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(GAP_S as i8, 6));
    let response = ui.add(field);
    if response.has_focus() {
        // Escape is the field's own: it lists all photos again and stops nothing else.
        let keys = EventFilter { escape: true, vertical_arrows: true, horizontal_arrows: true, tab: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, keys));
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Filter photos by name"));
    if typed != *text {
        scene.commands.push(TrayCommand::SetFilter(typed).into());
    }
}

/// How far the search is, with the way to stop it or to go on.
fn progress_ui(ui: &mut Ui, scene: &mut Scene<'_>, progress: &Progress) {
    let theme = Theme::of(ui);
    let doing = if progress.is_stopped { "Finding faces stopped" } else { "Finding faces" };
    let counted = format!("{} of {}", words::count(progress.done), words::count(progress.total));
    let answer = if progress.is_stopped { "Go on" } else { "Cancel" };
    let command = if progress.is_stopped { TrayCommand::GoOn } else { TrayCommand::StopSearch };
    let shown = Frame::new().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_XS;
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 18.0), Layout::right_to_left(Align::Center), |ui| {
            if link_ui(ui, answer).clicked() {
                scene.commands.push(command.into());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(Type::Note.text(doing, theme.text)).truncate());
            });
        });
        let (rail, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), Sense::hover());
        rows::thin_bar(ui, rail, progress.done as f32 / progress.total.max(1) as f32, theme.muted);
        let left = progress.left.as_ref().map(|left| format!(" · {left}")).unwrap_or_default();
        ui.add(egui::Label::new(Type::Caption.text(format!("{counted}{left}"), theme.muted)).truncate());
    });
    let response = shown.response.interact(Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, progress.sentence()));
    ui.add_space(GAP_M);
    failures_ui(ui, scene);
}

/// How many photos could not be opened, and the way to see them.
fn failures_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let index = &scene.state.tray.index;
    let failed = index.count(Standing::Failed);
    if failed == 0 || index.total() < SHOWN_FROM || scene.state.view.tray.filter.only == Only::Failed {
        return;
    }
    let theme = Theme::of(ui);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 18.0), Layout::right_to_left(Align::Center), |ui| {
        if link_ui(ui, "Show").on_hover_text("List the photos that could not be opened").clicked() {
            scene.commands.push(TrayCommand::ShowOnly(Only::Failed).into());
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = format!("{} not opened", words::count(failed));
            ui.add(egui::Label::new(Type::Note.text(text, theme.danger)).truncate());
        });
    });
    ui.add_space(GAP_S);
}
