//! Pictures from a camera. [`Camera`] is one that is switched on: a thread of its own takes pictures, the latest wins,
//! and nothing is written anywhere. Dropping it lets the device go. Which devices there are is behind [`Cameras`], what
//! comes from one behind [`FrameSource`]; turning bytes into pictures is `picture`'s, choosing a format `choice`'s.

// Elsewhere nothing opens a camera yet; what needs none is checked there all the same.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod choice;
#[cfg(target_os = "linux")]
mod linux;
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod picture;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use eframe::egui::ColorImage;
use image::RgbImage;
use thiserror::Error;

use crate::app::intake;
use crate::app::pool::Wake;

/// How long one look for a picture may take; so soon the device is let go after it was switched off.
const LOOK: Duration = Duration::from_millis(20);
/// A camera that sends no whole picture for this long does not work.
const SILENCE: Duration = Duration::from_secs(5);
/// A device that was just let go may still be busy; how often and how long it is waited for.
const TRIES: usize = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(120);

/// Why there are no pictures, with a next step.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CameraError {
    /// There is none.
    #[error("No camera was found. Plug one in and press C twice.")]
    None,
    /// It may not be opened.
    #[error("This account may not use the camera. Add it to the group “video” and log in again.")]
    Forbidden,
    /// Another program has it.
    #[error("Another program uses the camera. Close that program and press C twice.")]
    Busy,
    /// It is not there any more.
    #[error("The camera was unplugged. Plug it in again and press C twice.")]
    Gone,
    /// It sends nothing.
    #[error("The camera sends no pictures. Unplug it, plug it in again and press C twice.")]
    Silent,
    /// It speaks a format this program does not know.
    #[error("The camera sends neither Motion JPEG nor YUYV pictures. Try another camera.")]
    Format,
    /// Cameras cannot be used on this system.
    #[error("The camera can be used on Linux only so far.")]
    System,
    /// Anything else.
    #[error("The camera does not answer ({0}). Unplug it, plug it in again and press C twice.")]
    Other(String),
}

/// The cameras of this machine.
pub trait Cameras: Send + Sync {
    /// Opens the first one that gives pictures. Called on the camera's own thread.
    ///
    /// # Errors
    /// When there is none, or none may be used.
    fn open(&self) -> Result<Box<dyn FrameSource>, CameraError>;
}

/// A camera that is open.
pub trait FrameSource {
    /// The next picture; nothing where none came in this time, or one that was damaged on its way.
    ///
    /// # Errors
    /// When it gives no more pictures.
    fn next_frame(&mut self, within: Duration) -> Result<Option<RgbImage>, CameraError>;
}

/// The cameras the system knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemCameras;

impl Cameras for SystemCameras {
    #[cfg(target_os = "linux")]
    fn open(&self) -> Result<Box<dyn FrameSource>, CameraError> {
        linux::open()
    }

    #[cfg(not(target_os = "linux"))]
    fn open(&self) -> Result<Box<dyn FrameSource>, CameraError> {
        Err(CameraError::System)
    }
}

/// One picture, ready to be shown.
#[derive(Debug)]
pub struct Frame {
    /// Its pixels.
    pub picture: Arc<RgbImage>,
    /// The same for the GPU.
    pub shown: ColorImage,
}

/// What the two threads share.
#[derive(Default)]
struct Shared {
    latest: Mutex<Option<Result<Frame, CameraError>>>,
    is_stopped: AtomicBool,
}

impl Shared {
    fn put(&self, seen: Result<Frame, CameraError>) {
        // A slot cannot be left half changed.
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

/// A camera that is switched on.
pub struct Camera {
    shared: Arc<Shared>,
}

impl Camera {
    /// Switches it on.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub fn start(cameras: Arc<dyn Cameras>, wake: Wake) -> Result<Self, CameraError> {
        let shared = Arc::new(Shared::default());
        let its = Arc::clone(&shared);
        let run = move || {
            // Drivers tell things their bindings do not expect.
            let ended = catch_unwind(AssertUnwindSafe(|| look(cameras.as_ref(), &its, &wake)));
            let failure = ended.unwrap_or_else(|_| Err(CameraError::Other("its driver is not understood".to_owned())));
            if let Err(error) = failure {
                its.put(Err(error));
                wake.call();
            }
        };
        let started = thread::Builder::new().name("camera".to_owned()).spawn(run);
        started.map_err(|error| CameraError::Other(error.to_string()))?;
        Ok(Self { shared })
    }

    /// What came since the last call, the latest picture only; never waits.
    pub fn latest(&self) -> Option<Result<Frame, CameraError>> {
        self.shared.latest.try_lock().ok()?.take()
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
    }
}

/// Takes pictures until the camera is switched off.
fn look(cameras: &dyn Cameras, shared: &Shared, wake: &Wake) -> Result<(), CameraError> {
    let mut source = open_patiently(cameras, shared)?;
    let mut last = Instant::now();
    while !shared.is_stopped() {
        if let Some(picture) = source.next_frame(LOOK)? {
            last = Instant::now();
            let shown = intake::colour_image(&picture);
            shared.put(Ok(Frame { picture: Arc::new(picture), shown }));
            wake.call();
        } else if last.elapsed() > SILENCE {
            return Err(CameraError::Silent);
        }
    }
    Ok(())
}

fn open_patiently(cameras: &dyn Cameras, shared: &Shared) -> Result<Box<dyn FrameSource>, CameraError> {
    let mut tries = 1;
    loop {
        match cameras.open() {
            Err(CameraError::Busy) if tries < TRIES && !shared.is_stopped() => thread::sleep(BETWEEN_TRIES),
            answer => return answer,
        }
        tries += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera that sends one picture over and over, and is unplugged after so many.
    struct Fed {
        left: usize,
        is_open: Arc<AtomicBool>,
    }

    struct Feeder {
        pictures: usize,
        is_open: Arc<AtomicBool>,
    }

    impl Cameras for Feeder {
        fn open(&self) -> Result<Box<dyn FrameSource>, CameraError> {
            self.is_open.store(true, Ordering::Relaxed);
            Ok(Box::new(Fed { left: self.pictures, is_open: Arc::clone(&self.is_open) }))
        }
    }

    impl FrameSource for Fed {
        fn next_frame(&mut self, _within: Duration) -> Result<Option<RgbImage>, CameraError> {
            thread::sleep(Duration::from_millis(2));
            self.left = self.left.checked_sub(1).ok_or(CameraError::Gone)?;
            Ok(Some(RgbImage::from_pixel(4, 2, image::Rgb([self.left as u8; 3]))))
        }
    }

    impl Drop for Fed {
        fn drop(&mut self) {
            self.is_open.store(false, Ordering::Relaxed);
        }
    }

    fn wait_for(what: impl Fn() -> bool) {
        let begun = Instant::now();
        while !what() {
            assert!(begun.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn start(pictures: usize) -> (Camera, Arc<AtomicBool>) {
        let is_open = Arc::new(AtomicBool::new(false));
        let feeder = Feeder { pictures, is_open: Arc::clone(&is_open) };
        (Camera::start(Arc::new(feeder), Wake::new(|| {})).unwrap(), is_open)
    }

    #[test]
    fn the_latest_picture_wins_and_an_unplugged_camera_says_so() {
        let (camera, is_open) = start(5);
        wait_for(|| matches!(&*camera.shared.latest.lock().unwrap(), Some(Err(_))));
        assert_eq!(camera.latest().unwrap().unwrap_err(), CameraError::Gone);
        assert!(camera.latest().is_none() && !is_open.load(Ordering::Relaxed));
    }

    #[test]
    fn a_camera_that_is_dropped_lets_the_device_go() {
        let (camera, is_open) = start(usize::MAX);
        wait_for(|| camera.shared.latest.lock().unwrap().is_some());
        let frame = camera.latest().unwrap().unwrap();
        assert_eq!((frame.picture.dimensions(), frame.shown.size), ((4, 2), [4, 2]));
        drop(camera);
        wait_for(|| !is_open.load(Ordering::Relaxed));
    }

    #[test]
    fn every_refusal_is_a_sentence_with_a_next_step() {
        let other = CameraError::Other("input/output error".to_owned());
        let all = [CameraError::None, CameraError::Forbidden, CameraError::Busy, CameraError::Gone];
        for error in all.into_iter().chain([CameraError::Silent, CameraError::Format, other]) {
            let sentence = error.to_string();
            assert!(sentence.ends_with('.') && sentence.matches(". ").count() == 1, "{sentence}");
        }
    }
}
