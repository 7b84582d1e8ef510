//! One map on screen: its head, the face under it, its label, its colour bar, and where the pointer is on it.

use eframe::egui::{self, Align2, EventFilter, Key, Rect, Response, Sense, TextureId, Ui, pos2, vec2};

use crate::app::attention::AttentionCommand;
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, RADIUS_PICTURE, Theme, Type};
use crate::app::widgets::heatmap::{Colours, Heatmap, cell_at};
use crate::app::widgets::tag::{self, Tag};
use crate::app::widgets::{self};
use crate::model::CROP_SIZE_PX;

/// Height of the head above a map, in points.
pub const HEAD: f32 = 24.0;
/// Height of the colour bar and the words below a map, in points.
pub const FOOT: f32 = 48.0;

/// One map on screen.
pub struct Pane {
    /// The words above it.
    pub head: String,
    /// What it is called before a number in the line below.
    pub short: String,
    /// The face under the map.
    pub face: Option<TextureId>,
    /// Its label.
    pub tag: Option<Tag>,
    /// The map; nothing for the plain photograph and where the face is still being read.
    pub map: Option<Heatmap>,
    /// The line below the colour bar, or what is waited for.
    pub note: String,
}

/// Where the pointer is on a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The cell, `[row, column]`.
    pub cell: [usize; 2],
    /// The pixel of the crop, `[x, y]`; nothing where the cell was kept and nothing is pointed at.
    pub pixel: Option<[usize; 2]>,
}

impl Pane {
    /// Takes pointer and keys over the map; returns where the pointer is.
    pub fn sense(&self, ui: &mut Ui, scene: &mut Scene<'_>, square: Rect, slot: usize) -> (Response, Option<Place>) {
        let response = ui.interact(square, ui.scope_id().with(("map", slot)), Sense::click());
        let kept = scene.state.view.attention.cell;
        let value = kept.zip(self.map.as_ref()).map(|([row, column], map)| {
            format!(": row {}, column {}, {:.4}", row + 1, column + 1, map.values[row][column])
        });
        let name = format!("Map of {}{}", self.head, value.unwrap_or_default());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        let place = response.hover_pos().map(|at| {
            let share = (at - square.min) / square.size();
            let pixel = |share: f32| ((share * CROP_SIZE_PX as f32) as usize).min(CROP_SIZE_PX - 1);
            Place { cell: cell_at(square, at), pixel: Some([pixel(share.x), pixel(share.y)]) }
        });
        if let Some(place) = place.filter(|_| response.clicked()) {
            let cell = (kept != Some(place.cell)).then_some(place.cell);
            scene.commands.push(Command::Attention(AttentionCommand::SetCell(cell)));
        }
        if response.has_focus() {
            keys(ui, scene, &response);
        }
        (response, place)
    }

    /// Draws everything but the marks.
    pub fn paint(&self, ui: &Ui, square: Rect, response: &Response) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        match (&self.map, self.face) {
            (Some(map), Some(face)) => map.paint(ui, Some(face), square),
            (Some(map), None) => map.paint(ui, None, square),
            (None, Some(face)) => {
                painter.image(face, square, whole, crate::app::theme::ON_PHOTO);
            }
            (None, None) => {
                painter.rect_filled(square, RADIUS_PICTURE, theme.raised);
            }
        }
        let head = pos2(square.left(), square.top() - HEAD / 2.0 - 1.0);
        line(ui, head, square.width(), &self.head, Type::Medium, theme.text);
        if let Some(tag) = &self.tag {
            let corner = square.left_bottom() + vec2(GAP_S, -GAP_S);
            tag::paint(ui, tag, corner, Align2::LEFT_BOTTOM, square.width() - 2.0 * GAP_S);
        }
        let note = pos2(square.left(), square.bottom() + 38.0);
        match &self.map {
            Some(map) => {
                let bar = Rect::from_min_size(pos2(square.left(), square.bottom() + 7.0), vec2(square.width(), 20.0));
                let (words, colours) = ends(map, theme);
                let words = if square.width() < 220.0 { ["", ""] } else { words };
                map.bar_ui(ui, bar, words, colours);
                line(ui, note, square.width(), &self.note, Type::Caption, theme.muted);
            }
            None => {
                let at = pos2(square.left(), square.bottom() + 17.0);
                line(ui, at, square.width(), &self.note, Type::Caption, theme.muted);
            }
        }
        widgets::focus_ring(ui, response, RADIUS_PICTURE);
    }
}

/// What stands at the ends of the colour bar.
fn ends(map: &Heatmap, theme: &Theme) -> ([&'static str; 2], [egui::Color32; 2]) {
    match map.colours {
        Colours::AgeToIdentity | Colours::IdentityToAge => (["age", "identity"], [theme.age, theme.identity]),
        Colours::Activity | Colours::Signed => (["", ""], [theme.muted, theme.muted]),
    }
}

/// Arrows move the kept cell.
fn keys(ui: &Ui, scene: &mut Scene<'_>, response: &Response) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let steps =
        [(Key::ArrowUp, [-1, 0]), (Key::ArrowDown, [1, 0]), (Key::ArrowLeft, [0, -1]), (Key::ArrowRight, [0, 1])];
    for (key, step) in steps {
        if ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key)) {
            scene.commands.push(Command::Attention(AttentionCommand::MoveCell(step)));
        }
    }
}

/// A line of text that is cut where its room ends.
pub fn line(ui: &Ui, left_middle: egui::Pos2, width: f32, text: &str, kind: Type, colour: egui::Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), kind.font(), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(left_middle - vec2(0.0, galley.size().y / 2.0), galley, colour);
}
