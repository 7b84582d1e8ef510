//! Bytes of a picture file → upright RGB pixels. The format is told by the content, never by the file's name, and
//! the size by the header, before any pixel is decoded.

use std::io::Cursor;

use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::{MAX_PIXELS, PhotoError};

/// Working memory a decoder may ask for, in bytes: a photo at the limit with four 16-bit channels, and room to work.
const MAX_DECODER_BYTES: u64 = 1024 * 1024 * 1024;

/// Decodes, turns upright, lays over white.
pub(super) fn upright_rgb(name: &str, bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    let format = recognise(name, bytes)?;
    if format == ImageFormat::Png
        && let Some((width_px, height_px)) = png_header_size(bytes)
    {
        check_pixels(name, width_px, height_px)?;
    }
    if format == ImageFormat::Jpeg && !jpeg_is_complete(bytes) {
        return Err(PhotoError::Truncated { name: name.to_owned() });
    }
    let failed = |error| decoding_failed(name, error);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The size is checked below in our own words; the decoder's limits are set after that.
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width_px, height_px) = decoder.dimensions();
    check_pixels(name, width_px, height_px)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    Ok(over_white(picture))
}

fn check_pixels(name: &str, width_px: u32, height_px: u32) -> Result<(), PhotoError> {
    if u64::from(width_px) * u64::from(height_px) > MAX_PIXELS {
        return Err(PhotoError::TooManyPixels { name: name.to_owned(), width_px, height_px });
    }
    Ok(())
}

fn recognise(name: &str, bytes: &[u8]) -> Result<ImageFormat, PhotoError> {
    let other = |format| Err(PhotoError::OtherFormat { name: name.to_owned(), format });
    match image::guess_format(bytes) {
        Ok(
            format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Bmp | ImageFormat::Tiff),
        ) => Ok(format),
        Ok(ImageFormat::Gif) => other("GIF"),
        Ok(ImageFormat::Avif) => other("AVIF"),
        Ok(ImageFormat::Hdr) => other("Radiance HDR"),
        Ok(ImageFormat::OpenExr) => other("OpenEXR"),
        Ok(ImageFormat::Ico) => other("icon"),
        Ok(ImageFormat::Dds) => other("DDS"),
        Ok(ImageFormat::Pnm) => other("PNM"),
        Ok(ImageFormat::Qoi) => other("QOI"),
        Ok(ImageFormat::Farbfeld) => other("Farbfeld"),
        _ if is_heif(bytes) => other("HEIC"),
        _ if bytes.starts_with(b"%PDF") => other("PDF"),
        _ => Err(PhotoError::NotAPicture { name: name.to_owned(), content: describe(bytes) }),
    }
}

/// Phones write HEIC: an ISO media file whose brand names it.
fn is_heif(bytes: &[u8]) -> bool {
    matches!(
        (bytes.get(4..8), bytes.get(8..12)),
        (Some(b"ftyp"), Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1"))
    )
}

fn describe(bytes: &[u8]) -> &'static str {
    let beginning = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(beginning);
    let is_text = !beginning.contains(&0) && text.chars().rev().skip(4).all(|c| c != char::REPLACEMENT_CHARACTER);
    match text.trim_start().get(..5) {
        Some(start) if is_text && start.eq_ignore_ascii_case("<html") => "a web page",
        Some(start) if is_text && start.eq_ignore_ascii_case("<!doc") => "a web page",
        _ if is_text => "plain text",
        _ => "of no known kind",
    }
}

/// Width and height of a PNG's first chunk, which comes before everything that could cost memory.
fn png_header_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((number(16)?, number(20)?))
}

/// Whether a JPEG reaches its end marker. The decoder fills what is missing with grey and says nothing, so a
/// picture cut off in transfer would look like a photograph with a grey half.
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut at = 2;
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            END => return true,
            // Markers that stand alone.
            0x01 | 0xD0..=0xD8 => {}
            _ => {
                let Some(&[high, low]) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([high, low]));
                if marker == SCAN {
                    skip_scan(bytes, &mut at);
                }
            }
        }
    }
    false
}

/// The byte after the next `FF`s; `at` moves behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let start = *at + bytes.get(*at..)?.iter().position(|&byte| byte == 0xFF)?;
    let code = start + bytes[start..].iter().position(|&byte| byte != 0xFF)?;
    *at = code + 1;
    Some(bytes[code])
}

/// Moves to the first marker behind coded data, past stuffed bytes (`FF 00`) and restart markers.
fn skip_scan(bytes: &[u8], at: &mut usize) {
    while let Some(offset) = bytes.get(*at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF)) {
        *at += offset;
        match bytes.get(*at + 1) {
            Some(0x00 | 0xD0..=0xD7) => *at += 2,
            _ => return,
        }
    }
    *at = bytes.len();
}

fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0;
        // Rounded to nearest: (c·a + 255·(255 − a)) / 255 never exceeds 255.
        let lay = |c: u8| ((u32::from(c) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8;
        image::Rgb([lay(r), lay(g), lay(b)])
    })
}

fn decoding_failed(name: &str, error: ImageError) -> PhotoError {
    let name = name.to_owned();
    match error {
        ImageError::Unsupported(error) => PhotoError::UnknownVariant { name, reason: error.to_string() },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoError::Truncated { name }
        }
        error => PhotoError::Damaged { name, reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_transparent_black_over_white_is_middle_grey() {
        let picture = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(1, 1, image::Rgba([0, 0, 0, 128])));
        assert_eq!(over_white(picture).get_pixel(0, 0).0, [127; 3]);
    }

    #[test]
    fn stuffed_bytes_and_restart_markers_do_not_end_a_scan() {
        let start = [0xFF, 0xD8, 0xFF, 0xDA, 0x00, 0x02, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD3, 0x56];
        assert!(!jpeg_is_complete(&start));
        assert!(jpeg_is_complete(&[&start[..], &[0xFF, 0xD9]].concat()));
    }

    #[test]
    fn an_end_marker_inside_a_thumbnail_is_not_the_end() {
        let bytes = [0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x04, 0xFF, 0xD9, 0xFF, 0xDA, 0x00, 0x02, 0x12];
        assert!(!jpeg_is_complete(&bytes));
    }

    #[test]
    fn content_is_described() {
        assert_eq!(describe(b"Dear all,\nhere is the picture"), "plain text");
        assert_eq!(describe(b"<!DOCTYPE html><html></html>"), "a web page");
        assert_eq!(describe(&[0, 1, 2, 3]), "of no known kind");
    }
}
