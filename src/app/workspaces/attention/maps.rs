//! The maps beside each other, linked by the pointer: the cell under it is marked on all of them.

use eframe::egui::{self, Align2, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::pane::{FOOT, HEAD, Pane, Place};
use super::{gates, readout};
use crate::app::attention::maps::{self, CellMap, difference, difference_heatmap, heatmap};
use crate::app::attention::shown::{self, Shown};
use crate::app::attention::{AttentionCommand, AttentionLayer, Beside};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_L, GAP_M, GAP_S, ON_PHOTO, Theme, Type};
use crate::app::widgets::heatmap::mark;
use crate::app::widgets::tag::Tag;
use crate::app::widgets::{self};

/// Maps smaller than this, in points, say too little beside each other: only the difference is shown.
const LEAST_SIDE: f32 = 170.0;

/// Draws the maps and the line of numbers below them.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let free = ui.available_rect_before_wrap();
    let channel = gates::shown_channel(ui, scene);
    let faces = shown::shown(scene.state);
    let mut panes = panes(scene, &faces, channel);
    let lacks_second = scene.state.view.attention.beside == Beside::SecondFace && faces.len() < 2;
    let count = panes.len() + usize::from(lacks_second);
    let mut side = side_of(free, count);
    if count == 3 && side < LEAST_SIDE {
        panes.drain(..2);
        side = side_of(free, 1);
    }
    let count = panes.len() + usize::from(lacks_second);
    let squares = squares(free, count, side);
    let is_second = scene.state.view.attention.beside == Beside::SecondFace;
    let mut pointed = None;
    let mut responses = Vec::new();
    for (slot, (pane, square)) in panes.iter().zip(&squares).enumerate() {
        let (response, place) = pane.sense(ui, scene, *square, slot);
        pointed = pointed.or(place);
        responses.push(response);
    }
    for ((pane, square), response) in panes.iter().zip(&squares).zip(&responses) {
        pane.paint(ui, *square, response);
    }
    if lacks_second {
        without_second_ui(ui, scene, squares[count - 1]);
    } else if is_second && panes.len() > 1 {
        choose_second_ui(ui, scene, squares[1]);
    }
    let kept = scene.state.view.attention.cell.map(|cell| Place { cell, pixel: None });
    let place = pointed.or(kept);
    if let Some(place) = place {
        for (pane, square) in panes.iter().zip(&squares) {
            let words = pane.map.as_ref().map(|map| readout::short_value(map, place.cell));
            mark(ui, *square, place.cell, &words.unwrap_or_default());
        }
    }
    if scene.state.view.attention.layer == AttentionLayer::Channel && channel.is_none() {
        let hint = "Point at a channel below";
        ui.painter().text(squares[count - 1].center(), Align2::CENTER_CENTER, hint, Type::Medium.font(), ON_PHOTO);
    }
    let bottom = squares[0].bottom() + FOOT + GAP_S;
    let at =
        Rect::from_min_max(pos2(squares[0].left(), bottom), pos2(squares[count - 1].right(), bottom + readout::HEIGHT));
    readout::ui(ui, scene, at.with_min_x(at.left().min(free.center().x - 220.0)), &panes, place);
}

fn side_of(free: Rect, count: usize) -> f32 {
    let gaps = GAP_L * (count - 1) as f32;
    let below = HEAD + FOOT + readout::HEIGHT + GAP_S;
    ((free.width() - gaps) / count as f32).min(free.height() - below).max(60.0).floor()
}

/// The squares in a row, in the middle of what is free.
fn squares(free: Rect, count: usize, side: f32) -> Vec<Rect> {
    let width = side * count as f32 + GAP_L * (count - 1) as f32;
    let height = HEAD + side + FOOT + GAP_S + readout::HEIGHT;
    let left = free.center().x - width / 2.0;
    let top = (free.center().y - height / 2.0).max(free.top()) + HEAD;
    let place = |slot: usize| pos2(left + (side + GAP_L) * slot as f32, top).round();
    (0..count).map(|slot| Rect::from_min_size(place(slot), vec2(side, side))).collect()
}

/// What stands beside each other: the photograph and its map, or two maps and, where asked for, their difference.
fn panes(scene: &Scene<'_>, faces: &[Shown<'_>], channel: Option<usize>) -> Vec<Pane> {
    let view = &scene.state.view.attention;
    let readings = faces.iter().filter_map(|face| face.reading).map(|reading| &reading.attention);
    let strongest = maps::strongest(readings);
    let map_of =
        |face: &Shown<'_>| face.reading.and_then(|reading| maps::of_layer(&reading.attention, view.layer, channel));
    let values: Vec<Option<CellMap>> = faces.iter().map(map_of).collect();
    let channels =
        faces.iter().filter_map(|face| face.reading).map(|reading| reading.attention.channel_gate.len()).max();
    let channels = channels.unwrap_or_default();
    let note = maps::scale_words(view, channels, false);
    let mut panes: Vec<Pane> = (faces.iter().zip(&values))
        .map(|(face, values)| Pane {
            head: face.title.clone(),
            short: face.short.clone(),
            face: face.grey.map(|grey| grey.id()),
            tag: Some(label(face)),
            map: values.map(|values| heatmap(view, values, strongest)),
            note: if face.reading.is_some() { note.clone() } else { waiting(scene, face) },
        })
        .collect();
    if view.beside == Beside::Photograph {
        let plain = scene.state.face().map(|(_, face)| face.crop.id());
        if let Some(pane) = panes.first_mut() {
            pane.head = layer_words(view.layer, channel);
        }
        panes.insert(0, photograph(plain));
    } else if let ([Some(first), Some(second)], [a, b], true) = (&values[..], faces, view.is_difference) {
        panes.push(Pane {
            head: format!("{} − {}", sentence_case(&a.short), b.short),
            short: "difference".to_owned(),
            face: None,
            tag: None,
            map: Some(difference_heatmap(view, difference(first, second), strongest)),
            note: maps::scale_words(view, channels, true),
        });
    }
    panes
}

fn photograph(face: Option<egui::TextureId>) -> Pane {
    Pane {
        head: "Aligned face, 112 × 112".to_owned(),
        short: String::new(),
        face,
        tag: Some(Tag::photograph()),
        map: None,
        note: String::new(),
    }
}

fn label(face: &Shown<'_>) -> Tag {
    face.synthetic_years.map_or_else(|| Tag::Photograph("Photograph, in grey".to_owned()), Tag::Synthetic)
}

/// What a map without numbers waits for.
fn waiting(scene: &Scene<'_>, face: &Shown<'_>) -> String {
    let is_stopped = scene.state.library.faces.get(&face.face).is_some_and(|face| face.timeline_stopped);
    let words = match (face.synthetic_years.is_some(), is_stopped) {
        (true, true) => "The ages were stopped: go on in the Age workspace",
        (true, false) => "The seven ages are being read…",
        (false, _) => "Reading the face…",
    };
    words.to_owned()
}

/// What a layer shows, in a few words.
pub fn layer_words(layer: AttentionLayer, channel: Option<usize>) -> String {
    match (layer, channel) {
        (AttentionLayer::IdentityShare, _) => "Share of identity".to_owned(),
        (AttentionLayer::AgeShare, _) => "Share of age".to_owned(),
        (AttentionLayer::SpatialGate, _) => "Spatial gate, share given to age".to_owned(),
        (AttentionLayer::Channel, Some(channel)) => format!("Channel {channel}"),
        (AttentionLayer::Channel, None) => "Channel".to_owned(),
    }
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Where no second face is in the tray.
fn without_second_ui(ui: &mut Ui, scene: &mut Scene<'_>, square: Rect) {
    widgets::dashed_rect(ui, square, Theme::of(ui).hairline());
    ui.scope_builder(UiBuilder::new().max_rect(square.shrink(GAP_M)), |ui| {
        let hint = "Drop or open a second photo, of the same person or another.";
        let choices = [("Open photos…", Command::Open), ("Use the demo faces", Command::TakeInDemo)];
        widgets::empty::message_ui(ui, scene, "No second face yet", hint, &choices);
    });
}

/// A click on B's name has the next click in the tray choose another face.
fn choose_second_ui(ui: &mut Ui, scene: &mut Scene<'_>, square: Rect) {
    let theme = Theme::of(ui);
    let picks = scene.state.view.attention.picks_second;
    let head = Rect::from_min_max(pos2(square.left(), square.top() - HEAD), square.right_top());
    let response = ui.interact(head, ui.scope_id().with("choose second"), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, picks, "Choose the second face"));
    let words = if picks { "click a face in the tray" } else { "change…" };
    let at = head.right_center() - vec2(0.0, 1.0);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), Type::Note.font(), theme.focus);
    let ground = Align2::RIGHT_CENTER.anchor_size(at, galley.size());
    ui.painter().rect_filled(ground.expand2(vec2(GAP_S, 2.0)), 0, theme.background);
    ui.painter().galley(ground.min, galley, theme.focus);
    widgets::focus_ring(ui, &response, 2);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        scene.commands.push(Command::Attention(AttentionCommand::PickSecond(!picks)));
    }
}
