//! Opening the window: eframe's options and the GPU device that the networks share. An error when none can open.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use eframe::egui;
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};

use super::{App, Launch, Store};

/// Smallest size at which the layout holds, in points.
const MIN_SIZE: [f32; 2] = [900.0, 600.0];
/// Size of the first window, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When no window can open: there is no display, or no graphics driver.
pub fn run(launch: Launch) -> anyhow::Result<()> {
    let store = Store::open();
    let options = options(&store);
    // Some windowing back ends panic where there is no display.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native("mtlface", options, Box::new(move |cc| build(cc, launch, store)))
    }));
    match opened {
        Ok(result) => result.map_err(|error| anyhow!("{error}")).context("No window could be opened"),
        Err(_) => Err(anyhow!("No window could be opened: the display or its graphics driver does not answer")),
    }
}

fn build(
    cc: &eframe::CreationContext<'_>,
    launch: Launch,
    store: Store,
) -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
    let render_state = cc.wgpu_render_state.as_ref().ok_or("the graphics driver gives no device")?;
    log::info!("window on {}", render_state.adapter.get_info().name);
    Ok(Box::new(App::new(&cc.egui_ctx, render_state, launch, store)))
}

fn options(store: &Store) -> eframe::NativeOptions {
    let size = store.values.window_size.unwrap_or(FIRST_SIZE);
    let viewport = egui::ViewportBuilder::default()
        .with_title("mtlface")
        .with_app_id("mtlface")
        .with_inner_size([size[0].max(MIN_SIZE[0]), size[1].max(MIN_SIZE[1])])
        .with_min_inner_size(MIN_SIZE)
        .with_maximized(store.values.is_maximized)
        .with_drag_and_drop(true);
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        centered: store.values.window_size.is_none(),
        persist_window: false,
        wgpu_options: WgpuConfiguration { wgpu_setup: gpu_setup(), ..Default::default() },
        ..Default::default()
    }
}

/// One device for the window and for the networks: they need the adapter's real limits (large storage buffers) and its
/// features; mapping primary buffers only slows a discrete GPU down.
fn gpu_setup() -> WgpuSetup {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor = Arc::new(|adapter| wgpu::DeviceDescriptor {
        label: Some("mtlface"),
        required_features: adapter
            .features()
            .difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS | wgpu::Features::all_experimental_mask()),
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    });
    WgpuSetup::CreateNew(setup)
}
