//! One tensor that stays in its file: where its numbers lie, and how they are brought in row-major order.

use std::sync::Arc;

use super::number::NumberKind;
use super::source::Source;
use crate::model::TensorReader;

/// Bytes brought at a time: a multiple of every number's size.
const PIECE_BYTES: usize = 1 << 18;
/// No tensor of a network has more axes.
const MAX_AXES: usize = 8;
/// No tensor of a network this program knows has more numbers: the largest published one has 12.8 million.
const MAX_NUMBERS: usize = 1 << 29;
/// A view that repeats numbers may be this much longer than what it repeats.
const MAX_REPEATED: usize = 1 << 20;

/// A run of numbers of one kind in a file.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The file.
    pub source: Arc<Source>,
    /// Where the run begins, in bytes.
    pub offset: u64,
    /// How many numbers it has.
    pub numbers: usize,
    /// Of which kind they are.
    pub kind: NumberKind,
}

/// A tensor in a file: a view of a storage.
#[derive(Clone, Debug)]
pub struct StoredTensor {
    /// Length along each axis, outermost first.
    pub shape: Vec<usize>,
    storage: Storage,
    first: usize,
    /// Numbers between neighbours along each axis; nothing when they lie one after the other in row-major order.
    strides: Option<Vec<usize>>,
}

impl StoredTensor {
    /// All numbers of a storage, one after the other.
    ///
    /// # Errors
    /// With what does not fit, as the end of a sentence on the tensor.
    pub fn whole(storage: Storage, shape: Vec<usize>) -> Result<Self, String> {
        let numbers = count(&shape)?;
        if numbers != storage.numbers {
            return Err(format!("has the shape {shape:?} and {} numbers", storage.numbers));
        }
        Ok(Self { shape, storage, first: 0, strides: None })
    }

    /// A view: its first number, and the distance to the next one along each axis, in numbers.
    ///
    /// # Errors
    /// With what does not fit, as the end of a sentence on the tensor.
    pub fn view(storage: Storage, first: usize, shape: Vec<usize>, strides: Vec<usize>) -> Result<Self, String> {
        let numbers = count(&shape)?;
        if strides.len() != shape.len() {
            return Err(format!("has {} axes and {} strides", shape.len(), strides.len()));
        }
        if numbers > storage.numbers.saturating_add(MAX_REPEATED) {
            return Err(format!("claims {numbers} numbers where only {} are stored", storage.numbers));
        }
        let last = last_number(first, &shape, &strides).ok_or("reaches past every file")?;
        let end = if numbers == 0 { first } else { last.checked_add(1).ok_or("reaches past every file")? };
        if end > storage.numbers {
            return Err(format!("reaches to number {end} where only {} are stored", storage.numbers));
        }
        let strides = (!is_row_major(&shape, &strides)).then_some(strides);
        Ok(Self { shape, storage, first, strides })
    }

    /// Of which kind its numbers are.
    pub fn kind(&self) -> NumberKind {
        self.storage.kind
    }

    /// How many numbers it has.
    pub fn numbers(&self) -> usize {
        // Checked when it was made.
        self.shape.iter().product()
    }

    /// Brings the numbers as they are stored, row-major, in pieces of whole numbers.
    ///
    /// # Errors
    /// With what is in the way, or what `each` said.
    pub fn for_each_piece(&self, each: &mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        match &self.strides {
            _ if self.numbers() == 0 => Ok(()),
            None => self.pieces_in_order(each),
            Some(strides) => self.pieces_gathered(strides, each),
        }
    }

    fn pieces_in_order(&self, each: &mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        let size = self.kind().bytes();
        let mut left = self.numbers() * size;
        let mut offset = self.storage.offset + (self.first * size) as u64;
        let mut piece = vec![0; left.min(PIECE_BYTES)];
        while left > 0 {
            let length = left.min(PIECE_BYTES);
            self.read_at(offset, &mut piece[..length])?;
            each(&piece[..length])?;
            left -= length;
            offset += length as u64;
        }
        Ok(())
    }

    /// Holds the part of the storage the view touches, never more than the storage.
    fn pieces_gathered(
        &self,
        strides: &[usize],
        each: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let size = self.kind().bytes();
        // Both are inside the storage: checked when the view was made.
        let last = last_number(self.first, &self.shape, strides).unwrap_or(self.first);
        let mut touched = vec![0; (last + 1 - self.first) * size];
        self.read_at(self.storage.offset + (self.first * size) as u64, &mut touched)?;
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..self.numbers() {
            let at = index.iter().zip(strides).map(|(index, stride)| index * stride).sum::<usize>() * size;
            piece.extend_from_slice(&touched[at..at + size]);
            if piece.len() + size > PIECE_BYTES {
                each(&piece)?;
                piece.clear();
            }
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                if index[axis] < self.shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        each(&piece)
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), String> {
        let source = &self.storage.source;
        source.read_at(offset, out).map_err(|error| format!("{} cannot be read any more ({error})", source.name))
    }
}

impl TensorReader for StoredTensor {
    fn read(&self) -> Result<Vec<f32>, String> {
        let mut values = Vec::with_capacity(self.numbers());
        self.for_each_piece(&mut |piece| {
            let start = values.len();
            self.kind().widen(piece, &mut values);
            all_finite(&values[start..])
        })?;
        Ok(values)
    }
}

/// Refuses infinities and what is no number.
pub fn all_finite(values: &[f32]) -> Result<(), String> {
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(()),
        false => Err("it holds values that are not finite numbers".to_owned()),
    }
}

/// Numbers of a tensor of this shape, if any network could have it.
fn count(shape: &[usize]) -> Result<usize, String> {
    if shape.len() > MAX_AXES {
        return Err(format!("has {} axes", shape.len()));
    }
    let numbers = shape.iter().try_fold(1_usize, |numbers, length| numbers.checked_mul(*length));
    let impossible = || format!("has the shape {shape:?}, more than any network needs");
    numbers.filter(|numbers| *numbers <= MAX_NUMBERS).ok_or_else(impossible)
}

/// Position in the storage of the last number of a view; nothing where that overflows.
fn last_number(first: usize, shape: &[usize], strides: &[usize]) -> Option<usize> {
    let mut axes = shape.iter().zip(strides);
    axes.try_fold(first, |last, (length, stride)| last.checked_add(length.saturating_sub(1).checked_mul(*stride)?))
}

fn is_row_major(shape: &[usize], strides: &[usize]) -> bool {
    let mut needed = 1;
    for (length, stride) in shape.iter().zip(strides).rev() {
        // Along an axis of one there is no next number.
        if *length != 1 && *stride != needed {
            return false;
        }
        needed *= length;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(numbers: u8) -> Storage {
        let bytes: Vec<u8> = (0..numbers).collect();
        Storage {
            source: Arc::new(Source::held("t", bytes)),
            offset: 0,
            numbers: usize::from(numbers),
            kind: NumberKind::U8,
        }
    }

    fn view(first: usize, shape: &[usize], strides: &[usize]) -> Result<Vec<f32>, String> {
        StoredTensor::view(storage(24), first, shape.to_vec(), strides.to_vec())?.read()
    }

    #[test]
    fn views_are_read_in_row_major_order() {
        assert_eq!(view(3, &[2, 2], &[2, 1]).unwrap(), [3.0, 4.0, 5.0, 6.0]);
        assert_eq!(view(1, &[2, 3], &[1, 6]).unwrap(), [1.0, 7.0, 13.0, 2.0, 8.0, 14.0]);
        assert_eq!(view(5, &[3], &[0]).unwrap(), [5.0; 3], "repeated");
        assert_eq!(view(2, &[], &[]).unwrap(), [2.0], "a scalar");
        assert!(view(24, &[0, 3], &[3, 1]).unwrap().is_empty());
    }

    #[test]
    fn views_outside_the_storage_are_refused() {
        let cases: [(usize, &[usize], &[usize]); 7] = [
            (0, &[25], &[1]),
            (23, &[2], &[1]),
            (25, &[0], &[1]),
            (0, &[2, 2], &[usize::MAX, 1]),
            (usize::MAX, &[2], &[1]),
            (0, &[usize::MAX, 2], &[0, 0]),
            (0, &[1 << 28], &[0]),
        ];
        for (first, shape, strides) in cases {
            assert!(view(first, shape, strides).is_err(), "{first} {shape:?} {strides:?}");
        }
        assert!(view(0, &[1, 1], &[1]).is_err() && view(0, &[1; 9], &[1; 9]).is_err());
    }

    #[test]
    fn large_views_come_in_pieces() {
        let numbers = PIECE_BYTES + 1000;
        let storage = Storage {
            source: Arc::new(Source::held("t", vec![1; 2 * numbers])),
            offset: 0,
            numbers,
            kind: NumberKind::I16,
        };
        for strides in [vec![2, 1], vec![1, numbers / 2]] {
            let tensor = StoredTensor::view(storage.clone(), 0, vec![numbers / 2, 2], strides).unwrap();
            assert_eq!(tensor.read().unwrap(), vec![257.0; numbers]);
        }
    }
}
