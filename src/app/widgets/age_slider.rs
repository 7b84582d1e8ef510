//! The age slider: 0 to 90 years, decades labelled, the seven groups ticked, the person's own age marked with the
//! network's doubt (`own_age`), the handle at the age shown.

use eframe::egui::{self, Align2, Color32, Rect, Response, Sense, Stroke, Ui, pos2, vec2};

use super::own_age;
use crate::aging::MAX_AGE_YEARS;
use crate::app::queries::OwnAge;
use crate::app::theme::{ON_HANDLE, ON_PHOTO, Theme, Type};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;

/// Height of the whole slider with its labels, in points.
pub const HEIGHT: f32 = 50.0;
const INSET: f32 = 6.0;

/// What the slider shows.
pub struct AgeSlider<'a> {
    /// The age shown, in years.
    pub target_years: f32,
    /// The age the face has in the photograph: stated, else estimated.
    pub own: Option<OwnAge>,
    /// The network's estimate of it.
    pub estimate: Option<OwnAge>,
    /// The ages at which the seven groups stand, youngest first.
    pub anchors_years: &'a [f32; GROUP_COUNT],
    /// Whether the age can be moved.
    pub is_enabled: bool,
}

/// What was done to the slider.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moved {
    /// The age to show, in years.
    pub target_years: Option<f32>,
    /// The age to state, in years, or that the estimate is to be taken again.
    pub stated: Option<Option<f32>>,
}

/// Draws the slider with a tick at each group's age.
pub fn ui(ui: &mut Ui, shown: &AgeSlider<'_>) -> Moved {
    let sense = if shown.is_enabled { Sense::click_and_drag() } else { Sense::hover() };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    // Under a name of its own: what comes and goes above must not end a drag.
    let response = ui.interact(rect, ui.scope_id().with("age shown"), sense);
    let years = f64::from(shown.target_years);
    response.widget_info(|| egui::WidgetInfo::slider(shown.is_enabled, years, "Age shown, in years"));
    let rail = Rail {
        left: rect.left() + INSET,
        width: rect.width() - 2.0 * INSET,
        middle: rect.top() + 24.0,
        colour: Theme::of(ui).age,
    };
    let group = response.hover_pos().filter(|at| at.y > rail.middle + 8.0).map(|at| rail.years_at(at.x));
    let group = group.filter(|_| !response.dragged()).map(AgeGroup::of_years);
    rail.decades(ui, shown.anchors_years, group);
    rail.line(ui, shown.target_years, shown.own, shown.is_enabled);
    let stated = shown.own.and_then(|own| own_age::ui(ui, &rail, rect, own, shown.estimate));
    if shown.is_enabled {
        rail.handle(ui, shown.target_years, &response);
    }
    let response = match group {
        Some(group) => response.on_hover_text_at_pointer(group_hint(group, shown.anchors_years)),
        None => response,
    };
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked());
    Moved { target_years: pointer.map(|at| rail.years_at(at.x).round()), stated }
}

fn group_hint(group: AgeGroup, anchors_years: &[f32; GROUP_COUNT]) -> String {
    format!("{} years · stands at {:.0}", group.label(), anchors_years[group.index()])
}

/// Where ages are on the slider.
pub struct Rail {
    left: f32,
    width: f32,
    /// Its middle from the top of the window, in points.
    pub middle: f32,
    colour: Color32,
}

impl Rail {
    /// Where an age is, in points.
    pub fn x(&self, years: f32) -> f32 {
        self.left + self.width * years / MAX_AGE_YEARS
    }

    /// The age at a place, in years.
    pub fn years_at(&self, x: f32) -> f32 {
        ((x - self.left) / self.width * MAX_AGE_YEARS).clamp(0.0, MAX_AGE_YEARS)
    }

    /// Labels below, and a tick at each group's age; the one that is pointed at stands out.
    fn decades(&self, ui: &Ui, anchors_years: &[f32; GROUP_COUNT], pointed: Option<AgeGroup>) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        for decade in 0..=9 {
            let years = decade as f32 * 10.0;
            let at = pos2(self.x(years), self.middle + 17.0);
            painter.text(at, Align2::CENTER_CENTER, (decade * 10).to_string(), Type::Caption.font(), theme.faint);
        }
        for (group, years) in AgeGroup::ALL.into_iter().zip(anchors_years) {
            let is_pointed = pointed == Some(group);
            let (colour, width) = if is_pointed { (theme.text, 2.0) } else { (theme.faint, 1.0) };
            painter.vline(self.x(*years), self.middle + 4.0..=self.middle + 8.0, Stroke::new(width, colour));
        }
    }

    /// The rail, filled between the person's own age and the age shown.
    fn line(&self, ui: &Ui, target_years: f32, own: Option<OwnAge>, enabled: bool) {
        let theme = Theme::of(ui);
        let bar = |from: f32, to: f32| Rect::from_min_max(pos2(from, self.middle - 2.0), pos2(to, self.middle + 2.0));
        ui.painter().rect_filled(bar(self.left, self.left + self.width), 2, theme.line);
        if let Some(own) = own.filter(|_| enabled) {
            let (a, b) = (self.x(own.years), self.x(target_years));
            ui.painter().rect_filled(bar(a.min(b), a.max(b)), 2, self.colour);
        }
    }

    fn handle(&self, ui: &Ui, target_years: f32, response: &Response) {
        let theme = Theme::of(ui);
        let at = pos2(self.x(target_years), self.middle);
        let grows = ui.ctx().animate_bool(response.id, response.hovered() || response.dragged());
        ui.painter().circle_filled(at, 12.0 + 2.0 * grows, self.colour.gamma_multiply(0.38));
        let fill = if ui.visuals().dark_mode { ON_PHOTO } else { ON_HANDLE };
        ui.painter().circle_filled(at, 9.0, fill);
        if response.has_focus() {
            ui.painter().circle_stroke(at, 16.0, Stroke::new(2.0, theme.focus));
        }
    }
}
