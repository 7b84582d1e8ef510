//! What is changed: the age in large figures with what is being made, the slider, the seven anchors.

use eframe::egui::{self, Align2, Rect, Ui, Vec2, pos2, vec2};

use super::play;
use crate::app::commands::Command;
use crate::app::queries::OwnAge;
use crate::app::shell::Scene;
use crate::app::state::{FaceEntry, Prompt};
use crate::app::theme::{CONTROL_HEIGHT, GAP_L, GAP_M, GAP_S, Theme, Type};
use crate::app::widgets::age_slider::{self, AgeSlider};
use crate::app::widgets::{self, filmstrip};
use crate::engine::FaceId;

/// Below this width, in points, the words beside the age are short.
const NARROW: f32 = 560.0;

/// Height of the region with the slider and the filmstrip, in points.
pub fn controls_height(scene: &Scene<'_>, free: Vec2) -> Option<f32> {
    scene.state.face()?;
    if matches!(scene.state.prompt, Some(Prompt::Landmarks { .. })) {
        return None;
    }
    // Tall windows get larger frames, low ones keep at least half for the picture.
    let strip = filmstrip::frame_side(free.x - 2.0 * GAP_L, (free.y * 0.5 - 110.0).min(172.0)) + filmstrip::BELOW;
    Some(2.0 * GAP_M + CONTROL_HEIGHT + 2.0 + age_slider::HEIGHT + strip + 12.0)
}

/// The age in large figures, the slider, the seven anchors.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((id, face)) = scene.state.face() else { return };
    let target = scene.state.document.target_years;
    ui.spacing_mut().item_spacing.y = GAP_S / 2.0;
    headline_ui(ui, scene, id, face);
    let frames = filmstrip::frames(face, scene.state.anchors_years());
    let is_there = face.timeline.is_some();
    let estimate = face.reading.as_ref().map(|reading| reading.age);
    let slider = AgeSlider {
        target_years: target,
        own: scene.state.own_age(id),
        estimate: estimate.map(|age| OwnAge { years: age.years, spread_years: Some(age.spread_years) }),
        anchors_years: &frames.map(|frame| frame.years),
        is_enabled: is_there,
    };
    let moved = age_slider::ui(ui, &slider);
    scene.commands.extend(moved.target_years.filter(|years| *years != target).map(Command::SetAge));
    scene.commands.extend(moved.stated.map(|years| Command::StateAge(id, years)));
    if let Some(years) = filmstrip::ui(ui, &frames, target, is_there, ui.available_height() - 4.0) {
        scene.commands.push(Command::SetAge(years));
    }
}

fn headline_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry) {
    let theme = Theme::of(ui);
    let height = CONTROL_HEIGHT + 2.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let target = scene.state.document.target_years;
    let bottom = rect.bottom() + 2.0;
    let end = widgets::tabular(ui, pos2(rect.left(), bottom), &format!("{target:.0}"), Type::Number, theme.age);
    let own_years = scene.state.own_age(id).map(|own| own.years);
    let is_narrow = rect.width() < NARROW;
    let words = own_years.map_or_else(|| "years".to_owned(), |own| offset_words(target, own, is_narrow));
    let at = pos2(end.max(rect.left() + 40.0) + 14.0, rect.center().y + 3.0);
    let words = ui.painter().text(at, Align2::LEFT_CENTER, words, Type::Body.font(), theme.muted);
    let free = rect.with_min_x(words.right() + GAP_M).translate(vec2(0.0, 3.0));
    progress_ui(ui, scene, id, face, free);
    // Ages that are made one by one have nothing to play yet, and their words may need the room.
    if face.timeline.is_some() || face.making.progress.is_none() {
        play::play_ui(ui, scene, face, rect);
    }
}

/// What the network is at, quietly behind the age: drawing it, or making the anchors one by one.
fn progress_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry, place: Rect) {
    let words = match face.making.progress.filter(|_| face.timeline.is_none()) {
        Some([done, total]) if face.timeline_stopped => format!("stopped at {done} of {total} ages"),
        Some([done, total]) => format!("{done} of {total} ages · Esc stops"),
        None if face.timeline_stopped && face.timeline.is_none() => "stopped".to_owned(),
        None if scene.state.is_refining(id) => "refining…".to_owned(),
        None => return,
    };
    let theme = Theme::of(ui);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    // A child of its own: what stands below must not move when the words come and go.
    let mut beside = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(layout));
    beside.label(Type::Note.text(words, theme.faint));
    if face.timeline_stopped && face.timeline.is_none() && widgets::link_ui(&mut beside, "Go on").clicked() {
        scene.commands.push(Command::GoOnWithTimeline);
    }
}

fn offset_words(target_years: f32, own_years: f32, is_narrow: bool) -> String {
    let offset = target_years.round() - own_years.round();
    if offset == 0.0 {
        return if is_narrow { "years" } else { "years · as in the photograph" }.to_owned();
    }
    let word = if offset > 0.0 { "older" } else { "younger" };
    let than = if is_narrow { "" } else { " than the photograph" };
    format!("years · {:.0} {word}{than}", offset.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_said_in_words() {
        assert_eq!(offset_words(65.0, 24.3, false), "years · 41 older than the photograph");
        assert_eq!(offset_words(24.0, 24.3, false), "years · as in the photograph");
        assert_eq!(offset_words(5.0, 24.0, false), "years · 19 younger than the photograph");
        assert_eq!(offset_words(5.0, 24.0, true), "years · 19 younger");
    }
}
