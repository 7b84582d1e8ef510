//! Animated GIF: the first frame whole, then only the rectangle that changed, each with its own 256 colours.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use gif::{DisposalMethod, Encoder, Frame, Repeat};
use image::{RgbImage, imageops};

use super::Film;
use crate::aging::export::ExportError;

/// How thoroughly colours are chosen: from 1, the best, to 30, the fastest.
const COLOUR_SPEED: i32 = 10;

/// A GIF being written.
pub struct Gif {
    encoder: Encoder<BufWriter<File>>,
    delay_cs: u16,
}

impl Gif {
    /// Begins a film that repeats for ever.
    pub fn new(file: File, film: &Film, [width, height]: [u32; 2]) -> Result<Self, ExportError> {
        let (width, height) = (side(width)?, side(height)?);
        let mut encoder = Encoder::new(BufWriter::new(file), width, height, &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        Ok(Self { encoder, delay_cs: film.gif_delay_cs() })
    }
}

impl super::Encoder for Gif {
    type Frame = Frame<'static>;

    fn prepare(&self, before: Option<&RgbImage>, picture: &RgbImage) -> Frame<'static> {
        let [left, top, width, height] = before.map_or([0, 0, picture.width(), picture.height()], |before| {
            // A frame like the one before it still has to last its time: one pixel of it is enough.
            changed(before, picture).unwrap_or([0, 0, 1, 1])
        });
        let part = imageops::crop_imm(picture, left, top, width, height).to_image();
        // Both sides of the whole picture fit, so those of a part do.
        let small = |value: u32| value as u16;
        let mut frame = Frame::from_rgb_speed(small(width), small(height), part.as_raw(), COLOUR_SPEED);
        (frame.left, frame.top, frame.delay) = (small(left), small(top), self.delay_cs);
        frame.dispose = DisposalMethod::Keep;
        frame.make_lzw_pre_encoded();
        frame
    }

    fn add(&mut self, frame: Frame<'static>) -> Result<(), ExportError> {
        self.encoder.write_lzw_pre_encoded_frame(&frame).map_err(failed)
    }

    fn finish(mut self, xmp: &str) -> Result<File, ExportError> {
        self.encoder.get_mut().write_all(&xmp_extension(xmp)).map_err(failed)?;
        let writer = self.encoder.into_inner().map_err(failed)?;
        writer.into_inner().map_err(|error| failed(error.error()))
    }
}

/// The smallest rectangle that holds every difference: left, top, width and height.
fn changed(before: &RgbImage, picture: &RgbImage) -> Option<[u32; 4]> {
    let row_bytes = picture.width() as usize * 3;
    let rows = || before.as_raw().chunks_exact(row_bytes).zip(picture.as_raw().chunks_exact(row_bytes)).enumerate();
    let (mut left, mut right) = (row_bytes, 0);
    let (mut top, mut bottom) = (None, 0);
    for (y, (a, b)) in rows().filter(|(_, (a, b))| a != b) {
        top.get_or_insert(y);
        bottom = y + 1;
        let differs = |at: &usize| a[*at] != b[*at];
        left = (0..left).find(differs).unwrap_or(left);
        right = (right..row_bytes).rev().find(differs).map_or(right, |at| at + 1);
    }
    let (left, right) = (left / 3, right.div_ceil(3));
    top.map(|top| [left, top, right - left, bottom - top].map(|value| value as u32))
}

/// XMP as the specification puts it into GIF: the packet as it is, then a trailer over which readers that only know
/// blocks find the end wherever they come from.
fn xmp_extension(packet: &str) -> Vec<u8> {
    let mut bytes = vec![0x21, 0xFF, 11];
    bytes.extend(b"XMP DataXMP");
    bytes.extend(packet.as_bytes());
    bytes.push(1);
    bytes.extend((0..=255u8).rev());
    bytes.push(0);
    bytes
}

fn side(pixels: u32) -> Result<u16, ExportError> {
    u16::try_from(pixels).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> ExportError {
    ExportError::Film(error.to_string())
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn only_what_changed_is_in_the_rectangle() {
        let before = RgbImage::new(40, 30);
        assert_eq!(changed(&before, &before), None);
        let mut after = before.clone();
        after.put_pixel(7, 9, Rgb([0, 0, 1]));
        assert_eq!(changed(&before, &after), Some([7, 9, 1, 1]));
        after.put_pixel(39, 29, Rgb([1, 0, 0]));
        after.put_pixel(3, 20, Rgb([0, 1, 0]));
        assert_eq!(changed(&before, &after), Some([3, 9, 37, 21]));
    }
}
