//! The aged photo on the GPU: the photo's display copy with its mip chain, the change of one slider position as two
//! small half-float textures, and egui's paint callback that draws `shaders/aged_photo.wgsl` with them.
//! What is shown where is decided by `widgets::picture`; the change itself comes from `aging`.

use std::sync::Arc;

use eframe::egui::{PaintCallbackInfo, Rect, pos2};
use eframe::egui_wgpu::{self, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::aged_pipeline::{AgedPhotoResources, PictureUniform, PipelineName, Sampling, Step};
use crate::aging::change::CROP_AREA;
use crate::aging::{Change, Timeline};
use crate::face::SimilarityTransform;
use crate::model::CROP_SIZE_PX;

pub use super::photo_texture::{Gpu, PhotoTexture};

/// Installs what the callback needs into egui's renderer. Call once per window.
pub fn install(render_state: &RenderState) {
    let resources = AgedPhotoResources::new(&render_state.device, render_state.target_format);
    render_state.renderer.write().callback_resources.insert(resources);
}

/// One slider position, ready to upload: half floats, little endian.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedChange {
    /// Which one it is; equal keys hold equal bytes.
    pub key: ChangeKey,
    /// `[x, y]` for each pixel of the crop.
    pub flow: Vec<u8>,
    /// `[r, g, b, 0]` for each pixel of the crop, in levels.
    pub residual: Vec<u8>,
}

/// Names a change: of which face, by which network, from which age to which, how strong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangeKey {
    /// The face's name.
    pub face: u64,
    /// Which network of the session made it.
    pub network: u64,
    /// Age of the photograph in years.
    pub own_years: f32,
    /// Age shown in years.
    pub target_years: f32,
    /// 1 is as learnt.
    pub strength: f32,
    /// Whether the network drew this very age, rather than the anchors around it.
    pub drawn: bool,
}

impl PackedChange {
    /// The CPU work of one slider frame: blends the neighbouring anchors and packs the result.
    pub fn blend(timeline: &Timeline, key: ChangeKey) -> Self {
        Self::pack(key, &timeline.change_at(key.target_years, key.own_years, key.strength))
    }

    /// Packs a change.
    pub fn pack(key: ChangeKey, change: &Change) -> Self {
        let flow = halves(change.flow_px.as_flattened());
        let three = halves(change.residual_levels.as_flattened());
        let mut residual = vec![0; CROP_AREA * 8];
        let (four, _) = residual.as_chunks_mut::<8>();
        for (out, rgb) in four.iter_mut().zip(three.as_chunks::<6>().0) {
            out[..6].copy_from_slice(rgb);
        }
        Self { key, flow, residual }
    }
}

/// Half floats of these numbers, little endian.
fn halves(values: &[f32]) -> Vec<u8> {
    let mut converted = vec![f16::ZERO; values.len()];
    converted.convert_from_f32_slice(values);
    let mut bytes = vec![0; values.len() * 2];
    for (out, half) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(&converted) {
        *out = half.to_le_bytes();
    }
    bytes
}

/// What of photograph and synthetic age is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// Left of this share of the width the photograph, right of it the synthetic age: 0 is all synthetic, 1 all
    /// photograph.
    Wipe(f32),
    /// The difference, enlarged around grey.
    Difference,
}

/// How much a difference is enlarged.
pub const DIFFERENCE_GAIN: f32 = 3.0;

/// A face of the photo and how it is changed.
#[derive(Clone, Debug)]
pub struct ChangedFace {
    /// Where the face is.
    pub photo_to_crop: SimilarityTransform,
    /// Its change.
    pub change: Arc<PackedChange>,
}

impl ChangedFace {
    /// The part of the photo in which it may change anything, in pixels of the full photo.
    fn area_px(&self) -> Rect {
        let back = self.photo_to_crop.inverse();
        let last = CROP_SIZE_PX as f64 - 1.0;
        let corners = [[0.0, 0.0], [last, 0.0], [0.0, last], [last, last]].map(|at| back.apply(at));
        // A place p of the photo is drawn half a pixel further on: pixel centres are at integers.
        Rect::from_points(&corners.map(|[x, y]| pos2(x as f32 + 0.5, y as f32 + 0.5)))
    }
}

/// One picture to draw in this frame.
#[derive(Clone, Debug)]
pub struct AgedPhoto {
    /// The photo.
    pub texture: Arc<PhotoTexture>,
    /// Where the face is; nothing where there is no face.
    pub photo_to_crop: Option<SimilarityTransform>,
    /// The change; nothing while the timeline is not there.
    pub change: Option<Arc<PackedChange>>,
    /// Further faces that are changed in the same photo.
    pub others: Vec<ChangedFace>,
    /// The part of the photo that is shown, in pixels of the full photo.
    pub source_px: Rect,
    /// What is drawn.
    pub shown: Shown,
    /// Corner radius in points.
    pub radius: f32,
    /// Pictures of one frame use different slots.
    pub slot: usize,
    /// Drawn with linear instead of cubic filtering: for frames in which the age moves, where the CPU draws them.
    pub is_draft: bool,
}

impl AgedPhoto {
    /// The shape that draws it at a place.
    pub fn into_shape(self, rect: Rect) -> eframe::egui::Shape {
        egui_wgpu::Callback::new_paint_callback(rect, AgedPhotoCallback { faces: self.faces(), picture: self, rect })
            .into()
    }

    /// The shader's numbers without a face.
    fn uniform(&self, size_px: [f32; 2], pixels_per_point: f32, is_linear_target: bool) -> PictureUniform {
        let scale = self.texture.display_scale() as f32;
        let wipe = match self.shown {
            Shown::Wipe(share) => share,
            Shown::Difference => 0.0,
        };
        let source = self.source_px;
        PictureUniform {
            photo_to_crop_x: [0.0; 4],
            photo_to_crop_y: [0.0; 4],
            crop_to_photo: [0.0; 4],
            source: [source.min.x * scale, source.min.y * scale, source.width() * scale, source.height() * scale],
            size_px,
            radius_px: self.radius * pixels_per_point,
            wipe,
            is_further: 0,
            is_linear_target: u32::from(is_linear_target),
            difference_gain: DIFFERENCE_GAIN,
        }
    }

    /// The same for a face; `index` counts the faces of the photo.
    fn with_face(&self, uniform: PictureUniform, to_crop: &SimilarityTransform, index: usize) -> PictureUniform {
        let scale = self.texture.display_scale();
        // Pixel centres at integers: a place p of the photo is (p + ½)·scale − ½ in the display copy.
        let half = 0.5 / scale - 0.5;
        let row =
            |[a, b, shift]: [f64; 3]| [(a / scale) as f32, (b / scale) as f32, (shift + (a + b) * half) as f32, 0.0];
        let [x, y] = to_crop.matrix.map(row);
        let back = to_crop.inverse().matrix.map(|[a, b, _]| [(a * scale) as f32, (b * scale) as f32]);
        PictureUniform {
            photo_to_crop_x: x,
            photo_to_crop_y: y,
            crop_to_photo: [back[0][0], back[0][1], back[1][0], back[1][1]],
            is_further: u32::from(index > 0),
            ..uniform
        }
    }

    /// Every face that is changed, the one looked at first; none where only the photograph is shown.
    fn faces(&self) -> Vec<ChangedFace> {
        if self.shown == Shown::Wipe(1.0) {
            return Vec::new();
        }
        let first = self.photo_to_crop.zip(self.change.clone());
        let first = first.map(|(photo_to_crop, change)| ChangedFace { photo_to_crop, change });
        first.into_iter().chain(self.others.iter().cloned()).collect()
    }

    /// The part of an area of the photo that lies right of the wipe's line.
    fn synthetic_part(&self, area_px: Rect) -> Rect {
        match self.shown {
            Shown::Wipe(share) => {
                let line_px = self.source_px.left() + share * self.source_px.width();
                area_px.with_min_x(area_px.left().max(line_px))
            }
            Shown::Difference => area_px,
        }
    }

    /// The pipelines of the whole photo and of each face, for a picture of this width on screen.
    fn pipelines(&self, width_px: f32) -> [PipelineName; 2] {
        let enlarged = width_px / (self.source_px.width() * self.texture.display_scale() as f32);
        let sampling = match enlarged {
            enlarged if enlarged >= SQUARES_FROM => Sampling::Squares,
            enlarged if enlarged >= 0.999 => Sampling::Enlarged,
            _ => Sampling::Reduced,
        };
        let steps = match self.shown {
            Shown::Wipe(_) => [Step::Photograph, Step::Face],
            Shown::Difference => [Step::NoDifference, Step::FaceDifference],
        };
        steps.map(|step| PipelineName { step, sampling, is_draft: self.is_draft })
    }
}

/// From this enlargement on a pixel of the photo is a square of one colour.
const SQUARES_FROM: f32 = 8.0;

/// egui's side of an [`AgedPhoto`].
struct AgedPhotoCallback {
    picture: AgedPhoto,
    faces: Vec<ChangedFace>,
    rect: Rect,
}

impl CallbackTrait for AgedPhotoCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(resources) = resources.get_mut::<AgedPhotoResources>() else { return Vec::new() };
        let picture = &self.picture;
        let size_px = [self.rect.width(), self.rect.height()].map(|side| (side * screen.pixels_per_point).round());
        let plain = picture.uniform(size_px, screen.pixels_per_point, resources.is_linear_target());
        for pipeline in picture.pipelines(size_px[0]) {
            resources.prepare_pipeline(device, pipeline);
        }
        resources.write(device, queue, (picture.slot, 0), &plain, None);
        for (index, face) in self.faces.iter().enumerate() {
            let uniform = picture.with_face(plain, &face.photo_to_crop, index);
            resources.write(device, queue, (picture.slot, index + 1), &uniform, Some(&face.change));
        }
        Vec::new()
    }

    fn paint(&self, info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, resources: &CallbackResources) {
        let Some(resources) = resources.get::<AgedPhotoResources>() else { return };
        let picture = &self.picture;
        let [whole, one_face] = picture.pipelines((self.rect.width() * info.pixels_per_point).round());
        resources.draw(pass, whole, (picture.slot, 0), &picture.texture);
        for (index, face) in self.faces.iter().enumerate() {
            // Only the face's own area is drawn again.
            let area_px = picture.synthetic_part(face.area_px());
            if let Some([x, y, width, height]) = scissor_px(&info, picture.source_px, area_px) {
                pass.set_scissor_rect(x, y, width, height);
                resources.draw(pass, one_face, (picture.slot, index + 1), &picture.texture);
            }
        }
    }
}

/// Where a part of the photo is drawn: left, top, width and height in physical pixels; nothing where it is not.
fn scissor_px(info: &PaintCallbackInfo, source_px: Rect, area_px: Rect) -> Option<[u32; 4]> {
    let (shown, clip) = (info.viewport_in_pixels(), info.clip_rect_in_pixels());
    // left, top, right, bottom
    let edges = |left: i32, top: i32, width: i32, height: i32| [left, top, left + width, top + height];
    let shown = edges(shown.left_px, shown.top_px, shown.width_px, shown.height_px);
    let clip = edges(clip.left_px, clip.top_px, clip.width_px, clip.height_px);
    let scale = [0, 1].map(|axis| (shown[axis + 2] - shown[axis]) as f32 / source_px.size()[axis]);
    let place = |at: f32, axis: usize| shown[axis] as f32 + (at - source_px.min[axis]) * scale[axis];
    let low =
        [0, 1].map(|axis| (place(area_px.min[axis], axis).floor() as i32).max(shown[axis]).max(clip[axis]).max(0));
    let high = [0, 1].map(|axis| {
        let limit = shown[axis + 2].min(clip[axis + 2]).min(info.screen_size_px[axis] as i32);
        (place(area_px.max[axis], axis).ceil() as i32).min(limit)
    });
    let size = [high[0] - low[0], high[1] - low[1]];
    (size[0] > 0 && size[1] > 0).then(|| [low[0], low[1], size[0], size[1]].map(i32::unsigned_abs))
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;

    #[test]
    fn a_further_face_is_drawn_where_it_is_and_nowhere_else() {
        let rect = |x: f32, y: f32, width: f32, height: f32| Rect::from_min_size(pos2(x, y), vec2(width, height));
        let info = PaintCallbackInfo {
            viewport: rect(100.0, 50.0, 200.0, 100.0),
            clip_rect: rect(0.0, 0.0, 280.0, 400.0),
            pixels_per_point: 2.0,
            screen_size_px: [1000, 800],
        };
        let source_px = rect(50.0, 0.0, 400.0, 200.0);
        // One pixel of the photo is one of the screen: 400 of them from 200 on.
        assert_eq!(scissor_px(&info, source_px, rect(100.0, 20.0, 60.0, 50.0)), Some([250, 120, 60, 50]));
        assert_eq!(scissor_px(&info, source_px, rect(0.0, -20.0, 60.0, 50.0)), Some([200, 100, 10, 30]));
        assert_eq!(scissor_px(&info, source_px, rect(400.0, 0.0, 90.0, 50.0)), Some([550, 100, 10, 50]), "clipped");
        assert_eq!(scissor_px(&info, source_px, rect(0.0, 0.0, 40.0, 40.0)), None);
    }

    #[test]
    fn packing_keeps_every_number_within_half_precision() {
        let mut change = Change::none();
        change.flow_px[700] = [1.25, -3.5];
        change.residual_levels[700] = [10.0, -20.5, 0.125];
        let key = ChangeKey { face: 1, network: 1, own_years: 30.0, target_years: 60.0, strength: 1.0, drawn: false };
        let packed = PackedChange::pack(key, &change);
        let half = |bytes: &[u8], index: usize| f16::from_le_bytes([bytes[2 * index], bytes[2 * index + 1]]).to_f32();
        assert_eq!([half(&packed.flow, 1400), half(&packed.flow, 1401)], [1.25, -3.5]);
        let residual: Vec<f32> = (0..4).map(|channel| half(&packed.residual, 2800 + channel)).collect();
        assert_eq!(residual, [10.0, -20.5, 0.125, 0.0]);
    }
}
