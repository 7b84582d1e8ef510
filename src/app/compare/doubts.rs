//! "What would change my mind": everything about two photographs that makes their score worth less, and what can be
//! done about each.

use super::side::{ComparedPair, Shown, Side};
use crate::app::commands::Command;
use crate::app::queries::OwnAge;
use crate::app::state::{AppState, Prompt};
use crate::app::widgets::landmarks;
use crate::face::alignment::DOUBTFUL_LANDMARK_PX;
use crate::face::{AlignedFace, LandmarkSource};
use crate::recognition::Reading;
use crate::recognition::verdict::LARGE_GAP_YEARS;

/// One thing that a reading should be taken with.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// What it is about, such as `Age gap`.
    pub label: &'static str,
    /// What there is, such as `about 12 years`.
    pub value: String,
    /// Whether it makes the reading worth less.
    pub is_open: bool,
    /// Why, and what to do.
    pub advice: Option<String>,
    /// What can be clicked to do it.
    pub actions: Vec<(String, Command)>,
}

impl Doubt {
    fn fine(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), is_open: false, advice: None, actions: Vec::new() }
    }

    fn open(label: &'static str, value: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { is_open: true, advice: Some(advice.into()), ..Self::fine(label, value) }
    }
}

/// Everything that would change the reading of a pair, what matters most first.
pub fn doubts(state: &AppState, pair: &ComparedPair) -> Vec<Doubt> {
    let [Some(a), Some(b)] = [state.compared_side(0), state.compared_side(1)] else { return Vec::new() };
    let sides = [a, b];
    let reading = state.compared_reading(pair);
    let made = made_doubt(state, &sides);
    let first = same_photo_doubt(&sides).into_iter().chain(made);
    let of_photos = [age_gap_doubt(pair, &sides)].into_iter().chain(under_18_doubt(state, pair));
    let quality = sides.iter().map(quality_doubt).chain([landmarks_doubt(&sides)]);
    first.chain(of_photos).chain(quality).chain(reading_doubts(reading.as_ref())).collect()
}

fn same_photo_doubt(sides: &[Side<'_>; 2]) -> Option<Doubt> {
    let [a, b] = sides.each_ref().map(|side| &side.face.aligned);
    (a.photo_sha256 == b.photo_sha256).then(|| {
        let is_one_face = a.detection == b.detection;
        let advice = if is_one_face {
            "A and B are one face of one file: the score says nothing. Choose another photo."
        } else {
            "Both faces are from one photo: light, camera and moment are the same, which no calibration set has."
        };
        Doubt::open("Source", "the same photo", advice)
    })
}

fn made_doubt(state: &AppState, sides: &[Side<'_>; 2]) -> Option<Doubt> {
    if sides.iter().any(|side| side.shown != Shown::Photograph) {
        let advice = "A synthetic face is one way a face may look. Its score says nothing that the photographs do not.";
        return Some(Doubt::open("Synthetic", "a face here was made", advice));
    }
    let is_marked =
        |side: &&Side<'_>| state.library.photos.get(&side.face.photo).is_some_and(|p| p.is_marked_synthetic);
    let letters: Vec<&str> = sides.iter().filter(is_marked).map(Side::letter).collect();
    (!letters.is_empty()).then(|| {
        let advice = "The file says that a trained network made it or part of it. Use the photograph it was made from.";
        Doubt::open("Synthetic", letters.join(" and "), advice)
    })
}

fn age_gap_doubt(pair: &ComparedPair, sides: &[Side<'_>; 2]) -> Doubt {
    let gap_years = (pair.ages[0].years - pair.ages[1].years).abs();
    let estimated: Vec<&Side<'_>> = sides.iter().filter(|side| is_estimated(side)).collect();
    let about = if estimated.is_empty() { "" } else { "about " };
    let mut doubt = Doubt::fine("Age gap", format!("{about}{}", years_text(gap_years)));
    let mut advice = Vec::new();
    if gap_years >= LARGE_GAP_YEARS {
        doubt.is_open = true;
        advice.push("Misses become more likely with the years. Look for photos nearer in age.");
    }
    if !estimated.is_empty() {
        advice.push("The network estimated the age; children are misjudged most. State it if you know it.");
    }
    doubt.advice = (!advice.is_empty()).then(|| advice.join(" "));
    doubt.actions = estimated
        .iter()
        .map(|side| {
            let prompt = Prompt::StatedAge { face: side.id, text: String::new() };
            (format!("State the age of {}…", side.letter()), Command::SetPrompt(Some(prompt)))
        })
        .collect();
    doubt
}

/// A number of years in words.
fn years_text(years: f32) -> String {
    let years = years.round();
    if years == 1.0 { "1 year".to_owned() } else { format!("{years:.0} years") }
}

fn is_estimated(side: &Side<'_>) -> bool {
    side.shown == Shown::Photograph && side.age.is_some_and(|age: OwnAge| !age.is_stated())
}

fn under_18_doubt(state: &AppState, pair: &ComparedPair) -> Option<Doubt> {
    let letters: Vec<&str> = ["A", "B"]
        .into_iter()
        .zip(pair.ages)
        .filter(|(_, age)| age.may_be_under_18())
        .map(|(letter, _)| letter)
        .collect();
    if letters.is_empty() {
        return None;
    }
    let mut advice = "Children resemble each other more than adults do, and change faster.".to_owned();
    if let Some(Ok(calibration)) = &state.calibration
        && let Some(missed) = calibration.missed_under_18(pair.ages[0].years, pair.ages[1].years)
    {
        advice = format!("{advice} {missed}");
    }
    let is_certain = pair.ages.iter().all(|age| !age.may_be_under_18() || age.is_under_18());
    let value = format!("{}{}", if is_certain { "" } else { "perhaps " }, letters.join(" and "));
    Some(Doubt::open("Under 18", value, advice))
}

fn quality_doubt(side: &Side<'_>) -> Doubt {
    let label = if side.slot == 0 { "Quality of A" } else { "Quality of B" };
    let size = format!("{:.0} px", side.face.aligned.detection.size_px());
    let warnings = &side.face.aligned.quality;
    let Some(first) = warnings.first() else { return Doubt::fine(label, format!("good, {size}")) };
    let more = if warnings.len() > 1 { format!(" and {} more", warnings.len() - 1) } else { String::new() };
    let sentences: Vec<String> = warnings.iter().map(|warning| warning.sentence()).collect();
    Doubt::open(label, format!("{}{more}, {size}", first.short()), sentences.join(" "))
}

/// The landmarks that lie far from where a frontal face has them, by their place in the list.
fn doubtful_landmarks(face: &AlignedFace) -> Vec<usize> {
    let residuals = face.landmark_residuals_px().into_iter().enumerate();
    residuals.filter(|(_, residual)| *residual > DOUBTFUL_LANDMARK_PX).map(|(index, _)| index).collect()
}

fn landmarks_doubt(sides: &[Side<'_>; 2]) -> Doubt {
    let doubtful = sides.each_ref().map(|side| doubtful_landmarks(&side.face.aligned));
    let by_hand = |side: &Side<'_>| side.face.aligned.landmark_source == LandmarkSource::Hand;
    let total: usize = doubtful.iter().map(Vec::len).sum();
    let placed: Vec<&str> = sides.iter().filter(|side| by_hand(side)).map(Side::letter).collect();
    let mut doubt = match total {
        0 if placed.is_empty() => Doubt::fine("Landmarks in doubt", "none"),
        0 => Doubt::fine("Landmarks in doubt", format!("none; {} placed by hand", placed.join(" and "))),
        _ => Doubt::open("Landmarks in doubt", format!("{total} of 10"), landmark_words(sides, &doubtful)),
    };
    let in_doubt = sides.iter().zip(&doubtful).filter(|(_, doubtful)| !doubtful.is_empty());
    doubt.actions = in_doubt
        .map(|(side, _)| (format!("Check the points of {}…", side.letter()), Command::BeginLandmarks(side.face.photo)))
        .collect();
    doubt
}

fn landmark_words(sides: &[Side<'_>; 2], doubtful: &[Vec<usize>; 2]) -> String {
    let of_side = |(side, doubtful): (&Side<'_>, &Vec<usize>)| {
        let names: Vec<&str> = doubtful.iter().map(|index| landmarks::NAMES[*index]).collect();
        format!("{}: {}", side.letter(), names.join(", "))
    };
    let pairs = sides.iter().zip(doubtful).filter(|(_, doubtful)| !doubtful.is_empty());
    let lists: Vec<String> = pairs.map(of_side).collect();
    format!(
        "{}. They lie far from where a frontal face has them: the head is turned, or a point is misplaced.",
        lists.join("; ")
    )
}

fn reading_doubts(reading: Option<&Reading>) -> Vec<Doubt> {
    let Some(reading) = reading else { return Vec::new() };
    let mut doubts = Vec::new();
    if reading.same {
        let advice = "Parents, children and siblings can score this high. Twins cannot be told apart.";
        doubts.push(Doubt::open("Relatives", "not excluded", advice));
    }
    if reading.pooled {
        let advice = "Too few pairs of these ages were measured; all ages are pooled.";
        doubts.push(Doubt::open("Calibration", "all ages pooled", advice));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;
    use crate::face::Photo;
    use crate::face::alignment::TEMPLATE_PX;

    #[test]
    fn a_misplaced_landmark_is_in_doubt_and_a_good_face_has_none() {
        let photo = Photo::from_pixels("empty", RgbImage::new(224, 224));
        let mut placed = TEMPLATE_PX.map(|[x, y]| [2.0 * x, 2.0 * y]);
        assert!(doubtful_landmarks(&AlignedFace::from_landmarks(&photo, placed).unwrap()).is_empty());
        placed[2][0] += 30.0;
        let doubtful = doubtful_landmarks(&AlignedFace::from_landmarks(&photo, placed).unwrap());
        assert_eq!(doubtful, [2], "the nose");
    }
}
