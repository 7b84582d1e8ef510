//! What the attention maps say of whole parts of the face: how much the features there weigh, and how they divide into
//! identity and age.

use super::AttentionMaps;
use crate::face::FaceRegion;
use crate::model::CELLS;

/// The features of one part of the face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionReading {
    /// Which part.
    pub region: FaceRegion,
    /// Share of its features that is identity, 0 to 1: every cell counts by how much of it lies in the region and by
    /// how strong its features are, so this is `Σ|x_id| / Σ|x|` over the region as it is over a cell.
    pub identity_share: f32,
    /// Strength of its features for its area, where the mean of the whole face is 1.
    pub energy: f32,
}

impl RegionReading {
    /// Share of its features that is age, 0 to 1.
    pub fn age_share(&self) -> f32 {
        1.0 - self.identity_share
    }
}

impl AttentionMaps {
    /// The age share of each cell, 0 to 1.
    pub fn age_share(&self) -> [[f32; CELLS]; CELLS] {
        self.identity_share.map(|row| row.map(|share| 1.0 - share))
    }

    /// Strength of each cell's features: `Σ|x|` over channels.
    pub fn cell_energy(&self) -> [[f32; CELLS]; CELLS] {
        let mut energy = [[0.0; CELLS]; CELLS];
        for cells in self.channel_activity.chunks_exact(CELLS * CELLS) {
            for (total, value) in energy.as_flattened_mut().iter_mut().zip(cells) {
                *total += value;
            }
        }
        energy
    }

    /// `|x|` of one channel in each cell; zero for a channel that is not there.
    pub fn activity(&self, channel: usize) -> [[f32; CELLS]; CELLS] {
        let start = channel.saturating_mul(CELLS * CELLS);
        let mut cells = [[0.0; CELLS]; CELLS];
        if let Some(values) = self.channel_activity.get(start..).and_then(|rest| rest.get(..CELLS * CELLS)) {
            cells.as_flattened_mut().copy_from_slice(values);
        }
        cells
    }

    /// How many channels are given mostly to age.
    pub fn channels_to_age(&self) -> usize {
        self.channel_gate.iter().filter(|gate| **gate > 0.5).count()
    }

    /// The mean of the spatial gate: the share that the cells give to age, 0 to 1.
    pub fn mean_spatial_gate(&self) -> f32 {
        self.spatial_gate.iter().flatten().sum::<f32>() / (CELLS * CELLS) as f32
    }

    /// Every part of the face.
    pub fn regions(&self) -> [RegionReading; 5] {
        let energy = self.cell_energy();
        let mean = (energy.iter().flatten().sum::<f32>() / (CELLS * CELLS) as f32).max(f32::EPSILON);
        FaceRegion::ALL.map(|region| {
            let (mut area, mut strength, mut identity) = (0.0, 0.0, 0.0);
            let cells = energy.as_flattened().iter().zip(self.identity_share.as_flattened());
            for ((energy, share), weight) in cells.zip(region.cell_weights().as_flattened()) {
                area += weight;
                strength += weight * energy;
                identity += weight * energy * share;
            }
            RegionReading {
                region,
                identity_share: identity / strength.max(f32::EPSILON),
                energy: strength / area.max(f32::EPSILON) / mean,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps(share: [[f32; CELLS]; CELLS], activity: Vec<f32>) -> AttentionMaps {
        let channel_gate = vec![0.4; activity.len() / (CELLS * CELLS)];
        AttentionMaps {
            identity_share: share,
            spatial_gate: [[0.25; CELLS]; CELLS],
            channel_gate,
            channel_activity: activity,
        }
    }

    #[test]
    fn an_even_face_is_even_in_every_region() {
        let maps = maps([[0.7; CELLS]; CELLS], vec![0.5; 3 * CELLS * CELLS]);
        for region in maps.regions() {
            assert!((region.identity_share - 0.7).abs() < 1e-5 && (region.energy - 1.0).abs() < 1e-5, "{region:?}");
        }
        assert_eq!((maps.channels_to_age(), maps.mean_spatial_gate()), (0, 0.25));
        assert!((maps.cell_energy()[3][3] - 1.5).abs() < 1e-6);
    }

    #[test]
    fn strong_cells_count_for_more() {
        // The mouth lies over rows 5 and 6; row 5 is all identity and four times as strong.
        let mut share = [[0.0; CELLS]; CELLS];
        share[5] = [1.0; CELLS];
        let activity = (0..CELLS * CELLS).map(|cell| if cell / CELLS == 5 { 4.0 } else { 1.0 }).collect();
        let mouth = maps(share, activity).regions()[2];
        let (in_row_5, in_row_6) = (96.0 - 84.0, 102.0 - 96.0);
        let wanted = 4.0 * in_row_5 / (4.0 * in_row_5 + in_row_6);
        assert!((mouth.identity_share - wanted).abs() < 1e-5, "{mouth:?}");
    }

    #[test]
    fn a_channel_that_is_not_there_is_silent() {
        let maps = maps([[0.5; CELLS]; CELLS], vec![2.0; 2 * CELLS * CELLS]);
        assert_eq!(maps.activity(1)[6][6], 2.0);
        assert_eq!(maps.activity(2), [[0.0; CELLS]; CELLS]);
    }
}
