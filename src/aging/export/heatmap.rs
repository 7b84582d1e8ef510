//! The picture of the attention maps: the aligned face, the identity share and the spatial gate cell by cell with
//! their numbers, and the channel gates sorted. Cells are drawn as computed, 7×7, never smoothed.

use image::{Rgb, RgbImage, imageops};

use super::canvas::{Pen, fill, place, write, write_centred, write_right};
use super::ink;
use crate::model::CELLS;

const MARGIN: f32 = 48.0;
const GAP: f32 = 28.0;
const PANEL: f32 = 392.0;
const CELL: f32 = PANEL / CELLS as f32;
const PANELS_TOP: f32 = 172.0;
const CHANNELS_TOP: f32 = PANELS_TOP + PANEL + 104.0;
const CHANNELS_HEIGHT: f32 = 110.0;
const HEIGHT: f32 = CHANNELS_TOP + CHANNELS_HEIGHT + 104.0;
/// How light the face's darkest grey becomes under the cells, so that the colours stay those of the bar.
const LIFT: f32 = 0.52;
const HEADING: Pen = Pen::semibold(15.0, ink::TEXT);
const CAPTION: Pen = Pen::regular(13.0, ink::MUTED);
const CELL_NUMBER: Pen = Pen::semibold(12.5, ink::TEXT);

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct AttentionPicture<'a> {
    /// The photo's name.
    pub title: &'a str,
    /// A line below it.
    pub subtitle: &'a str,
    /// The aligned face, square.
    pub face: &'a RgbImage,
    /// Identity share of each cell, 0 to 1, rows top to bottom.
    pub identity_share: &'a [[f32; CELLS]; CELLS],
    /// Spatial gate of each cell: the share given to age, 0 to 1.
    pub spatial_gate: &'a [[f32; CELLS]; CELLS],
    /// Channel gates: the share given to age, 0 to 1.
    pub channel_gate: &'a [f32],
    /// Lines at the foot.
    pub notes: &'a [String],
}

/// Draws the picture.
pub fn attention_picture(shown: &AttentionPicture<'_>) -> RgbImage {
    let width = 2.0 * MARGIN + 3.0 * PANEL + 2.0 * GAP;
    let mut picture = RgbImage::from_pixel(width as u32, HEIGHT as u32, ink::PAPER);
    let title = Pen::semibold(28.0, ink::TEXT);
    write(&mut picture, [MARGIN, MARGIN + 26.0], title, &title.fitted(shown.title, width - 2.0 * MARGIN));
    write(&mut picture, [MARGIN, MARGIN + 54.0], Pen::regular(16.0, ink::MUTED), shown.subtitle);

    let lefts = [0.0, 1.0, 2.0].map(|column| MARGIN + column * (PANEL + GAP));
    let face = imageops::resize(shown.face, PANEL as u32, PANEL as u32, imageops::FilterType::CatmullRom);
    draw_heading(&mut picture, lefts[0], "Aligned face", "as the network sees it, 112 × 112");
    place(&mut picture, &face, [lefts[0] as u32, PANELS_TOP as u32], 6.0);
    draw_heading(&mut picture, lefts[1], "Identity share", "of the features, cell by cell");
    draw_cells(&mut picture, lefts[1], &face, shown.identity_share, Side::Identity);
    draw_heading(&mut picture, lefts[2], "Spatial gate", "share of a cell given to age");
    draw_cells(&mut picture, lefts[2], &face, shown.spatial_gate, Side::Age);

    draw_channels(&mut picture, shown.channel_gate, width - 2.0 * MARGIN);
    let mut baseline = CHANNELS_TOP + CHANNELS_HEIGHT + 44.0;
    for line in shown.notes.iter().flat_map(|note| CAPTION.wrapped(note, width - 2.0 * MARGIN)) {
        write(&mut picture, [MARGIN, baseline], CAPTION, &line);
        baseline += 19.0;
    }
    picture
}

/// Which of the two a map's numbers are the share of.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Identity,
    Age,
}

fn draw_heading(picture: &mut RgbImage, left: f32, heading: &str, caption: &str) {
    let end = write(picture, [left, PANELS_TOP - 16.0], HEADING, heading);
    write(picture, [end + 8.0, PANELS_TOP - 16.0], CAPTION, caption);
}

/// The grey face under its coloured cells, each with its number, and the bar that explains the colours. The scale
/// runs as far from one half as the face's own numbers do, to both sides alike: the neutral colour always means half.
fn draw_cells(picture: &mut RgbImage, left: f32, face: &RgbImage, map: &[[f32; CELLS]; CELLS], side: Side) {
    let reach = map.iter().flatten().map(|value| (value - 0.5).abs()).fold(0.01, f32::max);
    let colour = |value: f32| {
        let toward_identity = if side == Side::Identity { value - 0.5 } else { 0.5 - value };
        ink::diverging(0.5 + 0.5 * toward_identity / reach)
    };
    let mut panel = RgbImage::from_fn(face.width(), face.height(), |x, y| Rgb([luma(face.get_pixel(x, y)); 3]));
    for y in 0..panel.height() {
        for x in 0..panel.width() {
            let value = map[(y as f32 / CELL) as usize % CELLS][(x as f32 / CELL) as usize % CELLS];
            let grey = LIFT + (1.0 - LIFT) * f32::from(panel.get_pixel(x, y).0[0]) / 255.0;
            panel.put_pixel(x, y, Rgb(colour(value).0.map(|level| (f32::from(level) * grey).round() as u8)));
        }
    }
    place(picture, &panel, [left as u32, PANELS_TOP as u32], 6.0);
    for (row, values) in map.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let centre = [left + (column as f32 + 0.5) * CELL, PANELS_TOP + (row as f32 + 0.5) * CELL + 4.5];
            let ground = [centre[0] - 15.0, centre[1] - 13.0, 30.0, 17.0];
            fill(picture, ground, 4.0, ink::PAPER, 0.55);
            write_centred(picture, centre, CELL_NUMBER, &format!("{value:.2}"));
        }
    }
    draw_bar(picture, left, reach, side);
}

fn luma(pixel: &Rgb<u8>) -> u8 {
    let [red, green, blue] = pixel.0.map(f32::from);
    (0.299 * red + 0.587 * green + 0.114 * blue).round() as u8
}

/// The colour bar: age at the left end, half in the middle, identity at the right end, with the map's own numbers.
fn draw_bar(picture: &mut RgbImage, left: f32, reach: f32, side: Side) {
    let top = PANELS_TOP + PANEL + 16.0;
    for step in 0..PANEL as u32 {
        let colour = ink::diverging(step as f32 / (PANEL - 1.0));
        fill(picture, [left + step as f32, top, 1.0, 12.0], 0.0, colour, 1.0);
    }
    let (age_end, identity_end) = match side {
        Side::Identity => (0.5 - reach, 0.5 + reach),
        Side::Age => (0.5 + reach, 0.5 - reach),
    };
    let baseline = top + 30.0;
    let number = Pen::semibold(13.0, ink::TEXT);
    let end = write(picture, [left, baseline], number, &format!("{age_end:.2}"));
    write(picture, [end + 6.0, baseline], Pen::semibold(13.0, ink::AGE), "age");
    write_centred(picture, [left + PANEL / 2.0, baseline], number, "0.50");
    let text = format!("{identity_end:.2}");
    write_right(picture, [left + PANEL, baseline], number, &text);
    let word_end = left + PANEL - number.width_px(&text) - 6.0;
    write_right(picture, [word_end, baseline], Pen::semibold(13.0, ink::IDENTITY), "identity");
}

/// The channel gates in order of size, above one half in the colour of age.
fn draw_channels(picture: &mut RgbImage, gates: &[f32], width_px: f32) {
    let heading = format!("Channel gates, sorted · {} channels", gates.len());
    let end = write(picture, [MARGIN, CHANNELS_TOP - 16.0], HEADING, &heading);
    write(picture, [end + 8.0, CHANNELS_TOP - 16.0], CAPTION, "share of a channel given to age");
    let mut sorted = gates.to_vec();
    sorted.sort_by(f32::total_cmp);
    let bottom = CHANNELS_TOP + CHANNELS_HEIGHT;
    let area = width_px - 36.0;
    for column in 0..area as usize {
        let Some(gate) = sorted.get(column * sorted.len() / area as usize) else { break };
        let colour = if *gate > 0.5 { ink::AGE } else { ink::LINE };
        let height = (gate * CHANNELS_HEIGHT).max(1.0);
        fill(picture, [MARGIN + column as f32, (bottom - height).round(), 1.0, height.round()], 0.0, colour, 1.0);
    }
    for (share, label) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
        let y = (bottom - share * CHANNELS_HEIGHT).round();
        fill(picture, [MARGIN, y, area, 1.0], 0.0, ink::MUTED, 0.4);
        write(picture, [MARGIN + area + 8.0, y + 4.5], CAPTION, label);
    }
}
