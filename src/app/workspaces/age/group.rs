//! A photo with several faces: one of them is aged, or all at once.

use eframe::egui::Ui;

use crate::app::age::{AgeCommand, Faces, Together};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::AppState;
use crate::app::theme::{GAP_S, Theme, Type};
use crate::app::widgets::tag::Tag;
use crate::app::widgets::{self, segmented};

/// The section; nothing where there is one face.
pub fn group_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((photo, _)) = scene.state.photo() else { return };
    let count = scene.state.faces_of(photo).len();
    if count < 2 {
        return;
    }
    let choices = &scene.state.view.age;
    widgets::divider_ui(ui);
    widgets::section_ui(ui, "Faces to age");
    let all = if count == 2 { "Both faces".to_owned() } else { format!("All {count} faces") };
    let offered = [(Faces::This, "This face"), (Faces::All, all.as_str())];
    let asked = segmented::ui(ui, "Faces", choices.faces, &offered);
    scene.commands.extend(asked.map(|faces| Command::Age(AgeCommand::SetFaces(faces))));
    if choices.faces == Faces::This {
        return;
    }
    ui.add_space(GAP_S);
    let offered = [(Together::OneAge, "To one age"), (Together::ByYears, "By years")];
    let asked = segmented::ui(ui, "Together", choices.together, &offered);
    scene.commands.extend(asked.map(|together| Command::Age(AgeCommand::SetTogether(together))));
    ui.add_space(GAP_S);
    ui.label(Type::Note.text(progress_words(scene.state), Theme::of(ui).muted));
}

/// How many of the faces are there, or what is done to them.
fn progress_words(state: &AppState) -> String {
    let [done, all] = state.aged_count();
    if done < all {
        return format!("{done} of {all} faces");
    }
    state.group_words()
}

/// What is said of the synthetic part of the picture, and of the difference.
pub fn tags(state: &AppState) -> (Tag, Tag) {
    let target_years = state.document.target_years;
    if state.changes.len() < 2 {
        return (Tag::Synthetic(target_years), Tag::Difference(target_years));
    }
    let words = state.group_words();
    (Tag::SyntheticFaces(words.clone()), Tag::DifferenceOfFaces(words))
}
