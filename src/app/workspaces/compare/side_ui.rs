//! One face in its place: the picture with its label, what is missing where there is none, and the ways to zoom, move
//! and turn it by pointer, wheel, touch and key.

use eframe::egui::{
    self, Align2, EventFilter, Id, Key, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Stroke, Ui, pos2, vec2,
};

use crate::app::commands::Command;
use crate::app::compare::{AlignedPhoto, CompareCommand, Layer, Pose, Shown, Side};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, RADIUS_PICTURE, Theme};
use crate::app::widgets::tag::{self, Tag};
use crate::app::widgets::{self, empty};

/// Zoom of one point of the wheel.
const WHEEL_ZOOM: f32 = 0.0035;
/// What one key press does.
const KEY_ZOOM: f32 = 1.25;
const KEY_POINTS: f32 = 24.0;
const KEY_DEGREES: f32 = 1.0;

/// The face's picture as a layer, once it is on the GPU.
pub fn layer(scene: &Scene<'_>, side: &Side<'_>, place: Rect) -> Option<Layer> {
    let pose = scene.state.view.compare.poses[side.slot];
    let to_photo = pose.screen_to_photo(place, &side.face.aligned.photo_to_crop);
    Some(Layer { texture: side.texture?.clone(), to_photo })
}

/// Draws one face as large as its place.
pub fn paint(ui: &mut Ui, scene: &Scene<'_>, side: &Side<'_>, place: Rect) {
    ui.painter().rect_filled(place, RADIUS_PICTURE, Theme::of(ui).panel);
    match layer(scene, side, place) {
        Some(below) => {
            let picture = AlignedPhoto { below, above: None, radius: f32::from(RADIUS_PICTURE), slot: side.slot };
            ui.painter().add(picture.into_shape(place));
        }
        None => waiting_ui(ui, side, place),
    }
    label(ui, scene, side, place.left_bottom() + vec2(10.0, -10.0), Align2::LEFT_BOTTOM, place.width() - 20.0);
}

/// A quiet line while a picture is on its way.
pub fn waiting_ui(ui: &mut Ui, side: &Side<'_>, place: Rect) {
    let words = if side.shown == Shown::Photograph { "Opening the photo…" } else { "Making the face…" };
    let mut child = super::child(ui, place, ("waiting", side.slot));
    empty::waiting_ui(&mut child, words);
}

/// The label of a face at a corner: its letter, whether it is a photograph, its age; less where there is less room.
pub fn label(ui: &Ui, scene: &Scene<'_>, side: &Side<'_>, at: Pos2, corner: Align2, room: f32) {
    let letter = side.letter();
    let tags = match side.shown {
        Shown::Age(index) => {
            let years = scene.state.anchors_years().get(index).copied().unwrap_or_default();
            vec![Tag::SyntheticOf(letter, years), Tag::SmallSynthetic(years)]
        }
        Shown::Photograph => {
            let age = side.age.map_or(String::new(), |age| {
                let about = if age.is_stated() { "" } else { "about " };
                format!(" · {about}{:.0}", age.years)
            });
            let words = [format!("{letter} · Photograph{age}"), format!("{letter} · Photograph"), letter.to_owned()];
            words.map(Tag::Photograph).to_vec()
        }
    };
    let _ = tags.iter().find_map(|tag| tag::paint(ui, tag, at, corner, room));
}

/// What stands in the place of a face that is not there.
pub fn missing_ui(ui: &mut Ui, scene: &mut Scene<'_>, slot: usize, place: Rect) {
    use crate::app::state::PhotoStage::{Decoding, Finding, Waiting};
    widgets::dashed_rect(ui, place, Stroke::new(1.0, Theme::of(ui).line));
    let is_busy = scene.state.library.photos.values().any(|entry| matches!(entry.stage, Waiting | Decoding | Finding));
    let mut child = super::child(ui, place.shrink(GAP_M), ("missing", slot));
    if is_busy {
        return empty::waiting_ui(&mut child, "Looking for faces…");
    }
    let head = format!("No face for {} yet", ["A", "B"][slot.min(1)]);
    let hint = "Drop or open a second photo, of the same person or another.";
    let choices = [("Open photos…", Command::Open), ("Use the demo faces", Command::TakeInDemo)];
    empty::message_ui(&mut child, scene, &head, hint, &choices);
}

/// Takes what pointer, wheel, touch and keys do to the face `slot` in its place. A drag is left to the caller where it
/// moves something else.
pub fn handle(ui: &mut Ui, scene: &mut Scene<'_>, slot: usize, place: Rect, name: &str, may_drag: bool) -> Response {
    let id = Id::unique(("compared", slot));
    let response = ui.interact(place, id, Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    let before = scene.state.view.compare.poses[slot];
    let mut pose = before;
    if may_drag {
        pose = dragged(ui, &response, place, pose);
    }
    pose = scrolled(ui, &response, place, pose);
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        pose = typed(ui, place, pose);
    }
    if response.double_clicked() {
        pose = Pose::default();
    }
    if pose != before {
        scene.commands.push(Command::Compare(CompareCommand::SetPose(slot, pose)));
    }
    response
}

/// A drag moves the picture; with Alt or the right button it turns it.
fn dragged(ui: &Ui, response: &Response, place: Rect, pose: Pose) -> Pose {
    if !response.dragged() {
        return pose;
    }
    let by = response.drag_delta();
    let turns = response.dragged_by(PointerButton::Secondary) || ui.input(|input| input.modifiers.alt);
    if !turns {
        ui.set_cursor_icon(egui::CursorIcon::Grabbing);
        return pose.moved(place, by);
    }
    let Some(now) = response.interact_pointer_pos() else { return pose };
    let angle = |at: Pos2| (at - place.center()).angle();
    pose.turned(pose.turn_degrees + (angle(now) - angle(now - by)).to_degrees())
}

/// The wheel and a pinch enlarge around the pointer, two fingers turn.
fn scrolled(ui: &Ui, response: &Response, place: Rect, pose: Pose) -> Pose {
    let Some(at) = response.hover_pos() else { return pose };
    let (scroll, zoom, turn) = ui.input(|input| {
        let turn = input.multi_touch().map_or(0.0, |touch| touch.rotation_delta);
        (input.smooth_scroll_delta().y, input.zoom_delta(), turn)
    });
    let factor = zoom * (scroll * WHEEL_ZOOM).exp();
    let pose = if factor == 1.0 { pose } else { pose.zoomed(place, at, factor) };
    if turn == 0.0 { pose } else { pose.turned(pose.turn_degrees + turn.to_degrees()) }
}

/// Plus and minus zoom, arrows move, brackets turn, zero begins again.
fn typed(ui: &Ui, place: Rect, pose: Pose) -> Pose {
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let middle = place.center();
    let changes: [(&[Key], fn(Pose, Rect, Pos2) -> Pose); 9] = [
        (&[Key::Plus, Key::Equals], |pose, place, middle| pose.zoomed(place, middle, KEY_ZOOM)),
        (&[Key::Minus], |pose, place, middle| pose.zoomed(place, middle, 1.0 / KEY_ZOOM)),
        (&[Key::ArrowLeft], |pose, place, _| pose.moved(place, vec2(KEY_POINTS, 0.0))),
        (&[Key::ArrowRight], |pose, place, _| pose.moved(place, vec2(-KEY_POINTS, 0.0))),
        (&[Key::ArrowUp], |pose, place, _| pose.moved(place, vec2(0.0, KEY_POINTS))),
        (&[Key::ArrowDown], |pose, place, _| pose.moved(place, vec2(0.0, -KEY_POINTS))),
        (&[Key::OpenBracket], |pose, _, _| pose.turned(pose.turn_degrees - KEY_DEGREES)),
        (&[Key::CloseBracket], |pose, _, _| pose.turned(pose.turn_degrees + KEY_DEGREES)),
        (&[Key::Num0], |_, _, _| Pose::default()),
    ];
    changes.into_iter().fold(pose, |pose, (keys, change)| {
        if keys.iter().any(|key| pressed(*key)) { change(pose, place, middle) } else { pose }
    })
}

/// The name of a face's file below its picture.
pub fn caption(ui: &Ui, scene: &Scene<'_>, side: &Side<'_>, place: Rect) {
    let theme = Theme::of(ui);
    let name = scene.state.photo_name_of(side.id).to_owned();
    let font = crate::app::theme::Type::Note.font();
    let mut job = egui::text::LayoutJob::simple_singleline(name, font, theme.muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width(place.width());
    let galley = ui.painter().layout_job(job);
    let left = place.center().x - galley.size().x / 2.0;
    ui.painter().galley(pos2(left, place.bottom() + 8.0), galley, theme.muted);
}
