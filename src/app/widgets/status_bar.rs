//! The line at the bottom: the device in use and why, how long things took, what cannot be kept, and that everything
//! stays here.

use eframe::egui::{self, Align2, Color32, Rect, Sense, Ui, pos2, vec2};

use crate::app::state::{AppState, EngineStatus, Timings};
use crate::app::theme::{GAP_M, GAP_S, Theme, Type};
use crate::engine::OpeningStep;

/// Width from which the device's reason is written out, in points.
const ROOMY: f32 = 1150.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, state: &AppState) {
    let theme = Theme::of(ui);
    let bar = ui.max_rect();
    // A lasting notice comes before everything but the device's name; where there is little room, hints say the rest.
    let is_roomy = state.notice.is_none() && bar.width() >= ROOMY;
    let (dot, device, reason) = device_words(theme, state, is_roomy);
    ui.painter().circle_filled(pos2(bar.left() + GAP_M + 3.0, bar.center().y), 3.5, dot);
    let stays = ui.painter().text(
        pos2(bar.right() - GAP_M, bar.center().y),
        Align2::RIGHT_CENTER,
        "Everything stays on this machine",
        Type::Note.font(),
        theme.muted,
    );
    let limit = stays.left() - GAP_M;
    let mut left = write(ui, bar.left() + 33.0, limit, &device, theme.muted, &reason);
    if let Some(notice) = &state.notice {
        left = write(ui, left + separator(ui, left, limit), limit, notice, theme.warning, notice);
    }
    let notes = [opening_words(state), timing_words(&state.timings), saving_words(state.saving)];
    for words in notes.into_iter().flatten() {
        left = write(ui, left + separator(ui, left, limit), limit, &words, theme.muted, &load_words(&state.timings));
    }
}

fn device_words(theme: &Theme, state: &AppState, is_roomy: bool) -> (Color32, String, String) {
    match &state.engine {
        EngineStatus::Loading => (theme.warning, "Loading the networks…".to_owned(), String::new()),
        EngineStatus::Ready { device, .. } => {
            let (name, reason) = (&device.name, &device.reason);
            let words = if is_roomy { format!("{name} · {reason}") } else { name.clone() };
            let driver = device.driver.as_deref().unwrap_or_default();
            (theme.good, words, format!("{name}: {reason}\n{driver}"))
        }
        EngineStatus::Failed(sentence) => {
            (theme.danger, "The networks could not be loaded".to_owned(), sentence.clone())
        }
    }
}

/// Other weights on their way while those in use go on.
fn opening_words(state: &AppState) -> Option<String> {
    let (source, step) = state.opening.as_ref().filter(|_| state.model().is_some())?;
    let doing = match step {
        OpeningStep::Reading => "reading",
        OpeningStep::Building => "building the network of",
    };
    Some(format!("{doing} {}…", source.label()))
}

fn timing_words(timings: &Timings) -> Option<String> {
    let face_ms = timings.read_ms.map(|read_ms| read_ms + timings.find_ms.unwrap_or_default());
    let words = [("face", face_ms), ("aged faces", timings.timeline_ms), ("one age", timings.age_ms)];
    let known: Vec<String> = words.iter().filter_map(|(name, ms)| ms.map(|ms| format!("{name} {ms:.0} ms"))).collect();
    (!known.is_empty()).then(|| known.join(" · "))
}

fn load_words(timings: &Timings) -> String {
    let stages = [
        ("Loading the networks", timings.load_ms),
        ("Finding faces", timings.find_ms),
        ("Reading a face", timings.read_ms),
        ("Seven ages", timings.timeline_ms),
        ("One age drawn", timings.age_ms),
    ];
    let lines = stages.iter().filter_map(|(name, ms)| ms.map(|ms| format!("{name}: {ms:.0} ms")));
    lines.collect::<Vec<_>>().join("\n")
}

fn saving_words(saving: usize) -> Option<String> {
    (saving > 0).then(|| "saving…".to_owned())
}

/// A dot between two facts; returns the space it takes.
fn separator(ui: &Ui, left: f32, limit: f32) -> f32 {
    let theme = Theme::of(ui);
    if left + GAP_M < limit {
        ui.painter().circle_filled(pos2(left + GAP_M + 2.0, ui.max_rect().center().y), 1.0, theme.faint);
    }
    2.0 * GAP_M + 4.0
}

/// Writes words, cut where the bar ends; the hint says more. Returns where they end.
fn write(ui: &mut Ui, left: f32, limit: f32, words: &str, colour: Color32, hint: &str) -> f32 {
    if limit - left < 24.0 {
        return left;
    }
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), Type::Note.font(), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(limit - left);
    let galley = ui.painter().layout_job(job);
    let was_cut = galley.elided;
    let top = ui.max_rect().center().y - galley.size().y / 2.0;
    let rect = Rect::from_min_size(pos2(left, top), galley.size() + vec2(0.0, 0.0));
    ui.painter().galley(rect.min, galley, colour);
    let response = ui.interact(rect.expand(GAP_S / 2.0), ui.scope_id().with(words), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
    let hint = if was_cut { format!("{words}\n{hint}") } else { hint.to_owned() };
    if !hint.trim().is_empty() {
        response.on_hover_text(hint.trim());
    }
    rect.right()
}
