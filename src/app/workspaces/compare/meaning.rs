//! The right-hand panel: the reading in words and what would change it; of both at the same age what that says and
//! does not; of the features how many were judged how.

use eframe::egui::{self, Ui};

use super::{meaning_ages, signed};
use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, CompareMode, ComparedPair, CopyAs, Doubt, FacePair, doubts, features};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, GAP_XS, Theme, Type};
use crate::app::widgets::{self, Weight, rows};
use crate::recognition::verdict::LEAD_NOT_IDENTIFICATION;

/// What the faces' score means, and what would change it.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    match scene.state.view.compare.mode {
        CompareMode::Features => judged_ui(ui, scene),
        CompareMode::Ages => meaning_ages::ui(ui, scene),
        CompareMode::Side | CompareMode::Overlay => {
            widgets::section_ui(ui, "Reading");
            let Some(pair) = scene.state.compared_pair() else {
                let hint = "Two faces are compared here. Click A or B, then choose a face in the tray.";
                return rows::paragraph_ui(ui, hint);
            };
            reading_ui(ui, scene, &pair);
            widgets::divider_ui(ui);
            doubts_ui(ui, scene, &pair);
        }
    }
}

fn reading_ui(ui: &mut Ui, scene: &Scene<'_>, pair: &ComparedPair) {
    let theme = Theme::of(ui);
    if scene.state.view.compare.mode == CompareMode::Overlay {
        widgets::number_ui(ui, &signed(pair.cosine), Type::Number, theme.text);
        ui.label(Type::Note.text("cosine", theme.muted));
        ui.add_space(GAP_S);
    }
    ui.add_space(GAP_XS);
    match (scene.state.compared_reading(pair), &scene.state.calibration) {
        (Some(reading), _) => {
            ui.add(egui::Label::new(Type::Reading.text(&reading.headline, theme.text)).wrap());
            ui.add_space(GAP_S);
            rows::paragraph_ui(ui, &reading.explanation);
            ui.add_space(GAP_S);
            let threshold = format!("{:.2}", reading.threshold);
            rows::labelled_ui(ui, "Threshold, these ages", &threshold, None)
                .on_hover_text("At most 1 in 1,000 pairs of different people of these ages reach it.");
            rows::labelled_ui(ui, "Calibration", calibration_name(scene), None)
                .on_hover_text("The set of different people the threshold comes from.");
        }
        (None, Some(Err(sentence))) => {
            ui.label(Type::Reading.text("Not calibrated", theme.text));
            ui.add_space(GAP_S);
            rows::paragraph_ui(ui, sentence);
        }
        (None, _) => rows::paragraph_ui(ui, "The calibration is being loaded."),
    }
    ui.add_space(GAP_S);
    rows::note_ui(ui, LEAD_NOT_IDENTIFICATION, theme.warning);
}

fn calibration_name<'a>(scene: &Scene<'a>) -> &'a str {
    match &scene.state.calibration {
        Some(Ok(calibration)) => &calibration.impostors.name,
        _ => "none",
    }
}

/// Everything that makes the reading worth less, each with what to do about it.
pub fn doubts_ui(ui: &mut Ui, scene: &mut Scene<'_>, pair: &ComparedPair) {
    widgets::section_ui(ui, "What would change my mind");
    let mut is_first = true;
    for doubt in doubts(scene.state, pair) {
        if !is_first {
            ui.add_space(GAP_XS);
        }
        is_first = false;
        doubt_ui(ui, scene, &doubt);
    }
}

fn doubt_ui(ui: &mut Ui, scene: &mut Scene<'_>, doubt: &Doubt) {
    let theme = Theme::of(ui);
    rows::labelled_ui(ui, doubt.label, &doubt.value, doubt.is_open.then_some(theme.warning));
    if let Some(advice) = &doubt.advice {
        rows::paragraph_ui(ui, advice);
        ui.add_space(GAP_XS);
    }
    for (words, command) in &doubt.actions {
        if widgets::link_ui(ui, words).clicked() {
            scene.commands.push(command.clone());
        }
        ui.add_space(GAP_XS);
    }
}

/// How many features were judged how, and the ways to take them away.
fn judged_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "Your judgement");
    let [Some(a), Some(b)] = scene.state.pair() else {
        return rows::paragraph_ui(ui, "Two faces are compared here. Choose both first.");
    };
    let pair = FacePair::new(a, b);
    let checklist = scene.state.document.checklists.get(&pair).cloned().unwrap_or_default();
    let counts = checklist.counts();
    let judged = features::count() - counts.open;
    ui.add(egui::Label::new(Type::Reading.text(format!("{judged} of {} judged", features::count()), theme.text)));
    ui.add_space(GAP_S);
    for (label, count) in [
        ("Similar", counts.similar),
        ("Different", counts.different),
        ("Not visible", counts.not_visible),
        ("Notes", counts.notes),
    ] {
        rows::labelled_ui(ui, label, &count.to_string(), None);
    }
    ui.add_space(GAP_S);
    rows::note_ui(ui, "This is your judgement. It is not combined with the score.", theme.warning);
    ui.add_space(GAP_S);
    let text = "The score is not shown here, so that it does not lead the eye. One unexplained difference can \
                outweigh many similarities; light, lens, pose and years explain some.";
    rows::paragraph_ui(ui, text);
    widgets::divider_ui(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_S;
        for (words, form) in [("Copy text", CopyAs::Text), ("Copy CSV", CopyAs::Csv)] {
            if widgets::button_ui(ui, words, Weight::Plain, !checklist.is_empty()).clicked() {
                scene.commands.push(Command::Compare(CompareCommand::CopyChecklist(form)));
            }
        }
    });
    ui.add_space(GAP_M);
    if !checklist.is_empty() && widgets::link_ui(ui, "Clear the checklist").clicked() {
        scene.commands.push(Command::Compare(CompareCommand::ClearChecklist(pair)));
    }
    ui.add_space(GAP_M);
    let keys = "Arrows go through the list. S similar, D different, N not visible; again takes it back. Enter writes \
                a note.";
    rows::paragraph_ui(ui, keys);
    ui.add_space(GAP_S);
    rows::paragraph_ui(ui, "The list follows the components of FISWG's feature list for morphological analysis.");
}
