//! The actions that are there in every workspace: files and sessions, undo, how the window looks, and going places.

use eframe::egui::{Key, Modifiers};

use super::Action;
use crate::app::commands::Command;
use crate::app::lab::LabCommand;
use crate::app::presenter::PresenterCommand;
use crate::app::session::SessionCommand;
use crate::app::state::{AppState, Prompt};
use crate::app::tray::{Only, TrayCommand};
use crate::app::view::Workspace;
use crate::engine::WeightsSource;

const CTRL: Modifiers = Modifiers::COMMAND;
const PLAIN: Modifiers = Modifiers::NONE;
/// Photos listed by name, at most.
const MAX_PLACES: usize = 60;
/// The group of photos, as what is typed is compared with it.
const GROUP_OF_PHOTOS: &str = "photo";
const NO_PHOTO: &str = "Open a photo first.";

/// The general actions.
pub fn actions(state: &AppState) -> Vec<Action> {
    let mut actions = files(state);
    actions.extend(tray(state));
    actions.extend(window());
    actions.extend(
        Workspace::ALL
            .into_iter()
            .zip([Key::Num1, Key::Num2, Key::Num3, Key::Num4])
            .map(|(workspace, key)| Action::new("Go to", workspace.label(), Command::Show(workspace)).key(PLAIN, key)),
    );
    actions
}

fn files(state: &AppState) -> Vec<Action> {
    let has_photo = state.document.photo.is_some();
    let is_lab = state.view.workspace == Workspace::Lab;
    let open_photos = Action::new("File", "Open photos…", Command::Open);
    let remove = Action::new("File", "Take the photo out of the tray", Command::RemoveSelected);
    let mut actions = vec![
        Action::new("Window", "Search actions…", Command::SetPrompt(Some(Prompt::palette()))).key(CTRL, Key::K),
        if is_lab { open_photos } else { open_photos.key(CTRL, Key::O) },
        Action::new("File", "Add the demo faces", Command::TakeInDemo),
        Action::new("File", "Paste a picture", Command::Paste),
        if is_lab { remove } else { remove.key(PLAIN, Key::Delete) }.needs(has_photo, NO_PHOTO),
        Action::new("Session", "New session", Command::Session(SessionCommand::New)).key(CTRL, Key::N),
        Action::new("Session", "Open session…", Command::Session(SessionCommand::Choose))
            .key(CTRL | Modifiers::ALT, Key::O),
        Action::new("Session", "Save session", Command::Session(SessionCommand::Save)).key(CTRL, Key::S),
        Action::new("Session", "Save session as…", Command::Session(SessionCommand::SaveAs))
            .key(CTRL | Modifiers::SHIFT, Key::S),
        Action::new("Model", "Open weights…", Command::OpenWeights).key(CTRL | Modifiers::SHIFT, Key::O),
        Action::new("Model", "Use the bundled weights", Command::UseWeights(WeightsSource::Bundled)),
        Action::new("Edit", "Undo", Command::Undo).key(CTRL, Key::Z),
        Action::new("Edit", "Redo", Command::Redo).key(CTRL | Modifiers::SHIFT, Key::Z).key(CTRL, Key::Y),
    ];
    let run = Action::new("Lab", "Open run…", Command::Lab(LabCommand::ChooseFolder));
    actions.push(if is_lab { run.key(CTRL, Key::O) } else { run });
    actions.push(Action::new("Lab", "Train by a config…", Command::Lab(LabCommand::ChooseConfig)));
    actions
}

fn tray(state: &AppState) -> Vec<Action> {
    // The Lab has another list there, and who places landmarks means them.
    let is_placing = matches!(state.prompt, Some(Prompt::Landmarks { .. }));
    let has_keys = state.view.workspace != Workspace::Lab && !is_placing;
    let tray = &state.tray;
    let action = |name: &str, command: TrayCommand| Action::new("Tray", name, Command::Tray(command));
    let keyed = |action: Action, modifiers, key| if has_keys { action.key(modifiers, key) } else { action };
    let has_photos = !state.document.tray.is_empty();
    let is_searching = tray.progress().is_some_and(|progress| !progress.is_stopped);
    let is_stopped = tray.search.is_stopped && tray.index.open() > 0;
    let only =
        Only::ALL.map(|only| action(&format!("List: {}", only.label().to_lowercase()), TrayCommand::ShowOnly(only)));
    let mut actions = vec![
        keyed(action("Next photo", TrayCommand::Step(1)), PLAIN, Key::ArrowDown),
        keyed(action("Previous photo", TrayCommand::Step(-1)), PLAIN, Key::ArrowUp),
        action("First photo", TrayCommand::First),
        action("Last photo", TrayCommand::Last),
        keyed(action("Filter by name…", TrayCommand::BeginFilter), CTRL, Key::F),
    ];
    actions.extend(only);
    actions = actions.into_iter().map(|action| action.needs(has_photos, NO_PHOTO)).collect();
    actions.insert(0, action("Open folders…", TrayCommand::OpenFolders));
    actions
        .push(action("Stop finding faces", TrayCommand::StopSearch).needs(is_searching, "No faces are being found."));
    actions.push(action("Go on finding faces", TrayCommand::GoOn).needs(is_stopped, "Finding faces was not stopped."));
    actions
}

fn window() -> Vec<Action> {
    vec![
        Action::new("Window", "Dark or light", Command::ToggleTheme),
        Action::new("Window", "Larger text", Command::ScaleText(Some(1))).key(CTRL, Key::Plus).key(CTRL, Key::Equals),
        Action::new("Window", "Smaller text", Command::ScaleText(Some(-1))).key(CTRL, Key::Minus),
        Action::new("Window", "Text as it was", Command::ScaleText(None)).key(CTRL, Key::Num0),
        Action::new("Window", "Presenter mode", Command::Presenter(PresenterCommand::Toggle)).key(PLAIN, Key::F5),
        Action::new("Presenter", "Use the camera", Command::Presenter(PresenterCommand::UseCamera)),
        Action::new("Window", "Frame times", Command::ToggleFrameTimes).key(PLAIN, Key::F12),
    ]
}

/// Places that are found by name: the photos of the tray and the weights opened before. Of a long tray only photos
/// that are meant, and no more than anybody reads.
pub fn places(state: &AppState, words: &[String]) -> Vec<Action> {
    let tray = &state.document.tray;
    let is_meant = |name: &str| {
        let name = name.to_lowercase();
        !words.is_empty()
            && words.iter().all(|word| name.contains(word.as_str()) || GROUP_OF_PHOTOS.contains(word.as_str()))
    };
    let named = tray.iter().filter_map(|id| Some((*id, &state.library.photos.get(id)?.name)));
    let meant = named.filter(|(_, name)| tray.len() <= MAX_PLACES || is_meant(name)).take(MAX_PLACES);
    let photos = meant.map(|(id, name)| Action::new("Photo", name.clone(), Command::SelectPhoto(id)));
    let weights = state.recent_weights.iter().map(|path| {
        let source = WeightsSource::File(path.clone());
        Action::new("Model", format!("Use {}", source.label()), Command::UseWeights(source))
    });
    photos.chain(weights).collect()
}
