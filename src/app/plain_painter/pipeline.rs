//! The wgpu plumbing: the pipeline of `shaders/plain_mesh.wgsl` and the buffers of each run of meshes.

use std::collections::BTreeMap;

use eframe::egui_wgpu::ScreenDescriptor;

use super::meshes::{CORNER_BYTES, Meshes};
use crate::app::render_pipeline::{self, PipelineParts, SAMPLER, TEXTURE, UNIFORM, layout};

/// What egui's renderer keeps for the callbacks.
pub(super) struct PlainResources {
    pipeline: wgpu::RenderPipeline,
    texture_layout: wgpu::BindGroupLayout,
    screen: wgpu::Buffer,
    screen_bind_group: wgpu::BindGroup,
    runs: BTreeMap<usize, Run>,
}

/// The buffers of one run; they grow and never shrink.
struct Run {
    corners: wgpu::Buffer,
    indices: wgpu::Buffer,
}

impl PlainResources {
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let screen_layout = layout(device, "plain painter", wgpu::ShaderStages::VERTEX, &[UNIFORM]);
        let texture_layout = layout(device, "plain painter", wgpu::ShaderStages::FRAGMENT, &[TEXTURE, SAMPLER]);
        let screen = buffer(device, 16, wgpu::BufferUsages::UNIFORM);
        let screen_bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("plain painter"),
            layout: &screen_layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: screen.as_entire_binding() }],
        });
        let pipeline = pipeline(device, &[Some(&screen_layout), Some(&texture_layout)], format);
        Self { pipeline, texture_layout, screen, screen_bind_group, runs: BTreeMap::new() }
    }

    /// How a texture is bound.
    pub fn texture_layout(&self) -> &wgpu::BindGroupLayout {
        &self.texture_layout
    }

    /// Uploads a run.
    pub fn write(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, screen: &ScreenDescriptor, meshes: &Meshes) {
        let size = screen.size_in_pixels.map(|side| side as f32 / screen.pixels_per_point);
        let bytes: Vec<u8> = [size[0], size[1], 0.0, 0.0].into_iter().flat_map(f32::to_le_bytes).collect();
        queue.write_buffer(&self.screen, 0, &bytes);
        let run = self.runs.entry(meshes.name).or_insert_with(|| Run {
            corners: buffer(device, 0, wgpu::BufferUsages::VERTEX),
            indices: buffer(device, 0, wgpu::BufferUsages::INDEX),
        });
        let parts = [
            (&mut run.corners, &meshes.corners, wgpu::BufferUsages::VERTEX),
            (&mut run.indices, &meshes.indices, wgpu::BufferUsages::INDEX),
        ];
        for (held, bytes, usage) in parts {
            if held.size() < bytes.len() as u64 {
                *held = buffer(device, bytes.len() as u64 * 3 / 2, usage);
            }
            queue.write_buffer(held, 0, bytes);
        }
    }

    /// Binds pipeline and buffers of a run; false where it was not uploaded.
    pub fn begin(&self, pass: &mut wgpu::RenderPass<'static>, name: usize) -> bool {
        let Some(run) = self.runs.get(&name) else { return false };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.screen_bind_group, &[]);
        pass.set_vertex_buffer(0, run.corners.slice(..));
        pass.set_index_buffer(run.indices.slice(..), wgpu::IndexFormat::Uint32);
        true
    }
}

/// A buffer of at least this many bytes.
fn buffer(device: &wgpu::Device, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    // Sizes of copies are multiples of four.
    render_pipeline::buffer(device, "plain painter", bytes.next_multiple_of(4).max(64), usage)
}

fn pipeline(
    device: &wgpu::Device,
    layouts: &[Option<&wgpu::BindGroupLayout>],
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("plain painter"),
        source: wgpu::ShaderSource::Wgsl(include_str!("../../../shaders/plain_mesh.wgsl").into()),
    });
    let corners = wgpu::VertexBufferLayout {
        array_stride: CORNER_BYTES as u64,
        step_mode: wgpu::VertexStepMode::Vertex,
        attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4],
    };
    let parts = PipelineParts {
        label: "plain painter",
        module: &module,
        vertex: ("corner", &[Some(corners)]),
        layouts,
        constants: &[],
        format,
        blend: wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING,
    };
    render_pipeline::build(device, &parts)
}
