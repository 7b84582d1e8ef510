//! The Lab: a run of training while it goes on. What it minimises, what it makes of the sample faces, how its gates
//! change, and the ways to pause, to stop and to go on. The numbers come from `app::lab`.

mod curves;
mod gates;
mod header;
mod losses;
mod meaning;
mod runs;
mod samples;
mod steps;

use eframe::egui::{Rect, Ui, UiBuilder, pos2, vec2};

use crate::app::commands::Command;
use crate::app::lab::{LabCommand, Pane, Run};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_L, GAP_M, Theme, Type};
use crate::app::widgets::{self, Icon, empty};

pub use meaning::meaning_ui;
pub use runs::runs_ui;
pub use steps::controls_ui;

/// Height of a pane's head, in points.
const HEAD: f32 = 32.0;
/// Below this width, in points, a wide picture of faces has no column of its own.
const NARROW: f32 = 620.0;

/// Height of the region with the slider over the steps, in points.
pub fn controls_height(scene: &Scene<'_>) -> Option<f32> {
    let has_run = scene.state.lab.run.is_some() && !scene.state.lab.is_gone;
    (has_run && scene.state.lab.steps().len() > 1).then_some(64.0)
}

/// The run.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let lab = &scene.state.lab;
    let Some(folder) = &lab.folder else { return beginning_ui(ui, scene) };
    if lab.is_gone {
        let text =
            format!("{} is not there any more, or no folder. If it lies on a drive, connect it.", folder.display());
        return empty::message_ui(ui, scene, "The run is gone", &text, &choices("Open another run…"));
    }
    let Some(run) = lab.run.clone() else { return empty::waiting_ui(ui, "Reading the run…") };
    let is_empty = run.status.is_none() && run.losses.is_empty();
    if is_empty && !lab.is_training() {
        let text = match &lab.problem {
            Some(problem) => problem.clone(),
            None => format!("{} holds no run yet. It appears here as soon as one begins.", folder.display()),
        };
        return empty::message_ui(ui, scene, "No run here", &text, &choices("Open another run…"));
    }
    let free = ui.available_rect_before_wrap();
    let below = header::ui(ui, scene, &run, free) + GAP_M;
    if is_empty {
        let rest = Rect::from_min_max(pos2(free.left(), below), free.max);
        let builder = UiBuilder::new().max_rect(rest);
        ui.scope_builder(builder, |ui| empty::waiting_ui(ui, "Listing the faces and loading the networks…"));
        return;
    }
    panes_ui(ui, scene, &run, Rect::from_min_max(pos2(free.left(), below), free.max));
}

fn choices(other: &'static str) -> [(&'static str, Command); 2] {
    [(other, Command::Lab(LabCommand::ChooseFolder)), ("Start training…", Command::Lab(LabCommand::ChooseConfig))]
}

fn beginning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let text = "Start a run from a config file, or watch one that goes on elsewhere: open its folder. The same is done \
                in a terminal by\nmtlface train decomposition --config FILE";
    let choices = [
        ("Start training…", Command::Lab(LabCommand::ChooseConfig)),
        ("Open run folder…", Command::Lab(LabCommand::ChooseFolder)),
    ];
    let head = "Watch a network learn";
    let problem = scene.state.lab.problem.clone();
    empty::message_ui(ui, scene, head, problem.as_deref().unwrap_or(text), &choices);
}

/// What there is of the run: everything beside each other, or the one pane that was chosen.
fn panes_ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, free: Rect) {
    let there = [
        (Pane::Losses, !run.losses.is_empty()),
        (Pane::Samples, !run.sample_steps.is_empty()),
        (Pane::Gates, !run.gates.records().is_empty()),
    ];
    let there: Vec<Pane> = there.into_iter().filter(|(_, is_there)| *is_there).map(|(pane, _)| pane).collect();
    let alone = Some(scene.state.view.lab.pane).filter(|pane| there.contains(pane));
    let placed = match alone {
        Some(pane) => vec![(pane, free)],
        None => arranged(&there, free, aspect(scene)),
    };
    for (pane, place) in placed {
        let builder = UiBuilder::new().max_rect(place).id_salt(("pane", pane as usize));
        // A child of its own: panes stand where they are put, not below each other.
        let ui = &mut ui.new_child(builder);
        ui.set_clip_rect(place.expand(GAP_M));
        match pane {
            Pane::Samples => samples::ui(ui, scene, run, place),
            Pane::Gates => gates::ui(ui, scene, run, place),
            Pane::All | Pane::Losses => losses::ui(ui, scene, run, place),
        }
    }
}

/// Width of the sample faces against their height.
fn aspect(scene: &Scene<'_>) -> f32 {
    let picture = scene.state.lab.picture.as_ref().and_then(|picture| picture.texture.as_ref().ok());
    picture.map_or(1.0, |texture| texture.size_vec2().x / texture.size_vec2().y.max(1.0))
}

/// Where the panes stand. A tall picture of faces has a column of its own; a wide one has the gates below it.
fn arranged(there: &[Pane], free: Rect, aspect: f32) -> Vec<(Pane, Rect)> {
    let has = |pane: Pane| there.contains(&pane);
    let [losses, samples, gates] = [Pane::Losses, Pane::Samples, Pane::Gates];
    if let [only] = there {
        return vec![(*only, free)];
    }
    if !has(samples) || !has(losses) {
        let (above, below) = split_below(free, 0.6);
        return there.iter().copied().zip([above, below]).collect();
    }
    if free.width() < NARROW && aspect > 1.0 {
        let (above, below) = split_below(free, 0.5);
        if !has(gates) {
            return vec![(losses, above), (samples, below)];
        }
        let (left, right) = split_right(below, 0.56);
        return vec![(losses, above), (samples, left), (gates, right)];
    }
    let wanted = (free.height() - 2.0 * HEAD) * aspect / free.width();
    let (left, right) = split_right(free, 1.0 - wanted.clamp(0.24, 0.54));
    if !has(gates) {
        return vec![(losses, left), (samples, right)];
    }
    if aspect > 1.0 {
        let share = (right.width() / aspect + 2.0 * HEAD + GAP_L) / free.height();
        let (above, below) = split_below(right, share.min(0.66));
        return vec![(losses, left), (samples, above), (gates, below)];
    }
    let (above, below) = split_below(left, 0.54);
    vec![(losses, above), (gates, below), (samples, right)]
}

fn split_below(rect: Rect, share: f32) -> (Rect, Rect) {
    let y = (rect.top() + (rect.height() - GAP_L) * share).round();
    (rect.with_max_y(y), rect.with_min_y(y + GAP_L))
}

fn split_right(rect: Rect, share: f32) -> (Rect, Rect) {
    let x = (rect.left() + (rect.width() - GAP_L) * share).round();
    (rect.with_max_x(x), rect.with_min_x(x + GAP_L))
}

/// The head of a pane with its words, and the ways to see it larger. Returns where its content goes.
fn head_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    place: Rect,
    pane: Pane,
    words: &str,
    zoom: Option<(&str, LabCommand)>,
) -> Rect {
    let theme = Theme::of(ui);
    let row = Rect::from_min_size(place.min, vec2(place.width(), 24.0));
    let is_alone = scene.state.view.lab.pane == pane;
    let name = pane_name(pane);
    let (icon, hint, shown) = if is_alone {
        (Icon::Shrink, "Show everything".to_owned(), Pane::All)
    } else {
        (Icon::Enlarge, format!("Enlarge the {name}"), pane)
    };
    let buttons = std::iter::once((icon, hint, LabCommand::ShowPane(shown)));
    let zoom = zoom.map(|(hint, command)| (Icon::Zoom, hint.to_owned(), command));
    let mut right = row.right();
    for (icon, hint, command) in buttons.chain(zoom) {
        let at = Rect::from_min_max(pos2(right - 26.0, row.top() - 2.0), pos2(right, row.bottom() + 2.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(at).id_salt(&hint));
        if widgets::icon_button_ui(&mut child, icon, &hint).clicked() {
            scene.commands.push(Command::Lab(command));
        }
        right -= 30.0;
    }
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(words.to_owned(), Type::Section.font(), theme.muted);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width((right - row.left()).max(20.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(row.left(), row.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.muted);
    place.with_min_y(place.top() + HEAD)
}

fn pane_name(pane: Pane) -> &'static str {
    match pane {
        Pane::All => "run",
        Pane::Losses => "losses",
        Pane::Samples => "sample faces",
        Pane::Gates => "gates",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_never_lie_over_each_other_and_stay_inside() {
        let all = [Pane::Losses, Pane::Samples, Pane::Gates];
        for size in [vec2(460.0, 360.0), vec2(758.0, 560.0), vec2(3000.0, 1800.0)] {
            let free = Rect::from_min_size(pos2(10.0, 20.0), size);
            for there in [&all[..], &all[..2], &all[1..], &all[..1], &[Pane::Losses, Pane::Gates]] {
                for aspect in [1.0 / 3.0, 1.0, 4.0 / 3.0] {
                    let placed = arranged(there, free, aspect);
                    assert_eq!(placed.len(), there.len(), "{there:?}");
                    for (index, (pane, place)) in placed.iter().enumerate() {
                        assert!(free.expand(1.0).contains_rect(*place), "{pane:?} {place:?} in {free:?}");
                        assert!(place.width() > 100.0 && place.height() > 100.0, "{pane:?} {place:?}");
                        let others = placed.iter().skip(index + 1);
                        assert!(others.into_iter().all(|(_, other)| !other.intersects(*place)));
                    }
                }
            }
        }
    }
}
