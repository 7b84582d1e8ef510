//! The attention maps as a vector drawing: cells as rectangles with their numbers over the face, the colour bars, the
//! channel gates in order, parts of the face, and the record of how it was made in the metadata.

use image::{DynamicImage, ImageEncoder as _, RgbImage, codecs::png::PngEncoder};

use super::svg::{Anchor, Canvas};
use super::{ExportError, Provenance, ink};
use crate::engine::RegionReading;
use crate::model::CELLS;

const MARGIN: f64 = 40.0;
const GAP: f64 = 28.0;
const PANEL: f64 = 336.0;
const CELL: f64 = PANEL / CELLS as f64;
const TITLE: f64 = 96.0;
/// From one row of maps to the next.
const ROW: f64 = PANEL + 96.0;
const COLUMNS: usize = 3;
const GATES: f64 = 96.0;
/// How much of the face is seen through the cells.
const CELL_OPACITY: f32 = 0.78;

/// What the colours of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapColours {
    /// The least is age, the most identity.
    AgeToIdentity,
    /// The least is identity, the most age.
    IdentityToAge,
    /// From nothing to much.
    Activity,
    /// Around zero, neither identity nor age.
    Signed,
}

/// One map.
#[derive(Clone, Debug)]
pub struct DrawnMap {
    /// The words above it.
    pub heading: String,
    /// The crop below its cells, drawn without colour; nothing for a difference and for a synthetic face, whose picture
    /// would need a mark that SVG does not have.
    pub face: Option<RgbImage>,
    /// One number for each cell, rows top to bottom.
    pub values: [[f32; CELLS]; CELLS],
    /// The numbers at the ends of the colours, the lesser first.
    pub range: [f32; 2],
    /// What the colours are.
    pub colours: MapColours,
    /// The line below the colour bar: what the scale is.
    pub scale: String,
}

/// What the drawing shows.
#[derive(Clone, Copy, Debug)]
pub struct AttentionDrawing<'a> {
    /// The photo's name.
    pub title: &'a str,
    /// A line below it.
    pub subtitle: &'a str,
    /// The aligned face.
    pub face: &'a RgbImage,
    /// The maps, left to right and down.
    pub maps: &'a [DrawnMap],
    /// Channel gates of the face looked at.
    pub channel_gate: &'a [f32],
    /// Parts of the face looked at.
    pub regions: &'a [RegionReading],
    /// Lines at the foot.
    pub notes: &'a [String],
}

/// The drawing as an SVG document.
///
/// # Errors
/// When the face cannot be encoded, which an empty picture cannot.
pub fn attention_svg(shown: &AttentionDrawing<'_>, provenance: &Provenance) -> Result<String, ExportError> {
    let rows = (shown.maps.len() + 1).div_ceil(COLUMNS);
    let width = 2.0 * MARGIN + COLUMNS as f64 * PANEL + (COLUMNS - 1) as f64 * GAP;
    let below = TITLE + rows as f64 * ROW;
    let height = below + GATES + 96.0 + 18.0 * shown.notes.len() as f64 + MARGIN;
    let mut canvas = Canvas::new(width, height);
    canvas.describe(shown.title, &serde_json::to_string(provenance).unwrap_or_default());
    let (text, muted) = (ink::hex(ink::TEXT), ink::hex(ink::MUTED));
    canvas.text([MARGIN, 48.0], shown.title, 24.0, &text, Anchor::Start, true);
    canvas.text([MARGIN, 70.0], shown.subtitle, 14.0, &muted, Anchor::Start, false);
    let corner = |index: usize| {
        let (row, column) = (index / COLUMNS, index % COLUMNS);
        [MARGIN + column as f64 * (PANEL + GAP), TITLE + row as f64 * ROW + 24.0]
    };
    heading(&mut canvas, corner(0), "Aligned face, 112 × 112 · Photograph");
    canvas.picture(corner(0), [PANEL; 2], &png(shown.face)?, "Aligned face");
    for (index, map) in shown.maps.iter().enumerate() {
        draw_map(&mut canvas, corner(index + 1), map)?;
    }
    gates(&mut canvas, [MARGIN, below + 24.0], width * 0.62 - MARGIN, shown.channel_gate);
    regions(&mut canvas, [width * 0.66, below + 24.0], width * 0.34 - MARGIN, shown.regions);
    for (index, note) in shown.notes.iter().enumerate() {
        let at = [MARGIN, below + GATES + 84.0 + 18.0 * index as f64];
        canvas.text(at, note, 11.0, &muted, Anchor::Start, false);
    }
    Ok(canvas.document())
}

fn heading(canvas: &mut Canvas, [x, y]: [f64; 2], words: &str) {
    canvas.text([x, y - 10.0], words, 13.0, &ink::hex(ink::TEXT), Anchor::Start, true);
}

fn draw_map(canvas: &mut Canvas, corner: [f64; 2], map: &DrawnMap) -> Result<(), ExportError> {
    heading(canvas, corner, &map.heading);
    if let Some(face) = &map.face {
        let grey = DynamicImage::ImageRgb8(face.clone()).grayscale().to_rgb8();
        canvas.picture(corner, [PANEL; 2], &png(&grey)?, &map.heading);
    }
    let opacity = if map.face.is_some() { CELL_OPACITY } else { 1.0 };
    for (row, values) in map.values.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let at = [corner[0] + column as f64 * CELL, corner[1] + row as f64 * CELL];
            canvas.veil(at, [CELL; 2], &ink::hex(map.colour(*value)), opacity);
            let middle = [at[0] + CELL / 2.0, at[1] + CELL / 2.0];
            canvas.veil([middle[0] - 18.0, middle[1] - 9.0], [36.0, 18.0], "#ffffff", 0.6);
            let number = [middle[0], middle[1] + 4.0];
            canvas.text(number, &map.number(*value), 11.0, &ink::hex(ink::TEXT), Anchor::Middle, true);
        }
    }
    bar(canvas, [corner[0], corner[1] + PANEL + 10.0], map);
    Ok(())
}

impl DrawnMap {
    fn colour(&self, value: f32) -> image::Rgb<u8> {
        let [low, high] = self.range;
        let position = ((value - low) / (high - low).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
        match self.colours {
            MapColours::AgeToIdentity => ink::diverging(position),
            MapColours::IdentityToAge => ink::diverging(1.0 - position),
            MapColours::Activity => ink::sequential(position),
            MapColours::Signed => ink::signed(position),
        }
    }

    fn number(&self, value: f32) -> String {
        let text = if self.range[0] < 0.0 { format!("{value:+.2}") } else { format!("{value:.2}") };
        text.replace('-', "−")
    }

    /// What stands at the ends of the bar, the age at the left wherever there is age.
    fn ends(&self) -> [(f32, &'static str); 2] {
        let [low, high] = self.range;
        let words = if low < 0.0 { ["more age", "more identity"] } else { ["age", "identity"] };
        match self.colours {
            MapColours::AgeToIdentity => [(low, words[0]), (high, words[1])],
            MapColours::IdentityToAge => [(high, words[0]), (low, words[1])],
            MapColours::Activity | MapColours::Signed => [(low, ""), (high, "")],
        }
    }
}

/// The colour bar with its numbers and the words for its scale.
fn bar(canvas: &mut Canvas, [x, y]: [f64; 2], map: &DrawnMap) {
    const STEPS: usize = 48;
    let ends = map.ends();
    for step in 0..STEPS {
        let share = (step as f32 + 0.5) / STEPS as f32;
        let value = ends[0].0 + (ends[1].0 - ends[0].0) * share;
        // A little wider than a step, so that no gap shows between two.
        let size = [PANEL / STEPS as f64 + 0.4, 10.0];
        canvas.rectangle([x + PANEL * step as f64 / STEPS as f64, y], size, &ink::hex(map.colour(value)));
    }
    let muted = ink::hex(ink::MUTED);
    let [left, right] = ends.map(|(value, words)| format!("{words} {}", map.number(value)).trim().to_owned());
    canvas.text([x, y + 26.0], &left, 12.0, &muted, Anchor::Start, false);
    canvas.text([x + PANEL, y + 26.0], &right, 12.0, &muted, Anchor::End, false);
    canvas.text([x + PANEL / 2.0, y + 26.0], &map.scale, 11.0, &muted, Anchor::Middle, false);
}

/// The channel gates in order of size, above one half in the colour of age.
fn gates(canvas: &mut Canvas, [x, y]: [f64; 2], width: f64, gates: &[f32]) {
    let to_age = gates.iter().filter(|gate| **gate > 0.5).count();
    heading(canvas, [x, y], &format!("Channel gates, sorted · {} channels, {to_age} mostly to age", gates.len()));
    let mut sorted = gates.to_vec();
    sorted.sort_by(f32::total_cmp);
    let step = width / sorted.len().max(1) as f64;
    for (index, gate) in sorted.iter().enumerate() {
        let height = f64::from(*gate) * GATES;
        let colour = ink::hex(if *gate > 0.5 { ink::AGE } else { ink::LINE });
        canvas.rectangle([x + step * index as f64, y + GATES - height], [step, height], &colour);
    }
    let muted = ink::hex(ink::MUTED);
    for (share, label) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
        let line = y + GATES * (1.0 - share);
        canvas.line([x, line], [x + width, line], &muted, 0.5);
        canvas.text([x + width + 6.0, line + 4.0], label, 11.0, &muted, Anchor::Start, false);
    }
}

/// Share of identity of each part of the face.
fn regions(canvas: &mut Canvas, [x, y]: [f64; 2], width: f64, regions: &[RegionReading]) {
    heading(canvas, [x, y], "Share of identity by region");
    let (text, muted) = (ink::hex(ink::TEXT), ink::hex(ink::MUTED));
    for (index, region) in regions.iter().enumerate() {
        let top = y + 20.0 * index as f64;
        canvas.text([x, top + 10.0], region.region.label(), 11.0, &muted, Anchor::Start, false);
        let rail = [x + 76.0, top + 3.0];
        let length = width - 116.0;
        canvas.rectangle(rail, [length, 7.0], &ink::hex(ink::LINE));
        canvas.rectangle(rail, [length * f64::from(region.identity_share), 7.0], &ink::hex(ink::IDENTITY));
        let number = format!("{:.2}", region.identity_share);
        canvas.text([x + width, top + 10.0], &number, 11.0, &text, Anchor::End, true);
    }
}

fn png(picture: &RgbImage) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let written = PngEncoder::new(&mut bytes).write_image(picture, width, height, image::ExtendedColorType::Rgb8);
    written.map_err(|error| ExportError::Picture(error.to_string()))?;
    Ok(bytes)
}
