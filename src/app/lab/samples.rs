//! Pictures of the sample faces in a run's folder: which there are, one of them decoded, and what its columns show.

use std::path::Path;

use eframe::egui::ColorImage;
use image::{ImageReader, Limits};

use crate::app::intake::colour_image;

/// Pictures with a longer side are shown smaller: a texture has its limits.
const LONGEST_SIDE_PX: u32 = 2048;
/// Pictures with a longer side are refused.
const MOST_SIDE_PX: u32 = 16_384;

/// A picture of the sample faces.
pub struct SamplePicture {
    /// At which step.
    pub step: u64,
    /// Its pixels, or why they cannot be shown.
    pub pixels: Result<ColorImage, String>,
}

/// What the columns of a picture show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleColumns {
    /// The names, from the left.
    pub names: Vec<String>,
    /// How many faces stand below each other.
    pub rows: usize,
}

impl SampleColumns {
    /// Whether a column shows photographs: as they are, or darkened by a map. Everything else is taken for synthetic.
    pub fn is_photograph(name: &str) -> bool {
        matches!(name, "source" | "identity share")
    }

    /// Whether any column is synthetic; without names all may be.
    pub fn has_synthetic(&self) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| !Self::is_photograph(name))
    }
}

/// The steps of which there are pictures, in order.
pub fn steps(folder: &Path) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let step_of = |path: &Path| {
        let is_png = path.extension().is_some_and(|ending| ending == "png");
        path.file_stem().filter(|_| is_png)?.to_str()?.parse().ok()
    };
    let mut steps: Vec<u64> = entries.flatten().filter_map(|entry| step_of(&entry.path())).collect();
    steps.sort_unstable();
    steps
}

/// Decodes the picture of a step.
pub fn decode(folder: &Path, step: u64) -> SamplePicture {
    let path = folder.join(format!("{step:06}.png"));
    let pixels = open(&path)
        .map_err(|error| format!("The picture of step {step} cannot be shown ({error}). The next one may be whole."));
    SamplePicture { step, pixels }
}

fn open(path: &Path) -> Result<ColorImage, image::ImageError> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_SIDE_PX), Some(MOST_SIDE_PX));
    reader.limits(limits);
    let picture = reader.decode()?;
    let is_large = picture.width().max(picture.height()) > LONGEST_SIDE_PX;
    let shown = if is_large { picture.thumbnail(LONGEST_SIDE_PX, LONGEST_SIDE_PX) } else { picture };
    Ok(colour_image(&shown.to_rgb8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_step() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["000200.png", "000000.png", "1000000.png", "latest.json", "faces.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(steps(folder.path()), [0, 200, 1_000_000]);
        assert!(steps(&folder.path().join("gone")).is_empty());
        assert!(decode(folder.path(), 200).pixels.unwrap_err().contains("step 200 cannot be shown"));
        image::RgbImage::new(224, 112).save(folder.path().join("000200.png")).unwrap();
        assert_eq!(decode(folder.path(), 200).pixels.unwrap().size, [224, 112]);
    }

    #[test]
    fn what_is_not_known_to_be_a_photograph_is_synthetic() {
        let columns =
            |names: &[&str]| SampleColumns { names: names.iter().map(|name| (*name).to_owned()).collect(), rows: 1 };
        assert!(!columns(&["source", "identity share"]).has_synthetic());
        assert!(columns(&["source", "0–10"]).has_synthetic() && columns(&[]).has_synthetic());
    }
}
