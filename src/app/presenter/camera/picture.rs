//! From a camera's bytes to a picture. Bytes that do not hold one, as when a cable is touched, give nothing.

use image::{ImageFormat, RgbImage};

/// The segment by which a JPEG says that it is a frame of a film, and so may do without Huffman tables of its own.
const FILM_MARK: [u8; 9] = [0xFF, 0xE0, 0, 7, b'A', b'V', b'I', b'1', 0];
const JPEG_BEGIN: [u8; 2] = [0xFF, 0xD8];

/// A frame of Motion JPEG.
pub fn from_motion_jpeg(bytes: &[u8]) -> Option<RgbImage> {
    let rest = bytes.strip_prefix(&JPEG_BEGIN)?;
    // Many cameras leave the tables out and the mark as well; tables that are there count before the usual ones.
    let marked = [JPEG_BEGIN.as_slice(), &FILM_MARK, rest].concat();
    let picture = image::load_from_memory_with_format(&marked, ImageFormat::Jpeg).ok()?.into_rgb8();
    (picture.width() > 0 && picture.height() > 0).then_some(picture)
}

/// A picture of pairs of pixels (brightness, blue, brightness, red; BT.601, levels 16 to 235), each line so many bytes
/// long. `width` is even; a last odd pixel is left out.
pub fn from_yuyv(bytes: &[u8], width: u32, height: u32, bytes_per_line: u32) -> Option<RgbImage> {
    let (pairs, line) = ((width / 2) as usize, (bytes_per_line as usize).max(width as usize / 2 * 4));
    let needed = line.checked_mul((height as usize).checked_sub(1)?)?.checked_add(pairs * 4)?;
    if pairs == 0 || bytes.len() < needed {
        return None;
    }
    let mut rgb = Vec::with_capacity(pairs * 6 * height as usize);
    for row in bytes.chunks(line).take(height as usize) {
        let (quads, _) = row.as_chunks::<4>();
        for [y0, u, y1, v] in &quads[..pairs] {
            rgb.extend(rgb_of(*y0, *u, *v));
            rgb.extend(rgb_of(*y1, *u, *v));
        }
    }
    RgbImage::from_raw(pairs as u32 * 2, height, rgb)
}

/// BT.601 in whole numbers, 256 being one.
fn rgb_of(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (light, blue, red) = (298 * (i32::from(y) - 16), i32::from(u) - 128, i32::from(v) - 128);
    let level = |value: i32| ((value + 128) >> 8).clamp(0, 255) as u8;
    [level(light + 409 * red), level(light - 100 * blue - 208 * red), level(light + 516 * blue)]
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;

    use super::*;

    #[test]
    fn black_white_and_the_primaries_come_out_right() {
        let near = |got: [u8; 3], wanted: [u8; 3]| {
            assert!(got.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 2), "{got:?} is not {wanted:?}");
        };
        near(rgb_of(16, 128, 128), [0, 0, 0]);
        near(rgb_of(235, 128, 128), [255, 255, 255]);
        near(rgb_of(81, 90, 240), [255, 0, 0]);
        near(rgb_of(145, 54, 34), [0, 255, 0]);
        near(rgb_of(41, 240, 110), [0, 0, 255]);
    }

    #[test]
    fn lines_may_be_longer_than_their_pixels_and_must_all_be_there() {
        // Two lines of two pixels, each line with two bytes of filling.
        let bytes = [16, 128, 235, 128, 9, 9, 235, 128, 16, 128, 9, 9];
        let picture = from_yuyv(&bytes, 2, 2, 6).unwrap();
        let levels: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!(levels, [0, 255, 255, 0]);
        assert!(from_yuyv(&bytes[..10], 2, 2, 6).is_some());
        assert!(from_yuyv(&bytes[..9], 2, 2, 6).is_none());
        assert!(from_yuyv(&[], 0, 0, 0).is_none());
        assert!(from_yuyv(&bytes, u32::MAX, u32::MAX, u32::MAX).is_none());
    }

    fn jpeg() -> (RgbImage, Vec<u8>) {
        let picture = RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 3) as u8, (y * 4) as u8, 120]));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&picture).unwrap();
        (picture, bytes)
    }

    /// The same without its Huffman tables, as cameras send it.
    fn without_tables(jpeg: &[u8]) -> Vec<u8> {
        let (mut kept, mut at) = (jpeg[..2].to_vec(), 2);
        while jpeg[at + 1] != 0xDA {
            let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            if jpeg[at + 1] != 0xC4 {
                kept.extend_from_slice(&jpeg[at..end]);
            }
            at = end;
        }
        kept.extend_from_slice(&jpeg[at..]);
        kept
    }

    #[test]
    fn motion_jpeg_is_read_with_and_without_tables() {
        let (picture, bytes) = jpeg();
        let bare = without_tables(&bytes);
        assert!(bare.len() + 300 < bytes.len(), "the tables were not taken out");
        for bytes in [bytes, bare] {
            let read = from_motion_jpeg(&bytes).unwrap();
            assert_eq!(read.dimensions(), picture.dimensions());
            let far = read.pixels().zip(picture.pixels()).filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 12).count();
            assert!(far < 10, "{far} pixels are others");
        }
    }

    #[test]
    fn damaged_frames_give_nothing() {
        let (_, bytes) = jpeg();
        assert!(from_motion_jpeg(&[]).is_none());
        assert!(from_motion_jpeg(b"no picture at all").is_none());
        assert!(from_motion_jpeg(&bytes[..40]).is_none());
    }
}
