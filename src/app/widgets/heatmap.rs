//! A 7×7 map over the grey aligned face: cells as computed or smooth, the cell under the pointer with its value, and the
//! colour bar with its numbers. What the numbers are is not known here.

use eframe::egui::{self, Align2, Color32, Mesh, Pos2, Rect, Sense, Stroke, StrokeKind, TextureId, Ui, pos2, vec2};

use crate::app::theme::{
    ON_HANDLE, ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, Theme, Type, diverging, sequential, signed,
};
use crate::model::CELLS;

/// Parts of a smooth map's side; colours between them are mixed by the screen.
const SMOOTH_PARTS: usize = 56;

/// A map and how it is shown.
pub struct Heatmap {
    /// 0 to 1 for each cell, rows top to bottom.
    pub values: [[f32; CELLS]; CELLS],
    /// The value at the left end of the colours and at the right.
    pub range: [f32; 2],
    /// How the value is coloured.
    pub colours: Colours,
    /// How much of the map lies over the face, 0 to 1.
    pub opacity: f32,
    /// Interpolated between the cells' middles.
    pub smooth: bool,
}

/// How values are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// The least is age, the most identity.
    AgeToIdentity,
    /// The least is identity, the most age.
    IdentityToAge,
    /// From nothing to much, neither identity nor age.
    Activity,
    /// Around zero, neither identity nor age.
    Signed,
}

impl Heatmap {
    /// The colour of a value, opaque.
    pub fn colour(&self, value: f32) -> Color32 {
        let [low, high] = self.range;
        let position = ((value - low) / (high - low).max(1e-6)).clamp(0.0, 1.0);
        match self.colours {
            Colours::AgeToIdentity => diverging(position),
            Colours::IdentityToAge => diverging(1.0 - position),
            Colours::Activity => sequential(position),
            Colours::Signed => signed(position),
        }
    }

    /// Draws the map in a square, over a face where there is one; returns the cell under the pointer, `[row, column]`.
    pub fn ui(&self, ui: &mut Ui, grey_face: Option<TextureId>, rect: Rect, name: &str) -> Option<[usize; 2]> {
        let response = ui.interact(rect, ui.scope_id().with(name), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
        self.paint(ui, grey_face, rect);
        response.hover_pos().map(|at| cell_at(rect, at))
    }

    /// Draws the map in a square, over a face where there is one.
    pub fn paint(&self, ui: &Ui, grey_face: Option<TextureId>, rect: Rect) {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        if let Some(grey_face) = grey_face {
            ui.painter().image(grey_face, rect, whole, ON_PHOTO);
        }
        if self.smooth {
            self.paint_smooth(ui, rect);
        } else {
            self.paint_cells(ui, rect);
        }
    }

    fn paint_cells(&self, ui: &Ui, rect: Rect) {
        for (row, values) in self.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let fill = self.colour(*value).gamma_multiply(self.opacity);
                ui.painter().rect_filled(cell_rect(rect, row, column), 0, fill);
            }
        }
    }

    fn paint_smooth(&self, ui: &Ui, rect: Rect) {
        let mut mesh = Mesh::default();
        let side = SMOOTH_PARTS as u32 + 1;
        for row in 0..side {
            for column in 0..side {
                let place = vec2(column as f32, row as f32) / SMOOTH_PARTS as f32;
                let colour = self.colour(self.value_at(place.x, place.y)).gamma_multiply(self.opacity);
                mesh.colored_vertex(rect.min + place * rect.size(), colour);
                if row > 0 && column > 0 {
                    let last = row * side + column;
                    mesh.add_triangle(last - side - 1, last - side, last);
                    mesh.add_triangle(last - side - 1, last, last - 1);
                }
            }
        }
        ui.painter().add(mesh);
    }

    /// Bilinear between the cells' middles, constant beyond them. Coordinates from 0 to 1.
    pub fn value_at(&self, x: f32, y: f32) -> f32 {
        let last = (CELLS - 1) as f32;
        let (x, y) = ((x * CELLS as f32 - 0.5).clamp(0.0, last), (y * CELLS as f32 - 0.5).clamp(0.0, last));
        let (column, row) = ((x as usize).min(CELLS - 2), (y as usize).min(CELLS - 2));
        let (dx, dy) = (x - column as f32, y - row as f32);
        let line = |row: usize| self.values[row][column] * (1.0 - dx) + self.values[row][column + 1] * dx;
        line(row) * (1.0 - dy) + line(row + 1) * dy
    }

    /// The values at the left and the right end of the bar: age stands at the left wherever there is age.
    fn ends(&self) -> [f32; 2] {
        let [low, high] = self.range;
        if self.colours == Colours::IdentityToAge { [high, low] } else { [low, high] }
    }

    /// Whether it shows differences.
    fn is_around_zero(&self) -> bool {
        self.range[0] < 0.0
    }

    /// The colour bar below a map, with words and numbers at its ends.
    pub fn bar_ui(&self, ui: &Ui, rect: Rect, words: [&str; 2], colours: [Color32; 2]) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let middle = rect.center().y;
        let [low, high] = self.ends();
        let number = |value: f32| if self.is_around_zero() { format!("{value:+.2}") } else { format!("{value:.2}") };
        let text = [low, high].map(|value| number(value).replace('-', "−"));
        let text = [format!("{} {}", words[0], text[0]), format!("{} {}", words[1], text[1])];
        let left =
            painter.text(pos2(rect.left(), middle), Align2::LEFT_CENTER, text[0].trim(), Type::Body.font(), colours[0]);
        let right = painter.text(
            pos2(rect.right(), middle),
            Align2::RIGHT_CENTER,
            text[1].trim(),
            Type::Body.font(),
            colours[1],
        );
        let bar = Rect::from_min_max(pos2(left.right() + 8.0, middle - 5.0), pos2(right.left() - 8.0, middle + 5.0));
        super::colour_bar(ui, bar, |share| self.colour(low + (high - low) * share));
        painter.rect_stroke(bar, 2, theme.hairline(), StrokeKind::Outside);
    }
}

/// Marks a cell and writes what it says beside it, if anything.
pub fn mark(ui: &Ui, rect: Rect, [row, column]: [usize; 2], words: &str) {
    let painter = ui.painter();
    let cell = cell_rect(rect, row, column);
    painter.rect_stroke(cell, 0, Stroke::new(1.0, ON_HANDLE), StrokeKind::Outside);
    painter.rect_stroke(cell, 0, Stroke::new(2.0, ON_PHOTO), StrokeKind::Inside);
    if words.is_empty() {
        return;
    }
    let galley = painter.layout_no_wrap(words.to_owned(), Type::Caption.font(), ON_PHOTO);
    let size = galley.size() + vec2(14.0, 10.0);
    let fits_right = cell.right() + 8.0 + size.x <= rect.right();
    let left = if fits_right { cell.right() + 8.0 } else { cell.left() - 8.0 - size.x };
    let left = left.max(rect.left() + 2.0);
    let ground = Rect::from_min_size(pos2(left, cell.top() + 4.0), size);
    painter.rect_filled(ground, RADIUS_PICTURE, ON_PHOTO_GROUND);
    painter.galley(ground.min + vec2(7.0, 5.0), galley, ON_PHOTO);
}

/// Where a cell stands in a map.
pub fn cell_rect(rect: Rect, row: usize, column: usize) -> Rect {
    let edge = |start: f32, length: f32, index: usize| (start + length * index as f32 / CELLS as f32).round();
    Rect::from_min_max(
        pos2(edge(rect.left(), rect.width(), column), edge(rect.top(), rect.height(), row)),
        pos2(edge(rect.left(), rect.width(), column + 1), edge(rect.top(), rect.height(), row + 1)),
    )
}

/// The cell at a place in a map, `[row, column]`.
pub fn cell_at(rect: Rect, at: Pos2) -> [usize; 2] {
    let place = (at - rect.min) / rect.size();
    let index = |share: f32| ((share * CELLS as f32) as usize).min(CELLS - 1);
    [index(place.y), index(place.x)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Heatmap {
        let mut values = [[0.0; CELLS]; CELLS];
        values[2][3] = 1.0;
        Heatmap { values, range: [0.0, 1.0], colours: Colours::AgeToIdentity, opacity: 1.0, smooth: true }
    }

    #[test]
    fn smooth_values_hit_the_cells_middles() {
        assert!((map().value_at(3.5 / 7.0, 2.5 / 7.0) - 1.0).abs() < 1e-5);
        assert!((map().value_at(4.0 / 7.0, 2.5 / 7.0) - 0.5).abs() < 1e-5);
        assert_eq!(map().value_at(0.0, 0.0), 0.0);
    }
}
