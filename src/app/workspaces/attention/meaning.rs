//! At the right: the layer, what stands beside the face, how the map is drawn, parts of the face, and what can be taken
//! away.

use eframe::egui::Ui;

use super::{regions, saving};
use crate::app::attention::shown::age_words;
use crate::app::attention::{
    AgeShown, AttentionCommand, AttentionLayer, AttentionView, Beside, Cells, MapScale, channels,
};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, Theme, Type};
use crate::app::widgets::{self, bar_slider, rows, segmented};

const CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say what caused a \
                       match. Each cell sees more of the face than its own square.";
const TWO_FACES: &str = "Alignment puts eyes, nose and mouth of both faces in the same cells; what else lies in a cell \
                         may differ. Shares do not say what caused a match.";
const TWO_AGES: &str = "A difference between ages is what the network changed and how it reads that, not how this \
                        person ages.";

/// Draws the panel.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    layer_ui(ui, scene);
    widgets::divider_ui(ui);
    beside_ui(ui, scene);
    widgets::divider_ui(ui);
    drawing_ui(ui, scene);
    if scene.state.face().is_none() {
        return;
    }
    widgets::divider_ui(ui);
    regions::ui(ui, scene);
    ui.add_space(GAP_M);
    let caution = match scene.state.view.attention.beside {
        Beside::Photograph => CAUTION,
        Beside::SecondFace => TWO_FACES,
        Beside::Age => TWO_AGES,
    };
    rows::note_ui(ui, caution, Theme::of(ui).warning);
    ui.add_space(GAP_M);
    saving::ui(ui, scene);
}

fn ask(scene: &mut Scene<'_>, command: impl IntoIterator<Item = AttentionCommand>) {
    scene.commands.extend(command.into_iter().map(Command::Attention));
}

fn layer_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let layer = scene.state.view.attention.layer;
    widgets::section_ui(ui, "Layer");
    let choices = [
        (AttentionLayer::IdentityShare, "Identity"),
        (AttentionLayer::AgeShare, "Age"),
        (AttentionLayer::SpatialGate, "Gate"),
        (AttentionLayer::Channel, "Channel"),
    ];
    let chosen = segmented::ui(ui, "Layer", layer, &choices).map(AttentionCommand::SetLayer);
    ask(scene, chosen);
    ui.add_space(GAP_S);
    if layer == AttentionLayer::Channel {
        return channel_ui(ui, scene);
    }
    rows::paragraph_ui(
        ui,
        match layer {
            AttentionLayer::IdentityShare => "Share of each cell's features that the network gives to identity.",
            AttentionLayer::AgeShare => "Share of each cell's features that the network gives to age.",
            _ => "Share of each cell that the spatial gate alone gives to age.",
        },
    );
}

/// One channel or all, and what is known of the one that is kept.
fn channel_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let view = &scene.state.view.attention;
    let choices = [(false, "One channel"), (true, "All channels")];
    let chosen = segmented::ui(ui, "Channels", view.is_browsing, &choices).map(AttentionCommand::SetBrowsing);
    let kept = view.channel;
    ask(scene, chosen);
    ui.add_space(GAP_S);
    let reading = scene.state.face().and_then(|(_, face)| face.reading.as_ref());
    let (Some(channel), Some(reading)) = (kept, reading) else {
        let words = "How strongly one channel responds in each cell. Point at a bar below, or choose one among all.";
        return rows::paragraph_ui(ui, words);
    };
    let maps = &reading.attention;
    let gate = maps.channel_gate.get(channel).copied().unwrap_or_default();
    rows::labelled_ui(ui, &format!("Channel {channel}, given to age"), &format!("{gate:.3}"), None);
    let response = channels::response(maps, channel);
    rows::labelled_ui(ui, "Mean response to this face", &format!("{response:.3}"), None);
}

fn beside_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let view = &scene.state.view.attention;
    let (beside, is_difference, ages) = (view.beside, view.is_difference, view.ages);
    widgets::section_ui(ui, "Beside the map");
    let choices = [(Beside::Photograph, "Photo"), (Beside::SecondFace, "Face"), (Beside::Age, "Age")];
    let chosen = segmented::ui(ui, "Beside", beside, &choices).map(AttentionCommand::SetBeside);
    ask(scene, chosen);
    if beside == Beside::Photograph {
        return;
    }
    ui.add_space(GAP_S);
    let choices = [(false, "Side by side"), (true, "And difference")];
    let chosen = segmented::ui(ui, "Difference", is_difference, &choices).map(AttentionCommand::SetDifference);
    ask(scene, chosen);
    if beside == Beside::Age {
        ui.add_space(GAP_S);
        ages_ui(ui, scene, ages);
    }
}

/// Which two ages, and the way to exchange them.
fn ages_ui(ui: &mut Ui, scene: &mut Scene<'_>, ages: [AgeShown; 2]) {
    for (slot, name) in ["Left", "Right"].into_iter().enumerate() {
        let words = age_words(scene.state, ages[slot]);
        let link = rows::linked_ui(ui, name, &words);
        eframe::egui::Popup::menu(&link).show(|ui| {
            let every = std::iter::once(AgeShown::Photograph)
                .chain((0..crate::model::age_group::GROUP_COUNT).map(AgeShown::Anchor));
            for age in every {
                let words = Type::Body.text(age_words(scene.state, age), Theme::of(ui).text);
                if ui.selectable_label(age == ages[slot], words).clicked() {
                    ask(scene, [AttentionCommand::SetAge(slot, age)]);
                }
            }
        });
    }
}

/// How the map is drawn, in short.
fn drawing_words(view: &AttentionView) -> String {
    let scale = match (view.scale, view.layer) {
        (MapScale::ThisFace, _) => "own scale",
        (MapScale::Full, AttentionLayer::Channel) => "one scale",
        (MapScale::Full, _) => "0 to 1",
    };
    let cells = if view.cells == Cells::Honest { "7 × 7" } else { "smooth" };
    format!("{scale} · {cells} · {:.0} %", view.opacity * 100.0)
}

/// Scale, cells and opacity, once they are asked for.
fn drawing_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let view = &scene.state.view.attention;
    let (opacity, cells, scale, layer) = (view.opacity, view.cells, view.scale, view.layer);
    let is_open = view.shows_drawing;
    let words = if is_open { "Fewer".to_owned() } else { drawing_words(view) };
    if rows::linked_ui(ui, "Drawing", &words).clicked() {
        ask(scene, [AttentionCommand::ShowDrawing(!is_open)]);
    }
    if !is_open {
        return;
    }
    ui.add_space(GAP_S);
    let choices = match layer {
        AttentionLayer::Channel => [(MapScale::ThisFace, "Own scale"), (MapScale::Full, "All channels")],
        _ => [(MapScale::ThisFace, "Own scale"), (MapScale::Full, "0 to 1")],
    };
    let chosen = segmented::ui(ui, "Scale", scale, &choices).map(AttentionCommand::SetScale);
    ask(scene, chosen);
    if scene.state.view.attention.browses_channels() {
        return;
    }
    ui.add_space(GAP_S);
    let choices = [(Cells::Honest, "7 × 7"), (Cells::Smooth, "Smooth")];
    let chosen = segmented::ui(ui, "Cells", cells, &choices).map(AttentionCommand::SetCells);
    ask(scene, chosen);
    ui.add_space(GAP_S);
    let shown = |value: f32| format!("{:.0} %", value * 100.0);
    let moved = bar_slider::ui(ui, "Opacity", opacity, 0.0..=1.0, theme.muted, shown);
    ask(scene, moved.map(AttentionCommand::SetOpacity));
}
