//! Small charts as SVG: lines, bars and points with intervals in one or more panels side by side. Dark on white, no
//! scripts, no fonts of its own; what is measured is not known here.

mod axis;
mod panel;

pub use axis::{Axis, Unit};
pub use panel::{Marks, Panel, Point, Series};

use crate::aging::export::svg::{Anchor, Canvas, text_width_px};

/// Colours of the series, in their order: dark enough for white, told apart by brightness too.
const COLOURS: [&str; 8] = ["#1f4e79", "#c55a11", "#3f7f4f", "#7b5aa6", "#8a6d1c", "#a03050", "#2f8f9d", "#555555"];
/// Colour of what only guides the eye.
const GUIDE_COLOUR: &str = "#8c8c8c";
const MARGIN_PX: f64 = 20.0;
const LEGEND_ROW_PX: f64 = 20.0;
const SUBTITLE_PX: f64 = 12.0;

/// A whole picture.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What is shown.
    pub title: String,
    /// With what and on how much it was measured, small below the title.
    pub subtitle: String,
    /// Left to right.
    pub panels: Vec<Panel>,
}

impl Chart {
    /// The SVG document.
    pub fn svg(&self) -> String {
        let legend = self.legend();
        let content = self.panels.iter().map(Panel::width_px).sum::<f64>();
        let title_px = text_width_px(&self.title, 17.0).max(text_width_px("", SUBTITLE_PX));
        let width = (content + 2.0 * MARGIN_PX).max(title_px + 2.0 * MARGIN_PX).max(420.0);
        let subtitle = wrapped(&self.subtitle, width - 2.0 * MARGIN_PX);
        let rows = legend_rows(&legend, width - 2.0 * MARGIN_PX);
        let top = 44.0 + subtitle.len() as f64 * 16.0 + rows.len() as f64 * LEGEND_ROW_PX + 6.0;
        let panels_px = self.panels.iter().map(Panel::height_px).fold(0.0, f64::max);
        let mut canvas = Canvas::new(width, top + panels_px + MARGIN_PX / 2.0);
        canvas.text([MARGIN_PX, 30.0], &self.title, 17.0, "#111111", Anchor::Start, true);
        for (line, text) in subtitle.iter().enumerate() {
            canvas.text([MARGIN_PX, 50.0 + 16.0 * line as f64], text, SUBTITLE_PX, "#555555", Anchor::Start, false);
        }
        let legend_top = 50.0 + 16.0 * subtitle.len() as f64;
        for (row, entries) in rows.iter().enumerate() {
            let mut x = MARGIN_PX;
            for index in entries {
                let y = legend_top + LEGEND_ROW_PX * row as f64 + 4.0;
                let entry = &legend[*index];
                canvas.rectangle([x, y - 5.0], [12.0, 10.0], entry.colour);
                canvas.text([x + 18.0, y + 4.0], &entry.name, 12.0, "#222222", Anchor::Start, false);
                x += entry_px(&entry.name);
            }
        }
        let mut left = MARGIN_PX;
        for panel in &self.panels {
            panel.draw(&mut canvas, [left, top], &legend);
            left += panel.width_px();
        }
        canvas.document()
    }

    /// The series of all panels by name, once each: equal names share a colour and a place in the legend.
    fn legend(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut colours = COLOURS.iter().cycle();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if entries.iter().all(|entry| entry.name != series.name) {
                let own = if matches!(series.marks, Marks::Guide(_)) { None } else { colours.next() };
                entries.push(Entry { name: series.name.clone(), colour: own.copied().unwrap_or(GUIDE_COLOUR) });
            }
        }
        entries
    }
}

/// A series in the legend.
struct Entry {
    name: String,
    colour: &'static str,
}

fn entry_px(name: &str) -> f64 {
    text_width_px(name, 12.0) + 40.0
}

/// Which series stand in each row of the legend. One series alone needs none.
fn legend_rows(legend: &[Entry], width_px: f64) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut used = f64::INFINITY;
    for index in (0..legend.len()).filter(|_| legend.len() > 1) {
        if used + entry_px(&legend[index].name) > width_px {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += entry_px(&legend[index].name);
        if let Some(row) = rows.last_mut() {
            row.push(index);
        }
    }
    rows
}

/// A text in lines of at most this width.
fn wrapped(text: &str, width_px: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width_px(&format!("{line} {word}"), SUBTITLE_PX) <= width_px => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(name: &str) -> Chart {
        let points = vec![Point::new(0.0, 0.5).with_interval(Some([0.4, 0.6])), Point::new(1.0, 0.8)];
        Chart {
            title: name.to_owned(),
            subtitle: "made up".to_owned(),
            panels: vec![Panel {
                title: "Shares".to_owned(),
                x: Axis::categories("Part", ["one", "two"]),
                y: Axis::linear("Share", Unit::Share, [0.0, 1.0]),
                series: vec![
                    Series::new("raw", Marks::Points(points)),
                    Series::new("line", Marks::Line(vec![[0.0, 0.1], [1.0, 0.9]])),
                    Series::new("bars", Marks::Bars(vec![0.2, 0.3])),
                ],
            }],
        }
    }

    #[test]
    fn text_is_escaped_and_every_mark_is_drawn() {
        let svg = chart("a < b & “c”").svg();
        assert!(svg.contains("a &lt; b &amp; “c”") && !svg.contains("a < b"), "{svg}");
        assert!(svg.contains("<polyline") && svg.matches("<circle").count() == 2, "{svg}");
        for word in ["made up", "Shares", "one", "two", "40 %", "raw", "bars"] {
            assert!(svg.contains(word), "{word} is missing");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn marks_stay_inside_the_picture() {
        let svg = chart("inside").svg();
        let number = |text: &str| text.split('"').next().and_then(|value| value.parse::<f64>().ok()).unwrap();
        let width = number(svg.split("width=\"").nth(1).unwrap());
        for circle in svg.split("<circle cx=\"").skip(1) {
            assert!((0.0..width).contains(&number(circle)));
        }
    }
}
