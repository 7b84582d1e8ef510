//! The Compare workspace: two faces beside each other or one over the other, both at the same ages, or feature by
//! feature; where their score stands among measured pairs, what it means in words, and what would change it. What is
//! compared and kept is in `app::compare`.

mod actions;
mod ages;
mod features;
mod matrix;
mod meaning;
mod meaning_ages;
mod pictures;
mod scores;
mod side_ui;
mod tools;

use eframe::egui::{Rect, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, CompareMode};
use crate::app::shell::Scene;
use crate::app::state::EngineStatus;
use crate::app::theme::{CONTROL_HEIGHT, GAP_M};
use crate::app::widgets::{empty, segmented};

pub use actions::actions;
pub use meaning::meaning_ui;
pub use scores::controls_ui;

/// Width of the choice of modes, in points, where there is room.
const MODES_WIDTH: f32 = 440.0;

/// Height of the region with the distributions, in points.
pub fn controls_height(scene: &Scene<'_>, free: Vec2) -> Option<f32> {
    let mode = scene.state.view.compare.mode;
    let has_scores = matches!(scene.state.calibration, Some(Ok(_))) && scene.state.compared_pair().is_some();
    (has_scores && mode == CompareMode::Side).then(|| (free.y * 0.32).clamp(160.0, 300.0))
}

/// The two faces.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if matches!(scene.state.engine, EngineStatus::Failed(_)) || scene.state.document.tray.is_empty() {
        empty::without_face_ui(ui, scene);
        return;
    }
    let free = ui.available_rect_before_wrap();
    modes_ui(ui, scene, free);
    let body = free.with_min_y(free.top() + CONTROL_HEIGHT + GAP_M);
    match scene.state.view.compare.mode {
        CompareMode::Side => pictures::side_by_side_ui(ui, scene, body),
        CompareMode::Overlay => pictures::overlay_ui(ui, scene, body),
        CompareMode::Ages => ages::ui(ui, scene, body),
        CompareMode::Features => features::ui(ui, scene, body),
    }
}

fn modes_ui(ui: &mut Ui, scene: &mut Scene<'_>, free: Rect) {
    let width = free.width().min(MODES_WIDTH);
    let left = (free.center().x - width / 2.0).round();
    let row = Rect::from_min_size(pos2(left, free.top()), vec2(width, CONTROL_HEIGHT));
    let mut child = child(ui, row, "modes");
    let choices = CompareMode::ALL.map(|mode| (mode, mode.label()));
    if let Some(mode) = segmented::ui(&mut child, "Compare by", scene.state.view.compare.mode, &choices) {
        scene.commands.push(Command::Compare(CompareCommand::Show(mode)));
    }
}

/// A region of its own: things stand where they are put, not below each other.
fn child(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug) -> Ui {
    ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt))
}

/// A cosine as it is written everywhere, with a proper minus.
fn signed(value: f32) -> String {
    if value < -0.004_999 { format!("−{:.2}", -value) } else { format!("{:.2}", value.abs()) }
}
