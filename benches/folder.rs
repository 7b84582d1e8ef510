//! What a folder of thousands of photos costs: how long until it is listed, how long frames take while it is opened,
//! scrolled through, filtered and saved, how fast thumbnails and faces come, and how much memory it takes. The folder is
//! made of the demo photos, resized to 1 to 2 megapixels, turned and brightened so that no two are alike.
//!
//! `cargo bench --bench folder`; `-- --photos 5000 --seconds 60` says how many and how long faces are looked for;
//! `-- --drawn-every 1` draws every frame; `-- --whole` goes on to the last photo; with `-- --max-worst-ms 50` it fails where a frame's layout took longer.

mod drawing;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use drawing::{Drawing, SIZE_PX};
use eframe::{egui, egui_wgpu};
use egui_kittest::Harness;
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, colorops, flip_horizontal, resize};
use mtlface::app::session::SessionCommand;
use mtlface::app::state::AppState;
use mtlface::app::tray::{Standing, TrayCommand};
use mtlface::app::{App, Command, Launch, Store};
use mtlface::engine::DevicePreference;

/// Pictures that are encoded; the rest of the folder are copies of them with another comment inside.
const DIFFERENT: usize = 64;
/// Frames are laid out sixty times a second and one of so many is drawn: software drawing would take the cores from the
/// work whose pace is measured here. `window_frame` measures drawing.
static DRAWN_EVERY: AtomicUsize = AtomicUsize::new(20);
const FRAME: Duration = Duration::from_millis(16);
const PATIENCE: Duration = Duration::from_secs(120);

type Done<T> = Result<T, Box<dyn Error>>;
type Window = Harness<'static, App>;

/// Milliseconds each frame's state and layout took, before it was drawn.
#[derive(Default)]
struct Frames(Vec<f64>);

impl Frames {
    /// One frame, at most 60 a second.
    fn step(&mut self, window: &mut Window) -> Done<()> {
        let begun = Instant::now();
        window.step();
        self.0.push(begun.elapsed().as_secs_f64() * 1e3);
        if self.0.len().is_multiple_of(DRAWN_EVERY.load(Ordering::Relaxed)) {
            window.render()?;
        }
        std::thread::sleep(FRAME.saturating_sub(begun.elapsed()));
        Ok(())
    }

    /// Frames until the state is as wanted.
    fn until(&mut self, window: &mut Window, what: &str, is_there: impl Fn(&AppState) -> bool) -> Done<Duration> {
        let begun = Instant::now();
        while !is_there(window.state().state()) {
            if begun.elapsed() > PATIENCE {
                return Err(format!("waited in vain until {what}").into());
            }
            self.step(window)?;
        }
        Ok(begun.elapsed())
    }

    /// Says what the frames took; returns the worst.
    fn tell(&self, what: &str) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at =
            |share: f64| sorted.get((sorted.len() as f64 * share) as usize).or(sorted.last()).copied().unwrap_or(0.0);
        let worst = at(1.0);
        println!(
            "{what}: {} frames, layout median {:.1} ms, 95 % below {:.1} ms, worst {worst:.1} ms · {} MiB resident",
            sorted.len(),
            at(0.5),
            at(0.95),
            resident_mib()
        );
        worst
    }
}

/// Resident memory of this process; 0 where the system does not say.
fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// Fills a folder with pictures.
fn make_folder(folder: &Path, photos: usize) -> Done<()> {
    let demo = ["astronaut", "obama", "obama3", "biden"]
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/demo/{name}.jpg")));
    let demo: Vec<_> =
        demo.into_iter().filter_map(|path| image::open(path).ok()).map(|photo| photo.to_rgb8()).collect();
    if demo.is_empty() {
        return Err("the demo photos are not there".into());
    }
    let mut encoded = Vec::new();
    for number in 0..DIFFERENT.min(photos) {
        let photo = &demo[number % demo.len()];
        let megapixels = 1.0 + (number % 11) as f64 / 10.0;
        let scale = (megapixels * 1e6 / f64::from(photo.width() * photo.height())).sqrt();
        let side = |length: u32| (f64::from(length) * scale) as u32;
        let mut made = resize(photo, side(photo.width()), side(photo.height()), FilterType::Triangle);
        colorops::brighten_in_place(&mut made, (number % 7) as i32 * 6 - 18);
        if number % 2 == 1 {
            made = flip_horizontal(&made);
        }
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(&made)?;
        encoded.push(bytes);
    }
    for number in 0..photos {
        let bytes = &encoded[number % encoded.len()];
        let comment = format!("{number:08}");
        // A comment behind the first marker: the file is another, the picture the same.
        let mut file = bytes[..2].to_vec();
        file.extend([0xFF, 0xFE, 0, 2 + comment.len() as u8]);
        file.extend(comment.as_bytes());
        file.extend(&bytes[2..]);
        fs::write(folder.join(format!("img{number}.jpg")), file)?;
    }
    Ok(())
}

fn has_all_thumbnails(state: &AppState) -> bool {
    let shown = state.tray.shown();
    !shown.is_empty() && shown.iter().all(|photo| state.library.photos[photo].thumbnail.is_some())
}

fn searched(state: &AppState) -> usize {
    state.tray.index.total() - state.tray.index.open()
}

/// Turns the wheel over the tray.
fn wheel(window: &Window, points: f32) {
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
}

fn open_window() -> Done<Window> {
    let state = create_render_state(default_wgpu_setup(), egui_wgpu::RendererOptions::default());
    println!("{} · {}×{}", state.adapter.get_info().name, SIZE_PX[0], SIZE_PX[1]);
    let inner = state.clone();
    let mut settings = Store::in_memory();
    settings.values.theme = Some(egui::Theme::Dark);
    settings.values.has_seen_hint = true;
    let launch = Launch { device: DevicePreference::Cpu, ..Launch::default() };
    let mut window = Harness::builder()
        .with_size([SIZE_PX[0] as f32, SIZE_PX[1] as f32])
        .renderer(Drawing::new(state))
        .build_eframe(move |cc| App::new(&cc.egui_ctx, &inner, launch, settings));
    Frames::default().until(&mut window, "the demo face has its ages", |state| {
        state.face().is_some_and(|(_, face)| face.timeline.is_some()) && state.calibration.is_some()
    })?;
    Ok(window)
}

fn argument(arguments: &[String], name: &str) -> Option<f64> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1)?.parse().ok()
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let photos = argument(&arguments, "--photos").unwrap_or(5000.0) as usize;
    let seconds = argument(&arguments, "--seconds").unwrap_or(60.0);
    let is_whole = arguments.iter().any(|argument| argument == "--whole");
    if let Some(frames) = argument(&arguments, "--drawn-every") {
        DRAWN_EVERY.store((frames as usize).max(1), Ordering::Relaxed);
    }
    let folder = tempfile::tempdir()?;
    make_folder(folder.path(), photos)?;
    let mut window = open_window()?;
    let mut worst = Frames::default().tell("before");

    let mut opening = Frames::default();
    window.state_mut().ask(Command::TakeInPaths(vec![folder.path().to_owned()]));
    let listed = opening.until(&mut window, "the folder is listed", |state| state.tray.index.total() > photos / 2)?;
    let screen = opening.until(&mut window, "rows in sight have thumbnails", has_all_thumbnails)?;
    println!(
        "{photos} photos: listed after {:.0} ms, first screen of thumbnails {:.0} ms later",
        ms(listed),
        ms(screen)
    );
    worst = worst.max(opening.tell("opening"));

    worst = worst.max(scroll(&mut window, photos)?);
    worst = worst.max(search(&mut window, seconds, is_whole)?);
    worst = worst.max(find_by_name(&mut window)?);
    worst = worst.max(sessions(&mut window, &folder.path().join("all.mtlface"))?);
    match argument(&arguments, "--max-worst-ms") {
        Some(limit_ms) if worst > limit_ms => Err(format!("a frame of {worst:.1} ms is above {limit_ms} ms").into()),
        _ => Ok(()),
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Scrolls for some seconds, then far away, and says how long the thumbnails there take.
fn scroll(window: &mut Window, photos: usize) -> Done<f64> {
    let mut frames = Frames::default();
    window.hover_at(egui::pos2(100.0, 400.0));
    for _ in 0..300 {
        wheel(window, 90.0);
        frames.step(window)?;
    }
    wheel(window, photos as f32 * 58.0 * 0.6);
    for _ in 0..30 {
        frames.step(window)?;
    }
    let screen = frames.until(window, "rows far away have thumbnails", has_all_thumbnails)?;
    println!("thumbnails of a screen far away: {:.0} ms after the wheel stopped", ms(screen));
    Ok(frames.tell("scrolling"))
}

/// Lets the window look for faces.
fn search(window: &mut Window, seconds: f64, is_whole: bool) -> Done<f64> {
    let mut frames = Frames::default();
    let (begun, before) = (Instant::now(), searched(window.state().state()));
    let mut told = before / 1000;
    while window.state().state().tray.index.open() > 0 && (is_whole || begun.elapsed().as_secs_f64() < seconds) {
        frames.step(window)?;
        let done = searched(window.state().state());
        if done / 1000 > told {
            told = done / 1000;
            println!("  {done} photos after {:.0} s, {} MiB resident", begun.elapsed().as_secs_f64(), resident_mib());
        }
    }
    let state = window.state().state();
    let done = searched(state) - before;
    println!(
        "faces looked for in {done} photos, {:.1} photos a second; {} faces so far",
        done as f64 / begun.elapsed().as_secs_f64(),
        state.library.faces.len()
    );
    Ok(frames.tell("looking for faces"))
}

/// Types into the filter and the command palette, and walks by key.
fn find_by_name(window: &mut Window) -> Done<f64> {
    let mut frames = Frames::default();
    for text in ["1", "12", "123", "img 4"] {
        window.state_mut().ask(Command::Tray(TrayCommand::SetFilter(text.to_owned())));
        for _ in 0..5 {
            frames.step(window)?;
        }
    }
    window.state_mut().ask(Command::Tray(TrayCommand::ClearFilter));
    for _ in 0..60 {
        window.state_mut().ask(Command::Tray(TrayCommand::Step(1)));
        frames.step(window)?;
    }
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    frames.step(window)?;
    for letter in ["i", "m", "g", "4", "9"] {
        window.event(egui::Event::Text(letter.to_owned()));
        frames.step(window)?;
    }
    window.state_mut().ask(Command::SetPrompt(None));
    frames.step(window)?;
    Ok(frames.tell("filter, walk and palette"))
}

/// Saves the session and opens it again.
fn sessions(window: &mut Window, path: &Path) -> Done<f64> {
    let mut frames = Frames::default();
    window.state_mut().ask(Command::Tray(TrayCommand::StopSearch));
    frames.step(window)?;
    window.state_mut().ask(Command::Session(SessionCommand::SaveTo(path.to_owned())));
    let saved =
        frames.until(window, "the session is saved", |state| state.session.path.is_some() && state.saving == 0)?;
    let save_worst = frames.tell("saving the session");
    let total = window.state().state().tray.index.total();
    window.state_mut().ask(Command::Session(SessionCommand::New));
    let mut frames = Frames::default();
    frames.step(window)?;
    window.state_mut().ask(Command::Session(SessionCommand::Open(path.to_owned())));
    let opened = frames.until(window, "the session is open", |state| state.tray.index.total() == total)?;
    let waiting = window.state().state().tray.index.count(Standing::Waiting);
    println!("session saved in {:.0} ms, opened in {:.0} ms with {waiting} photos waiting", ms(saved), ms(opened));
    Ok(save_worst.max(frames.tell("opening the session")))
}
