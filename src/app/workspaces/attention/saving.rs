//! What can be taken away, in one menu.

use eframe::egui::{self, Popup, Ui};

use crate::app::attention::{AttentionCommand, AttentionFormat};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::SaveWhat;
use crate::app::theme::{GAP_S, RADIUS_CONTROL, Theme, Type};
use crate::app::widgets::{self, Weight};

/// Width of the menu, in points.
const WIDTH: f32 = 268.0;

/// Draws the button and, when it was clicked, the menu.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let is_read = scene.state.face().is_some_and(|(_, face)| face.reading.is_some());
    let button = widgets::button_ui(ui, "Save…", Weight::Primary, is_read);
    let choices = choices();
    Popup::menu(&button).gap(6.0).width(WIDTH).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        for (name, about, command) in choices {
            if choice_ui(ui, name, about) {
                scene.commands.push(command);
                ui.close();
            }
        }
    });
}

/// Name, what is in it, what is asked for.
pub fn choices() -> [(&'static str, &'static str, Command); 4] {
    let save = |format| Command::Attention(AttentionCommand::Save(format));
    [
        ("Picture (PNG)", "Maps and gates of the face looked at", Command::Save(SaveWhat::Attention)),
        ("Drawing (SVG)", "Every map shown, to edit and enlarge", save(AttentionFormat::Svg)),
        ("Table (CSV)", "Cells, channels, regions and ages", save(AttentionFormat::Csv)),
        ("Array (NPY)", "The layer shown, or every channel", save(AttentionFormat::Npy)),
    ]
}

/// A row with two lines; true when it was clicked.
fn choice_ui(ui: &mut Ui, name: &str, about: &str) -> bool {
    let theme = Theme::of(ui);
    let size = egui::vec2(ui.available_width(), 44.0);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, RADIUS_CONTROL, theme.raised);
    }
    let left = rect.left() + GAP_S;
    let width = rect.width() - 2.0 * GAP_S;
    super::pane::line(ui, egui::pos2(left, rect.top() + 14.0), width, name, Type::Medium, theme.text);
    super::pane::line(ui, egui::pos2(left, rect.top() + 31.0), width, about, Type::Caption, theme.muted);
    widgets::focus_ring(ui, &response, RADIUS_CONTROL);
    response.clicked()
}
