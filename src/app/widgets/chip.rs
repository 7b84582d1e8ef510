//! The chips of the top bar: the way to the command palette, and which network is in use. A click opens its card: what it is, what it was trained on and under which
//! terms, what was measured, and the ways to another one.

use eframe::egui::{self, Popup, PopupCloseBehavior, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use super::{Weight, rows};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{EngineStatus, Prompt};
use crate::app::theme::{GAP_M, GAP_S, GAP_XS, Theme, Type};
use crate::engine::{ModelInUse, OpeningStep, WeightsSource};

/// Width of the card, in points.
const CARD_WIDTH: f32 = 340.0;
/// Width of the words at the left of the card.
const WORD_WIDTH: f32 = 72.0;
/// A file name in the chip is cut to this width.
const MAX_NAME_WIDTH: f32 = 220.0;

/// Draws the way to the command palette, with its keys where there is room.
pub fn search_ui(ui: &mut Ui, scene: &mut Scene<'_>, is_tight: bool) {
    let theme = Theme::of(ui);
    if is_tight {
        if super::icon_button_ui(ui, super::Icon::Zoom, "Search actions").clicked() {
            scene.commands.push(Command::SetPrompt(Some(Prompt::palette())));
        }
        return;
    }
    let keys = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::K);
    let keys = ui.ctx().format_shortcut(&keys).replace('+', " ");
    let label = ui.painter().layout_no_wrap("Search actions".to_owned(), Type::Note.font(), theme.muted);
    let keys = ui.painter().layout_no_wrap(keys, Type::Caption.font(), theme.faint);
    let size = vec2(label.size().x + keys.size().x + 28.0, 26.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Search actions"));
    let fill = if response.hovered() { theme.raised } else { theme.panel };
    ui.painter().rect(rect, 13, fill, theme.hairline(), StrokeKind::Inside);
    let middle = rect.center().y;
    let keys_left = rect.right() - 10.0 - keys.size().x;
    ui.painter().galley(pos2(rect.left() + 10.0, middle - label.size().y / 2.0), label, theme.muted);
    ui.painter().galley(pos2(keys_left, middle - keys.size().y / 2.0), keys, theme.faint);
    super::focus_ring(ui, &response, 13);
    if response.clicked() {
        scene.commands.push(Command::SetPrompt(Some(Prompt::palette())));
    }
}

/// Draws the chip and, when it was clicked, its card.
pub fn model_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let name = chip_words(scene);
    let label = ui.painter().layout_no_wrap("Model".to_owned(), Type::Note.font(), theme.muted);
    let mut job = egui::text::LayoutJob::simple_singleline(name.clone(), Type::Note.font(), theme.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width(MAX_NAME_WIDTH);
    let value = ui.painter().layout_job(job);
    let is_opening = scene.state.opening.is_some();
    let spinner_width = if is_opening { 18.0 } else { 0.0 };
    let size = vec2(label.size().x + value.size().x + spinner_width + 26.0, 26.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Model {name}")));
    let is_raised = response.hovered() || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let fill = if is_raised { theme.raised } else { theme.panel };
    ui.painter().rect(rect, 13, fill, theme.hairline(), StrokeKind::Inside);
    let top = rect.center().y - label.size().y / 2.0;
    let value_left = rect.left() + 10.0 + label.size().x + 6.0;
    ui.painter().galley(pos2(rect.left() + 10.0, top), label, theme.muted);
    ui.painter().galley(pos2(value_left, top), value, theme.text);
    if is_opening {
        let ring = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(12.0, 12.0));
        egui::Spinner::new().color(theme.muted).size(12.0).paint_at(ui, ring);
    }
    super::focus_ring(ui, &response, 13);
    Popup::menu(&response)
        .align(egui::RectAlign::BOTTOM_END)
        .gap(6.0)
        .width(CARD_WIDTH)
        .layout(egui::Layout::top_down(egui::Align::LEFT))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| card_ui(ui, scene));
}

/// The network in use, or what is being loaded where there is none yet.
fn chip_words(scene: &Scene<'_>) -> String {
    match (&scene.state.engine, &scene.state.opening) {
        (EngineStatus::Ready { model, .. }, None) => model.name(),
        (EngineStatus::Ready { .. }, Some((source, _))) => format!("opening {}", source.label()),
        (EngineStatus::Loading, _) | (EngineStatus::Failed(_), Some(_)) => "loading".to_owned(),
        (EngineStatus::Failed(_), None) => "none".to_owned(),
    }
}

fn card_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.set_width(CARD_WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::Frame::new().inner_margin(egui::Margin::same(GAP_S as i8)).show(ui, |ui| {
        match &scene.state.engine {
            EngineStatus::Ready { model, .. } => {
                facts_ui(ui, model);
                meaning_ui(ui, scene);
            }
            EngineStatus::Loading => rows::paragraph_ui(ui, "The weights are being loaded."),
            EngineStatus::Failed(sentence) => rows::note_ui(ui, sentence, Theme::of(ui).danger),
        }
        opening_ui(ui, scene);
        super::divider_ui(ui);
        choices_ui(ui, scene);
    });
}

/// What the weights are, their own words about data and terms, and where they lie.
fn facts_ui(ui: &mut Ui, model: &ModelInUse) {
    let theme = Theme::of(ui);
    ui.label(Type::Reading.text(model.name(), theme.text));
    ui.add_space(GAP_S);
    said_ui(ui, "Data", std::slice::from_ref(&model.card.data));
    said_ui(ui, "Licence", std::slice::from_ref(&model.card.licence));
    said_ui(ui, "Measured", &model.card.accuracy);
    file_ui(ui, &model.source);
    hash_ui(ui, &model.weights_sha256);
}

/// The file's name; the whole path on hovering, and to take along.
fn file_ui(ui: &mut Ui, source: &WeightsSource) {
    word_ui(ui, "File", |ui| {
        let theme = Theme::of(ui);
        let Some(path) = source.file() else {
            ui.label(Type::Note.text("inside the program", theme.text));
            return;
        };
        let path = path.display().to_string();
        let name = egui::Label::new(Type::Note.text(source.label(), theme.text)).truncate();
        ui.scope(|ui| {
            ui.set_max_width(MAX_NAME_WIDTH - WORD_WIDTH);
            ui.add(name).on_hover_text(&path);
        });
        ui.add_space(GAP_M);
        if super::link_ui(ui, "Copy path").on_hover_text(&path).clicked() {
            ui.copy_text(path);
        }
    });
}

/// A word at the left and what is said about it beside it, as many lines as it takes.
fn said_ui(ui: &mut Ui, word: &str, lines: &[String]) {
    word_ui(ui, word, |ui| {
        ui.vertical(|ui| {
            for line in lines {
                rows::paragraph_ui(ui, line);
            }
        });
    });
}

/// A word at the left and something beside it.
fn word_ui(ui: &mut Ui, word: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (place, _) = ui.allocate_exact_size(vec2(WORD_WIDTH, 18.0), Sense::hover());
        let at = place.left_center();
        ui.painter().text(at, egui::Align2::LEFT_CENTER, word, Type::Note.font(), Theme::of(ui).faint);
        add(ui);
    });
    ui.add_space(GAP_S);
}

/// The first digits of the hash, and a way to take the whole of it along.
fn hash_ui(ui: &mut Ui, sha256: &str) {
    let short = sha256.get(..16).unwrap_or(sha256);
    word_ui(ui, "SHA-256", |ui| {
        let theme = Theme::of(ui);
        ui.label(Type::Note.text(format!("{short}…"), theme.text)).on_hover_text(sha256);
        ui.add_space(GAP_M);
        if super::link_ui(ui, "Copy").on_hover_text("Copies the whole hash").clicked() {
            ui.copy_text(sha256.to_owned());
        }
    });
}

/// How far the scores of this model can be trusted.
fn meaning_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let theme = Theme::of(ui);
    if let Some(Err(_)) = &scene.state.calibration {
        let words = "What a score means was not measured for these weights: Compare shows the cosine alone.";
        rows::note_ui(ui, words, theme.warning);
        ui.add_space(GAP_S);
    }
    rows::note_ui(ui, "Investigative lead, not an identification.", theme.warning);
}

/// Weights on their way.
fn opening_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let Some((source, step)) = &scene.state.opening else { return };
    let doing = match step {
        OpeningStep::Reading => "Reading",
        OpeningStep::Building => "Building the network of",
    };
    ui.add_space(GAP_S);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_S;
        ui.add(egui::Spinner::new().color(Theme::of(ui).muted).size(14.0));
        rows::paragraph_ui(ui, &format!("{doing} {}…", source.label()));
    });
}

/// The ways to another model.
fn choices_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let in_use = scene.state.model().map(|model| &model.source);
    let is_bundled = in_use == Some(&WeightsSource::Bundled);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_S;
        if super::button_ui(ui, "Open weights…", Weight::Plain, true).on_hover_text("Ctrl Shift O").clicked() {
            scene.commands.push(Command::OpenWeights);
            ui.close();
        }
        if super::button_ui(ui, "Use the bundled model", Weight::Plain, !is_bundled).clicked() {
            scene.commands.push(Command::UseWeights(WeightsSource::Bundled));
        }
    });
    let in_use = in_use.and_then(WeightsSource::file);
    let recent: Vec<_> = scene.state.recent_weights.iter().filter(|path| Some(path.as_path()) != in_use).collect();
    if recent.is_empty() {
        return;
    }
    ui.add_space(GAP_M);
    super::section_ui(ui, "Opened before");
    for path in recent {
        let source = WeightsSource::File(path.clone());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_S;
            if super::link_ui(ui, &source.label()).on_hover_text(path.display().to_string()).clicked() {
                scene.commands.push(Command::UseWeights(source));
            }
            // Files of one name are told apart by their folders.
            if let Some(folder) = path.parent().and_then(|folder| folder.file_name()) {
                let words = Type::Note.text(format!("in {}", folder.to_string_lossy()), Theme::of(ui).faint);
                ui.add(egui::Label::new(words).truncate());
            }
        });
        ui.add_space(GAP_XS);
    }
}
