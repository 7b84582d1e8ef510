//! Two faces as pictures: beside each other with their score between, and one over the other.

use eframe::egui::{self, Align2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::{side_ui, signed, tools};
use crate::app::commands::Command;
use crate::app::compare::{AlignedPhoto, CompareCommand, OverlayKind};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_L, GAP_M, GAP_S, ON_HANDLE, ON_PHOTO, RADIUS_PICTURE, Theme, Type};
use crate::app::widgets::{self, Icon};

/// Height of a file's name below its picture, in points.
const CAPTION: f32 = 30.0;
/// Seconds that each picture stays while they blink.
const BLINK_S: f64 = 0.7;
const HANDLE_RADIUS: f32 = 15.0;
/// How near to the line a drag has to begin to move it, in points.
const NEAR_LINE: f32 = 22.0;

/// Both faces beside each other with the score between them, and what can be done to them below.
pub fn side_by_side_ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    let pictures = area.with_max_y(area.bottom() - tools::HEIGHT - CAPTION);
    let gap = (area.width() * 0.17).clamp(96.0, 200.0);
    let spots = spots(pictures, gap, 1.16);
    pair_ui(ui, scene, spots);
    for (slot, spot) in spots.into_iter().enumerate() {
        if let Some(side) = scene.state.compared_side(slot) {
            side_ui::caption(ui, scene, &side, spot);
        }
    }
    score_ui(ui, scene, Rect::from_min_max(spots[0].right_top(), spots[1].left_bottom()));
    tools::ui(ui, scene, area.with_min_y(area.bottom() - tools::HEIGHT));
}

/// Places for two pictures of the same size around a gap, at most so much higher than wide.
pub fn spots(area: Rect, gap: f32, most_height: f32) -> [Rect; 2] {
    let width = ((area.width() - gap) / 2.0).min(area.height() * 1.5).max(40.0).floor();
    let height = area.height().min(width * most_height).max(40.0).floor();
    let top = (area.center().y - height / 2.0).round();
    [area.center().x - gap / 2.0 - width, area.center().x + gap / 2.0]
        .map(|left| Rect::from_min_size(pos2(left.round(), top), vec2(width, height)))
}

/// Both faces in their places.
pub fn pair_ui(ui: &mut Ui, scene: &mut Scene<'_>, spots: [Rect; 2]) {
    for (slot, spot) in spots.into_iter().enumerate() {
        let state = scene.state;
        let Some(side) = state.compared_side(slot) else {
            side_ui::missing_ui(ui, scene, slot, spot);
            continue;
        };
        let name = format!("{}: {}", side.letter(), state.photo_name_of(side.id));
        let response = side_ui::handle(ui, scene, slot, spot, &name, true);
        side_ui::paint(ui, scene, &side, spot);
        // Above the picture: a ring below it would be covered.
        if state.view.compare.pair_slot == slot {
            let stroke = Stroke::new(1.5, Theme::of(ui).faint);
            ui.painter().rect_stroke(spot.expand(3.0), RADIUS_PICTURE + 2, stroke, StrokeKind::Outside);
        }
        widgets::focus_ring(ui, &response, RADIUS_PICTURE);
        let hint = "A click in the tray then changes this face. Wheel zooms, drag moves, Alt and drag turns.";
        if response.on_hover_text(hint).clicked() {
            scene.commands.push(Command::Compare(CompareCommand::SetSlot(slot)));
        }
    }
}

/// The score between the faces.
fn score_ui(ui: &mut Ui, scene: &mut Scene<'_>, middle: Rect) {
    let theme = Theme::of(ui);
    let Some(pair) = scene.state.compared_pair() else { return };
    let text = signed(pair.cosine);
    // What was measured of photographs does not colour the score of synthetic faces.
    let reading = scene.state.compared_reading(&pair).filter(|_| !pair.is_synthetic);
    let is_same = reading.is_some_and(|reading| reading.same);
    let colour = if is_same { theme.identity } else { theme.text };
    let font = if middle.width() < 110.0 { Type::Number } else { Type::Hero };
    let at = middle.center() - vec2(0.0, 12.0);
    let placed = ui.painter().text(at, Align2::CENTER_CENTER, &text, font.font(), colour);
    let response = ui.interact(placed, ui.scope_id().with("cosine"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Cosine {text}")));
    let below = middle.center() + vec2(0.0, 22.0);
    ui.painter().text(below, Align2::CENTER_CENTER, "cosine", Type::Body.font(), theme.muted);
    let swap = Rect::from_center_size(middle.center() + vec2(0.0, 52.0), vec2(28.0, 28.0));
    let mut child = super::child(ui, swap, "swap");
    if widgets::icon_button_ui(&mut child, Icon::Swap, "Exchange A and B").clicked() {
        scene.commands.push(Command::SwapPair);
    }
}

/// B over A, and what can be done to them below.
pub fn overlay_ui(ui: &mut Ui, scene: &mut Scene<'_>, area: Rect) {
    for slot in 0..2 {
        if scene.state.compared_side(slot).is_none() {
            return pair_ui(ui, scene, spots(area, GAP_L, 1.0));
        }
    }
    let tools = area.with_min_y(area.bottom() - tools::HEIGHT);
    let kinds = Rect::from_min_max(pos2(area.left(), tools.top() - tools::HEIGHT), tools.right_top());
    let free = area.with_max_y(kinds.top() - GAP_M);
    let width = free.width().min(free.height() * 1.3).floor();
    let place = Rect::from_center_size(free.center(), vec2(width, free.height().floor()));
    let place = Rect::from_min_size(pos2(place.left().round(), place.top().round()), place.size());
    picture_ui(ui, scene, place);
    tools::overlay_ui(ui, scene, kinds);
    tools::ui(ui, scene, tools);
}

fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>, place: Rect) {
    let state = scene.state;
    let [Some(a), Some(b)] = [state.compared_side(0), state.compared_side(1)] else { return };
    let view = &state.view.compare;
    let line = place.left() + place.width() * view.wipe;
    let moves_line = view.overlay == OverlayKind::Wipe && is_near_line(ui, line, place);
    // Faces that are not linked are laid over each other by moving B.
    let moved = usize::from(!view.is_linked);
    let response = side_ui::handle(ui, scene, moved, place, "B over A", !moves_line);
    if moves_line
        && response.dragged()
        && let Some(at) = response.interact_pointer_pos()
    {
        let share = (at.x - place.left()) / place.width();
        scene.commands.push(Command::Compare(CompareCommand::SetWipe(share)));
    }
    ui.painter().rect_filled(place, RADIUS_PICTURE, Theme::of(ui).panel);
    let layers = [side_ui::layer(scene, &a, place), side_ui::layer(scene, &b, place)];
    let [Some(below), Some(above)] = layers else {
        let late = if a.texture.is_none() { &a } else { &b };
        return side_ui::waiting_ui(ui, late, place);
    };
    let (wipe, opacity) = match view.overlay {
        OverlayKind::Blend => (0.0, view.opacity),
        OverlayKind::Wipe => (view.wipe, 1.0),
        OverlayKind::Blink => (0.0, f32::from(u8::from(shows_b(ui)))),
    };
    let picture =
        AlignedPhoto { below, above: Some((above, wipe, opacity)), radius: f32::from(RADIUS_PICTURE), slot: 2 };
    ui.painter().add(picture.into_shape(place));
    labels(ui, scene, place, line, opacity);
    widgets::focus_ring(ui, &response, RADIUS_PICTURE);
}

/// Whether B is shown while they blink; asks for the frame in which that changes.
fn shows_b(ui: &Ui) -> bool {
    let time = ui.input(|input| input.time);
    let left_s = BLINK_S - time % BLINK_S;
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left_s + 0.005));
    !((time / BLINK_S) as u64).is_multiple_of(2)
}

/// Whether the pointer is at the line, or went down there.
fn is_near_line(ui: &Ui, line: f32, place: Rect) -> bool {
    let (origin, latest) = ui.input(|input| (input.pointer.press_origin(), input.pointer.latest_pos()));
    let held = ui.scope_id().with("wipe held");
    let is_down = ui.input(|input| input.pointer.any_down());
    let at = if is_down { origin } else { latest };
    let was_held = ui.data(|data| data.get_temp::<bool>(held)).unwrap_or(false);
    let is_near = at.is_some_and(|at| place.contains(at) && (at.x - line).abs() <= NEAR_LINE);
    // While the button is down, what it began with stays: the line moves away from where it went down.
    let began = ui.input(|input| input.pointer.any_pressed());
    let is_held = if is_down && !began { was_held } else { is_near };
    ui.data_mut(|data| data.insert_temp(held, is_held));
    if is_held {
        ui.set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
    is_held
}

/// The labels of what is seen, and the line between A and B.
fn labels(ui: &Ui, scene: &Scene<'_>, place: Rect, line: f32, opacity: f32) {
    let [Some(a), Some(b)] = [scene.state.compared_side(0), scene.state.compared_side(1)] else { return };
    let is_wipe = scene.state.view.compare.overlay == OverlayKind::Wipe;
    let (room_a, room_b) = if is_wipe {
        (line - place.left() - 10.0 - GAP_S, place.right() - line - 10.0 - GAP_S)
    } else {
        (place.width() / 2.0 - 14.0, place.width() / 2.0 - 14.0)
    };
    if is_wipe || opacity < 1.0 {
        let corner = place.left_bottom() + vec2(10.0, -10.0);
        side_ui::label(ui, scene, &a, corner, Align2::LEFT_BOTTOM, room_a);
    }
    if opacity > 0.0 {
        let corner = place.right_bottom() - vec2(10.0, 10.0);
        side_ui::label(ui, scene, &b, corner, Align2::RIGHT_BOTTOM, room_b);
    }
    if !is_wipe {
        return;
    }
    let painter = ui.painter();
    let line = line.round();
    painter.vline(line, place.y_range(), Stroke::new(2.0, ON_PHOTO));
    let middle = pos2(line, place.center().y);
    painter.circle_filled(middle, HANDLE_RADIUS, ON_PHOTO);
    for direction in [-1.0, 1.0] {
        let (tip, back) = (middle + vec2(8.0 * direction, 0.0), middle.x + 3.0 * direction);
        let arrow = vec![tip, pos2(back, middle.y - 3.5), pos2(back, middle.y + 3.5)];
        painter.add(Shape::convex_polygon(arrow, ON_HANDLE, Stroke::NONE));
    }
}
