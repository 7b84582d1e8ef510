//! All channels as small maps: in an order, searched by number, moved through by key. Only the rows in sight are drawn.

use eframe::egui::{
    self, Align2, EventFilter, Key, Margin, Mesh, Modifiers, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind,
    TextEdit, Ui, pos2, vec2,
};

use super::pane::line;
use crate::app::attention::{AttentionCommand, ChannelOrder, MapScale, channels, maps};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_M, GAP_S, RADIUS_CONTROL, RADIUS_PICTURE, Theme, Type, sequential};
use crate::app::widgets::heatmap::cell_rect;
use crate::app::widgets::segmented;
use crate::engine::AttentionMaps;
use crate::recognition::verdict::thousands;

/// Side of a small map, in points.
const SIDE: f32 = 72.0;
/// Around all of them, so that marks and focus have room.
const PADDING: f32 = 6.0;
/// From one to the next, to the right and down.
const STEP: egui::Vec2 = vec2(SIDE + 12.0, SIDE + 30.0);

/// Draws search, order and the small maps.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, maps: &AttentionMaps) {
    let view = &scene.state.view.attention;
    let offered = channels::offered(maps, view.order, &view.search);
    ui.spacing_mut().item_spacing.y = GAP_S;
    head_ui(ui, scene, offered.len(), maps.channel_gate.len());
    if offered.is_empty() {
        let words = "No channel has such a number. Search for numbers, such as 12, or a range, such as 100-120.";
        return crate::app::widgets::rows::paragraph_ui(ui, words);
    }
    rows_ui(ui, scene, maps, &offered);
}

fn head_ui(ui: &mut Ui, scene: &mut Scene<'_>, offered: usize, all: usize) {
    let theme = Theme::of(ui);
    let view = &scene.state.view.attention;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_M;
        let mut typed = view.search.clone();
        let field = TextEdit::singleline(&mut typed)
            .hint_text("12 or 100-120")
            .desired_width(118.0)
            .margin(Margin::symmetric(GAP_S as i8, 7));
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search channels by number"));
        if typed != view.search {
            scene.commands.push(Command::Attention(AttentionCommand::Search(typed)));
        }
        ui.allocate_ui(vec2((ui.available_width() - 110.0).clamp(190.0, 250.0), 30.0), |ui| {
            let choices = [
                (ChannelOrder::Gate, "By gate"),
                (ChannelOrder::Response, "Strength"),
                (ChannelOrder::Network, "Number"),
            ];
            let chosen = segmented::ui(ui, "Order", view.order, &choices);
            scene.commands.extend(chosen.map(AttentionCommand::SetOrder).map(Command::Attention));
        });
        let words = if offered == all {
            format!("{} channels", thousands(all as u64))
        } else {
            format!("{} of {}", thousands(offered as u64), thousands(all as u64))
        };
        ui.add(egui::Label::new(Type::Note.text(words, theme.muted)).truncate());
    });
}

fn rows_ui(ui: &mut Ui, scene: &mut Scene<'_>, maps: &AttentionMaps, offered: &[usize]) {
    let width = ui.available_width() - 10.0 - 2.0 * PADDING;
    let columns = ((width + 12.0) / STEP.x).floor().max(1.0) as usize;
    let step = vec2((width + 12.0) / columns as f32, STEP.y);
    let rows = offered.len().div_ceil(columns);
    let kept = scene.state.view.attention.channel;
    let place = kept.and_then(|kept| offered.iter().position(|channel| *channel == kept));
    let view = &scene.state.view.attention;
    let strongest = if view.scale == MapScale::Full { Some(maps::strongest([maps])) } else { None };
    let memory = ui.scope_id().with("channels seen");
    let mut area = ScrollArea::vertical().auto_shrink(false);
    if let Some(offset) = place.and_then(|place| offset_to_see(ui, memory, kept, place / columns)) {
        area = area.vertical_scroll_offset(offset);
    }
    let shown = area.show_viewport(ui, |ui, seen| {
        ui.set_height(rows as f32 * step.y + PADDING);
        let whole = ui.max_rect();
        let response =
            ui.interact(seen.translate(whole.min.to_vec2()), memory.with("keys"), Sense::focusable_noninteractive());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Grid, true, "All channels"));
        keys(ui, scene, &response, columns);
        let first = (seen.top() / step.y).floor().max(0.0) as usize;
        let last = ((seen.bottom() / step.y).ceil() as usize).min(rows);
        let in_sight = offered.iter().enumerate().take(last * columns).skip(first * columns);
        for (place, channel) in in_sight {
            let at = whole.min + vec2((place % columns) as f32 * step.x, (place / columns) as f32 * step.y);
            let square = Rect::from_min_size(at.round() + vec2(PADDING, PADDING), vec2(SIDE, SIDE));
            if thumbnail_ui(ui, scene, maps, *channel, square, strongest) {
                response.request_focus();
            }
        }
        if response.has_focus() {
            let at = seen.translate(whole.min.to_vec2()).shrink(1.0);
            ui.painter().rect_stroke(at, RADIUS_CONTROL, Stroke::new(2.0, Theme::of(ui).focus), StrokeKind::Inside);
        }
    });
    let seen = (kept, shown.state.clamped_offset().y, shown.inner_rect.height());
    ui.data_mut(|data| data.insert_temp(memory, seen));
}

/// Where to scroll so that a channel that was just kept can be seen; nothing where it can be, or was kept before.
fn offset_to_see(ui: &Ui, memory: egui::Id, kept: Option<usize>, row: usize) -> Option<f32> {
    type Seen = (Option<usize>, f32, f32);
    let (before, offset, height) = ui.data(|data| data.get_temp::<Seen>(memory)).unwrap_or((None, 0.0, 300.0));
    let (top, bottom) = (row as f32 * STEP.y, (row + 1) as f32 * STEP.y);
    if before == kept || (top >= offset && bottom <= offset + height) {
        return None;
    }
    Some(if top < offset { top } else { bottom - height }.max(0.0))
}

/// Arrows move through the channels, Enter looks at the one that is kept.
fn keys(ui: &Ui, scene: &mut Scene<'_>, response: &Response, columns: usize) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let row = columns as i64;
    let steps = [(Key::ArrowRight, 1), (Key::ArrowLeft, -1), (Key::ArrowDown, row), (Key::ArrowUp, -row)];
    for (key, places) in steps {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            scene.commands.push(Command::Attention(AttentionCommand::MoveChannel(places)));
        }
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        scene.commands.push(Command::Attention(AttentionCommand::SetBrowsing(false)));
    }
}

/// One channel; true when it was clicked.
fn thumbnail_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    maps: &AttentionMaps,
    channel: usize,
    square: Rect,
    strongest: Option<f32>,
) -> bool {
    let theme = Theme::of(ui);
    let gate = maps.channel_gate[channel];
    let is_kept = scene.state.view.attention.channel == Some(channel);
    let whole = square.with_max_y(square.bottom() + 18.0);
    let response = ui.interact(whole, ui.scope_id().with(("channel", channel)), Sense::CLICK);
    let name = format!("Channel {channel}, gate {gate:.2}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_kept, &name));
    ui.painter().add(small_map(square, &maps.activity(channel), strongest));
    let ring = match (is_kept, response.hovered()) {
        (true, _) => Some(theme.text),
        (false, true) => Some(theme.faint),
        _ => None,
    };
    if let Some(colour) = ring {
        let stroke = Stroke::new(2.0, colour);
        ui.painter().rect_stroke(square.expand(1.0), RADIUS_PICTURE, stroke, StrokeKind::Outside);
    }
    let y = square.bottom() + 10.0;
    let colour = if is_kept { theme.text } else { theme.muted };
    line(ui, pos2(square.left(), y), square.width() * 0.6, &channel.to_string(), Type::Caption, colour);
    let colour = if gate > 0.5 { theme.age } else { theme.muted };
    let at = pos2(square.right(), y);
    ui.painter().text(at, Align2::RIGHT_CENTER, format!("{gate:.2}"), Type::Caption.font(), colour);
    if response.double_clicked() {
        scene.commands.push(Command::Attention(AttentionCommand::SetBrowsing(false)));
    } else if response.clicked() {
        scene.commands.push(Command::Attention(AttentionCommand::SetChannel(Some(channel))));
    }
    response.clicked()
}

fn small_map(square: Rect, values: &maps::CellMap, strongest: Option<f32>) -> Mesh {
    let most = strongest.unwrap_or_else(|| values.iter().flatten().copied().fold(0.0, f32::max));
    let mut mesh = Mesh::default();
    for (row, values) in values.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let share = value / most.max(f32::MIN_POSITIVE);
            mesh.add_colored_rect(cell_rect(square, row, column), sequential(share));
        }
    }
    mesh
}
