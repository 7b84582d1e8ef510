//! The gates over a run: the spatial gate as it is, the channel gate as a sorted curve, and not more records of them
//! than a slider can tell apart.

use super::records::GatesLine;
use crate::model::CELLS;

/// More records than this and every second one is left out, but for the first and the last.
const MOST_RECORDS: usize = 800;
/// Points of a sorted channel gate.
const CURVE_POINTS: usize = 129;

/// The gates at a step, averaged over the sample faces.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRecord {
    /// The step.
    pub step: u64,
    /// Share of each cell given to age.
    pub spatial: [[f32; CELLS]; CELLS],
    /// Shares of the channels given to age.
    pub channel: ChannelGate,
}

/// A channel gate, sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelGate {
    /// How many channels there are.
    pub count: usize,
    /// How many of them are mostly given to age.
    pub to_age: usize,
    /// The shares from the smallest to the largest, as far as a curve shows them.
    pub curve: Vec<f32>,
}

impl ChannelGate {
    /// Of the shares in the network's order.
    pub fn new(shares: &[f32]) -> Self {
        let mut sorted = shares.to_vec();
        sorted.sort_by(f32::total_cmp);
        let points = CURVE_POINTS.min(sorted.len());
        let last = sorted.len().saturating_sub(1);
        let place = |point: usize| last * point / (points - 1).max(1);
        let curve = (0..points).map(|point| sorted[place(point)]).collect();
        Self { count: shares.len(), to_age: shares.iter().filter(|share| **share > 0.5).count(), curve }
    }
}

/// All records kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateHistory {
    records: Vec<GateRecord>,
}

impl GateHistory {
    /// Adds a record; false where the line holds no gates of this size.
    pub fn push(&mut self, line: &GatesLine) -> bool {
        let Some(spatial) = line.spatial() else { return false };
        while self.records.last().is_some_and(|record| record.step >= line.step) {
            self.records.pop();
        }
        self.records.push(GateRecord { step: line.step, spatial, channel: ChannelGate::new(&line.channel_gate) });
        if self.records.len() > MOST_RECORDS {
            let last = self.records.len() - 1;
            let mut place = 0;
            self.records.retain(|_| {
                place += 1;
                (place - 1) % 2 == 0 || place - 1 == last
            });
        }
        true
    }

    /// The records, oldest first.
    pub fn records(&self) -> &[GateRecord] {
        &self.records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u64) -> GatesLine {
        let gates = serde_json::json!({ "step": step, "spatial_gate": vec![0.5; 49], "channel_gate": [0.9, 0.1, 0.6] });
        serde_json::from_value(gates).unwrap()
    }

    #[test]
    fn a_channel_gate_is_sorted_and_counted() {
        let gate = ChannelGate::new(&[0.9, 0.1, 0.6]);
        assert_eq!((gate.count, gate.to_age, gate.curve), (3, 2, vec![0.1, 0.6, 0.9]));
        let many: Vec<f32> = (0..1024).rev().map(|channel| channel as f32).collect();
        let curve = ChannelGate::new(&many).curve;
        assert_eq!((curve.len(), curve[0], curve[128]), (CURVE_POINTS, 0.0, 1023.0));
        assert!(ChannelGate::new(&[]).curve.is_empty());
    }

    #[test]
    fn the_first_and_the_last_record_stay() {
        let mut history = GateHistory::default();
        for step in 0..5000 {
            assert!(history.push(&line(step)));
        }
        let records = history.records();
        assert!(records.len() <= MOST_RECORDS);
        assert_eq!((records[0].step, records[records.len() - 1].step), (0, 4999));
        history.push(&line(100));
        assert_eq!(history.records().last().unwrap().step, 100);
    }
}
