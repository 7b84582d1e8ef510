//! The first hint: three sentences for whoever opens the program for the first time, until they have read them or opened
//! a photo of their own.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, Rect, vec2};

use super::Weight;
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, RADIUS_ROW, Theme, Type};
use crate::app::view::Workspace;

const SENTENCES: &str = "Drag the slider to see this face at another age. Drop a photo of your own on the window. \
                         Ctrl K finds everything else.";

/// Draws the hint over the picture in the middle of the window, unless it was read.
pub fn ui(ctx: &egui::Context, scene: &mut Scene<'_>, middle: Rect) {
    let is_of_use = scene.state.view.workspace == Workspace::Age && scene.state.face().is_some();
    if !scene.state.shows_hint || !is_of_use || scene.state.prompt.is_some() {
        return;
    }
    let theme = Theme::of_context(ctx);
    let frame = Frame::new()
        .fill(theme.raised)
        .stroke(theme.hairline())
        .corner_radius(RADIUS_ROW)
        .inner_margin(Margin { left: 16, right: 12, top: 10, bottom: 10 })
        .shadow(egui::Shadow { offset: [0, 4], blur: 18, spread: 0, color: theme.shadow });
    let words = SENTENCES.replace("Ctrl K", &shown_keys(ctx));
    let words_width = (middle.width() - 150.0).clamp(180.0, 430.0);
    Area::new(Id::unique("hint"))
        .order(egui::Order::Foreground)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(middle.center_top() + vec2(0.0, GAP_M))
        .show(ctx, |ui| {
            frame.show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.allocate_ui(vec2(words_width, 36.0), |ui| {
                        ui.set_width(words_width);
                        ui.add(egui::Label::new(Type::Body.text(words, theme.text).line_height(Some(19.0))).wrap());
                    });
                    ui.add_space(GAP_M);
                    if super::button_ui(ui, "Got it", Weight::Plain, true).clicked() {
                        scene.commands.push(Command::DismissHint);
                    }
                });
            });
        });
}

/// The palette's keys as this system calls them.
fn shown_keys(ctx: &egui::Context) -> String {
    let shortcut = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::K);
    ctx.format_shortcut(&shortcut).replace('+', " ")
}
