//! What can be done in the Age workspace, by name.

use eframe::egui::{Key, Modifiers};

use crate::app::actions::Action;
use crate::app::age::{AgeCommand, Faces, LoopMode, Together, ZoomStep};
use crate::app::commands::Command;
use crate::app::state::{AppState, Prompt};
use crate::app::view::{AgeView, Framing};

/// How much one key press enlarges.
const KEY_TIMES: f32 = 1.5;
const NO_FACE: &str = "Open a photo with a face first.";
const NO_AGES: &str = "The ages of this face are not made yet.";
const ONE_FACE: &str = "This photo has one face.";

/// Every action of the workspace.
pub fn actions(state: &AppState) -> Vec<Action> {
    let mut actions = play_actions(state);
    actions.extend(view_actions(state));
    actions.extend(zoom_actions(state));
    actions.extend(group_actions(state));
    actions.extend(face_actions(state));
    actions
}

fn age(command: AgeCommand) -> Command {
    Command::Age(command)
}

fn has_ages(state: &AppState) -> bool {
    state.face().is_some_and(|(_, face)| face.timeline.is_some())
}

fn play_actions(state: &AppState) -> Vec<Action> {
    let is_there = has_ages(state);
    let plain = Modifiers::NONE;
    let mut actions = vec![
        Action::new("Age", "Play or pause", Command::TogglePlay).key(plain, Key::Space).needs(is_there, NO_AGES),
        Action::new("Age", "Faster", age(AgeCommand::StepSpeed(1))).key(plain, Key::CloseBracket),
        Action::new("Age", "Slower", age(AgeCommand::StepSpeed(-1))).key(plain, Key::OpenBracket),
        Action::new("Age", "Next way to go on at the end", age(AgeCommand::SetLoop(state.view.age.loop_mode.next())))
            .key(plain, Key::L),
    ];
    let at_end = |mode: LoopMode| {
        Action::new("Age", format!("Play: {}", mode.label().to_lowercase()), age(AgeCommand::SetLoop(mode)))
    };
    actions.extend(LoopMode::ALL.map(at_end));
    let steps = [
        ("One year older", Modifiers::NONE, Key::ArrowRight, 1.0),
        ("One year younger", Modifiers::NONE, Key::ArrowLeft, -1.0),
        ("Ten years older", Modifiers::SHIFT, Key::ArrowRight, 10.0),
        ("Ten years younger", Modifiers::SHIFT, Key::ArrowLeft, -10.0),
    ];
    actions.extend(steps.map(|(name, modifiers, key, years)| {
        Action::new("Age", name, Command::StepAge(years)).key(modifiers, key).needs(is_there, NO_AGES)
    }));
    actions
}

fn view_actions(state: &AppState) -> Vec<Action> {
    let views = [
        ("View: wipe", AgeView::Wipe),
        ("View: side by side", AgeView::Side),
        ("View: blink", AgeView::Blink),
        ("View: difference", AgeView::Diff),
    ];
    let views = views.map(|(name, view)| Action::new("Age", name, Command::SetAgeView(view)));
    let framings = [("Show the whole photo", Framing::WholePhoto), ("Show the face", Framing::Face)];
    let framings = framings.map(|(name, framing)| Action::new("Age", name, Command::SetFraming(framing)));
    let strengths = [0.5, 1.0, 1.5].map(|strength| {
        Action::new("Age", format!("Strength {:.0} %", strength * 100.0), Command::SetStrength(strength))
    });
    let actions = views.into_iter().chain(framings).chain(strengths);
    let is_there = state.face().is_some();
    actions.map(|action| action.needs(is_there, NO_FACE)).collect()
}

fn zoom_actions(state: &AppState) -> Vec<Action> {
    let (plain, shift) = (Modifiers::NONE, Modifiers::SHIFT);
    let step = |step: ZoomStep| age(AgeCommand::StepZoom(step));
    let actions = [
        Action::new("Age", "Enlarge", step(ZoomStep::By(KEY_TIMES))).key(plain, Key::Plus).key(shift, Key::Plus),
        Action::new("Age", "Reduce", step(ZoomStep::By(1.0 / KEY_TIMES))).key(plain, Key::Minus),
        Action::new("Age", "Pixel for pixel, 100 %", step(ZoomStep::ActualPixels)).key(plain, Key::Num0),
        Action::new("Age", "Fit the picture", age(AgeCommand::SetZoom(None))).key(plain, Key::F),
    ];
    let is_there = state.face().is_some();
    actions.map(|action| action.needs(is_there, NO_FACE)).into()
}

fn group_actions(state: &AppState) -> Vec<Action> {
    let faces = state.document.photo.map(|photo| state.faces_of(photo)).unwrap_or_default();
    let chosen = state.face().map(|(face, _)| face);
    let place = faces.iter().position(|face| Some(*face) == chosen);
    let next = place.and_then(|place| faces.get((place + 1) % faces.len().max(1))).copied();
    let mut actions = vec![
        Action::new("Age", "Age this face only", age(AgeCommand::SetFaces(Faces::This))),
        Action::new("Age", "Age all faces", age(AgeCommand::SetFaces(Faces::All))),
        Action::new("Age", "Age all faces to one age", age(AgeCommand::SetTogether(Together::OneAge))),
        Action::new("Age", "Age all faces by the same years", age(AgeCommand::SetTogether(Together::ByYears))),
    ];
    actions.extend(
        next.map(|next| Action::new("Age", "Next face", Command::SelectFace(next)).key(Modifiers::NONE, Key::N)),
    );
    let are_several = faces.len() > 1;
    actions.into_iter().map(|action| action.needs(are_several, ONE_FACE)).collect()
}

fn face_actions(state: &AppState) -> Vec<Action> {
    let Some((face, entry)) = state.face() else { return Vec::new() };
    let stated = state.document.stated_ages.get(&face);
    let text = stated.map_or(String::new(), |years| format!("{years:.0}"));
    let prompt = Command::SetPrompt(Some(Prompt::StatedAge { face, text }));
    vec![
        Action::new("Age", "State the true age…", prompt),
        Action::new("Age", "Use the estimated age", Command::StateAge(face, None))
            .needs(stated.is_some(), "No age was stated for this face."),
        Action::new("Age", "Place the landmarks by hand…", Command::BeginLandmarks(entry.photo)),
    ]
}
