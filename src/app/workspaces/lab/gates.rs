//! How the gates change: the spatial gate as a map, its change since the first record, and the channel gate as a sorted
//! curve, now and at the first record.

use eframe::egui::{self, Align2, Mesh, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::app::lab::{ChannelGate, GateRecord, Pane, Run};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_L, GAP_M, Theme, Type};
use crate::app::widgets::heatmap::{Colours, Heatmap, mark};
use crate::model::CELLS;
use crate::recognition::verdict::thousands;

/// Height of the words and the bar around a map, in points.
const AROUND: f32 = 44.0;

/// Draws the pane.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, place: Rect) {
    let records = run.gates.records();
    let Some(first) = records.first() else { return };
    let step = scene.state.view.lab.step.unwrap_or(u64::MAX);
    let now = records.iter().rev().find(|record| record.step <= step).unwrap_or(first);
    let words = format!("Gates · step {}", thousands(now.step));
    let rest = super::head_ui(ui, scene, place, Pane::Gates, &words, None);
    let placed = arranged(rest);
    if let Some(place) = placed.spatial {
        map_ui(ui, place, &spatial(now), ["Share of identity", "Identity"], false);
    }
    if let Some(place) = placed.change {
        map_ui(ui, place, &change(first, now), ["Change since the first", "Change"], true);
    }
    if let Some(place) = placed.channels {
        channels_ui(ui, place, &first.channel, &now.channel);
    }
}

/// Where the three drawings stand; what has no room is left out.
struct Placed {
    spatial: Option<Rect>,
    change: Option<Rect>,
    channels: Option<Rect>,
}

/// Side by side where the pane is wide, the maps over the curve where it is high.
fn arranged(rest: Rect) -> Placed {
    let beside = (rest.height() - AROUND).min((rest.width() - 2.0 * GAP_L) * 0.3);
    let above = ((rest.width() - GAP_L) / 2.0).min(rest.height() * 0.58 - AROUND);
    let square = |left: f32, side: f32| Rect::from_min_size(pos2(left, rest.top()), vec2(side, side + AROUND));
    if rest.width() < 360.0 && rest.height() < 240.0 {
        let side = ((rest.width() - GAP_L) / 2.0).min(rest.height() - AROUND).max(1.0).floor();
        let change = Some(square(rest.left() + side + GAP_L, side)).filter(|_| side > 50.0);
        return Placed { spatial: Some(square(rest.left(), side)), change, channels: None };
    }
    if above > beside * 1.2 {
        let side = above.floor();
        let spare = (rest.width() - 2.0 * side - GAP_L).max(0.0) / 2.0;
        let left = (rest.left() + spare).round();
        return Placed {
            spatial: Some(square(left, side)),
            change: Some(square(left + side + GAP_L, side)),
            channels: Some(rest.with_min_y(rest.top() + side + AROUND + GAP_M)),
        };
    }
    let side = beside.floor();
    Placed {
        spatial: Some(square(rest.left(), side)),
        change: Some(square(rest.left() + side + GAP_L, side)),
        channels: Some(rest.with_min_x(rest.left() + 2.0 * (side + GAP_L)).with_max_y(rest.top() + side + AROUND)),
    }
}

/// The gate is the share given to age; the map shows what is left to identity, as in the Attention workspace.
fn spatial(record: &GateRecord) -> Heatmap {
    let values = record.spatial.map(|row| row.map(|gate| 1.0 - gate));
    let far = farthest(&values, 0.5).max(0.02);
    Heatmap { values, range: [0.5 - far, 0.5 + far], colours: Colours::AgeToIdentity, opacity: 1.0, smooth: false }
}

fn change(first: &GateRecord, now: &GateRecord) -> Heatmap {
    let values =
        std::array::from_fn(|row| std::array::from_fn(|column| first.spatial[row][column] - now.spatial[row][column]));
    let far = farthest(&values, 0.0).max(0.01);
    Heatmap { values, range: [-far, far], colours: Colours::AgeToIdentity, opacity: 1.0, smooth: false }
}

fn farthest(values: &[[f32; CELLS]; CELLS], middle: f32) -> f32 {
    values.iter().flatten().map(|value| (value - middle).abs()).fold(0.0, f32::max)
}

/// A map with its name, in short where there is little room, and the values at the ends of its colours.
fn map_ui(ui: &mut Ui, place: Rect, map: &Heatmap, [name, short]: [&str; 2], is_change: bool) {
    let theme = Theme::of(ui);
    let side = place.width();
    let head = cut(ui, name, short, side + GAP_M / 2.0);
    let at = pos2(place.left(), place.top() + 7.0);
    ui.painter().text(at, Align2::LEFT_CENTER, head, Type::Caption.font(), theme.muted);
    let square = Rect::from_min_size(pos2(place.left(), place.top() + 18.0).round(), vec2(side, side));
    if let Some([row, column]) = map.ui(ui, None, square, name) {
        let value = map.values[row][column];
        let number = if is_change { format!("{value:+.3}") } else { format!("{value:.2}") };
        mark(ui, square, [row, column], &format!("row {}, column {} · {number}", row + 1, column + 1));
    }
    let bar = Rect::from_min_size(pos2(square.left(), square.bottom() + 6.0), vec2(side, 20.0));
    ends(ui, bar, map, ["age", "identity"], is_change);
}

/// The values at the ends of the colours, with their words where there is room.
fn ends(ui: &Ui, bar: Rect, map: &Heatmap, words: [&str; 2], is_change: bool) {
    let theme = Theme::of(ui);
    let number =
        |value: f32| if is_change { format!("{value:+.2}").replace('-', "−") } else { format!("{value:.2}") };
    let is_roomy = bar.width() > 120.0;
    let ends = [
        (bar.left_center(), Align2::LEFT_CENTER, theme.age),
        (bar.right_center(), Align2::RIGHT_CENTER, theme.identity),
    ];
    for (index, (at, align, colour)) in ends.into_iter().enumerate() {
        let value = number(map.range[index]);
        let text = if is_roomy { format!("{} {value}", words[index]) } else { value };
        ui.painter().text(at, align, text, Type::Caption.font(), colour);
    }
}

/// The channel gate, sorted: filled now, a dashed line at the first record.
fn channels_ui(ui: &mut Ui, place: Rect, first: &ChannelGate, now: &ChannelGate) {
    let theme = Theme::of(ui);
    let more = i64::try_from(now.to_age).unwrap_or(0) - i64::try_from(first.to_age).unwrap_or(0);
    let head = format!(
        "Channels, sorted · {} of {} mostly to age ({})",
        thousands(now.to_age as u64),
        thousands(now.count as u64),
        signed(more)
    );
    let head = cut(ui, &head, "Channels, sorted", place.width());
    ui.painter().text(
        pos2(place.left(), place.top() + 7.0),
        Align2::LEFT_CENTER,
        head,
        Type::Caption.font(),
        theme.muted,
    );
    let plot = Rect::from_min_max(pos2(place.left(), place.top() + 18.0), pos2(place.right(), place.bottom() - 26.0));
    let response = ui.interact(plot, ui.scope_id().with("channel gates"), Sense::hover());
    let said = format!("{} channel gates, sorted: {} mostly to age, at first {}", now.count, now.to_age, first.to_age);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &said));
    fill(ui, plot, &now.curve);
    let painter = ui.painter();
    painter.hline(plot.x_range(), plot.bottom(), theme.hairline());
    let half = plot.center().y;
    painter.extend(Shape::dashed_line(
        &[pos2(plot.left(), half), pos2(plot.right(), half)],
        theme.hairline(),
        3.0,
        3.0,
    ));
    painter.text(pos2(plot.left() + 4.0, half - 8.0), Align2::LEFT_CENTER, "0.5", Type::Caption.font(), theme.muted);
    painter.line(points(plot, &now.curve), Stroke::new(1.5, theme.age));
    painter.extend(Shape::dashed_line(&points(plot, &first.curve), Stroke::new(1.5, theme.text), 4.0, 3.0));
    let y = plot.bottom() + 16.0;
    let now = painter.text(pos2(plot.left() + 20.0, y), Align2::LEFT_CENTER, "now", Type::Caption.font(), theme.muted);
    painter.hline(plot.left()..=plot.left() + 14.0, y, Stroke::new(2.0, theme.age));
    let left = now.right() + GAP_M;
    let dash = [pos2(left, y), pos2(left + 14.0, y)];
    painter.extend(Shape::dashed_line(&dash, Stroke::new(1.5, theme.text), 4.0, 3.0));
    painter.text(pos2(left + 20.0, y), Align2::LEFT_CENTER, "at first", Type::Caption.font(), theme.muted);
}

fn signed(value: i64) -> String {
    match value {
        0 => "as at first".to_owned(),
        more if more > 0 => format!("+{more}"),
        less => format!("−{}", -less),
    }
}

/// The long words where they fit, else the short ones.
fn cut(ui: &Ui, long: &str, short: &str, width: f32) -> String {
    let galley = ui.painter().layout_no_wrap(long.to_owned(), Type::Caption.font(), Theme::of(ui).muted);
    if galley.size().x <= width { long.to_owned() } else { short.to_owned() }
}

fn points(plot: Rect, curve: &[f32]) -> Vec<Pos2> {
    let last = curve.len().saturating_sub(1).max(1) as f32;
    let place = |(index, share): (usize, &f32)| {
        pos2(plot.left() + plot.width() * index as f32 / last, plot.bottom() - plot.height() * share.clamp(0.0, 1.0))
    };
    curve.iter().enumerate().map(place).collect()
}

fn fill(ui: &Ui, plot: Rect, curve: &[f32]) {
    let colour = Theme::of(ui).age.gamma_multiply(0.25);
    let mut mesh = Mesh::default();
    for (index, point) in points(plot, curve).into_iter().enumerate() {
        mesh.colored_vertex(point, colour);
        mesh.colored_vertex(pos2(point.x, plot.bottom()), colour);
        if index > 0 {
            let last = index as u32 * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    ui.painter().add(mesh);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_gave_age_less_turns_to_identity() {
        let gate = ChannelGate::new(&[]);
        let first = GateRecord { step: 0, spatial: [[0.5; CELLS]; CELLS], channel: gate.clone() };
        let mut now = GateRecord { step: 9, spatial: [[0.5; CELLS]; CELLS], channel: gate };
        now.spatial[2][3] = 0.3;
        let map = change(&first, &now);
        assert!((map.values[2][3] - 0.2).abs() < 1e-6 && (map.range[1] - 0.2).abs() < 1e-6);
        assert!((spatial(&now).values[2][3] - 0.7).abs() < 1e-6);
    }
}
