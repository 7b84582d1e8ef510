//! What stands in the middle while there is nothing to look at: what to do, or what is being done.

use eframe::egui::{self, Rect, Ui, vec2};

use super::Weight;
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{EngineStatus, PhotoStage};
use crate::app::theme::{GAP_M, GAP_S, Theme, Type};
use crate::engine::WeightsSource;

/// What a person can do from here.
type Choice = (&'static str, Command);

/// The middle of a workspace that lacks a face. True when something was drawn.
pub fn without_face_ui(ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
    let state = scene.state;
    if let EngineStatus::Failed(sentence) = &state.engine {
        let choices = [
            ("Use the bundled model", Command::UseWeights(WeightsSource::Bundled)),
            ("Open weights…", Command::OpenWeights),
        ];
        message_ui(ui, scene, "The networks could not be loaded", sentence, &choices);
        return true;
    }
    let Some((id, photo)) = state.photo() else {
        let hint = "Drop a photo or a folder on the window, paste a picture, or start with the faces that come along.";
        let choices = [("Open photos…", Command::Open), ("Use the demo faces", Command::TakeInDemo)];
        message_ui(ui, scene, "See a face across a lifetime", hint, &choices);
        return true;
    };
    if state.face().is_some() {
        return false;
    }
    match &photo.stage {
        PhotoStage::Failed(sentence) => {
            message_ui(ui, scene, "This photo cannot be opened", sentence, &[("Open another…", Command::Open)]);
        }
        PhotoStage::Ready => {
            let hint = "If there is one, show where it is: five points are enough. A larger or more frontal photo may \
                        also help.";
            let choices =
                [("Place the landmarks by hand…", Command::BeginLandmarks(id)), ("Open another…", Command::Open)];
            message_ui(ui, scene, "No face was found in this photo", hint, &choices);
        }
        _ => {
            let words = match (&state.engine, &photo.stage) {
                (EngineStatus::Loading, PhotoStage::Finding) => "Loading the networks…",
                (_, PhotoStage::Finding) => "Looking for faces…",
                _ => "Opening the photo…",
            };
            waiting_ui(ui, words);
        }
    }
    true
}

/// A head line, a paragraph and what can be done, in the middle of what is free.
pub fn message_ui(ui: &mut Ui, scene: &mut Scene<'_>, head: &str, text: &str, choices: &[Choice]) {
    let theme = Theme::of(ui);
    let free = ui.available_rect_before_wrap();
    let width = free.width().min(380.0);
    let top = free.center().y - 76.0;
    let at = Rect::from_min_size(egui::pos2(free.center().x - width / 2.0, top.max(free.top())), vec2(width, 152.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
        ui.vertical_centered(|ui| {
            ui.label(Type::Reading.text(head, theme.text));
            ui.add_space(GAP_S);
            let text = Type::Body.text(text, theme.muted).line_height(Some(20.0));
            ui.add(egui::Label::new(text).wrap());
            ui.add_space(GAP_M);
            buttons_ui(ui, scene, choices);
        });
    });
}

fn buttons_ui(ui: &mut Ui, scene: &mut Scene<'_>, choices: &[Choice]) {
    for (index, (label, command)) in choices.iter().enumerate() {
        let weight = if index == 0 { Weight::Primary } else { Weight::Plain };
        if super::button_ui(ui, label, weight, true).clicked() {
            scene.commands.push(command.clone());
        }
    }
}

/// A quiet line with a turning ring.
pub fn waiting_ui(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let middle = ui.available_rect_before_wrap().center();
    let ring = Rect::from_center_size(middle - vec2(0.0, 16.0), vec2(20.0, 20.0));
    egui::Spinner::new().color(theme.muted).size(20.0).paint_at(ui, ring);
    let at = middle + vec2(0.0, 14.0);
    ui.painter().text(at, egui::Align2::CENTER_CENTER, words, Type::Body.font(), theme.muted);
}
