//! How the attention maps are looked at: kept between sessions, no step of undo.

use serde::{Deserialize, Serialize};

use crate::model::age_group::GROUP_COUNT;

/// What is shown over the face.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionLayer {
    /// Share of each cell's features that is identity.
    #[default]
    IdentityShare,
    /// Share of each cell's features that is age.
    AgeShare,
    /// The spatial gate: the share of a cell given to age by the gate alone.
    SpatialGate,
    /// What one channel responds to.
    Channel,
}

/// Whether the map's cells are shown as computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// 7×7, as computed.
    #[default]
    Honest,
    /// Interpolated between the cells' middles.
    Smooth,
}

/// The range of numbers the colours stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapScale {
    /// As far as this map goes.
    #[default]
    ThisFace,
    /// The same for every map.
    Full,
}

/// What stands beside the face looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// The face itself, without a map.
    #[default]
    Photograph,
    /// Another face of the tray.
    SecondFace,
    /// The same face at one of its synthetic ages.
    Age,
}

/// What stands below the maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Below {
    /// The channel gates in order.
    #[default]
    Channels,
    /// Readings along the seven ages.
    Ages,
}

/// The order in which channels are browsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOrder {
    /// Those given most to age first.
    #[default]
    Gate,
    /// Those that respond most to this face first.
    Response,
    /// As the network numbers them.
    Network,
}

/// What the bars by region show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionMeasure {
    /// Share of identity.
    #[default]
    Identity,
    /// Share of age.
    Age,
    /// How strong the features are, identity and age together.
    Energy,
}

/// One of a face's ages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgeShown {
    /// As it was photographed.
    #[default]
    Photograph,
    /// The synthetic face at one of the seven anchors, youngest 0.
    Anchor(usize),
}

/// How the attention maps are looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AttentionView {
    /// What is shown over the face.
    pub layer: AttentionLayer,
    /// How much of the map lies over the face, 0 to 1.
    pub opacity: f32,
    /// Cells or smooth.
    pub cells: Cells,
    /// Range of the colours.
    pub scale: MapScale,
    /// The ways to draw the map are on screen.
    pub shows_drawing: bool,
    /// What stands beside the face.
    pub beside: Beside,
    /// The difference of the two is shown as well.
    pub is_difference: bool,
    /// What stands below the maps.
    pub below: Below,
    /// The order in which channels are browsed.
    pub order: ChannelOrder,
    /// What the bars by region show.
    pub measure: RegionMeasure,
    /// All channels are browsed as small maps.
    #[serde(skip)]
    pub is_browsing: bool,
    /// The channel kept in sight, in the network's order.
    #[serde(skip)]
    pub channel: Option<usize>,
    /// What channels are searched for.
    #[serde(skip)]
    pub search: String,
    /// The cell kept marked, `[row, column]`.
    #[serde(skip)]
    pub cell: Option<[usize; 2]>,
    /// A click in the tray sets the second face.
    #[serde(skip)]
    pub picks_second: bool,
    /// The two ages beside each other.
    #[serde(skip)]
    pub ages: [AgeShown; 2],
}

impl Default for AttentionView {
    fn default() -> Self {
        Self {
            layer: AttentionLayer::IdentityShare,
            opacity: 0.7,
            cells: Cells::Honest,
            scale: MapScale::ThisFace,
            shows_drawing: false,
            beside: Beside::Photograph,
            is_difference: false,
            below: Below::Channels,
            order: ChannelOrder::Gate,
            measure: RegionMeasure::Identity,
            is_browsing: false,
            channel: None,
            search: String::new(),
            cell: None,
            picks_second: false,
            ages: [AgeShown::Photograph, AgeShown::Anchor(GROUP_COUNT - 1)],
        }
    }
}

impl AttentionView {
    /// Whether the readings at the seven ages are needed.
    pub fn needs_ages(&self) -> bool {
        self.beside == Beside::Age || self.below == Below::Ages
    }

    /// Whether the small maps of all channels fill the middle.
    pub fn browses_channels(&self) -> bool {
        self.layer == AttentionLayer::Channel && self.is_browsing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_comes_back_as_by_default() {
        let view = AttentionView { opacity: 0.3, channel: Some(5), ..AttentionView::default() };
        let kept: AttentionView = serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap();
        assert_eq!(kept, AttentionView { opacity: 0.3, ..AttentionView::default() });
        assert_eq!(kept.ages[1], AgeShown::Anchor(6));
    }
}
