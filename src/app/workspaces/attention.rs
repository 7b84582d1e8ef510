//! The Attention workspace: how the network divides one aligned face into identity and age, cell by cell and channel by
//! channel, with every number on screen.

use eframe::egui::{self, Align2, Rect, Ui, Vec2, pos2, vec2};

use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::state::{FaceEntry, SaveWhat};
use crate::app::theme::{GAP_L, GAP_M, GAP_S, ON_PHOTO, Theme, Type};
use crate::app::view::{AttentionLayer, Cells, MapScale};
use crate::app::widgets::heatmap::{Colours, Heatmap, mark};
use crate::app::widgets::{self, Weight, bar_slider, empty, gate_bars, rows, segmented, tag};
use crate::engine::AttentionMaps;
use crate::model::CELLS;
use crate::recognition::verdict::thousands;

/// Parts of the aligned crop, as rectangles in its pixels: they follow from where alignment puts the five landmarks.
const REGIONS: [(&str, &[[f32; 4]]); 5] = [
    ("Eyes", &[[24.0, 42.0, 52.0, 61.0], [60.0, 42.0, 88.0, 61.0]]),
    ("Nose", &[[45.0, 56.0, 67.0, 80.0]]),
    ("Mouth", &[[37.0, 84.0, 75.0, 102.0]]),
    ("Cheeks", &[[18.0, 64.0, 40.0, 88.0], [72.0, 64.0, 94.0, 88.0]]),
    ("Forehead", &[[30.0, 14.0, 82.0, 38.0]]),
];
const CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say what caused a \
                       match. Each cell sees more of the face than its own square.";

/// Height of the region with the channel gates, in points.
pub fn controls_height(scene: &Scene<'_>, free: Vec2) -> Option<f32> {
    scene.state.face()?.1.reading.as_ref()?;
    Some((free.y * 0.27).clamp(132.0, 240.0))
}

/// The face and the map over it.
pub fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if empty::without_face_ui(ui, scene) {
        return;
    }
    let Some((_, face)) = scene.state.face() else { return };
    let Some(reading) = &face.reading else { return empty::waiting_ui(ui, "Reading the face…") };
    let theme = Theme::of(ui);
    let free = ui.available_rect_before_wrap();
    let side = ((free.width() - GAP_L - 3.0) / 2.0).min(free.height() - 44.0).floor();
    let top = free.center().y - (side + 34.0) / 2.0;
    let left = free.center().x - side - GAP_L / 2.0;
    let plain = Rect::from_min_size(pos2(left, top).round(), vec2(side, side));
    let mapped = plain.translate(vec2(side + GAP_L + 2.0, 0.0));
    egui::Image::from_texture(&face.crop).corner_radius(4).paint_at(ui, plain);
    let corner = plain.left_bottom() + vec2(10.0, -10.0);
    tag::paint(ui, &tag::Tag::photograph(), corner, Align2::LEFT_BOTTOM, side - 20.0);
    let caption = pos2(plain.left(), plain.bottom() + 19.0);
    ui.painter().text(caption, Align2::LEFT_CENTER, "Aligned face, 112 × 112", Type::Body.font(), theme.muted);
    let channel = shown_channel(ui, scene);
    let map = heatmap(scene, &reading.attention, channel);
    if let Some(cell) = map.ui(ui, Some(face.grey_crop.id()), mapped, "Attention map") {
        mark(ui, mapped, cell, &cell_words(scene.state.view.layer, cell, map.values[cell[0]][cell[1]]));
    }
    let corner = mapped.left_bottom() + vec2(10.0, -10.0);
    let words = tag::Tag::Photograph("Photograph, in grey".to_owned());
    tag::paint(ui, &words, corner, Align2::LEFT_BOTTOM, side - 20.0);
    let (words, colours) = match scene.state.view.layer {
        AttentionLayer::Channel => (["", ""], [theme.muted, theme.identity]),
        _ => (["age", "identity"], [theme.age, theme.identity]),
    };
    let bar = Rect::from_min_size(pos2(mapped.left(), mapped.bottom() + 8.0), vec2(side, 22.0));
    map.bar_ui(ui, bar, words, colours);
    if let (AttentionLayer::Channel, None) = (scene.state.view.layer, channel) {
        let hint = "Point at a channel below";
        ui.painter().text(mapped.center(), Align2::CENTER_CENTER, hint, Type::Medium.font(), ON_PHOTO);
    }
}

/// The channel under the pointer in the bars below, else the one that was clicked. It is known one frame late, which
/// nobody sees.
fn shown_channel(ui: &Ui, scene: &Scene<'_>) -> Option<usize> {
    ui.data(|data| data.get_temp::<Option<usize>>(hover_id())).flatten().or(scene.state.view.channel)
}

fn hover_id() -> egui::Id {
    egui::Id::unique("hovered channel")
}

fn heatmap(scene: &Scene<'_>, maps: &AttentionMaps, channel: Option<usize>) -> Heatmap {
    let view = &scene.state.view;
    let (opacity, smooth) = (view.opacity, view.cells == Cells::Smooth);
    match view.layer {
        AttentionLayer::Channel => {
            let values = channel.map_or([[0.0; CELLS]; CELLS], |channel| activity(maps, channel));
            let most = values.iter().flatten().copied().fold(1e-6, f32::max);
            let range = [0.0, most];
            Heatmap { values, range, colours: Colours::Activity, opacity, smooth }
        }
        layer => {
            // The gate is the share given to age; both layers are shown as the share left to identity.
            let values = match layer {
                AttentionLayer::SpatialGate => maps.spatial_gate.map(|row| row.map(|gate| 1.0 - gate)),
                _ => maps.identity_share,
            };
            let range = match view.scale {
                MapScale::Full => [0.0, 1.0],
                MapScale::ThisFace => symmetric_range(&values),
            };
            Heatmap { values, range, colours: Colours::AgeToIdentity, opacity, smooth }
        }
    }
}

/// As far from one half as the map goes, to both sides alike: the neutral colour always means one half.
fn symmetric_range(values: &[[f32; CELLS]; CELLS]) -> [f32; 2] {
    let far = values.iter().flatten().map(|value| (value - 0.5).abs()).fold(0.02, f32::max);
    [0.5 - far, 0.5 + far]
}

fn activity(maps: &AttentionMaps, channel: usize) -> [[f32; CELLS]; CELLS] {
    let cells = maps.channel_activity.get(channel * CELLS * CELLS..(channel + 1) * CELLS * CELLS);
    let cells = cells.unwrap_or(&[0.0; CELLS * CELLS]);
    std::array::from_fn(|row| std::array::from_fn(|column| cells[row * CELLS + column]))
}

fn cell_words(layer: AttentionLayer, [row, column]: [usize; 2], value: f32) -> String {
    let name = match layer {
        AttentionLayer::IdentityShare => "identity",
        AttentionLayer::SpatialGate => "gate leaves to identity",
        AttentionLayer::Channel => "activity",
    };
    format!("row {}, column {} · {name} {value:.2}", row + 1, column + 1)
}

/// The channel gates, sorted.
pub fn controls_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(reading) = scene.state.face().and_then(|(_, face)| face.reading.as_ref()) else { return };
    let theme = Theme::of(ui);
    let gates = &reading.attention.channel_gate;
    let to_age = gates.iter().filter(|gate| **gate > 0.5).count();
    let head = format!(
        "Channel gates, sorted · {} channels · {} mostly to age",
        thousands(gates.len() as u64),
        thousands(to_age as u64)
    );
    widgets::section_ui(ui, &head);
    let order = gate_bars::sorted(gates);
    let bars = vec2(ui.available_width(), ui.available_height() - 24.0);
    let layout = egui::Layout::top_down(egui::Align::LEFT);
    let pointed =
        ui.allocate_ui_with_layout(bars, layout, |ui| gate_bars::ui(ui, gates, &order, scene.state.view.channel)).inner;
    let before = ui.data(|data| data.get_temp::<Option<usize>>(hover_id())).flatten();
    if before != pointed.hovered {
        ui.data_mut(|data| data.insert_temp(hover_id(), pointed.hovered));
        ui.ctx().request_repaint();
    }
    if let Some(channel) = pointed.clicked {
        let kept = (scene.state.view.channel != Some(channel)).then_some(channel);
        scene.commands.push(Command::SetChannel(kept));
        scene.commands.push(Command::SetLayer(AttentionLayer::Channel));
    }
    let hint = "Height is the share given to age · click a bar to see what its channel responds to";
    ui.label(Type::Note.text(hint, theme.faint));
}

/// What is shown and how, share by region, what can be taken away.
pub fn meaning_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    layer_ui(ui, scene);
    let Some((_, face)) = scene.state.face() else { return };
    widgets::divider_ui(ui);
    regions_ui(ui, face);
    widgets::divider_ui(ui);
    rows::note_ui(ui, CAUTION, Theme::of(ui).age);
    ui.add_space(GAP_M);
    if widgets::button_ui(ui, "Save picture…", Weight::Primary, face.reading.is_some()).clicked() {
        scene.commands.push(Command::Save(SaveWhat::Attention));
    }
}

fn layer_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    let view = &scene.state.view;
    widgets::section_ui(ui, "Layer");
    let choices = [
        (AttentionLayer::IdentityShare, "Identity"),
        (AttentionLayer::SpatialGate, "Spatial"),
        (AttentionLayer::Channel, "Channel"),
    ];
    scene.commands.extend(segmented::ui(ui, "Layer", view.layer, &choices).map(Command::SetLayer));
    ui.add_space(GAP_M);
    let words = match view.layer {
        AttentionLayer::IdentityShare => "Share of each cell's features that the network gives to identity.",
        AttentionLayer::SpatialGate => "What the spatial gate alone leaves to identity in each cell.",
        AttentionLayer::Channel => "Mean identity feature of one channel in each cell.",
    };
    rows::paragraph_ui(ui, words);
    ui.add_space(GAP_M);
    let shown = |value: f32| format!("{:.0} %", value * 100.0);
    let moved = bar_slider::ui(ui, "Opacity", view.opacity, 0.0..=1.0, theme.identity, shown);
    scene.commands.extend(moved.map(Command::SetOpacity));
    ui.add_space(GAP_S);
    let choices = [(Cells::Honest, "7 × 7, as computed"), (Cells::Smooth, "Smooth")];
    scene.commands.extend(segmented::ui(ui, "Cells", view.cells, &choices).map(Command::SetCells));
    ui.add_space(GAP_S + 2.0);
    if view.layer != AttentionLayer::Channel {
        let choices = [(MapScale::ThisFace, "Scale of this face"), (MapScale::Full, "0 to 1")];
        scene.commands.extend(segmented::ui(ui, "Scale", view.scale, &choices).map(Command::SetScale));
    }
}

fn regions_ui(ui: &mut Ui, face: &FaceEntry) {
    let theme = Theme::of(ui);
    widgets::section_ui(ui, "Share of identity by region");
    let Some(reading) = &face.reading else { return rows::paragraph_ui(ui, "The face is being read.") };
    let share = &reading.attention.identity_share;
    let mut regions: Vec<(&str, f32)> =
        REGIONS.iter().map(|(name, rects)| (*name, region_share(share, rects))).collect();
    regions.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, value) in regions {
        rows::bar_ui(ui, name, value, theme.identity);
    }
}

/// Mean share over rectangles of the crop, each cell weighted by the area it shares with them.
fn region_share(share: &[[f32; CELLS]; CELLS], rects: &[[f32; 4]]) -> f32 {
    let (mut sum, mut area) = (0.0, 0.0);
    for [left, top, right, bottom] in rects {
        for (row, values) in share.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let overlap = |low: f32, high: f32, index: usize| {
                    let start = index as f32 * 16.0;
                    (high.min(start + 16.0) - low.max(start)).max(0.0)
                };
                let weight = overlap(*left, *right, column) * overlap(*top, *bottom, row);
                sum += weight * value;
                area += weight;
            }
        }
    }
    sum / area.max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_weigh_cells_by_area() {
        let mut share = [[0.0; CELLS]; CELLS];
        share[0][0] = 1.0;
        assert!((region_share(&share, &[[0.0, 0.0, 32.0, 16.0]]) - 0.5).abs() < 1e-6);
        assert!((region_share(&share, &[[0.0, 0.0, 16.0, 16.0]]) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_range_keeps_one_half_in_the_middle() {
        let mut values = [[0.5; CELLS]; CELLS];
        values[1][1] = 0.8;
        let [low, high] = symmetric_range(&values);
        assert!((low - 0.2).abs() < 1e-6 && (high - 0.8).abs() < 1e-6);
    }
}
