//! How the reading of a face changes along its ages: one column for the photograph and each of the seven synthetic
//! faces.

use super::shown;
use super::view::AgeShown;
use crate::app::state::AppState;
use crate::engine::{FaceReading, RegionReading};
use crate::model::age_group::GROUP_COUNT;

/// One age of the face in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct AgeColumn {
    /// Which age.
    pub age: AgeShown,
    /// The age it stands at, in years: the face's own for the photograph, the target for a synthetic face.
    pub years: f32,
    /// The age the network estimates from it, in years.
    pub estimated_years: f32,
    /// The mean of the spatial gate, the share given to age.
    pub spatial_gate: f32,
    /// Channels given mostly to age.
    pub channels_to_age: usize,
    /// The parts of the face.
    pub regions: [RegionReading; 5],
}

/// The photograph, then the seven ages from the youngest; nothing before all were read.
pub fn columns(state: &AppState) -> Option<Vec<AgeColumn>> {
    let (id, face) = state.face()?;
    let own = state.own_age(id)?;
    let readings = shown::aged_readings(state, id)?;
    let photograph = column(AgeShown::Photograph, own.years, face.reading.as_ref()?);
    let aged = readings.iter().take(GROUP_COUNT).enumerate();
    let aged = aged.map(|(index, reading)| column(AgeShown::Anchor(index), shown::anchor_years(state, index), reading));
    Some(std::iter::once(photograph).chain(aged).collect())
}

fn column(age: AgeShown, years: f32, reading: &FaceReading) -> AgeColumn {
    AgeColumn {
        age,
        years,
        estimated_years: reading.age.years,
        spatial_gate: reading.attention.mean_spatial_gate(),
        channels_to_age: reading.attention.channels_to_age(),
        regions: reading.attention.regions(),
    }
}
