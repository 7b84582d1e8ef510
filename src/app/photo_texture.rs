//! A photo's display copy on the GPU: at most 4096 pixels on its longer side, with a mip chain, so that it looks clean
//! at any size. Made and uploaded on the pool; the full-resolution pixels stay where they are.

use image::RgbImage;
use rayon::prelude::*;

use super::aged_pipeline::photo_layout;

/// Longest side of a display copy, in pixels.
pub const MAX_DISPLAY_PX: u32 = 4096;

/// What the pool needs to make textures.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// The window's device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
}

/// A photo's display copy on the GPU.
#[derive(Debug)]
pub struct PhotoTexture {
    bind_group: wgpu::BindGroup,
    photo_px: [u32; 2],
    display_px: [u32; 2],
}

impl PhotoTexture {
    /// Makes the display copy of a photo and uploads it. Takes tens of milliseconds for a large photo: call it on the
    /// pool.
    pub fn upload(gpu: &Gpu, photo: &RgbImage) -> Self {
        let limit = MAX_DISPLAY_PX.min(gpu.device.limits().max_texture_dimension_2d);
        let photo_px = [photo.width(), photo.height()];
        let longest = photo.width().max(photo.height());
        let base = if longest > limit {
            let shrunk = |side: u32| ((u64::from(side) * u64::from(limit) / u64::from(longest)) as u32).max(1);
            // Box average: what a reduced copy should be made with.
            with_alpha(&image::imageops::thumbnail(photo, shrunk(photo.width()), shrunk(photo.height())))
        } else {
            with_alpha(photo)
        };
        let display_px = [base.width, base.height];
        let levels = base.width.max(base.height).ilog2() + 1;
        let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("photo"),
            size: extent(display_px),
            mip_level_count: levels,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let mut level = base;
        for index in 0..levels {
            level.write(&gpu.queue, &texture, index);
            level = level.halved();
        }
        let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("photo"),
            layout: &photo_layout(&gpu.device),
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::TextureView(&texture.create_view(&Default::default())),
            }],
        });
        Self { bind_group, photo_px, display_px }
    }

    /// Pixels of the display copy for one pixel of the photo, at most 1.
    pub fn display_scale(&self) -> f64 {
        f64::from(self.display_px[0]) / f64::from(self.photo_px[0])
    }

    /// Size of the full photo.
    pub fn photo_px(&self) -> [u32; 2] {
        self.photo_px
    }

    /// What the shader binds.
    pub(super) fn bind_group(&self) -> &wgpu::BindGroup {
        &self.bind_group
    }
}

fn extent([width, height]: [u32; 2]) -> wgpu::Extent3d {
    wgpu::Extent3d { width, height, depth_or_array_layers: 1 }
}

/// One level of the chain: four bytes a pixel.
struct Level {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

fn with_alpha(picture: &RgbImage) -> Level {
    let mut bytes = vec![255; picture.width() as usize * picture.height() as usize * 4];
    let (pixels, _) = picture.as_raw().as_chunks::<3>();
    bytes.as_chunks_mut::<4>().0.par_iter_mut().zip(pixels).for_each(|(out, rgb)| out[..3].copy_from_slice(rgb));
    Level { width: picture.width(), height: picture.height(), bytes }
}

impl Level {
    /// Half as wide and high, at least one pixel; each pixel the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mut bytes = vec![0; width as usize * height as usize * 4];
        bytes.par_chunks_mut(width as usize * 4).enumerate().for_each(|(y, row)| {
            for (x, out) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *out = self.mean_of_four(x as u32 * 2, y as u32 * 2);
            }
        });
        Self { width, height, bytes }
    }

    fn mean_of_four(&self, x: u32, y: u32) -> [u8; 4] {
        let (right, below) = ((x + 1).min(self.width - 1), (y + 1).min(self.height - 1));
        let at = |x: u32, y: u32, channel: usize| {
            u16::from(self.bytes[(y as usize * self.width as usize + x as usize) * 4 + channel])
        };
        std::array::from_fn(|channel| {
            let sum = at(x, y, channel) + at(right, y, channel) + at(x, below, channel) + at(right, below, channel);
            ((sum + 2) / 4) as u8
        })
    }

    fn write(&self, queue: &wgpu::Queue, texture: &wgpu::Texture, mip_level: u32) {
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture,
                mip_level,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
            },
            &self.bytes,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(self.width * 4), rows_per_image: None },
            extent([self.width, self.height]),
        );
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn halving_takes_the_mean_of_four() {
        let picture = RgbImage::from_fn(4, 2, |x, y| Rgb([(x * 10 + y * 20) as u8, 8, 255]));
        let half = with_alpha(&picture).halved();
        assert_eq!((half.width, half.height), (2, 1));
        assert_eq!(half.bytes, [15, 8, 255, 255, 35, 8, 255, 255]);
    }

    #[test]
    fn a_line_of_pixels_halves_to_one_pixel_without_failing() {
        let half = with_alpha(&RgbImage::from_pixel(1, 3, Rgb([9; 3]))).halved();
        assert_eq!((half.width, half.height), (1, 1));
        assert_eq!(half.halved().bytes, [9, 9, 9, 255]);
    }
}
