//! How many synthesised faces were kept, by the group they come from and the group they are to look like.

use serde_json::{Value, json};

use crate::model::age_group::GROUP_COUNT;
use crate::model::{AgeGroup, Parameter, ParameterError, Parameters};

/// Names of the tally's tensors in a checkpoint, `[7, 7]` each: source by target.
const NAMES: [&str; 2] = ["selective.tried", "selective.kept"];
/// What metrics call the kept share of each target group.
const SHARES: [&str; GROUP_COUNT] =
    ["kept_0_10", "kept_11_20", "kept_21_30", "kept_31_40", "kept_41_50", "kept_51_60", "kept_61_up"];

/// Counts over a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Synthesised, then kept; rows are the sources' groups, columns the targets.
    counts: [[[u64; GROUP_COUNT]; GROUP_COUNT]; 2],
}

impl Tally {
    /// Counts one synthesised face.
    pub fn count(&mut self, source: AgeGroup, target: AgeGroup, is_kept: bool) {
        self.counts[0][source.index()][target.index()] += 1;
        self.counts[1][source.index()][target.index()] += u64::from(is_kept);
    }

    /// The kept share of all, then of every target group, by their names in metrics; those never tried are left out.
    pub fn shares(&self) -> Vec<(&'static str, f32)> {
        let of_target = |target: usize| self.sums(|_, column| column == target);
        let all = [("kept", self.sums(|_, _| true))];
        let rows = all.into_iter().chain(SHARES.into_iter().zip((0..GROUP_COUNT).map(of_target)));
        rows.filter(|(_, [tried, _])| *tried > 0).map(|(name, sums)| (name, share(sums))).collect()
    }

    /// What the report says.
    pub fn report(&self) -> Value {
        let row = |[tried, kept]: [u64; 2]| match tried {
            0 => json!({ "tried": 0, "kept": 0, "share": null }),
            _ => json!({ "tried": tried, "kept": kept, "share": share([tried, kept]) }),
        };
        let labelled = |row: &dyn Fn(usize) -> Value| -> Value {
            let rows = AgeGroup::ALL.map(|group| (group.label().to_owned(), row(group.index())));
            Value::Object(rows.into_iter().collect())
        };
        let of_source =
            |source: usize| labelled(&|target| row(self.sums(|row, column| row == source && column == target)));
        json!({
            "all": row(self.sums(|_, _| true)),
            "by_target": labelled(&|target| row(self.sums(|_, column| column == target))),
            "by_source": labelled(&|source| row(self.sums(|row, _| row == source))),
            "by_source_and_target": labelled(&of_source),
        })
    }

    /// Adds the counts to a checkpoint.
    pub fn remember(&self, state: &mut Parameters) {
        for (name, counts) in NAMES.into_iter().zip(&self.counts) {
            // Exact up to 16 million faces of a cell.
            let values = counts.iter().flatten().map(|count| *count as f32).collect();
            state.insert(name, Parameter { shape: vec![GROUP_COUNT, GROUP_COUNT], values });
        }
    }

    /// Goes on from what [`Self::remember`] added.
    ///
    /// # Errors
    /// When the checkpoint has no counts.
    pub fn recall(state: &Parameters) -> Result<Self, ParameterError> {
        let mut tally = Self::default();
        for (name, counts) in NAMES.into_iter().zip(&mut tally.counts) {
            let values = state.get(name, &[GROUP_COUNT, GROUP_COUNT])?;
            for (count, value) in counts.iter_mut().flatten().zip(values.iter()) {
                *count = *value as u64;
            }
        }
        Ok(tally)
    }

    /// Synthesised and kept faces of the cells that fit.
    fn sums(&self, fits: impl Fn(usize, usize) -> bool) -> [u64; 2] {
        let cells = || (0..GROUP_COUNT).flat_map(|row| (0..GROUP_COUNT).map(move |column| (row, column)));
        let sum = |counts: &[[u64; GROUP_COUNT]; GROUP_COUNT]| {
            cells().filter(|(row, column)| fits(*row, *column)).map(|(row, column)| counts[row][column]).sum()
        };
        [sum(&self.counts[0]), sum(&self.counts[1])]
    }
}

fn share([tried, kept]: [u64; 2]) -> f32 {
    kept as f32 / tried as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_by_target_and_by_source() {
        let mut tally = Tally::default();
        assert!(tally.shares().is_empty());
        let [child, young] = [AgeGroup::ALL[0], AgeGroup::ALL[2]];
        for (source, target, is_kept) in [(child, child, true), (young, child, false), (young, young, true)] {
            tally.count(source, target, is_kept);
        }
        let shares = tally.shares();
        assert_eq!(shares, [("kept", 2.0 / 3.0), ("kept_0_10", 0.5), ("kept_21_30", 1.0)]);
        let report = tally.report();
        assert_eq!(report["by_source"]["21–30"], json!({ "tried": 2, "kept": 1, "share": 0.5 }));
        assert_eq!(report["by_source_and_target"]["21–30"]["0–10"]["kept"], 0);
        assert!(report["by_target"]["61+"]["share"].is_null());
        let mut state = Parameters::default();
        tally.remember(&mut state);
        assert_eq!(Tally::recall(&state).unwrap(), tally);
        assert!(Tally::recall(&Parameters::default()).is_err());
    }
}
