//! Placing the landmarks of a face by hand.

use eframe::egui::{self, Rect, Ui, pos2};

use super::picture::whole_px;
use crate::app::commands::Command;
use crate::app::shell::{Scene, fitted};
use crate::app::state::Prompt;
use crate::app::theme::{Theme, Type};
use crate::app::view::AgeView;
use crate::app::widgets::tag::Tag;
use crate::app::widgets::{self, Weight, empty, landmarks, picture};
use crate::face::Landmarks;

/// The whole photo with the five points, and what to do with them below.
pub fn landmarks_ui(ui: &mut Ui, scene: &mut Scene<'_>, points_px: Landmarks) {
    let Some((id, photo)) = scene.state.photo() else { return };
    let Some(texture) = &photo.display else { return empty::waiting_ui(ui, "Opening the photo…") };
    let free = ui.available_rect_before_wrap();
    let whole = whole_px(texture.photo_px());
    let rect = fitted(free.with_max_y(free.bottom() - 56.0), whole.size());
    let shown = picture::Picture {
        texture,
        photo_to_crop: None,
        change: None,
        is_draft: false,
        others: Vec::new(),
        base_px: whole,
        zoom: None,
        zoom_step: None,
        can_zoom: false,
        view: AgeView::Wipe,
        wipe: None,
        face_x_px: 0.0,
        blink_s: 1.0,
        is_photograph: true,
        synthetic: Tag::photograph(),
        difference: Tag::photograph(),
    };
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| picture::ui(ui, &shown));
    if let Some(points_px) = landmarks::ui(ui, rect, texture.photo_px(), &points_px) {
        scene.commands.push(Command::SetPrompt(Some(Prompt::Landmarks { photo: id, points_px })));
    }
    let below = Rect::from_min_max(pos2(free.left(), free.bottom() - 40.0), free.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(below), |ui| answers_ui(ui, scene));
}

fn answers_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let words = "Drag the five points to the eyes, the nose and the corners of the mouth.";
        ui.label(Type::Body.text(words, theme.muted));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if widgets::button_ui(ui, "Use these points", Weight::Primary, true).clicked() {
                scene.commands.push(Command::UseLandmarks);
            }
            if widgets::button_ui(ui, "Cancel", Weight::Plain, true).clicked() {
                scene.commands.push(Command::SetPrompt(None));
            }
        });
    });
}
