//! The wgpu plumbing of the aged photo: pipeline, layouts, and for each face of each picture of a frame two change
//! textures and a uniform buffer. Meaning lives in `aged_photo` and in the shader.

use std::collections::BTreeMap;

use super::aged_photo::{ChangeKey, PackedChange};
use super::photo_texture::PhotoTexture;
use super::render_pipeline::{self, PipelineParts, SAMPLER, TEXTURE, UNIFORM, buffer, layout, smooth_sampler};
use crate::model::CROP_SIZE_PX;

/// What is drawn. The numbers are the shader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The photo as it is.
    Photograph = 0,
    /// A face at its synthetic age.
    Face = 1,
    /// No difference anywhere.
    NoDifference = 2,
    /// The difference of a face.
    FaceDifference = 3,
}

/// How the photo is sampled. The numbers are the shader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sampling {
    /// From its mip chain.
    Reduced = 0,
    /// Bicubic.
    Enlarged = 1,
    /// A pixel of the photo is a square of one colour.
    Squares = 2,
}

/// One of the shader's pipelines: what is decided before it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PipelineName {
    pub step: Step,
    pub sampling: Sampling,
    pub is_draft: bool,
}

/// Which draw of a frame: the picture's slot, and in it 0 for the whole photo, then the faces.
pub(super) type DrawName = (usize, usize);

/// The shader's `Picture`, field by field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PictureUniform {
    pub photo_to_crop_x: [f32; 4],
    pub photo_to_crop_y: [f32; 4],
    pub crop_to_photo: [f32; 4],
    pub source: [f32; 4],
    pub size_px: [f32; 2],
    pub radius_px: f32,
    pub wipe: f32,
    pub is_further: u32,
    pub is_linear_target: u32,
    pub difference_gain: f32,
}

impl PictureUniform {
    const BYTES: usize = 96;

    /// The bytes as the shader reads them.
    fn bytes(&self) -> [u8; Self::BYTES] {
        let rows = [self.photo_to_crop_x, self.photo_to_crop_y, self.crop_to_photo, self.source];
        let [width, height] = self.size_px;
        let last = [
            self.is_further.to_le_bytes(),
            [0; 4],
            self.is_linear_target.to_le_bytes(),
            self.difference_gain.to_le_bytes(),
        ];
        let floats = rows.into_iter().flatten().chain([width, height, self.radius_px, self.wipe]);
        let words = floats.map(f32::to_le_bytes).chain(last);
        let mut bytes = [0; Self::BYTES];
        for (out, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *out = word;
        }
        bytes
    }
}

const SOURCE: &str =
    concat!(include_str!("../../shaders/sampling.wgsl"), include_str!("../../shaders/aged_photo.wgsl"));

/// What egui's renderer keeps for the callback.
pub(super) struct AgedPhotoResources {
    pipelines: BTreeMap<PipelineName, wgpu::RenderPipeline>,
    module: wgpu::ShaderModule,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    draws: BTreeMap<DrawName, Draw>,
    target_format: wgpu::TextureFormat,
}

impl AgedPhotoResources {
    /// Takes in the shader for a window whose frames have this format.
    pub fn new(device: &wgpu::Device, target_format: wgpu::TextureFormat) -> Self {
        let sampler = smooth_sampler(device);
        let bound = [UNIFORM, TEXTURE, TEXTURE, SAMPLER];
        let layout = layout(device, "aged photo", wgpu::ShaderStages::FRAGMENT, &bound);
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("aged photo"),
            source: wgpu::ShaderSource::Wgsl(SOURCE.into()),
        });
        let (pipelines, draws) = (BTreeMap::new(), BTreeMap::new());
        Self { pipelines, module, layout, sampler, draws, target_format }
    }

    /// Whether frames convert to sRGB by themselves.
    pub fn is_linear_target(&self) -> bool {
        self.target_format.is_srgb()
    }

    /// Writes what one draw needs; uploads the change only when it is another one.
    pub fn write(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        name: DrawName,
        uniform: &PictureUniform,
        change: Option<&PackedChange>,
    ) {
        let draw = self.draws.entry(name).or_insert_with(|| Draw::new(device, &self.layout, &self.sampler));
        queue.write_buffer(&draw.buffer, 0, &uniform.bytes());
        if let Some(change) = change.filter(|change| draw.uploaded != Some(change.key)) {
            write_texture(queue, &draw.flow, &change.flow);
            write_texture(queue, &draw.residual, &change.residual);
            draw.uploaded = Some(change.key);
        }
    }

    /// Builds a pipeline that was not needed before.
    pub fn prepare_pipeline(&mut self, device: &wgpu::Device, name: PipelineName) {
        let (module, layout, format) = (&self.module, &self.layout, self.target_format);
        self.pipelines.entry(name).or_insert_with(|| pipeline(device, module, layout, format, name));
    }

    /// Draws what was written under a name into the viewport that is set.
    pub fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'static>,
        pipeline: PipelineName,
        name: DrawName,
        photo: &PhotoTexture,
    ) {
        let (Some(draw), Some(pipeline)) = (self.draws.get(&name), self.pipelines.get(&pipeline)) else { return };
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &draw.bind_group, &[]);
        pass.set_bind_group(1, photo.bind_group(), &[]);
        pass.draw(0..3, 0..1);
    }
}

/// One draw: its numbers and the change it shows.
struct Draw {
    buffer: wgpu::Buffer,
    flow: wgpu::Texture,
    residual: wgpu::Texture,
    bind_group: wgpu::BindGroup,
    uploaded: Option<ChangeKey>,
}

/// The layout of a photo's bind group.
pub(super) fn photo_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    layout(device, "photo", wgpu::ShaderStages::FRAGMENT, &[TEXTURE])
}

impl Draw {
    fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, sampler: &wgpu::Sampler) -> Self {
        let flow = change_texture(device, wgpu::TextureFormat::Rg16Float);
        let residual = change_texture(device, wgpu::TextureFormat::Rgba16Float);
        let bytes = PictureUniform::BYTES as u64;
        let buffer = buffer(device, "aged photo", bytes, wgpu::BufferUsages::UNIFORM);
        let views = [&flow, &residual].map(|texture| texture.create_view(&Default::default()));
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("aged photo"),
            layout,
            entries: &[
                entry(0, buffer.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(&views[0])),
                entry(2, wgpu::BindingResource::TextureView(&views[1])),
                entry(3, wgpu::BindingResource::Sampler(sampler)),
            ],
        });
        Self { buffer, flow, residual, bind_group, uploaded: None }
    }
}

fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    name: PipelineName,
) -> wgpu::RenderPipeline {
    let constants = [
        ("step", f64::from(name.step as u32)),
        ("sampling", f64::from(name.sampling as u32)),
        ("is_draft", f64::from(u32::from(name.is_draft))),
    ];
    let photo = photo_layout(device);
    let parts = PipelineParts {
        label: "aged photo",
        module,
        vertex: ("cover", &[]),
        layouts: &[Some(layout), Some(&photo)],
        constants: &constants,
        format,
        blend: wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING,
    };
    render_pipeline::build(device, &parts)
}

fn crop_extent() -> wgpu::Extent3d {
    let side = CROP_SIZE_PX as u32;
    wgpu::Extent3d { width: side, height: side, depth_or_array_layers: 1 }
}

fn change_texture(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("change"),
        size: crop_extent(),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn write_texture(queue: &wgpu::Queue, texture: &wgpu::Texture, bytes: &[u8]) {
    queue.write_texture(
        texture.as_image_copy(),
        bytes,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some((bytes.len() / CROP_SIZE_PX) as u32),
            rows_per_image: None,
        },
        crop_extent(),
    );
}
