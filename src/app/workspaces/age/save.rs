//! What can be taken away: the buttons at the foot of the right-hand panel.

use eframe::egui::Ui;

use crate::app::commands::Command;
use crate::app::export::ExportCommand;
use crate::app::shell::Scene;
use crate::app::state::SaveWhat;
use crate::app::theme::GAP_S;
use crate::app::widgets::{self, Weight};

/// The foot of the panel, always in sight; nothing where there is no face.
pub fn footer_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((_, face)) = scene.state.face() else { return };
    save_ui(ui, face.timeline.is_some(), scene);
}

fn save_ui(ui: &mut Ui, enabled: bool, scene: &mut Scene<'_>) {
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing.y = GAP_S;
    ui.horizontal_wrapped(|ui| {
        if widgets::button_ui(ui, "Save photo…", Weight::Primary, enabled).on_hover_text("Ctrl E").clicked() {
            scene.commands.push(Command::Save(SaveWhat::Photo));
        }
        if widgets::button_ui(ui, "Film…", Weight::Plain, enabled).clicked() {
            scene.commands.push(Command::Export(ExportCommand::PlanFilm));
        }
        if widgets::button_ui(ui, "Sheet…", Weight::Plain, enabled).clicked() {
            scene.commands.push(Command::Save(SaveWhat::Sheet));
        }
    });
}
