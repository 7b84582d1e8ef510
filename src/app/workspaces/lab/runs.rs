//! The left side: the runs that were looked at, and the ways to begin or open one.

use eframe::egui::{self, Frame, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::header::state_colour;
use crate::app::commands::Command;
use crate::app::lab::{LabCommand, Run};
use crate::app::shell::{SIDE_MARGIN, Scene};
use crate::app::theme::{GAP_S, RADIUS_ROW, Theme, Type};
use crate::app::widgets::{self, Icon, Weight};

const ROW: f32 = 50.0;

/// Draws the side.
pub fn runs_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(SIDE_MARGIN).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            widgets::section_ui(ui, "Runs");
            for folder in scene.state.lab.recent.clone() {
                row_ui(ui, scene, &folder);
            }
            ui.add_space(GAP_S);
            ui.spacing_mut().item_spacing.y = GAP_S;
            if widgets::button_ui(ui, "Start training…", Weight::Plain, !scene.state.lab.is_training()).clicked() {
                scene.commands.push(Command::Lab(LabCommand::ChooseConfig));
            }
            let open = widgets::button_ui(ui, "Open run folder…", Weight::Plain, true);
            if open.on_hover_text("Ctrl O").clicked() {
                scene.commands.push(Command::Lab(LabCommand::ChooseFolder));
            }
        });
    });
}

fn row_ui(ui: &mut Ui, scene: &mut Scene<'_>, folder: &std::path::Path) {
    let theme = Theme::of(ui);
    let is_shown = scene.state.lab.folder.as_deref() == Some(folder);
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_shown, &name));
    let is_over = ui.rect_contains_pointer(rect);
    widgets::row_ground(ui, rect, is_shown, is_over);
    let right = rect.right() - if is_over { 30.0 } else { GAP_S };
    line(ui, pos2(rect.left() + 12.0, rect.top() + 17.0), right, &name, Type::Body, theme.text);
    let run = scene.state.lab.run.as_deref().filter(|_| is_shown && !scene.state.lab.is_gone);
    let parent =
        folder.parent().and_then(|parent| parent.file_name()).map(|parent| format!("in {}", parent.to_string_lossy()));
    let caption = run.map(caption).or(parent).unwrap_or_default();
    let mut left = rect.left() + 12.0;
    if let Some(run) = run {
        ui.painter().circle_filled(pos2(left + 3.5, rect.top() + 34.5), 3.0, state_colour(theme, run.state));
        left += 13.0;
    }
    line(ui, pos2(left, rect.top() + 34.5), right, &caption, Type::Caption, theme.muted);
    widgets::focus_ring(ui, &response, RADIUS_ROW);
    let close = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(20.0, 20.0));
    if is_over && forget_ui(ui, close, &name) {
        scene.commands.push(Command::Lab(LabCommand::Forget(folder.to_owned())));
    } else if response.on_hover_text(folder.display().to_string()).clicked() {
        scene.commands.push(Command::Lab(LabCommand::Watch(folder.to_owned())));
    }
}

fn forget_ui(ui: &mut Ui, at: Rect, name: &str) -> bool {
    let hint = format!("Take {name} off the list; the folder stays");
    let mut child = ui.new_child(UiBuilder::new().max_rect(at).id_salt(("forget", name)));
    widgets::icon_button_ui(&mut child, Icon::Close, &hint).clicked()
}

fn caption(run: &Run) -> String {
    match &run.status {
        Some(status) => format!("{} · {:.0} %", run.state.label(), (100 * status.step / status.of.max(1)).min(100)),
        None => run.state.label().to_owned(),
    }
}

/// A line that is cut where the row ends.
fn line(ui: &Ui, left_middle: egui::Pos2, right: f32, text: &str, kind: Type, colour: egui::Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), kind.font(), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - left_middle.x).max(8.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(left_middle - vec2(0.0, galley.size().y / 2.0), galley, colour);
}
