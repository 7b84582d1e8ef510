//! The right side: which losses are drawn and how, and the facts of the run.

use std::time::Duration;

use eframe::egui::{self, Align2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::curves;
use crate::app::commands::Command;
use crate::app::lab::{LabCommand, LossCurve, Run};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, RADIUS_PICTURE, Theme, Type};
use crate::app::widgets::{self, bar_slider, rows, segmented};
use crate::recognition::verdict::thousands;
use crate::training::run::told;

const CAUTION: &str = "Losses say how well the network fits the faces it learns from. How well it does on others is \
                       measured by `mtlface eval`.";

/// Draws the side.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let run = scene.state.lab.run.clone().filter(|_| !scene.state.lab.is_gone);
    let Some(run) = run.filter(|run| run.status.is_some() || !run.losses.is_empty()) else { return about_ui(ui) };
    if !run.losses.is_empty() {
        widgets::section_ui(ui, "Losses");
        for loss in &run.losses {
            loss_ui(ui, scene, &run, loss);
        }
        ui.add_space(GAP_M);
        drawing_ui(ui, scene);
        widgets::divider_ui(ui);
    }
    facts_ui(ui, &run);
    widgets::divider_ui(ui);
    rows::note_ui(ui, CAUTION, Theme::of(ui).warning);
}

fn about_ui(ui: &mut Ui) {
    widgets::section_ui(ui, "About the Lab");
    let text = "A run lives in a folder: what it minimises, sample faces, gates and checkpoints. Training is a program \
                of its own; the Lab reads the folder and tells the run to wait, to go on or to stop. It goes on when \
                this window closes.";
    rows::paragraph_ui(ui, text);
}

/// A loss with its colour and its latest value; a click draws it or not.
fn loss_ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, loss: &LossCurve) {
    let theme = Theme::of(ui);
    let label = curves::label(loss);
    let is_drawn = !scene.state.view.lab.hidden.contains(&label);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    let value = loss.curve.latest().map(curves::number).unwrap_or_default();
    let said = format!("{label} {value}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, is_drawn, &said));
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(6.0, 0.0)), RADIUS_PICTURE, theme.raised);
    }
    let colour = curves::colour(theme, run, &loss.name);
    let spot = Rect::from_center_size(pos2(rect.left() + 6.0, rect.center().y), vec2(10.0, 10.0));
    let (fill, stroke) = if is_drawn { (colour, Stroke::NONE) } else { (theme.panel, Stroke::new(1.5, theme.faint)) };
    let round = if loss.is_validation { 5 } else { 2 };
    ui.painter().rect(spot, round, fill, stroke, StrokeKind::Inside);
    let (name_colour, value_colour) = if is_drawn { (theme.muted, theme.text) } else { (theme.faint, theme.faint) };
    let at = pos2(rect.left() + 20.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, &label, Type::Body.font(), name_colour);
    ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, value, Type::Body.font(), value_colour);
    widgets::focus_ring(ui, &response, RADIUS_PICTURE);
    if response.clicked() {
        scene.commands.push(Command::Lab(LabCommand::ToggleLoss(label)));
    }
}

fn drawing_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let view = &scene.state.view.lab;
    let shown = |value: f32| format!("{:.0} %", value * 100.0);
    let moved = bar_slider::ui(ui, "Smoothing", view.smoothing, 0.0..=1.0, theme.identity, shown);
    scene.commands.extend(moved.map(|value| Command::Lab(LabCommand::SetSmoothing(value))));
    ui.add_space(GAP_S);
    let choices = [(true, "Powers of ten"), (false, "Linear")];
    let chosen = segmented::ui(ui, "Scale", view.is_logarithmic, &choices);
    scene.commands.extend(chosen.map(|chosen| Command::Lab(LabCommand::SetLogarithmic(chosen))));
}

fn facts_ui(ui: &mut Ui, run: &Run) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "Run");
    if let Some(status) = &run.status {
        if !status.device.is_empty() {
            rows::labelled_ui(ui, "Device", &status.device, None);
        }
        if let Some(rate) = run.learning_rate.latest() {
            rows::labelled_ui(ui, "Learning rate", &curves::number(rate), None);
        }
        if let Some(seconds) = run.seconds {
            rows::labelled_ui(ui, "Time so far", &told(Duration::from_secs_f64(seconds.clamp(0.0, 1e9))), None);
        }
        let broken = status.broken_pictures;
        let colour = (broken > 0).then_some(theme.warning);
        rows::labelled_ui(ui, "Broken pictures", &thousands(broken), colour);
        if let Some(short) = status.weights_sha256.get(..12) {
            rows::labelled_ui(ui, "Started from", &format!("{short}…"), None).on_hover_text(&status.weights_sha256);
        }
    }
    let name = run.folder.file_name().unwrap_or(run.folder.as_os_str()).to_string_lossy();
    rows::labelled_ui(ui, "Folder", &name, None).on_hover_text(run.folder.display().to_string());
}
