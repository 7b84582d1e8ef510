//! Drawing on a picture: rectangles, rounded rectangles, other pictures and text. Coordinates are pixels from the
//! top left; what falls outside the picture is left out.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage, imageops};

/// Weight of the writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Reading text.
    Regular,
    /// Headings and numbers that matter.
    SemiBold,
}

/// Size, weight and colour of writing.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Size of the em in pixels.
    pub size_px: f32,
    /// Weight.
    pub weight: Weight,
    /// Colour.
    pub colour: Rgb<u8>,
}

impl Pen {
    /// Reading text of this size and colour.
    pub const fn regular(size_px: f32, colour: Rgb<u8>) -> Self {
        Self { size_px, weight: Weight::Regular, colour }
    }

    /// Semibold text of this size and colour.
    pub const fn semibold(size_px: f32, colour: Rgb<u8>) -> Self {
        Self { size_px, weight: Weight::SemiBold, colour }
    }

    /// Width of a line of text in pixels.
    pub fn width_px(&self, text: &str) -> f32 {
        let font = self.font().as_scaled(self.scale());
        text.chars().map(|letter| font.h_advance(font.glyph_id(letter))).sum()
    }

    /// The text, cut and ended with “…” where it is wider than this.
    pub fn fitted(&self, text: &str, max_px: f32) -> String {
        let mut kept: Vec<char> = text.chars().collect();
        if self.width_px(text) <= max_px {
            return text.to_owned();
        }
        loop {
            kept.pop();
            let shortened: String = kept.iter().chain(&['…']).collect();
            if kept.is_empty() || self.width_px(&shortened) <= max_px {
                return shortened;
            }
        }
    }

    /// The text in lines no wider than this, broken between words.
    pub fn wrapped(&self, text: &str, max_px: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width_px(&format!("{line} {word}")) <= max_px => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    fn font(&self) -> &'static FontRef<'static> {
        match self.weight {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMIBOLD,
        }
    }

    /// `ab_glyph` scales by ascent to descent; people mean the em.
    fn scale(&self) -> PxScale {
        let font = self.font();
        let em = font.units_per_em().unwrap_or(1.0);
        PxScale::from(self.size_px * font.height_unscaled() / em)
    }
}

/// A font that is part of the program.
fn bundled(bytes: &'static [u8]) -> FontRef<'static> {
    // The bytes never change and the tests of this file parse both.
    #[expect(clippy::expect_used, reason = "part of the program, parsed in the tests below")]
    FontRef::try_from_slice(bytes).expect("the bundled font is a font")
}

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| bundled(include_bytes!("../../../assets/fonts/Inter-Regular.ttf")));
static SEMIBOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| bundled(include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf")));

/// Left, top, width and height in pixels.
pub type Area = [f32; 4];

/// Fills a rectangle with round corners, smooth at the edge.
pub fn fill(picture: &mut RgbImage, [left, top, width, height]: Area, radius_px: f32, colour: Rgb<u8>, opacity: f32) {
    let columns = clipped(left, width, picture.width());
    for y in clipped(top, height, picture.height()) {
        for x in columns.clone() {
            let share = coverage([x as f32 + 0.5 - left, y as f32 + 0.5 - top], [width, height], radius_px);
            blend(picture, x, y, colour, share * opacity);
        }
    }
}

/// How much of the pixel around a point lies in a rectangle with round corners that starts at the origin: from its
/// distance to the edge.
fn coverage(point: [f32; 2], size: [f32; 2], radius_px: f32) -> f32 {
    let radius_px = radius_px.min(size[0] / 2.0).min(size[1] / 2.0);
    let past = [0, 1].map(|axis: usize| (point[axis] - size[axis] / 2.0).abs() - size[axis] / 2.0 + radius_px);
    let outside = past[0].max(0.0).hypot(past[1].max(0.0));
    let inside = past[0].max(past[1]).min(0.0);
    (0.5 + radius_px - outside - inside).clamp(0.0, 1.0)
}

/// Rows or columns of a picture that a span touches.
fn clipped(start: f32, length: f32, end: u32) -> std::ops::Range<u32> {
    start.floor().max(0.0) as u32..((start + length).ceil().max(0.0) as u32).min(end)
}

/// Copies a picture onto another with round corners.
pub fn place(picture: &mut RgbImage, source: &RgbImage, [left, top]: [u32; 2], radius_px: f32) {
    let ground: RgbImage = imageops::crop_imm(picture, left, top, source.width(), source.height()).to_image();
    imageops::replace(picture, source, i64::from(left), i64::from(top));
    let size = [source.width() as f32, source.height() as f32];
    for (x, y, under) in ground.enumerate_pixels() {
        let outside = 1.0 - coverage([x as f32 + 0.5, y as f32 + 0.5], size, radius_px);
        if outside > 0.0 {
            blend(picture, left + x, top + y, *under, outside);
        }
    }
}

/// Writes a line with its baseline at `y`; returns where it ends.
pub fn write(picture: &mut RgbImage, [x, y]: [f32; 2], pen: Pen, text: &str) -> f32 {
    let (font, scale) = (pen.font(), pen.scale());
    let scaled = font.as_scaled(scale);
    let mut at = x;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        draw_glyph(picture, font, id.with_scale_and_position(scale, point(at, y)), pen.colour);
        at += scaled.h_advance(id);
    }
    at
}

/// Writes a line that ends at `x`.
pub fn write_right(picture: &mut RgbImage, [x, y]: [f32; 2], pen: Pen, text: &str) {
    write(picture, [x - pen.width_px(text), y], pen, text);
}

/// Writes a line around `x`.
pub fn write_centred(picture: &mut RgbImage, [x, y]: [f32; 2], pen: Pen, text: &str) {
    write(picture, [x - pen.width_px(text) / 2.0, y], pen, text);
}

fn draw_glyph(picture: &mut RgbImage, font: &FontRef<'static>, glyph: Glyph, colour: Rgb<u8>) {
    let Some(outline) = font.outline_glyph(glyph) else { return };
    let bounds = outline.px_bounds();
    let (width, height) = (picture.width() as i64, picture.height() as i64);
    outline.draw(|x, y, coverage| {
        let (x, y) = (bounds.min.x as i64 + i64::from(x), bounds.min.y as i64 + i64::from(y));
        if (0..width).contains(&x) && (0..height).contains(&y) {
            blend(picture, x as u32, y as u32, colour, coverage.min(1.0));
        }
    });
}

/// Mixes a colour into one pixel.
pub fn blend(picture: &mut RgbImage, x: u32, y: u32, colour: Rgb<u8>, opacity: f32) {
    let pixel = picture.get_pixel_mut(x, y);
    for (under, over) in pixel.0.iter_mut().zip(colour.0) {
        *under = (f32::from(*under) + (f32::from(over) - f32::from(*under)) * opacity).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: Rgb<u8> = Rgb([0, 0, 0]);

    #[test]
    fn both_fonts_are_fonts_and_hold_what_is_written() {
        for pen in [Pen::regular(12.0, BLACK), Pen::semibold(12.0, BLACK)] {
            for letter in "Synthetic · age 65 ± 5 – “…” × é".chars() {
                assert_ne!(pen.font().glyph_id(letter).0, 0, "{letter}");
            }
        }
    }

    #[test]
    fn text_is_cut_to_fit() {
        let pen = Pen::regular(12.0, BLACK);
        assert_eq!(pen.fitted("short", 200.0), "short");
        let cut = pen.fitted("a very long file name that does not fit.jpg", 100.0);
        assert!(cut.ends_with('…') && pen.width_px(&cut) <= 100.0, "{cut}");
    }

    #[test]
    fn a_rectangle_on_whole_pixels_is_even_to_its_edge() {
        let mut picture = RgbImage::new(6, 6);
        fill(&mut picture, [1.0, 2.0, 3.0, 1.0], 0.0, Rgb([200, 200, 200]), 1.0);
        let filled = picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == [200; 3]).count();
        let touched = picture.pixels().filter(|pixel| pixel.0 != [0; 3]).count();
        assert_eq!((filled, touched), (3, 3));
    }

    #[test]
    fn drawing_past_the_edge_is_left_out() {
        let mut picture = RgbImage::new(8, 8);
        fill(&mut picture, [-5.0, -5.0, 40.0, 40.0], 0.0, Rgb([9, 9, 9]), 1.0);
        write(&mut picture, [-3.0, 30.0], Pen::semibold(40.0, BLACK), "Wide text");
        assert_eq!(picture.get_pixel(7, 7), &Rgb([9, 9, 9]));
    }
}
