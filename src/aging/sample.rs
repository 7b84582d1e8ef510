//! Reading pictures and fields between their pixels. Pixel centres are at integers; past the edge the edge repeats.

use image::RgbImage;

use crate::model::CROP_SIZE_PX;

/// A field over the crop at a place in pixels of the crop, bilinear.
pub fn bilinear_field<const N: usize>(field: &[[f32; N]], [x, y]: [f32; 2]) -> [f32; N] {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let at = |dx: i32, dy: i32| field[clamped(left as i32 + dx) + CROP_SIZE_PX * clamped(top as i32 + dy)];
    let (a, b, c, d) = (at(0, 0), at(1, 0), at(0, 1), at(1, 1));
    std::array::from_fn(|channel| {
        let upper = a[channel] + (b[channel] - a[channel]) * right_share;
        let lower = c[channel] + (d[channel] - c[channel]) * right_share;
        upper + (lower - upper) * bottom_share
    })
}

/// A field over the crop at a place in pixels of the crop, bicubic.
pub fn cubic_field<const N: usize>(field: &[[f32; N]], [x, y]: [f32; 2]) -> [f32; N] {
    cubic([x, y], |column, row| field[clamped(column) + CROP_SIZE_PX * clamped(row)])
}

/// A photo's colour in levels at a place in its pixels, bicubic. Exact where the place is a pixel centre.
pub fn cubic_photo(photo: &RgbImage, [x, y]: [f32; 2]) -> [f32; 3] {
    let (last_column, last_row) = (photo.width() as i32 - 1, photo.height() as i32 - 1);
    let pixel = |column: i32, row: i32| {
        let pixel = photo.get_pixel(column.clamp(0, last_column) as u32, row.clamp(0, last_row) as u32);
        pixel.0.map(f32::from)
    };
    if x.fract() == 0.0 && y.fract() == 0.0 {
        return pixel(x as i32, y as i32);
    }
    cubic([x, y], pixel)
}

fn clamped(index: i32) -> usize {
    index.clamp(0, CROP_SIZE_PX as i32 - 1) as usize
}

fn cubic<const N: usize>([x, y]: [f32; 2], at: impl Fn(i32, i32) -> [f32; N]) -> [f32; N] {
    let (left, top) = (x.floor(), y.floor());
    let (columns, rows) = (cubic_weights(x - left), cubic_weights(y - top));
    let mut sum = [0.0; N];
    for (row, row_weight) in rows.iter().enumerate() {
        for (column, column_weight) in columns.iter().enumerate() {
            let value = at(left as i32 + column as i32 - 1, top as i32 + row as i32 - 1);
            let weight = row_weight * column_weight;
            for (total, value) in sum.iter_mut().zip(value) {
                *total += weight * value;
            }
        }
    }
    sum
}

/// Weights of the four neighbours at offsets -1, 0, 1, 2 for a place `t` (0 to 1) after the second: Keys' cubic
/// convolution with a = -0.75, the value the reference pictures were made with.
fn cubic_weights(t: f32) -> [f32; 4] {
    const A: f32 = -0.75;
    let far = |d: f32| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
    let near = |d: f32| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubic_weights_sum_to_one_and_hit_the_pixels() {
        for step in 0..=10 {
            let sum: f32 = cubic_weights(step as f32 / 10.0).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        assert_eq!(cubic_weights(0.0), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn both_samplers_reproduce_a_plane() {
        let plane: Vec<[f32; 1]> =
            (0..CROP_SIZE_PX * CROP_SIZE_PX).map(|i| [(i % 112) as f32 * 2.0 - (i / 112) as f32]).collect();
        let place = [40.3, 70.8];
        let expected = 40.3 * 2.0 - 70.8;
        assert!((bilinear_field(&plane, place)[0] - expected).abs() < 1e-3);
        // Keys' kernel reproduces a plane exactly only for a = -0.5; with -0.75 it sharpens a little.
        assert!((cubic_field(&plane, place)[0] - expected).abs() < 0.2);
    }
}
