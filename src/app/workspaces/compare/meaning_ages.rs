//! The right-hand panel of both faces at the same age: the best pair or the one looked at, and what is not known.

use eframe::egui::{self, Ui};

use super::{matrix, signed};
use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, MatrixValues, SameAge, Shown, Together};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, GAP_XS, Theme, Type};
use crate::app::widgets::{self, rows, segmented};
use crate::recognition::SimilarityMatrix;
use crate::recognition::age_normalised::PICKED_AFTERWARDS;
use crate::recognition::verdict::LEAD_NOT_IDENTIFICATION;

/// What nobody may read into the matrix.
const NOT_MEASURED: &str = "Whether comparing synthetic faces finds the same person more often was not measured. \
                            Take this as a picture of how the score depends on age, not as evidence.";

/// What the matrix or the opened pair says.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    if scene.state.view.compare.opened.is_some() {
        opened_ui(ui, scene);
    } else {
        widgets::section_ui(ui, "Both made the same age");
        match scene.state.same_age() {
            SameAge::Ready(matrix) => best_ui(ui, scene, &matrix),
            SameAge::NoPair => rows::paragraph_ui(ui, "Two faces are compared here. Choose both first."),
            SameAge::Failed => rows::paragraph_ui(ui, "The ages of a face could not be made."),
            SameAge::Stopped => rows::paragraph_ui(ui, "The ages of a face were stopped."),
            SameAge::Making { .. } => rows::paragraph_ui(ui, "The ages of both faces are being made."),
        }
    }
    ui.add_space(GAP_M);
    rows::note_ui(ui, LEAD_NOT_IDENTIFICATION, theme.warning);
    ui.add_space(GAP_S);
    rows::note_ui(ui, NOT_MEASURED, theme.synthetic);
    ui.add_space(GAP_S);
    rows::paragraph_ui(ui, PICKED_AFTERWARDS);
}

fn best_ui(ui: &mut Ui, scene: &mut Scene<'_>, scores: &SimilarityMatrix) {
    let theme = Theme::of(ui);
    let values = [(MatrixValues::Cosine, "Cosine"), (MatrixValues::AboveThreshold, "Above threshold")];
    let has_thresholds = matches!(scene.state.calibration, Some(Ok(_)));
    let chosen = scene.state.view.compare.matrix;
    if has_thresholds && let Some(values) = segmented::ui(ui, "Values", chosen, &values) {
        scene.commands.push(Command::Compare(CompareCommand::SetMatrix(values)));
    }
    ui.add_space(GAP_M);
    let Some(best) = scores.best() else { return };
    let written = |value: f32| matrix::written(value, chosen);
    let value = scores.at(best).map(written).unwrap_or_default();
    ui.add(egui::Label::new(Type::Reading.text(format!("Best pair {value}"), theme.text)));
    ui.add_space(GAP_XS);
    let words = names(scene, best);
    rows::paragraph_ui(ui, &format!("A {}, B {}.", words[0], words[1]));
    if best == [0, 0] {
        ui.add_space(GAP_XS);
        rows::paragraph_ui(ui, "No synthetic age brings the faces nearer to each other than the photographs are.");
    }
    ui.add_space(GAP_S);
    let photographs = scores.at([0, 0]).map(written).unwrap_or_default();
    rows::labelled_ui(ui, "The photographs", &photographs, None);
    let size = scores.size()[0];
    let same = (1..size).filter_map(|index| scores.at([index, index])).collect::<Vec<_>>();
    if !same.is_empty() {
        let mean = same.iter().sum::<f32>() / same.len() as f32;
        rows::labelled_ui(ui, "Same age, mean of seven", &written(mean), None);
    }
    ui.add_space(GAP_S);
    if widgets::link_ui(ui, "Open the best pair").clicked() {
        let all = Shown::all();
        scene.commands.push(Command::Compare(CompareCommand::OpenPair(Some(best.map(|index| all[index])))));
    }
}

/// What a row and a column of the matrix are called, such as `at 45` and `as photographed`.
pub fn names(scene: &Scene<'_>, cell: [usize; 2]) -> [String; 2] {
    let years = scene.state.anchors_years();
    cell.map(|index| match index.checked_sub(1).and_then(|anchor| years.get(anchor)) {
        None => "as photographed".to_owned(),
        Some(years) => format!("at {years:.0}"),
    })
}

fn opened_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "This pair");
    let Some(pair) = scene.state.compared_pair() else {
        return rows::paragraph_ui(ui, "The ages of both faces are being made.");
    };
    if scene.state.view.compare.together == Together::Overlay {
        widgets::number_ui(ui, &signed(pair.cosine), Type::Number, theme.text);
        ui.label(Type::Note.text("cosine", theme.muted));
        ui.add_space(GAP_S);
    }
    let Some(reading) = scene.state.compared_reading(&pair) else { return };
    rows::labelled_ui(ui, "Threshold, these ages", &format!("{:.2}", reading.threshold), None);
    let above = reading.cosine - reading.threshold;
    let words = if above < 0.0 { "Below it by" } else { "Above it by" };
    rows::labelled_ui(ui, words, &format!("{:.2}", above.abs()), None);
    ui.add_space(GAP_S);
    if pair.is_synthetic {
        rows::paragraph_ui(
            ui,
            "The threshold was measured on photographs of people of these ages. Of synthetic faces nothing was \
             measured, so no rate is told.",
        );
    } else {
        rows::paragraph_ui(ui, &reading.explanation);
    }
}
