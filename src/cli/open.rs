//! `mtlface` and `mtlface PHOTO`: the window; without a display, the main job anyway.

use std::path::Path;

use anyhow::Result;

use super::age::{Subject, write_ages};
use super::common::{FaceArgs, open_face};
use super::{CommonArgs, Output};
use crate::aging::export::OutputFolder;
use crate::face::{AlignedFace, Photo};
use crate::model::AgeGroup;

/// The bundled demo face.
const DEMO_NAME: &str = "astronaut.jpg";
const DEMO: &[u8] = include_bytes!("../../assets/demo/astronaut.jpg");
/// Where pictures go when there is no window.
const FOLDER: &str = "mtlface-out";

/// Opens the window on a photo or on the demo face.
pub fn run(photo: Option<&Path>, common: &CommonArgs) -> Result<Output> {
    match open_window(photo, common) {
        Ok(()) => Ok(Output { json: serde_json::json!({}), text: String::new() }),
        Err(why) => {
            if !common.quiet {
                eprintln!("No window can open ({why}), so the timeline is written as pictures instead.");
            }
            without_window(photo, common)
        }
    }
}

#[cfg(feature = "app")]
fn open_window(photo: Option<&Path>, common: &CommonArgs) -> Result<(), String> {
    if !has_display() {
        return Err("this machine has no display".to_owned());
    }
    let launch =
        crate::app::Launch { photo: photo.map(Path::to_owned), device: common.device, weights: common.weights.clone() };
    crate::app::run(launch).map_err(|error| format!("{error:#}"))
}

#[cfg(not(feature = "app"))]
fn open_window(_: Option<&Path>, _: &CommonArgs) -> Result<(), String> {
    Err("this build has no window".to_owned())
}

/// Whether a display is named; only Linux and its relatives can tell so early.
#[cfg(feature = "app")]
fn has_display() -> bool {
    let named = |variable: &str| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// The seven anchors of the face as pictures and a sheet.
fn without_window(photo: Option<&Path>, common: &CommonArgs) -> Result<Output> {
    let originals: Vec<&Path> = photo.into_iter().collect();
    let folder = OutputFolder::prepare(Path::new(FOLDER), &originals)?;
    let pipeline = common.pipeline()?;
    let (photo, face) = match photo {
        Some(path) => open_face(path, &FaceArgs { face: 1, landmarks: None }, common, &pipeline)?,
        None => {
            let photo = Photo::from_bytes(DEMO_NAME, DEMO)?;
            let found = pipeline.find_faces(&photo)?;
            let first = found.first().ok_or_else(|| anyhow::anyhow!("The demo portrait shows no face."))?;
            let face = AlignedFace::from_detection(&photo, first)?;
            (photo, face)
        }
    };
    let reading = pipeline.read_face(&face)?;
    let subject = Subject { photo: &photo, face: &face, reading: &reading, own_age_years: None, strength: 1.0 };
    let ages = AgeGroup::ALL.map(AgeGroup::anchor_years);
    write_ages(&subject, &ages, &folder, common, &pipeline)
}
