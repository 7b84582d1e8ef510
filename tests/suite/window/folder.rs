//! Folders: hundreds of photos listed, opened in the order of work, looked through in the background, and found again
//! by wheel, key and name.

use std::fs;
use std::sync::Arc;

use image::imageops::{FilterType, resize};
use mtlface::app::tray::{Only, Standing, TrayCommand};
use mtlface::engine::PhotoId;

use super::*;

/// Photos of the folder, and those of them that are no pictures.
const PHOTOS: usize = 300;
const BROKEN: [usize; 3] = [7, 150, 299];

/// A folder of small pictures with and without faces, a few broken ones, and what must be left out.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let portrait =
        image::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/astronaut.jpg")).unwrap().to_rgb8();
    let portrait = resize(&portrait, 120, 120, FilterType::Triangle);
    let field = image::RgbImage::from_fn(120, 80, |x, y| image::Rgb([60, 90 + (y / 2) as u8, 120 + (x / 2) as u8]));
    for number in 0..PHOTOS {
        let path = folder.path().join(format!("img{number}.jpg"));
        match number {
            _ if BROKEN.contains(&number) => fs::write(path, "no picture").unwrap(),
            _ if number % 10 == 3 => portrait.save(path).unwrap(),
            _ => field.save(path).unwrap(),
        }
    }
    fs::write(folder.path().join(".hidden.jpg"), "").unwrap();
    fs::write(folder.path().join("notes.txt"), "").unwrap();
    folder
}

/// The window with the folder beside the demo face.
fn open_folder(theme: egui::Theme, size: [f32; 2], folder: &Path) -> Window {
    let mut window = open(theme, size, None);
    window.state_mut().ask(Command::TakeInPaths(vec![folder.to_owned()]));
    wait(&mut window, "the photos are listed", |state| state.tray.index.total() == PHOTOS + 1);
    window
}

fn ask(window: &mut Window, command: TrayCommand) {
    window.state_mut().ask(Command::Tray(command));
    window.run_steps(2);
}

fn name(window: &Window, photo: PhotoId) -> String {
    window.state().state().library.photos[&photo].name.clone()
}

fn looked_at(window: &Window) -> String {
    name(window, window.state().state().document.photo.unwrap())
}

fn shown_names(window: &Window) -> Vec<String> {
    window.state().state().tray.shown().iter().map(|photo| name(window, *photo)).collect()
}

fn scroll(window: &mut Window, points: f32) {
    window.hover_at(egui::pos2(100.0, 400.0));
    window.step();
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(12);
}

#[test]
fn a_folder_is_listed_in_order_and_what_is_in_sight_comes_first() {
    if !can_draw("a_folder_is_listed_in_order_and_what_is_in_sight_comes_first") {
        return;
    }
    let folder = folder();
    let mut window = open_folder(egui::Theme::Dark, SIZE, folder.path());
    assert_eq!(looked_at(&window), "img0.jpg");
    let tray = Arc::clone(&window.state().state().document.tray);
    let listed: Vec<String> = tray[1..].iter().map(|photo| name(&window, *photo)).collect();
    let expected: Vec<String> = (0..PHOTOS).map(|number| format!("img{number}.jpg")).collect();
    assert_eq!(listed, expected, "by number, without what is hidden or no picture");

    // Thumbnails do not wait for faces: none are looked for from here on.
    ask(&mut window, TrayCommand::StopSearch);
    scroll(&mut window, 8000.0);
    let shown = shown_names(&window);
    assert!(shown.len() < 16 && !shown.contains(&"img9.jpg".to_owned()), "{shown:?}");
    wait(&mut window, "rows in sight have thumbnails", |state| {
        let has_thumbnail = |photo: &PhotoId| state.library.photos[photo].thumbnail.is_some();
        !state.tray.shown().is_empty() && state.tray.shown().iter().all(has_thumbnail)
    });
    let state = window.state().state();
    let opened = state.library.photos.values().filter(|entry| entry.small.is_some()).count();
    assert!(opened < PHOTOS / 2, "{opened} photos were opened for {} in sight", state.tray.shown().len());
    let rows = window.get_all_by_role(egui::accesskit::Role::ListBoxOption).count();
    assert!(rows < 20, "{rows} rows are laid out");
}

#[test]
fn finding_faces_is_told_stopped_and_gone_on_with_and_broken_photos_are_counted() {
    if !can_draw("finding_faces_is_told_stopped_and_gone_on_with_and_broken_photos_are_counted") {
        return;
    }
    let folder = folder();
    let mut window = open_folder(egui::Theme::Dark, SIZE, folder.path());
    wait(&mut window, "some photos are looked through", |state| {
        state.tray.progress().is_some_and(|progress| progress.left.is_some())
    });
    show_in_manual(&mut window, "folder-finding");
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    wait(&mut window, "what was under way is done", |state| {
        state.tray.index.count(Standing::Opening) + state.tray.index.count(Standing::Finding) == 0
    });
    let waiting = window.state().state().tray.index.count(Standing::Waiting);
    assert!(waiting > 0, "the search was done before it was stopped");
    std::thread::sleep(Duration::from_millis(300));
    window.run_steps(10);
    assert_eq!(window.state().state().tray.index.count(Standing::Waiting), waiting, "nothing goes on");

    // What is looked at is looked through all the same.
    ask(&mut window, TrayCommand::Last);
    ask(&mut window, TrayCommand::Step(-1));
    assert_eq!(looked_at(&window), "img298.jpg");
    wait(&mut window, "the photo looked at is looked through", |state| {
        state.photo().is_some_and(|(_, photo)| photo.stage == PhotoStage::Ready)
    });

    window.get_by_label("Go on").click();
    wait(&mut window, "all photos are looked through", |state| state.tray.index.open() == 0);
    let state = window.state().state();
    assert_eq!(state.tray.index.count(Standing::Failed), BROKEN.len());
    assert!(state.tray.index.count(Standing::Faces) >= PHOTOS / 10, "{}", state.tray.index.count(Standing::Faces));
    assert!(state.toasts.is_empty(), "{:?}", state.toasts);
    assert!(state.tray.progress().is_none());
    let thumbnails = state.library.photos.values().filter(|entry| entry.thumbnail.is_some()).count();
    assert_eq!(thumbnails, PHOTOS + 1 - BROKEN.len());

    window.get_by_label("3 not opened");
    window.get_by_label("Show").click();
    window.run_steps(4);
    assert_eq!(shown_names(&window), ["img7.jpg", "img150.jpg", "img299.jpg"]);
}

#[test]
fn the_list_is_walked_by_key_and_narrowed_by_name() {
    if !can_draw("the_list_is_walked_by_key_and_narrowed_by_name") {
        return;
    }
    let folder = folder();
    let mut window = open_folder(egui::Theme::Dark, SIZE, folder.path());
    window.get_by_label("Photos in the tray").focus();
    window.run_steps(2);
    let press = |window: &mut Window, key: egui::Key| {
        window.key_press(key);
        window.run_steps(14);
        looked_at(window)
    };
    assert_eq!(press(&mut window, egui::Key::ArrowDown), "img1.jpg");
    assert_eq!(press(&mut window, egui::Key::End), "img299.jpg");
    assert!(shown_names(&window).contains(&"img299.jpg".to_owned()), "the list follows");
    let paged = press(&mut window, egui::Key::PageUp);
    assert!(paged != "img299.jpg" && paged.starts_with("img29"), "{paged}");
    assert_eq!(press(&mut window, egui::Key::Home), "astronaut.jpg");
    assert!(shown_names(&window).contains(&"img0.jpg".to_owned()));
    // A walk is one step of undo, or a few where the machine was slow between the keys.
    for _ in 0..6 {
        if looked_at(&window) != "img0.jpg" {
            window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
            window.run_steps(3);
        }
    }
    assert_eq!(looked_at(&window), "img0.jpg");

    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::F);
    window.run_steps(3);
    window.event(egui::Event::Text("img25".to_owned()));
    window.run_steps(4);
    let state = window.state().state();
    assert_eq!(state.tray.rows.photos().len(), 11, "img25 and img250 to img259");
    assert_eq!(press(&mut window, egui::Key::ArrowDown), "img25.jpg");
    assert_eq!(press(&mut window, egui::Key::ArrowDown), "img250.jpg");
    press(&mut window, egui::Key::Escape);
    assert_eq!(window.state().state().tray.rows.photos().len(), PHOTOS + 1);

    window.key_press(egui::Key::Delete);
    window.run_steps(3);
    assert_eq!(window.state().state().tray.index.total(), PHOTOS);
    assert_eq!(looked_at(&window), "img251.jpg");
    ask(&mut window, TrayCommand::ShowOnly(Only::Failed));
    ask(&mut window, TrayCommand::SetFilter("nothing is called so".to_owned()));
    window.get_by_label("List all photos").click();
    window.run_steps(3);
    assert_eq!(window.state().state().tray.rows.photos().len(), PHOTOS);
}

#[test]
fn a_session_of_a_long_tray_comes_back() {
    if !can_draw("a_session_of_a_long_tray_comes_back") {
        return;
    }
    use mtlface::app::session::SessionCommand;
    let folder = folder();
    let mut window = open_folder(egui::Theme::Dark, SIZE, folder.path());
    ask(&mut window, TrayCommand::StopSearch);
    let file = folder.path().join("long.mtlface");
    window.state_mut().ask(Command::Session(SessionCommand::SaveTo(file.clone())));
    wait(&mut window, "the session is saved", |state| state.session.path.is_some() && state.saving == 0);
    window.state_mut().ask(Command::Session(SessionCommand::New));
    window.run_steps(2);
    assert_eq!(window.state().state().tray.index.total(), 0);
    window.state_mut().ask(Command::TakeInPaths(vec![file]));
    wait(&mut window, "the session is back", |state| state.tray.index.total() == PHOTOS + 1);
    assert_eq!(looked_at(&window), "img0.jpg");
}

/// A picture for the manual of what is never the same twice.
fn show_in_manual(window: &mut Window, name: &str) {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let whole = window.render().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/pictures/{name}.png"));
        image::DynamicImage::from(whole).to_rgb8().save(path).unwrap();
    }
}

/// What is drawn must not depend on how far the work is: all photos are looked through first.
#[test]
fn a_long_tray_in_both_themes_and_small() {
    if !can_draw("a_long_tray_in_both_themes_and_small") {
        return;
    }
    let folder = folder();
    let mut window = open_folder(egui::Theme::Dark, SIZE, folder.path());
    wait(&mut window, "all photos are looked through", |state| state.tray.index.open() == 0);
    ask(&mut window, TrayCommand::First);
    wait(&mut window, "every face is read", |state| has_ages(state) && faces_read(state) == state.library.faces.len());
    keep(&mut window, "folder");
    window.state_mut().ask(Command::ToggleTheme);
    window.state_mut().ask(Command::Tray(TrayCommand::SetFilter("img2".to_owned())));
    window.run_steps(4);
    window.get_by_label("Listed: All photos, 111 of 301").click();
    window.run_steps(8);
    window.get_by_label("With faces: 31");
    compare_with_kept(&mut window, "folder-light");
    window.get_by_label("No face found: 267").click();
    window.state_mut().ask(Command::ToggleTheme);
    window.set_size(egui::vec2(900.0, 600.0));
    window.run_steps(4);
    compare_with_kept(&mut window, "folder-small");
}
