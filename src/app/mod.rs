//! The window. [`run`] opens it; [`App`] owns its state, its engine and its pool, and does the same four things each
//! frame: take what has come, start what is missing, draw, carry out what was asked for.
//!
//! | file | purpose |
//! |---|---|
//! | [`state`], [`view`], `queries` | what the window knows, how it is looked at, and questions asked of both |
//! | `commands`, `history`, `keyboard` | what a person can ask for, undo, keys |
//! | `switching` | changing to other weights, and what that undoes |
//! | `arrivals`, `intake`, `pool`, `dialogs`, `save` | work off the frame and what comes back |
//! | [`aged_photo`], `aged_pipeline`, `photo_texture` | the aged photo on the GPU |
//! | [`compare`] | two faces: poses, both at the same ages, the checklist, doubts |
//! | `lab` | training, watched and told from here |
//! | `theme`, `widgets`, `workspaces`, `shell` | what it looks like |

mod actions;
pub mod aged_photo;
mod aged_pipeline;
mod arrivals;
mod commands;
pub mod compare;
mod demo;
mod dialogs;
mod history;
mod intake;
mod keyboard;
pub mod lab;
mod photo_texture;
mod pool;
mod queries;
mod save;
mod settings;
mod shell;
pub mod state;
mod switching;
mod theme;
pub mod view;
mod widgets;
mod window;
mod workspaces;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use eframe::egui_wgpu::RenderState;

use self::aged_photo::{ChangeKey, Gpu, PackedChange};
use self::history::History;
use self::lab::{LabState, Order, Watcher};
use self::pool::{Pool, Wake};
use self::state::{AppState, PhotoSource};
use crate::engine::{DevicePreference, Engine, SharedGpu, WeightsSource};

pub use self::commands::Command;
pub use self::settings::{Settings, Store};
pub use self::window::run;

/// What the window is started with.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The photo to open; a demo face where there is none.
    pub photo: Option<PathBuf>,
    /// What should run the networks.
    pub device: DevicePreference,
    /// A weights file in place of the bundled one.
    pub weights: Option<PathBuf>,
    /// The program that trains; this one where none is named.
    pub trainer: Option<PathBuf>,
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
    /// Networks that were ready so far.
    generations: u64,
    /// The change shown last; made again only when the slider, the face or its age is another.
    change: Option<Arc<PackedChange>>,
    /// CPU time of the last slider frame's blend.
    blend_time: Option<Duration>,
    /// What was said of the weights that were refused last.
    refusal: Option<String>,
    /// What was asked for from outside the window.
    asked: Vec<Command>,
    lab: Watcher,
    lab_is_looked_at: bool,
}

impl App {
    /// Builds the program inside a window (or a test's stand-in for one) that draws with `render_state`.
    pub fn new(ctx: &egui::Context, render_state: &RenderState, launch: Launch, settings: Store) -> Self {
        theme::install(ctx);
        ctx.set_theme(settings.values.theme_preference());
        aged_photo::install(render_state);
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
            generations: 0,
            change: None,
            blend_time: None,
            refusal: None,
            asked: Vec::new(),
            lab,
            lab_is_looked_at: false,
        };
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

    /// How long the last slider frame's CPU work took: blending the anchors and packing the result.
    pub fn blend_time(&self) -> Option<Duration> {
        self.blend_time
    }

    /// The change from the photograph to the age shown: as the network drew it where it draws every age and has drawn
    /// this one, else blended. Made again only when it is another than last time.
    fn blend(&mut self) {
        let Some((id, face)) = self.state.face() else { return self.change = None };
        let (Some(timeline), Some(own)) = (&face.timeline, self.state.own_age(id)) else { return self.change = None };
        let drawn = self.state.drawn_age(id);
        let key = ChangeKey {
            face: id.0,
            network: self.state.generation(),
            own_years: own.years,
            target_years: self.state.document.target_years,
            strength: self.state.document.strength,
            drawn: drawn.is_some(),
        };
        if self.change.as_ref().is_none_or(|change| change.key != key) {
            let begun = Instant::now();
            let packed = match drawn {
                Some(drawn) => PackedChange::pack(key, &drawn.change.scaled(key.strength)),
                None => PackedChange::blend(timeline, key),
            };
            self.change = Some(Arc::new(packed));
            self.blend_time = Some(begun.elapsed());
        }
    }

    fn remember(&mut self, ctx: &egui::Context) {
        let values = &mut self.settings.values;
        if values.view != self.state.view {
            values.view = self.state.view.clone();
        }
        ctx.input(|input| {
            let viewport = input.viewport();
            let is_maximized = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
            if let Some(inner) = viewport.inner_rect {
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
        let now = Instant::now();
        self.state.toasts.retain(|toast| toast.ends().is_none_or(|end| end > now));
        if let Some(next) = self.state.toasts.iter().filter_map(state::Toast::ends).min() {
            ctx.request_repaint_after(next - now);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.receive_all(ctx);
        if self.state.play.is_some() {
            self.play_on(Instant::now());
            ctx.request_repaint();
        }
        self.keep_up();
        self.guard_closing(ctx);
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
        let mut commands = Vec::new();
        shell::ui(ui, &self.state, self.change.as_ref(), &mut commands);
        for command in commands {
            self.apply(&ctx, command);
        }
        self.expire_toasts(&ctx);
        self.remember(&ctx);
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
