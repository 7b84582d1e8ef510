//! Comparing two faces by pointer and key: linked zoom, overlay, both at the same ages, the checklist, what would
//! change the reading.

use eframe::egui::{self, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, TouchPhase, vec2};
use egui_kittest::kittest::Queryable;
use image::RgbaImage;
use mtlface::app::Command;
use mtlface::app::compare::{
    Assessment, Checklist, CompareCommand, CompareMode, FacePair, OverlayKind, Pose, SameAge, Shown, Together, features,
};
use mtlface::app::state::{AppState, Prompt};
use mtlface::app::view::Workspace;

use super::{SIZE, Window, can_draw, click_at, compare_with_kept, faces_read, keep, picture, pixels_changed, wait};

/// Two photographs of one person, compared.
pub fn open_pair(theme: egui::Theme, size: [f32; 2]) -> Window {
    let mut window = super::open(theme, size, None);
    window.state_mut().ask(Command::TakeInDemo);
    window.state_mut().ask(Command::Show(Workspace::Compare));
    wait(&mut window, "all demo faces are read", |state| faces_read(state) == 4 && state.calibration.is_some());
    for (slot, name) in ["obama.jpg", "obama3.jpg"].into_iter().enumerate() {
        let state = window.state().state();
        let face = *state.library.faces.keys().find(|face| state.photo_name_of(**face) == name).unwrap();
        window.state_mut().ask(Command::SetPair(slot, face));
    }
    wait(&mut window, "both photos are drawn", is_drawn);
    window.run_steps(6);
    window
}

fn is_drawn(state: &AppState) -> bool {
    let is_there = |slot: usize| state.compared_side(slot).is_some_and(|side| side.texture.is_some());
    let has_ages = matches!(state.same_age(), SameAge::Ready(_));
    is_there(0) && is_there(1) && has_ages && state.face().is_some_and(|(_, face)| face.filmstrip.is_some())
}

fn ask(window: &mut Window, command: CompareCommand) {
    window.state_mut().ask(Command::Compare(command));
    window.run_steps(3);
}

fn pose(window: &Window, slot: usize) -> Pose {
    window.state().state().view.compare.poses[slot]
}

fn place_of(window: &Window, slot: usize) -> Rect {
    window.get_by_label(["A: obama.jpg", "B: obama3.jpg"][slot]).rect()
}

fn wheel(window: &mut Window, at: Pos2, points: f32) {
    window.hover_at(at);
    window.step();
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(12);
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for step in 1..=4 {
        window.hover_at(from.lerp(to, step as f32 / 4.0));
        window.step();
    }
    window.drop_at(to);
    window.run_steps(3);
}

/// The colour of the photograph at a place in its pixels, between the four nearest.
fn photo_colour(state: &AppState, slot: usize, [x, y]: [f64; 2]) -> [f64; 3] {
    let face = state.compared_side(slot).unwrap().face;
    let pixels = &state.library.photos[&face.photo].pixels.as_ref().unwrap().pixels;
    let (left, top) = (x.floor(), y.floor());
    std::array::from_fn(|channel| {
        let at = |dx: f64, dy: f64| f64::from(pixels.get_pixel((left + dx) as u32, (top + dy) as u32).0[channel]);
        let row = |dy: f64| at(0.0, dy) * (1.0 - (x - left)) + at(1.0, dy) * (x - left);
        row(0.0) * (1.0 - (y - top)) + row(1.0) * (y - top)
    })
}

/// Whether what is drawn around a landmark is what the photograph has there.
fn assert_landmark_drawn(window: &Window, frame: &RgbaImage, slot: usize, landmark: usize) {
    let (state, place) = (window.state().state(), place_of(window, slot));
    let side = state.compared_side(slot).unwrap();
    let aligned = &side.face.aligned;
    let eye = aligned.detection.landmarks_px[landmark].map(f64::from);
    let mut worst = 0.0_f64;
    for (dx, dy) in [(0.0, 0.0), (3.0, -2.0), (-4.0, 1.0), (2.0, 4.0)] {
        let photo_px = [eye[0] + dx, eye[1] + dy];
        let crop = aligned.photo_to_crop.apply(photo_px);
        let at = pose(window, slot).screen_at(place, vec2(crop[0] as f32, crop[1] as f32));
        assert!(place.contains(at), "landmark {landmark} of {slot} left its place: {at:?} of {place:?}");
        let drawn = frame.get_pixel(at.x as u32, at.y as u32).0;
        let expected = photo_colour(state, slot, photo_px);
        worst = (0..3).map(|c| (expected[c] - f64::from(drawn[c])).abs()).fold(worst, f64::max);
    }
    assert!(worst < 30.0, "landmark {landmark} of {slot} is not where it should be: {worst} levels away");
}

#[test]
fn linked_zoom_keeps_the_same_point_of_both_faces_together() {
    if !can_draw("linked_zoom_keeps_the_same_point_of_both_faces_together") {
        return;
    }
    let mut window = open_pair(egui::Theme::Dark, SIZE);
    let place = place_of(&window, 0);
    let left_eye = pose(&window, 0).screen_at(place, vec2(38.3, 51.7));
    wheel(&mut window, left_eye, 420.0);
    assert!(pose(&window, 0).zoom > 3.0 && pose(&window, 0) == pose(&window, 1), "{:?}", pose(&window, 0));
    let held = pose(&window, 0).screen_at(place, vec2(38.3, 51.7));
    assert!((held - left_eye).length() < 1.0, "the eye went from {left_eye:?} to {held:?}");
    let frame = picture(&mut window);
    for slot in [0, 1] {
        assert_landmark_drawn(&window, &frame, slot, 0);
    }
    compare_with_kept(&mut window, "compare-zoomed");

    let before = pose(&window, 0);
    window.event(Event::ModifiersChanged(Modifiers::ALT));
    let middle = place.center();
    drag(&mut window, middle + vec2(60.0, 0.0), middle + vec2(52.0, 30.0));
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    let turned = pose(&window, 1);
    assert!((20.0..40.0).contains(&turned.turn_degrees) && turned.zoom == before.zoom, "{turned:?}");
    window.get_by_label("Level by the eyes").click();
    window.run_steps(3);
    assert_eq!(pose(&window, 1).turn_degrees, 0.0);

    window.get_by_label("Linked").click();
    window.run_steps(3);
    let a = pose(&window, 0);
    let place = place_of(&window, 1);
    drag(&mut window, place.center(), place.center() + vec2(40.0, -25.0));
    assert!(pose(&window, 0) == a && pose(&window, 1) != a, "only B was moved");
    window.get_by_label("Reset").click();
    window.run_steps(3);
    assert_eq!([pose(&window, 0), pose(&window, 1)], [Pose::default(); 2]);
}

#[test]
fn a_picture_is_moved_by_key() {
    if !can_draw("a_picture_is_moved_by_key") {
        return;
    }
    let mut window = open_pair(egui::Theme::Dark, SIZE);
    window.get_by_label("A: obama.jpg").focus();
    window.run_steps(3);
    for (key, changed) in
        [(Key::Plus, "zoom" as &str), (Key::ArrowLeft, "place"), (Key::ArrowUp, "place"), (Key::CloseBracket, "turn")]
    {
        let before = pose(&window, 0);
        window.key_press(key);
        window.run_steps(3);
        let after = pose(&window, 0);
        let what = (after.zoom != before.zoom, after.turn_degrees != before.turn_degrees);
        assert_eq!(what, (changed == "zoom", changed == "turn"), "{key:?}");
        assert!(after != before, "{key:?} did nothing");
    }
    window.key_press(Key::Num0);
    window.run_steps(3);
    assert_eq!(pose(&window, 1), Pose::default());
    assert_eq!(window.state().state().view.workspace, Workspace::Compare);
}

#[test]
fn b_lies_over_a_with_opacity_and_a_line() {
    if !can_draw("b_lies_over_a_with_opacity_and_a_line") {
        return;
    }
    let mut window = open_pair(egui::Theme::Dark, SIZE);
    window.get_by_label("Compare by: Overlay").click();
    window.run_steps(4);
    let place = window.get_by_label("B over A").rect();
    let mut frames = Vec::new();
    for opacity in [0.0, 0.5, 1.0] {
        ask(&mut window, CompareCommand::SetOpacity(opacity));
        frames.push(picture(&mut window));
    }
    let area = (place.width() * place.height()) as usize;
    for pair in frames.windows(2) {
        assert!(pixels_changed(&pair[0], &pair[1], place) > area / 3, "the opacity changes too little");
    }
    ask(&mut window, CompareCommand::SetOpacity(0.5));
    keep(&mut window, "compare-overlay");

    window.get_by_label("Overlay: Wipe").click();
    window.run_steps(4);
    let at = |share: f32| egui::pos2(place.left() + place.width() * share, place.top() + place.height() * 0.3);
    drag(&mut window, at(0.5), at(0.8));
    let view = &window.state().state().view.compare;
    assert!(view.overlay == OverlayKind::Wipe && (view.wipe - 0.8).abs() < 0.03, "{}", view.wipe);
    assert_eq!(pose(&window, 0), Pose::default(), "the line was moved, not the faces");
    let wiped = picture(&mut window);
    let left = place.with_max_x(place.left() + place.width() * 0.7);
    let right = place.with_min_x(place.left() + place.width() * 0.9).with_max_y(place.bottom() - 40.0);
    assert!(pixels_changed(&frames[0], &wiped, left.with_max_y(place.bottom() - 40.0)) < 200, "A is left of the line");
    assert_eq!(pixels_changed(&frames[2], &wiped, right), 0, "B is right of the line");
    drag(&mut window, at(0.3), at(0.4));
    assert_ne!(pose(&window, 0), Pose::default(), "elsewhere a drag moves the faces");
}

fn open_ages(theme: egui::Theme, size: [f32; 2]) -> Window {
    let mut window = open_pair(theme, size);
    window.get_by_label("Compare by: Same age").click();
    window.run_steps(4);
    window
}

#[test]
fn both_faces_at_the_same_ages_are_scored_and_the_best_pair_opens() {
    if !can_draw("both_faces_at_the_same_ages_are_scored_and_the_best_pair_opens") {
        return;
    }
    let mut window = open_ages(egui::Theme::Dark, SIZE);
    let state = window.state().state();
    let SameAge::Ready(matrix) = state.same_age() else { panic!() };
    let [a, b] = state.pair().map(|face| &state.library.faces[&face.unwrap()]);
    let own = |face: &mtlface::app::state::FaceEntry| face.reading.as_ref().unwrap().embedding.clone();
    assert_eq!(matrix.at([0, 0]), Some(own(a).cosine(&own(b))));
    let (aged_a, aged_b) = (&a.aged_readings.as_ref().unwrap().readings, &b.aged_readings.as_ref().unwrap().readings);
    let mut best = ([0, 0], f32::MIN);
    for row in 0..8 {
        for column in 0..8 {
            let of = |index: usize, face, aged: &[mtlface::engine::FaceReading]| {
                if index == 0 { own(face) } else { aged[index - 1].embedding.clone() }
            };
            let cosine = of(row, a, aged_a).cosine(&of(column, b, aged_b));
            assert_eq!(matrix.at([row, column]), Some(cosine));
            best = if cosine > best.1 { ([row, column], cosine) } else { best };
        }
    }
    assert_eq!(matrix.best(), Some(best.0));
    // The kept pictures show which pair is outlined: it has to be the best by more than rounding decides.
    let mut values: Vec<f32> = (0..64).filter_map(|index| matrix.at([index / 8, index % 8])).collect();
    values.sort_by(f32::total_cmp);
    assert!(values[63] - values[62] > 1e-4, "the best pair leads by {} alone", values[63] - values[62]);
    keep(&mut window, "compare-ages");
    window.get_by_label("Values: Above threshold").click();
    window.run_steps(4);
    compare_with_kept(&mut window, "compare-ages-threshold");
    window.get_by_label("Values: Cosine").click();
    window.run_steps(4);
    window.get_by_label("Open the best pair").click();
    window.run_steps(3);
    let all = Shown::all();
    assert_eq!(window.state().state().view.compare.opened, Some(best.0.map(|index| all[index])));

    ask(&mut window, CompareCommand::OpenPair(Some([Shown::Age(6), Shown::Age(6)])));
    wait(&mut window, "both synthetic faces are drawn", is_drawn);
    let pair = window.state().state().compared_pair().unwrap();
    assert!(pair.is_synthetic && Some(pair.cosine) == matrix.at([7, 7]));
    keep(&mut window, "compare-ages-pair");
    window.get_by_label("Show the pair: Overlay").click();
    window.run_steps(4);
    assert_eq!(window.state().state().view.compare.together, Together::Overlay);
    assert!(window.query_by_label("B over A").is_some());
    window.get_by_label("‹ All ages").click();
    window.run_steps(4);
    let name = format!("A as photographed, B at 5: {:.2}", matrix.at([0, 1]).unwrap());
    let cell = window.get_by_label(&name).rect();
    click_at(&mut window, cell.center());
    assert_eq!(window.state().state().view.compare.opened, Some([Shown::Photograph, Shown::Age(0)]));
}

fn checklist(window: &Window) -> Checklist {
    let state = window.state().state();
    let [Some(a), Some(b)] = state.pair() else { panic!() };
    state.document.checklists.get(&FacePair::new(a, b)).cloned().unwrap_or_default()
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(3);
}

#[test]
fn features_are_judged_by_key_noted_and_taken_back() {
    if !can_draw("features_are_judged_by_key_noted_and_taken_back") {
        return;
    }
    let mut window = open_pair(egui::Theme::Dark, SIZE);
    window.get_by_label("Compare by: Features").click();
    window.run_steps(4);
    assert!(window.query_by_label("Cosine 0.63").is_none() && window.query_by_label("Reading").is_none());
    window.get_by_label("Face and head: Outline of the face, not judged").focus();
    window.run_steps(3);
    for key in [Key::S, Key::ArrowDown, Key::D, Key::ArrowDown, Key::N, Key::ArrowUp] {
        window.key_press(key);
        window.run_steps(3);
    }
    let judged = |window: &Window, key: &str| checklist(window).of(key).assessment;
    assert_eq!(judged(&window, "outline.face"), Some(Assessment::Similar));
    assert_eq!(judged(&window, "outline.head"), Some(Assessment::Different));
    assert_eq!(judged(&window, "proportions.thirds"), Some(Assessment::NotVisible));
    assert_eq!(window.state().state().view.compare.feature, 1);
    window.key_press(Key::Enter);
    window.run_steps(3);
    for letter in ["w", "i", "d", "e", "r"] {
        window.event(Event::Text(letter.to_owned()));
        window.run_steps(2);
    }
    assert_eq!(checklist(&window).of("outline.head").note, "wider");
    keep(&mut window, "compare-features");
    window.key_press(Key::Enter);
    window.run_steps(4);
    undo(&mut window);
    assert_eq!(checklist(&window).of("outline.head").note, "", "a note is one step");
    undo(&mut window);
    assert_eq!(judged(&window, "proportions.thirds"), None);
    assert_eq!(judged(&window, "outline.head"), Some(Assessment::Different));
    // The other way round it is the same pair.
    window.state_mut().ask(Command::SwapPair);
    window.run_steps(3);
    assert_eq!(checklist(&window).counts().different, 1);
    window.get_by_label("Surface and pores: Similar").click();
    window.run_steps(3);
    assert_eq!(judged(&window, "skin.texture"), Some(Assessment::Similar));
    window.get_by_label("Copy CSV").click();
    window.run_steps(2);
    assert!(window.state().state().toasts.iter().any(|toast| toast.text.contains("clipboard")));
    window.get_by_label("Clear the checklist").click();
    window.run_steps(3);
    assert!(checklist(&window).is_empty());
    undo(&mut window);
    assert_eq!(checklist(&window).counts().open, features::count() - 3);
}

#[test]
fn what_would_change_the_reading_leads_to_doing_it() {
    if !can_draw("what_would_change_the_reading_leads_to_doing_it") {
        return;
    }
    let mut window = open_pair(egui::Theme::Dark, SIZE);
    assert!(window.query_by_label("What would change my mind").is_some());
    window.get_by_label("State the age of A…").click();
    window.run_steps(3);
    assert!(matches!(window.state().state().prompt, Some(Prompt::StatedAge { .. })));
    window.event(Event::Text("9".to_owned()));
    window.run_steps(2);
    window.get_by_label("State the age").click();
    window.run_steps(4);
    assert!(window.query_by_label("Under 18: A").is_some());
    assert!(window.query_by_label_contains("the threshold for their ages misses").is_some());
    assert!(window.query_by_label("State the age of A…").is_none());
    window.get_by_label("Pairs drawn: All ages").click();
    window.run_steps(3);
    assert!(window.query_by_label_contains("Different people of all ages (UTKFace dev)").is_some());
}

#[test]
fn the_comparison_holds_small_and_light() {
    if !can_draw("the_comparison_holds_small_and_light") {
        return;
    }
    let small = [900.0, 600.0];
    let whole = Rect::from_min_size(Pos2::ZERO, small.into());
    let mut window = open_ages(egui::Theme::Light, small);
    compare_with_kept(&mut window, "compare-ages-small-light");
    for (mode, name) in [
        (CompareMode::Side, "compare-small-light"),
        (CompareMode::Overlay, "compare-overlay-small-light"),
        (CompareMode::Features, "compare-features-small-light"),
    ] {
        ask(&mut window, CompareCommand::Show(mode));
        window.run_steps(4);
        if mode == CompareMode::Side {
            for label in ["A: obama.jpg", "B: obama3.jpg", "Linked", "Reset", "Turn"] {
                let rect = window.get_by_label(label).rect();
                assert!(whole.contains_rect(rect), "{label} at {rect:?}");
            }
        }
        compare_with_kept(&mut window, name);
    }
}
