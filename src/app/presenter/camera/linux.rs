//! Cameras of Linux, through Video4Linux. Nothing is switched on before [`open`]; closing is dropping.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use image::RgbImage;
use linuxvideo::format::{FrameSizes, PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, CapabilityFlags, Device};

use super::choice::{Format, Packing, WANTED_PX, between, chosen};
use super::picture::{from_motion_jpeg, from_yuyv};
use super::{CameraError, FrameSource};

/// How often a device is asked whether a picture is there.
const BETWEEN_LOOKS: Duration = Duration::from_millis(4);
/// The system's number for a device that is not there any more.
const NO_SUCH_DEVICE: i32 = 19;

/// Opens the first device that gives pictures.
pub fn open() -> Result<Box<dyn FrameSource>, CameraError> {
    let mut failure = CameraError::None;
    for path in nodes() {
        match Source::open(&path) {
            Ok(source) => return Ok(Box::new(source)),
            // What stands in the way of one camera is said where no other can be used.
            Err(error) if failure == CameraError::None => failure = error,
            Err(_) => {}
        }
    }
    Err(failure)
}

/// Devices that may be cameras, in the order of their numbers.
fn nodes() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    let number = |name: &str| name.strip_prefix("video")?.parse::<u32>().ok();
    let mut nodes: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((number(entry.file_name().to_str()?)?, entry.path()))).collect();
    nodes.sort();
    nodes.into_iter().map(|(_, path)| path).collect()
}

/// A camera that sends pictures.
struct Source {
    stream: ReadStream,
    packing: Packing,
    size_px: [u32; 2],
    bytes_per_line: u32,
}

impl Source {
    fn open(path: &Path) -> Result<Self, CameraError> {
        let device = Device::open(path).map_err(refusal)?;
        let can = device.capabilities().map_err(refusal)?.device_capabilities();
        // A camera has further devices, for what it says of its pictures.
        if !can.contains(CapabilityFlags::VIDEO_CAPTURE | CapabilityFlags::STREAMING) {
            return Err(CameraError::None);
        }
        let format = chosen(&offered(&device)).ok_or(CameraError::Format)?;
        let [width, height] = format.size_px;
        let wanted = PixFormat::new(width, height, pixel_format(format.packing));
        let capture = device.video_capture(wanted).map_err(refusal)?;
        // The driver may have settled on something else.
        let settled = capture.format();
        let packing = packing_of(settled.pixel_format()).ok_or(CameraError::Format)?;
        let size_px = [settled.width(), settled.height()];
        let bytes_per_line = settled.bytes_per_line();
        let stream = capture.into_stream().map_err(refusal)?;
        Ok(Self { stream, packing, size_px, bytes_per_line })
    }
}

impl FrameSource for Source {
    fn next_frame(&mut self, within: Duration) -> Result<Option<RgbImage>, CameraError> {
        let begun = Instant::now();
        while self.stream.will_block().map_err(refusal)? {
            if begun.elapsed() >= within {
                return Ok(None);
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        let bytes = self.stream.dequeue(|frame| Ok((!frame.is_error()).then(|| frame.to_vec()))).map_err(refusal)?;
        let [width, height] = self.size_px;
        Ok(bytes.and_then(|bytes| match self.packing {
            Packing::MotionJpeg => from_motion_jpeg(&bytes),
            Packing::Yuyv => from_yuyv(&bytes, width, height, self.bytes_per_line),
        }))
    }
}

/// What of a device's formats can be read.
fn offered(device: &Device) -> Vec<Format> {
    let formats = device.formats(BufType::VIDEO_CAPTURE).map_while(Result::ok);
    let mut offered = Vec::new();
    for pixels in formats.map(|format| format.pixel_format()) {
        let Some(packing) = packing_of(pixels) else { continue };
        let sizes = match device.frame_sizes(pixels) {
            Ok(FrameSizes::Discrete(sizes)) => sizes.iter().map(|size| [size.width(), size.height()]).collect(),
            Ok(FrameSizes::Stepwise(sizes) | FrameSizes::Continuous(sizes)) => {
                vec![between([sizes.min_width(), sizes.min_height()], [sizes.max_width(), sizes.max_height()])]
            }
            // Some drivers do not tell; they settle on what they can.
            Err(_) => vec![WANTED_PX],
        };
        offered.extend(sizes.into_iter().map(|size_px| Format { packing, size_px }));
    }
    offered
}

fn packing_of(pixels: PixelFormat) -> Option<Packing> {
    match pixels {
        PixelFormat::MJPG | PixelFormat::JPEG => Some(Packing::MotionJpeg),
        PixelFormat::YUYV => Some(Packing::Yuyv),
        _ => None,
    }
}

fn pixel_format(packing: Packing) -> PixelFormat {
    match packing {
        Packing::MotionJpeg => PixelFormat::MJPG,
        Packing::Yuyv => PixelFormat::YUYV,
    }
}

fn refusal(error: io::Error) -> CameraError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => CameraError::Forbidden,
        io::ErrorKind::ResourceBusy => CameraError::Busy,
        _ if error.raw_os_error() == Some(NO_SUCH_DEVICE) => CameraError::Gone,
        _ => CameraError::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_refuses_is_said_as_what_it_is() {
        for (number, wanted) in [(13, CameraError::Forbidden), (16, CameraError::Busy), (19, CameraError::Gone)] {
            assert_eq!(refusal(io::Error::from_raw_os_error(number)), wanted);
        }
        assert!(matches!(refusal(io::Error::from_raw_os_error(5)), CameraError::Other(_)));
    }

    #[test]
    fn a_file_that_is_no_device_is_no_camera() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Source::open(file.path()).is_err());
    }
}
