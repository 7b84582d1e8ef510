//! The head of a run: phase and state, how far it is, what can be told to it, and what went wrong.

use std::time::Duration;

use eframe::egui::{self, Align2, Color32, Layout, Rect, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::app::commands::Command;
use crate::app::lab::{LabCommand, Run, RunState};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, Theme, Type};
use crate::app::widgets::{self, Weight, rows};
use crate::engine::WeightsSource;
use crate::recognition::verdict::thousands;
use crate::training::run::{WEIGHTS, control, told};

const BUTTONS: f32 = 32.0;

/// Draws the head at the top of what is free; returns where it ends.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, free: Rect) -> f32 {
    let theme = Theme::of(ui);
    let first = Rect::from_min_size(free.min, vec2(free.width(), BUTTONS));
    let phase = run.status.as_ref().map_or("A new run".to_owned(), |status| capitalised(&status.phase));
    let middle = first.left_center();
    let name = ui.painter().text(middle, Align2::LEFT_CENTER, phase, Type::Reading.font(), theme.text);
    chip(ui, pos2(name.right() + GAP_M, middle.y), run.state);
    buttons_ui(ui, scene, run, first);
    let mut bottom = first.bottom() + GAP_M;
    if run.status.is_some() {
        bottom = progress_ui(ui, run, Rect::from_min_max(pos2(free.left(), bottom), free.max));
    }
    if let Some(sentence) = trouble(scene, run) {
        bottom = trouble_ui(ui, scene, &sentence, Rect::from_min_max(pos2(free.left(), bottom + GAP_S), free.max));
    }
    bottom
}

/// The state in a word, with its colour.
fn chip(ui: &mut Ui, left_middle: egui::Pos2, state: RunState) {
    let theme = Theme::of(ui);
    let colour = state_colour(theme, state);
    let galley = ui.painter().layout_no_wrap(state.label().to_owned(), Type::Note.font(), theme.text);
    let size = vec2(galley.size().x + 32.0, 22.0);
    let rect = Rect::from_min_size(left_middle - vec2(0.0, size.y / 2.0), size);
    ui.painter().rect(rect, 11, theme.panel, theme.hairline(), StrokeKind::Inside);
    ui.painter().circle_filled(pos2(rect.left() + 13.0, rect.center().y), 3.5, colour);
    ui.painter().galley(pos2(rect.left() + 22.0, rect.center().y - galley.size().y / 2.0), galley, theme.text);
    let response = ui.interact(rect, ui.scope_id().with("state"), egui::Sense::hover());
    let words = format!("The run is {}", state.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
}

/// The colour that stands for a state.
pub fn state_colour(theme: &Theme, state: RunState) -> Color32 {
    match state {
        RunState::Running => theme.good,
        RunState::Preparing => theme.focus,
        RunState::Paused => theme.warning,
        RunState::Finished => theme.identity,
        RunState::Stopped => theme.faint,
        RunState::Failed | RunState::NotAnswering => theme.danger,
    }
}

/// What can be told to the run, from the right.
fn buttons_ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, row: Rect) {
    let is_own = scene.state.lab.is_training();
    let tell = |command| Command::Lab(LabCommand::Tell(command));
    let stop = ("Stop…", Weight::Plain, Command::Lab(LabCommand::AskToStop));
    let mut buttons: Vec<(&str, Weight, Command)> = match run.state {
        RunState::Running => vec![stop, ("Pause", Weight::Plain, tell(control::Command::Pause))],
        RunState::Paused => vec![stop, ("Go on", Weight::Primary, tell(control::Command::Run))],
        RunState::Preparing => Vec::new(),
        RunState::Stopped | RunState::Failed | RunState::NotAnswering if run.has_checkpoint && !is_own => {
            vec![("Resume run", Weight::Primary, Command::Lab(LabCommand::Resume))]
        }
        _ => Vec::new(),
    };
    if run.has_weights && matches!(run.state, RunState::Finished | RunState::Stopped) {
        let source = WeightsSource::File(run.folder.join(WEIGHTS));
        buttons.push(("Use its weights", Weight::Plain, Command::UseWeights(source)));
    }
    let builder = UiBuilder::new().max_rect(row).layout(Layout::right_to_left(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = GAP_S;
        for (words, weight, command) in buttons {
            if widgets::button_ui(ui, words, weight, true).clicked() {
                scene.commands.push(command);
            }
        }
    });
}

/// A bar, and below it how far the run is and how long it will take. Returns where it ends.
fn progress_ui(ui: &mut Ui, run: &Run, free: Rect) -> f32 {
    let theme = Theme::of(ui);
    let Some(status) = &run.status else { return free.top() };
    let share = status.step as f32 / status.of.max(1) as f32;
    let rail = Rect::from_min_size(free.min, vec2(free.width(), 4.0));
    rows::thin_bar(ui, rail, share, state_colour(theme, run.state));
    let middle = rail.bottom() + 15.0;
    let step = format!(
        "step {} of {} · {:.0} %",
        thousands(status.step),
        thousands(status.of),
        (share * 100.0).clamp(0.0, 100.0).floor()
    );
    let left = ui.painter().text(pos2(rail.left(), middle), Align2::LEFT_CENTER, &step, Type::Note.font(), theme.text);
    let pace = pace(run);
    ui.painter().text(pos2(rail.right(), middle), Align2::RIGHT_CENTER, &pace, Type::Note.font(), theme.muted);
    let line = Rect::from_min_max(rail.min, pos2(rail.right(), left.bottom()));
    let response = ui.interact(line, ui.scope_id().with("progress"), egui::Sense::hover());
    let words = format!("{step} {pace}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
    left.bottom()
}

fn pace(run: &Run) -> String {
    let is_under_way = run.state == RunState::Running;
    let pace = run.images_per_second.filter(|_| is_under_way).map(|pace| format!("{pace:.1} pictures a second"));
    let left = run.status.as_ref().and_then(|status| status.eta_seconds).filter(|_| is_under_way);
    let left = left.map(|seconds| format!("{} left", told(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))));
    pace.into_iter().chain(left).collect::<Vec<_>>().join(" · ")
}

/// What went wrong: what the process said, what the run said of itself, what could not be read.
fn trouble(scene: &Scene<'_>, run: &Run) -> Option<String> {
    let own = scene.state.lab.problem.clone();
    let failed = run.status.as_ref().filter(|_| run.state == RunState::Failed).map(|status| status.message.clone());
    let silent = (run.state == RunState::NotAnswering).then(|| {
        "It said that it runs, but has been silent for more than 30 seconds and its process is gone. Resume it from \
         its last checkpoint."
            .to_owned()
    });
    own.or(failed).or(silent).or_else(|| run.problem.clone()).filter(|sentence| !sentence.is_empty())
}

fn trouble_ui(ui: &mut Ui, scene: &mut Scene<'_>, sentence: &str, free: Rect) -> f32 {
    let theme = Theme::of(ui);
    let can_dismiss = scene.state.lab.problem.is_some();
    let place = if can_dismiss { free.with_max_x(free.right() - 28.0) } else { free };
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("trouble"));
    rows::note_ui(&mut child, sentence, theme.danger);
    let bottom = child.min_rect().bottom();
    if can_dismiss {
        let at = Rect::from_min_size(pos2(free.right() - 22.0, free.top() + 7.0), vec2(20.0, 20.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(at).id_salt("dismiss"));
        if widgets::icon_button_ui(&mut child, widgets::Icon::Close, "Take this message away").clicked() {
            scene.commands.push(Command::Lab(LabCommand::Dismiss));
        }
    }
    bottom
}

/// With a capital letter, as a head line begins.
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
