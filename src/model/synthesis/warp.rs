//! Taking every pixel of a face from somewhere beside it, in tensors, so that gradients reach the flow. The same is
//! done to photos in plain numbers by `aging`.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// `out(p) = faces(p + flow_px(p))`: faces `[N, C, H, W]` and a flow in pixels, x then y, `[N, 2, H, W]`.
///
/// Bilinear, pixel centres at integers, places outside taken from the border. Gradients reach the flow, not the faces.
pub fn warped(faces: Tensor<4>, flow_px: Tensor<4>) -> Tensor<4> {
    let [images, channels, height, width] = faces.dims();
    let x = Place::new(flow_px.clone().narrow(1, 0, 1), width, 3);
    let y = Place::new(flow_px.narrow(1, 1, 1), height, 2);
    let flat = faces.detach().reshape([images, channels, height * width]);
    let first: Tensor<4, Int> = y.low.mul_scalar(width as i64) + x.low;
    let corner = |offset: usize| {
        let indices = first.clone().add_scalar(offset as i64).reshape([images, 1, height * width]);
        let pixels = flat.clone().gather(2, indices.expand([images, channels, height * width]));
        pixels.reshape([images, channels, height, width])
    };
    let between = |left: Tensor<4>, right: Tensor<4>| left.clone() + (right - left) * x.fraction.clone();
    let (above, below) = (between(corner(0), corner(1)), between(corner(width), corner(width + 1)));
    above.clone() + (below - above) * y.fraction
}

/// Where along one axis pixels are taken from.
struct Place {
    /// The pixel before, never the last one.
    low: Tensor<4, Int>,
    /// How far on from there to the next, 0 to 1.
    fraction: Tensor<4>,
}

impl Place {
    /// From offsets `[N, 1, H, W]` along this axis of this length.
    fn new(offset_px: Tensor<4>, length: usize, axis: usize) -> Self {
        let own = positions(length, axis, &offset_px.device()).cast(offset_px.dtype());
        let position = (offset_px + own).clamp(0.0, (length - 1) as f64);
        let low = position.clone().detach().floor().clamp_max((length - 2) as f64);
        Self { fraction: position - low.clone(), low: low.int() }
    }
}

/// 0, 1, 2, … along an axis, length 1 along the others.
fn positions(length: usize, axis: usize, device: &Device) -> Tensor<4> {
    let mut shape = [1; 4];
    shape[axis] = length;
    Tensor::from_data(TensorData::new((0..length).map(|at| at as f32).collect(), shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 rows of 4 pixels, each ten times its row plus its column.
    fn face(device: &Device) -> Tensor<4> {
        let values: Vec<f32> = (0..12).map(|at| (10 * (at / 4) + at % 4) as f32).collect();
        Tensor::from_data(TensorData::new(values, [1, 1, 3, 4]), device)
    }

    fn moved(face: Tensor<4>, x_px: f32, y_px: f32) -> Vec<f32> {
        let device = face.device();
        let plane = |value: f32| Tensor::<4>::full([1, 1, 3, 4], value, &device);
        let flow_px = Tensor::cat(vec![plane(x_px), plane(y_px)], 1);
        warped(face, flow_px).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn pixels_come_from_beside_and_stop_at_the_border() {
        let device = Device::flex();
        assert_eq!(moved(face(&device), 0.0, 0.0), moved(face(&device), -0.0, 0.0));
        let right: Vec<f32> = [0.0, 10.0, 20.0].iter().flat_map(|row| [0.5, 1.5, 2.5, 3.0].map(|x| row + x)).collect();
        assert_eq!(moved(face(&device), 0.5, 0.0), right);
        let up = moved(face(&device), 0.0, -1.5);
        assert_eq!(up[8..], [5.0, 6.0, 7.0, 8.0]);
        assert_eq!(up[..4], [0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn the_flow_feels_the_slope_of_the_picture() {
        let device = Device::flex().autodiff();
        let flow_px = Tensor::<4>::full([1, 2, 3, 4], 0.25, &device).require_grad();
        let gradients = warped(face(&device), flow_px.clone()).sum().backward();
        let gradient: Vec<f32> = flow_px.grad(&gradients).unwrap().into_data().try_into_vec().unwrap();
        // One level a column, ten a row; beyond the border nothing changes any more.
        assert_eq!(gradient[..4], [1.0, 1.0, 1.0, 0.0]);
        assert_eq!(gradient[12..], [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
