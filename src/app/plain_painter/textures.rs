//! Copies of the textures that egui manages, kept up to date by the changes each frame brings.

use std::collections::HashMap;

use eframe::egui::epaint::{ImageData, ImageDelta};
use eframe::egui::{TextureFilter, TextureId, TextureOptions, TextureWrapMode, TexturesDelta};
use eframe::egui_wgpu::RenderState;

/// The copies.
pub(super) struct Textures {
    device: wgpu::Device,
    queue: wgpu::Queue,
    layout: wgpu::BindGroupLayout,
    samplers: HashMap<TextureOptions, wgpu::Sampler>,
    known: HashMap<TextureId, Copy>,
}

struct Copy {
    texture: wgpu::Texture,
    bind_group: wgpu::BindGroup,
    options: TextureOptions,
}

impl Textures {
    pub fn new(render_state: &RenderState, layout: wgpu::BindGroupLayout) -> Self {
        Self {
            device: render_state.device.clone(),
            queue: render_state.queue.clone(),
            layout,
            samplers: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// What a mesh with this texture binds.
    pub fn get(&self, id: TextureId) -> Option<&wgpu::BindGroup> {
        self.known.get(&id).map(|copy| &copy.bind_group)
    }

    /// Takes over new and changed textures.
    pub fn set(&mut self, delta: &TexturesDelta) {
        for (id, changes) in delta.set.iter().filter(|(id, _)| super::is_managed(**id)) {
            for change in changes {
                self.set_one(*id, change);
            }
        }
    }

    /// Lets go of textures nobody needs after this frame.
    pub fn free(&mut self, delta: &TexturesDelta) {
        for id in &delta.free {
            self.known.remove(id);
        }
    }

    fn set_one(&mut self, id: TextureId, change: &ImageDelta) {
        let size = [change.image.width() as u32, change.image.height() as u32];
        let known = self.known.remove(&id);
        let texture = match (&known, change.pos) {
            (Some(copy), Some(_)) => copy.texture.clone(),
            // A part of a texture that was never there: egui would not ask for it.
            (None, Some(_)) => return,
            (_, None) => self.new_texture(size),
        };
        let bind_group = match known {
            Some(copy) if change.pos.is_some() && copy.options == change.options => copy.bind_group,
            _ => self.bind(&texture, change.options),
        };
        write(&self.queue, &texture, change, size);
        self.known.insert(id, Copy { texture, bind_group, options: change.options });
    }

    fn new_texture(&self, [width, height]: [u32; 2]) -> wgpu::Texture {
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("plain painter"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        })
    }

    fn bind(&mut self, texture: &wgpu::Texture, options: TextureOptions) -> wgpu::BindGroup {
        let device = &self.device;
        let sampler = self.samplers.entry(options).or_insert_with(|| sampler(device, options));
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("plain painter"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&texture.create_view(&Default::default())),
                },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(sampler) },
            ],
        })
    }
}

fn write(queue: &wgpu::Queue, texture: &wgpu::Texture, change: &ImageDelta, [width, height]: [u32; 2]) {
    let ImageData::Color(image) = &change.image;
    let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
    let [x, y] = change.pos.unwrap_or_default().map(|at| at as u32);
    queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: 0,
            origin: wgpu::Origin3d { x, y, z: 0 },
            aspect: wgpu::TextureAspect::All,
        },
        &bytes,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * width), rows_per_image: None },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
}

fn sampler(device: &wgpu::Device, options: TextureOptions) -> wgpu::Sampler {
    let filter = |filter| match filter {
        TextureFilter::Nearest => wgpu::FilterMode::Nearest,
        TextureFilter::Linear => wgpu::FilterMode::Linear,
    };
    let address = match options.wrap_mode {
        TextureWrapMode::ClampToEdge => wgpu::AddressMode::ClampToEdge,
        TextureWrapMode::Repeat => wgpu::AddressMode::Repeat,
        TextureWrapMode::MirroredRepeat => wgpu::AddressMode::MirrorRepeat,
    };
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("plain painter"),
        address_mode_u: address,
        address_mode_v: address,
        mag_filter: filter(options.magnification),
        min_filter: filter(options.minification),
        ..Default::default()
    })
}
