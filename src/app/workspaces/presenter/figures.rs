//! The age in figures that are read from the back row, and what it means; while there is none, what is being done.

use eframe::egui::{Rect, Role, Ui, pos2, vec2};

use super::stage::Stage;
use crate::app::presenter::Presenter;
use crate::app::state::{AppState, EngineStatus, PhotoStage};
use crate::app::theme::{StageType, Theme};
use crate::app::widgets;

/// Room above the figures inside a line of their font, as a share of its size.
const ABOVE_FIGURES: f32 = 0.24;
/// From the top of the figures to the words, as a share of the figures' size.
const FIGURES: f32 = 0.73;

/// The age, or what is being done.
pub fn ui(ui: &Ui, state: &AppState, presenter: &Presenter, stage: &Stage) {
    if presenter.is_live() {
        return words_ui(ui, stage, "Look into the camera", "Enter takes the picture. Ask everybody in it first.");
    }
    if let EngineStatus::Failed(_) = state.engine {
        return words_ui(
            ui,
            stage,
            "No face can be aged",
            "The networks were not loaded: press Esc and choose others.",
        );
    }
    match (&presenter.change, state.presented_own_age()) {
        (Some(change), Some(own)) => age_ui(ui, stage, change.key.target_years, own.years),
        _ => waiting_ui(ui, state, stage),
    }
}

fn age_ui(ui: &Ui, stage: &Stage, target_years: f32, own_years: f32) {
    let theme = Theme::of(ui);
    let (font, place) = (stage.font(StageType::Age), stage.figures);
    let size = font.size;
    let line = ui.painter().layout_no_wrap("0".to_owned(), font.clone(), theme.age).size().y;
    // A figure has a little room at its left, too.
    let left_bottom = pos2(place.left() - 0.05 * size, place.top() - ABOVE_FIGURES * size + line);
    let figures = format!("{target_years:.0}");
    widgets::tabular_in(ui, left_bottom, &figures, font, theme.age);
    let words = offset_words(target_years, own_years);
    let top = place.top() + (FIGURES + 0.12) * size;
    let galley = super::lines(ui, &words, stage.font(StageType::Words), theme.muted, place.width());
    ui.painter().galley(pos2(place.left(), top), galley, theme.muted);
    super::name(ui, place, "age", Role::Label, &format!("Age {figures}: {words}"));
}

/// A head and a sentence.
fn words_ui(ui: &Ui, stage: &Stage, head: &str, sentence: &str) {
    let (theme, place) = (Theme::of(ui), stage.figures);
    let head_galley = super::lines(ui, head, stage.font(StageType::Words), theme.text, place.width());
    let below = head_galley.size().y + stage.share(0.012);
    ui.painter().galley(place.min, head_galley, theme.text);
    let galley = super::lines(ui, sentence, stage.font(StageType::Sentence), theme.muted, place.width());
    ui.painter().galley(place.min + vec2(0.0, below), galley, theme.muted);
    super::name(ui, place, "words", Role::Label, &format!("{head}. {sentence}"));
}

/// Calmly: what is being done, with a bar where it is known how far it is.
fn waiting_ui(ui: &Ui, state: &AppState, stage: &Stage) {
    let (words, share) = doing(state);
    let theme = Theme::of(ui);
    let galley = super::lines(ui, words, stage.font(StageType::Words), theme.muted, stage.figures.width());
    let bottom = stage.figures.top() + galley.size().y;
    ui.painter().galley(stage.figures.min, galley, theme.muted);
    let thick = stage.share(0.006);
    let bar = Rect::from_min_size(
        pos2(stage.figures.left(), bottom + stage.share(0.02)),
        vec2(0.7 * stage.figures.width(), thick),
    );
    ui.painter().rect_filled(bar, thick / 2.0, theme.line);
    let (from, to) = match share {
        Some(share) => (0.0, share),
        None => moving(ui.input(|input| input.time)),
    };
    let x = |share: f32| bar.left() + bar.width() * share;
    let done = Rect::from_x_y_ranges(x(from)..=x(to), bar.y_range());
    ui.painter().rect_filled(done, thick / 2.0, theme.age);
    super::name(ui, stage.figures, "waiting", Role::Label, words);
}

/// A part of the bar that goes there and back.
fn moving(time_s: f64) -> (f32, f32) {
    let middle = 0.5 - 0.38 * (time_s * 1.6).cos() as f32;
    (middle - 0.12, middle + 0.12)
}

/// What is being done, and how far it is.
fn doing(state: &AppState) -> (&'static str, Option<f32>) {
    if let Some((_, face)) = state.presented_face() {
        let share = face.making.progress.map(|[done, total]| done as f32 / total.max(1) as f32);
        return match state.engine {
            EngineStatus::Loading => ("Loading the networks…", None),
            _ => ("Making the ages…", share),
        };
    }
    match (&state.engine, state.presented_photo().map(|(_, photo)| &photo.stage)) {
        (EngineStatus::Loading, Some(PhotoStage::Finding)) => ("Loading the networks…", None),
        (_, Some(PhotoStage::Finding | PhotoStage::Ready)) => ("Looking for the face…", None),
        _ => ("Opening the photo…", None),
    }
}

fn offset_words(target_years: f32, own_years: f32) -> String {
    let offset = target_years.round() - own_years.round();
    let years = if offset.abs() == 1.0 { "year" } else { "years" };
    match offset {
        0.0 => "years, as in the photograph".to_owned(),
        _ if offset > 0.0 => format!("{offset:.0} {years} older than in the photograph"),
        _ => format!("{:.0} {years} younger than in the photograph", -offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_put_into_words() {
        assert_eq!(offset_words(24.2, 23.9), "years, as in the photograph");
        assert_eq!(offset_words(65.0, 24.0), "41 years older than in the photograph");
        assert_eq!(offset_words(23.0, 24.0), "1 year younger than in the photograph");
    }

    #[test]
    fn the_moving_part_stays_in_its_bar() {
        for step in 0..100 {
            let (from, to) = moving(f64::from(step) * 0.1);
            assert!(from >= 0.0 && to <= 1.0);
        }
    }
}
