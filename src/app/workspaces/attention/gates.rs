//! Below the maps: the channel gates in order. Pointing at a bar shows its channel, a click keeps it.

use eframe::egui::{self, Ui, vec2};

use crate::app::attention::{AttentionCommand, AttentionLayer, Below};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{Theme, Type};
use crate::app::widgets::gate_bars;
use crate::engine::AttentionMaps;
use crate::recognition::verdict::thousands;

/// How many there are, and how many are mostly age's.
pub fn head(maps: &AttentionMaps) -> String {
    let (all, to_age) = (maps.channel_gate.len(), maps.channels_to_age());
    format!("{} channel gates, sorted · {} mostly to age", thousands(all as u64), thousands(to_age as u64))
}

/// Draws the bars.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, maps: &AttentionMaps) {
    let theme = Theme::of(ui);
    let gates = &maps.channel_gate;
    let order = gate_bars::sorted(gates);
    let bars = vec2(ui.available_width(), ui.available_height() - 22.0);
    let layout = egui::Layout::top_down(egui::Align::LEFT);
    let kept = scene.state.view.attention.channel;
    let pointed = ui.allocate_ui_with_layout(bars, layout, |ui| gate_bars::ui(ui, gates, &order, kept)).inner;
    let before = ui.data(|data| data.get_temp::<Option<usize>>(hover_id())).flatten();
    if before != pointed.hovered {
        ui.data_mut(|data| data.insert_temp(hover_id(), pointed.hovered));
        ui.ctx().request_repaint();
    }
    if let Some(channel) = pointed.clicked {
        let channel = (kept != Some(channel)).then_some(channel);
        scene.commands.push(Command::Attention(AttentionCommand::SetChannel(channel)));
        scene.commands.push(Command::Attention(AttentionCommand::SetLayer(AttentionLayer::Channel)));
    }
    ui.add_space(4.0);
    let hint = "Height is the share given to age · click a bar to see what its channel responds to";
    ui.add(egui::Label::new(Type::Note.text(hint, theme.faint)).truncate());
}

/// The channel under the pointer in the bars below, else the one that was clicked. It is known one frame late, which
/// nobody sees.
pub fn shown_channel(ui: &Ui, scene: &Scene<'_>) -> Option<usize> {
    let view = &scene.state.view.attention;
    let hovered = ui.data(|data| data.get_temp::<Option<usize>>(hover_id())).flatten();
    hovered.filter(|_| view.below == Below::Channels).or(view.channel)
}

fn hover_id() -> egui::Id {
    egui::Id::unique("hovered channel")
}
