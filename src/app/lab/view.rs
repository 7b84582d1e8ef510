//! How a run is looked at: kept between sessions, no step of undo.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What of a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pane {
    /// Everything beside each other.
    #[default]
    All,
    /// The losses alone.
    Losses,
    /// The sample faces alone.
    Samples,
    /// The gates alone.
    Gates,
}

/// How large sample faces are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zoom {
    /// As large as fits.
    #[default]
    Fit,
    /// Two points a pixel, to look at every one.
    Pixels,
}

/// How a run is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabView {
    /// What is shown.
    pub pane: Pane,
    /// Losses by their powers of ten.
    pub is_logarithmic: bool,
    /// How smooth curves are drawn, 0 to 1.
    pub smoothing: f32,
    /// Losses that are not drawn.
    pub hidden: BTreeSet<String>,
    /// How large sample faces are shown.
    pub zoom: Zoom,
    /// The step whose faces and gates are shown; the latest where none was chosen.
    #[serde(skip)]
    pub step: Option<u64>,
}

impl Default for LabView {
    fn default() -> Self {
        Self {
            pane: Pane::All,
            is_logarithmic: true,
            smoothing: 0.6,
            hidden: BTreeSet::new(),
            zoom: Zoom::Fit,
            step: None,
        }
    }
}

impl LabView {
    /// How much of the mean before a smoothed curve keeps at each point: the slider's upper half is where it matters.
    pub fn keep(&self) -> f64 {
        f64::from(self.smoothing.clamp(0.0, 1.0)).sqrt() * 0.98
    }

    /// The step so many places away among these, which are in order; nothing stands for the latest.
    pub fn moved(&self, steps: &[u64], places: i64) -> Option<u64> {
        let last = steps.len().checked_sub(1)?;
        let shown = self.step.map_or(last, |step| steps.partition_point(|known| *known <= step).saturating_sub(1));
        let place = (shown as i64).saturating_add(places).clamp(0, last as i64) as usize;
        (place < last).then(|| steps[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_step_stays_the_latest() {
        let steps = [0, 200, 400];
        let mut view = LabView::default();
        assert_eq!(view.moved(&steps, -1), Some(200));
        view.step = Some(200);
        assert_eq!([view.moved(&steps, -5), view.moved(&steps, 1), view.moved(&[], 1)], [Some(0), None, None]);
        view.step = Some(250);
        assert_eq!(view.moved(&steps, 0), Some(200));
    }
}
