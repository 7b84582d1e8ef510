//! The right-hand panel: what is known of the face, then how it is looked at and what is kept of its identity.

use eframe::egui::Ui;

use super::{group, identity, look};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{FaceEntry, Prompt};
use crate::app::theme::{GAP_S, Theme};
use crate::app::widgets::{self, rows};
use crate::engine::FaceId;

/// An estimate below this may be a child's, whose ages are misjudged most, in years.
const MAYBE_CHILD_YEARS: f32 = 23.0;
/// From this doubt on (one standard deviation) an estimate says little, in years.
const LARGE_DOUBT_YEARS: f32 = 12.0;

/// The face, how it is viewed, the identity kept.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((id, face)) = scene.state.face() else { return nothing_ui(ui) };
    ui.spacing_mut().item_spacing.y = 0.0;
    face_ui(ui, scene, id, face);
    group::group_ui(ui, scene);
    widgets::divider_ui(ui);
    look::look_ui(ui, scene);
    widgets::divider_ui(ui);
    identity::identity_ui(ui, scene, id, face);
}

fn nothing_ui(ui: &mut Ui) {
    widgets::section_ui(ui, "Face");
    rows::paragraph_ui(ui, "What is known of the face will stand here.");
}

fn face_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry) {
    widgets::section_ui(ui, "Face");
    age_ui(ui, scene, id, face);
    let size = format!("{:.0} px", face.aligned.detection.size_px());
    rows::labelled_ui(ui, "Size in the photo", &size, None);
    quality_ui(ui, face);
    if rows::linked_ui(ui, "Landmarks", "Place by hand…").clicked() {
        scene.commands.push(Command::BeginLandmarks(face.photo));
    }
}

/// The estimate with its doubt, the age that was stated, and the way back.
fn age_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry) {
    let estimate = face.reading.as_ref().map(|reading| reading.age);
    let words = estimate
        .map_or_else(|| "reading…".to_owned(), |age| format!("{:.0} ± {:.0} years", age.years, age.spread_years));
    rows::labelled_ui(ui, "Estimated age", &words, None)
        .on_hover_text("The network's estimate and its own doubt (one standard deviation).");
    let stated = scene.state.document.stated_ages.get(&id).copied();
    let link = stated.map_or("Set…".to_owned(), |years| format!("{years:.0} years"));
    if rows::linked_ui(ui, "State the true age", &link).clicked() {
        let text = stated.map_or(String::new(), |years| format!("{years:.0}"));
        scene.commands.push(Command::SetPrompt(Some(Prompt::StatedAge { face: id, text })));
    }
    if stated.is_some() {
        if rows::linked_ui(ui, "", "Use the estimate").clicked() {
            scene.commands.push(Command::StateAge(id, None));
        }
    } else if let Some(words) = estimate.and_then(|age| doubt_words(age.years, age.spread_years)) {
        ui.add_space(GAP_S / 2.0);
        rows::note_ui(ui, words, Theme::of(ui).warning);
        ui.add_space(GAP_S);
    }
}

/// Why the true age should be stated, if it should.
fn doubt_words(years: f32, spread_years: f32) -> Option<&'static str> {
    if years < MAYBE_CHILD_YEARS {
        Some("Children are often misjudged: state the true age if you know it.")
    } else if spread_years >= LARGE_DOUBT_YEARS {
        Some("This estimate is doubtful: state the true age if you know it.")
    } else {
        None
    }
}

fn quality_ui(ui: &mut Ui, face: &FaceEntry) {
    let theme = Theme::of(ui);
    let Some(warning) = face.aligned.quality.first() else {
        rows::labelled_ui(ui, "Quality", "Good", Some(theme.good));
        return;
    };
    rows::labelled_ui(ui, "Quality", &capitalised(warning.short()), Some(theme.warning));
    ui.add_space(GAP_S);
    for warning in &face.aligned.quality {
        rows::note_ui(ui, &warning.sentence(), theme.warning);
        ui.add_space(GAP_S);
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_estimate_asks_for_the_true_age() {
        assert!(doubt_words(9.0, 3.0).is_some_and(|words| words.contains("Children")));
        assert!(doubt_words(45.0, 14.0).is_some_and(|words| words.contains("doubtful")));
        assert_eq!(doubt_words(45.0, 6.0), None);
    }
}
