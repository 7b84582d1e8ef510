//! What names and labels of sets have in common, whoever reads them.

/// UTKFace's names of the ethnicities 0 to 4.
pub const UTKFACE_ETHNICITIES: [&str; 5] = ["White", "Black", "Asian", "Indian", "other"];
/// What an age in a table should be, for the sentence that says otherwise.
pub const AN_AGE: &str = "an age in years from 0 to 120";
/// Oldest age that is taken for one.
const OLDEST_YEARS: f32 = 120.0;

/// An age in years, if it is one.
pub fn age_years(text: &str) -> Option<f32> {
    text.parse().ok().filter(|years| (0.0..=OLDEST_YEARS).contains(years))
}

/// The names a table may know a picture by: its path inside the set, then that without one folder after another.
pub fn name_ends(picture: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(picture), |rest| rest.split_once('/').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_goes_by_its_path_and_by_every_end_of_it() {
        assert_eq!(name_ends("a/b/c.jpg").collect::<Vec<_>>(), ["a/b/c.jpg", "b/c.jpg", "c.jpg"]);
    }

    #[test]
    fn an_age_lies_between_0_and_120() {
        assert_eq!(["0", "31.5", "120"].map(age_years), [Some(0.0), Some(31.5), Some(120.0)]);
        assert_eq!(["-1", "121", "nan", "old", ""].map(age_years), [None; 5]);
    }
}
