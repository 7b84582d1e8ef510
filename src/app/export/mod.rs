//! What can be taken away: pictures, sheets, and films, and what of it the command palette lists. Everything is labelled,
//! marked and signed by `aging::export`; here is what is collected from the state, and how far the work is.

mod film;
mod pictures;

use std::path::PathBuf;

use eframe::egui::{Key, Modifiers};

use super::App;
use super::actions::Action;
use super::attention::{self, AttentionFormat};
use super::commands::Command;
use super::state::{AppState, Prompt};
use super::view::Workspace;
use crate::aging::export::film::FilmFormat;

pub use film::{FilmNews, FilmWish, FilmWork, SECONDS};

/// What can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveWhat {
    /// The whole photo with the face aged.
    Photo,
    /// The contact sheet of the seven anchors.
    Sheet,
    /// The picture of the attention maps.
    Attention,
    /// The attention maps as numbers or as a vector drawing.
    AttentionAs(AttentionFormat),
    /// The film that `view.film` describes.
    Film(FilmFormat),
}

impl SaveWhat {
    /// The ending of its file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Photo | Self::Sheet | Self::Attention => "png",
            Self::AttentionAs(format) => format.ending(),
            Self::Film(format) => format.ending(),
        }
    }
}

/// What a person can ask of a film.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportCommand {
    /// Ask what a film is to show.
    PlanFilm,
    /// A film is to show this.
    SetFilm(FilmWish),
    /// Stop the film that is being made.
    StopFilm,
}

/// The file name offered, or a sentence on why there is nothing to save yet.
pub(super) fn suggested_name(app: &App, what: SaveWhat) -> Result<String, String> {
    match what {
        SaveWhat::AttentionAs(format) => attention::save::suggested_name(app, format),
        _ => pictures::suggested_name(app, what),
    }
}

/// Makes it and writes it there, away from the frame.
pub(super) fn save(app: &mut App, what: SaveWhat, path: PathBuf) {
    if let Some(folder) = path.parent() {
        app.settings.values.last_save_folder = Some(folder.to_owned());
    }
    match what {
        SaveWhat::AttentionAs(format) => attention::save::start(app, format, path),
        SaveWhat::Film(format) => film::start(app, format, path),
        SaveWhat::Photo | SaveWhat::Sheet | SaveWhat::Attention => pictures::start(app, what, path),
    }
}

impl App {
    /// Does what was asked of a film.
    pub(super) fn carry_out_export(&mut self, command: ExportCommand) {
        match command {
            ExportCommand::PlanFilm => self.state.prompt = Some(Prompt::Film),
            ExportCommand::SetFilm(wish) => self.state.view.film = wish.within_bounds(),
            ExportCommand::StopFilm => {
                if let Some(film) = &self.state.film {
                    film.stop();
                }
            }
        }
    }
}

/// What can be taken away, for the command palette.
pub fn actions(state: &AppState) -> Vec<Action> {
    let has_ages = state.face().is_some_and(|(_, face)| face.timeline.is_some());
    let has_reading = state.face().is_some_and(|(_, face)| face.reading.is_some());
    let waits = "The ages of a face have to be there first: open a photo with a face.";
    let is_idle = state.film.is_none();
    // Ctrl E takes away what is looked at.
    let saves_maps = state.view.workspace == Workspace::Attention;
    let keyed = |action: Action, is_keyed: bool| {
        if is_keyed { action.key(Modifiers::COMMAND, Key::E) } else { action }
    };
    let photo = Action::new("Export", "Save photo…", Command::Save(SaveWhat::Photo)).needs(has_ages, waits);
    let maps = Action::new("Export", "Save picture of the attention maps…", Command::Save(SaveWhat::Attention));
    let maps = maps.needs(has_reading, "A face has to be read first: open a photo with a face.");
    let mut actions = vec![
        keyed(photo, !saves_maps),
        Action::new("Export", "Film…", Command::Export(ExportCommand::PlanFilm))
            .needs(has_ages, waits)
            .needs(is_idle, "A film is being made; wait for it or stop it."),
        Action::new("Export", "Contact sheet…", Command::Save(SaveWhat::Sheet)).needs(has_ages, waits),
        keyed(maps, saves_maps),
    ];
    if !is_idle {
        actions.push(Action::new("Export", "Stop the film", Command::Export(ExportCommand::StopFilm)));
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_says_why_it_has_to_wait() {
        let mut state = AppState::default();
        let listed = actions(&state);
        assert_eq!(listed.len(), 4);
        assert!(listed.iter().all(|action| action.refused.is_some_and(|why| why.ends_with('.'))));
        let with_keys = |actions: &[Action]| {
            let keyed = actions.iter().filter(|action| !action.shortcuts.is_empty());
            keyed.map(|action| action.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(with_keys(&listed), ["Save photo…"]);
        state.view.workspace = Workspace::Attention;
        assert_eq!(with_keys(&actions(&state)), ["Save picture of the attention maps…"]);
    }
}
