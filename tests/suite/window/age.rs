//! The Age workspace by pointer: enlarging and moving the picture, the slider that goes by itself, every face of a
//! group photo, the curve of the identity kept, and an age stated by dragging.

use std::path::Path;
use std::time::{Duration, Instant};

use eframe::egui::{self, MouseWheelUnit, Pos2, Rect, TouchPhase, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};
use image::RgbImage;
use image::imageops::{self, FilterType};
use mtlface::app::Command;
use mtlface::app::age::{AgeCommand, Faces, LoopMode, Together};
use mtlface::app::state::AppState;
use mtlface::app::view::{AgeView, Framing};

use super::{SIZE, Window, can_draw, click_at, compare_with_kept, has_ages, open, open_demo, picture, pixels_changed};
use super::{target, undo_until, wait};

const PICTURE: &str = "Photograph and synthetic age";

fn ask(window: &mut Window, command: AgeCommand) {
    window.state_mut().ask(Command::Age(command));
    window.run_steps(3);
}

/// Turns the wheel over a place until nothing moves any more.
fn turn_wheel(window: &mut Window, at: Pos2, points: f32) {
    window.hover_at(at);
    window.step();
    window.event(egui::Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(30);
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(2);
    window.drag_at(from);
    window.step();
    for step in 1..=4 {
        window.hover_at(from + (to - from) * step as f32 / 4.0);
        window.step();
    }
    window.drop_at(to);
    window.run_steps(3);
}

fn scale(window: &Window) -> Option<f32> {
    window.state().state().view.age.zoom.map(|zoom| zoom.scale)
}

#[test]
fn the_picture_is_enlarged_moved_and_fitted_again() {
    if !can_draw("the_picture_is_enlarged_moved_and_fitted_again") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let fitted = window.get_by_label(PICTURE).rect();
    let before = picture(&mut window);
    turn_wheel(&mut window, fitted.center() + vec2(-25.0, -140.0), 300.0);
    let enlarged = scale(&window).unwrap();
    assert!(enlarged > 2.5, "{enlarged}");
    let shown = window.get_by_label(PICTURE).rect();
    assert!(shown.width() > fitted.width() + 100.0, "an enlarged photo uses the free width: {shown:?}");
    let middle = |window: &Window| window.state().state().view.age.zoom.unwrap().middle_px;
    let from = middle(&window);
    drag(&mut window, shown.left_top() + vec2(60.0, 60.0), shown.left_top() + vec2(30.0, 90.0));
    let to = middle(&window);
    assert!((to[0] - from[0] - 30.0 / enlarged).abs() < 1.0, "{from:?} {to:?} at {enlarged}");
    assert!((to[1] - from[1] + 30.0 / enlarged).abs() < 1.0, "{from:?} {to:?} at {enlarged}");
    assert_eq!(window.state().state().view.wipe, None, "a drag beside the line moves the picture");
    drag(&mut window, shown.center(), shown.center() + vec2(-80.0, 0.0));
    compare_with_kept(&mut window, "age-zoomed");
    for view in [AgeView::Side, AgeView::Blink, AgeView::Diff, AgeView::Wipe] {
        window.state_mut().ask(Command::SetAgeView(view));
        window.run_steps(3);
        assert_eq!(scale(&window), Some(enlarged), "{view:?} keeps the zoom");
    }
    turn_wheel(&mut window, shown.center(), -900.0);
    assert_eq!(scale(&window), None, "the wheel back stops where the photo fits");
    window.state_mut().ask(Command::SetWipe(None));
    window.run_steps(4);
    assert_eq!(window.get_by_label(PICTURE).rect(), fitted);
    let after = picture(&mut window);
    assert_eq!(pixels_changed(&before, &after, fitted), 0, "fitted again, the picture is what it was");
}

#[test]
fn a_double_click_shows_pixels_and_the_whole_again() {
    if !can_draw("a_double_click_shows_pixels_and_the_whole_again") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let at = window.get_by_label(PICTURE).rect().center() + vec2(70.0, 50.0);
    double_click(&mut window, at);
    assert_eq!(scale(&window), Some(1.0));
    // Pixel for pixel the photograph's half is the photo's own pixels.
    window.state_mut().ask(Command::SetWipe(Some(1.0)));
    window.run_steps(3);
    let frame = picture(&mut window);
    let shown = window.get_by_label(PICTURE).rect();
    let photo = image::load_from_memory(include_bytes!("../../../assets/demo/astronaut.jpg")).unwrap().to_rgb8();
    let size = shown.size() - vec2(photo.width() as f32, photo.height() as f32);
    assert!(size.length() < 0.1 || shown.height() < 512.0, "{shown:?}");
    let zoom = window.state().state().view.age.zoom.unwrap();
    let source = (Pos2::from(zoom.middle_px) - shown.size() / 2.0).round();
    for (dx, dy) in [(120, 80), (200, 150), (300, 220)] {
        let drawn = frame.get_pixel((shown.left() + dx as f32) as u32, (shown.top() + dy as f32) as u32);
        let own = photo.get_pixel(source.x as u32 + dx, source.y as u32 + dy);
        let worst = (0..3).map(|channel| drawn.0[channel].abs_diff(own.0[channel])).max().unwrap();
        assert!(worst <= 1, "{drawn:?} is not {own:?} at {dx}, {dy}");
    }
    double_click(&mut window, at);
    assert_eq!(scale(&window), None);
}

fn double_click(window: &mut Window, at: Pos2) {
    window.hover_at(at);
    window.step();
    // In one frame: those of a test are too far apart for a double-click.
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
        window.input_mut().events.push(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
    }
    window.run_steps(3);
}

#[test]
fn the_slider_goes_by_itself_as_the_loop_says() {
    if !can_draw("the_slider_goes_by_itself_as_the_loop_says") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.get_by_label("At the end: There and back").click();
    window.run_steps(2);
    assert_eq!(window.state().state().view.age.loop_mode, LoopMode::FromStart);
    window.get_by_label("At the end: From the start again").click();
    window.run_steps(2);
    assert_eq!(window.state().state().view.age.loop_mode, LoopMode::Once);
    window.get_by_label("Speed 1×, 18 years a second").click();
    window.run_steps(2);
    window.get_by_label("Speed 2×, 36 years a second").click();
    window.run_steps(2);
    window.state_mut().ask(Command::SetAge(80.0));
    window.run_steps(2);
    window.get_by_label("Play").click();
    window.run_steps(2);
    play_until(&mut window, |state| state.play.is_none());
    assert_eq!(target(&window), 90.0, "once ends at the end");
    ask(&mut window, AgeCommand::SetLoop(LoopMode::FromStart));
    window.get_by_label("Play").click();
    window.run_steps(2);
    assert!(target(&window) < 40.0, "from the end it begins at the start");
    window.get_by_label("Pause").click();
    window.run_steps(2);
    undo_until(&mut window, 65.0);
}

fn play_until(window: &mut Window, is_there: impl Fn(&AppState) -> bool) {
    let begun = Instant::now();
    while !is_there(window.state().state()) {
        window.step();
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
    window.run_steps(2);
}

/// Three of the demo portraits beside each other in one photo.
fn group_photo(folder: &Path) -> std::path::PathBuf {
    let portraits: [&[u8]; 3] = [
        include_bytes!("../../../assets/demo/astronaut.jpg"),
        include_bytes!("../../../assets/demo/obama.jpg"),
        include_bytes!("../../../assets/demo/biden.jpg"),
    ];
    let side = 420;
    let mut group = RgbImage::new(3 * side, side);
    for (index, bytes) in portraits.into_iter().enumerate() {
        let portrait = image::load_from_memory(bytes).unwrap().to_rgb8();
        let square = portrait.width().min(portrait.height());
        let top = imageops::crop_imm(&portrait, 0, 0, square, square).to_image();
        let small = imageops::resize(&top, side, side, FilterType::Triangle);
        imageops::replace(&mut group, &small, i64::from(side) * index as i64, 0);
    }
    let path = folder.join("group.png");
    group.save(&path).unwrap();
    path
}

#[test]
fn every_face_of_a_group_photo_ages_at_once() {
    if !can_draw("every_face_of_a_group_photo_ages_at_once") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut window = open(egui::Theme::Dark, SIZE, Some(group_photo(folder.path())));
    wait(&mut window, "the chosen face has its ages", has_ages);
    let faces = window.state().state().faces_of(window.state().state().document.photo.unwrap());
    assert_eq!(faces.len(), 3);
    window.state_mut().ask(Command::SetAgeView(AgeView::Diff));
    window.run_steps(3);
    let alone = picture(&mut window);
    assert_eq!(window.state().state().changes.len(), 1);
    window.get_by_label("Faces: All 3 faces").click();
    wait(&mut window, "every face is aged", |state| state.changes.len() == 3);
    let shown = window.get_by_label(PICTURE).rect();
    let together = picture(&mut window);
    for face in &faces {
        let rect = face_rect(&window, shown, *face);
        let is_chosen = window.state().state().face().unwrap().0 == *face;
        let changed = pixels_changed(&alone, &together, rect);
        assert_eq!(changed > 100, !is_chosen, "{changed} pixels of face {} changed", face.0);
    }
    let years = target(&window);
    ask(&mut window, AgeCommand::SetTogether(Together::ByYears));
    let state = window.state().state();
    let (chosen, _) = state.face().unwrap();
    let by = years - state.own_age(chosen).unwrap().years;
    for face in &faces {
        let expected = (state.own_age(*face).unwrap().years + by).clamp(0.0, 90.0);
        assert!((state.changes[face].key.target_years - expected).abs() < 1e-3);
    }
    assert_eq!(state.shown_changes().len(), 3);
    ask(&mut window, AgeCommand::SetTogether(Together::OneAge));
    window.state_mut().ask(Command::SetAgeView(AgeView::Side));
    window.run_steps(3);
    compare_with_kept(&mut window, "age-group");
    ask(&mut window, AgeCommand::SetFaces(Faces::This));
    assert_eq!(window.state().state().changes.len(), 1);
}

/// Where a face is on the window, when the whole photo is shown there.
fn face_rect(window: &Window, shown: Rect, face: mtlface::engine::FaceId) -> Rect {
    let state = window.state().state();
    let [width, height] = state.photo().unwrap().1.size_px.unwrap();
    let [left, top, right, bottom] = state.library.faces[&face].aligned.detection.box_px;
    let place = |x: f32, y: f32| shown.min + vec2(x / width as f32, y / height as f32) * shown.size();
    Rect::from_min_max(place(left, top), place(right, bottom))
}

#[test]
fn a_click_on_the_curve_shows_an_age_and_dragging_the_mark_states_one() {
    if !can_draw("a_click_on_the_curve_shows_an_age_and_dragging_the_mark_states_one") {
        return;
    }
    let mut window = open_demo(egui::Theme::Light, SIZE);
    let curve = window.get_all_by_role(egui::accesskit::Role::Slider);
    let curve = curve.map(|node| (node.accesskit_node().label(), node.rect()));
    let (_, curve) = curve.into_iter().find(|(name, _)| name.as_ref().unwrap().starts_with("Identity kept")).unwrap();
    let plot = Rect::from_min_max(curve.min + vec2(22.0, 0.0), curve.max - vec2(2.0, 0.0));
    click_at(&mut window, Pos2::new(plot.left() + plot.width() * 20.0 / 90.0, plot.center().y));
    assert_eq!(target(&window), 20.0);
    let (face, _) = window.state().state().face().unwrap();
    let estimate = window.state().state().own_age(face).unwrap();
    assert!(!estimate.is_stated());
    let slider = window.get_by_label("Age shown, in years").rect();
    let mark = window.get_by_label("Age in the photograph, in years").rect();
    let year = (slider.width() - 12.0) / 90.0;
    drag(&mut window, mark.center(), mark.center() + vec2(10.0 * year, 0.0));
    let stated = window.state().state().own_age(face).unwrap();
    assert!(stated.is_stated() && (stated.years - estimate.years - 10.0).abs() <= 0.6, "{estimate:?} {stated:?}");
    assert_eq!(target(&window), 20.0, "the age shown stays");
    wait(&mut window, "the filmstrip starts from there", |state| {
        state.face().is_some_and(|(_, face)| face.filmstrip.as_ref().is_some_and(|s| s.own_years == stated.years))
    });
    compare_with_kept(&mut window, "age-stated-light");
    window.get_by_label("Use the estimate").click();
    window.run_steps(3);
    assert_eq!(window.state().state().own_age(face), Some(estimate));
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    window.run_steps(2);
    assert_eq!(window.state().state().own_age(face), Some(stated), "stating is one step of undo");
}

#[test]
fn the_photograph_is_seen_while_b_is_held_and_small_windows_hold() {
    if !can_draw("the_photograph_is_seen_while_b_is_held_and_small_windows_hold") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, [900.0, 600.0]);
    compare_with_kept(&mut window, "age-small");
    window.state_mut().ask(Command::SetFraming(Framing::Face));
    window.state_mut().ask(Command::SetWipe(Some(0.0)));
    window.run_steps(20);
    let shown = window.get_by_label(PICTURE).rect().shrink2(vec2(30.0, 40.0));
    let synthetic = picture(&mut window);
    window.key_down(egui::Key::B);
    window.run_steps(2);
    let photograph = picture(&mut window);
    window.key_up(egui::Key::B);
    window.run_steps(2);
    let again = picture(&mut window);
    assert!(pixels_changed(&synthetic, &photograph, shown) > 500);
    assert_eq!(pixels_changed(&synthetic, &again, shown), 0);
}
