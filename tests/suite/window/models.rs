//! Choosing a model in the window: the card, other weights and back without a restart, files that are no weights.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;
use egui_kittest::kittest::Queryable;
use mtlface::app::Command;
use mtlface::app::state::{AppState, EngineStatus, PhotoStage, SaveWhat, ToastKind};
use mtlface::engine::WeightsSource;
use mtlface::model::inventory::inventory;
use mtlface::model::{Generation, PublishedConfig};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::{
    SIZE, Window, can_draw, compare_with_kept, faces_read, has_ages, keep, open_demo, picture, pixels_changed, wait,
};
use crate::deterministic;

/// The bundled weights as a file of another hash: the same tensors with one more word about them.
fn other_weights(folder: &Path) -> PathBuf {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let bytes = std::fs::read(assets.join("compact-v2.safetensors")).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let mut metadata = header.metadata().clone().unwrap_or_default();
    metadata.insert("note".to_owned(), "not the published file".to_owned());
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let path = folder.join("our-own.safetensors");
    std::fs::write(&path, safetensors::serialize(tensors.tensors(), Some(metadata)).unwrap()).unwrap();
    path
}

/// A file let go over the window.
#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn sha256(state: &AppState) -> String {
    state.model().unwrap().weights_sha256.to_string()
}

fn use_weights(window: &mut Window, source: WeightsSource) {
    window.state_mut().ask(Command::UseWeights(source.clone()));
    wait(window, "the other weights are in use", |state| {
        state.opening.is_none() && state.model().is_some_and(|model| model.source == source)
    });
}

fn problems(state: &AppState) -> Vec<&str> {
    state.toasts.iter().filter(|toast| toast.kind == ToastKind::Problem).map(|toast| toast.text.as_str()).collect()
}

#[test]
fn the_card_says_what_the_model_is_in_both_themes() {
    if !can_draw("the_card_says_what_the_model_is_in_both_themes") {
        return;
    }
    for (theme, suffix) in [(egui::Theme::Dark, ""), (egui::Theme::Light, "-light")] {
        let mut window = open_demo(theme, SIZE);
        let chip = window.get_by_label("Model compact v2");
        match theme {
            egui::Theme::Dark => chip.click(),
            egui::Theme::Light => {
                chip.focus();
                window.run_steps(2);
                window.key_press(egui::Key::Enter);
            }
        }
        window.run_steps(6);
        assert!(window.query_by_label("Open weights…").is_some());
        assert!(window.query_by_label("inside the program").is_some());
        keep(&mut window, &format!("model{suffix}"));
        window.key_press(egui::Key::Escape);
        window.run_steps(4);
        assert!(window.query_by_label("Open weights…").is_none(), "Escape closes the card");
    }
}

#[test]
fn other_weights_and_back_without_a_restart() {
    if !can_draw("other_weights_and_back_without_a_restart") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = other_weights(folder.path());
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let (first, before) = (sha256(window.state().state()), picture(&mut window));
    assert!(matches!(window.state().state().calibration, Some(Ok(_))));

    window.input_mut().dropped_files.push(Arc::new(Dropped(file.clone())));
    wait(&mut window, "the file is in use", |state| {
        state.model().is_some_and(|model| model.source.file() == Some(file.as_path()))
    });
    wait(&mut window, "the face has its ages again", has_ages);
    let state = window.state().state();
    assert_ne!(sha256(state), first);
    assert!(matches!(state.calibration, Some(Err(_))), "nothing was measured for these weights");
    assert_eq!(state.recent_weights, [file]);
    window.key_press(egui::Key::Num3);
    window.run_steps(4);

    window.key_press(egui::Key::Num1);
    window.run_steps(4);
    let name = format!("Model {}", window.state().state().model().unwrap().name());
    window.get_by_label(&name).click();
    window.run_steps(4);
    window.get_by_label("Use the bundled model").click();
    wait(&mut window, "the bundled model is in use", |state| {
        state.model().is_some_and(|model| model.source == WeightsSource::Bundled)
    });
    wait(&mut window, "the face has its ages once more", has_ages);
    assert_eq!(sha256(window.state().state()), first);
    window.key_press(egui::Key::Escape);
    wait(&mut window, "the message is gone", |state| state.toasts.is_empty());
    let after = picture(&mut window);
    let all_but_the_bar = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(SIZE[0], SIZE[1] - 30.0));
    assert_eq!(pixels_changed(&before, &after, all_but_the_bar), 0);
}

#[test]
fn a_file_that_is_no_network_is_said_and_the_model_stays() {
    if !can_draw("a_file_that_is_no_network_is_said_and_the_model_stays") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let letter = folder.path().join("letter.safetensors");
    std::fs::write(&letter, "Dear all, these are no weights.").unwrap();
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let first = sha256(window.state().state());
    for path in [letter, folder.path().join("gone.pt")] {
        window.state_mut().ask(Command::UseWeights(WeightsSource::File(path.clone())));
        let name = path.file_name().unwrap().to_string_lossy();
        wait(&mut window, "the file is refused", |state| {
            state.opening.is_none() && problems(state).iter().any(|sentence| sentence.contains(&*name))
        });
        let state = window.state().state();
        assert_eq!(problems(state).len(), 1, "the file before is no news any more: {:?}", problems(state));
        assert_eq!(sha256(state), first);
        assert!(state.recent_weights.is_empty() && has_ages(state));
    }
}

#[test]
fn a_window_that_starts_with_a_missing_file_offers_the_bundled_model() {
    if !can_draw("a_window_that_starts_with_a_missing_file_offers_the_bundled_model") {
        return;
    }
    let mut window = super::open_with(egui::Theme::Dark, SIZE, None, Some("no-such.safetensors".into()));
    wait(&mut window, "the file is missed", |state| matches!(state.engine, EngineStatus::Failed(_)));
    window.get_by_label("Use the bundled model").click();
    wait(&mut window, "the demo face has its ages", has_ages);
}

/// A published network at an eighth of its width, filled by rule, as a file.
fn published(folder: &Path, generation: Generation) -> PathBuf {
    published_of_width(folder, generation, 8)
}

fn published_of_width(folder: &Path, generation: Generation, base_width: usize) -> PathBuf {
    let config = PublishedConfig::new(generation, base_width);
    let parameters = deterministic::parameters(&config);
    let tensors = inventory(&config, deterministic::CLASSES).into_iter().map(|entry| {
        let values = parameters.get(&entry.name, &entry.shape).unwrap();
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        (entry.name, entry.shape, bytes)
    });
    let tensors: Vec<_> = tensors.collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let path = folder.join("by-rule.safetensors");
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    path
}

fn exact(state: &AppState) -> bool {
    state.face().is_some_and(|(id, _)| state.drawn_age(id).is_some())
}

fn refining(state: &AppState) -> bool {
    state.face().is_some_and(|(id, _)| state.is_refining(id))
}

/// “refining…” comes and goes above the slider while it is held, and the drag goes on.
fn drag_across_a_drawing(window: &mut Window) {
    let rail = window.get_by_label("Age shown, in years").rect();
    let at = |years: f32| egui::pos2(rail.left() + 6.0 + (rail.width() - 12.0) * years / 90.0, rail.top() + 24.0);
    window.drag_at(at(62.0));
    window.run_steps(2);
    for years in [50.0, 40.0, 30.0] {
        window.hover_at(at(years));
        window.step();
        assert!(refining(window.state().state()), "at {years}");
        wait(window, "the age under the pointer is drawn", exact);
        assert_eq!(super::target(window), years);
    }
    window.hover_at(at(62.0));
    window.run_steps(2);
    window.drop_at(at(62.0));
    wait(window, "the age the slider rests at is drawn", exact);
}

#[test]
fn a_network_that_draws_every_age_shows_the_blend_then_the_exact_age() {
    if !can_draw("a_network_that_draws_every_age_shows_the_blend_then_the_exact_age") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = published(folder.path(), Generation::Tpami2022);
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    let first = sha256(window.state().state());
    use_weights(&mut window, WeightsSource::File(file));
    wait(&mut window, "the face has its ages", has_ages);
    wait(&mut window, "the age shown is drawn", exact);
    for key in [egui::Key::ArrowLeft; 3] {
        window.key_press(key);
        window.step();
        assert!(refining(window.state().state()), "a blend stands in at once");
    }
    wait(&mut window, "the age the slider rests at is drawn", exact);
    drag_across_a_drawing(&mut window);
    let state = window.state().state();
    let (id, _) = state.face().unwrap();
    assert_eq!(state.drawn_age(id).unwrap().target_years, 62.0);
    assert_ne!(sha256(state), first);
    wait(&mut window, "the message is gone", |state| state.toasts.is_empty());
    window.get_by_label(&format!("Model {}", window.state().state().model().unwrap().name())).click();
    window.run_steps(6);
    compare_with_kept(&mut window, "model-style");
    window.key_press(egui::Key::Escape);
    window.run_steps(3);

    // A true age that is stated becomes the start of every blend.
    window.state_mut().ask(Command::StateAge(id, Some(40.0)));
    wait(&mut window, "the stated age is drawn", |state| {
        state.drawn_age(id).is_some_and(|drawn| drawn.own.years == 40.0)
    });
    let face = &window.state().state().library.faces[&id];
    assert_eq!(face.timeline.as_ref().unwrap().own.as_ref().unwrap().years, 40.0);
    let path = folder.path().join("aged.png");
    window.state_mut().ask(Command::SaveTo(SaveWhat::Photo, path.clone()));
    wait(&mut window, "the photo is saved", |state| state.saving == 0 && path.exists());
}

#[test]
fn ages_come_one_by_one_and_escape_stops_them() {
    if !can_draw("ages_come_one_by_one_and_escape_stops_them") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Wide enough that the ages take seconds: the key must be faster than they are.
    let file = published_of_width(folder.path(), Generation::Tpami2022, 16);
    let mut window = super::open_with(egui::Theme::Dark, SIZE, None, Some(file));
    let begun = Instant::now();
    let made = |window: &Window| window.state().state().face().and_then(|(_, face)| face.making.progress);
    while made(&window).is_none() {
        assert!(begun.elapsed() < super::PATIENCE, "no age was made");
        window.step();
    }
    window.key_press(egui::Key::Escape);
    window.step();
    let (id, _) = window.state().state().face().unwrap();
    let stopped = |state: &AppState| state.library.faces[&id].timeline_stopped;
    wait(&mut window, "the ages are stopped", |state| stopped(state) && !state.library.faces[&id].timeline_asked);
    let [done, total] = made(&window).unwrap();
    assert!(done < total && total == 7, "stopped at {done} of {total}");
    assert!(window.query_by_label(&format!("stopped at {done} of {total} ages")).is_some());
    window.get_by_label("Go on").click();
    wait(&mut window, "the face has its ages", has_ages);
    assert_eq!(made(&window), Some([7, 7]));
}

#[test]
fn attention_and_comparison_take_any_width_and_say_what_was_not_measured() {
    if !can_draw("attention_and_comparison_take_any_width_and_say_what_was_not_measured") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = published(folder.path(), Generation::Tpami2022);
    let mut window = super::open_with(egui::Theme::Dark, SIZE, None, Some(file));
    wait(&mut window, "the face has its ages", has_ages);
    window.key_press(egui::Key::Num2);
    window.run_steps(4);
    assert!(window.query_by_label("64 channel gates, sorted").is_some());
    compare_with_kept(&mut window, "attention-style");
    window.state_mut().ask(Command::TakeInDemo);
    window.key_press(egui::Key::Num3);
    wait(&mut window, "all demo faces are read", |state| {
        let is_read = state.library.photos.values().all(|photo| photo.stage == PhotoStage::Ready);
        is_read && state.document.tray.len() == 4 && faces_read(state) == state.library.faces.len()
    });
    wait(&mut window, "the photos are drawn", |state| {
        (0..2).all(|slot| state.compared_side(slot).is_some_and(|side| side.texture.is_some()))
    });
    assert!(window.query_by_label("Not calibrated").is_some());
    compare_with_kept(&mut window, "compare-style");
}

#[test]
fn nothing_read_with_one_network_is_shown_under_the_name_of_another() {
    if !can_draw("nothing_read_with_one_network_is_shown_under_the_name_of_another") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = [published(folder.path(), Generation::Cvpr2021), {
        let inner = folder.path().join("other");
        std::fs::create_dir(&inner).unwrap();
        published(&inner, Generation::Tpami2022)
    }];
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    for file in files {
        window.state_mut().ask(Command::UseWeights(WeightsSource::File(file.clone())));
        // Looked at in every frame, the first one with the new name among them.
        wait(&mut window, "the face has its ages from the other network", |state| {
            if state.model().unwrap().source.file() != Some(&*file) {
                return false;
            }
            let read = state.library.faces.values().filter_map(|face| face.reading.as_ref());
            assert!(read.into_iter().all(|reading| reading.embedding.as_slice().len() == 64));
            let drawn = state.model().unwrap().between;
            let made = state.library.faces.values().filter_map(|face| face.timeline.as_ref());
            assert!(made.into_iter().all(|timeline| timeline.between == drawn));
            assert!(!matches!(state.calibration, Some(Ok(_))));
            has_ages(state)
        });
    }
    assert_eq!(window.state().state().recent_weights.len(), 2);
}
