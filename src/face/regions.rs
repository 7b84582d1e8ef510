//! Parts of an aligned face: where alignment puts eyes, nose, mouth, cheeks and forehead in the 112×112 crop. What a
//! network reads there is not known here.

use super::alignment::CROP_SIZE_PX;

/// Cells along a side of the networks' maps.
const CELLS: usize = 7;
const CELL_PX: f32 = CROP_SIZE_PX as f32 / CELLS as f32;

/// A part of the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceRegion {
    /// Both eyes with their lids.
    Eyes,
    /// Bridge and tip of the nose.
    Nose,
    /// Lips and what is right around them.
    Mouth,
    /// Both cheeks, beside nose and mouth.
    Cheeks,
    /// Above the brows, in the middle.
    Forehead,
}

impl FaceRegion {
    /// All, as they are listed.
    pub const ALL: [Self; 5] = [Self::Eyes, Self::Nose, Self::Mouth, Self::Cheeks, Self::Forehead];

    /// Its name in a sentence-case list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Eyes => "Eyes",
            Self::Nose => "Nose",
            Self::Mouth => "Mouth",
            Self::Cheeks => "Cheeks",
            Self::Forehead => "Forehead",
        }
    }

    /// Its rectangles in pixels of the aligned crop: left, top, right, bottom. They follow from where alignment puts
    /// the five landmarks.
    pub fn rects_px(self) -> &'static [[f32; 4]] {
        match self {
            Self::Eyes => &[[24.0, 42.0, 52.0, 61.0], [60.0, 42.0, 88.0, 61.0]],
            Self::Nose => &[[45.0, 56.0, 67.0, 80.0]],
            Self::Mouth => &[[37.0, 84.0, 75.0, 102.0]],
            Self::Cheeks => &[[18.0, 64.0, 40.0, 88.0], [72.0, 64.0, 94.0, 88.0]],
            Self::Forehead => &[[30.0, 14.0, 82.0, 38.0]],
        }
    }

    /// How much of each cell of a 7×7 map lies in it, in pixels squared; rows top to bottom.
    pub fn cell_weights(self) -> [[f32; CELLS]; CELLS] {
        let overlap = |low: f32, high: f32, index: usize| {
            let start = index as f32 * CELL_PX;
            (high.min(start + CELL_PX) - low.max(start)).max(0.0)
        };
        let weight = |row: usize, column: usize| {
            let in_rect =
                |[left, top, right, bottom]: &[f32; 4]| overlap(*left, *right, column) * overlap(*top, *bottom, row);
            self.rects_px().iter().map(in_rect).sum()
        };
        std::array::from_fn(|row| std::array::from_fn(|column| weight(row, column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::alignment::TEMPLATE_PX;

    #[test]
    fn landmarks_lie_in_the_regions_named_after_them() {
        let regions = [FaceRegion::Eyes, FaceRegion::Eyes, FaceRegion::Nose, FaceRegion::Mouth, FaceRegion::Mouth];
        for ([x, y], region) in TEMPLATE_PX.into_iter().zip(regions) {
            let holds =
                |[left, top, right, bottom]: &[f32; 4]| (*left..*right).contains(&x) && (*top..*bottom).contains(&y);
            assert!(region.rects_px().iter().any(holds), "{region:?} at {x}, {y}");
        }
    }

    #[test]
    fn the_weights_are_the_regions_area() {
        for region in FaceRegion::ALL {
            let area: f32 =
                region.rects_px().iter().map(|[left, top, right, bottom]| (right - left) * (bottom - top)).sum();
            let weights: f32 = region.cell_weights().iter().flatten().sum();
            assert!((area - weights).abs() < 1e-2, "{region:?}: {area} and {weights}");
        }
    }
}
