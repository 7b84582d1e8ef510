//! The matrix of scores as a heat map: rows are face A, columns face B, the photographs first, then the seven synthetic
//! ages. The best pair is outlined; a click or Enter opens a pair.

use eframe::egui::{
    self, Align2, Color32, EventFilter, Id, Key, Modifiers, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::{meaning_ages, signed};
use crate::app::commands::Command;
use crate::app::compare::{CompareCommand, CompareMode, MatrixValues, Shown};
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, Theme, Type};
use crate::app::widgets;
use crate::recognition::SimilarityMatrix;

/// Room for the ages of A at the left and of B above, in points.
const LEFT: f32 = 76.0;
const ABOVE: f32 = 46.0;
/// Room for the colours' scale below.
const BELOW: f32 = 54.0;
/// Between the photographs and the synthetic ages.
const APART: f32 = 8.0;
const LARGEST_CELL: f32 = 62.0;
/// Room for the words above and below the small matrix.
pub const SMALL_WORDS: f32 = 46.0;

/// Where everything is.
struct Layout {
    origin: Pos2,
    cell: f32,
    columns: usize,
    rows: usize,
    /// Between the photographs and the synthetic ages.
    apart: f32,
}

impl Layout {
    fn within(area: Rect, [rows, columns]: [usize; 2]) -> Self {
        let across = (area.width() - LEFT - APART) / columns as f32;
        let down = (area.height() - ABOVE - BELOW - APART) / rows as f32;
        let cell = across.min(down).clamp(18.0, LARGEST_CELL).floor();
        let size = vec2(LEFT + APART + cell * columns as f32, ABOVE + APART + BELOW + cell * rows as f32);
        let corner = area.center() - size / 2.0;
        let origin = pos2((corner.x + LEFT).round(), (corner.y.max(area.top()) + ABOVE).round());
        Self { origin, cell, columns, rows, apart: APART }
    }

    /// Where a row or column begins: the first is the photograph, which stands apart.
    fn offset(&self, index: usize) -> f32 {
        self.cell * index as f32 + if index == 0 { 0.0 } else { self.apart }
    }

    fn cell(&self, [row, column]: [usize; 2]) -> Rect {
        let corner = self.origin + vec2(self.offset(column), self.offset(row));
        Rect::from_min_size(corner, vec2(self.cell - 1.0, self.cell - 1.0))
    }

    fn whole(&self) -> Rect {
        let far = self.origin + vec2(self.offset(self.columns), self.offset(self.rows));
        Rect::from_min_max(self.origin, far - vec2(1.0, 1.0))
    }
}

/// Draws the matrix.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, matrix: &SimilarityMatrix, area: Rect) {
    let layout = Layout::within(area, matrix.size());
    let kind = scene.state.view.compare.matrix;
    let range = shown_range(matrix, kind);
    heads(ui, scene, &layout);
    let current = grid_keys_ui(ui, scene, &layout, matrix);
    let best = matrix.best();
    for row in 0..layout.rows {
        for column in 0..layout.columns {
            cell_ui(ui, scene, &layout, matrix, [row, column], range);
        }
    }
    let theme = Theme::of(ui);
    if let Some(best) = best {
        let stroke = Stroke::new(2.0, theme.text);
        ui.painter().rect_stroke(layout.cell(best), 3, stroke, StrokeKind::Outside);
    }
    if let Some(current) = current {
        let stroke = Stroke::new(2.0, theme.focus);
        ui.painter().rect_stroke(layout.cell(current).expand(2.0), 4, stroke, StrokeKind::Outside);
    }
    scale(ui, &layout, range, kind);
}

/// The values at the ends of the colours; 0 is always among those that are held against a threshold.
fn shown_range(matrix: &SimilarityMatrix, kind: MatrixValues) -> [f32; 2] {
    let [low, high] = matrix.range();
    match kind {
        MatrixValues::Cosine => [low, high.max(low + 0.01)],
        MatrixValues::AboveThreshold => [low.min(0.0), high.max(0.01)],
    }
}

/// A value of the matrix as it is written: what is held against a threshold always has its sign.
pub fn written(value: f32, kind: MatrixValues) -> String {
    let text = signed(value);
    if kind == MatrixValues::AboveThreshold && !text.starts_with('−') { format!("+{text}") } else { text }
}

/// More of identity's colour the higher; what lies below a threshold takes that of different people.
fn colour(theme: &Theme, value: f32, [low, high]: [f32; 2], kind: MatrixValues) -> Color32 {
    match kind {
        MatrixValues::Cosine => {
            let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
            theme.raised.lerp_to_gamma(theme.identity, share)
        }
        MatrixValues::AboveThreshold if value < 0.0 => {
            theme.raised.lerp_to_gamma(theme.impostor, (value / low).clamp(0.0, 1.0) * 0.8)
        }
        MatrixValues::AboveThreshold => theme.raised.lerp_to_gamma(theme.identity, (value / high).clamp(0.0, 1.0)),
    }
}

/// Black or white text, whichever is farther from the ground.
fn writing(theme: &Theme, ground: Color32) -> Color32 {
    let light =
        |colour: Color32| f32::from(colour.r()) * 0.3 + f32::from(colour.g()) * 0.59 + f32::from(colour.b()) * 0.11;
    let distance = |colour: Color32| (light(colour) - light(ground)).abs();
    if distance(theme.text) >= distance(theme.on_identity) { theme.text } else { theme.on_identity }
}

fn cell_ui(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    layout: &Layout,
    matrix: &SimilarityMatrix,
    cell: [usize; 2],
    range: [f32; 2],
) {
    let theme = Theme::of(ui);
    let Some(value) = matrix.at(cell) else { return };
    let rect = layout.cell(cell);
    // Reached by the grid's own keys: sixty-four stops for Tab would be too many.
    let response = ui.interact(rect, Id::unique(("same age", cell)), Sense::CLICK);
    let words = meaning_ages::names(scene, cell);
    let kind = scene.state.view.compare.matrix;
    let text = written(value, kind);
    let name = format!("A {}, B {}: {text}", words[0], words[1]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let ground = colour(theme, value, range, kind);
    ui.painter().rect_filled(rect, 3, ground);
    if layout.cell >= 34.0 {
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, Type::Caption.font(), writing(theme, ground));
    }
    if response.hovered() {
        ui.painter().rect_stroke(rect, 3, Stroke::new(1.0, theme.text), StrokeKind::Inside);
    }
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(&name).clicked() {
        open(scene, cell);
    }
}

fn open(scene: &mut Scene<'_>, cell: [usize; 2]) {
    let all = Shown::all();
    scene.commands.push(Command::Compare(CompareCommand::OpenPair(Some(cell.map(|index| all[index])))));
}

/// The whole grid takes the focus once; arrows go from cell to cell, Enter opens. Returns the cell the keys are at.
fn grid_keys_ui(ui: &mut Ui, scene: &mut Scene<'_>, layout: &Layout, matrix: &SimilarityMatrix) -> Option<[usize; 2]> {
    let id = Id::unique("same age grid");
    let response = ui.interact(layout.whole(), id, Sense::click());
    let at = ui.data(|data| data.get_temp::<[usize; 2]>(id)).or(matrix.best()).unwrap_or([0, 0]);
    let at = [at[0].min(layout.rows - 1), at[1].min(layout.columns - 1)];
    let words = meaning_ages::names(scene, at);
    let value = matrix.at(at).map(|value| written(value, scene.state.view.compare.matrix)).unwrap_or_default();
    let name = format!("Scores at every age, at A {}, B {}: {value}", words[0], words[1]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let [mut row, mut column] = at;
    row = if pressed(Key::ArrowUp) { row.saturating_sub(1) } else { row };
    row = if pressed(Key::ArrowDown) { (row + 1).min(layout.rows - 1) } else { row };
    column = if pressed(Key::ArrowLeft) { column.saturating_sub(1) } else { column };
    column = if pressed(Key::ArrowRight) { (column + 1).min(layout.columns - 1) } else { column };
    if pressed(Key::Enter) || pressed(Key::Space) {
        open(scene, [row, column]);
    }
    ui.data_mut(|data| data.insert_temp(id, [row, column]));
    widgets::focus_ring(ui, &response, 4);
    Some([row, column])
}

/// The matrix without numbers beside the distributions, with its best pair in words; a click shows it large.
pub fn small_ui(ui: &mut Ui, scene: &mut Scene<'_>, scores: &SimilarityMatrix, area: Rect) {
    let theme = Theme::of(ui);
    let kind = scene.state.view.compare.matrix;
    let side = (area.height() - SMALL_WORDS).min(area.width());
    let cell = ((side - 3.0) / scores.size()[0].max(1) as f32).floor();
    let [rows, columns] = scores.size();
    let layout = Layout { origin: pos2(area.left(), area.top() + 24.0), cell, columns, rows, apart: 3.0 };
    let response = ui.interact(area, Id::unique("small same age"), Sense::click());
    let words = scores.best().map(|best| {
        let names = meaning_ages::names(scene, best);
        let short = names.map(|name| name.replace("at ", "").replace("as photographed", "photo"));
        let value = scores.at(best).map(signed_as(kind)).unwrap_or_default();
        let made = if best == [0, 0] { "" } else { " · synthetic" };
        format!("Best {} / {} · {value}{made}", short[0], short[1])
    });
    let words = words.unwrap_or_default();
    let name = format!("Both made the same age. {words}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let range = shown_range(scores, kind);
    let painter = ui.painter();
    let head = pos2(area.left(), area.top() + 8.0);
    painter.text(head, Align2::LEFT_CENTER, "Both made the same age", Type::Section.font(), theme.muted);
    for row in 0..rows {
        for column in 0..columns {
            let value = scores.at([row, column]).unwrap_or_default();
            painter.rect_filled(layout.cell([row, column]), 1, colour(theme, value, range, kind));
        }
    }
    if let Some(best) = scores.best() {
        painter.rect_stroke(layout.cell(best), 1, Stroke::new(1.5, theme.text), StrokeKind::Outside);
    }
    let below = pos2(area.left(), layout.whole().bottom() + 11.0);
    let ink = if response.hovered() { theme.text } else { theme.muted };
    painter.text(below, Align2::LEFT_CENTER, words, Type::Caption.font(), ink);
    widgets::focus_ring(ui, &response, 4);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        scene.commands.push(Command::Compare(CompareCommand::Show(CompareMode::Ages)));
    }
}

fn signed_as(kind: MatrixValues) -> impl Fn(f32) -> String {
    move |value| written(value, kind)
}

/// Which ages rows and columns are.
fn heads(ui: &Ui, scene: &Scene<'_>, layout: &Layout) {
    let theme = Theme::of(ui);
    let years = scene.state.anchors_years();
    let painter = ui.painter();
    for index in 0..layout.columns.max(layout.rows) {
        let (text, colour) = match index.checked_sub(1).and_then(|anchor| years.get(anchor)) {
            None => ("Photo".to_owned(), theme.text),
            Some(years) => (format!("{years:.0}"), theme.synthetic),
        };
        let middle = layout.offset(index) + layout.cell / 2.0;
        let above = pos2(layout.origin.x + middle, layout.origin.y - 12.0);
        painter.text(above, Align2::CENTER_CENTER, &text, Type::Caption.font(), colour);
        let left = pos2(layout.origin.x - GAP_S, layout.origin.y + middle);
        painter.text(left, Align2::RIGHT_CENTER, &text, Type::Caption.font(), colour);
    }
    let top = layout.origin.y - 32.0;
    let synthetic = layout.origin.x + layout.offset(1);
    painter.text(pos2(layout.origin.x, top), Align2::LEFT_CENTER, "B", Type::Section.font(), theme.muted);
    let words = "Synthetic, at these ages";
    painter.text(pos2(synthetic, top), Align2::LEFT_CENTER, words, Type::Section.font(), theme.synthetic);
    let a = pos2(layout.origin.x - LEFT + 14.0, layout.origin.y + layout.cell / 2.0);
    painter.text(a, Align2::LEFT_CENTER, "A", Type::Section.font(), theme.muted);
}

/// The colours with their numbers.
fn scale(ui: &Ui, layout: &Layout, range: [f32; 2], kind: MatrixValues) {
    let theme = Theme::of(ui);
    let whole = layout.whole();
    let bar = Rect::from_min_size(pos2(whole.left(), whole.bottom() + 16.0), vec2(whole.width(), 8.0));
    widgets::colour_bar(ui, bar, |share| colour(theme, range[0] + (range[1] - range[0]) * share, range, kind));
    let below = bar.bottom() + 14.0;
    let (font, muted) = (Type::Caption.font(), theme.muted);
    let painter = ui.painter();
    painter.text(pos2(bar.left(), below), Align2::LEFT_CENTER, written(range[0], kind), font.clone(), muted);
    painter.text(pos2(bar.right(), below), Align2::RIGHT_CENTER, written(range[1], kind), font.clone(), muted);
    let words = match kind {
        MatrixValues::Cosine => "cosine",
        MatrixValues::AboveThreshold => "cosine minus the threshold of the two ages",
    };
    painter.text(pos2(bar.center().x, below), Align2::CENTER_CENTER, words, font, muted);
}
