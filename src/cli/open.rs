//! No command: opens the window. Where none can open, says so in one sentence and does the main job anyway: the
//! timeline of the photo's face, or of the demo face, as pictures.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Output;
use super::age::{Wish, finish, write_ages};
use super::arguments::FaceArgs;
use super::common::CommonArgs;
use super::output::hinted;
use super::subject::Subject;
use crate::aging::export::{Credentials, OutputFolder};
use crate::face::Photo;

/// Name of the bundled demo photo.
pub const DEMO_NAME: &str = "astronaut.jpg";
/// The bundled demo photo's file.
pub const DEMO_PHOTO: &[u8] = include_bytes!("../../assets/demo/astronaut.jpg");
/// Where the pictures go when there is no window, below the current folder.
const FOLDER: &str = "mtlface-out";
/// One age in each of the seven groups.
const AGES_YEARS: [f32; 7] = [5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 70.0];

/// Opens the window, or writes the timeline where there is none.
pub fn run(photo: Option<&Path>, common: &CommonArgs) -> anyhow::Result<Output> {
    // A photo that cannot be read is told here, before a window opens on nothing.
    let is_session = photo.is_some_and(is_session);
    let opened = photo.filter(|_| !is_session).map(open_photo).transpose()?;
    match open_window(photo, common) {
        Ok(()) => Ok(Output { json: serde_json::json!({ "window": "closed" }), text: String::new() }),
        Err(reason) if is_session => Err(hinted(
            format!("{reason}; a session is shown in the window only."),
            "Open it where there is a display, or name one of its photographs.",
        )),
        Err(reason) => write_timeline(photo, opened, &reason, common),
    }
}

/// Whether this is a session of the window; whether it is a whole one, the window says.
fn is_session(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mtlface")) && path.is_file()
}

/// Opens the photo; a name that is no file may have been meant as a command.
fn open_photo(path: &Path) -> anyhow::Result<Photo> {
    let photo = Photo::open(path);
    if path.exists() {
        return Ok(photo?);
    }
    let hint = "Check the name of the photo. `mtlface --help` lists the commands.";
    photo.map_err(|_| hinted(format!("There is no file and no command “{}”.", path.display()), hint))
}

/// Whether a window can open here, in a word for `doctor`.
pub fn window_state() -> &'static str {
    match (cfg!(feature = "app"), display_missing()) {
        (false, _) => "not part of this build",
        (true, true) => "no display here",
        (true, false) => "a display is there",
    }
}

/// X11 and Wayland name their display in the environment; other systems always have one.
fn display_missing() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    cfg!(all(unix, not(target_os = "macos"))) && !named("DISPLAY") && !named("WAYLAND_DISPLAY")
}

/// Opens the window and returns when it is closed, or says why it cannot open.
fn open_window(photo: Option<&Path>, common: &CommonArgs) -> Result<(), String> {
    if !cfg!(feature = "app") {
        return Err("This build has no window".to_owned());
    }
    if display_missing() {
        return Err("There is no display here, so no window can open".to_owned());
    }
    launch(photo, common).map_err(|error| {
        // The windowing library puts its own source path before what happened.
        let error = format!("{error:#}");
        let happened = error.rsplit(": ").next().unwrap_or(&error).trim_end_matches('.');
        format!("The window cannot open ({happened})")
    })
}

#[cfg(feature = "app")]
fn launch(photo: Option<&Path>, common: &CommonArgs) -> anyhow::Result<()> {
    crate::app::run(crate::app::Launch {
        photo: photo.map(Path::to_path_buf),
        device: common.device,
        weights: common.weights.clone(),
        trainer: None,
        painter: Default::default(),
    })
}

#[cfg(not(feature = "app"))]
fn launch(_photo: Option<&Path>, _common: &CommonArgs) -> anyhow::Result<()> {
    Ok(())
}

fn write_timeline(
    path: Option<&Path>,
    photo: Option<Photo>,
    reason: &str,
    common: &CommonArgs,
) -> anyhow::Result<Output> {
    let started = Instant::now();
    let originals: Vec<&Path> = path.into_iter().collect();
    let folder = prepare_folder(&originals)?;
    let whose = match &photo {
        Some(photo) => format!("the face in {}", photo.name),
        None => "the demo face".to_owned(),
    };
    let sentence =
        format!("{reason}; the timeline of {whose} goes to {} as pictures instead.", folder.path().display());
    let photo = match photo {
        Some(photo) => photo,
        None => Photo::from_bytes(DEMO_NAME, DEMO_PHOTO)?,
    };
    let loaded = common.load()?;
    let subject = Subject::read(photo, &FaceArgs::default(), common, &loaded.pipeline)?;
    let wish = Wish { ages_years: AGES_YEARS.to_vec(), own_age_years: None, strength: 1.0 };
    let credentials = Credentials::of_user();
    let mut output = write_ages(&subject, &wish, &folder, &loaded, common, &credentials)?;
    finish(&mut output, &credentials, started);
    output.text = format!("{sentence}\n\n{}", output.text);
    output.json["note"] = serde_json::json!(sentence);
    Ok(output)
}

/// The current folder's `mtlface-out`, or one among the temporary files where nothing may be written here.
fn prepare_folder(originals: &[&Path]) -> anyhow::Result<OutputFolder> {
    let here = PathBuf::from(FOLDER);
    Ok(match OutputFolder::prepare(&here, originals) {
        Ok(folder) => folder,
        Err(_) => OutputFolder::prepare(&std::env::temp_dir().join(FOLDER), originals)?,
    })
}
