//! How much of the identity a face keeps across the years: the cosine to the photograph from 0 to 90, over the
//! thresholds of different people of these ages where they were measured. A click shows an age.

use eframe::egui::{self, Align2, CursorIcon, EventFilter, Key, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::aging::MAX_AGE_YEARS;
use crate::app::theme::{Theme, Type};
use crate::model::AgeGroup;
use crate::model::age_group::GROUP_COUNT;
use crate::recognition::verdict::thousands;

/// Height with axis and labels, in points.
pub const HEIGHT: f32 = 108.0;
/// Ages the curve is drawn through are this far apart, in years.
const STEP_YEARS: f32 = 1.0;

/// A rate and the thresholds for it, by the group of the age shown.
#[derive(Clone, Debug, PartialEq)]
pub struct RateLine {
    /// The rate in words, such as `1 in 1,000`.
    pub label: &'static str,
    /// The threshold, or how many pairs were measured where those are too few.
    pub thresholds: [Result<f32, u64>; GROUP_COUNT],
}

/// What is shown.
pub struct IdentityCurve<'a> {
    /// The cosine to the photograph at an age in years.
    pub identity_at: &'a dyn Fn(f32) -> f32,
    /// The age the face has in the photograph, in years.
    pub own_years: f32,
    /// The age shown, in years.
    pub target_years: f32,
    /// The lines of the rates, the more frequent first; none where nothing was measured.
    pub lines: &'a [RateLine],
}

/// Draws it over the whole width; returns the age that was asked for, in years.
pub fn ui(ui: &mut Ui, shown: &IdentityCurve<'_>) -> Option<f32> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    let kept = (shown.identity_at)(shown.target_years);
    let name = format!("Identity kept over age, {kept:.2} at {:.0}", shown.target_years);
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(shown.target_years), &name));
    let plot = Plot { rect: Rect::from_min_max(rect.min + vec2(22.0, 6.0), rect.max - vec2(2.0, 18.0)) };
    plot.axes(ui);
    for (index, line) in shown.lines.iter().enumerate() {
        plot.steps(ui, line, index);
    }
    plot.curve(ui, shown);
    plot.marks(ui, shown, kept);
    plot.legend(ui, shown.lines);
    super::focus_ring(ui, &response, 4);
    let pointed = response.hover_pos().map(|at| plot.years_at(at.x).round());
    if let Some(years) = pointed {
        plot.readout(ui, years, (shown.identity_at)(years));
    }
    let asked = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked());
    let typed = response.has_focus().then(|| typed(ui, &response, shown.target_years)).flatten();
    let response = response.on_hover_cursor(CursorIcon::Crosshair);
    if let Some(years) = pointed.filter(|_| !response.dragged()) {
        response.on_hover_text_at_pointer(hint(shown, years));
    }
    asked.map(|at| plot.years_at(at.x).round()).or(typed)
}

/// Arrows go a year further.
fn typed(ui: &Ui, response: &egui::Response, target_years: f32) -> Option<f32> {
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key: Key| ui.input(|input| input.num_presses(key)) as f32;
    let years = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    (years != 0.0).then(|| (target_years.round() + years).clamp(0.0, MAX_AGE_YEARS))
}

/// What is read at an age.
fn hint(shown: &IdentityCurve<'_>, years: f32) -> String {
    let group = AgeGroup::of_years(years);
    let mut text = format!("At {years:.0} years the cosine is {:.3}.", (shown.identity_at)(years));
    for line in shown.lines {
        let label = line.label;
        text += &match line.thresholds[group.index()] {
            Ok(threshold) => format!("\n{label} pairs of different people of these ages reach {threshold:.3}."),
            Err(0) => format!("\n{label}: no pairs of these ages were measured."),
            Err(pairs) => format!("\n{label}: {} pairs of these ages are too few for it.", thousands(pairs)),
        };
    }
    text
}

/// Where years and cosines are; cosines from 0 to 1.
struct Plot {
    rect: Rect,
}

impl Plot {
    fn at(&self, years: f32, cosine: f32) -> Pos2 {
        let y = self.rect.bottom() - self.rect.height() * cosine.clamp(0.0, 1.0);
        pos2(self.rect.left() + self.rect.width() * years / MAX_AGE_YEARS, y)
    }

    fn years_at(&self, x: f32) -> f32 {
        ((x - self.rect.left()) / self.rect.width() * MAX_AGE_YEARS).clamp(0.0, MAX_AGE_YEARS)
    }

    fn axes(&self, ui: &Ui) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        for (cosine, label) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
            let at = self.at(0.0, cosine);
            painter.hline(self.rect.x_range(), at.y.round() + 0.5, theme.hairline());
            painter.text(at - vec2(6.0, 0.0), Align2::RIGHT_CENTER, label, Type::Caption.font(), theme.faint);
        }
        for (years, align) in
            [(0.0, Align2::LEFT_TOP), (30.0, Align2::CENTER_TOP), (60.0, Align2::CENTER_TOP), (90.0, Align2::RIGHT_TOP)]
        {
            let at = self.at(years, 0.0) + vec2(0.0, 4.0);
            painter.text(at, align, format!("{years:.0}"), Type::Caption.font(), theme.faint);
        }
    }

    /// The thresholds of one rate, a step for each group; left out where they were not measured.
    fn steps(&self, ui: &Ui, line: &RateLine, index: usize) {
        let mut points: Vec<Pos2> = Vec::new();
        for (group, threshold) in AgeGroup::ALL.into_iter().zip(&line.thresholds) {
            let Ok(threshold) = threshold else {
                self.stepped(ui, &points, index);
                points.clear();
                continue;
            };
            let [from, to] = bounds_years(group);
            points.extend([self.at(from, *threshold), self.at(to, *threshold)]);
        }
        self.stepped(ui, &points, index);
    }

    fn stepped(&self, ui: &Ui, points: &[Pos2], index: usize) {
        let stroke = Stroke::new(1.0, Theme::of(ui).warning);
        if index == 0 {
            ui.painter().extend(Shape::dashed_line(points, stroke, 3.0, 3.0));
        } else if points.len() > 1 {
            ui.painter().line(points.to_vec(), stroke);
        }
    }

    /// Which line is which, where nothing else is: below every threshold.
    fn legend(&self, ui: &Ui, lines: &[RateLine]) {
        let theme = Theme::of(ui);
        let mut left = self.rect.left() + 6.0;
        let y = self.rect.bottom() - 9.0;
        // What is written comes last; its ground keeps the mark of the age shown out of the words.
        let ground = ui.painter().add(Shape::Noop);
        for (index, line) in lines.iter().enumerate() {
            let is_drawn = line.thresholds.iter().any(Result::is_ok);
            if is_drawn {
                self.stepped(ui, &[pos2(left, y), pos2(left + 14.0, y)], index);
                left += 19.0;
            }
            let words = if is_drawn { line.label.to_owned() } else { format!("{}: too few pairs", line.label) };
            let colour = if is_drawn { theme.warning } else { theme.faint };
            let at = pos2(left, y);
            left = ui.painter().text(at, Align2::LEFT_CENTER, words, Type::Caption.font(), colour).right() + 12.0;
        }
        if !lines.is_empty() {
            let words = Rect::from_min_max(pos2(self.rect.left(), y - 7.0), pos2(left - 8.0, y + 7.0));
            ui.painter().set(ground, Shape::rect_filled(words, 0, theme.panel));
        }
    }

    fn curve(&self, ui: &Ui, shown: &IdentityCurve<'_>) {
        let steps = (MAX_AGE_YEARS / STEP_YEARS) as usize;
        // The own age is a point of its own, so that the curve reaches 1 there.
        let mut ages: Vec<f32> = (0..=steps).map(|step| step as f32 * STEP_YEARS).collect();
        ages.push(shown.own_years);
        ages.sort_by(f32::total_cmp);
        let points: Vec<Pos2> = ages.into_iter().map(|years| self.at(years, (shown.identity_at)(years))).collect();
        ui.painter().line(points, Stroke::new(2.0, Theme::of(ui).identity));
    }

    /// The age shown in amber, the cosine there in teal.
    fn marks(&self, ui: &Ui, shown: &IdentityCurve<'_>, kept: f32) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let at = self.at(shown.target_years, kept);
        painter.vline(at.x, self.rect.y_range(), Stroke::new(1.5, theme.age));
        painter.circle(at, 4.0, theme.identity, Stroke::new(1.5, theme.panel));
    }

    /// The numbers under the pointer.
    fn readout(&self, ui: &Ui, years: f32, cosine: f32) {
        let theme = Theme::of(ui);
        let at = self.at(years, cosine);
        ui.painter().vline(at.x, self.rect.y_range(), Stroke::new(1.0, theme.faint));
        ui.painter().circle(at, 3.0, theme.panel, Stroke::new(1.5, theme.identity));
        let words = format!("{years:.0}: {cosine:.2}");
        let galley = ui.painter().layout_no_wrap(words, Type::Caption.font(), theme.text);
        let is_right = at.x > self.rect.center().x;
        let corner = pos2(if is_right { at.x - 5.0 } else { at.x + 5.0 }, self.rect.bottom() - 18.0);
        let align = if is_right { Align2::RIGHT_BOTTOM } else { Align2::LEFT_BOTTOM };
        let ground = align.anchor_size(corner, galley.size() + vec2(8.0, 4.0));
        ui.painter().rect_filled(ground, 3, theme.raised);
        ui.painter().galley(ground.min + vec2(4.0, 2.0), galley, theme.text);
    }
}

/// The ages of a group, in years; the last one reaches to the end of the slider.
fn bounds_years(group: AgeGroup) -> [f32; 2] {
    let from = group.index() as f32 * 10.0;
    [from, if group.index() + 1 == GROUP_COUNT { MAX_AGE_YEARS } else { from + 10.0 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_the_groups() {
        for group in AgeGroup::ALL {
            let [from, to] = bounds_years(group);
            assert_eq!([AgeGroup::of_years(from + 0.01), AgeGroup::of_years(to)], [group; 2]);
        }
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let mut thresholds = [Ok(0.5); GROUP_COUNT];
        thresholds[6] = Err(49_552);
        let lines = [RateLine { label: "1 in 10,000", thresholds }];
        let shown = IdentityCurve { identity_at: &|_| 0.7, own_years: 30.0, target_years: 65.0, lines: &lines };
        assert!(hint(&shown, 70.0).contains("49,552 pairs of these ages are too few"), "{}", hint(&shown, 70.0));
        assert!(hint(&shown, 20.0).contains("reach 0.500"));
    }
}
