//! The seven age groups of the papers and the anchor age that stands for each.

use serde::{Deserialize, Serialize};

/// How many age groups there are.
pub const GROUP_COUNT: usize = 7;

/// Upper bounds of the first six groups in years; a bound belongs to the lower group (`> 10` is group 1).
const UPPER_BOUNDS_YEARS: [f32; GROUP_COUNT - 1] = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
const LABELS: [&str; GROUP_COUNT] = ["0–10", "11–20", "21–30", "31–40", "41–50", "51–60", "61+"];
const ANCHORS_YEARS: [f32; GROUP_COUNT] = [5.0, 15.5, 25.5, 35.5, 45.5, 55.5, 70.0];

/// One of the seven age groups: 0–10, 11–20, …, 61 and older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgeGroup(u8);

impl AgeGroup {
    /// All groups, youngest first.
    pub const ALL: [Self; GROUP_COUNT] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6)];

    /// The group an age in years falls into. Fractions are compared directly: 10.5 years is group 1.
    pub fn of_years(age_years: f32) -> Self {
        let index = UPPER_BOUNDS_YEARS.iter().filter(|bound| age_years > **bound).count();
        Self::ALL[index]
    }

    /// The group with this index, if there is one.
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// Position among the groups, 0 to 6.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The group's name as shown to people, such as `21–30`.
    pub fn label(self) -> &'static str {
        LABELS[self.index()]
    }

    /// The age in years that a face synthesised for this group stands at.
    pub fn anchor_years(self) -> f32 {
        ANCHORS_YEARS[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_younger_group() {
        let cases = [(0.0, 0), (10.0, 0), (10.5, 1), (20.0, 1), (21.0, 2), (60.0, 5), (60.1, 6), (100.0, 6)];
        for (age_years, index) in cases {
            assert_eq!(AgeGroup::of_years(age_years).index(), index, "{age_years} years");
        }
    }

    #[test]
    fn every_anchor_lies_in_its_own_group() {
        for group in AgeGroup::ALL {
            assert_eq!(AgeGroup::of_years(group.anchor_years()), group);
        }
    }
}
