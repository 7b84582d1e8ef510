//! The wgpu plumbing of the aligned photographs: pipeline, layouts and one uniform buffer for each picture of a frame.
//! Meaning lives in `aligned_photo` and in the shader.

use crate::app::aged_pipeline::photo_layout;
use crate::app::photo_texture::PhotoTexture;
use crate::app::render_pipeline::{self, PipelineParts, SAMPLER, UNIFORM, buffer, layout, smooth_sampler};

/// Pictures of one frame.
const SLOTS: usize = 4;

/// The shader's `Picture`, field by field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AlignedUniform {
    pub a_x: [f32; 4],
    pub a_y: [f32; 4],
    pub b_x: [f32; 4],
    pub b_y: [f32; 4],
    pub size_px: [f32; 2],
    pub radius_px: f32,
    pub wipe: f32,
    pub opacity: f32,
}

impl AlignedUniform {
    const BYTES: usize = 96;

    /// The bytes as the shader reads them.
    fn bytes(&self, is_linear_target: bool) -> [u8; Self::BYTES] {
        let rows = [self.a_x, self.a_y, self.b_x, self.b_y];
        let [width, height] = self.size_px;
        let single = [width, height, self.radius_px, self.wipe, self.opacity];
        let words = rows.into_iter().flatten().chain(single).map(f32::to_le_bytes);
        let words = words.chain([u32::from(is_linear_target).to_le_bytes()]);
        let mut bytes = [0; Self::BYTES];
        for (out, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *out = word;
        }
        bytes
    }
}

/// What egui's renderer keeps for the callback.
pub(super) struct AlignedPhotoResources {
    pipeline: wgpu::RenderPipeline,
    slots: Vec<(wgpu::Buffer, wgpu::BindGroup)>,
    is_linear_target: bool,
}

impl AlignedPhotoResources {
    /// Builds the pipeline for a window whose frames have this format.
    pub fn new(device: &wgpu::Device, target_format: wgpu::TextureFormat) -> Self {
        let sampler = smooth_sampler(device);
        let layout = layout(device, "aligned photos", wgpu::ShaderStages::FRAGMENT, &[UNIFORM, SAMPLER]);
        let slots = (0..SLOTS).map(|_| slot(device, &layout, &sampler)).collect();
        let pipeline = pipeline(device, &layout, target_format);
        Self { pipeline, slots, is_linear_target: target_format.is_srgb() }
    }

    /// Writes what one picture needs.
    pub fn write(&self, queue: &wgpu::Queue, slot: usize, uniform: &AlignedUniform) {
        if let Some((buffer, _)) = self.slots.get(slot) {
            queue.write_buffer(buffer, 0, &uniform.bytes(self.is_linear_target));
        }
    }

    /// Draws one picture into the viewport that is set: what lies below, what lies above.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'static>, slot: usize, photos: [&PhotoTexture; 2]) {
        let Some((_, bind_group)) = self.slots.get(slot) else { return };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, bind_group, &[]);
        pass.set_bind_group(1, photos[0].bind_group(), &[]);
        pass.set_bind_group(2, photos[1].bind_group(), &[]);
        pass.draw(0..3, 0..1);
    }
}

fn slot(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    sampler: &wgpu::Sampler,
) -> (wgpu::Buffer, wgpu::BindGroup) {
    let bytes = AlignedUniform::BYTES as u64;
    let buffer = buffer(device, "aligned photos", bytes, wgpu::BufferUsages::UNIFORM);
    let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("aligned photos"),
        layout,
        entries: &[entry(0, buffer.as_entire_binding()), entry(1, wgpu::BindingResource::Sampler(sampler))],
    });
    (buffer, bind_group)
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let source =
        concat!(include_str!("../../../shaders/sampling.wgsl"), include_str!("../../../shaders/aligned_photos.wgsl"));
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("aligned photos"),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let photo = photo_layout(device);
    let parts = PipelineParts {
        label: "aligned photos",
        module: &module,
        vertex: ("cover", &[]),
        layouts: &[Some(layout), Some(&photo), Some(&photo)],
        constants: &[],
        format,
        blend: wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING,
    };
    render_pipeline::build(device, &parts)
}
