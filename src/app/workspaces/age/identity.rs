//! How much of the identity the age shown keeps, and the ages beside it.

use eframe::egui::Ui;

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{AppState, FaceEntry};
use crate::app::theme::{Theme, Type};
use crate::app::widgets::identity_curve::{self, IdentityCurve, RateLine};
use crate::app::widgets::{self, rows};
use crate::engine::FaceId;
use crate::model::AgeGroup;
use crate::recognition::Calibration;
use crate::recognition::verdict::thousands;

/// The rates whose thresholds are drawn.
const RATES: [(&str, f64); 2] = [("1 in 1,000", 1e-3), ("1 in 10,000", 1e-4)];

/// The section.
pub fn identity_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry) {
    let theme = Theme::of(ui);
    let target_years = scene.state.document.target_years;
    widgets::section_ui(ui, &format!("Identity kept at {target_years:.0}"));
    let (Some(timeline), Some(own)) = (&face.timeline, scene.state.own_age(id)) else {
        let words = match face.making.progress {
            Some([done, total]) => format!("{done} of {total} ages are made."),
            None => "The seven ages are being made.".to_owned(),
        };
        return rows::paragraph_ui(ui, &words);
    };
    let identity_at = |years: f32| timeline.identity_at(years, own.years);
    let kept = identity_at(target_years);
    widgets::number_ui(ui, &format!("{kept:.2}"), Type::Number, theme.identity);
    ui.add_space(2.0);
    rows::paragraph_ui(ui, &identity_words(scene.state, kept, own.years, target_years));
    let lines = match &scene.state.calibration {
        Some(Ok(calibration)) => lines(calibration, own.years),
        _ => Vec::new(),
    };
    ui.add_space(6.0);
    let shown = IdentityCurve { identity_at: &identity_at, own_years: own.years, target_years, lines: &lines };
    let asked = identity_curve::ui(ui, &shown);
    scene.commands.extend(asked.filter(|years| *years != target_years).map(Command::SetAge));
    ui.add_space(4.0);
    let caption = "Between the photograph and the network's own picture, not two photographs.";
    ui.label(Type::Caption.text(caption, theme.faint));
}

/// The thresholds for a face of this age, by the group of the age shown.
fn lines(calibration: &Calibration, own_years: f32) -> Vec<RateLine> {
    let threshold =
        |group: AgeGroup, rate: f64| calibration.impostors.measured_threshold(own_years, group.anchor_years(), rate);
    let line = |(label, rate)| RateLine { label, thresholds: AgeGroup::ALL.map(|group| threshold(group, rate)) };
    RATES.map(line).into()
}

/// What this cosine would mean between two photographs.
fn identity_words(state: &AppState, kept: f32, own_years: f32, target_years: f32) -> String {
    let begin = "cosine to the photograph";
    let calibration = match &state.calibration {
        Some(Ok(calibration)) => calibration,
        Some(Err(_)) => return format!("{begin}. What it means was not measured for these weights."),
        None => return format!("{begin}."),
    };
    let others = calibration.impostors(own_years, target_years);
    let (pairs, reaching) = (others.scores.pairs(), others.scores.at_least(kept));
    let who = &others.people;
    match pairs.checked_div(reaching) {
        None => format!("{begin}. Of {} pairs of {who}, none reaches this.", thousands(pairs)),
        Some(one_in) => {
            let one_in = thousands(one_in);
            format!("{begin}. Of {} pairs of {who}, 1 in {one_in} reaches this.", thousands(pairs))
        }
    }
}
