//! The Age workspace: the photo with the face at any age, the slider and the seven anchors, what is known of the face,
//! and how much of its identity is kept.

use eframe::egui::{self, Align2, Rect, Ui, Vec2, pos2, vec2};

use crate::app::commands::Command;
use crate::app::export::ExportCommand;
use crate::app::shell::{Scene, fitted};
use crate::app::state::{FaceEntry, Prompt, SaveWhat};
use crate::app::theme::{CONTROL_HEIGHT, GAP_L, GAP_M, GAP_S, Theme, Type};
use crate::app::view::{AgeView, Framing};
use crate::app::widgets::{
    self, Weight, age_slider, bar_slider, empty, face_picker, filmstrip, landmarks, picture, rows, segmented,
};
use crate::engine::FaceId;
use crate::recognition::verdict::thousands;

/// Below this width, in points, the words beside the age are short.
const NARROW: f32 = 460.0;

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

/// The photo.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if let Some(Prompt::Landmarks { points_px, .. }) = scene.state.prompt {
        return landmarks_ui(ui, scene, points_px);
    }
    if empty::without_face_ui(ui, scene) {
        return;
    }
    let (Some((_, photo)), Some((_, face))) = (scene.state.photo(), scene.state.face()) else { return };
    let Some(texture) = &photo.display else { return empty::waiting_ui(ui, "Opening the photo…") };
    let whole = whole_px(texture.photo_px());
    let is_face = scene.state.view.framing == Framing::Face;
    let share = ui.ctx().animate_bool_with_time(ui.scope_id().with("framing"), is_face, 0.18);
    let share = egui::emath::easing::cubic_out(share);
    let source_px = whole.lerp_towards(&face_px(face, whole), share);
    let shown = picture::Picture {
        texture,
        photo_to_crop: Some(face.aligned.photo_to_crop),
        change: scene.change,
        source_px,
        view: scene.state.view.age_view,
        wipe: scene.state.view.wipe.unwrap_or_else(|| middle_of(face, source_px)),
        target_years: scene.state.document.target_years,
    };
    let placed = picture::ui(ui, &shown);
    if let Some(wipe) = placed.wipe {
        scene.commands.push(Command::SetWipe(Some(wipe)));
    }
    for rect in placed.rects {
        face_picker::ui(ui, scene, rect, source_px);
    }
}

fn whole_px([width, height]: [u32; 2]) -> Rect {
    Rect::from_min_size(pos2(0.0, 0.0), vec2(width as f32, height as f32))
}

/// Where the middle of the face is, as a share of the width of what is shown: there the wipe says most.
fn middle_of(face: &FaceEntry, source_px: Rect) -> f32 {
    let [left, _, right, _] = face.aligned.detection.box_px;
    (((left + right) / 2.0 - source_px.left()) / source_px.width().max(1.0)).clamp(0.0, 1.0)
}

/// The square around the part of the photo the network sees, moved inside the photo where it reaches past its edges.
fn face_px(face: &FaceEntry, whole: Rect) -> Rect {
    let back = face.aligned.photo_to_crop.inverse();
    let [x, y] = back.apply([55.5, 55.5]);
    let side = (112.0 * back.scale() * 1.12) as f32;
    let side = side.min(whole.width()).min(whole.height());
    let inside = |middle: f64, length: f32| (middle as f32 - side / 2.0).clamp(0.0, length - side);
    Rect::from_min_size(pos2(inside(x, whole.width()), inside(y, whole.height())), vec2(side, side))
}

/// Placing the landmarks by hand.
fn landmarks_ui(ui: &mut Ui, scene: &mut Scene<'_>, points_px: crate::face::Landmarks) {
    let theme = Theme::of(ui);
    let Some((id, photo)) = scene.state.photo() else { return };
    let Some(texture) = &photo.display else { return empty::waiting_ui(ui, "Opening the photo…") };
    let free = ui.available_rect_before_wrap();
    let rect = fitted(free.with_max_y(free.bottom() - 56.0), whole_px(texture.photo_px()).size());
    let shown = picture::Picture {
        texture,
        photo_to_crop: None,
        change: None,
        source_px: whole_px(texture.photo_px()),
        view: AgeView::Wipe,
        wipe: 1.0,
        target_years: 0.0,
    };
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| picture::ui(ui, &shown));
    if let Some(points_px) = landmarks::ui(ui, rect, texture.photo_px(), &points_px) {
        scene.commands.push(Command::SetPrompt(Some(Prompt::Landmarks { photo: id, points_px })));
    }
    let below = Rect::from_min_max(pos2(free.left(), free.bottom() - 40.0), free.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(below), |ui| {
        ui.horizontal(|ui| {
            let words = "Drag the five points to the eyes, the nose and the corners of the mouth.";
            ui.label(Type::Body.text(words, theme.muted));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::button_ui(ui, "Use these points", Weight::Primary, true).clicked() {
                    scene.commands.push(Command::UseLandmarks);
                }
                if widgets::button_ui(ui, "Cancel", Weight::Plain, true).clicked() {
                    scene.commands.push(Command::SetPrompt(None));
                }
            });
        });
    });
}

/// The age in large figures, the slider, the seven anchors.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((id, face)) = scene.state.face() else { return };
    let own = scene.state.own_age(id);
    let target = scene.state.document.target_years;
    ui.spacing_mut().item_spacing.y = GAP_S / 2.0;
    headline_ui(ui, scene, id, face);
    let frames = filmstrip::frames(face, scene.state.anchors_years());
    let is_there = face.timeline.is_some();
    if let Some(years) = age_slider::ui(ui, target, own, &frames.map(|frame| frame.years), is_there)
        && years != target
    {
        scene.commands.push(Command::SetAge(years));
    }
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
        play_ui(ui, scene, face, rect);
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
        return "years · as in the photograph".to_owned();
    }
    let word = if offset > 0.0 { "older" } else { "younger" };
    let than = if is_narrow { "" } else { " than the photograph" };
    format!("years · {:.0} {word}{than}", offset.abs())
}

fn play_ui(ui: &mut Ui, scene: &mut Scene<'_>, face: &FaceEntry, bar: Rect) {
    let theme = Theme::of(ui);
    let is_playing = scene.state.play.is_some();
    let enabled = face.timeline.is_some();
    let rect = Rect::from_min_max(pos2(bar.right() - 110.0, bar.top()), bar.max);
    let sense = if enabled { egui::Sense::click() } else { egui::Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with("play"), sense);
    let name = if is_playing { "Pause" } else { "Play" };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    let fill = if response.hovered() && enabled { theme.hovered } else { theme.raised };
    ui.painter().rect(rect, 6, fill, theme.hairline(), egui::StrokeKind::Inside);
    let colour = if enabled { theme.text } else { theme.faint };
    let middle = rect.left_center() + vec2(19.0, 0.0);
    if is_playing {
        for dx in [-4.0, 2.0] {
            let bar = Rect::from_min_size(middle + vec2(dx, -5.0), vec2(3.0, 10.0));
            ui.painter().rect_filled(bar, 1, colour);
        }
    } else {
        ui.painter().add(widgets::play_shape(middle, colour));
    }
    let at = middle + vec2(11.0, 0.0);
    let name = ui.painter().text(at, Align2::LEFT_CENTER, name, Type::Body.font(), colour);
    let hint = ui.painter().layout_no_wrap("Space".to_owned(), Type::Caption.font(), theme.faint);
    let at = rect.right_center() - vec2(12.0 + hint.size().x, hint.size().y / 2.0);
    // Beside “Pause” there is no room for it.
    if at.x > name.right() + 4.0 {
        ui.painter().galley(at, hint, theme.faint);
    }
    widgets::focus_ring(ui, &response, 6);
    if response.clicked() {
        scene.commands.push(Command::TogglePlay);
    }
}

/// The face, how it is viewed, the identity kept, what can be taken away.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((id, face)) = scene.state.face() else { return nothing_ui(ui) };
    ui.spacing_mut().item_spacing.y = 0.0;
    face_ui(ui, scene, id, face);
    widgets::divider_ui(ui);
    view_ui(ui, scene);
    widgets::divider_ui(ui);
    identity_ui(ui, scene, id, face);
    widgets::divider_ui(ui);
    save_ui(ui, face.timeline.is_some(), scene);
}

fn nothing_ui(ui: &mut Ui) {
    widgets::section_ui(ui, "Face");
    rows::paragraph_ui(ui, "What is known of the face will stand here.");
}

fn face_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, face: &FaceEntry) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "Face");
    let estimate = face.reading.as_ref().map_or_else(
        || "reading…".to_owned(),
        |reading| format!("{:.0} ± {:.0} years", reading.age.years, reading.age.spread_years),
    );
    rows::labelled_ui(ui, "Estimated age", &estimate, None)
        .on_hover_text("The network's estimate and its own doubt (one standard deviation).");
    let stated = scene.state.document.stated_ages.get(&id);
    let link = stated.map_or("Set…".to_owned(), |years| format!("{years:.0} years"));
    if rows::linked_ui(ui, "State the true age", &link).clicked() {
        let text = stated.map_or(String::new(), |years| format!("{years:.0}"));
        scene.commands.push(Command::SetPrompt(Some(Prompt::StatedAge { face: id, text })));
    }
    let size = format!("{:.0} px", face.aligned.detection.size_px());
    rows::labelled_ui(ui, "Size in the photo", &size, None);
    match face.aligned.quality.first() {
        None => {
            rows::labelled_ui(ui, "Quality", "Good", Some(theme.good));
        }
        Some(warning) => {
            rows::labelled_ui(ui, "Quality", &capitalised(warning.short()), Some(theme.warning));
            ui.add_space(GAP_S);
            for warning in &face.aligned.quality {
                rows::note_ui(ui, &warning.sentence(), theme.warning);
                ui.add_space(GAP_S);
            }
        }
    }
    if rows::linked_ui(ui, "Landmarks", "Place by hand…").clicked() {
        scene.commands.push(Command::BeginLandmarks(face.photo));
    }
}

fn view_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let view = &scene.state.view;
    widgets::section_ui(ui, "View");
    let choices =
        [(AgeView::Wipe, "Wipe"), (AgeView::Side, "Side"), (AgeView::Blink, "Blink"), (AgeView::Diff, "Diff")];
    scene.commands.extend(segmented::ui(ui, "View", view.age_view, &choices).map(Command::SetAgeView));
    ui.add_space(GAP_S + 2.0);
    let choices = [(Framing::WholePhoto, "Whole photo"), (Framing::Face, "Face")];
    scene.commands.extend(segmented::ui(ui, "Framing", view.framing, &choices).map(Command::SetFraming));
    ui.add_space(GAP_M);
    let strength = scene.state.document.strength;
    let shown = |value: f32| format!("{:.0} %", value * 100.0);
    let moved = bar_slider::ui(ui, "Strength", strength, 0.0..=1.5, theme.age, shown);
    scene.commands.extend(moved.map(|value| Command::SetStrength((value * 20.0).round() / 20.0)));
}

fn identity_ui(ui: &mut Ui, scene: &Scene<'_>, id: FaceId, face: &FaceEntry) {
    let theme = Theme::of(ui);
    let target = scene.state.document.target_years;
    widgets::section_ui(ui, &format!("Identity kept at {target:.0}"));
    let (Some(timeline), Some(own)) = (&face.timeline, scene.state.own_age(id)) else {
        let words = match face.making.progress {
            Some([done, total]) => format!("{done} of {total} ages are made."),
            None => "The seven ages are being made.".to_owned(),
        };
        return rows::paragraph_ui(ui, &words);
    };
    let kept = timeline.identity_at(target, own.years);
    widgets::number_ui(ui, &format!("{kept:.2}"), Type::Number, theme.identity);
    ui.add_space(2.0);
    rows::paragraph_ui(ui, &identity_words(scene, kept, own.years, target));
}

/// What this cosine would mean between two photographs.
fn identity_words(scene: &Scene<'_>, kept: f32, own_years: f32, target_years: f32) -> String {
    let begin = "cosine to the photograph";
    let calibration = match &scene.state.calibration {
        Some(Ok(calibration)) => calibration,
        Some(Err(_)) => return format!("{begin}. What it means was not measured for these weights."),
        None => return format!("{begin}."),
    };
    let others = calibration.impostors(own_years, target_years);
    let (pairs, reaching) = (others.scores.pairs(), others.scores.at_least(kept));
    let who = &others.people;
    match pairs.checked_div(reaching) {
        None => format!("{begin}. Of {} pairs of {who}, none reaches this.", thousands(pairs)),
        Some(one_in) => {
            let one_in = thousands(one_in);
            format!("{begin}. Of {} pairs of {who}, 1 in {one_in} reaches this.", thousands(pairs))
        }
    }
}

fn save_ui(ui: &mut Ui, enabled: bool, scene: &mut Scene<'_>) {
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing.y = GAP_S;
    ui.horizontal_wrapped(|ui| {
        if widgets::button_ui(ui, "Save photo…", Weight::Primary, enabled).on_hover_text("Ctrl S").clicked() {
            scene.commands.push(Command::Save(SaveWhat::Photo));
        }
        if widgets::button_ui(ui, "Film…", Weight::Plain, enabled).clicked() {
            scene.commands.push(Command::Export(ExportCommand::PlanFilm));
        }
        if widgets::button_ui(ui, "Sheet…", Weight::Plain, enabled).clicked() {
            scene.commands.push(Command::Save(SaveWhat::Sheet));
        }
    });
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
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
