//! The numbers of the cell under the pointer, exact, for every map on screen, and which pixels of the crop it stands for.

use eframe::egui::{self, Rect, Sense, Ui, pos2};

use super::pane::{Pane, Place, line};
use crate::app::attention::maps::{CELL_PX, signed, value_name};
use crate::app::attention::{Beside, Cells};
use crate::app::shell::Scene;
use crate::app::theme::{Theme, Type};
use crate::app::widgets::heatmap::Heatmap;
use crate::model::CROP_SIZE_PX;

/// Height of the two lines, in points.
pub const HEIGHT: f32 = 38.0;

/// Writes where the pointer is and what every map says there.
pub fn ui(ui: &mut Ui, scene: &Scene<'_>, at: Rect, panes: &[Pane], place: Option<Place>) {
    let theme = Theme::of(ui);
    let Some(place) = place else {
        let hint = "Point at a cell for its numbers · click to keep it";
        return line(ui, pos2(at.left(), at.top() + 9.0), at.width(), hint, Type::Note, theme.faint);
    };
    let [first, second] = [place_words(place), values_words(scene, panes, place)];
    let response = ui.interact(at, ui.scope_id().with("numbers"), Sense::hover());
    let words = format!("{first}: {second}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    line(ui, pos2(at.left(), at.top() + 9.0), at.width(), &second, Type::Medium, theme.text);
    line(ui, pos2(at.left(), at.top() + 28.0), at.width(), &first, Type::Note, theme.muted);
}

/// A value as it is written beside a marked cell.
pub fn short_value(map: &Heatmap, [row, column]: [usize; 2]) -> String {
    let value = map.values[row][column];
    if map.range[0] < 0.0 { signed(value, 2) } else { format!("{value:.2}") }
}

fn place_words(place: Place) -> String {
    let [row, column] = place.cell;
    let pixels = |index: usize| format!("{}–{}", index * CELL_PX, index * CELL_PX + CELL_PX - 1);
    let cell = format!("Row {}, column {} · x {}, y {} of the crop", row + 1, column + 1, pixels(column), pixels(row));
    match place.pixel {
        Some([x, y]) => format!("{cell} · pixel {x}, {y}"),
        None => cell,
    }
}

fn values_words(scene: &Scene<'_>, panes: &[Pane], place: Place) -> String {
    let view = &scene.state.view.attention;
    let is_alone = view.beside == Beside::Photograph;
    let words = panes.iter().filter_map(|pane| {
        let map = pane.map.as_ref()?;
        let name = if is_alone { value_name(view.layer) } else { &pane.short };
        let [row, column] = place.cell;
        let written = |value: f32| if map.range[0] < 0.0 { signed(value, 4) } else { format!("{value:.4}") };
        let cell = format!("{name} {}", written(map.values[row][column]));
        // Of a smooth map the pixel's own value is what is seen there.
        let pixel = place.pixel.filter(|_| view.cells == Cells::Smooth);
        Some(match pixel {
            Some(pixel) => {
                let [x, y] = pixel.map(|pixel| (pixel as f32 + 0.5) / CROP_SIZE_PX as f32);
                format!("{cell} (here {})", written(map.value_at(x, y)))
            }
            None => cell,
        })
    });
    words.collect::<Vec<_>>().join("  ·  ")
}
