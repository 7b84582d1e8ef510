//! Everything that can be done in the Attention workspace, by name.

use eframe::egui::{Key, Modifiers};

use super::saving;
use crate::app::actions::Action;
use crate::app::attention::{
    AgeShown, AttentionCommand, AttentionLayer, Below, Beside, Cells, ChannelOrder, MapScale, RegionMeasure,
};
use crate::app::commands::Command;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::model::age_group::GROUP_COUNT;

const GROUP: &str = "Attention";
const NO_FACE: &str = "Open a photo with a face first.";

/// Every action, in the order of the panel.
pub fn actions(state: &AppState) -> Vec<Action> {
    let is_read = state.face().is_some_and(|(_, face)| face.reading.is_some());
    let mut actions = layers();
    actions.extend(beside(state));
    actions.extend(drawing(state));
    actions.extend(channels(state));
    actions.extend(ages(state));
    let saved = saving::choices().map(|(name, _, command)| Action::new(GROUP, format!("Save: {name}"), command));
    actions.extend(saved);
    actions.into_iter().map(|action| action.needs(is_read, NO_FACE)).collect()
}

fn action(name: impl Into<String>, command: AttentionCommand) -> Action {
    Action::new(GROUP, name, Command::Attention(command))
}

fn layers() -> Vec<Action> {
    vec![
        action("Show the share of identity", AttentionCommand::SetLayer(AttentionLayer::IdentityShare)),
        action("Show the share of age", AttentionCommand::SetLayer(AttentionLayer::AgeShare)),
        action("Show the spatial gate", AttentionCommand::SetLayer(AttentionLayer::SpatialGate)),
        action("Show one channel", AttentionCommand::SetBrowsing(false)),
        action("Browse all channels", AttentionCommand::SetBrowsing(true)),
    ]
}

fn beside(state: &AppState) -> Vec<Action> {
    let view = &state.view.attention;
    let name = if view.is_difference { "Hide the difference" } else { "Show the difference" };
    let is_beside = view.beside != Beside::Photograph;
    vec![
        action("Show the photograph beside the map", AttentionCommand::SetBeside(Beside::Photograph)),
        action("Show a second face beside the map", AttentionCommand::SetBeside(Beside::SecondFace)),
        action("Choose the second face in the tray", AttentionCommand::PickSecond(true)),
        action("Show a synthetic age beside the map", AttentionCommand::SetBeside(Beside::Age)),
        action("Exchange the two ages", AttentionCommand::SwapAges)
            .needs(view.beside == Beside::Age, "Show a synthetic age beside the map first."),
        action(name, AttentionCommand::SetDifference(!view.is_difference))
            .needs(is_beside, "Show a second face or a synthetic age beside the map first."),
    ]
}

fn drawing(state: &AppState) -> Vec<Action> {
    let view = &state.view.attention;
    let (cells, scale) = (
        if view.cells == Cells::Honest { Cells::Smooth } else { Cells::Honest },
        if view.scale == MapScale::ThisFace { MapScale::Full } else { MapScale::ThisFace },
    );
    vec![
        action("Draw cells as computed, or smooth", AttentionCommand::SetCells(cells)),
        action("Scale of each map, or fixed", AttentionCommand::SetScale(scale)),
        action("Let the marked cell go", AttentionCommand::SetCell(None))
            .needs(view.cell.is_some(), "Click a cell to mark it first."),
        action("Regions: share of identity", AttentionCommand::SetMeasure(RegionMeasure::Identity)),
        action("Regions: share of age", AttentionCommand::SetMeasure(RegionMeasure::Age)),
        action("Regions: energy", AttentionCommand::SetMeasure(RegionMeasure::Energy)),
    ]
}

fn channels(state: &AppState) -> Vec<Action> {
    let view = &state.view.attention;
    let is_channel = state.view.workspace == Workspace::Attention && view.layer == AttentionLayer::Channel;
    let needed = "Show a channel in the Attention workspace first.";
    let step = |name, places, key| {
        action(name, AttentionCommand::MoveChannel(places)).key(Modifiers::NONE, key).needs(is_channel, needed)
    };
    vec![
        step("Next channel", 1, Key::ArrowRight),
        step("Channel before", -1, Key::ArrowLeft),
        action("Channels by gate", AttentionCommand::SetOrder(ChannelOrder::Gate)),
        action("Channels by strength", AttentionCommand::SetOrder(ChannelOrder::Response)),
        action("Channels by number", AttentionCommand::SetOrder(ChannelOrder::Network)),
        action("Let the channel go", AttentionCommand::SetChannel(None))
            .needs(view.channel.is_some(), "Choose a channel first."),
    ]
}

fn ages(state: &AppState) -> Vec<Action> {
    let mut actions = vec![
        action("Show the channel gates below", AttentionCommand::SetBelow(Below::Channels)),
        action("Show readings along the ages below", AttentionCommand::SetBelow(Below::Ages)),
    ];
    let anchors = state.anchors_years();
    let at = (0..GROUP_COUNT).map(|index| {
        let name = format!("Show the maps at age {:.0}", anchors[index]);
        action(name, AttentionCommand::SetAge(1, AgeShown::Anchor(index)))
    });
    actions.extend(at);
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_face_every_action_says_why_not() {
        let actions = actions(&AppState::default());
        assert!(actions.len() > 25);
        assert!(actions.iter().all(|action| action.refused.is_some()));
        let names: std::collections::BTreeSet<&str> = actions.iter().map(|action| action.name.as_str()).collect();
        assert_eq!(names.len(), actions.len(), "two actions share a name");
    }
}
