//! One pair of axes and what is drawn between them.

use super::axis::{Axis, Scale};
use super::{Entry, GUIDE_COLOUR};
use crate::aging::export::svg::{Anchor, Canvas, text_width_px};

const PLOT_WIDTH_PX: f64 = 400.0;
const PLOT_HEIGHT_PX: f64 = 300.0;
/// Room for one name on an axis of names that runs downwards.
const ROW_PX: f64 = 34.0;
const TITLE_PX: f64 = 26.0;
const BELOW_PX: f64 = 48.0;
const RIGHT_PX: f64 = 24.0;
const TICK_SIZE_PX: f64 = 11.0;
const GRID: &str = "#e3e3e3";
const FRAME: &str = "#888888";
const INK: &str = "#333333";

/// One pair of axes with its series.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// Left to right.
    pub x: Axis,
    /// Bottom to top; names run from top to bottom.
    pub y: Axis,
    /// In the order they are drawn.
    pub series: Vec<Series>,
}

/// What is drawn in one colour.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend; equal names share a colour.
    pub name: String,
    /// Its numbers.
    pub marks: Marks,
}

/// The numbers of a series.
#[derive(Clone, Debug)]
pub enum Marks {
    /// A line through `[x, y]`.
    Line(Vec<[f64; 2]>),
    /// A line that only guides the eye, such as where a perfect result would lie.
    Guide(Vec<[f64; 2]>),
    /// Points, with their intervals.
    Points(Vec<Point>),
    /// A bar from zero for each name of the x axis.
    Bars(Vec<f64>),
}

/// One point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    x: f64,
    y: f64,
    /// Along the axis that has numbers; along y where both have.
    interval: Option<[f64; 2]>,
}

impl Point {
    /// A point without an interval.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y, interval: None }
    }

    /// The same with an interval.
    #[must_use]
    pub fn with_interval(self, interval: Option<[f64; 2]>) -> Self {
        Self { interval, ..self }
    }
}

impl Series {
    /// A series of this name.
    pub fn new(name: &str, marks: Marks) -> Self {
        Self { name: name.to_owned(), marks }
    }
}

/// Where the plot lies in the picture.
struct Frame<'a> {
    panel: &'a Panel,
    left: f64,
    top: f64,
    height: f64,
}

impl Frame<'_> {
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let down = match self.panel.y.scale {
            Scale::Categories(_) => self.panel.y.place(y),
            _ => 1.0 - self.panel.y.place(y),
        };
        [self.left + PLOT_WIDTH_PX * self.panel.x.place(x), self.top + self.height * down]
    }
}

impl Panel {
    pub(super) fn width_px(&self) -> f64 {
        self.left_px() + PLOT_WIDTH_PX + RIGHT_PX
    }

    pub(super) fn height_px(&self) -> f64 {
        TITLE_PX + self.plot_height_px() + BELOW_PX
    }

    fn plot_height_px(&self) -> f64 {
        self.y.names().map_or(PLOT_HEIGHT_PX, |names| (names.len() as f64 * ROW_PX).max(PLOT_HEIGHT_PX))
    }

    /// Room for what is written beside the y axis.
    fn left_px(&self) -> f64 {
        let widest = self.y.ticks().iter().map(|(_, text)| text_width_px(text, TICK_SIZE_PX)).fold(0.0, f64::max);
        widest + if self.y.label.is_empty() { 16.0 } else { 36.0 }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, [left, top]: [f64; 2], legend: &[Entry]) {
        let frame =
            Frame { panel: self, left: left + self.left_px(), top: top + TITLE_PX, height: self.plot_height_px() };
        canvas.text([frame.left, top + 14.0], &self.title, 13.0, "#111111", Anchor::Start, true);
        self.draw_axes(canvas, &frame, left);
        let bars: Vec<&Series> = self.series.iter().filter(|series| matches!(series.marks, Marks::Bars(_))).collect();
        for (slot, series) in self.series.iter().enumerate() {
            let colour =
                legend.iter().find(|entry| entry.name == series.name).map_or(GUIDE_COLOUR, |entry| entry.colour);
            match &series.marks {
                Marks::Line(points) | Marks::Guide(points) => {
                    let places: Vec<[f64; 2]> = points.iter().map(|point| frame.place(*point)).collect();
                    canvas.polyline(&places, colour, matches!(series.marks, Marks::Guide(_)));
                }
                Marks::Points(points) => self.draw_points(canvas, &frame, points, slot, colour),
                Marks::Bars(values) => {
                    let own = bars.iter().position(|other| std::ptr::eq(*other, series)).unwrap_or(0);
                    draw_bars(canvas, &frame, values, (own, bars.len()), colour);
                }
            }
        }
    }

    fn draw_axes(&self, canvas: &mut Canvas, frame: &Frame<'_>, left: f64) {
        let (right, bottom) = (frame.left + PLOT_WIDTH_PX, frame.top + frame.height);
        for (value, text) in self.x.ticks() {
            let x = frame.left + PLOT_WIDTH_PX * self.x.place(value);
            if self.x.names().is_none() {
                canvas.line([x, frame.top], [x, bottom], GRID, 1.0);
            }
            canvas.text([x, bottom + 16.0], &text, TICK_SIZE_PX, INK, Anchor::Middle, false);
        }
        for (value, text) in self.y.ticks() {
            let [_, y] = frame.place([f64::NAN, value]);
            canvas.line([frame.left, y], [right, y], GRID, 1.0);
            canvas.text([frame.left - 8.0, y + 4.0], &text, TICK_SIZE_PX, INK, Anchor::End, false);
        }
        canvas.line([frame.left, frame.top], [frame.left, bottom], FRAME, 1.0);
        canvas.line([frame.left, bottom], [right, bottom], FRAME, 1.0);
        canvas.text([(frame.left + right) / 2.0, bottom + 36.0], &self.x.label, 12.0, INK, Anchor::Middle, false);
        if !self.y.label.is_empty() {
            canvas.upright_text([left + 12.0, frame.top + frame.height / 2.0], &self.y.label, 12.0, INK);
        }
    }

    /// Points of several series at one name stand beside each other.
    fn draw_points(&self, canvas: &mut Canvas, frame: &Frame<'_>, points: &[Point], slot: usize, colour: &str) {
        let down = self.y.names().is_some();
        let across = !down && self.x.names().is_some();
        let names = if down { self.y.names() } else { self.x.names() }.map_or(1, <[String]>::len).max(1) as f64;
        let room = if down { frame.height } else { PLOT_WIDTH_PX } / names;
        let all = self.series.len() as f64;
        let beside = (slot as f64 - (all - 1.0) / 2.0) * (0.7 * room / all).min(9.0);
        let shift = |[x, y]: [f64; 2]| [if across { x + beside } else { x }, if down { y + beside } else { y }];
        for point in points {
            if let Some([low, high]) = point.interval {
                let ends =
                    [low, high].map(|end| shift(frame.place(if down { [end, point.y] } else { [point.x, end] })));
                canvas.line(ends[0], ends[1], colour, 1.5);
                for [x, y] in ends {
                    let cap = if down { [[x, y - 3.0], [x, y + 3.0]] } else { [[x - 3.0, y], [x + 3.0, y]] };
                    canvas.line(cap[0], cap[1], colour, 1.5);
                }
            }
            canvas.dot(shift(frame.place([point.x, point.y])), colour);
        }
    }
}

/// Bars from zero, beside those of the other series.
fn draw_bars(canvas: &mut Canvas, frame: &Frame<'_>, values: &[f64], (own, all): (usize, usize), colour: &str) {
    let room = PLOT_WIDTH_PX / values.len().max(1) as f64 * 0.72;
    let width = (room / all.max(1) as f64).min(46.0);
    for (index, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let [middle, end] = frame.place([index as f64, *value]);
        let [_, start] = frame.place([index as f64, 0.0]);
        let x = middle + (own as f64 - all as f64 / 2.0) * width;
        canvas.rectangle([x + 0.5, start.min(end)], [width - 1.0, (start - end).abs().max(0.5)], colour);
    }
}
