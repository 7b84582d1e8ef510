//! The age slider: 0 to 90 years, decades labelled, the seven groups ticked, the person's own age marked with the
//! network's doubt, the handle at the age shown.

use eframe::egui::{self, Align2, Color32, Rect, Response, Sense, Stroke, Ui, pos2, vec2};

use crate::aging::MAX_AGE_YEARS;
use crate::app::queries::OwnAge;
use crate::app::theme::{ON_HANDLE, ON_PHOTO, Theme, Type};

/// Height of the whole slider with its labels, in points.
pub const HEIGHT: f32 = 50.0;
const INSET: f32 = 6.0;

/// Draws the slider with a tick at each anchor's age; returns the age it was moved to, in years.
pub fn ui(ui: &mut Ui, target_years: f32, own: Option<OwnAge>, anchors_years: &[f32], enabled: bool) -> Option<f32> {
    let sense = if enabled { Sense::click_and_drag() } else { Sense::hover() };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    // Under a name of its own: what comes and goes above must not end a drag.
    let response = ui.interact(rect, ui.scope_id().with("age shown"), sense);
    response.widget_info(|| egui::WidgetInfo::slider(enabled, f64::from(target_years), "Age shown, in years"));
    let rail = Rail {
        left: rect.left() + INSET,
        width: rect.width() - 2.0 * INSET,
        middle: rect.top() + 24.0,
        colour: Theme::of(ui).age,
    };
    rail.decades(ui, anchors_years);
    rail.line(ui, target_years, own, enabled);
    if let Some(own) = own {
        rail.own_age(ui, own, rect);
    }
    if enabled {
        rail.handle(ui, target_years, &response);
    }
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked())?;
    Some(rail.years_at(pointer.x).round())
}

struct Rail {
    left: f32,
    width: f32,
    middle: f32,
    colour: Color32,
}

impl Rail {
    fn x(&self, years: f32) -> f32 {
        self.left + self.width * years / MAX_AGE_YEARS
    }

    fn years_at(&self, x: f32) -> f32 {
        ((x - self.left) / self.width * MAX_AGE_YEARS).clamp(0.0, MAX_AGE_YEARS)
    }

    /// Labels below, and a tick at each anchor's age.
    fn decades(&self, ui: &Ui, anchors_years: &[f32]) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        for decade in 0..=9 {
            let years = decade as f32 * 10.0;
            let at = pos2(self.x(years), self.middle + 17.0);
            painter.text(at, Align2::CENTER_CENTER, (decade * 10).to_string(), Type::Caption.font(), theme.faint);
        }
        for years in anchors_years {
            let x = self.x(*years);
            painter.vline(x, self.middle + 4.0..=self.middle + 7.0, Stroke::new(1.0, theme.faint));
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

    /// The mark of the person's own age; a faint band shows the doubt.
    fn own_age(&self, ui: &Ui, own: OwnAge, rect: Rect) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let x = self.x(own.years);
        let words = match own.spread_years {
            Some(spread) => {
                let band = Rect::from_min_max(
                    pos2(self.x((own.years - spread).max(0.0)), self.middle - 6.0),
                    pos2(self.x((own.years + spread).min(MAX_AGE_YEARS)), self.middle + 6.0),
                );
                painter.rect_filled(band, 3, theme.identity.gamma_multiply(0.22));
                format!("estimated {:.0} ± {spread:.0}", own.years)
            }
            None => format!("stated {:.0}", own.years),
        };
        painter.vline(x, self.middle - 5.0..=self.middle + 5.0, Stroke::new(2.0, theme.identity));
        let galley = painter.layout_no_wrap(words, Type::Caption.font(), theme.identity);
        let half = galley.size().x / 2.0;
        let left = (x - half).clamp(rect.left(), rect.right() - 2.0 * half);
        painter.galley(pos2(left, self.middle - 11.0 - galley.size().y), galley, theme.identity);
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
