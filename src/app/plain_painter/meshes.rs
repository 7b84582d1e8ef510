//! A run of meshes that are drawn one after the other, and egui's callback that draws them.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Mesh, PaintCallbackInfo, Rect};
use eframe::egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor};

use super::pipeline::PlainResources;

/// Bytes of a corner: place on screen, place in the texture, colour.
pub(super) const CORNER_BYTES: usize = 20;

/// Meshes as bytes for the device.
#[derive(Default)]
pub(super) struct Meshes {
    /// Where in the frame the run stands; runs of one frame have different names.
    pub name: usize,
    pub corners: Vec<u8>,
    pub indices: Vec<u8>,
    draws: Vec<Draw>,
    corner_count: u32,
    index_count: u32,
}

struct Draw {
    clip: Rect,
    texture: wgpu::BindGroup,
    indices: Range<u32>,
}

impl Meshes {
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }

    pub fn named(self, name: usize) -> Self {
        Self { name, ..self }
    }

    /// Adds a mesh behind the others.
    pub fn add(&mut self, clip: Rect, mesh: &Mesh, texture: &wgpu::BindGroup) {
        let first = self.index_count;
        for corner in &mesh.vertices {
            for value in [corner.pos.x, corner.pos.y, corner.uv.x, corner.uv.y] {
                self.corners.extend_from_slice(&value.to_le_bytes());
            }
            self.corners.extend_from_slice(&corner.color.to_array());
        }
        for index in &mesh.indices {
            self.indices.extend_from_slice(&(index + self.corner_count).to_le_bytes());
        }
        self.corner_count += mesh.vertices.len() as u32;
        self.index_count += mesh.indices.len() as u32;
        self.draws.push(Draw { clip, texture: texture.clone(), indices: first..self.index_count });
    }
}

/// egui's side of [`Meshes`].
pub(super) struct Painted(pub Arc<Meshes>);

impl CallbackTrait for Painted {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(resources) = resources.get_mut::<PlainResources>() {
            resources.write(device, queue, screen, &self.0);
        }
        Vec::new()
    }

    fn paint(&self, info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, resources: &CallbackResources) {
        let Some(resources) = resources.get::<PlainResources>() else { return };
        if !resources.begin(pass, self.0.name) {
            return;
        }
        let [width, height] = info.screen_size_px;
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        for draw in &self.0.draws {
            if let Some([x, y, width, height]) = scissor_px(draw.clip, info.pixels_per_point, info.screen_size_px) {
                pass.set_scissor_rect(x, y, width, height);
                pass.set_bind_group(1, &draw.texture, &[]);
                pass.draw_indexed(draw.indices.clone(), 0, 0..1);
            }
        }
    }
}

/// A clip rectangle in physical pixels: left, top, width, height; nothing where it is empty.
fn scissor_px(clip: Rect, pixels_per_point: f32, screen_px: [u32; 2]) -> Option<[u32; 4]> {
    let place = |at: f32, limit: u32| ((at * pixels_per_point).round().max(0.0) as u32).min(limit);
    let (left, right) = (place(clip.min.x, screen_px[0]), place(clip.max.x, screen_px[0]));
    let (top, bottom) = (place(clip.min.y, screen_px[1]), place(clip.max.y, screen_px[1]));
    (right > left && bottom > top).then(|| [left, top, right - left, bottom - top])
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn clips_end_at_the_screen_and_empty_ones_are_left_out() {
        let clip = Rect::from_min_max(pos2(-5.0, 10.2), pos2(700.0, 20.4));
        assert_eq!(scissor_px(clip, 2.0, [1280, 800]), Some([0, 20, 1280, 21]));
        assert_eq!(scissor_px(Rect::NOTHING, 1.0, [1280, 800]), None);
        assert_eq!(scissor_px(Rect::EVERYTHING, 1.0, [1280, 800]), Some([0, 0, 1280, 800]));
    }
}
