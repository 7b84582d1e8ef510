//! The shader of the aged photo draws what the reference on the CPU computes.

use std::sync::Arc;

use eframe::{egui, egui_wgpu};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use image::RgbaImage;
use mtlface::aging::{Timeline, age_photo};
use mtlface::app::aged_photo::{self, AgedPhoto, ChangeKey, ChangedFace, Gpu, PackedChange, PhotoTexture, Shown};
use mtlface::engine::{DevicePreference, Pipeline};
use mtlface::face::{AlignedFace, Photo};
use mtlface::weights;

use super::can_draw;

/// The demo portrait, its face and its ages, computed on the CPU.
fn aged_demo() -> (Photo, AlignedFace, Timeline) {
    let photo = Photo::from_bytes("astronaut.jpg", include_bytes!("../../../assets/demo/astronaut.jpg")).unwrap();
    let pipeline = Pipeline::new(DevicePreference::Cpu, None, &weights::bundled().unwrap()).unwrap();
    let found = pipeline.find_faces(&photo).unwrap();
    let face = AlignedFace::from_detection(&photo, &found[0]).unwrap();
    let timeline = pipeline.timeline(&face).unwrap();
    (photo, face, timeline)
}

#[test]
fn the_shader_draws_what_the_reference_computes() {
    if !can_draw("the_shader_draws_what_the_reference_computes") {
        return;
    }
    let (photo, face, timeline) = aged_demo();
    let own_years = timeline.estimated_age_years;
    let untouched = draw(&photo, &face, None, Vec::new(), false);
    assert_eq!(farthest(&photo.pixels, &untouched), 0, "without a change the photo is drawn as it is");
    for target_years in [5.0, 65.0, 80.0] {
        let key = ChangeKey { face: 1, network: 1, own_years, target_years, strength: 1.0, drawn: false };
        let packed = Arc::new(PackedChange::blend(&timeline, key));
        let drawn = draw(&photo, &face, Some(Arc::clone(&packed)), Vec::new(), false);
        let change = timeline.change_at(target_years, own_years, 1.0);
        let expected = age_photo(&photo.pixels, &face.photo_to_crop, &change);
        let worst = farthest(&expected, &drawn);
        assert!(worst <= 2, "at {target_years} years the shader is {worst} levels away from the reference");
        let draft = draw(&photo, &face, Some(Arc::clone(&packed)), Vec::new(), true);
        let mean = mean_difference(&expected, &draft);
        assert!(mean < 0.1, "at {target_years} years the draft is {mean} levels away from the reference on average");
        // Drawn over the photo, as the further faces of a group are, it looks the same but where there is nothing to see.
        let further = vec![ChangedFace { photo_to_crop: face.photo_to_crop, change: packed }];
        let worst = farthest(&expected, &draw(&photo, &face, None, further, false));
        assert!(worst <= 4, "at {target_years} years a further face is {worst} levels away from the reference");
        // The control: a shader that drew the photo alone would be this far away.
        assert!(farthest(&expected, &untouched) > 20, "at {target_years} years the change is too small to test");
        let changed = expected.pixels().zip(photo.pixels.pixels()).filter(|(a, b)| a != b).count();
        assert!(changed > 2000, "only {changed} pixels change at {target_years} years");
    }
}

/// The largest difference of a channel anywhere in two pictures, in levels.
fn farthest(expected: &image::RgbImage, drawn: &RgbaImage) -> u8 {
    let pairs = expected.pixels().zip(drawn.pixels());
    pairs.flat_map(|(a, b)| a.0.into_iter().zip(b.0)).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

/// The mean difference of a channel, in levels.
fn mean_difference(expected: &image::RgbImage, drawn: &RgbaImage) -> f64 {
    let pairs = expected.pixels().zip(drawn.pixels());
    let sum: u64 = pairs.flat_map(|(a, b)| a.0.into_iter().zip(b.0)).map(|(a, b)| u64::from(a.abs_diff(b))).sum();
    sum as f64 / (f64::from(expected.width() * expected.height()) * 3.0)
}

/// The photo pixel for pixel, with the change.
fn draw(
    photo: &Photo,
    face: &AlignedFace,
    change: Option<Arc<PackedChange>>,
    others: Vec<ChangedFace>,
    is_draft: bool,
) -> RgbaImage {
    let render_state = create_render_state(default_wgpu_setup(), egui_wgpu::RendererOptions::PREDICTABLE);
    crate::driver_exit::skip_driver_teardown();
    aged_photo::install(&render_state);
    let gpu = Gpu { device: render_state.device.clone(), queue: render_state.queue.clone() };
    let texture = Arc::new(PhotoTexture::upload(&gpu, &photo.pixels));
    let size = egui::vec2(photo.pixels.width() as f32, photo.pixels.height() as f32);
    let rect = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
    let photo_to_crop = Some(face.photo_to_crop);
    let mut harness = Harness::builder()
        .with_size(size)
        .renderer(WgpuTestRenderer::from_render_state(render_state))
        .build_ui(move |ui| {
            let picture = AgedPhoto {
                texture: Arc::clone(&texture),
                photo_to_crop,
                change: change.clone(),
                others: others.clone(),
                source_px: rect,
                shown: Shown::Wipe(0.0),
                radius: 0.0,
                slot: 0,
                is_draft,
            };
            ui.ctx().layer_painter(egui::LayerId::background()).add(picture.into_shape(rect));
        });
    harness.run_steps(2);
    harness.render().unwrap()
}
