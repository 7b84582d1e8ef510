//! Arguments that several commands share, and how their text becomes numbers.

use std::path::PathBuf;

use crate::aging::MAX_AGE_YEARS;
use crate::aging::export::film::{FilmFormat, MAX_SECONDS};
use crate::face::Landmarks;

/// Which face of a photo.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FaceArgs {
    /// Which face, when there are several: its number in `mtlface faces` [default: 1, the centre-most large one]
    #[arg(long, value_name = "N", value_parser = face_number, conflicts_with_all = ["landmarks", "aligned"])]
    pub face: Option<usize>,
    /// Where the eyes, the nose tip and the mouth corners are, in pixels of the upright photo, left before right as
    /// seen in the picture: for faces the detector does not find
    #[arg(long, value_name = "X,Y,…", value_parser = landmarks, allow_hyphen_values = true, conflicts_with = "aligned")]
    pub landmarks: Option<Landmarks>,
}

/// A face's number, counted from 1.
pub fn face_number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("faces are counted 1, 2, 3, …".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// An age on the slider, in years.
pub fn target_age(text: &str) -> Result<f32, String> {
    years(text, MAX_AGE_YEARS)
}

/// A person's age, in years.
pub fn stated_age(text: &str) -> Result<f32, String> {
    years(text, 120.0)
}

fn years(text: &str, most: f32) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(years) if (0.0..=most).contains(&years) => Ok(years),
        _ => Err(format!("an age is a number of years from 0 to {most}")),
    }
}

/// How much of the learnt change is applied: 1 is as learnt.
pub fn strength(text: &str) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(strength) if (0.0..=2.0).contains(&strength) => Ok(strength),
        _ => Err("the strength is a number from 0 (no change) over 1 (as learnt) to 2".to_owned()),
    }
}

/// How long a film is, in seconds.
pub fn film_seconds(text: &str) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(seconds) if (0.5..=MAX_SECONDS).contains(&seconds) => Ok(seconds),
        _ => Err(format!("a film lasts from 0.5 to {MAX_SECONDS} seconds")),
    }
}

/// The file of a film, whose ending says its format.
pub fn film_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match FilmFormat::of_path(&path) {
        Some(_) => Ok(path),
        None => Err("the file of a film ends with .mp4 or .gif".to_owned()),
    }
}

/// Five points as ten numbers.
pub fn landmarks(text: &str) -> Result<Landmarks, String> {
    let numbers: Result<Vec<f32>, _> = text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect();
    let numbers = numbers.ok().filter(|numbers| numbers.iter().all(|number| number.is_finite()));
    let numbers: Option<[f32; 10]> = numbers.and_then(|numbers| numbers.try_into().ok());
    let numbers = numbers.ok_or("landmarks are ten numbers: x,y of both eyes, the nose tip and both mouth corners")?;
    Ok(std::array::from_fn(|point| [numbers[2 * point], numbers[2 * point + 1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn landmarks_are_ten_numbers() {
        let expected = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.5], [7.0, -8.0], [9.0, 10.0]];
        assert_eq!(landmarks("1,2,3,4,5,6.5,7,-8,9,10"), Ok(expected));
        for wrong in ["", "1,2,3", "1,2,3,4,5,6,7,8,9,ten", "1,2,3,4,5,6,7,8,9,nan", "1,2,3,4,5,6,7,8,9,10,11"] {
            assert!(landmarks(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ages_and_strengths_have_ends() {
        assert_eq!(target_age("65"), Ok(65.0));
        assert_eq!(target_age(" 0"), Ok(0.0));
        for wrong in ["-1", "91", "nan", "old", ""] {
            assert!(target_age(wrong).is_err(), "{wrong}");
        }
        assert_eq!(stated_age("101"), Ok(101.0));
        assert!(strength("2.5").is_err() && strength("1.5").is_ok());
        assert!(face_number("0").is_err());
        assert!(film_seconds("0.1").is_err() && film_seconds("6").is_ok());
        assert!(film_path("a.MP4").is_ok() && film_path("a.avi").is_err() && film_path("mp4").is_err());
    }
}
