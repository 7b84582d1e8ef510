//! Which of a camera's formats is asked for: modest, since a face is seen at 112 pixels in the end, and large enough to
//! be shown to a room.

/// How a camera packs its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Each picture is a JPEG file, its Huffman tables often left out.
    MotionJpeg,
    /// Two pixels in four bytes: brightness, blue, brightness, red.
    Yuyv,
}

/// A packing and one size that is offered in it, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// How pictures are packed.
    pub packing: Packing,
    /// Width and height.
    pub size_px: [u32; 2],
}

/// The size that is wanted, in pixels.
pub const WANTED_PX: [u32; 2] = [1280, 720];
/// Larger pictures take longer to decode than they show.
const MAX_PIXELS: u64 = 1920 * 1080;

/// The format whose size is nearest to [`WANTED_PX`] and not too large. Of equals Motion JPEG: over a slow cable it
/// comes more often than raw pixels. Nothing where no format fits.
pub fn chosen(offered: &[Format]) -> Option<Format> {
    let pixels = |format: &Format| u64::from(format.size_px[0]) * u64::from(format.size_px[1]);
    let wanted = u64::from(WANTED_PX[0]) * u64::from(WANTED_PX[1]);
    let fits = offered.iter().filter(|format| (1..=MAX_PIXELS).contains(&pixels(format)));
    fits.min_by_key(|format| (pixels(format).abs_diff(wanted), format.packing == Packing::Yuyv)).copied()
}

/// The size nearest to [`WANTED_PX`] of a camera that offers every size between two.
pub fn between(min_px: [u32; 2], max_px: [u32; 2]) -> [u32; 2] {
    [0, 1].map(|axis| WANTED_PX[axis].min(max_px[axis]).max(min_px[axis]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(packing: Packing, sizes: &[[u32; 2]]) -> Vec<Format> {
        sizes.iter().map(|size_px| Format { packing, size_px: *size_px }).collect()
    }

    #[test]
    fn a_modest_size_is_chosen_and_motion_jpeg_of_equals() {
        let sizes = [[640, 480], [1280, 720], [1920, 1080], [3840, 2160]];
        let mut offered = formats(Packing::Yuyv, &sizes);
        offered.extend(formats(Packing::MotionJpeg, &sizes));
        assert_eq!(chosen(&offered), Some(Format { packing: Packing::MotionJpeg, size_px: [1280, 720] }));
        // Many cameras send raw pixels at small sizes only.
        let mut offered = formats(Packing::Yuyv, &[[640, 480]]);
        offered.extend(formats(Packing::MotionJpeg, &[[320, 240], [1920, 1080]]));
        assert_eq!(chosen(&offered), Some(Format { packing: Packing::Yuyv, size_px: [640, 480] }));
        assert_eq!(chosen(&formats(Packing::MotionJpeg, &[[3840, 2160]])), None);
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_camera_of_any_size_is_asked_for_the_wanted_one_as_far_as_it_goes() {
        assert_eq!(between([2, 2], [8192, 8192]), WANTED_PX);
        assert_eq!(between([16, 16], [800, 600]), [800, 600]);
        assert_eq!(between([1600, 1200], [3200, 2400]), [1600, 1200]);
    }
}
