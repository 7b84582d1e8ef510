//! The contact sheet: the photograph and its synthetic ages side by side, each labelled, with the identity it keeps.

use image::{RgbImage, imageops};

use super::canvas::{Pen, fill, place, write, write_right};
use super::label::Tag;
use super::{ink, years_text};

const MARGIN: f32 = 48.0;
const GAP: f32 = 24.0;
const PICTURE: f32 = 320.0;
const CAPTION: f32 = 72.0;
const HEADER: f32 = 84.0;
const LINE_HEIGHT: f32 = 19.0;
/// So that the title and the notes have room on a sheet of few faces.
const MIN_COLUMNS: usize = 3;
const TITLE: Pen = Pen::semibold(28.0, ink::TEXT);
const SUBTITLE: Pen = Pen::regular(16.0, ink::MUTED);
const NOTE: Pen = Pen::regular(13.0, ink::MUTED);

/// One face of the sheet.
#[derive(Clone, Debug)]
pub enum SheetCell {
    /// The photograph itself.
    Photograph {
        /// The face and what surrounds it, square, without a label.
        picture: RgbImage,
        /// Its age in years.
        age_years: f32,
        /// Whether the age was stated by the user; estimated otherwise.
        stated: bool,
    },
    /// A synthetic age.
    Synthetic {
        /// The face and what surrounds it, square, without a label.
        picture: RgbImage,
        /// The age in years.
        age_years: f32,
        /// Cosine to the photograph's identity, -1 to 1.
        identity_cosine: f32,
    },
}

/// A contact sheet before it is drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it shows, such as the photo's name.
    pub title: String,
    /// A line below the title.
    pub subtitle: String,
    /// The faces, in the order shown.
    pub cells: Vec<SheetCell>,
    /// Lines at the foot: what to keep in mind, how it was made.
    pub notes: Vec<String>,
}

/// Draws the sheet.
pub fn contact_sheet(sheet: &Sheet) -> RgbImage {
    let columns = columns(sheet.cells.len());
    let rows = sheet.cells.len().div_ceil(columns);
    let width = 2.0 * MARGIN + columns.max(MIN_COLUMNS) as f32 * (PICTURE + GAP) - GAP;
    let notes: Vec<String> = sheet.notes.iter().flat_map(|note| NOTE.wrapped(note, width - 2.0 * MARGIN)).collect();
    let foot = MARGIN + HEADER + rows as f32 * (PICTURE + CAPTION + GAP);
    let height = foot + 12.0 + notes.len() as f32 * LINE_HEIGHT + MARGIN - 6.0;
    let mut picture = RgbImage::from_pixel(width as u32, height as u32, ink::PAPER);
    draw_header(&mut picture, sheet, width - 2.0 * MARGIN);
    for (index, cell) in sheet.cells.iter().enumerate() {
        let left = MARGIN + (index % columns) as f32 * (PICTURE + GAP);
        let top = MARGIN + HEADER + (index / columns) as f32 * (PICTURE + CAPTION + GAP);
        draw_cell(&mut picture, cell, [left, top]);
    }
    fill(&mut picture, [MARGIN, foot, width - 2.0 * MARGIN, 1.0], 0.0, ink::LINE, 1.0);
    for (line, note) in notes.iter().enumerate() {
        write(&mut picture, [MARGIN, foot + 26.0 + line as f32 * LINE_HEIGHT], NOTE, note);
    }
    picture
}

/// Up to five faces in one row, more in rows as even as they can be.
fn columns(cells: usize) -> usize {
    match cells {
        0..=5 => cells.max(1),
        6..=10 => cells.div_ceil(2),
        _ => 5,
    }
}

fn draw_header(picture: &mut RgbImage, sheet: &Sheet, width_px: f32) {
    write(picture, [MARGIN, MARGIN + 26.0], TITLE, &TITLE.fitted(&sheet.title, width_px));
    write(picture, [MARGIN, MARGIN + 54.0], SUBTITLE, &SUBTITLE.fitted(&sheet.subtitle, width_px));
}

fn draw_cell(sheet: &mut RgbImage, cell: &SheetCell, [left, top]: [f32; 2]) {
    let (face, tag) = match cell {
        SheetCell::Photograph { picture, .. } => (picture, Tag::photograph(12.0)),
        SheetCell::Synthetic { picture, age_years, .. } => (picture, Tag::synthetic(*age_years, 12.0)),
    };
    let side = PICTURE as u32;
    let mut face = imageops::resize(face, side, side, imageops::FilterType::CatmullRom);
    let corner = tag.bottom_right(&face);
    tag.draw(&mut face, corner);
    place(sheet, &face, [left as u32, top as u32], 6.0);
    let baseline = top + PICTURE + 38.0;
    match cell {
        SheetCell::Photograph { age_years, stated, .. } => {
            let note = if *stated { "years, as stated" } else { "years, as estimated" };
            draw_age(sheet, [left, baseline], Pen::semibold(34.0, ink::TEXT), *age_years, note);
        }
        SheetCell::Synthetic { age_years, identity_cosine, .. } => {
            draw_age(sheet, [left, baseline], Pen::semibold(34.0, ink::AGE), *age_years, "years");
            draw_identity(sheet, [left, baseline], *identity_cosine);
        }
    }
}

fn draw_age(sheet: &mut RgbImage, at: [f32; 2], pen: Pen, age_years: f32, note: &str) {
    let shown = if matches!(pen.colour, ink::AGE) { years_text(age_years) } else { format!("{age_years:.0}") };
    let end = write(sheet, at, pen, &shown);
    write(sheet, [end + 8.0, at[1]], Pen::regular(14.0, ink::MUTED), note);
}

/// The identity kept, as a number and as a bar whose full length is 1.
fn draw_identity(sheet: &mut RgbImage, [left, baseline]: [f32; 2], cosine: f32) {
    let right = left + PICTURE;
    let number = Pen::semibold(16.0, ink::IDENTITY);
    let text = format!("{cosine:.2}");
    write_right(sheet, [right, baseline], number, &text);
    write_right(
        sheet,
        [right - number.width_px(&text) - 6.0, baseline],
        Pen::regular(14.0, ink::MUTED),
        "identity kept",
    );
    let bar = [left, baseline + 14.0, PICTURE, 4.0];
    fill(sheet, bar, 2.0, ink::LINE, 1.0);
    fill(sheet, [bar[0], bar[1], PICTURE * cosine.clamp(0.0, 1.0), bar[3]], 2.0, ink::IDENTITY, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_even() {
        let cases = [(1, 1), (2, 2), (5, 5), (6, 3), (7, 4), (8, 4), (9, 5), (10, 5), (23, 5)];
        for (cells, expected) in cases {
            assert_eq!(columns(cells), expected, "{cells} cells");
        }
    }
}
