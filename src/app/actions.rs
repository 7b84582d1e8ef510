//! Every action by name: what the command palette lists, what a key stands for, and why an action cannot be done now.
//! Keys are defined here only. Doing is `commands`'; each workspace tells its own actions beside what it draws.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::commands::Command;

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
    /// What is asked for.
    pub command: Command,
}

impl Action {
    /// An action without keys that can be done.
    pub fn new(group: &'static str, name: impl Into<String>, command: Command) -> Self {
        Self { group, name: name.into(), shortcuts: Vec::new(), refused: None, command }
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
}
