//! The Lab by pointer and key: a run's folder; what is told to it; what goes
//! wrong; and a process that trains.

use std::path::Path;
use std::sync::Arc;

use eframe::egui;
use egui_kittest::kittest::Queryable;
use mtlface::app::lab::{LabCommand, LabPrompt, Pane, RunState, Zoom};
use mtlface::app::state::{AppState, Prompt};
use mtlface::app::view::Workspace;
use mtlface::app::{Command, Launch};

use super::models::Dropped;
use super::run_folder::{Folder, decomposition};
use super::{SIZE, Window, can_draw, compare_with_kept, keep, wait};

fn open_lab(theme: egui::Theme, size: [f32; 2], folder: Option<&Path>) -> Window {
    let mut window = super::open(theme, size, None);
    window.key_press(egui::Key::Num4);
    window.run_steps(2);
    assert_eq!(window.state().state().view.workspace, Workspace::Lab);
    if let Some(folder) = folder {
        ask(&mut window, LabCommand::Watch(folder.to_owned()));
    }
    window
}

fn ask(window: &mut Window, command: LabCommand) {
    window.state_mut().ask(Command::Lab(command));
    window.run_steps(2);
}

fn is_drawn(state: &AppState) -> bool {
    let is_read = state.lab.run.as_ref().is_some_and(|run| !run.losses.is_empty());
    is_read && state.lab.picture.is_some() && state.model().is_some()
}

fn is_in(wanted: RunState) -> impl Fn(&AppState) -> bool {
    move |state| state.lab.run_state() == Some(wanted)
}

fn settle(window: &mut Window) {
    wait(window, "the demo photo has its ages", super::has_ages);
    window.run_steps(20);
}

#[test]
fn a_run_is_seen_whole_in_both_themes_and_sizes() {
    if !can_draw("a_run_is_seen_whole_in_both_themes_and_sizes") {
        return;
    }
    let folder = decomposition();
    let cases = [
        (egui::Theme::Dark, SIZE, "lab"),
        (egui::Theme::Light, SIZE, "lab-light"),
        (egui::Theme::Dark, [900.0, 600.0], "lab-small"),
    ];
    for (theme, size, name) in cases {
        let mut window = open_lab(theme, size, Some(&folder.path()));
        wait(&mut window, "the run is read", is_drawn);
        settle(&mut window);
        let run = window.state().state().lab.run.clone().unwrap();
        assert_eq!(run.losses[0].name, "total");
        assert!(run.losses.last().unwrap().is_validation && run.sample_steps.len() == 7);
        assert!(window.query_by_label("The run is running").is_some());
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        for label in ["Pause", "Stop…", "Share of identity", "Step shown"] {
            let rect = window.get_by_label(label).rect();
            assert!(whole.contains_rect(rect), "{label} at {rect:?} of {size:?}");
        }
        if name == "lab-small" {
            compare_with_kept(&mut window, name);
        } else {
            keep(&mut window, name);
        }
    }
}

#[test]
fn synthetic_faces_say_so_and_every_pane_can_be_enlarged() {
    if !can_draw("synthetic_faces_say_so_and_every_pane_can_be_enlarged") {
        return;
    }
    let folder = Folder::new("synthesis");
    folder.say("paused", 1000, "");
    folder.write_metrics(1000);
    folder.write_gates(1000);
    folder.write_samples(1000, &["source", "0–10", "11–20", "21–30", "31–40", "41–50", "51–60", "61+"]);
    let mut window = open_lab(egui::Theme::Light, SIZE, Some(&folder.path()));
    wait(&mut window, "the run is read", is_drawn);
    settle(&mut window);
    let spoken = "4 sample faces, synthetic: source, 0–10, 11–20, 21–30, 31–40, 41–50, 51–60, 61+";
    assert!(window.query_by_label(spoken).is_some());
    compare_with_kept(&mut window, "lab-synthesis");
    for (name, pane) in [("losses", Pane::Losses), ("gates", Pane::Gates), ("sample faces", Pane::Samples)] {
        window.get_by_label(&format!("Enlarge the {name}")).click();
        window.run_steps(8);
        assert_eq!(window.state().state().view.lab.pane, pane);
        compare_with_kept(&mut window, &format!("lab-{}", name.replace(' ', "-")));
        window.get_by_label("Show everything").click();
        window.run_steps(4);
    }
    window.get_by_label("Look at the pixels").focus();
    window.run_steps(2);
    window.key_press(egui::Key::Enter);
    window.run_steps(6);
    assert_eq!(window.state().state().view.lab.zoom, Zoom::Pixels);
    compare_with_kept(&mut window, "lab-pixels");
}

#[test]
fn a_run_is_paused_goes_on_and_is_stopped_after_one_question() {
    if !can_draw("a_run_is_paused_goes_on_and_is_stopped_after_one_question") {
        return;
    }
    let folder = decomposition();
    let mut window = open_lab(egui::Theme::Dark, SIZE, Some(&folder.path()));
    wait(&mut window, "the run is read", is_in(RunState::Running));
    window.get_by_label("Pause").click();
    wait(&mut window, "the run is told", |_| folder.control() == "pause");
    folder.say("paused", 1240, "");
    wait(&mut window, "it pauses", is_in(RunState::Paused));
    window.get_by_label("Go on").click();
    wait(&mut window, "the run is told", |_| folder.control() == "run");
    window.get_by_label("Stop…").click();
    window.run_steps(3);
    assert_eq!(window.state().state().prompt, Some(Prompt::Lab(LabPrompt::Stop)));
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    assert_eq!((window.state().state().prompt.clone(), folder.control().as_str()), (None, "run"));
    window.get_by_label("Stop…").click();
    window.run_steps(4);
    window.key_press(egui::Key::Enter);
    wait(&mut window, "the run is told", |_| folder.control() == "stop");
    folder.say("stopped", 1250, "");
    std::fs::write(folder.path().join("checkpoint.safetensors"), "").unwrap();
    wait(&mut window, "it stops", is_in(RunState::Stopped));
    assert!(window.query_by_label("Resume run").is_some());
}

#[test]
fn the_steps_are_walked_by_key_and_losses_chosen_by_pointer() {
    if !can_draw("the_steps_are_walked_by_key_and_losses_chosen_by_pointer") {
        return;
    }
    let folder = decomposition();
    let mut window = open_lab(egui::Theme::Dark, SIZE, Some(&folder.path()));
    wait(&mut window, "the run is read", is_drawn);
    let shown = |window: &Window| window.state().state().lab.picture.as_ref().map(|picture| picture.step);
    assert_eq!(shown(&window), Some(1200));
    let keys =
        [(egui::Key::ArrowLeft, 1000), (egui::Key::Home, 0), (egui::Key::ArrowRight, 200), (egui::Key::End, 1200)];
    for (key, step) in keys {
        window.key_press(key);
        wait(&mut window, "the picture of the step", |state| {
            state.lab.picture.as_ref().is_some_and(|picture| picture.step == step)
        });
    }
    assert_eq!(window.state().state().view.lab.step, None, "the latest is followed again");
    let label = window.state().state().lab.run.as_ref().unwrap().losses.iter().find(|loss| loss.name == "age").unwrap();
    let value = label.curve.latest().unwrap();
    window.get_by_label(&format!("age {value:.3}")).click();
    window.run_steps(3);
    assert!(window.state().state().view.lab.hidden.contains("age"));
    window.get_by_label("Scale: Linear").click();
    window.run_steps(3);
    assert!(!window.state().state().view.lab.is_logarithmic);
}

#[test]
fn what_is_wrong_with_a_run_is_said() {
    if !can_draw("what_is_wrong_with_a_run_is_said") {
        return;
    }
    let folder = decomposition();
    let message = "Step 1241 made age infinite or no number, and the run ended; the checkpoint before it is kept. Lower \
                   the learning rate or raise warmup_steps, and begin again in another `output`.";
    folder.say("failed", 1240, message);
    let mut window = open_lab(egui::Theme::Dark, SIZE, Some(&folder.path()));
    wait(&mut window, "the run is read", is_drawn);
    settle(&mut window);
    assert!(window.query_by_label(message).is_some());
    compare_with_kept(&mut window, "lab-failed");
    std::fs::remove_dir_all(folder.path()).unwrap();
    wait(&mut window, "the folder is missed", |state| state.lab.is_gone);
    assert!(window.query_by_label("The run is gone").is_some());
    let empty = tempfile::tempdir().unwrap();
    ask(&mut window, LabCommand::Watch(empty.path().to_owned()));
    wait(&mut window, "the empty folder is read", |state| state.lab.run.is_some() && !state.lab.is_gone);
    assert!(window.query_by_label("No run here").is_some());
    assert_eq!(window.state().state().lab.recent.len(), 2);
}

#[test]
fn without_a_run_the_lab_says_what_to_do() {
    if !can_draw("without_a_run_the_lab_says_what_to_do") {
        return;
    }
    let mut window = open_lab(egui::Theme::Dark, SIZE, None);
    settle(&mut window);
    assert_eq!(window.get_all_by_label("Start training…").count(), 2);
    compare_with_kept(&mut window, "lab-empty");
}

/// A window in the Lab that trains by this program.
fn open_with_trainer(program: &Path) -> Window {
    let launch = Launch { trainer: Some(program.to_owned()), ..super::launch(None, None) };
    let mut window = super::open_as(egui::Theme::Dark, SIZE, launch);
    window.key_press(egui::Key::Num4);
    window.run_steps(2);
    window
}

#[test]
fn a_config_dropped_on_the_lab_trains_and_its_error_is_told() {
    if !can_draw("a_config_dropped_on_the_lab_trains_and_its_error_is_told") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("ages.toml");
    std::fs::write(&config, "output = \"run\"\nstpes = 5\n[decomposition]\n").unwrap();
    let mut window = open_with_trainer(Path::new(env!("CARGO_BIN_EXE_mtlface")));
    window.input_mut().dropped_files.push(Arc::new(Dropped(config)));
    wait(&mut window, "the config is refused", |state| state.lab.problem.is_some());
    let state = window.state().state();
    let problem = state.lab.problem.clone().unwrap();
    assert!(problem.contains("there is no key “stpes”") && problem.contains("steps"), "{problem}");
    assert!(!state.lab.is_training());
    assert_eq!(state.lab.folder.as_deref(), Some(&*folder.path().join("run")));
}

#[cfg(unix)]
#[test]
fn a_window_that_closes_while_it_trains_says_that_training_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    if !can_draw("a_window_that_closes_while_it_trains_says_that_training_goes_on") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    std::fs::create_dir(&run).unwrap();
    let program = folder.path().join("program");
    let script = format!("#!/bin/sh\nuntil grep -qs stop {}/control; do sleep 0.05; done\n", run.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = folder.path().join("ages.toml");
    std::fs::write(&config, "output = \"run\"\n[decomposition]\n").unwrap();
    let mut window = open_with_trainer(&program);
    ask(&mut window, LabCommand::Train(config));
    wait(&mut window, "it trains", |state| state.lab.is_training());
    let viewport = window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    window.step();
    window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    window.run_steps(3);
    assert_eq!(window.state().state().prompt, Some(Prompt::Lab(LabPrompt::Close)));
    assert!(window.query_by_label("Training goes on").is_some());
    window.get_by_label("Stop it and close").click();
    window.run_steps(3);
    assert!(window.state().state().lab.may_close);
    wait(&mut window, "the process has ended", |state| !state.lab.is_training());
}
