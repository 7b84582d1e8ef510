//! Everything a person can ask of the Attention workspace, and where it is done. The second face is face B of the
//! comparison and a step of undo; the rest is how things are looked at.

use super::channels;
use super::save::AttentionFormat;
use super::view::{AgeShown, AttentionLayer, Below, Beside, Cells, ChannelOrder, MapScale, RegionMeasure};
use crate::app::App;
use crate::app::dialogs;
use crate::app::export::SaveWhat;
use crate::app::view::Workspace;
use crate::engine::FaceId;
use crate::model::CELLS;

/// What a person can ask of the Attention workspace.
#[derive(Clone, Debug)]
pub enum AttentionCommand {
    /// Show a layer.
    SetLayer(AttentionLayer),
    /// How much of the map lies over the face, 0 to 1.
    SetOpacity(f32),
    /// Cells as computed, or smooth.
    SetCells(Cells),
    /// Range of the colours.
    SetScale(MapScale),
    /// Show the ways to draw the map, or put them away.
    ShowDrawing(bool),
    /// What stands beside the face.
    SetBeside(Beside),
    /// Show the difference of the two as well, or not.
    SetDifference(bool),
    /// What stands below the maps.
    SetBelow(Below),
    /// What the bars by region show.
    SetMeasure(RegionMeasure),
    /// Put an age to the left (0) or to the right (1), and show both.
    SetAge(usize, AgeShown),
    /// Exchange the two ages.
    SwapAges,
    /// Browse all channels, or look at one.
    SetBrowsing(bool),
    /// The order in which channels are browsed.
    SetOrder(ChannelOrder),
    /// Search for channels.
    Search(String),
    /// Keep a channel in sight, or none.
    SetChannel(Option<usize>),
    /// Keep the channel so many places away in the order.
    MoveChannel(i64),
    /// Keep a cell marked, or none.
    SetCell(Option<[usize; 2]>),
    /// Keep the cell so many rows and columns away marked.
    MoveCell([i64; 2]),
    /// A click in the tray sets the second face, or looks at another as ever.
    PickSecond(bool),
    /// Ask where to save, then save.
    Save(AttentionFormat),
}

impl App {
    /// Does what was asked of the Attention workspace.
    pub(in crate::app) fn carry_out_in_attention(&mut self, command: AttentionCommand) {
        let view = &mut self.state.view.attention;
        match command {
            AttentionCommand::SetLayer(layer) => view.layer = layer,
            AttentionCommand::SetOpacity(opacity) => view.opacity = opacity.clamp(0.0, 1.0),
            AttentionCommand::SetCells(cells) => view.cells = cells,
            AttentionCommand::SetScale(scale) => view.scale = scale,
            AttentionCommand::ShowDrawing(is_shown) => view.shows_drawing = is_shown,
            AttentionCommand::SetBeside(beside) => (view.beside, view.picks_second) = (beside, false),
            AttentionCommand::SetDifference(is_shown) => view.is_difference = is_shown,
            AttentionCommand::SetBelow(below) => view.below = below,
            AttentionCommand::SetMeasure(measure) => view.measure = measure,
            AttentionCommand::SetAge(slot, age) => {
                view.ages[slot.min(1)] = age;
                view.beside = Beside::Age;
            }
            AttentionCommand::SwapAges => view.ages.swap(0, 1),
            AttentionCommand::SetBrowsing(is_browsing) => {
                view.is_browsing = is_browsing;
                view.layer = AttentionLayer::Channel;
            }
            AttentionCommand::SetOrder(order) => view.order = order,
            AttentionCommand::Search(text) => view.search = text,
            AttentionCommand::SetChannel(channel) => {
                view.channel = channel;
                if channel.is_some() {
                    view.layer = AttentionLayer::Channel;
                }
            }
            AttentionCommand::MoveChannel(places) => self.move_channel(places),
            AttentionCommand::SetCell(cell) => view.cell = cell,
            AttentionCommand::MoveCell(steps) => view.cell = Some(moved_cell(view.cell, steps)),
            AttentionCommand::PickSecond(picks) => {
                view.picks_second = picks;
                view.beside = Beside::SecondFace;
            }
            AttentionCommand::Save(format) => dialogs::save(self, SaveWhat::AttentionAs(format)),
        }
    }

    fn move_channel(&mut self, places: i64) {
        let Some((_, face)) = self.state.face() else { return };
        let Some(reading) = &face.reading else { return };
        let view = &self.state.view.attention;
        let offered = channels::offered(&reading.attention, view.order, &view.search);
        let moved = channels::moved(&offered, view.channel, places);
        let view = &mut self.state.view.attention;
        view.layer = AttentionLayer::Channel;
        view.channel = moved.or(view.channel);
    }

    /// Whether a face that was chosen in the tray becomes the second one instead of the one looked at.
    pub(in crate::app) fn takes_second(&mut self, face: FaceId) -> bool {
        let view = &mut self.state.view;
        let is_taken = view.workspace == Workspace::Attention
            && view.attention.beside == Beside::SecondFace
            && std::mem::take(&mut view.attention.picks_second);
        if is_taken {
            self.state.document.pair = [self.state.face().map(|(id, _)| id), Some(face)];
        }
        is_taken
    }

    /// Has the face read at its seven ages where that is looked at.
    pub(in crate::app) fn serve_attention(&mut self) {
        let view = &self.state.view;
        if view.workspace != Workspace::Attention || !view.attention.needs_ages() {
            return;
        }
        if let Some(face) = self.state.face().map(|(id, _)| id) {
            self.serve_aged_readings(face);
        }
    }
}

/// The cell so many rows and columns away; the middle one where none was kept.
fn moved_cell(cell: Option<[usize; 2]>, steps: [i64; 2]) -> [usize; 2] {
    let Some(cell) = cell else { return [CELLS / 2; 2] };
    std::array::from_fn(|axis| (cell[axis] as i64 + steps[axis]).clamp(0, CELLS as i64 - 1) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_moves_inside_the_map() {
        assert_eq!(moved_cell(None, [1, 0]), [3, 3]);
        assert_eq!(moved_cell(Some([0, 6]), [-1, 1]), [0, 6]);
        assert_eq!(moved_cell(Some([2, 2]), [1, -1]), [3, 1]);
    }
}
