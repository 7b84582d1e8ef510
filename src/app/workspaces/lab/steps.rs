//! The slider over the steps of which there are sample faces or gates: it moves both, and a line in the losses.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use crate::app::commands::Command;
use crate::app::keyboard;
use crate::app::lab::LabCommand;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, ON_PHOTO, Theme, Type};
use crate::app::widgets;
use crate::recognition::verdict::thousands;

/// More records than this are not marked one by one.
const MOST_MARKS: usize = 120;

/// Draws the slider.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let steps = scene.state.lab.steps();
    let Some((first, last)) = steps.first().copied().zip(steps.last().copied()) else { return };
    let view = &scene.state.view.lab;
    let shown = view.step.map_or(last, |step| step.clamp(first, last));
    let free = ui.available_rect_before_wrap();
    let words = if view.step.is_none() { "latest".to_owned() } else { format!("step {}", thousands(shown)) };
    let y = free.top() + 7.0;
    let at = pos2(free.left(), y);
    let name = ui.painter().text(at, Align2::LEFT_CENTER, "Faces and gates shown", Type::Body.font(), theme.muted);
    ui.painter().text(pos2(name.right() + GAP_M, y), Align2::LEFT_CENTER, &words, Type::Medium.font(), theme.text);
    if view.step.is_some() {
        let link = Rect::from_min_max(pos2(free.right() - 120.0, free.top() - 2.0), pos2(free.right(), y + 10.0));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(link).layout(layout).id_salt("latest"));
        if widgets::link_ui(&mut child, "Show the latest").clicked() {
            scene.commands.push(Command::Lab(LabCommand::ShowStep(None)));
        }
    } else {
        let hint = "← → to look back";
        ui.painter().text(pos2(free.right(), y), Align2::RIGHT_CENTER, hint, Type::Note.font(), theme.faint);
    }
    rail_ui(ui, scene, &steps, shown, Rect::from_min_max(pos2(free.left(), y + 10.0), free.max));
}

fn rail_ui(ui: &mut Ui, scene: &mut Scene<'_>, steps: &[u64], shown: u64, place: Rect) {
    let theme = Theme::of(ui);
    let response = ui.interact(place, ui.scope_id().with("steps"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::slider(true, shown as f64, "Step shown"));
    let rail = Rect::from_center_size(place.center(), vec2(place.width() - 12.0, 3.0));
    let span = (steps[steps.len() - 1] - steps[0]).max(1) as f32;
    let x = |step: u64| rail.left() + rail.width() * (step - steps[0]) as f32 / span;
    let painter = ui.painter();
    painter.rect_filled(rail, 2, theme.line);
    painter.rect_filled(rail.with_max_x(x(shown)), 2, theme.synthetic);
    if steps.len() <= MOST_MARKS {
        for step in steps {
            let colour = if *step <= shown { theme.synthetic } else { theme.faint };
            painter.vline(x(*step), rail.center().y - 4.0..=rail.center().y + 4.0, Stroke::new(1.0, colour));
        }
    }
    let radius = if response.hovered() || response.dragged() { 7.0 } else { 6.0 };
    painter.circle(pos2(x(shown), rail.center().y), radius, ON_PHOTO, Stroke::new(1.0, theme.line));
    widgets::focus_ring(ui, &response, 4);
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked());
    if let Some(at) = pointer {
        let wanted = steps[0] as f32 + span * ((at.x - rail.left()) / rail.width()).clamp(0.0, 1.0);
        let nearest = steps.iter().copied().min_by_key(|step| (*step as f32 - wanted).abs() as u64);
        let step = nearest.filter(|step| Some(step) != steps.last());
        scene.commands.push(Command::Lab(LabCommand::ShowStep(step)));
    } else if response.has_focus() {
        scene.commands.extend(keyboard::step_keys(ui.ctx()).map(Command::Lab));
    }
}
