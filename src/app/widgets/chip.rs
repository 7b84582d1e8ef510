//! The model chip: which network is in use; a click says what it was trained on and under which terms.

use eframe::egui::{self, Popup, Sense, StrokeKind, Ui, vec2};

use crate::app::state::AppState;
use crate::app::theme::{GAP_S, Theme, Type};

/// Draws the chip and, when it was clicked, its card.
pub fn model_ui(ui: &mut Ui, state: &AppState) {
    let theme = Theme::of(ui);
    let name = state.model.as_ref().map_or("compact v1", |model| model.name.as_str());
    let label = ui.painter().layout_no_wrap("Model".to_owned(), Type::Note.font(), theme.muted);
    let value = ui.painter().layout_no_wrap(name.to_owned(), Type::Note.font(), theme.text);
    let size = vec2(label.size().x + value.size().x + 26.0, 26.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Model {name}")));
    let fill = if response.hovered() { theme.raised } else { theme.panel };
    ui.painter().rect(rect, 13, fill, theme.hairline(), StrokeKind::Inside);
    let top = rect.center().y - label.size().y / 2.0;
    let value_left = rect.left() + 10.0 + label.size().x + 6.0;
    ui.painter().galley(egui::pos2(rect.left() + 10.0, top), label, theme.muted);
    ui.painter().galley(egui::pos2(value_left, top), value, theme.text);
    super::focus_ring(ui, &response, 13);
    Popup::menu(&response)
        .align(egui::RectAlign::BOTTOM_END)
        .gap(6.0)
        .width(300.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| card_ui(ui, state, name));
}

fn card_ui(ui: &mut Ui, state: &AppState, name: &str) {
    let theme = Theme::of(ui);
    ui.set_width(300.0);
    ui.label(Type::Reading.text(name, theme.text));
    let Some(model) = &state.model else {
        super::rows::paragraph_ui(ui, "The weights are being loaded.");
        return;
    };
    super::rows::paragraph_ui(ui, &model.terms);
    ui.add_space(GAP_S);
    super::rows::note_ui(ui, "Investigative lead, not an identification.", theme.warning);
    ui.add_space(GAP_S);
    let short = model.sha256.get(..16).unwrap_or(&model.sha256);
    super::rows::labelled_ui(ui, "Weights", &format!("{short}…"), None).on_hover_text(&model.sha256);
    if let Some(Err(sentence)) = &state.calibration {
        super::rows::note_ui(ui, sentence, theme.warning);
    }
}
