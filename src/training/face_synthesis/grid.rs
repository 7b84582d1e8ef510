//! The same few faces at every age, so that people see what a run learns.

use burn::tensor::{Device, Tensor};
use image::{GenericImage as _, RgbImage};

use crate::model::backbone::Taps;
use crate::model::synthesis::CompactGenerator;
use crate::model::{AgeGroup, CROP_SIZE_PX, CompactNetwork, Encoding};
use crate::training::data::Batch;
use crate::training::phase::SampleGrid;
use crate::training::tensors;

const SIDE_PX: u32 = CROP_SIZE_PX as u32;

/// Sample faces and their features.
#[derive(Clone, Debug)]
pub struct SampleFaces {
    /// `[1, 3, 112, 112]` each.
    faces: Vec<(Tensor<4>, Encoding)>,
}

impl SampleFaces {
    /// The faces of a batch as the network sees them, on a device without gradients.
    pub fn new(batch: &Batch, network: &CompactNetwork, device: &Device) -> Self {
        let count = batch.samples.len();
        if count == 0 {
            return Self { faces: Vec::new() };
        }
        let all = tensors::faces(batch, device);
        let face = |place| all.clone().narrow(0, place, 1);
        Self { faces: (0..count).map(|place| (face(place), network.encode(face(place)))).collect() }
    }

    /// Every face beside itself in all groups; nothing without faces.
    pub fn drawn_by(&self, generator: &CompactGenerator) -> Option<SampleGrid> {
        if self.faces.is_empty() {
            return None;
        }
        let rows = self.faces.iter().map(|(face, encoding)| {
            let count = AgeGroup::ALL.len();
            let each = |x: Tensor<4>| x.repeat(&[count]);
            let Taps { t56, t28, t14, x } = encoding.taps();
            let taps = Taps { t56: each(t56), t28: each(t28), t14: each(t14), x: each(x) };
            let aged = generator.forward(each(face.clone()), &taps, each(encoding.x_id.clone()), &AgeGroup::ALL);
            Tensor::cat(vec![face.clone(), aged.faces], 0)
        });
        Some(of_tensors(rows))
    }
}

/// Rows of a source and its seven groups, each `[8, 3, 112, 112]`, as one picture.
pub fn of_tensors(rows: impl Iterator<Item = Tensor<4>>) -> SampleGrid {
    of_numbers(rows.map(|row| row.into_data().convert::<f32>().iter::<f32>().collect()).collect())
}

/// The same from the numbers of each row.
pub fn of_numbers(rows: Vec<Vec<f32>>) -> SampleGrid {
    let columns: Vec<String> =
        std::iter::once("source").chain(AgeGroup::ALL.map(AgeGroup::label)).map(str::to_owned).collect();
    let mut picture = RgbImage::new(columns.len() as u32 * SIDE_PX, rows.len() as u32 * SIDE_PX);
    for (row, faces) in (0..).zip(&rows) {
        for (column, face) in (0..).zip(faces.chunks_exact(3 * CROP_SIZE_PX * CROP_SIZE_PX)) {
            let mut cell = picture.sub_image(column * SIDE_PX, row * SIDE_PX, SIDE_PX, SIDE_PX);
            draw(face, &mut |x, y, pixel| cell.put_pixel(x, y, pixel));
        }
    }
    SampleGrid { picture, columns, rows: rows.len() }
}

/// The pixels of a face `[3, 112, 112]` in [-1, 1].
fn draw(face: &[f32], put: &mut dyn FnMut(u32, u32, image::Rgb<u8>)) {
    let plane = CROP_SIZE_PX * CROP_SIZE_PX;
    for at in 0..plane {
        let level = |channel: usize| ((face[channel * plane + at] + 1.0) * 127.5).round().clamp(0.0, 255.0) as u8;
        let (x, y) = ((at % CROP_SIZE_PX) as u32, (at / CROP_SIZE_PX) as u32);
        put(x, y, image::Rgb([level(0), level(1), level(2)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_their_columns_say() {
        let device = Device::flex();
        let shade = |value: f32| Tensor::<4>::full([1, 3, CROP_SIZE_PX, CROP_SIZE_PX], value, &device);
        let row = |first: f32| Tensor::cat((0..8).map(|column| shade(first + column as f32 / 8.0)).collect(), 0);
        let grid = of_tensors([row(-1.0), row(0.0)].into_iter());
        assert_eq!((grid.picture.dimensions(), grid.rows, grid.columns.len()), ((896, 224), 2, 8));
        assert_eq!(grid.columns[..2], ["source".to_owned(), "0–10".to_owned()]);
        assert_eq!(grid.picture.get_pixel(0, 0).0, [0; 3]);
        assert_eq!(grid.picture.get_pixel(3 * 112 + 5, 111).0, [48; 3]);
        assert_eq!(grid.picture.get_pixel(8 * 112 - 1, 223).0, [239; 3]);
    }
}
