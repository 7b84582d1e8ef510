//! A face at another age, back in its photo: nothing at the own age, the reference's look elsewhere.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use image::RgbImage;
use mtlface::aging::{Between, Change, age_photo};
use mtlface::engine::{AnchorMade, DevicePreference, Pipeline, TimelineWatch};
use mtlface::face::{AlignedFace, Landmarks, Photo};
use mtlface::model::{
    AgeGroup, CROP_SIZE_PX, Generation, NetworkConfig, Noise, Parameters, PublishedConfig, STYLE_ANCHORS_YEARS,
    Tpami2022Network, convolutions_run,
};
use mtlface::weights::{self, Weights};

use crate::deterministic;

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
    // The reference pictures are those of the first weights.
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/weights/compact-v1.safetensors");
    let pipeline = Pipeline::new(DevicePreference::Cpu, None, &weights::open(&first).unwrap()).unwrap();
    let photo = portrait();
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

/// A published network at a fraction of its width, filled by rule.
fn published(generation: Generation, base_width: usize) -> Weights {
    let config = PublishedConfig::new(generation, base_width);
    let parameters = deterministic::parameters(&config);
    let (preset, config) = (config.preset(), NetworkConfig::Published(config));
    let sha256 = format!("{preset} by rule");
    Weights { preset, version: "by rule".to_owned(), sha256, config, parameters, ..weights::bundled().unwrap() }
}

fn portrait_face() -> AlignedFace {
    AlignedFace::from_landmarks(&portrait(), REFERENCE_LANDMARKS_PX).unwrap()
}

fn pipeline_of(generation: Generation) -> Pipeline {
    Pipeline::new(DevicePreference::Cpu, None, &published(generation, 2)).unwrap()
}

/// The largest difference anywhere in two changes, in pixels and levels.
fn farthest(a: &Change, b: &Change) -> f32 {
    let flows = a.flow_px.as_flattened().iter().zip(b.flow_px.as_flattened());
    let residuals = a.residual_levels.as_flattened().iter().zip(b.residual_levels.as_flattened());
    flows.chain(residuals).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Writes down which anchors are made; stops after so many.
struct Notes {
    groups: Vec<usize>,
    stop_after: usize,
}

impl TimelineWatch for Notes {
    fn anchor_made(&mut self, made: &AnchorMade, done: usize) {
        self.groups.push(made.group.index());
        assert_eq!(done, self.groups.len());
    }

    fn is_stopped(&self) -> bool {
        self.groups.len() >= self.stop_after
    }
}

#[test]
fn a_network_that_blends_leaves_pixels_where_they_are_if_it_has_no_flow() {
    let (pipeline, face) = (pipeline_of(Generation::Cvpr2021), portrait_face());
    let timeline = pipeline.timeline(&face).unwrap();
    assert_eq!((timeline.between, pipeline.noise()), (Between::Blended, None));
    let change = timeline.change_at(70.0, 20.0, 1.0);
    assert_eq!(change.max_flow_px(), 0.0);
    assert!(farthest(&change, &Change::none()) > 0.5);
    assert!(pipeline.draw_age(&face, 20.0, 70.0).unwrap().is_none());
    let reading = pipeline.read_face(&face).unwrap();
    assert_eq!((reading.embedding.as_slice().len(), reading.attention.channel_gate.len()), (16, 16));
}

#[test]
fn a_network_that_draws_every_age_starts_at_the_untouched_photo() {
    let (pipeline, face) = (pipeline_of(Generation::Tpami2022), portrait_face());
    let timeline = pipeline.timeline(&face).unwrap();
    let own_years = timeline.estimated_age_years;
    assert_eq!(timeline.between, Between::Drawn);
    assert_eq!(timeline.anchors_years(), STYLE_ANCHORS_YEARS);
    let at_own = pipeline.draw_age(&face, own_years, own_years).unwrap().unwrap();
    assert_eq!(*at_own.change, Change::none());
    for years in STYLE_ANCHORS_YEARS {
        let drawn = pipeline.draw_age(&face, own_years, years).unwrap().unwrap();
        let blend = timeline.change_at(years, own_years, 1.0);
        assert!(farthest(&drawn.change, &blend) < 1e-3, "at {years} years the blend is what is drawn");
        let half = pipeline.changes(&face, own_years, &[years], 0.5).unwrap();
        assert!(farthest(&half[0], &drawn.change.scaled(0.5)) < 1e-3);
    }
    let between = pipeline.draw_age(&face, own_years, 60.0).unwrap().unwrap();
    assert!(farthest(&between.change, &timeline.change_at(60.0, own_years, 1.0)) > 1e-3, "a blend only stands in");
}

#[test]
fn ages_are_drawn_from_the_own_age_outwards_and_what_was_left_is_not_drawn_again() {
    let (pipeline, face) = (pipeline_of(Generation::Tpami2022), portrait_face());
    let own_years = pipeline.read_face(&face).unwrap().age.years;
    let mut notes = Notes { groups: Vec::new(), stop_after: 3 };
    assert!(pipeline.timeline_watched(&face, &mut notes).unwrap().is_none());
    let distance = |index: &usize| (STYLE_ANCHORS_YEARS[*index] - own_years).abs();
    assert!(notes.groups.len() == 3 && notes.groups.is_sorted_by_key(distance), "{:?} from {own_years}", notes.groups);
    let before = convolutions_run();
    let mut notes = Notes { groups: Vec::new(), stop_after: 3 };
    assert!(pipeline.timeline_watched(&face, &mut notes).unwrap().is_none());
    assert_eq!((convolutions_run() - before, notes.groups.len()), (0, 3), "told again, not made again");
    notes = Notes { groups: Vec::new(), stop_after: 99 };
    assert!(pipeline.timeline_watched(&face, &mut notes).unwrap().is_some());
    assert_eq!(notes.groups.len(), 7);
}

#[test]
fn a_slider_step_runs_the_decoder_alone() {
    let weights = published(Generation::Tpami2022, 2);
    let (pipeline, face) = (Pipeline::new(DevicePreference::Cpu, None, &weights).unwrap(), portrait_face());
    let own_years = pipeline.timeline(&face).unwrap().estimated_age_years;
    let count = |work: &dyn Fn()| {
        let before = convolutions_run();
        work();
        convolutions_run() - before
    };
    let step = count(&|| drop(pipeline.draw_age(&face, own_years, 42.0).unwrap()));
    let NetworkConfig::Published(config) = weights.config else { panic!("{:?}", weights.config) };
    let device = Device::flex();
    let network = Tpami2022Network::new(&config, &weights.parameters, &device).unwrap();
    let encoding = network.encode(Tensor::zeros([1, 3, CROP_SIZE_PX, CROP_SIZE_PX], &device));
    let codes = network.codes(&encoding, AgeGroup::ALL[3]);
    let start = network.start(&codes, &Noise::Off);
    let decoder = count(&|| drop(network.decode(&start, &codes, &Noise::Off)));
    assert_eq!(step, decoder, "convolutions of one step of the slider");
    assert!(decoder > 0);
    assert_eq!(count(&|| drop(pipeline.draw_age(&face, own_years, 42.0).unwrap())), 0, "the same age again is kept");
}

#[test]
fn other_weights_are_used_in_place_and_what_they_say_is_kept_apart() {
    let (mut pipeline, face) = (pipeline(), portrait_face());
    let first = pipeline.read_face(&face).unwrap();
    pipeline.use_weights(&published(Generation::Tpami2022, 2)).unwrap();
    let second = pipeline.read_face(&face).unwrap();
    assert_eq!(second.embedding.as_slice().len(), 16);
    assert_eq!(pipeline.timeline(&face).unwrap().between, Between::Drawn);
    let mut broken = published(Generation::Cvpr2021, 2);
    broken.parameters = Parameters::default();
    assert!(pipeline.use_weights(&broken).is_err());
    assert_eq!(pipeline.read_face(&face).unwrap().embedding, second.embedding, "what was in use stays");
    pipeline.use_weights(&weights::bundled().unwrap()).unwrap();
    assert_eq!(pipeline.read_face(&face).unwrap().embedding, first.embedding);
    assert_eq!(pipeline.timeline(&face).unwrap().between, Between::Blended);
}
