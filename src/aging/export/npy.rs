//! NumPy's `.npy` format, version 1.0: arrays of 32-bit floats, row-major.

/// The bytes of an `.npy` file. `shape` is outermost first; its product is the number of values.
pub fn npy_bytes(shape: &[usize], values: &[f32]) -> Vec<u8> {
    debug_assert_eq!(shape.iter().product::<usize>(), values.len());
    let sizes: String = shape.iter().map(|size| format!("{size},")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}");
    // The data begins at a multiple of 64 bytes; ten bytes stand before the header, a line feed ends it.
    let padding = 63 - (10 + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_aligned_and_complete() {
        for shape in [vec![7, 7], vec![1024], vec![2, 3, 5]] {
            let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|index| index as f32).collect();
            let bytes = npy_bytes(&shape, &values);
            let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!((10 + header_length) % 64, 0);
            assert_eq!(bytes[9 + header_length], b'\n');
            assert_eq!(bytes.len(), 10 + header_length + 4 * values.len());
            assert_eq!(bytes[bytes.len() - 4..], values[values.len() - 1].to_le_bytes());
        }
    }
}
