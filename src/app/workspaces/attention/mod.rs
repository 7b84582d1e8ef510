//! The Attention workspace: how the network divides aligned faces into identity and age, cell by cell and channel by
//! channel, with every number on screen. What is shown is worked out in `app::attention`.
//!
//! | file | purpose |
//! |---|---|
//! | `maps`, `pane`, `readout` | the maps beside each other, one of them, the numbers under the pointer |
//! | `grid` | all channels as small maps |
//! | `gates`, `ages` | below: the channel gates in order, readings along the seven ages |
//! | `meaning`, `regions`, `saving` | at the right: what is shown and how, parts of the face, what can be taken away |
//! | `actions` | everything by name, for the command palette |

mod actions;
mod ages;
mod gates;
mod grid;
mod maps;
mod meaning;
mod pane;
mod readout;
mod regions;
mod saving;

use eframe::egui::{Ui, Vec2, vec2};

use crate::app::attention::{AttentionCommand, Below};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, Theme, Type};
use crate::app::widgets::{empty, segmented};

pub use actions::actions;
pub use meaning::meaning_ui;

/// Height of the region below the maps, in points.
pub fn controls_height(scene: &Scene<'_>, free: Vec2) -> Option<f32> {
    scene.state.face()?.1.reading.as_ref()?;
    Some(match scene.state.view.attention.below {
        Below::Channels => (free.y * 0.27).clamp(140.0, 240.0),
        Below::Ages => (free.y * 0.38).clamp(200.0, 300.0),
    })
}

/// The maps, or all channels.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if empty::without_face_ui(ui, scene) {
        return;
    }
    let Some((_, face)) = scene.state.face() else { return };
    let Some(reading) = &face.reading else { return empty::waiting_ui(ui, "Reading the face…") };
    if scene.state.view.attention.browses_channels() {
        grid::ui(ui, scene, &reading.attention);
    } else {
        maps::ui(ui, scene);
    }
}

/// The channel gates, or the readings along the ages.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(reading) = scene.state.face().and_then(|(_, face)| face.reading.as_ref()) else { return };
    let below = scene.state.view.attention.below;
    let words = match below {
        Below::Channels => gates::head(&reading.attention),
        Below::Ages => ages::HEAD.to_owned(),
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0 * GAP_S;
        ui.allocate_ui(vec2(180.0, 30.0), |ui| {
            let choices = [(Below::Channels, "Channels"), (Below::Ages, "Ages")];
            let chosen = segmented::ui(ui, "Below the maps", below, &choices);
            scene.commands.extend(chosen.map(AttentionCommand::SetBelow).map(Command::Attention));
        });
        let words = Type::Note.text(words, Theme::of(ui).muted);
        ui.add(eframe::egui::Label::new(words).truncate());
    });
    ui.add_space(GAP_S);
    match below {
        Below::Channels => gates::ui(ui, scene, &reading.attention),
        Below::Ages => ages::ui(ui, scene),
    }
}
