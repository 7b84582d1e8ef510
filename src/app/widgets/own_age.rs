//! The mark of a person's own age on the age slider: where the network estimates it, with its doubt, or where somebody
//! stated it. Dragging the mark states the age; a double-click, or dragging it back, takes the estimate again.

use eframe::egui::{self, CursorIcon, EventFilter, Key, Rect, Response, Sense, Stroke, Ui, pos2, vec2};

use super::age_slider::Rail;
use crate::aging::MAX_AGE_YEARS;
use crate::app::queries::OwnAge;
use crate::app::theme::{Theme, Type};

/// Nearer than this to the estimate the mark falls back to it, in years.
const SNAP_YEARS: f32 = 0.75;
/// Width of the mark's grip beyond its words, in points.
const GRIP: f32 = 4.0;

/// Draws mark and words; returns the age that was stated, or that the estimate is to be taken again.
pub fn ui(ui: &Ui, rail: &Rail, slider: Rect, own: OwnAge, estimate: Option<OwnAge>) -> Option<Option<f32>> {
    let estimate = estimate.filter(|estimate| !estimate.is_stated());
    let galley = ui.painter().layout_no_wrap(words(own), Type::Caption.font(), Theme::of(ui).identity);
    let grip = word_rect(rail, slider, own.years, galley.size()).expand2(vec2(GRIP, 0.0));
    let response =
        ui.interact(grip.with_max_y(rail.middle - 5.0), ui.scope_id().with("own age"), Sense::click_and_drag());
    let name = "Age in the photograph, in years";
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(own.years), name));
    let dragged = dragged_to(ui, rail, own, estimate, &response);
    let shown = match dragged {
        Some(Some(years)) => OwnAge { years, spread_years: None },
        Some(None) => estimate.unwrap_or(own),
        None => own,
    };
    band(ui, rail, estimate, shown);
    mark(ui, rail, slider, shown, response.hovered() || response.dragged());
    super::focus_ring(ui, &response, 2);
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    if response.drag_stopped() {
        return dragged;
    }
    let hint = "Drag to where you know the age to be. A double-click takes the estimate again.";
    let response = if response.dragged() { response } else { response.on_hover_text(hint) };
    if response.double_clicked() && own.is_stated() {
        return Some(None);
    }
    typed(ui, own, &response).map(Some)
}

/// Where a drag has the mark now.
fn dragged_to(ui: &Ui, rail: &Rail, own: OwnAge, estimate: Option<OwnAge>, response: &Response) -> Option<Option<f32>> {
    if !(response.dragged() || response.drag_stopped()) {
        return None;
    }
    let (origin, at) = ui.input(|input| (input.pointer.press_origin(), input.pointer.latest_pos()));
    let at = response.interact_pointer_pos().or(at)?;
    // The mark keeps its distance to the pointer.
    let begun = ui.data_mut(|data| {
        let begun: f32 = if response.drag_started() { origin.unwrap_or(at).x } else { data.get_temp(response.id)? };
        data.insert_temp(response.id, begun);
        Some(begun)
    })?;
    let years = rail.years_at(rail.x(own.years) + at.x - begun).round();
    let is_back = estimate.is_some_and(|estimate| (estimate.years - years).abs() < SNAP_YEARS);
    Some((!is_back).then_some(years))
}

/// Arrows state the age a year further.
fn typed(ui: &Ui, own: OwnAge, response: &Response) -> Option<f32> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key: Key| ui.input(|input| input.num_presses(key)) as f32;
    let years = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    (years != 0.0).then(|| (own.years.round() + years).clamp(0.0, MAX_AGE_YEARS))
}

/// The network's doubt around its estimate; fainter, with a tick of its own, where another age was stated.
fn band(ui: &Ui, rail: &Rail, estimate: Option<OwnAge>, shown: OwnAge) {
    let Some(OwnAge { years, spread_years: Some(spread) }) = estimate else { return };
    let theme = Theme::of(ui);
    let band = Rect::from_min_max(
        pos2(rail.x((years - spread).max(0.0)), rail.middle - 6.0),
        pos2(rail.x((years + spread).min(MAX_AGE_YEARS)), rail.middle + 6.0),
    );
    let strength = if shown.is_stated() { 0.13 } else { 0.22 };
    ui.painter().rect_filled(band, 3, theme.identity.gamma_multiply(strength));
    if shown.is_stated() {
        let stroke = Stroke::new(1.0, theme.identity.gamma_multiply(0.6));
        ui.painter().vline(rail.x(years), rail.middle - 6.0..=rail.middle + 6.0, stroke);
    }
}

fn mark(ui: &Ui, rail: &Rail, slider: Rect, shown: OwnAge, is_held: bool) {
    let theme = Theme::of(ui);
    let colour = if is_held { theme.identity.lerp_to_gamma(theme.text, 0.35) } else { theme.identity };
    let painter = ui.painter();
    let x = rail.x(shown.years);
    painter.vline(x, rail.middle - 6.0..=rail.middle + 6.0, Stroke::new(2.0, colour));
    let galley = painter.layout_no_wrap(words(shown), Type::Caption.font(), colour);
    painter.galley(word_rect(rail, slider, shown.years, galley.size()).min, galley, colour);
}

fn words(own: OwnAge) -> String {
    match own.spread_years {
        Some(spread) => format!("estimated {:.0} ± {spread:.0}", own.years),
        None => format!("stated {:.0}", own.years),
    }
}

/// Above the rail, centred on the age as far as the slider reaches.
fn word_rect(rail: &Rail, slider: Rect, years: f32, size: egui::Vec2) -> Rect {
    let left = (rail.x(years) - size.x / 2.0).clamp(slider.left(), (slider.right() - size.x).max(slider.left()));
    Rect::from_min_size(pos2(left, rail.middle - 11.0 - size.y), size)
}
