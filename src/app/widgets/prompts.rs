//! What is asked over everything else: a person's true age, and paths where the system has no file dialog.

use eframe::egui::{self, Frame, Id, Key, Margin, Modal, TextEdit, Ui};

use super::Weight;
use crate::app::commands::Command;
use crate::app::dialogs;
use crate::app::lab::{LabCommand, LabPrompt};
use crate::app::session::{SessionCommand, SessionPrompt};
use crate::app::shell::Scene;
use crate::app::state::Prompt;
use crate::app::theme::{GAP_L, GAP_M, GAP_S, RADIUS_ROW, Theme, Type};
use crate::engine::WeightsSource;
use crate::training::run::control;

/// Draws the prompt, if there is one that stands over everything.
pub fn ui(ctx: &egui::Context, scene: &mut Scene<'_>) {
    let Some(prompt) = &scene.state.prompt else { return };
    let (head, text, hint, action) = match prompt {
        Prompt::StatedAge { text, .. } => (
            "How old is this person in the photograph?",
            text,
            "In years. The slider then starts from this age instead of the estimate.",
            "State the age",
        ),
        Prompt::SavePath { text, .. } => {
            ("Save where?", text, "This system shows no file dialog, so type the path of the file.", "Save")
        }
        Prompt::OpenPath { text } => (
            "Open which photo?",
            text,
            "This system shows no file dialog, so type the path of a photo or folder. Dropping files works too.",
            "Open",
        ),
        Prompt::WeightsPath { text } => (
            "Open which weights?",
            text,
            "This system shows no file dialog, so type the path of a weights file. Dropping it on the window works too.",
            "Open",
        ),
        Prompt::Lab(LabPrompt::ConfigPath { text }) => (
            "Train by which config?",
            text,
            "This system shows no file dialog, so type the path of a .toml file. Dropping it on the Lab works too.",
            "Start training",
        ),
        Prompt::Lab(LabPrompt::FolderPath { text }) => {
            ("Open which run?", text, "This system shows no file dialog, so type the path of a run's folder.", "Open")
        }
        Prompt::Film => return modal_ui(ctx, scene, super::film::dialog_ui),
        Prompt::Session(SessionPrompt::OpenPath { text }) => (
            "Open which session?",
            text,
            "This system shows no file dialog, so type the path of a .mtlface file. Dropping it on the window works too.",
            "Open",
        ),
        Prompt::Session(SessionPrompt::SavePath { text }) => (
            "Save the session where?",
            text,
            "This system shows no file dialog, so type the path of the .mtlface file.",
            "Save",
        ),
        Prompt::Lab(LabPrompt::Stop | LabPrompt::Close) | Prompt::Session(SessionPrompt::Close) => {
            return modal_ui(ctx, scene, question_ui);
        }
        Prompt::Landmarks { .. } | Prompt::Palette { .. } => return,
    };
    modal_ui(ctx, scene, |ui, scene| form_ui(ui, scene, head, text, hint, action));
}

/// A box over everything; Escape and a click beside it take it away.
fn modal_ui(ctx: &egui::Context, scene: &mut Scene<'_>, content: impl FnOnce(&mut Ui, &mut Scene<'_>)) {
    let theme = Theme::of_context(ctx);
    let frame = Frame::new()
        .fill(theme.panel)
        .stroke(theme.hairline())
        .corner_radius(RADIUS_ROW)
        .inner_margin(Margin::same(GAP_L as i8))
        .shadow(egui::Shadow { offset: [0, 8], blur: 32, spread: 0, color: theme.shadow });
    let modal = Modal::new(Id::unique("prompt")).frame(frame).backdrop_color(theme.background.gamma_multiply(0.6));
    let shown = modal.show(ctx, |ui| content(ui, scene));
    if shown.should_close() {
        scene.commands.push(Command::SetPrompt(None));
    }
}

/// What is asked, and the answers with what each asks for.
fn question(prompt: Option<&Prompt>) -> (&'static str, &'static str, Vec<(&'static str, Command)>) {
    match prompt {
        Some(Prompt::Lab(LabPrompt::Close)) => (
            "Training goes on",
            "A run that was started here is not finished. It goes on without the window; open its folder in the Lab to \
             watch it again.",
            vec![
                ("Close, training goes on", Command::Lab(LabCommand::Close { stop: false })),
                ("Stop it and close", Command::Lab(LabCommand::Close { stop: true })),
            ],
        ),
        Some(Prompt::Session(SessionPrompt::Close)) => (
            "Save the session before closing?",
            "It has changes that its file does not hold yet. The photographs themselves are never changed.",
            vec![
                ("Save and close", Command::Session(SessionCommand::SaveAndClose)),
                ("Close without saving", Command::Session(SessionCommand::Close)),
            ],
        ),
        _ => (
            "Stop this run?",
            "It ends after the step it is in, with a checkpoint: you can go on with it later.",
            vec![("Stop the run", Command::Lab(LabCommand::Tell(control::Command::Stop)))],
        ),
    }
}

/// A question with its answers; the first answer has the keyboard.
fn question_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let (head, text, answers) = question(scene.state.prompt.as_ref());
    ui.set_width(400.0);
    ui.label(Type::Reading.text(head, theme.text));
    ui.add_space(GAP_S);
    super::rows::paragraph_ui(ui, text);
    ui.add_space(GAP_M);
    ui.horizontal(|ui| {
        for (index, (words, command)) in answers.into_iter().enumerate() {
            let weight = if index == 0 { Weight::Primary } else { Weight::Plain };
            let response = super::button_ui(ui, words, weight, true);
            if index == 0 && ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
            if response.clicked() {
                scene.commands.push(Command::SetPrompt(None));
                scene.commands.push(command);
            }
        }
        if super::button_ui(ui, "Cancel", Weight::Plain, true).clicked() {
            scene.commands.push(Command::SetPrompt(None));
        }
    });
}

fn form_ui(ui: &mut Ui, scene: &mut Scene<'_>, head: &str, text: &str, hint: &str, action: &str) {
    let theme = Theme::of(ui);
    let is_age = matches!(scene.state.prompt, Some(Prompt::StatedAge { .. }));
    let width = if is_age { 340.0 } else { 520.0 };
    ui.set_width(width);
    ui.label(Type::Reading.text(head, theme.text));
    ui.add_space(GAP_S);
    super::rows::paragraph_ui(ui, hint);
    ui.add_space(GAP_S);
    let mut typed = text.to_owned();
    let field = TextEdit::singleline(&mut typed)
        .desired_width(if is_age { 90.0 } else { width })
        .margin(Margin::symmetric(GAP_S as i8, 7));
    let response = ui.add(field);
    if !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if typed != text {
        scene.commands.push(Command::SetPrompt(scene.state.prompt.as_ref().map(|prompt| retyped(prompt, &typed))));
    }
    let answer = answer(scene.state.prompt.as_ref(), &typed);
    ui.add_space(GAP_M);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        let clicked = super::button_ui(ui, action, Weight::Primary, answer.is_some()).clicked();
        if let Some(commands) = answer.filter(|_| clicked || entered) {
            scene.commands.push(Command::SetPrompt(None));
            scene.commands.extend(commands);
        }
        estimate_ui(ui, scene);
        if super::button_ui(ui, "Cancel", Weight::Plain, true).clicked() {
            scene.commands.push(Command::SetPrompt(None));
        }
    });
}

/// Where an age was stated: the way back to the estimate.
fn estimate_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(Prompt::StatedAge { face, .. }) = &scene.state.prompt else { return };
    if scene.state.document.stated_ages.contains_key(face)
        && super::button_ui(ui, "Use the estimate", Weight::Plain, true).clicked()
    {
        scene.commands.push(Command::SetPrompt(None));
        scene.commands.push(Command::StateAge(*face, None));
    }
}

fn retyped(prompt: &Prompt, typed: &str) -> Prompt {
    let mut prompt = prompt.clone();
    match &mut prompt {
        Prompt::StatedAge { text, .. }
        | Prompt::SavePath { text, .. }
        | Prompt::OpenPath { text }
        | Prompt::WeightsPath { text }
        | Prompt::Palette { text, .. }
        | Prompt::Session(SessionPrompt::OpenPath { text } | SessionPrompt::SavePath { text })
        | Prompt::Lab(LabPrompt::ConfigPath { text } | LabPrompt::FolderPath { text }) => typed.clone_into(text),
        Prompt::Landmarks { .. }
        | Prompt::Film
        | Prompt::Session(SessionPrompt::Close)
        | Prompt::Lab(LabPrompt::Stop | LabPrompt::Close) => {}
    }
    prompt
}

/// What the answer asks for; nothing while it makes no sense.
fn answer(prompt: Option<&Prompt>, typed: &str) -> Option<Vec<Command>> {
    let there = (!typed.trim().is_empty()).then(|| dialogs::existing(typed));
    match prompt? {
        Prompt::StatedAge { face, .. } => {
            let years: f32 = typed.trim().replace(',', ".").parse().ok()?;
            (0.0..=crate::aging::MAX_AGE_YEARS).contains(&years).then(|| vec![Command::StateAge(*face, Some(years))])
        }
        Prompt::SavePath { what, .. } => {
            let path = dialogs::with_ending(&dialogs::expand_home(typed), what.ending());
            (!typed.trim().is_empty()).then(|| vec![Command::SaveTo(*what, path)])
        }
        Prompt::OpenPath { .. } => there.map(|path| vec![Command::TakeInPaths(vec![path])]),
        Prompt::WeightsPath { .. } => there.map(|path| vec![Command::UseWeights(WeightsSource::File(path))]),
        Prompt::Lab(LabPrompt::ConfigPath { .. }) => {
            there.map(LabCommand::Train).map(|command| vec![Command::Lab(command)])
        }
        Prompt::Lab(LabPrompt::FolderPath { .. }) => {
            there.map(LabCommand::Watch).map(|command| vec![Command::Lab(command)])
        }
        Prompt::Session(SessionPrompt::OpenPath { .. }) => {
            there.map(|path| vec![Command::Session(SessionCommand::Open(path))])
        }
        Prompt::Session(SessionPrompt::SavePath { .. }) => {
            let path = dialogs::expand_home(typed);
            (!typed.trim().is_empty()).then(|| vec![Command::Session(SessionCommand::SaveTo(path))])
        }
        Prompt::Landmarks { .. }
        | Prompt::Film
        | Prompt::Palette { .. }
        | Prompt::Session(SessionPrompt::Close)
        | Prompt::Lab(LabPrompt::Stop | LabPrompt::Close) => None,
    }
}
