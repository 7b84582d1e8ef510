//! One or two photographs in one picture, each moved, scaled and turned by its own transform, as egui's paint callback
//! that draws `shaders/aligned_photos.wgsl`. The transforms come from [`Pose`](super::Pose).

use std::sync::Arc;

use eframe::egui::{PaintCallbackInfo, Rect, Shape};
use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};

use super::aligned_pipeline::{AlignedPhotoResources, AlignedUniform};
use crate::app::photo_texture::PhotoTexture;

/// Installs what the callback needs into egui's renderer. Call once per window.
pub fn install(render_state: &RenderState) {
    let resources = AlignedPhotoResources::new(&render_state.device, render_state.target_format);
    render_state.renderer.write().callback_resources.insert(resources);
}

/// One photograph and how it lies in the picture.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The photograph.
    pub texture: Arc<PhotoTexture>,
    /// From points of the picture to pixels of the full photo: two rows `[a, b, shift]`.
    pub to_photo: [[f64; 3]; 2],
}

impl Layer {
    /// The rows from physical pixels of the picture to pixels of the display copy.
    fn rows(&self, pixels_per_point: f32) -> [[f32; 4]; 2] {
        let scale = self.texture.display_scale();
        let per_point = f64::from(pixels_per_point);
        // Pixel centres at integers: a place p of the photo is (p + ½)·scale − ½ in the display copy.
        self.to_photo.map(|[a, b, shift]| {
            let turned = |value: f64| (value * scale / per_point) as f32;
            [turned(a), turned(b), ((shift + 0.5) * scale - 0.5) as f32, 0.0]
        })
    }
}

/// One picture to draw in this frame.
#[derive(Clone, Debug)]
pub struct AlignedPhoto {
    /// What lies below.
    pub below: Layer,
    /// What lies above it, right of a share of the width, with an opacity of 0 to 1.
    pub above: Option<(Layer, f32, f32)>,
    /// Corner radius in points.
    pub radius: f32,
    /// Pictures of one frame use different slots, 0 to 3.
    pub slot: usize,
}

impl AlignedPhoto {
    /// The shape that draws it at a place.
    pub fn into_shape(self, rect: Rect) -> Shape {
        egui_wgpu::Callback::new_paint_callback(rect, AlignedPhotoCallback { picture: self, rect }).into()
    }
}

/// egui's side of an [`AlignedPhoto`].
struct AlignedPhotoCallback {
    picture: AlignedPhoto,
    rect: Rect,
}

impl CallbackTrait for AlignedPhotoCallback {
    fn prepare(
        &self,
        _device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(resources) = resources.get_mut::<AlignedPhotoResources>() else { return Vec::new() };
        let scale = screen.pixels_per_point;
        let [a_x, a_y] = self.picture.below.rows(scale);
        let (layer, wipe, opacity) = match &self.picture.above {
            Some((layer, wipe, opacity)) => (layer, *wipe, *opacity),
            None => (&self.picture.below, 1.0, 0.0),
        };
        let [b_x, b_y] = layer.rows(scale);
        let size_px = [self.rect.width(), self.rect.height()].map(|side| (side * scale).round());
        let radius_px = self.picture.radius * scale;
        let uniform = AlignedUniform { a_x, a_y, b_x, b_y, size_px, radius_px, wipe, opacity };
        resources.write(queue, self.picture.slot, &uniform);
        Vec::new()
    }

    fn paint(&self, _info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, resources: &CallbackResources) {
        if let Some(resources) = resources.get::<AlignedPhotoResources>() {
            let below = &self.picture.below.texture;
            let above = self.picture.above.as_ref().map_or(below, |(layer, _, _)| &layer.texture);
            resources.draw(pass, self.picture.slot, [below, above]);
        }
    }
}
