//! The losses over the steps, with the learning rate below them on the same steps.

use eframe::egui::{self, Id, Rect, TextStyle, Ui, UiBuilder, Vec2b, pos2, vec2};
use egui_plot::{HoverPosition, Line, LineStyle, Plot, PlotPoints, Points, VLine};

use super::curves;
use crate::app::lab::{LossCurve, Pane, Run};
use crate::app::shell::Scene;
use crate::app::theme::{Theme, Type};
use crate::app::view::View;

/// Width of the numbers at the left of a plot, in points.
const AXIS: f32 = 54.0;
/// Room at the right of a plot, where the last step is written.
const RIGHT: f32 = 10.0;
/// Height of the learning rate's plot.
const RATE: f32 = 64.0;

/// Draws the pane.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>, run: &Run, place: Rect) {
    let words = if scene.state.view.lab.is_logarithmic { "Losses, by powers of ten" } else { "Losses" };
    let rest = super::head_ui(ui, scene, place, Pane::Losses, words, None);
    plot_style(ui);
    let has_rate = rest.height() > 190.0 && run.learning_rate.latest().is_some();
    let above = if has_rate { rest.with_max_y(rest.bottom() - RATE - 22.0) } else { rest };
    losses_ui(ui, scene, run, above, !has_rate);
    if has_rate {
        let words = pos2(rest.left(), above.bottom() + 10.0);
        let theme = Theme::of(ui);
        let kind = Type::Caption.font();
        ui.painter().text(words, egui::Align2::LEFT_CENTER, "Learning rate", kind, theme.muted);
        rate_ui(ui, scene, run, rest.with_min_y(rest.bottom() - RATE));
    }
}

/// Small quiet numbers at the axes.
fn plot_style(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let style = ui.style_mut();
    style.text_styles.insert(TextStyle::Body, Type::Caption.font());
    style.text_styles.insert(TextStyle::Small, Type::Caption.font());
    style.visuals.override_text_color = Some(theme.muted);
}

/// What both plots have in common.
fn plot<'a>(name: &'a str, place: Rect, theme: &Theme) -> Plot<'a> {
    let steps = Id::unique("steps of the run");
    Plot::new(name)
        .width(place.width() - RIGHT)
        .height(place.height())
        .show_background(false)
        .grid_color(theme.line)
        .grid_fade(0.0)
        .cursor_color(theme.faint)
        .y_axis_min_width(AXIS)
        .allow_scroll(false)
        .set_margin_fraction(vec2(0.01, 0.08))
        .link_axis(steps, Vec2b::new(true, false))
        .link_cursor(steps, Vec2b::new(true, false))
        .x_axis_formatter(|mark, _| curves::step_text(mark.value))
}

fn losses_ui(ui: &mut Ui, scene: &Scene<'_>, run: &Run, place: Rect, has_steps: bool) {
    let theme = Theme::of(ui);
    let view = &scene.state.view;
    let is_logarithmic = view.lab.is_logarithmic;
    let mut plot = plot("losses", place, theme)
        .show_axes(Vec2b::new(has_steps, true))
        .y_axis_formatter(move |mark, _| curves::mark_text(mark.value, is_logarithmic))
        .label_formatter(move |at| told(at, is_logarithmic));
    if is_logarithmic {
        plot = plot.y_grid_spacer(curves::power_marks);
    }
    let builder = UiBuilder::new().max_rect(place).id_salt("losses");
    let mut child = ui.new_child(builder);
    let drawn = shown(run, view);
    let words = names(&drawn);
    let shown = plot.show(&mut child, |plot| {
        for loss in drawn {
            let colour = curves::colour(theme, run, &loss.name);
            let placed = |points: Vec<[f64; 2]>| -> PlotPoints<'_> {
                points.into_iter().filter_map(|point| curves::placed(point, is_logarithmic)).collect()
            };
            let name = curves::label(loss);
            if loss.is_validation {
                plot.points(Points::new(name, placed(loss.curve.points())).color(colour).radius(3.5).filled(true));
                continue;
            }
            let width = if loss.name == "total" { 2.0 } else { 1.5 };
            let keep = view.lab.keep();
            if keep > 0.0 {
                let raw = Line::new("", placed(loss.curve.points())).color(colour.gamma_multiply(0.28)).width(1.0);
                plot.line(raw.allow_hover(false));
            }
            let line = if keep > 0.0 { loss.curve.smoothed(keep) } else { loss.curve.points() };
            plot.line(Line::new(name, placed(line)).color(colour).width(width));
        }
        step_line(plot, scene, theme);
    });
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
}

/// The losses that are drawn: `total` last, so that it lies over the others.
fn shown<'a>(run: &'a Run, view: &View) -> Vec<&'a LossCurve> {
    run.losses.iter().rev().filter(|loss| !view.lab.hidden.contains(&curves::label(loss))).collect()
}

fn names(drawn: &[&LossCurve]) -> String {
    let said = drawn.iter().rev().map(|loss| {
        let value = loss.curve.latest().map(curves::number).unwrap_or_default();
        format!("{} {value}", curves::label(loss))
    });
    format!("Losses over the steps: {}", said.collect::<Vec<_>>().join(", "))
}

fn told(at: &HoverPosition<'_>, is_logarithmic: bool) -> Option<String> {
    let HoverPosition::NearDataPoint { plot_name, position, .. } = at else { return None };
    let value = if is_logarithmic { 10_f64.powf(position.y) } else { position.y };
    Some(format!("{plot_name} {}\nstep {}", curves::number(value), curves::step_text(position.x.round())))
}

/// Where the faces and gates shown stand, unless they are the latest.
fn step_line(plot: &mut egui_plot::PlotUi<'_>, scene: &Scene<'_>, theme: &Theme) {
    if let Some(step) = scene.state.view.lab.step {
        let line = VLine::new("", step as f64).color(theme.synthetic).width(1.5).style(LineStyle::dashed_dense());
        plot.vline(line.allow_hover(false));
    }
}

fn rate_ui(ui: &mut Ui, scene: &Scene<'_>, run: &Run, place: Rect) {
    let theme = Theme::of(ui);
    let highest = run.learning_rate.points().iter().map(|point| point[1]).fold(0.0, f64::max);
    let plot = plot("learning rate", place, theme)
        .include_y(0.0)
        .y_grid_spacer(move |_| curves::end_marks(highest))
        .y_axis_formatter(|mark, _| curves::number(mark.value))
        .label_formatter(|at| told(at, false));
    let builder = UiBuilder::new().max_rect(place).id_salt("learning rate");
    let mut child = ui.new_child(builder);
    let shown = plot.show(&mut child, |plot| {
        let points: PlotPoints<'_> = run.learning_rate.points().into_iter().collect();
        plot.line(Line::new("learning rate", points).color(theme.muted).width(1.5));
        step_line(plot, scene, theme);
    });
    let words = format!("Learning rate, now {}", run.learning_rate.latest().map(curves::number).unwrap_or_default());
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
}
