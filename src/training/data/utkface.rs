//! File names of UTKFace (Zhang et al. 2017): `age_gender_race_date.jpg`; a few lack the race.

use super::Gender;
use super::labels::Label;
use crate::pictures::{UTKFACE_ETHNICITIES, age_years};

/// What a file name says; nothing when it is no name of UTKFace.
pub(super) fn label(name: &str) -> Option<Label> {
    let mut parts = name.rsplit('/').next()?.split('_');
    let age_years = parts.next().filter(|age| age.bytes().all(|digit| digit.is_ascii_digit())).and_then(age_years)?;
    let gender = match parts.next()? {
        "0" => Gender::Male,
        "1" => Gender::Female,
        _ => return None,
    };
    let ethnicity = parts.next().and_then(|race| race.parse::<u8>().ok());
    let ethnicity = ethnicity.filter(|race| usize::from(*race) < UTKFACE_ETHNICITIES.len());
    Some(Label { identity: None, age_years: Some(age_years), gender: Some(gender), ethnicity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_age_gender_and_race() {
        let known = label("images/26_1_2_20170116.jpg.chip.jpg").unwrap();
        assert_eq!((known.age_years, known.gender, known.ethnicity), (Some(26.0), Some(Gender::Female), Some(2)));
        assert_eq!(label("61_1_20170109142408075.jpg").unwrap().ethnicity, None);
        for other in ["IMG_0001.jpg", "200_1_2_x.jpg", "26_3_2_x.jpg", "nan_1_1_x.jpg", "26.jpg", ""] {
            assert_eq!(label(other), None, "{other}");
        }
    }
}
