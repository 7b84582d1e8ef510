//! The photos as one list: only rows in sight are laid out, however many there are. The list is one stop of the Tab key;
//! arrows, Page Up and Down, Home and End move through it.

use std::ops::Range;

use eframe::egui::{self, EventFilter, Id, Key, Modifiers, Rect, Sense, Ui, pos2, vec2};

use super::{faces, row};
use crate::app::commands::Command;
use crate::app::shell::Scene;
use crate::app::theme::{GAP_S, RADIUS_ROW};
use crate::app::tray::TrayCommand;
use crate::app::view::Workspace;
use crate::engine::{FaceId, PhotoId};

/// From one row to the next, in points.
const PITCH: f32 = row::HEIGHT + 2.0;

/// Where rows are, measured from the top of the list.
pub struct Layout {
    rows: usize,
    /// The row of the photo looked at, its faces, and how high they are.
    opened: Option<(usize, Vec<FaceId>, f32)>,
}

impl Layout {
    /// Of the photos listed now, in a list this wide.
    pub fn of(scene: &Scene<'_>, width: f32) -> Self {
        let (state, tray) = (scene.state, &scene.state.tray);
        let opened = state.document.photo.and_then(|photo| {
            let at = tray.rows.position(&tray.index, photo)?.ok()?;
            let faces = state.faces_of(photo);
            let height = faces::height(faces.len(), width);
            Some((at, faces, height))
        });
        Self { rows: tray.rows.photos().len(), opened }
    }

    /// Height of the whole list, in points.
    pub fn height(&self) -> f32 {
        self.rows as f32 * PITCH + self.opened.as_ref().map_or(0.0, |(.., height)| *height)
    }

    /// Upper edge of a row, in points.
    fn top(&self, row: usize) -> f32 {
        let opened = self.opened.as_ref().filter(|(at, ..)| *at < row).map_or(0.0, |(.., height)| *height);
        row as f32 * PITCH + opened
    }

    /// The rows between two heights.
    fn rows_in(&self, top: f32, bottom: f32) -> Range<usize> {
        let at = |y: f32| {
            let (row, height) = self.opened.as_ref().map_or((usize::MAX, 0.0), |(at, _, height)| (*at, *height));
            let plain = (y / PITCH).max(0.0) as usize;
            if plain <= row { plain } else { row.max(((y - height) / PITCH).max(0.0) as usize) }
        };
        at(top).min(self.rows)..(at(bottom) + 1).min(self.rows)
    }
}

/// Draws the rows in sight at the top of what is free; `viewport` is the part of the content that is seen.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, layout: &Layout, viewport: Rect) {
    let place = ui.max_rect();
    let seen = ui.clip_rect();
    let has_focus = focus_ui(ui, scene, seen);
    let rows = layout.rows_in(viewport.top(), viewport.bottom());
    let photos: Vec<PhotoId> = scene.state.tray.rows.photos().get(rows.clone()).unwrap_or_default().to_vec();
    if scene.state.tray.in_sight != rows {
        scene.commands.push(TrayCommand::InSight(rows.clone()).into());
    }
    let pair = if scene.state.view.workspace == Workspace::Compare { scene.state.pair() } else { [None; 2] };
    let photo_of = |face: FaceId| scene.state.library.faces.get(&face).map(|entry| entry.photo);
    let pair = pair.map(|face| face.and_then(photo_of));
    let at = |row: usize| {
        Rect::from_min_size(pos2(place.left(), place.top() + layout.top(row)), vec2(place.width(), row::HEIGHT))
    };
    for (row, photo) in rows.zip(photos) {
        let letters = match pair.map(|letter| letter == Some(photo)) {
            [true, true] => "A B",
            [true, false] => "A",
            [false, true] => "B",
            _ => "",
        };
        row::ui(ui, scene, photo, at(row), letters, has_focus);
    }
    if let Some((row, photo_faces, height)) = &layout.opened {
        let below = at(*row).translate(vec2(0.0, PITCH));
        faces::ui(ui, scene, photo_faces, Rect::from_min_size(below.min, vec2(place.width(), *height)));
        follow(ui, scene, at(*row).with_max_y(below.top() + height.min(seen.height() - PITCH)));
    }
    // The gap below the last row is the layout's own.
    let height = (layout.height() - (PITCH - row::HEIGHT)).max(0.0);
    ui.advance_cursor_after_rect(Rect::from_min_size(place.min, vec2(place.width(), height)));
}

/// Scrolls to the photo looked at when it is another than before.
fn follow(ui: &Ui, scene: &Scene<'_>, rect: Rect) {
    let (id, photo) = (ui.scope_id().with("followed"), scene.state.document.photo);
    let before: Option<Option<PhotoId>> = ui.data(|data| data.get_temp(id));
    if before != Some(photo) {
        ui.data_mut(|data| data.insert_temp(id, photo));
        if before.is_some() {
            ui.scroll_to_rect(rect.expand2(vec2(0.0, GAP_S)), None);
        }
    }
}

/// The list as one control with the keyboard's focus; true while it has it.
fn focus_ui(ui: &mut Ui, scene: &mut Scene<'_>, seen: Rect) -> bool {
    let response = ui.interact(seen, Id::unique("photos in the tray"), Sense::FOCUSABLE);
    let enabled = !scene.state.tray.rows.photos().is_empty();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListBox, enabled, "Photos in the tray"));
    if !response.has_focus() {
        return false;
    }
    let arrows = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    if scene.state.document.photo.is_none() {
        super::super::focus_ring(ui, &response, RADIUS_ROW);
    }
    let page = ((seen.height() / PITCH) as isize - 1).max(1);
    scene.commands.extend(keys(ui, page));
    true
}

/// What the keys ask for that move through the list.
pub fn keys(ui: &Ui, page: isize) -> Option<Command> {
    let steps = [(Key::ArrowDown, 1), (Key::ArrowUp, -1), (Key::PageDown, page), (Key::PageUp, -page)];
    let times = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key) as isize);
    let moved: isize = steps.into_iter().map(|(key, rows)| times(key) * rows).sum();
    if moved != 0 {
        return Some(TrayCommand::Step(moved).into());
    }
    let press = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if press(Key::Home) {
        return Some(TrayCommand::First.into());
    }
    press(Key::End).then(|| TrayCommand::Last.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_sight_are_found_above_and_below_the_opened_one() {
        let plain = Layout { rows: 5000, opened: None };
        assert_eq!(plain.rows_in(0.0, 500.0), 0..9);
        assert_eq!(plain.rows_in(PITCH * 4990.0, PITCH * 4990.0 + 900.0), 4990..5000);
        let opened = Layout { rows: 5000, opened: Some((2, Vec::new(), 1000.0)) };
        assert_eq!(opened.height(), 5000.0 * PITCH + 1000.0);
        assert_eq!(opened.rows_in(0.0, 500.0), 0..3, "its faces fill the rest");
        assert_eq!(opened.rows_in(600.0, 900.0), 2..3, "between its faces");
        let below = opened.top(3);
        assert_eq!(opened.rows_in(below, below + 1.0), 3..4);
        for row in [0, 2, 3, 100, 4999] {
            assert!(opened.rows_in(opened.top(row), opened.top(row) + 1.0).contains(&row));
        }
    }
}
