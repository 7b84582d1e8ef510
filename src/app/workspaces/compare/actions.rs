//! What can be done in the comparison, by name.

use eframe::egui::{Key, Modifiers};

use crate::app::actions::Action;
use crate::app::commands::Command;
use crate::app::compare::{
    CompareCommand, CompareMode, CopyAs, FacePair, MatrixValues, OverlayKind, SameAge, Scope, Shown,
};
use crate::app::state::AppState;
use crate::app::view::Workspace;

const GROUP: &str = "Compare";
const TWO_FACES: &str = "Two faces are needed. Open a second photo.";

/// Every action of the comparison. Keys count only while it is looked at.
pub fn actions(state: &AppState) -> Vec<Action> {
    let pair = match state.pair() {
        [Some(a), Some(b)] => Some(FacePair::new(a, b)),
        _ => None,
    };
    let act = |name: &str, command: CompareCommand| {
        Action::new(GROUP, name, Command::Compare(command)).needs(pair.is_some(), TWO_FACES)
    };
    let mut actions = vec![Action::new(GROUP, "Exchange A and B", Command::SwapPair).needs(pair.is_some(), TWO_FACES)];
    actions.extend(
        [("Choose face A in the tray", 0), ("Choose face B in the tray", 1)]
            .map(|(name, slot)| Action::new(GROUP, name, Command::Compare(CompareCommand::SetSlot(slot)))),
    );
    actions.extend(CompareMode::ALL.map(|mode| act(mode.label(), CompareCommand::Show(mode))));
    let is_linked = state.view.compare.is_linked;
    let link = if is_linked { "Unlink the faces" } else { "Link the faces" };
    actions.push(act(link, CompareCommand::SetLinked(!is_linked)));
    actions.push(act("Turn the photos as taken", CompareCommand::AsPhotographed));
    actions.push(act("Reset zoom and turn", CompareCommand::ResetPoses));
    for (name, kind) in [
        ("Overlay: blend", OverlayKind::Blend),
        ("Overlay: wipe", OverlayKind::Wipe),
        ("Overlay: blink", OverlayKind::Blink),
    ] {
        actions.push(act(name, CompareCommand::SetOverlay(kind)));
    }
    actions.push(act("Distributions of these ages", CompareCommand::SetScope(Scope::TheseAges)));
    actions.push(act("Distributions of all ages", CompareCommand::SetScope(Scope::AllAges)));
    actions.extend(age_actions(state, &act));
    actions.extend(checklist_actions(state, pair, &act));
    if state.view.workspace == Workspace::Compare { with_keys(actions) } else { actions }
}

fn age_actions(state: &AppState, act: &dyn Fn(&str, CompareCommand) -> Action) -> Vec<Action> {
    let best = match state.same_age() {
        SameAge::Ready(matrix) => matrix.best(),
        _ => None,
    };
    let opened = best.map(|cell| cell.map(|index| Shown::all()[index]));
    let is_opened = state.view.compare.opened.is_some();
    vec![
        act("Same age: cosines", CompareCommand::SetMatrix(MatrixValues::Cosine)),
        act("Same age: above the threshold", CompareCommand::SetMatrix(MatrixValues::AboveThreshold))
            .needs(matches!(state.calibration, Some(Ok(_))), "Nothing was measured for these weights."),
        act("Same age: open the best pair", CompareCommand::OpenPair(opened))
            .needs(opened.is_some(), "The ages of both faces are not made yet. Show “Same age” first."),
        act("Same age: back to all ages", CompareCommand::OpenPair(None)).needs(is_opened, "No pair is opened."),
    ]
}

fn checklist_actions(
    state: &AppState,
    pair: Option<FacePair>,
    act: &dyn Fn(&str, CompareCommand) -> Action,
) -> Vec<Action> {
    let Some(pair) = pair else { return Vec::new() };
    let has_any = state.document.checklists.contains_key(&pair);
    let empty = "Nothing was judged yet.";
    vec![
        act("Copy the checklist as text", CompareCommand::CopyChecklist(CopyAs::Text)).needs(has_any, empty),
        act("Copy the checklist as CSV", CompareCommand::CopyChecklist(CopyAs::Csv)).needs(has_any, empty),
        act("Clear the checklist", CompareCommand::ClearChecklist(pair)).needs(has_any, empty),
    ]
}

/// The keys of what is done most often.
fn with_keys(actions: Vec<Action>) -> Vec<Action> {
    let keyed = |action: Action| match action.command {
        Command::SwapPair => action.key(Modifiers::NONE, Key::X),
        Command::Compare(CompareCommand::SetLinked(_)) => action.key(Modifiers::NONE, Key::L),
        _ => action,
    };
    actions.into_iter().map(keyed).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own_and_says_why_it_cannot_be_done() {
        let actions = actions(&AppState::default());
        let names: BTreeSet<&str> = actions.iter().map(|action| action.name.as_str()).collect();
        assert_eq!(names.len(), actions.len());
        assert!(actions.iter().all(|action| action.shortcuts.is_empty()), "keys count in Compare alone");
        let swap = actions.iter().find(|action| action.name == "Exchange A and B").unwrap();
        assert_eq!(swap.refused, Some(TWO_FACES));
    }
}
