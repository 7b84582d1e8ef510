//! Below the maps: what the network reads from the photograph and from its seven synthetic ages, one column each. A
//! click on a column shows its maps.

use eframe::egui::{self, Align2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::pane::line;
use crate::app::attention::ages::{AgeColumn, columns};
use crate::app::attention::{AgeShown, AttentionCommand, Beside};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, GAP_XS, RADIUS_CONTROL, RADIUS_PICTURE, Theme, Type, diverging};
use crate::app::widgets::tag::{self, Tag};
use crate::app::widgets::{self, empty};
use crate::engine::FaceId;
use crate::recognition::verdict::thousands;

/// What the head says.
pub const HEAD: &str = "Click an age to see its maps beside the photograph's; with Shift at the left";

/// Width of the rows' names, in points.
const NAMES: f32 = 118.0;
/// The least height of a row.
const LEAST_ROW: f32 = 15.0;
/// Pictures at least this large, in points, have a tag on them.
const LEAST_TAGGED: f32 = 50.0;
/// Rows of numbers, and of strips.
const NUMBERS: usize = 4;
const STRIPS: usize = 5;

/// Draws the table.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some((id, face)) = scene.state.face() else { return };
    if face.timeline_stopped {
        let words = "Making the ages was stopped. Go on with it in the Age workspace.";
        return widgets::rows::paragraph_ui(ui, words);
    }
    let Some(columns) = columns(scene.state) else {
        return empty::waiting_ui(ui, "Reading the seven ages…");
    };
    let free = ui.available_rect_before_wrap();
    let rows = (NUMBERS + STRIPS) as f32;
    let picture = (free.height() * 0.26).clamp(30.0, 64.0);
    let row = ((free.height() - picture - GAP_XS) / rows).max(LEAST_ROW);
    egui::ScrollArea::vertical().show(ui, |ui| {
        let size = vec2(free.width(), picture + GAP_XS + rows * row);
        let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
        names(ui, &columns, whole, picture, row);
        let width = (whole.width() - NAMES) / columns.len() as f32;
        for (index, column) in columns.iter().enumerate() {
            let left = whole.left() + NAMES + width * index as f32;
            let place = Rect::from_min_size(pos2(left, whole.top()), vec2(width - GAP_XS, whole.height()));
            column_ui(ui, scene, id, column, place, picture, row);
        }
    });
}

/// The words at the left.
fn names(ui: &Ui, columns: &[AgeColumn], whole: Rect, picture: f32, row: f32) {
    let theme = Theme::of(ui);
    let regions = columns.first().map(|column| column.regions.map(|region| region.region.label()));
    let numbers = ["Age shown", "Age estimated", "Spatial gate, mean", "Channels to age"];
    let words = numbers.into_iter().chain(regions.into_iter().flatten());
    for (index, words) in words.enumerate() {
        let y = whole.top() + picture + GAP_XS + row * (index as f32 + 0.5);
        let words = if index >= NUMBERS { format!("Identity, {}", words.to_lowercase()) } else { words.to_owned() };
        line(ui, pos2(whole.left(), y), NAMES - GAP_S, &words, Type::Caption, theme.muted);
    }
}

fn column_ui(ui: &mut Ui, scene: &mut Scene<'_>, id: FaceId, column: &AgeColumn, place: Rect, picture: f32, row: f32) {
    let theme = Theme::of(ui);
    let view = &scene.state.view.attention;
    let is_shown = match view.beside {
        Beside::Age => view.ages.contains(&column.age),
        _ => column.age == AgeShown::Photograph,
    };
    let response = ui.interact(place, ui.scope_id().with(("age", column.years.to_bits())), Sense::click());
    let name = spoken(column);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_shown, &name));
    if response.hovered() || is_shown {
        let fill = theme.raised.gamma_multiply(if is_shown { 1.0 } else { 0.6 });
        ui.painter().rect_filled(place.expand2(vec2(1.0, 2.0)), RADIUS_CONTROL, fill);
    }
    picture_ui(ui, scene, id, column, Rect::from_min_size(place.min, vec2(place.width(), picture)));
    let (shown, colour) = match column.age {
        AgeShown::Photograph => (format!("{:.0}", column.years), theme.text),
        AgeShown::Anchor(_) => (format!("syn. {:.0}", column.years), theme.synthetic),
    };
    let numbers = [
        (shown, colour),
        (format!("{:.0}", column.estimated_years), theme.text),
        (format!("{:.2}", column.spatial_gate), theme.text),
        (thousands(column.channels_to_age as u64), theme.text),
    ];
    let top = place.top() + picture + GAP_XS;
    for (index, (number, colour)) in numbers.into_iter().enumerate() {
        let at = pos2(place.center().x, top + row * (index as f32 + 0.5));
        ui.painter().text(at, Align2::CENTER_CENTER, number, Type::Caption.font(), colour);
    }
    for (index, region) in column.regions.iter().enumerate() {
        let top = top + row * (NUMBERS + index) as f32;
        let cell = Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), row)).shrink2(vec2(1.0, 1.0));
        strip_ui(ui, cell, region.identity_share);
    }
    widgets::focus_ring(ui, &response, RADIUS_CONTROL);
    if response.clicked() {
        let is_left = ui.input(|input| input.modifiers.shift);
        let commands = chosen(column.age, is_left);
        scene.commands.extend(commands.into_iter().map(Command::Attention));
    }
}

/// The photograph goes to the left and an age to the right, unless Shift says the left.
fn chosen(age: AgeShown, is_left: bool) -> Vec<AttentionCommand> {
    match (age, is_left) {
        (age, true) => vec![AttentionCommand::SetAge(0, age)],
        (AgeShown::Photograph, false) => {
            vec![AttentionCommand::SetAge(0, age), AttentionCommand::SetBeside(Beside::Photograph)]
        }
        (age, false) => vec![AttentionCommand::SetAge(1, age)],
    }
}

fn picture_ui(ui: &Ui, scene: &Scene<'_>, id: FaceId, column: &AgeColumn, place: Rect) {
    let theme = Theme::of(ui);
    let Some(face) = scene.state.library.faces.get(&id) else { return };
    let texture = match column.age {
        AgeShown::Photograph => Some(&face.crop),
        AgeShown::Anchor(index) => face.filmstrip.as_ref().and_then(|strip| strip.frames.get(index)),
    };
    let side = place.height().min(place.width());
    let square = Rect::from_center_size(place.center(), vec2(side, side));
    match texture {
        Some(texture) => egui::Image::from_texture(texture).corner_radius(RADIUS_PICTURE).paint_at(ui, square),
        None => {
            ui.painter().rect_filled(square, RADIUS_PICTURE, theme.raised);
        }
    }
    let at = square.left_bottom() + vec2(2.0, -2.0);
    match column.age {
        AgeShown::Photograph => {
            let stroke = Stroke::new(1.0, theme.line);
            ui.painter().rect_stroke(square, RADIUS_PICTURE, stroke, StrokeKind::Inside);
        }
        // Smaller pictures have their label in the row below.
        AgeShown::Anchor(_) if side >= LEAST_TAGGED => {
            tag::paint(ui, &Tag::SmallSynthetic(column.years), at, Align2::LEFT_BOTTOM, side - 4.0);
        }
        AgeShown::Anchor(_) => {}
    }
}

/// A share as a strip of its colour with its number.
fn strip_ui(ui: &Ui, cell: Rect, share: f32) {
    // From 0.25 to 0.75, so that what changes along the ages can be seen; one half stays neutral.
    let ground = diverging(0.5 + (share - 0.5) * 2.0);
    ui.painter().rect_filled(cell, 2, ground);
    let colour = crate::app::theme::on(ground);
    ui.painter().text(cell.center(), Align2::CENTER_CENTER, format!("{share:.2}"), Type::Caption.font(), colour);
}

fn spoken(column: &AgeColumn) -> String {
    let what = match column.age {
        AgeShown::Photograph => format!("Photograph, {:.0} years", column.years),
        AgeShown::Anchor(_) => format!("Synthetic face, age {:.0}", column.years),
    };
    format!(
        "{what}: estimated {:.0}, spatial gate {:.2}, {} channels to age",
        column.estimated_years, column.spatial_gate, column.channels_to_age
    )
}
