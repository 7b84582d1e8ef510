//! The window without a mouse and for those who hear it: everything has a name, Tab reaches it, and the ring shows where
//! it is.

use std::collections::BTreeSet;

use egui_kittest::kittest::NodeT;

use super::*;

/// What can be pressed, chosen or moved.
fn is_control(role: egui::accesskit::Role) -> bool {
    use egui::accesskit::Role;
    matches!(
        role,
        Role::Button
            | Role::Link
            | Role::CheckBox
            | Role::RadioButton
            | Role::Slider
            | Role::Tab
            | Role::ListBoxOption
            | Role::TextInput
    )
}

#[test]
fn every_control_has_a_name_and_tab_reaches_it() {
    if !can_draw("every_control_has_a_name_and_tab_reaches_it") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.state_mut().ask(Command::TakeInDemo);
    wait(&mut window, "all demo faces are read", |state| state.document.tray.len() == 4 && faces_read(state) >= 4);
    for key in [egui::Key::Num1, egui::Key::Num2, egui::Key::Num3, egui::Key::Num4] {
        window.key_press(key);
        window.run_steps(6);
        let workspace = window.state().state().view.workspace;
        let mut names = BTreeSet::new();
        for node in window.root().children_recursive() {
            let node = node.accesskit_node();
            if is_control(node.role()) && !node.is_hidden() && !node.is_disabled() {
                let name = node.label().unwrap_or_default();
                assert!(!name.trim().is_empty(), "{workspace:?}: a {:?} has no name", node.role());
                // A list is one stop; the arrows go through its rows.
                if node.role() != egui::accesskit::Role::ListBoxOption {
                    names.insert(name);
                }
            }
        }
        assert!(names.len() > 8, "{workspace:?} has only {names:?}");
        let reached = reached_by_tab(&mut window, names.len() * 3 + 20);
        let missed: Vec<&String> = names.difference(&reached).collect();
        assert!(missed.is_empty(), "{workspace:?}: Tab does not reach {missed:?}");
        window.key_press(egui::Key::Escape);
        window.run_steps(2);
    }
}

/// The names of what has the focus while Tab is pressed, until it comes round.
fn reached_by_tab(window: &mut Window, at_most: usize) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    for _ in 0..at_most {
        window.key_press(egui::Key::Tab);
        window.run_steps(2);
        let focused = window.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        reached.extend(focused.and_then(|node| node.accesskit_node().label()));
    }
    reached
}
