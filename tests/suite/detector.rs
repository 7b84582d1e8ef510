//! Faces found where the reference finds them.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use image::RgbImage;
use mtlface::face::{Detection, Detector};
use mtlface::weights;
use safetensors::SafeTensors;

fn detector() -> Detector {
    Detector::new(&weights::bundled_detector().unwrap(), &Device::flex()).unwrap()
}

fn fixtures() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/mtcnn");
    folder.is_dir().then_some(folder)
}

fn numbers(file: &SafeTensors<'_>, name: &str) -> Vec<f64> {
    let view = file.tensor(name).unwrap();
    let data = view.data();
    match data.len() / view.shape().iter().product::<usize>().max(1) {
        8 => data.chunks(8).map(|bits| f64::from_le_bytes(bits.try_into().unwrap())).collect(),
        _ => data.chunks(4).map(|bits| f64::from(f32::from_le_bytes(bits.try_into().unwrap()))).collect(),
    }
}

/// Largest distance of any edge or landmark from the reference, in pixels.
fn worst_px(found: &[Detection], boxes: &[f64], landmarks: &[f64]) -> f64 {
    let mut worst = 0.0_f64;
    for (index, face) in found.iter().enumerate() {
        for (edge, expected) in face.box_px.iter().zip(&boxes[index * 5..]) {
            worst = worst.max((f64::from(*edge) - expected).abs());
        }
        for (value, expected) in face.landmarks_px.iter().flatten().zip(&landmarks[index * 10..]) {
            worst = worst.max((f64::from(*value) - expected).abs());
        }
    }
    worst
}

#[test]
fn the_cascade_finds_what_the_reference_finds() {
    let Some(folder) = fixtures() else {
        eprintln!("SKIPPED the_cascade_finds_what_the_reference_finds: needs ../shared/fixtures/mtcnn");
        return;
    };
    let bytes = std::fs::read(folder.join("mtcnn.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let detector = detector();
    for name in ["astronaut", "obama", "group"] {
        let picture = image::open(folder.join(format!("{name}.png"))).unwrap().to_rgb8();
        let found = detector.detect_exact(&picture, 20.0);
        let (boxes, landmarks) =
            (numbers(&file, &format!("{name}/boxes")), numbers(&file, &format!("{name}/landmarks")));
        assert_eq!(found.len() * 5, boxes.len(), "{name}: number of faces");
        let worst = worst_px(&found, &boxes, &landmarks);
        eprintln!("{name}: {} faces, largest difference {worst:.3} px", found.len());
        assert!(worst <= 0.5, "{name}: {worst} px");
    }
    let without = image::open(folder.join("chelsea.png")).unwrap().to_rgb8();
    assert!(detector.detect_exact(&without, 20.0).is_empty());
}

#[test]
fn an_empty_wall_has_no_face() {
    let wall = RgbImage::from_pixel(320, 240, image::Rgb([180, 170, 160]));
    assert!(detector().find_faces(&wall).is_empty());
}

#[test]
fn a_large_photo_is_searched_small_and_refined_at_full_size() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/astronaut.jpg");
    let small = image::open(path).unwrap().to_rgb8();
    let large = image::imageops::resize(&small, 3072, 3072, image::imageops::FilterType::CatmullRom);
    let detector = detector();
    let (near, far) = (detector.find_faces(&small), detector.find_faces(&large));
    assert_eq!((near.len(), far.len()), (1, 1));
    for (a, b) in near[0].landmarks_px.iter().zip(&far[0].landmarks_px) {
        let distance = ((a[0] + 0.5) * 6.0 - 0.5 - b[0]).hypot((a[1] + 0.5) * 6.0 - 0.5 - b[1]);
        assert!(distance < 16.0, "a landmark moved by {distance} px, 6 % of the eye distance are 16");
    }
}
