//! The faces on screen: the photograph looked at, a second face, or the same face at its ages. Their maps are `maps`'.

use eframe::egui::TextureHandle;

use super::view::{AgeShown, Beside};
use crate::app::state::{AppState, FaceEntry};
use crate::engine::{FaceId, FaceReading};

/// One face on screen.
pub struct Shown<'a> {
    /// Which face.
    pub face: FaceId,
    /// Its name over the map, such as `A · astronaut.jpg`.
    pub title: String,
    /// Its name before a number, such as `A` or `age 65`.
    pub short: String,
    /// The age of a synthetic face, in years; nothing for a photograph.
    pub synthetic_years: Option<f32>,
    /// What the network reads from it, once it has.
    pub reading: Option<&'a FaceReading>,
    /// The crop without colour, once it is there.
    pub grey: Option<&'a TextureHandle>,
}

/// The faces on screen, the one looked at first. A second one is left out where there is none.
pub fn shown(state: &AppState) -> Vec<Shown<'_>> {
    let Some((id, face)) = state.face() else { return Vec::new() };
    let view = &state.view.attention;
    match view.beside {
        Beside::Photograph => vec![photograph(id, face, "Photograph".to_owned(), "photograph")],
        Beside::Age => view.ages.map(|age| at_age(state, id, face, age)).into(),
        Beside::SecondFace => {
            let named = |id: FaceId, letter: &str| format!("{letter} · {}", state.photo_name_of(id));
            let first = photograph(id, face, named(id, "A"), "A");
            let second = second_face(state).and_then(|id| state.library.faces.get(&id).map(|face| (id, face)));
            let second = second.map(|(id, face)| photograph(id, face, named(id, "B"), "B"));
            std::iter::once(first).chain(second).collect()
        }
    }
}

/// The face beside the one looked at: B of the comparison, or A where B is looked at.
pub fn second_face(state: &AppState) -> Option<FaceId> {
    let looked_at = state.face().map(|(id, _)| id);
    let [a, b] = state.pair();
    b.filter(|face| Some(*face) != looked_at).or(a.filter(|face| Some(*face) != looked_at))
}

/// What an age is called.
pub fn age_words(state: &AppState, age: AgeShown) -> String {
    match age {
        AgeShown::Photograph => "Photograph".to_owned(),
        AgeShown::Anchor(index) => format!("Synthetic, age {:.0}", anchor_years(state, index)),
    }
}

/// The readings at the seven ages, if they start from the age the face is taken to have now.
pub fn aged_readings(state: &AppState, id: FaceId) -> Option<&[FaceReading]> {
    let own = state.own_age(id)?;
    let aged = state.library.faces.get(&id)?.aged_readings.as_ref()?;
    (aged.own_years == own.years).then_some(&*aged.readings)
}

/// The age an anchor of the face looked at stands at, in years.
pub fn anchor_years(state: &AppState, index: usize) -> f32 {
    let anchors = state.face().and_then(|(_, face)| face.timeline.as_ref()).map(|timeline| timeline.anchors_years());
    anchors.unwrap_or_else(|| state.anchors_years()).get(index).copied().unwrap_or_default()
}

fn photograph<'a>(id: FaceId, face: &'a FaceEntry, title: String, short: &str) -> Shown<'a> {
    Shown {
        face: id,
        title,
        short: short.to_owned(),
        synthetic_years: None,
        reading: face.reading.as_deref(),
        grey: Some(&face.grey_crop),
    }
}

fn at_age<'a>(state: &'a AppState, id: FaceId, face: &'a FaceEntry, age: AgeShown) -> Shown<'a> {
    let title = age_words(state, age);
    let AgeShown::Anchor(index) = age else { return photograph(id, face, title, "photograph") };
    let years = anchor_years(state, index);
    Shown {
        face: id,
        title,
        short: format!("age {years:.0}"),
        synthetic_years: Some(years),
        reading: aged_readings(state, id).and_then(|readings| readings.get(index)),
        grey: face.filmstrip.as_ref().and_then(|strip| strip.grey.get(index)),
    }
}
