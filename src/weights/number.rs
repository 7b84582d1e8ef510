//! The kinds of numbers a file may hold, and how their bytes become f32.

use half::slice::HalfFloatSliceExt as _;
use half::{bf16, f16};
use safetensors::Dtype;

/// Numbers of half precision widened at a time: whole slices convert many times faster than single numbers.
const HALVES: usize = 4096;

/// A kind of number, stored little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NumberKind {
    /// IEEE double precision.
    F64,
    /// IEEE single precision.
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of single precision.
    BF16,
    /// 64 bits with a sign.
    I64,
    /// 32 bits with a sign.
    I32,
    /// 16 bits with a sign.
    I16,
    /// 8 bits with a sign.
    I8,
    /// 8 bits without a sign.
    U8,
    /// A byte that is 0 or 1.
    Bool,
}

impl NumberKind {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// Whether it has fractions: what networks compute with, rather than counters.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16)
    }

    /// The kind a safetensors file calls by this name, if this program reads it.
    pub fn from_safetensors(dtype: Dtype) -> Option<Self> {
        Some(match dtype {
            Dtype::F64 => Self::F64,
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::BF16,
            Dtype::I64 => Self::I64,
            Dtype::I32 => Self::I32,
            Dtype::I16 => Self::I16,
            Dtype::I8 => Self::I8,
            Dtype::U8 => Self::U8,
            Dtype::BOOL => Self::Bool,
            _ => return None,
        })
    }

    /// Its name in a safetensors file.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "F64",
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::I64 => "I64",
            Self::I32 => "I32",
            Self::I16 => "I16",
            Self::I8 => "I8",
            Self::U8 => "U8",
            Self::Bool => "BOOL",
        }
    }

    /// Appends the numbers in `bytes`, a whole number of them, to `out`.
    pub fn widen(self, bytes: &[u8], out: &mut Vec<f32>) {
        match self {
            Self::F64 => out.extend(numbers(bytes).map(|number| f64::from_le_bytes(number) as f32)),
            Self::F32 => out.extend(numbers(bytes).map(f32::from_le_bytes)),
            Self::F16 => halves(bytes, f16::from_le_bytes, |halves, out| halves.convert_to_f32_slice(out), out),
            Self::BF16 => halves(bytes, bf16::from_le_bytes, |halves, out| halves.convert_to_f32_slice(out), out),
            Self::I64 => out.extend(numbers(bytes).map(|number| i64::from_le_bytes(number) as f32)),
            Self::I32 => out.extend(numbers(bytes).map(|number| i32::from_le_bytes(number) as f32)),
            Self::I16 => out.extend(numbers(bytes).map(|number| f32::from(i16::from_le_bytes(number)))),
            Self::I8 => out.extend(numbers(bytes).map(|number| f32::from(i8::from_le_bytes(number)))),
            Self::U8 => out.extend(bytes.iter().copied().map(f32::from)),
            Self::Bool => out.extend(bytes.iter().map(|byte| f32::from(u8::from(*byte != 0)))),
        }
    }
}

fn numbers<const BYTES: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; BYTES]> + '_ {
    bytes.as_chunks::<BYTES>().0.iter().copied()
}

fn halves<H: Copy>(bytes: &[u8], read: fn([u8; 2]) -> H, convert: fn(&[H], &mut [f32]), out: &mut Vec<f32>) {
    let mut wide = [0.0; HALVES];
    for piece in bytes.as_chunks::<2>().0.chunks(HALVES) {
        let halves: Vec<H> = piece.iter().map(|number| read(*number)).collect();
        convert(&halves, &mut wide[..halves.len()]);
        out.extend_from_slice(&wide[..halves.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_widened() {
        let cases: [(NumberKind, Vec<u8>, [f32; 2]); 10] = [
            (NumberKind::F64, [1.5_f64, -2.0].map(f64::to_le_bytes).concat(), [1.5, -2.0]),
            (NumberKind::F32, [1.5_f32, -2.0].map(f32::to_le_bytes).concat(), [1.5, -2.0]),
            (NumberKind::F16, [1.5, -2.0].map(|v| f16::from_f32(v).to_le_bytes()).concat(), [1.5, -2.0]),
            (NumberKind::BF16, [1.5, -2.0].map(|v| bf16::from_f32(v).to_le_bytes()).concat(), [1.5, -2.0]),
            (NumberKind::I64, [7_i64, -3].map(i64::to_le_bytes).concat(), [7.0, -3.0]),
            (NumberKind::I32, [7_i32, -3].map(i32::to_le_bytes).concat(), [7.0, -3.0]),
            (NumberKind::I16, [7_i16, -3].map(i16::to_le_bytes).concat(), [7.0, -3.0]),
            (NumberKind::I8, vec![7, 0xfd], [7.0, -3.0]),
            (NumberKind::U8, vec![7, 0xfd], [7.0, 253.0]),
            (NumberKind::Bool, vec![1, 0], [1.0, 0.0]),
        ];
        for (kind, bytes, expected) in cases {
            let mut found = Vec::new();
            kind.widen(&bytes, &mut found);
            assert_eq!(found, expected, "{kind:?}");
            assert_eq!(bytes.len(), 2 * kind.bytes());
        }
    }
}
