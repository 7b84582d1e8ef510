//! The Attention workspace by pointer and key: layers, channels, two faces linked by the pointer, ages, and files that
//! other programs read.

use std::path::Path;

use eframe::egui;
use egui_kittest::kittest::{NodeT as _, Queryable};
use mtlface::app::Command;
use mtlface::app::attention::{
    AgeShown, AttentionCommand, AttentionFormat, AttentionLayer, AttentionView, Below, Beside, Cells,
};
use mtlface::app::state::{AppState, SaveWhat};
use mtlface::engine::AttentionMaps;
use mtlface::model::CELLS;

use super::{SIZE, Window, can_draw, click_at, compare_with_kept, has_ages, keep, open, wait};

const SMALL: [f32; 2] = [900.0, 600.0];

fn open_attention(theme: egui::Theme, size: [f32; 2]) -> Window {
    let mut window = open(theme, size, None);
    window.key_press(egui::Key::Num2);
    wait(&mut window, "the demo face has its ages", has_ages);
    window
}

fn view(window: &Window) -> &AttentionView {
    &window.state().state().view.attention
}

fn maps(state: &AppState) -> &AttentionMaps {
    &state.face().unwrap().1.reading.as_ref().unwrap().attention
}

fn ask(window: &mut Window, command: AttentionCommand) {
    window.state_mut().ask(Command::Attention(command));
    window.run_steps(4);
}

fn press(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(4);
}

/// The first thing whose name begins so.
fn named(window: &Window, begin: &str) -> (String, egui::Rect) {
    let nodes = window.get_all(egui_kittest::kittest::By::new().predicate(|_| true));
    let words = |node: &egui_kittest::Node<'_>| node.accesskit_node().label().or(node.accesskit_node().value());
    let found = nodes.filter_map(|node| Some((words(&node)?, node.rect())));
    let mut found = found.filter(|(label, _)| label.starts_with(begin));
    found.next().unwrap_or_else(|| panic!("nothing is called “{begin}…”"))
}

fn middle_of_cell(map: egui::Rect, [row, column]: [usize; 2]) -> egui::Pos2 {
    let place = egui::vec2(column as f32 + 0.5, row as f32 + 0.5) / CELLS as f32;
    map.min + place * map.size()
}

fn has_aged_readings(state: &AppState) -> bool {
    state.face().is_some_and(|(_, face)| face.aged_readings.is_some()) && has_ages(state)
}

fn add_the_demo_faces(window: &mut Window) {
    window.state_mut().ask(Command::TakeInDemo);
    wait(window, "all demo faces are read", |state| {
        let faces = &state.library.faces;
        state.document.tray.len() == 4 && faces.len() >= 4 && faces.values().all(|face| face.reading.is_some())
    });
    wait(window, "the face looked at has its ages", has_ages);
}

#[test]
fn layers_show_the_numbers_of_the_reading() {
    if !can_draw("layers_show_the_numbers_of_the_reading") {
        return;
    }
    let mut window = open_attention(egui::Theme::Dark, SIZE);
    let cell = [3, 2];
    for (label, layer) in [
        ("Layer: Identity", AttentionLayer::IdentityShare),
        ("Layer: Age", AttentionLayer::AgeShare),
        ("Layer: Gate", AttentionLayer::SpatialGate),
    ] {
        press(&mut window, label);
        assert_eq!(view(&window).layer, layer);
        let maps = maps(window.state().state());
        let wanted = match layer {
            AttentionLayer::IdentityShare => maps.identity_share[3][2],
            AttentionLayer::AgeShare => 1.0 - maps.identity_share[3][2],
            _ => maps.spatial_gate[3][2],
        };
        let (_, map) =
            named(&window, if layer == AttentionLayer::SpatialGate { "Map of Spatial" } else { "Map of Share" });
        window.hover_at(middle_of_cell(map, cell));
        window.run_steps(3);
        let (numbers, _) = named(&window, "Row 4, column 3 · x 32–47, y 48–63 of the crop · pixel");
        assert!(numbers.contains(&format!("{wanted:.4}")), "{label}: {numbers} lacks {wanted}");
    }
    ask(&mut window, AttentionCommand::SetCells(Cells::Smooth));
    let (numbers, _) = named(&window, "Row 4, column 3");
    let gate = maps(window.state().state()).spatial_gate;
    let here: f32 = numbers.split("(here ").nth(1).unwrap().trim_end_matches(')').parse().unwrap();
    // One pixel of sixteen from the cell's middle: close to its value, and between those of its neighbours.
    let around = gate[2..=4].iter().flat_map(|row| &row[1..=3]);
    let spread = around.map(|value| (value - gate[3][2]).abs()).fold(0.0, f32::max);
    assert!((here - gate[3][2]).abs() <= spread / 16.0 + 1e-4, "{numbers}");
    let (_, map) = named(&window, "Map of Spatial");
    click_at(&mut window, middle_of_cell(map, cell));
    assert_eq!(view(&window).cell, Some(cell));
    named(&window, "Map of Spatial gate, share given to age: row 4, column 3");
    window.get_by_label_contains("Map of Spatial").focus();
    window.run_steps(2);
    window.key_press(egui::Key::ArrowUp);
    window.run_steps(2);
    window.key_press(egui::Key::ArrowRight);
    window.run_steps(2);
    assert_eq!(view(&window).cell, Some([2, 3]));
}

#[test]
fn channels_are_browsed_searched_and_walked_by_key() {
    if !can_draw("channels_are_browsed_searched_and_walked_by_key") {
        return;
    }
    let mut window = open_attention(egui::Theme::Dark, SIZE);
    press(&mut window, "Layer: Channel");
    press(&mut window, "Channels: All channels");
    assert!(view(&window).is_browsing);
    let gates = maps(window.state().state()).channel_gate.clone();
    let most = (0..gates.len()).max_by(|a, b| gates[*a].total_cmp(&gates[*b]).then(b.cmp(a))).unwrap();
    let drawn = window.get_all_by_label_contains("Channel ").count();
    assert!((20..120).contains(&drawn), "{drawn} channels are drawn of {}", gates.len());
    press(&mut window, &format!("Channel {most}, gate {:.2}", gates[most]));
    assert_eq!(view(&window).channel, Some(most));
    compare_with_kept(&mut window, "attention-channels");
    window.key_press(egui::Key::ArrowRight);
    window.run_steps(3);
    let second = view(&window).channel.unwrap();
    assert!(second != most && gates[second] <= gates[most], "{second} after {most}");
    for _ in 0..12 {
        window.key_press(egui::Key::ArrowDown);
        window.run_steps(2);
    }
    let far = view(&window).channel.unwrap();
    assert!(
        window.query_by_label(&format!("Channel {far}, gate {:.2}", gates[far])).is_some(),
        "{far} is out of sight"
    );
    window.get_by_label("Search channels by number").focus();
    window.run_steps(2);
    window.event(egui::Event::Text("101".to_owned()));
    window.run_steps(4);
    let found: Vec<usize> = (0..gates.len()).filter(|channel| channel.to_string().starts_with("101")).collect();
    for channel in &found {
        assert!(window.query_by_label(&format!("Channel {channel}, gate {:.2}", gates[*channel])).is_some());
    }
    assert_eq!(window.get_all_by_label_contains(", gate ").count(), found.len());
    ask(&mut window, AttentionCommand::SetBrowsing(false));
    ask(&mut window, AttentionCommand::SetChannel(Some(101)));
    let (_, map) = named(&window, "Map of Channel 101");
    window.hover_at(middle_of_cell(map, [0, 6]));
    window.run_steps(3);
    let wanted = maps(window.state().state()).channel_activity[101 * CELLS * CELLS + 6];
    let (numbers, _) = named(&window, "Row 1, column 7");
    assert!(numbers.contains(&format!("activity {wanted:.4}")), "{numbers} lacks {wanted}");
}

#[test]
fn the_pointer_links_two_faces_and_their_difference() {
    if !can_draw("the_pointer_links_two_faces_and_their_difference") {
        return;
    }
    let mut window = open_attention(egui::Theme::Dark, SIZE);
    press(&mut window, "Beside: Face");
    assert!(window.query_by_label("No second face yet").is_some());
    add_the_demo_faces(&mut window);
    press(&mut window, "Choose the second face");
    assert!(view(&window).picks_second);
    let first = window.state().state().face().unwrap().0;
    super::choose(&mut window, "obama3.jpg");
    let state = window.state().state();
    assert_eq!(state.face().unwrap().0, first, "the face looked at stays");
    let second = state.pair()[1].unwrap();
    assert_eq!(state.photo_name_of(second), "obama3.jpg");
    assert!(!view(&window).picks_second);
    press(&mut window, "Difference: And difference");
    let state = window.state().state();
    let [a, b] =
        [first, second].map(|face| state.library.faces[&face].reading.as_ref().unwrap().attention.identity_share[5][3]);
    let (_, map) = named(&window, "Map of B · obama3.jpg");
    click_at(&mut window, middle_of_cell(map, [5, 3]));
    let (numbers, _) = named(&window, "Row 6, column 4 · x 48–63, y 80–95");
    let apart = format!("{:+.4}", a - b).replace('-', "−");
    for wanted in [format!("A {a:.4}"), format!("B {b:.4}"), format!("difference {apart}")] {
        assert!(numbers.contains(&wanted), "{numbers} lacks {wanted}");
    }
    keep(&mut window, "attention-two-faces");
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    window.run_steps(3);
    assert_ne!(window.state().state().pair()[1], Some(second), "choosing the second face is a step of undo");
}

#[test]
fn the_reading_is_followed_along_the_ages() {
    if !can_draw("the_reading_is_followed_along_the_ages") {
        return;
    }
    for (theme, name) in [(egui::Theme::Dark, "attention-ages"), (egui::Theme::Light, "attention-ages-light")] {
        let mut window = open_attention(theme, SIZE);
        press(&mut window, "Below the maps: Ages");
        wait(&mut window, "the seven ages are read", has_aged_readings);
        let (_, oldest) = named(&window, "Synthetic face, age 70");
        click_at(&mut window, oldest.center());
        assert_eq!(
            (view(&window).beside, view(&window).ages),
            (Beside::Age, [AgeShown::Photograph, AgeShown::Anchor(6)])
        );
        press(&mut window, "Difference: And difference");
        if theme == egui::Theme::Light {
            compare_with_kept(&mut window, name);
            continue;
        }
        keep(&mut window, name);
        let state = window.state().state();
        let readings = &state.face().unwrap().1.aged_readings.as_ref().unwrap().readings;
        let (own, aged) = (maps(state).identity_share[2][2], readings[6].attention.identity_share[2][2]);
        let (_, map) = named(&window, "Map of Synthetic, age 70");
        window.hover_at(middle_of_cell(map, [2, 2]));
        window.run_steps(3);
        let (numbers, _) = named(&window, "Row 3, column 3");
        for wanted in [format!("photograph {own:.4}"), format!("age 70 {aged:.4}")] {
            assert!(numbers.contains(&wanted), "{numbers} lacks {wanted}");
        }
        ask(&mut window, AttentionCommand::SetAge(1, AgeShown::Photograph));
        let (_, map) = named(&window, "Map of Photograph − photograph");
        window.hover_at(middle_of_cell(map, [2, 2]));
        window.run_steps(3);
        let (numbers, _) = named(&window, "Row 3, column 3");
        assert!(numbers.contains("difference +0.0000"), "a face less itself: {numbers}");
    }
}

#[test]
fn everything_fits_a_small_window_in_both_themes() {
    if !can_draw("everything_fits_a_small_window_in_both_themes") {
        return;
    }
    for (theme, name) in [(egui::Theme::Dark, "attention-small"), (egui::Theme::Light, "attention-small-light")] {
        let mut window = open_attention(theme, SMALL);
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, SMALL.into());
        if theme == egui::Theme::Light {
            ask(&mut window, AttentionCommand::SetBeside(Beside::Age));
            ask(&mut window, AttentionCommand::SetBelow(Below::Ages));
            wait(&mut window, "the seven ages are read", has_aged_readings);
        }
        ask(&mut window, AttentionCommand::SetCell(Some([3, 3])));
        for begin in ["Map of", "Row 4, column 4", "Layer: Channel"] {
            let (label, rect) = named(&window, begin);
            assert!(whole.contains_rect(rect), "{label} at {rect:?}");
        }
        compare_with_kept(&mut window, name);
    }
}

#[test]
fn every_file_exists_and_is_read_again() {
    if !can_draw("every_file_exists_and_is_read_again") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut window = open_attention(egui::Theme::Dark, SIZE);
    press(&mut window, "Below the maps: Ages");
    wait(&mut window, "the seven ages are read", has_aged_readings);
    window.get_by_label("Save…").focus();
    window.run_steps(2);
    window.key_press(egui::Key::Enter);
    window.run_steps(4);
    for choice in ["Picture (PNG)", "Drawing (SVG)", "Table (CSV)", "Array (NPY)"] {
        assert!(window.query_by_label(choice).is_some(), "{choice}");
    }
    compare_with_kept(&mut window, "attention-save");
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    let share = maps(window.state().state()).identity_share;
    let channels = maps(window.state().state()).channel_gate.len();
    let svg = save(&mut window, AttentionFormat::Svg, folder.path());
    let svg = String::from_utf8(svg).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains(&format!(">{:.2}</text>", share[3][3])) && svg.contains("data:image/png;base64,iVBORw0KGgo"));
    assert!(svg.contains("<metadata>") && svg.contains("weights_sha256") && svg.contains("Photograph"));
    let csv = String::from_utf8(save(&mut window, AttentionFormat::Csv, folder.path())).unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let number = |age: &str, quantity: &str, row: &str, column: &str| -> f32 {
        let found = rows.iter().find(|r| r[1] == age && r[2] == quantity && r[3] == row && r[4] == column);
        found.unwrap_or_else(|| panic!("no {quantity} at {age}"))[7].parse().unwrap()
    };
    assert_eq!(number("", "identity_share", "4", "3"), share[3][2]);
    assert!((5.0..90.0).contains(&number("70", "estimated_age_years", "", "")));
    assert_eq!(rows.iter().filter(|row| row[2] == "channel_gate").count(), 8 * channels);
    let npy = save(&mut window, AttentionFormat::Npy, folder.path());
    assert!(npy.starts_with(b"\x93NUMPY"));
    let values = npy[npy.len() - 49 * 4..].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    assert!(values.eq(share.as_flattened().iter().copied()));
    ask(&mut window, AttentionCommand::SetChannel(Some(3)));
    let npy = save(&mut window, AttentionFormat::Npy, folder.path());
    assert!(npy.len() > channels * 49 * 4);
}

fn save(window: &mut Window, format: AttentionFormat, folder: &Path) -> Vec<u8> {
    let path = folder.join(format!("saved.{}", format.ending()));
    let _ = std::fs::remove_file(&path);
    window.state_mut().ask(Command::SaveTo(SaveWhat::AttentionAs(format), path.clone()));
    wait(window, "the file is written", |state| state.saving == 0 && path.exists());
    std::fs::read(&path).unwrap()
}
