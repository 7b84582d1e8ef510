//! The map of a layer, the difference of two maps, and the range of numbers their colours stand for.

use super::view::{AttentionLayer, AttentionView, MapScale};
use crate::app::widgets::heatmap::{Colours, Heatmap};
use crate::engine::AttentionMaps;
use crate::model::{CELLS, CROP_SIZE_PX};
use crate::recognition::verdict::thousands;

/// One number for each cell, rows top to bottom.
pub type CellMap = [[f32; CELLS]; CELLS];

/// Side of a cell in pixels of the crop.
pub const CELL_PX: usize = CROP_SIZE_PX / CELLS;
/// However even a map is, its colours stand for at least this much to either side.
const LEAST_REACH: f32 = 0.02;

/// The numbers of a layer; nothing where no channel is kept.
pub fn of_layer(maps: &AttentionMaps, layer: AttentionLayer, channel: Option<usize>) -> Option<CellMap> {
    match layer {
        AttentionLayer::IdentityShare => Some(maps.identity_share),
        AttentionLayer::AgeShare => Some(maps.age_share()),
        AttentionLayer::SpatialGate => Some(maps.spatial_gate),
        AttentionLayer::Channel => channel.map(|channel| maps.activity(channel)),
    }
}

/// Cell by cell the first less the second.
pub fn difference(first: &CellMap, second: &CellMap) -> CellMap {
    std::array::from_fn(|row| std::array::from_fn(|column| first[row][column] - second[row][column]))
}

/// A map as it is drawn. `strongest` is the strongest response of any channel of the faces shown.
pub fn heatmap(view: &AttentionView, values: CellMap, strongest: f32) -> Heatmap {
    let range = match (view.layer, view.scale) {
        (AttentionLayer::Channel, MapScale::Full) => [0.0, strongest.max(f32::MIN_POSITIVE)],
        (AttentionLayer::Channel, MapScale::ThisFace) => [0.0, reach(&values, 0.0).max(f32::MIN_POSITIVE)],
        (_, MapScale::Full) => [0.0, 1.0],
        (_, MapScale::ThisFace) => {
            let far = reach(&values, 0.5).max(LEAST_REACH);
            [0.5 - far, 0.5 + far]
        }
    };
    let colours = match view.layer {
        AttentionLayer::IdentityShare => Colours::AgeToIdentity,
        AttentionLayer::AgeShare | AttentionLayer::SpatialGate => Colours::IdentityToAge,
        AttentionLayer::Channel => Colours::Activity,
    };
    Heatmap { values, range, colours, opacity: view.opacity, smooth: is_smooth(view) }
}

/// A difference as it is drawn: around zero, as far to one side as to the other.
pub fn difference_heatmap(view: &AttentionView, values: CellMap, strongest: f32) -> Heatmap {
    let is_channel = view.layer == AttentionLayer::Channel;
    let far = match (is_channel, view.scale) {
        (true, MapScale::Full) => strongest,
        (true, MapScale::ThisFace) => reach(&values, 0.0),
        (false, MapScale::Full) => 1.0,
        (false, MapScale::ThisFace) => reach(&values, 0.0).max(LEAST_REACH),
    };
    let far = far.max(f32::MIN_POSITIVE);
    let colours = match view.layer {
        AttentionLayer::IdentityShare => Colours::AgeToIdentity,
        AttentionLayer::AgeShare | AttentionLayer::SpatialGate => Colours::IdentityToAge,
        AttentionLayer::Channel => Colours::Signed,
    };
    Heatmap { values, range: [-far, far], colours, opacity: 1.0, smooth: is_smooth(view) }
}

/// What the ends of the colours are, in words.
pub fn scale_words(view: &AttentionView, channels: usize, is_difference: bool) -> String {
    match (view.layer == AttentionLayer::Channel, view.scale, is_difference) {
        (_, MapScale::ThisFace, true) => "Scale as far as this difference goes".to_owned(),
        (false, MapScale::Full, true) => "Fixed scale, −1 to 1".to_owned(),
        (true, MapScale::ThisFace, false) => "Scale of this channel's own maximum".to_owned(),
        (true, MapScale::Full, _) => format!("One scale for all {} channels", thousands(channels as u64)),
        (false, MapScale::ThisFace, false) => "Scale of this map".to_owned(),
        (false, MapScale::Full, false) => "Fixed scale, 0 to 1".to_owned(),
    }
}

/// What a number of the layer is.
pub fn value_name(layer: AttentionLayer) -> &'static str {
    match layer {
        AttentionLayer::IdentityShare => "identity",
        AttentionLayer::AgeShare => "age",
        AttentionLayer::SpatialGate => "gate to age",
        AttentionLayer::Channel => "activity",
    }
}

/// The strongest response of any channel anywhere.
pub fn strongest<'a>(faces: impl IntoIterator<Item = &'a AttentionMaps>) -> f32 {
    faces.into_iter().flat_map(|maps| &maps.channel_activity).copied().fold(0.0, f32::max)
}

/// A number with its sign, as a difference is written: to this many decimals.
pub fn signed(value: f32, decimals: usize) -> String {
    format!("{value:+.decimals$}").replace('-', "−")
}

fn is_smooth(view: &AttentionView) -> bool {
    view.cells == super::view::Cells::Smooth
}

fn reach(values: &CellMap, middle: f32) -> f32 {
    values.iter().flatten().map(|value| (value - middle).abs()).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_half_and_zero_keep_the_neutral_colour() {
        let mut values = [[0.5; CELLS]; CELLS];
        values[1][1] = 0.8;
        let [low, high] = heatmap(&AttentionView::default(), values, 0.0).range;
        assert!((low - 0.2).abs() < 1e-6 && (high - 0.8).abs() < 1e-6);
        let apart = difference(&values, &[[0.5; CELLS]; CELLS]);
        let [low, high] = difference_heatmap(&AttentionView::default(), apart, 0.0).range;
        assert!((low + high).abs() < 1e-6 && (high - 0.3).abs() < 1e-6);
    }

    #[test]
    fn a_map_less_itself_is_nothing() {
        let values: CellMap = std::array::from_fn(|row| std::array::from_fn(|column| (row * 7 + column) as f32 / 49.0));
        assert_eq!(difference(&values, &values), [[0.0; CELLS]; CELLS]);
    }

    #[test]
    fn a_fixed_scale_is_the_same_for_every_map() {
        let full = AttentionView { scale: MapScale::Full, ..AttentionView::default() };
        assert_eq!(heatmap(&full, [[0.4; CELLS]; CELLS], 9.0).range, [0.0, 1.0]);
        assert_eq!(difference_heatmap(&full, [[0.0; CELLS]; CELLS], 9.0).range, [-1.0, 1.0]);
        let channel = AttentionView { layer: AttentionLayer::Channel, ..full };
        assert_eq!(heatmap(&channel, [[0.4; CELLS]; CELLS], 9.0).range, [0.0, 9.0]);
    }
}
