//! Both faces at the same ages: the matrix of their scores, what is still being made, and the pair that was opened.

use eframe::egui::{Align2, Rect, Ui, pos2, vec2};

use super::{matrix, pictures, side_ui};
use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, SameAge, Together};
use crate::app::shell::Scene;
use crate::app::theme::{CONTROL_HEIGHT, GAP_L, GAP_M, Theme, Type};
use crate::app::widgets::{self, empty, rows, segmented};
use crate::model::age_group::GROUP_COUNT;

/// The matrix, or the pair of it that was opened.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    let state = scene.state;
    if state.view.compare.opened.is_some() {
        return opened_ui(ui, scene, area);
    }
    let mut child = super::child(ui, area, "same age");
    match state.same_age() {
        SameAge::Ready(values) => matrix::ui(&mut child, scene, &values, area),
        SameAge::NoPair => no_pair_ui(&mut child, scene, area),
        SameAge::Making { faces, anchors } => making_ui(&mut child, faces, anchors, area),
        SameAge::Failed => {
            let text = "The network did not finish the ages of both faces. The message at the lower right says why.";
            let choices = [("Try again", Command::Compare(CompareCommand::MakeAgesAgain))];
            empty::message_ui(&mut child, scene, "The ages could not be made", text, &choices);
        }
        SameAge::Stopped => {
            let text = "The ages of a face were stopped before all seven were made. Look at that face to go on.";
            let choices = [("Go on", Command::GoOnWithTimeline)];
            empty::message_ui(&mut child, scene, "The ages are not finished", text, &choices);
        }
    }
}

fn no_pair_ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    let missing = (0..2).find(|slot| scene.state.compared_side(*slot).is_none());
    match missing {
        Some(slot) => side_ui::missing_ui(ui, scene, slot, area.shrink(GAP_L)),
        None => empty::waiting_ui(ui, "Reading the faces…"),
    }
}

/// How far the ages of both faces are.
fn making_ui(ui: &mut Ui, faces: usize, anchors: Option<[usize; 2]>, area: Rect) {
    let theme = Theme::of(ui);
    empty::waiting_ui(ui, "Making both faces at seven ages…");
    let of_face = anchors.map_or(0.0, |[done, total]| done as f32 / total.max(1) as f32);
    let share = (faces as f32 + of_face.min(0.99)) / 2.0;
    let rail = Rect::from_center_size(area.center() + vec2(0.0, 40.0), vec2(area.width().min(240.0), 4.0));
    rows::thin_bar(ui, rail, share, theme.synthetic);
    let made = match anchors {
        Some([done, total]) => format!("face {} of 2, age {done} of {total}", (faces + 1).min(2)),
        None => format!("face {} of 2, {GROUP_COUNT} ages", (faces + 1).min(2)),
    };
    let at = pos2(area.center().x, rail.bottom() + 16.0);
    ui.painter().text(at, Align2::CENTER_CENTER, made, Type::Note.font(), theme.muted);
}

/// The two faces of a cell, beside each other or one over the other.
fn opened_ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    let row = Rect::from_min_size(area.min, vec2(area.width(), CONTROL_HEIGHT));
    let mut child = super::child(ui, row.with_max_x(row.left() + 120.0).translate(vec2(0.0, 6.0)), "back");
    if widgets::link_ui(&mut child, "‹ All ages").clicked() {
        scene.commands.push(Command::Compare(CompareCommand::OpenPair(None)));
    }
    let together = scene.state.view.compare.together;
    let choice = row.with_min_x(row.right() - 200.0);
    let choices = [(Together::Side, "Side by side"), (Together::Overlay, "Overlay")];
    if let Some(together) =
        segmented::ui(&mut super::child(ui, choice, "together"), "Show the pair", together, &choices)
    {
        scene.commands.push(Command::Compare(CompareCommand::SetTogether(together)));
    }
    let body = area.with_min_y(row.bottom() + GAP_M);
    match together {
        Together::Side => pictures::side_by_side_ui(ui, scene, body),
        Together::Overlay => pictures::overlay_ui(ui, scene, body),
    }
}
