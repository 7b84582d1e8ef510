//! The command palette, larger text, the first hint: by keys alone, as somebody without a mouse meets them.

use super::*;

fn type_text(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run_steps(3);
}

#[test]
fn the_palette_finds_by_typing_and_does_what_enter_chooses() {
    if !can_draw("the_palette_finds_by_typing_and_does_what_enter_chooses") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run_steps(4);
    assert!(matches!(window.state().state().prompt, Some(Prompt::Palette { .. })));
    compare_with_kept(&mut window, "palette");
    type_text(&mut window, "go comp");
    window.key_press(egui::Key::Enter);
    window.run_steps(3);
    assert_eq!(window.state().state().view.workspace, Workspace::Compare);
    assert!(window.state().state().prompt.is_none());

    // What cannot be done says why and does nothing.
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run_steps(3);
    type_text(&mut window, "dark or");
    window.get_by_label("Window: Dark or light").click();
    window.run_steps(3);
    assert_eq!(window.ctx.theme(), egui::Theme::Light);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run_steps(3);
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    assert!(window.state().state().prompt.is_none());
}

#[test]
fn text_grows_and_shrinks_and_the_first_hint_goes_for_good() {
    if !can_draw("text_grows_and_shrinks_and_the_first_hint_goes_for_good") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("window.json");
    let mut settings = Store::at(file.clone());
    settings.values.theme = Some(egui::Theme::Dark);
    let mut window = open_remembering([900.0, 600.0], launch(None, None), settings);
    wait(&mut window, "the demo face has its ages", has_ages);
    compare_with_kept(&mut window, "first-hint");
    window.get_by_label("Got it").click();
    window.run_steps(3);
    assert!(window.query_by_label("Got it").is_none());
    window.set_size(egui::Vec2::from(SIZE));
    window.run_steps(3);
    for _ in 0..3 {
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Plus);
        window.run_steps(2);
    }
    assert_eq!(window.ctx.zoom_factor(), 1.3);
    compare_with_kept(&mut window, "large-text");
    wait(&mut window, "the settings are kept", |_| {
        std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"text_scale\": 1.3"))
    });
    let kept = Store::at(file);
    assert!(kept.values.has_seen_hint);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num0);
    window.run_steps(2);
    assert_eq!(window.ctx.zoom_factor(), 1.0);
}

#[test]
fn the_overlay_says_how_long_frames_take() {
    if !can_draw("the_overlay_says_how_long_frames_take") {
        return;
    }
    let mut window = open_demo(egui::Theme::Dark, SIZE);
    window.key_press(egui::Key::F12);
    window.run_steps(20);
    assert!(window.state().state().frame_times.as_ref().is_some_and(|times| times.between().is_some()));
    window.get_by_label_contains("Frame times");
    window.key_press(egui::Key::F12);
    window.run_steps(2);
    assert!(window.state().state().frame_times.is_none());
}
