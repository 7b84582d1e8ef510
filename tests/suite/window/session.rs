//! Sessions: saved, reopened with everything a person made, and honest where photographs moved, changed or went.

use super::*;

/// A photo in a file of its own, which a test may change or take away.
fn photo_file(folder: &Path) -> PathBuf {
    let path = folder.join("portrait.jpg");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/astronaut.jpg"), &path).unwrap();
    path
}

fn ask(window: &mut Window, command: mtlface::app::session::SessionCommand) {
    window.state_mut().ask(Command::Session(command));
    window.run_steps(3);
}

fn save(window: &mut Window, path: &Path) {
    ask(window, mtlface::app::session::SessionCommand::SaveTo(path.to_owned()));
    wait(window, "the session is saved", |state| state.session.path.is_some() && state.saving == 0);
}

#[test]
fn a_session_comes_back_whole_and_undo_goes_behind_it() {
    if !can_draw("a_session_comes_back_whole_and_undo_goes_behind_it") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (photo, file) = (photo_file(folder.path()), folder.path().join("case.mtlface"));
    let original = std::fs::read(&photo).unwrap();
    let mut window = open(egui::Theme::Dark, SIZE, Some(photo.clone()));
    wait(&mut window, "the photo has its ages", has_ages);
    let (face, _) = window.state().state().face().unwrap();
    window.state_mut().ask(Command::StateAge(face, Some(31.0)));
    window.state_mut().ask(Command::SetAge(12.0));
    window.state_mut().ask(Command::SetStrength(0.5));
    window.run_steps(3);
    save(&mut window, &file);
    assert!(!window.state().state().session.has_changes(&window.state().state().document));
    window.state_mut().ask(Command::SetAge(80.0));
    window.run_steps(3);
    assert!(window.state().state().session.has_changes(&window.state().state().document));

    // Moved as a whole, opened by dropping it on another window.
    let moved = folder.path().join("moved");
    std::fs::create_dir(&moved).unwrap();
    for name in ["case.mtlface", "portrait.jpg"] {
        std::fs::rename(folder.path().join(name), moved.join(name)).unwrap();
    }
    let mut other = open_demo(egui::Theme::Dark, SIZE);
    let before = other.state().state().document.clone();
    other.state_mut().ask(Command::TakeInPaths(vec![moved.join("case.mtlface")]));
    wait(&mut other, "the session's face has its ages", |state| state.session.path.is_some() && has_ages(state));
    let state = other.state().state();
    assert_eq!((state.document.target_years, state.document.strength), (12.0, 0.5));
    let (face, _) = state.face().unwrap();
    assert_eq!(state.own_age(face).map(|age| age.years), Some(31.0));
    assert_eq!(state.document.tray.len(), 1);
    assert!(!state.session.has_changes(&state.document));
    assert_eq!(std::fs::read(moved.join("portrait.jpg")).unwrap(), original);

    other.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    other.run_steps(3);
    assert_eq!(other.state().state().document, before);
}

#[test]
fn a_photograph_that_went_or_changed_is_said_and_nothing_is_lost() {
    if !can_draw("a_photograph_that_went_or_changed_is_said_and_nothing_is_lost") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (photo, file) = (photo_file(folder.path()), folder.path().join("case.mtlface"));
    let mut window = open(egui::Theme::Dark, SIZE, Some(photo.clone()));
    wait(&mut window, "the photo has its ages", has_ages);
    let (face, _) = window.state().state().face().unwrap();
    window.state_mut().ask(Command::StateAge(face, Some(31.0)));
    window.run_steps(2);
    save(&mut window, &file);

    std::fs::remove_file(&photo).unwrap();
    let mut without = open(egui::Theme::Dark, SIZE, Some(file.clone()));
    wait(&mut without, "the photo is missed", |state| {
        state.library.photos.values().any(|entry| matches!(entry.stage, PhotoStage::Failed(_)))
    });
    let again = folder.path().join("again.mtlface");
    save(&mut without, &again);
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/astronaut.jpg"), &photo).unwrap();
    let mut back = open(egui::Theme::Dark, SIZE, Some(again));
    wait(&mut back, "the photo is there again", has_ages);
    let state = back.state().state();
    assert_eq!(state.own_age(state.face().unwrap().0).map(|age| age.years), Some(31.0));

    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/obama.jpg"), &photo).unwrap();
    let mut changed = open(egui::Theme::Dark, SIZE, Some(file));
    wait(&mut changed, "the other face is found", has_ages);
    let state = changed.state().state();
    assert!(state.toasts.iter().any(|toast| toast.text.contains("not the file the session was saved with")));
    assert!(state.own_age(state.face().unwrap().0).is_some_and(|age| !age.is_stated()));
}

#[test]
fn what_is_no_session_is_refused_and_changes_nothing() {
    if !can_draw("what_is_no_session_is_refused_and_changes_nothing") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.mtlface");
    std::fs::write(&file, b"not a session").unwrap();
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let before = window.state().state().document.clone();
    window.state_mut().ask(Command::TakeInPaths(vec![file]));
    wait(&mut window, "the refusal is said", |state| {
        state.toasts.iter().any(|toast| toast.text.contains("not a session"))
    });
    assert_eq!(window.state().state().document, before);
}
