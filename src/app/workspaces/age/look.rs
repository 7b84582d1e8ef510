//! How photograph and synthetic age are looked at: the view with what belongs to it, the framing, the strength.

use eframe::egui::{self, Align2, Mesh, Rect, Sense, Ui, pos2, vec2};

use super::picture::photograph_id;
use crate::app::age::{AgeCommand, BLINK_RANGE_S};
use crate::app::aged_photo::DIFFERENCE_GAIN;
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, Theme, Type, grey};
use crate::app::view::{AgeView, Framing};
use crate::app::widgets::{self, bar_slider, segmented};

/// The section.
pub fn look_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let view = &scene.state.view;
    widgets::section_ui(ui, "View");
    let choices =
        [(AgeView::Wipe, "Wipe"), (AgeView::Side, "Side"), (AgeView::Blink, "Blink"), (AgeView::Diff, "Diff")];
    scene.commands.extend(segmented::ui(ui, "View", view.age_view, &choices).map(Command::SetAgeView));
    ui.add_space(GAP_S + 2.0);
    match view.age_view {
        AgeView::Blink => blink_ui(ui, scene),
        AgeView::Diff => difference_ui(ui),
        AgeView::Wipe | AgeView::Side => {}
    }
    let choices = [(Framing::WholePhoto, "Whole photo"), (Framing::Face, "Face")];
    let framing = scene.state.view.framing;
    scene.commands.extend(segmented::ui(ui, "Framing", framing, &choices).map(Command::SetFraming));
    ui.add_space(GAP_M);
    let strength = scene.state.document.strength;
    let shown = |value: f32| format!("{:.0} %", value * 100.0);
    let moved = bar_slider::ui(ui, "Strength", strength, 0.0..=1.5, theme.age, shown);
    scene.commands.extend(moved.map(|value| Command::SetStrength((value * 20.0).round() / 20.0)));
    photograph_ui(ui);
}

/// How long each picture stays.
fn blink_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let colour = Theme::of(ui).muted;
    let shown = |seconds: f32| format!("{seconds:.2} s each");
    let moved = bar_slider::ui(ui, "Blink", scene.state.view.age.blink_s, BLINK_RANGE_S, colour, shown);
    let rounded = moved.map(|seconds| (seconds * 20.0).round() / 20.0);
    scene.commands.extend(rounded.map(|seconds| Command::Age(AgeCommand::SetBlink(seconds))));
    ui.add_space(GAP_S);
}

/// What the greys of the difference mean.
fn difference_ui(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let levels = 255.0 / 2.0 / DIFFERENCE_GAIN;
    let words = format!("Differences are enlarged ×{DIFFERENCE_GAIN:.0}; grey is unchanged");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 8.0));
    let mut mesh = Mesh::default();
    for (x, share) in [(bar.left(), 0.0), (bar.right(), 1.0)] {
        mesh.colored_vertex(pos2(x, bar.top()), grey(share));
        mesh.colored_vertex(pos2(x, bar.bottom()), grey(share));
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(1, 2, 3);
    ui.painter().add(mesh);
    ui.painter().rect_stroke(bar, 0, theme.hairline(), egui::StrokeKind::Outside);
    let labels = [
        (bar.left(), Align2::LEFT_TOP, format!("−{levels:.0} levels")),
        (bar.center().x, Align2::CENTER_TOP, "grey: unchanged".to_owned()),
        (bar.right(), Align2::RIGHT_TOP, format!("+{levels:.0} levels")),
    ];
    for (x, align, label) in labels {
        ui.painter().text(pos2(x, bar.bottom() + 4.0), align, label, Type::Caption.font(), theme.muted);
    }
    response.on_hover_text(format!(
        "Synthetic age minus photograph, for red, green and blue, enlarged ×{DIFFERENCE_GAIN:.0} around grey. Of 256 \
         levels, {levels:.0} fill the scale; more is cut."
    ));
}

/// The photograph as long as B is held, or the pointer on this line.
fn photograph_ui(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let words = "Photograph: hold B, or press here";
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words));
    let by_key = response.has_focus() && ui.input(|input| input.key_down(egui::Key::Enter));
    let is_held = response.is_pointer_button_down_on() || by_key;
    ui.data_mut(|data| data.insert_temp(photograph_id(), is_held));
    let colour = if is_held || response.hovered() { theme.text } else { theme.muted };
    ui.painter().text(rect.left_bottom(), Align2::LEFT_BOTTOM, words, Type::Caption.font(), colour);
    widgets::focus_ring(ui, &response, 2);
}
