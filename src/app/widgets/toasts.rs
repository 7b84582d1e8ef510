//! Short messages at the lower edge. Problems stay until they are dismissed.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, vec2};

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{Toast, ToastKind};
use crate::app::theme::{GAP_S, RADIUS_ROW, Theme, Type};

/// Messages shown at once; older ones wait.
const SHOWN: usize = 4;

/// Draws the messages.
pub fn ui(ctx: &egui::Context, scene: &mut Scene<'_>) {
    let toasts = &scene.state.toasts;
    if toasts.is_empty() && scene.state.film.is_none() {
        return;
    }
    let first = toasts.len().saturating_sub(SHOWN);
    Area::new(Id::unique("toasts")).order(egui::Order::Tooltip).anchor(Align2::CENTER_BOTTOM, vec2(0.0, -40.0)).show(
        ctx,
        |ui| {
            ui.spacing_mut().item_spacing.y = GAP_S;
            for (index, toast) in toasts.iter().enumerate().skip(first) {
                if toast_ui(ui, toast) {
                    scene.commands.push(Command::DismissToast(index));
                }
            }
            super::film::progress_ui(ui, scene);
        },
    );
}

/// What a message stands on.
pub fn frame(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.raised)
        .stroke(theme.hairline())
        .corner_radius(RADIUS_ROW)
        .inner_margin(Margin { left: 14, right: 8, top: 8, bottom: 8 })
        .shadow(egui::Shadow { offset: [0, 4], blur: 18, spread: 0, color: theme.shadow })
}

/// One message; true when it was dismissed.
fn toast_ui(ui: &mut egui::Ui, toast: &Toast) -> bool {
    let theme = Theme::of(ui);
    let colour = match toast.kind {
        ToastKind::Done => theme.good,
        ToastKind::Note => theme.warning,
        ToastKind::Problem => theme.danger,
    };
    let inner = frame(theme).show(ui, |ui| {
        ui.horizontal(|ui| {
            let (dot, _) = ui.allocate_exact_size(vec2(8.0, 8.0), egui::Sense::hover());
            ui.painter().circle_filled(dot.center(), 4.0, colour);
            ui.allocate_ui(vec2(460.0, 18.0), |ui| {
                ui.set_width(460.0);
                ui.add(egui::Label::new(Type::Body.text(&toast.text, theme.text)).wrap());
            });
            super::icon_button_ui(ui, super::Icon::Close, "Dismiss").clicked()
        })
        .inner
    });
    inner.inner
}
