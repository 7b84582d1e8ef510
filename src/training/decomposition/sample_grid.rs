//! The sample faces, each beside a picture of where its features are identity's.

use image::{Rgb, RgbImage};

use super::frozen::FACE_NUMBERS;
use crate::model::{CELLS, CROP_SIZE_PX};
use crate::training::phase::SampleGrid;

/// How dark a cell without identity is.
const DARKEST: f32 = 0.1;

/// Faces `[N, 3, 112, 112]` in [-1, 1], and the share of identity in each cell, `[N][49]`. Cells are drawn as computed,
/// never smoothed: from dark, where a face has the least identity, to as bright as it is, where it has the most.
pub fn sample_grid(crops: &[f32], shares: &[Vec<f32>]) -> SampleGrid {
    let side = CROP_SIZE_PX as u32;
    let mut picture = RgbImage::new(2 * side, side * shares.len() as u32);
    for (row, (face, share)) in crops.chunks(FACE_NUMBERS).zip(shares).enumerate() {
        let (least, most) =
            share.iter().fold((f32::MAX, f32::MIN), |(least, most), share| (least.min(*share), most.max(*share)));
        for place in 0..CROP_SIZE_PX * CROP_SIZE_PX {
            let (x, y) = (place % CROP_SIZE_PX, place / CROP_SIZE_PX);
            let cell = share[y * CELLS / CROP_SIZE_PX * CELLS + x * CELLS / CROP_SIZE_PX];
            let light = DARKEST + (1.0 - DARKEST) * (cell - least) / (most - least).max(1e-6);
            let levels = [0, 1, 2].map(|channel| (face[channel * CROP_SIZE_PX * CROP_SIZE_PX + place] + 1.0) * 127.5);
            let (x, y) = (x as u32, y as u32 + side * row as u32);
            picture.put_pixel(x, y, Rgb(levels.map(|level| level.round() as u8)));
            picture.put_pixel(x + side, y, Rgb(levels.map(|level| (level * light).round() as u8)));
        }
    }
    SampleGrid { picture, columns: vec!["source".to_owned(), "identity share".to_owned()], rows: shares.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_more_identity_are_brighter() {
        let faces = vec![1.0; 2 * FACE_NUMBERS];
        let mut share = vec![0.25; CELLS * CELLS];
        share[0] = 0.75;
        let grid = sample_grid(&faces, &[share.clone(), share]);
        assert_eq!((grid.picture.dimensions(), grid.rows, grid.columns.len()), ((224, 224), 2, 2));
        let level = |x, y| grid.picture.get_pixel(x, y).0[0];
        assert_eq!((level(5, 5), level(112 + 5, 5), level(112 + 17, 5), level(112 + 5, 112 + 17)), (255, 255, 26, 26));
    }
}
