//! Every action by name: what the command palette lists, what a key stands for, and why an action cannot be done now.
//! Keys are defined here and beside each workspace's actions, nowhere else. Doing is `commands`'.

mod general;

use eframe::egui::{Key, KeyboardShortcut, ModifierNames, Modifiers};

use super::commands::Command;
use super::export;
use super::state::{AppState, Prompt};
use super::view::Workspace;
use super::workspaces::{age, attention, compare};

/// Something a person can do, by name.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it belongs, such as `Age`; shown before its name.
    pub group: &'static str,
    /// What it does, in sentence case, such as `Play or pause`.
    pub name: String,
    /// Its keys, the one shown first.
    pub shortcuts: Vec<KeyboardShortcut>,
    /// Why it cannot be done now, as a sentence.
    pub refused: Option<&'static str>,
    /// The workspace whose keys these are; nothing for keys that count everywhere.
    pub workspace: Option<Workspace>,
    /// What is asked for.
    pub command: Command,
}

impl Action {
    /// An action without keys that can be done.
    pub fn new(group: &'static str, name: impl Into<String>, command: Command) -> Self {
        Self { group, name: name.into(), shortcuts: Vec::new(), refused: None, workspace: None, command }
    }

    /// Adds keys.
    #[must_use]
    pub fn key(mut self, modifiers: Modifiers, key: Key) -> Self {
        self.shortcuts.push(KeyboardShortcut::new(modifiers, key));
        self
    }

    /// Refuses it for a reason unless a condition holds.
    #[must_use]
    pub fn needs(mut self, is_met: bool, otherwise: &'static str) -> Self {
        if !is_met && self.refused.is_none() {
            self.refused = Some(otherwise);
        }
        self
    }

    /// What is asked for when the action is chosen by name: its workspace is shown first.
    pub fn commands(&self, shown: Workspace) -> Vec<Command> {
        let show = self.workspace.filter(|workspace| *workspace != shown).map(Command::Show);
        show.into_iter().chain([self.command.clone()]).collect()
    }

    /// How well it fits what was typed, the lower the better: every word must occur in its group or name. Nothing where
    /// one does not.
    fn distance(&self, words: &[String]) -> Option<usize> {
        let name = self.name.to_lowercase();
        let whole = format!("{} {name}", self.group.to_lowercase());
        let far = |word: &String| match (name.find(word.as_str()), whole.find(word.as_str())) {
            (Some(0), _) => Some(0),
            (Some(at), _) if name[..at].ends_with(|letter: char| !letter.is_alphanumeric()) => Some(1 + at),
            (Some(at), _) => Some(40 + at),
            (None, Some(_)) => Some(100),
            (None, None) => None,
        };
        words.iter().map(far).sum()
    }
}

/// The names of a shortcut's keys as they stand on a keyboard, such as `Ctrl`, `Shift` and `→`.
pub fn key_names(shortcut: &KeyboardShortcut) -> Vec<String> {
    let is_mac = cfg!(target_os = "macos");
    let names = if is_mac { &ModifierNames::SYMBOLS } else { &ModifierNames::NAMES };
    let held = names.format(&shortcut.modifiers, is_mac);
    let key = match shortcut.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::Minus => "−",
        key => key.symbol_or_name(),
    };
    let held = held.split('+').filter(|name| !name.is_empty()).map(str::to_owned);
    held.chain([key.to_owned()]).collect()
}

/// Every action there is now, the general ones first.
pub fn all(state: &AppState) -> Vec<Action> {
    let mut actions = general::actions(state);
    actions.extend(export::actions(state));
    actions.extend(within(Workspace::Age, age::actions(state)));
    actions.extend(within(Workspace::Attention, attention::actions(state)));
    actions.extend(within(Workspace::Compare, compare::actions(state)));
    actions
}

/// The actions of one workspace: their keys count there only.
fn within(workspace: Workspace, actions: Vec<Action>) -> impl Iterator<Item = Action> {
    actions.into_iter().map(move |action| Action { workspace: Some(workspace), ..action })
}

/// The actions that fit what was typed, the best first; all of them, in their own order, where nothing was.
pub fn matching(state: &AppState, typed: &str) -> Vec<Action> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let is_open = |action: &Action| matches!(action.command, Command::SetPrompt(Some(Prompt::Palette { .. })));
    let candidates = all(state).into_iter().filter(|action| !is_open(action)).chain(general::places(state, &words));
    let mut found: Vec<(bool, usize, Action)> = candidates
        .filter_map(|action| action.distance(&words).map(|distance| (action.refused.is_some(), distance, action)))
        .collect();
    if !words.is_empty() {
        found.sort_by_key(|(is_refused, distance, _)| (*is_refused, *distance));
    }
    found.into_iter().map(|(_, _, action)| action).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn names(typed: &str) -> Vec<String> {
        matching(&AppState::default(), typed).into_iter().map(|action| action.name).collect()
    }

    #[test]
    fn what_is_typed_finds_by_the_beginnings_of_words() {
        assert_eq!(names("dark")[0], "Dark or light");
        assert_eq!(names("open ph")[0], "Open photos…");
        assert_eq!(names("WEIGHTS op")[0], "Open weights…");
        assert!(names("no such thing").is_empty());
    }

    #[test]
    fn an_action_of_another_workspace_shows_it_first() {
        let action = Action { workspace: Some(Workspace::Age), ..Action::new("Age", "x", Command::TogglePlay) };
        assert!(matches!(action.commands(Workspace::Lab)[..], [Command::Show(Workspace::Age), Command::TogglePlay]));
        assert!(matches!(action.commands(Workspace::Age)[..], [Command::TogglePlay]));
    }

    /// Two actions that can be meant at once must not share a key.
    #[test]
    fn no_key_stands_for_two_actions_of_one_workspace() {
        let actions = all(&AppState::default());
        for shown in Workspace::ALL {
            let mut known = BTreeMap::new();
            for action in actions.iter().filter(|action| action.workspace.is_none_or(|one| one == shown)) {
                for shortcut in &action.shortcuts {
                    let key = format!("{:?} {:?}", shortcut.modifiers, shortcut.logical_key);
                    if let Some(other) = known.insert(key.clone(), action.name.clone()) {
                        panic!("{key} is “{other}” and “{}” in {shown:?}", action.name);
                    }
                }
            }
        }
    }

    #[test]
    fn every_action_has_a_name_of_its_own() {
        let actions = all(&AppState::default());
        let mut names: Vec<String> = actions.iter().map(|action| format!("{} {}", action.group, action.name)).collect();
        names.sort();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    /// The table of keys in the guide is made from the actions, so that it cannot go stale.
    #[test]
    fn the_guide_lists_every_key() {
        const BEGIN: &str = "UPDATE_SNAPSHOTS=1 writes it anew -->\n";
        const END: &str = "<!-- end of keys -->";
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/user-guide.md");
        let guide = std::fs::read_to_string(&file).unwrap();
        let (before, rest) = guide.split_once(BEGIN).unwrap();
        let (listed, after) = rest.split_once(END).unwrap();
        let table = key_table();
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        } else {
            assert_eq!(listed, table, "UPDATE_SNAPSHOTS=1 cargo test writes the table anew");
        }
    }

    fn key_table() -> String {
        let mut table = String::from("| where | keys | does |\n|---|---|---|\n");
        for action in all(&AppState::default()).iter().filter(|action| !action.shortcuts.is_empty()) {
            let keys: Vec<String> = action.shortcuts.iter().map(key_words).collect();
            let place = action.workspace.map_or("everywhere", Workspace::label);
            let group = if action.workspace.is_some() { String::new() } else { format!("{}: ", action.group) };
            table += &format!("| {place} | {} | {group}{} |\n", keys.join(" or "), action.name);
        }
        table
    }

    fn key_words(shortcut: &KeyboardShortcut) -> String {
        key_names(shortcut).join(" ")
    }
}
