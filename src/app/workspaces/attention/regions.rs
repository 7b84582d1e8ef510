//! Parts of the face as bars: share of identity or age, or how strong their features are; of two faces one below the
//! other.

use eframe::egui::{self, Align2, Color32, Rect, Sense, Ui, pos2, vec2};

use crate::app::attention::shown::{self, Shown};
use crate::app::attention::{AttentionCommand, RegionMeasure};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, Theme, Type};
use crate::app::widgets::{self, rows, segmented};
use crate::engine::RegionReading;

/// Draws choice and bars.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    widgets::section_ui(ui, "By region of the face");
    let measure = scene.state.view.attention.measure;
    let choices =
        [(RegionMeasure::Identity, "Identity"), (RegionMeasure::Age, "Age"), (RegionMeasure::Energy, "Energy")];
    let chosen = segmented::ui(ui, "Regions", measure, &choices);
    scene.commands.extend(chosen.map(AttentionCommand::SetMeasure).map(Command::Attention));
    ui.add_space(GAP_S);
    let faces = shown::shown(scene.state);
    let read: Vec<(&Shown<'_>, [RegionReading; 5])> =
        faces.iter().filter_map(|face| face.reading.map(|reading| (face, reading.attention.regions()))).collect();
    let Some((_, first)) = read.first() else { return rows::paragraph_ui(ui, "The face is being read.") };
    let mut order = [0, 1, 2, 3, 4];
    order.sort_by(|a, b| amount(&first[*b], measure).total_cmp(&amount(&first[*a], measure)));
    let most = read.iter().flat_map(|(_, regions)| regions).map(|region| region.energy).fold(1.0, f32::max);
    for index in order {
        region_ui(ui, &read, index, measure, most);
    }
    if measure == RegionMeasure::Energy {
        let words = "Strength of the features for their area; the mean of the whole face is 1. Teal is identity's part, \
                     amber age's.";
        ui.add_space(GAP_S);
        rows::paragraph_ui(ui, words);
    }
}

/// The number of a region.
fn amount(region: &RegionReading, measure: RegionMeasure) -> f32 {
    match measure {
        RegionMeasure::Identity => region.identity_share,
        RegionMeasure::Age => region.age_share(),
        RegionMeasure::Energy => region.energy,
    }
}

/// One region of every face that was read: its name, the numbers, a bar each.
fn region_ui(ui: &mut Ui, read: &[(&Shown<'_>, [RegionReading; 5])], index: usize, measure: RegionMeasure, most: f32) {
    let theme = Theme::of(ui);
    let height = 24.0 + 6.0 * read.len() as f32;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let label = read[0].1[index].region.label();
    let numbers: Vec<String> =
        read.iter().map(|(_, regions)| format!("{:.2}", amount(&regions[index], measure))).collect();
    let numbers = numbers.join("  ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{label}: {numbers}")));
    let middle = rect.top() + 10.0;
    let painter = ui.painter();
    painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, label, Type::Body.font(), theme.muted);
    painter.text(pos2(rect.right(), middle), Align2::RIGHT_CENTER, &numbers, Type::Body.font(), theme.text);
    for (place, (_, regions)) in read.iter().enumerate() {
        let top = rect.top() + 23.0 + 6.0 * place as f32;
        let rail = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), top + 3.0));
        // The second face's bars are paler.
        let strength = if place == 0 { 1.0 } else { 0.6 };
        bar(ui, rail, &regions[index], measure, most, strength);
    }
    let names = read.iter().map(|(face, _)| face.title.as_str()).collect::<Vec<_>>().join(", then ");
    response.on_hover_text(names);
}

fn bar(ui: &Ui, rail: Rect, region: &RegionReading, measure: RegionMeasure, most: f32, strength: f32) {
    let theme = Theme::of(ui);
    let paler = |colour: Color32| theme.panel.lerp_to_gamma(colour, strength);
    match measure {
        RegionMeasure::Identity => rows::thin_bar(ui, rail, region.identity_share, paler(theme.identity)),
        RegionMeasure::Age => rows::thin_bar(ui, rail, region.age_share(), paler(theme.age)),
        RegionMeasure::Energy => {
            rows::thin_bar(ui, rail, region.energy / most, paler(theme.age));
            let identity = region.energy / most * region.identity_share;
            let filled = rail.with_max_x(rail.left() + rail.width() * identity.clamp(0.0, 1.0));
            ui.painter().rect_filled(filled, 2, paler(theme.identity));
        }
    }
}
