//! A run's folder as training writes it, with numbers and pictures made by rule.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use burn::tensor::Device;
use image::RgbImage;
use mtlface::face::{AlignedFace, Detector, Photo};
use mtlface::training::phase::StepRandom;
use mtlface::weights;
use serde_json::{Value, json};

const LOSSES: [(&str, f64, f64); 5] = [
    ("adversary", 4.2, 4.45),
    ("age", 3.9, 2.4),
    ("distillation", 0.012, 0.055),
    ("identity", 6.1, 1.9),
    ("impostor", 0.0042, 0.0007),
];
const WEIGHTS: [f64; 5] = [0.0, 1.0, 10.0, 0.05, 100.0];

/// A run's folder, as training writes it.
pub struct Folder {
    place: tempfile::TempDir,
    phase: &'static str,
}

impl Folder {
    pub fn new(phase: &'static str) -> Self {
        let folder = Self { place: tempfile::tempdir().unwrap(), phase };
        std::fs::create_dir_all(folder.path().join("samples")).unwrap();
        folder
    }

    pub fn path(&self) -> PathBuf {
        self.place.path().join(format!("{}-1", self.phase))
    }

    pub fn say(&self, state: &str, step: u64, message: &str) {
        let status = json!({
            "phase": self.phase, "state": state, "step": step, "of": 2000, "eta_seconds": 731.4,
            "device": "CPU · 2 threads", "weights_sha256": "7c5aba41f53293b712fd86d08ed5b36e", "message": message,
            "process_id": std::process::id(), "broken_pictures": 3,
        });
        std::fs::write(self.path().join("status.json"), status.to_string()).unwrap();
    }

    fn write_lines(&self, name: &str, lines: impl Iterator<Item = Value>) {
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Losses of these steps: exponential descents with the noise of small batches.
    pub fn write_metrics(&self, steps: u64) {
        let line = |step: u64| {
            let done = step as f64 / 2000.0;
            let noise = |index: u64| f64::from(StepRandom::new(5, step, "noise").normal(index));
            let mut losses: serde_json::Map<String, Value> = (LOSSES.iter().enumerate())
                .map(|(index, (name, from, to))| {
                    let value = to + (from - to) * (-5.0 * done).exp();
                    ((*name).to_owned(), json!(value * (0.06 * noise(index as u64)).exp()))
                })
                .collect();
            let weighted = LOSSES.iter().zip(WEIGHTS);
            let total: f64 =
                weighted.map(|((name, ..), weight)| losses[*name].as_f64().unwrap_or_default() * weight).sum();
            losses.insert("total".to_owned(), json!(total));
            let rate = 3e-4 * (step as f64 / 100.0).min(1.0) * (0.5 + 0.5 * (done * std::f64::consts::PI).cos());
            let mut line = json!({
                "step": step, "of": 2000, "seconds": step as f64 * 0.94, "images_per_second": 18.1,
                "learning_rate": rate, "losses": losses,
            });
            if step.is_multiple_of(200) {
                line["validation"] = json!({ "age": 2.6 + 1.5 * (-5.0 * done).exp() });
            }
            line
        };
        self.write_lines("metrics.jsonl", (10..=steps).step_by(10).map(line));
    }

    pub fn write_gates(&self, steps: u64) {
        let line = |step: u64| {
            let done = 1.0 - (-2.0 * step as f64 / 2000.0).exp();
            let cell = |place: u64| {
                let (row, column) = ((place / 7) as f64 - 3.3, (place % 7) as f64 - 3.0);
                let face = (-(row * row + column * column) / 7.0).exp();
                0.52 + (0.05 - 0.22 * face) * (0.4 + 0.6 * done) + 0.03 * done * row / 3.0
            };
            let channel = |place: u64| {
                let start = f64::from(StepRandom::new(9, 0, "channel").normal(place)) * 0.55;
                1.0 / (1.0 + (-start * (1.0 + 1.4 * done) + 0.25 * done).exp())
            };
            let spatial: Vec<f64> = (0..49).map(cell).collect();
            let channels: Vec<f64> = (0..128).map(channel).collect();
            json!({ "step": step, "spatial_gate": spatial, "channel_gate": channels })
        };
        self.write_lines("gates.jsonl", (0..=steps).step_by(50).map(line));
    }

    /// Pictures of the demo faces: photographs and what stands beside them.
    pub fn write_samples(&self, steps: u64, columns: &[&str]) {
        for step in (0..=steps).step_by(200) {
            let faces = faces();
            let mut picture = RgbImage::new(112 * columns.len() as u32, 112 * faces.len() as u32);
            for (row, face) in faces.iter().enumerate() {
                for column in 0..columns.len() {
                    let cell = if column == 0 { face.clone() } else { changed(face, column, step, columns.len()) };
                    let (x, y) = (112 * column as i64, 112 * row as i64);
                    image::imageops::replace(&mut picture, &cell, x, y);
                }
            }
            picture.save(self.path().join(format!("samples/{step:06}.png"))).unwrap();
        }
        let latest = json!({ "step": steps, "columns": columns, "rows": faces().len() });
        std::fs::write(self.path().join("samples/latest.json"), latest.to_string()).unwrap();
    }

    pub fn control(&self) -> String {
        std::fs::read_to_string(self.path().join("control")).unwrap_or_default()
    }
}

/// A run of the decomposition, 62 % done.
pub fn decomposition() -> Folder {
    let folder = Folder::new("decomposition");
    folder.say("running", 1240, "");
    folder.write_metrics(1240);
    folder.write_gates(1200);
    folder.write_samples(1200, &["source", "identity share"]);
    folder
}

/// The aligned faces of the demo photos.
fn faces() -> &'static [RgbImage] {
    static FACES: OnceLock<Vec<RgbImage>> = OnceLock::new();
    FACES.get_or_init(|| {
        let detector = Detector::new(&weights::bundled_detector().unwrap(), &Device::flex()).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
        let names = ["astronaut.jpg", "obama.jpg", "biden.jpg", "obama3.jpg"];
        let face = |name: &str| {
            let photo = Photo::open(&folder.join(name)).unwrap();
            let found = detector.find_faces(&photo.pixels);
            AlignedFace::from_detection(&photo, &found[0]).unwrap().pixels.clone()
        };
        names.into_iter().map(face).collect()
    })
}

/// Stands for what a network makes of a face: darkened cells, or tones that change from column to column.
fn changed(face: &RgbImage, column: usize, step: u64, columns: usize) -> RgbImage {
    let done = step as f32 / 2000.0;
    let mut cell = face.clone();
    for (x, y, pixel) in cell.enumerate_pixels_mut() {
        let (dx, dy) = ((x / 16) as f32 - 3.0, (y / 16) as f32 - 3.3);
        let near = (-(dx * dx + dy * dy) / 7.0).exp();
        let grey = pixel.0.iter().map(|level| f32::from(*level)).sum::<f32>() / 3.0;
        let age = (column as f32 - 1.0) / 6.0;
        for (channel, level) in pixel.0.iter_mut().enumerate() {
            let value = f32::from(*level);
            let made = if columns == 2 {
                value * (1.0 - (0.3 + 0.6 * done) * (1.0 - near))
            } else {
                let faded = value + (grey - value) * age * 0.9;
                let warm = [14.0, 3.0, -8.0][channel] * (1.0 - age);
                (faded + warm + (18.0 * age)) * (0.7 + 0.3 * done.sqrt())
            };
            *level = made.clamp(0.0, 255.0) as u8;
        }
    }
    cell
}
