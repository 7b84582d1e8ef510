//! The window. [`run`] opens it; [`App`] owns its state, its engine and its pool, and does the same four things each
//! frame: take what has come, start what is missing, draw, carry out what was asked for.
//!
//! | file | purpose |
//! |---|---|
//! | [`state`], `library`, [`view`], `queries` | what the window knows, how it is looked at, and questions asked of both |
//! | `commands`, `history`, `keyboard` | what a person can ask for, undo, keys |
//! | `switching` | changing to other weights, and what that undoes |
//! | `actions`, `session` | every action by name and key, sessions and their files |
//! | `arrivals`, `intake`, `pool`, `dialogs` | work off the frame and what comes back |
//! | [`export`] | what can be taken away: pictures, sheets, films |
//! | [`aged_photo`], `aged_pipeline`, `photo_texture` | the aged photo on the GPU |
//! | `age` | the Age workspace without drawing: play, zoom, which faces are aged to which age |
//! | `presenter` | one face on the whole screen that plays by itself; the camera |
//! | `attention` | the attention maps: which, of which faces, and what can be taken away |
//! | [`compare`] | two faces: poses, both at the same ages, the checklist, doubts |
//! | `lab` | training, watched and told from here |
//! | [`tray`] | folders, thousands of photos in order, which is worked on next |
//! | `ground`, `plain_painter`, `render_pipeline` | large areas of one colour; meshes where the CPU draws; pipelines |
//! | `theme`, `widgets`, `workspaces`, `shell` | what it looks like |

mod actions;
pub mod age;
pub mod aged_photo;
mod aged_pipeline;
mod arrivals;
pub mod attention;
mod commands;
pub mod compare;
mod demo;
mod dialogs;
pub mod export;
pub mod frame_times;
mod ground;
mod history;
mod intake;
mod keyboard;
pub mod lab;
mod library;
mod photo_texture;
mod plain_painter;
mod pool;
pub mod presenter;
mod queries;
mod render_pipeline;
pub mod session;
mod settings;
mod shell;
pub mod state;
mod switching;
mod theme;
pub mod tray;
pub mod view;
mod widgets;
mod window;
mod workspaces;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use eframe::egui_wgpu::RenderState;

use self::aged_photo::Gpu;
use self::history::History;
use self::lab::{LabState, Order, Watcher};
use self::pool::{Pool, Wake};
use self::presenter::camera::{Camera, Cameras, SystemCameras};
use self::state::{AppState, PhotoSource};
use crate::engine::{DevicePreference, Engine, SharedGpu, WeightsSource};

pub use self::commands::Command;
pub use self::settings::{Settings, Store};
pub use self::window::run;

/// What the window is started with.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The photo or session to open; a demo face where there is none.
    pub photo: Option<PathBuf>,
    /// What should run the networks.
    pub device: DevicePreference,
    /// A weights file in place of the bundled one.
    pub weights: Option<PathBuf>,
    /// The program that trains; this one where none is named.
    pub trainer: Option<PathBuf>,
    /// What draws the window's meshes.
    pub painter: Painter,
}

/// What draws the window's meshes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Painter {
    /// egui's renderer, or our plain one where the graphics driver draws on the CPU.
    #[default]
    Suited,
    /// egui's renderer everywhere: for pictures that are compared pixel by pixel.
    Egui,
}

/// The window's program.
pub struct App {
    state: AppState,
    engine: Engine,
    pool: Pool,
    gpu: Gpu,
    history: History,
    settings: Store,
    /// Photos being decoded.
    decoding: usize,
    work: tray::Work,
    pictures: tray::Pictures,
    /// Networks that were ready so far.
    generations: u64,
    /// CPU time of the last slider frame's blends.
    blend_time: Option<Duration>,
    /// What was said of the weights that were refused last.
    refusal: Option<String>,
    /// What was asked for from outside the window.
    asked: Vec<Command>,
    /// The cameras that can be switched on.
    cameras: Arc<dyn Cameras>,
    /// The one that is on.
    camera: Option<Camera>,
    lab: Watcher,
    lab_is_looked_at: bool,
    shown_title: String,
}

impl App {
    /// Builds the program inside a window (or a test's stand-in for one) that draws with `render_state`.
    pub fn new(ctx: &egui::Context, render_state: &RenderState, launch: Launch, settings: Store) -> Self {
        theme::install(ctx);
        ctx.set_theme(settings.values.theme_preference());
        // Larger text is a command of ours, kept between sessions.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.set_zoom_factor(settings.values.text_scale());
        aged_photo::install(render_state);
        ground::install(render_state);
        if launch.painter == Painter::Suited {
            plain_painter::install(ctx, render_state);
        }
        compare::install(render_state);
        let shared = SharedGpu {
            instance: render_state.instance.clone(),
            adapter: render_state.adapter.clone(),
            device: render_state.device.clone(),
            queue: render_state.queue.clone(),
        };
        let waker = |ctx: &egui::Context| {
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        };
        let weights = launch.weights.map_or(WeightsSource::Bundled, WeightsSource::File);
        let engine = Engine::start(launch.device, Some(shared), weights, waker(ctx));
        let state = AppState {
            view: settings.values.view.clone(),
            recent_weights: settings.values.recent_weights.clone(),
            recent_sessions: settings.values.recent_sessions.clone(),
            draws_on_cpu: render_state.adapter.get_info().device_type == wgpu::DeviceType::Cpu,
            shows_hint: !settings.values.has_seen_hint,
            lab: LabState {
                folder: settings.values.last_run.clone(),
                recent: settings.values.recent_runs.clone(),
                ..LabState::default()
            },
            ..AppState::default()
        };
        // Without a name of its own the program is looked for where the system looks for programs.
        let trainer = launch.trainer.or_else(|| std::env::current_exe().ok()).unwrap_or_else(|| "mtlface".into());
        let lab = Watcher::start(trainer, Wake::new(waker(ctx)));
        if let Some(folder) = &state.lab.folder {
            lab.tell(Order::Watch(folder.clone()));
        }
        let mut app = Self {
            state,
            engine,
            pool: Pool::start(Wake::new(waker(ctx))),
            gpu: Gpu { device: render_state.device.clone(), queue: render_state.queue.clone() },
            history: History::default(),
            settings,
            decoding: 0,
            work: tray::Work::default(),
            pictures: tray::Pictures::new(ctx),
            generations: 0,
            blend_time: None,
            refusal: None,
            asked: Vec::new(),
            cameras: Arc::new(SystemCameras),
            camera: None,
            lab,
            lab_is_looked_at: false,
            shown_title: "mtlface".to_owned(),
        };
        if let Some(session) = launch.photo.as_ref().filter(|path| session::is_session_file(path)) {
            app.asked.push(Command::Session(session::SessionCommand::Open(session.clone())));
            return app;
        }
        let first = launch.photo.map_or_else(demo::first, |path| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            (name, PhotoSource::File(path))
        });
        app.take_in(vec![first]);
        app
    }

    /// What the window knows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Asks for something at the next frame, as if a person had.
    pub fn ask(&mut self, command: Command) {
        self.asked.push(command);
    }

    /// Uses these cameras in place of the system's.
    pub fn use_cameras(&mut self, cameras: Arc<dyn Cameras>) {
        self.cameras = cameras;
    }

    /// How long the last slider frame's CPU work took: blending the anchors and packing the result.
    pub fn blend_time(&self) -> Option<Duration> {
        self.blend_time
    }

    fn remember(&mut self, ctx: &egui::Context) {
        let values = &mut self.settings.values;
        if values.view != self.state.view {
            values.view = self.state.view.clone();
        }
        ctx.input(|input| {
            let viewport = input.viewport();
            let is_maximized = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
            // The screen that presenter mode fills is not how the window is wanted.
            if let Some(inner) = viewport.inner_rect.filter(|_| self.state.presenter.is_none()) {
                values.is_maximized = is_maximized;
                if !is_maximized {
                    values.window_size = Some([inner.width().round(), inner.height().round()]);
                }
            }
        });
        // A drag changes the view at every frame; the file waits for the end of it.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.settings.keep(&self.pool);
        }
    }

    fn expire_toasts(&mut self, ctx: &egui::Context) {
        // Behind presenter mode nobody sees them.
        if self.state.presenter.is_some() {
            return;
        }
        let now = Instant::now();
        self.state.toasts.retain(|toast| toast.ends().is_none_or(|end| end > now));
        if let Some(next) = self.state.toasts.iter().filter_map(state::Toast::ends).min() {
            ctx.request_repaint_after(next - now);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if let Some(times) = &mut self.state.frame_times {
            times.add(Instant::now(), frame.info().cpu_usage.map(Duration::from_secs_f32));
        }
        self.fit_text(ctx);
        self.receive_all(ctx);
        if self.state.play.is_some() && self.state.presenter.is_none() {
            self.play_on(Instant::now());
            ctx.request_repaint();
        }
        self.keep_up();
        self.guard_closing(ctx);
        self.guard_session(ctx);
        self.present_on(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let asked = std::mem::take(&mut self.asked);
        for command in asked.into_iter().chain(keyboard::commands(&ctx, &self.state)) {
            self.apply(&ctx, command);
        }
        self.keep_up();
        self.keep_lab_up();
        self.blend();
        self.blend_presented();
        if self.state.is_moving {
            // The frame after the last movement is drawn with care.
            ctx.request_repaint();
        }
        let mut commands = Vec::new();
        match &self.state.presenter {
            Some(presenter) => workspaces::presenter::ui(ui, &self.state, presenter),
            None => shell::ui(ui, &self.state, &mut commands),
        }
        for command in commands {
            self.apply(&ctx, command);
        }
        self.expire_toasts(&ctx);
        self.remember(&ctx);
        let title = self.title();
        if self.shown_title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.shown_title = title;
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        self.settings.keep_now();
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}
