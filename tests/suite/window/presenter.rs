//! Presenter mode as an audience and a cat meet it: it plays by itself, nothing on the keyboard disturbs it or what a
//! person made, and the camera is off until somebody asks for it twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use eframe::egui::{Event, Key, Modifiers, ViewportCommand};
use image::RgbImage;
use mtlface::app::presenter::camera::{CameraError, Cameras, FrameSource};
use mtlface::app::presenter::{Presenter, PresenterCommand};
use mtlface::app::state::Document;
use mtlface::app::view::View;

use super::*;

fn presenter(window: &Window) -> &Presenter {
    window.state().state().presenter.as_ref().unwrap()
}

/// Presses F5 and waits until the face is there with its ages.
fn present(window: &mut Window) {
    window.key_press(Key::F5);
    plays(window);
}

/// Steps until the face shown has its ages; not further, so that the age after so many steps is always the same.
fn plays(window: &mut Window) {
    let begun = Instant::now();
    while window.state().state().presenter.as_ref().is_none_or(|shown| shown.change.is_none()) {
        window.step();
        assert!(begun.elapsed() < PATIENCE, "nothing plays");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Steps until the age shown has come to this, then stands still.
fn pause_at(window: &mut Window, years: f32) {
    for _ in 0..600 {
        if presenter(window).target_years >= years {
            break;
        }
        window.step();
    }
    window.key_press(Key::Space);
    window.run_steps(2);
    assert!(presenter(window).is_paused && presenter(window).target_years >= years);
}

/// Compares with the kept picture, but for the device in use; returns the whole one.
fn compare_stage(window: &mut Window, name: &str) -> RgbaImage {
    let whole = picture(window);
    let mut compared = whole.clone();
    let device = window.get_by_label_contains("Runs on").rect().expand(16.0);
    for (x, y, pixel) in compared.enumerate_pixels_mut() {
        if device.contains(egui::pos2(x as f32, y as f32)) {
            *pixel = image::Rgba([0, 0, 0, 255]);
        }
    }
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(600_usize);
    egui_kittest::image_snapshot_options(&compared, name, &options);
    whole
}

fn kept(window: &Window) -> (Document, View) {
    let state = window.state().state();
    (state.document.clone(), state.view.clone())
}

/// What the window was asked to do about the whole screen in the last frame.
fn fullscreen(window: &Window) -> Option<bool> {
    let commands = window.output().viewport_output.values().flat_map(|viewport| &viewport.commands);
    commands
        .filter_map(|command| if let ViewportCommand::Fullscreen(on) = command { Some(*on) } else { None })
        .next_back()
}

#[test]
fn it_plays_by_itself_and_leaves_everything_as_it_was() {
    if !can_draw("it_plays_by_itself_and_leaves_everything_as_it_was") {
        return;
    }
    let mut window = open_demo(egui::Theme::Light, SIZE);
    let (before, seen) = (kept(&window), picture(&mut window));
    window.event(press(Key::F5, Modifiers::NONE, true));
    window.step();
    assert_eq!(fullscreen(&window), Some(true));
    plays(&mut window);
    let own_years = presenter(&window).target_years;
    assert!(window.query_by_label("Photograph").is_some());
    let (mut youngest, mut oldest) = (own_years, own_years);
    for _ in 0..260 {
        window.step();
        youngest = youngest.min(presenter(&window).target_years);
        oldest = oldest.max(presenter(&window).target_years);
    }
    assert!(youngest == 0.0 && oldest == 90.0, "from {youngest} to {oldest}");
    pause_at(&mut window, 68.0);
    let words = format!("Synthetic · age {:.0}", presenter(&window).target_years);
    assert!(window.query_by_label(&words).is_some(), "{words}");
    assert!(window.query_by_label("The photograph beside it").is_some());
    // Calm and dark in the light theme, too.
    let stage = compare_stage(&mut window, "presenter");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/presenter.png");
        image::DynamicImage::from(stage.clone()).to_rgb8().save(manual).unwrap();
    }
    assert!(stage.get_pixel(2, 2).0[..3].iter().all(|level| *level < 40), "{:?}", stage.get_pixel(2, 2));
    window.event(press(Key::Escape, Modifiers::NONE, true));
    window.step();
    assert!(window.state().state().presenter.is_none());
    assert_eq!(fullscreen(&window), Some(false));
    window.event(press(Key::Escape, Modifiers::NONE, false));
    window.run_steps(4);
    assert_eq!(kept(&window), before);
    let again = picture(&mut window);
    let above = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(SIZE[0], SIZE[1] - STATUS_BAR_PX as f32));
    let changed = pixels_changed(&seen, &again, above);
    assert!(changed < 50, "{changed} pixels of the window are others");
}

fn press(key: Key, modifiers: Modifiers, pressed: bool) -> Event {
    Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }
}

#[test]
fn a_cat_on_the_keyboard_changes_nothing_and_the_show_goes_on() {
    if !can_draw("a_cat_on_the_keyboard_changes_nothing_and_the_show_goes_on") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("dropped.png");
    RgbImage::new(64, 64).save(&photo).unwrap();
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.state_mut().use_cameras(Arc::new(Fed::default()));
    let before = kept(&window);
    present(&mut window);
    let keys: Vec<Key> = Key::ALL.iter().copied().filter(|key| !matches!(key, Key::F5 | Key::Escape)).collect();
    assert!(keys.len() >= 60);
    let ctrl = Modifiers::COMMAND | Modifiers::CTRL;
    for modifiers in [Modifiers::NONE, Modifiers::SHIFT, ctrl, ctrl | Modifiers::SHIFT, Modifiers::ALT] {
        for paw in keys.chunks(9) {
            for pressed in [true, false] {
                window.input_mut().events.push(Event::ModifiersChanged(modifiers));
                let events = paw.iter().map(|key| press(*key, modifiers, pressed));
                window.input_mut().events.extend(events);
                window.step();
            }
        }
    }
    // Not even the keys that leave, with others held.
    for key in [Key::F5, Key::Escape] {
        window.input_mut().events.push(press(key, ctrl, true));
        window.input_mut().events.push(press(key, ctrl, false));
        window.step();
    }
    window.input_mut().events.push(Event::ModifiersChanged(Modifiers::NONE));
    window.event(Event::Text("Delete everything".to_owned()));
    window.event(Event::Paste(photo.display().to_string()));
    window.event(Event::Cut);
    window.run_steps(4);
    let state = window.state().state();
    assert!(state.presenter.is_some() && state.prompt.is_none() && state.toasts.is_empty());
    assert_eq!(kept(&window), before);
    if presenter(&window).is_paused {
        window.key_press(Key::Space);
        window.run_steps(2);
    }
    // One press of its key does not switch the camera on.
    assert!(window.query_by_label("Camera on").is_none());
    let elapsed_s = presenter(&window).elapsed_s;
    window.run_steps(3);
    assert_ne!(presenter(&window).elapsed_s, elapsed_s);
    // What had been done can still be undone: nothing was added to it.
    window.key_press(Key::F5);
    window.run_steps(3);
    assert!(window.state().state().presenter.is_none());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
    assert_eq!(window.state().state().document.target_years, before.0.target_years);
}

/// Cameras that send one picture over and over; before that, each attempt to open one may be refused.
#[derive(Default)]
struct Fed {
    picture: Option<Arc<RgbImage>>,
    refusals: Mutex<Vec<CameraError>>,
    open: Arc<AtomicUsize>,
}

struct Source(Arc<RgbImage>, Arc<AtomicUsize>);

impl Cameras for Fed {
    fn open(&self) -> Result<Box<dyn FrameSource>, CameraError> {
        if let Some(refusal) = self.refusals.lock().unwrap().pop() {
            return Err(refusal);
        }
        let picture = self.picture.clone().ok_or(CameraError::None)?;
        self.open.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Source(picture, Arc::clone(&self.open))))
    }
}

impl FrameSource for Source {
    fn next_frame(&mut self, within: Duration) -> Result<Option<RgbImage>, CameraError> {
        std::thread::sleep(within);
        Ok(Some(RgbImage::clone(&self.0)))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

fn fed(refusals: Vec<CameraError>) -> (Arc<Fed>, Arc<AtomicUsize>) {
    let picture = image::load_from_memory(include_bytes!("../../../assets/demo/obama.jpg")).unwrap().into_rgb8();
    let picture = image::imageops::crop_imm(&picture, 0, 0, picture.width(), picture.width() * 9 / 16).to_image();
    let open = Arc::new(AtomicUsize::new(0));
    let picture = Some(Arc::new(picture));
    (Arc::new(Fed { picture, refusals: Mutex::new(refusals), open: Arc::clone(&open) }), open)
}

fn camera_key_twice(window: &mut Window) {
    for _ in 0..2 {
        window.key_press(Key::C);
        window.run_steps(1);
    }
}

#[test]
fn what_the_camera_sees_is_shown_marked_aged_and_forgotten() {
    if !can_draw("what_the_camera_sees_is_shown_marked_aged_and_forgotten") {
        return;
    }
    let (cameras, open) = fed(vec![CameraError::Forbidden]);
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.state_mut().use_cameras(cameras);
    let (before, photos) = (kept(&window), window.state().state().library.photos.len());
    present(&mut window);
    // Refused first: one sentence, and the show goes on.
    camera_key_twice(&mut window);
    wait(&mut window, "the refusal is said", |state| {
        state.presenter.as_ref().is_some_and(|shown| shown.note.is_some() && !shown.camera.is_on())
    });
    assert!(window.query_by_label_contains("may not use the camera").is_some());
    window.key_press(Key::C);
    window.run_steps(2);
    assert!(window.query_by_label("Camera on").is_none(), "one press must not switch it on");
    window.key_press(Key::C);
    wait(&mut window, "the camera sees", |state| state.presenter.as_ref().is_some_and(Presenter::is_live));
    assert!(window.query_by_label("Camera on").is_some() && open.load(Ordering::SeqCst) == 1);
    compare_stage(&mut window, "presenter-camera");
    window.key_press(Key::Enter);
    wait(&mut window, "a picture is taken", |state| {
        state.presenter.as_ref().is_some_and(|shown| shown.taken.len() == 1)
    });
    plays(&mut window);
    assert_eq!(presenter(&window).photo, presenter(&window).taken.first().copied());
    pause_at(&mut window, 80.0);
    assert!(window.query_by_label("Camera on").is_some());
    compare_stage(&mut window, "presenter-taken");
    window.key_press(Key::C);
    window.run_steps(2);
    assert!(window.query_by_label("Camera on").is_none());
    wait(&mut window, "the device is let go", |_| open.load(Ordering::SeqCst) == 0);
    window.key_press(Key::Escape);
    window.run_steps(3);
    // Nothing is left of the picture.
    assert_eq!(window.state().state().library.photos.len(), photos);
    assert_eq!(kept(&window), before);
}

#[test]
fn without_a_face_the_demo_face_stands_in_and_other_photos_follow_each_other() {
    if !can_draw("without_a_face_the_demo_face_stands_in_and_other_photos_follow_each_other") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no face.png");
    RgbImage::from_fn(320, 240, |x, y| image::Rgb([(x / 2) as u8, y as u8, 90])).save(&path).unwrap();
    let mut window = open(egui::Theme::Dark, [900.0, 600.0], Some(path));
    wait(&mut window, "no face is found", |state| {
        state.photo().is_some_and(|(_, photo)| photo.stage == PhotoStage::Ready)
    });
    present(&mut window);
    assert!(window.query_by_label_contains("A demo face").is_some());
    assert!(presenter(&window).photo == presenter(&window).demo && presenter(&window).demo.is_some());
    pause_at(&mut window, 60.0);
    window.key_press(Key::Space);
    window.run_steps(2);
    let tray = window.state().state().document.tray.len();
    assert_eq!(tray, 1);
    // With photographs of faces in the tray those are shown, one after the other.
    window.key_press(Key::Escape);
    window.run_steps(2);
    window.state_mut().ask(Command::TakeInDemo);
    wait(&mut window, "the demo faces are read", |state| faces_read(state) >= 4);
    present(&mut window);
    assert!(presenter(&window).demo.is_none());
    let first = presenter(&window).photo;
    pause_at(&mut window, 75.0);
    compare_stage(&mut window, "presenter-small");
    window.key_press(Key::ArrowRight);
    window.run_steps(1);
    assert!(presenter(&window).photo.is_some() && presenter(&window).photo != first);
    window.key_press(Key::ArrowLeft);
    window.run_steps(1);
    assert_eq!(presenter(&window).photo, first);
    window.key_press(Key::Space);
    for _ in 0..600 {
        window.step();
        if presenter(&window).photo != first {
            break;
        }
    }
    assert_ne!(presenter(&window).photo, first, "after its round the next face comes");
}

#[test]
fn a_window_without_networks_says_so_on_the_stage() {
    if !can_draw("a_window_without_networks_says_so_on_the_stage") {
        return;
    }
    let mut window = open_with(egui::Theme::Dark, SIZE, None, Some("no-such.safetensors".into()));
    wait(&mut window, "the file is missed", |state| {
        matches!(state.engine, mtlface::app::state::EngineStatus::Failed(_))
    });
    window.state_mut().use_cameras(Arc::new(Fed::default()));
    window.state_mut().ask(Command::Presenter(PresenterCommand::UseCamera));
    window.run_steps(30);
    assert!(window.query_by_label_contains("No face can be aged").is_some());
    window.key_press(Key::F5);
    window.run_steps(3);
    assert!(window.query_by_label("Use the bundled model").is_some());
}

#[test]
fn the_stage_holds_on_a_wall() {
    if !can_draw("the_stage_holds_on_a_wall") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, [3840.0, 2160.0]);
    present(&mut window);
    pause_at(&mut window, 75.0);
    let stage = picture(&mut window);
    let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(3840.0, 2160.0));
    let years = presenter(&window).target_years.round();
    let (synthetic, age) = (format!("Synthetic · age {years}"), format!("Age {years}"));
    for label in [&synthetic, "The photograph beside it", "From 0 to 90", &age, "Runs on", "Paused"] {
        let place = window.get_by_label_contains(label).rect();
        assert!(whole.contains_rect(place), "{label} at {place:?}");
    }
    // The figures are amber and as high as they are meant to be.
    let figures = window.get_by_label_contains(&age).rect();
    let is_amber = |pixel: &image::Rgba<u8>| pixel.0[0] > 200 && pixel.0[1].abs_diff(166) < 30 && pixel.0[2] < 120;
    let inside = stage.enumerate_pixels().filter(|(x, y, _)| figures.contains(egui::pos2(*x as f32, *y as f32)));
    let rows: Vec<u32> = inside.filter(|(_, _, pixel)| is_amber(pixel)).map(|(_, y, _)| y).collect();
    let high = rows.iter().max().unwrap() - rows.iter().min().unwrap();
    assert!(high > 400, "the figures are only {high} pixels high");
}
