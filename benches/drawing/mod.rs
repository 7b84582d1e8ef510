//! Draws as the window does, but into a texture of its own, and waits for the device: what the benches of the window
//! measure with. Nothing is read back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use eframe::{egui, egui_wgpu, wgpu};
use egui_kittest::TestRenderer;

/// Size of the window, in pixels.
pub const SIZE_PX: [u32; 2] = [1280, 800];

/// Microseconds the last frame took to be tessellated, uploaded and recorded, before the device drew it.
pub static RECORDING_US: AtomicU64 = AtomicU64::new(0);

/// Draws as a window does, into a texture of its own, and waits for the device; nothing is read back.
pub struct Drawing {
    state: egui_wgpu::RenderState,
    target: wgpu::TextureView,
}

impl Drawing {
    /// Draws with this.
    pub fn new(state: egui_wgpu::RenderState) -> Self {
        let texture = state.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("frame"),
            size: wgpu::Extent3d { width: SIZE_PX[0], height: SIZE_PX[1], depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: state.target_format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        });
        Self { target: texture.create_view(&Default::default()), state }
    }
}

impl TestRenderer for Drawing {
    fn setup_eframe(&self, cc: &mut eframe::CreationContext<'_>, frame: &mut eframe::Frame) {
        cc.wgpu_render_state = Some(self.state.clone());
        frame.wgpu_render_state = Some(self.state.clone());
    }

    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        let mut renderer = self.state.renderer.write();
        for (id, images) in delta.set.drain() {
            for image in images {
                renderer.update_texture(&self.state.device, &self.state.queue, id, &image);
            }
        }
        for id in delta.free.drain() {
            renderer.free_texture(&id);
        }
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<image::RgbaImage, String> {
        let begun = Instant::now();
        let egui_wgpu::RenderState { device, queue, .. } = &self.state;
        let mut renderer = self.state.renderer.write();
        let mut encoder = device.create_command_encoder(&Default::default());
        let screen = egui_wgpu::ScreenDescriptor { pixels_per_point: ctx.pixels_per_point(), size_in_pixels: SIZE_PX };
        let shapes = ctx.tessellate(output.shapes.clone(), ctx.pixels_per_point());
        let buffers = renderer.update_buffers(device, queue, &mut encoder, &shapes, &screen);
        {
            let attachment = wgpu::RenderPassColorAttachment {
                view: &self.target,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
                depth_slice: None,
            };
            let descriptor =
                wgpu::RenderPassDescriptor { color_attachments: &[Some(attachment)], ..Default::default() };
            let mut pass = encoder.begin_render_pass(&descriptor).forget_lifetime();
            renderer.render(&mut pass, &shapes, &screen);
        }
        let recorded = Instant::now();
        queue.submit(buffers.into_iter().chain([encoder.finish()]));
        device.poll(wgpu::PollType::wait_indefinitely()).map_err(|error| error.to_string())?;
        RECORDING_US.store((recorded - begun).as_micros() as u64, Ordering::Relaxed);
        Ok(image::RgbaImage::new(1, 1))
    }
}
