//! A face at another age, back in its photo: nothing at the own age, the reference's look elsewhere.

use std::path::Path;

use image::RgbImage;
use mtlface::aging::age_photo;
use mtlface::engine::{DevicePreference, Pipeline};
use mtlface::face::{AlignedFace, Landmarks, Photo};
use mtlface::weights;

/// Where the reference's detector put the landmarks of the demo portrait, in pixels.
const REFERENCE_LANDMARKS_PX: Landmarks =
    [[203.909, 104.409], [247.596, 104.733], [224.750, 127.966], [205.157, 143.596], [243.664, 143.713]];

fn portrait() -> Photo {
    Photo::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/astronaut.jpg")).unwrap()
}

fn pipeline() -> Pipeline {
    Pipeline::new(DevicePreference::Cpu, None, &weights::bundled().unwrap()).unwrap()
}

fn mean_difference_levels(a: &RgbImage, b: &RgbImage) -> f64 {
    let total: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    total as f64 / a.as_raw().len() as f64
}

#[test]
fn the_slider_starts_at_the_untouched_photo_and_the_change_grows_with_the_years() {
    let (photo, pipeline) = (portrait(), pipeline());
    let detections = pipeline.find_faces(&photo).unwrap();
    let face = AlignedFace::from_detection(&photo, &detections[0]).unwrap();
    let timeline = pipeline.timeline(&face).unwrap();
    let own_years = timeline.estimated_age_years;
    let aged = |years: f32| age_photo(&photo.pixels, &face.photo_to_crop, &timeline.change_at(years, own_years, 1.0));
    assert_eq!(aged(own_years), *photo.pixels, "nothing changes at the own age");
    let change = |years: f32| mean_difference_levels(&aged(years), &photo.pixels);
    let (near, far) = (change(own_years + 12.0), change(own_years + 45.0));
    assert!(near > 0.01 && far > near * 1.5, "change after 12 years {near}, after 45 years {far}");
    for anchor in &timeline.anchors {
        let cosine = anchor.identity_cosine;
        assert!((0.4..=1.0).contains(&cosine), "identity kept at {}: {cosine}", anchor.group.label());
    }
}

#[test]
fn the_aged_photo_looks_like_the_reference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/paste_back");
    if !folder.is_dir() {
        eprintln!("SKIPPED the_aged_photo_looks_like_the_reference: needs ../shared/fixtures/paste_back");
        return;
    }
    let (photo, pipeline) = (portrait(), pipeline());
    let face = AlignedFace::from_landmarks(&photo, REFERENCE_LANDMARKS_PX).unwrap();
    let timeline = pipeline.timeline(&face).unwrap();
    // The reference takes the age of the face alone; the product that of the face and its mirror image.
    let own_years = pipeline.read_face(&face).unwrap().face_age_years;
    assert!((own_years - 24.0).abs() < 1.5, "estimated {own_years} years, the reference 24");
    for (years, name) in [(8.0, "astronaut_8.png"), (65.0, "astronaut_65.png")] {
        let reference = image::open(folder.join(name)).unwrap().to_rgb8();
        let aged = age_photo(&photo.pixels, &face.photo_to_crop, &timeline.change_at(years, own_years, 1.0));
        let (mut total, mut count) = (0_u64, 0_u64);
        for (x, y, pixel) in aged.enumerate_pixels() {
            let at_px = face.photo_to_crop.apply([f64::from(x), f64::from(y)]);
            let inside = at_px.iter().all(|value| (0.0..=111.0).contains(value));
            let difference: u64 =
                pixel.0.iter().zip(reference.get_pixel(x, y).0).map(|(a, b)| u64::from(a.abs_diff(b))).sum();
            if inside {
                total += difference;
                count += 3;
            }
        }
        let mean_levels = total as f64 / count as f64;
        eprintln!("{name}: mean difference over the crop {mean_levels:.3} levels");
        assert!(mean_levels < 1.0, "{name}: mean difference over the face {mean_levels} levels");
    }
}
