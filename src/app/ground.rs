//! The ground of the window's regions: large areas of one colour, drawn with a shader of their own. egui's shader can
//! filter textures by hand, and a driver that draws on the CPU computes that for every pixel of every area whether it
//! is asked for or not; most of a frame went into single-coloured panels. `benches/window_frame` measures it.

use eframe::egui::{Color32, PaintCallbackInfo, Rect, Rgba, Ui};
use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, RenderState};

use super::render_pipeline::{self, PipelineParts};

/// Installs what the callback needs into egui's renderer. Call once per window.
pub fn install(render_state: &RenderState) {
    let pipeline = pipeline(&render_state.device, render_state.target_format);
    let resources = GroundResources { pipeline, is_linear_target: render_state.target_format.is_srgb() };
    render_state.renderer.write().callback_resources.insert(resources);
}

/// Fills a rectangle with an opaque colour.
pub fn paint(ui: &Ui, rect: Rect, colour: Color32) {
    ui.painter().add(egui_wgpu::Callback::new_paint_callback(rect, Ground { colour }));
}

struct GroundResources {
    pipeline: wgpu::RenderPipeline,
    /// Whether frames convert to sRGB by themselves.
    is_linear_target: bool,
}

struct Ground {
    colour: Color32,
}

impl CallbackTrait for Ground {
    fn paint(&self, _info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, resources: &CallbackResources) {
        let Some(resources) = resources.get::<GroundResources>() else { return };
        let [r, g, b, _] = if resources.is_linear_target {
            Rgba::from(self.colour).to_array()
        } else {
            self.colour.to_normalized_gamma_f32()
        };
        pass.set_pipeline(&resources.pipeline);
        pass.set_blend_constant(wgpu::Color { r: r.into(), g: g.into(), b: b.into(), a: 1.0 });
        pass.draw(0..3, 0..1);
    }
}

fn pipeline(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("ground"),
        source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/ground.wgsl").into()),
    });
    // The shader's 1 times the constant, whatever was there before.
    let constant = wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::Constant,
        dst_factor: wgpu::BlendFactor::Zero,
        operation: wgpu::BlendOperation::Add,
    };
    let parts = PipelineParts {
        label: "ground",
        module: &module,
        vertex: ("cover", &[]),
        layouts: &[],
        constants: &[],
        format,
        blend: wgpu::BlendState { color: constant, alpha: constant },
    };
    render_pipeline::build(device, &parts)
}
