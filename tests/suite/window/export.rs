//! What leaves the window: a film that is asked for and appears, one that is stopped, and the pictures' signatures.

use mtlface::aging::export::film::{FilmFormat, FilmFraming};
use mtlface::app::export::{ExportCommand, FilmWish};
use mtlface::app::state::ToastKind;

use super::*;
use crate::film::objections;

fn wish(window: &Window) -> FilmWish {
    window.state().state().view.film
}

fn has_told(state: &AppState, words: &str) -> bool {
    state.toasts.iter().any(|toast| toast.text.contains(words))
}

/// Compares the dialog alone with the kept picture: what lies behind it has pictures of its own.
fn compare_dialog(window: &mut Window, name: &str) {
    let whole = picture(window);
    let head = window.get_by_label("A film through the ages").rect();
    let foot = window.get_by_label("Cancel").rect();
    let (left, top) = (head.left() as u32 - 10, head.top() as u32 - 10);
    let height = foot.bottom() as u32 + 10 - top;
    let dialog = image::imageops::crop_imm(&whole, left, top, 420, height).to_image();
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(200_usize);
    egui_kittest::image_snapshot_options(&dialog, name, &options);
}

#[test]
fn a_film_is_asked_for_and_its_file_appears() {
    if !can_draw("a_film_is_asked_for_and_its_file_appears") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.get_by_label("Film…").click();
    window.run_steps(6);
    assert_eq!(window.state().state().prompt, Some(Prompt::Film));
    compare_dialog(&mut window, "film-dialog");
    for (label, is_so) in [
        ("Format: Animated GIF", (|wish| wish.format == FilmFormat::Gif) as fn(FilmWish) -> bool),
        ("Film shows: Face", |wish| wish.framing == FilmFraming::Face),
        ("Way: One way", |wish| !wish.there_and_back),
    ] {
        assert!(!is_so(wish(&window)), "{label} was chosen before");
        window.get_by_label(label).click();
        window.run_steps(3);
        assert!(is_so(wish(&window)), "{label} did nothing");
    }
    window.get_by_label("Length").focus();
    window.run_steps(2);
    for _ in 0..20 {
        window.key_press(egui::Key::ArrowLeft);
        window.run_steps(2);
    }
    assert_eq!(wish(&window).seconds, 2.0);
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    assert_eq!(window.state().state().prompt, None);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.gif");
    window.state_mut().ask(Command::SaveTo(SaveWhat::Film(FilmFormat::Gif), path.clone()));
    wait(&mut window, "the film is there", |state| state.film.is_none() && has_told(state, "me.gif"));
    assert_eq!(window.state().state().toasts.last().map(|toast| toast.kind), Some(ToastKind::Done));
    assert_eq!(objections(&path).unwrap(), ["signingCredential.untrusted"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_film_that_is_stopped_leaves_nothing() {
    if !can_draw("a_film_that_is_stopped_leaves_nothing") {
        return;
    }
    let mut window = open_demo(egui::Theme::Light, [900.0, 600.0]);
    window.get_by_label("Film…").click();
    window.run_steps(6);
    compare_dialog(&mut window, "film-dialog-light");
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    assert_eq!(window.state().state().prompt, None);
    let long = FilmWish { seconds: 20.0, ..wish(&window) };
    window.state_mut().ask(Command::Export(ExportCommand::SetFilm(long)));
    let folder = tempfile::tempdir().unwrap();
    let film = SaveWhat::Film(FilmFormat::Mp4);
    window.state_mut().ask(Command::SaveTo(film, folder.path().join("me.mp4")));
    wait(&mut window, "some of the film is there", |state| {
        state.film.as_ref().is_some_and(|film| film.progress[0] > 0)
    });
    window.state_mut().ask(Command::SaveTo(film, folder.path().join("other.mp4")));
    wait(&mut window, "a second film is refused", |state| has_told(state, "already"));
    window.get_by_label("Stop").click();
    wait(&mut window, "the film ends", |state| state.film.is_none() && has_told(state, "was stopped"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn saved_pictures_are_signed_and_drawings_are_not() {
    if !can_draw("saved_pictures_are_signed_and_drawings_are_not") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let folder = tempfile::tempdir().unwrap();
    for (what, is_signed) in [(SaveWhat::Photo, true), (SaveWhat::Sheet, true), (SaveWhat::Attention, false)] {
        let path = folder.path().join("picture.png");
        window.state_mut().ask(Command::SaveTo(what, path.clone()));
        wait(&mut window, "the picture is there", |state| state.saving == 0 && path.exists());
        let found = objections(&path);
        assert_eq!(found.ok(), is_signed.then(|| vec!["signingCredential.untrusted".to_owned()]), "{what:?}");
        std::fs::remove_file(&path).unwrap();
    }
}
