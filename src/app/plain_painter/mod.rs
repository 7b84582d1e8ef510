//! Draws egui's meshes where the graphics driver draws on the CPU. egui's own shader can filter textures by hand, and
//! such a driver computes that for every pixel whether it is asked for or not, which alone takes longer than a frame
//! may. Here the shapes of a frame are tessellated by egui as ever and drawn by a shader that does no more than it must;
//! what draws itself (the photo, the ground) stays where it was in between. `benches/window_frame` measures it.

mod meshes;
mod pipeline;
mod textures;

use std::sync::Arc;

use eframe::egui::epaint::{ClippedShape, Primitive};
use eframe::egui::{self, FullOutput, Plugin, Rect, Shape, TextureId};
use eframe::egui_wgpu::{self, RenderState};

use self::meshes::Meshes;
use self::pipeline::PlainResources;
use self::textures::Textures;

/// Takes over the drawing of meshes in this window, where its driver draws on the CPU.
pub fn install(ctx: &egui::Context, render_state: &RenderState) {
    let is_on_cpu = render_state.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
    // The shader leaves colours in gamma space; a target that converts by itself would need another.
    if !is_on_cpu || render_state.target_format.is_srgb() {
        return;
    }
    let resources = PlainResources::new(&render_state.device, render_state.target_format);
    let textures = Textures::new(render_state, resources.texture_layout().clone());
    render_state.renderer.write().callback_resources.insert(resources);
    ctx.add_plugin(PlainPainter { textures });
}

struct PlainPainter {
    textures: Textures,
}

impl Plugin for PlainPainter {
    fn debug_name(&self) -> &'static str {
        "plain painter"
    }

    fn output_hook(&mut self, ctx: &egui::Context, output: &mut FullOutput) {
        self.textures.set(&output.textures_delta);
        let shapes = std::mem::take(&mut output.shapes);
        output.shapes = self.redrawn(ctx, shapes, output.pixels_per_point);
        // The meshes of this frame hold what they need.
        self.textures.free(&output.textures_delta);
    }
}

impl PlainPainter {
    /// The same shapes, with runs of meshes as one callback each.
    fn redrawn(&self, ctx: &egui::Context, shapes: Vec<ClippedShape>, pixels_per_point: f32) -> Vec<ClippedShape> {
        let screen = ctx.content_rect().union(ctx.viewport_rect());
        let mut redrawn = Vec::new();
        let mut run = Meshes::default();
        for primitive in ctx.tessellate(shapes, pixels_per_point) {
            match primitive.primitive {
                Primitive::Mesh(mesh) => match self.textures.get(mesh.texture_id) {
                    Some(texture) => run.add(primitive.clip_rect, &mesh, texture),
                    // A texture of somebody else's: egui draws it.
                    None => {
                        redrawn.extend(finished(&mut run, &redrawn, screen));
                        redrawn.push(ClippedShape::new(primitive.clip_rect, Shape::mesh(mesh)));
                    }
                },
                Primitive::Callback(callback) => {
                    redrawn.extend(finished(&mut run, &redrawn, screen));
                    redrawn.push(ClippedShape::new(primitive.clip_rect, Shape::Callback(callback)));
                }
            }
        }
        redrawn.extend(finished(&mut run, &redrawn, screen));
        redrawn
    }
}

/// The run so far as a callback over the whole screen; nothing where it is empty.
fn finished(run: &mut Meshes, before: &[ClippedShape], screen: Rect) -> Option<ClippedShape> {
    if run.is_empty() {
        return None;
    }
    let meshes = Arc::new(std::mem::take(run).named(before.len()));
    let callback = egui_wgpu::Callback::new_paint_callback(screen, meshes::Painted(meshes));
    Some(ClippedShape::new(screen, Shape::Callback(callback)))
}

/// Whether a texture is one that egui manages and this painter keeps a copy of.
fn is_managed(id: TextureId) -> bool {
    matches!(id, TextureId::Managed(_))
}
