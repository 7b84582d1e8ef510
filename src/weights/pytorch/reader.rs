//! Takes a pickle's bytes one piece after the other; past the end is an error, never a panic.

use super::machine::PickleError;
use super::value::Value;

/// Names of modules and functions are shorter.
const MAX_LINE_BYTES: usize = 1024;
/// The magic number of PyTorch's old files, 0x1950a86a20f9469cfc6c.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// Where a pickle is being read.
#[derive(Debug)]
pub struct Reader<'bytes> {
    bytes: &'bytes [u8],
    position: usize,
}

impl<'bytes> Reader<'bytes> {
    /// From the first byte.
    pub fn new(bytes: &'bytes [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes taken so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn take(&mut self, length: usize) -> Result<&'bytes [u8], PickleError> {
        let end = self.position.checked_add(length);
        let taken = end.and_then(|end| self.bytes.get(self.position..end)).ok_or("its pickle is cut short")?;
        self.position += length;
        Ok(taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// When there is none.
    pub fn byte(&mut self) -> Result<u8, PickleError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next bytes, as many as the caller's array has.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], PickleError> {
        let mut array = [0; LENGTH];
        array.copy_from_slice(self.take(LENGTH)?);
        Ok(array)
    }

    /// Bytes after their count, which is itself `length_bytes` long.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn counted(&mut self, length_bytes: usize) -> Result<&'bytes [u8], PickleError> {
        let mut length = [0; 8];
        length[..length_bytes].copy_from_slice(self.take(length_bytes)?);
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(|_| "its pickle is cut short")?;
        self.take(length)
    }

    /// Text up to the end of the line.
    ///
    /// # Errors
    /// When no line ends soon, or it is no text.
    pub fn line(&mut self) -> Result<&'bytes str, PickleError> {
        let rest = &self.bytes[self.position..];
        let end = rest
            .iter()
            .take(MAX_LINE_BYTES)
            .position(|byte| *byte == b'\n')
            .ok_or("a name in its pickle has no end")?;
        self.position += end + 1;
        Ok(std::str::from_utf8(&rest[..end]).map_err(|_| "a name in its pickle is no UTF-8")?)
    }

    /// A whole number of any length, the count of its bytes in front.
    ///
    /// # Errors
    /// When it is cut short.
    pub fn long(&mut self) -> Result<Value, PickleError> {
        let bytes = self.counted(1)?;
        if bytes == MAGIC {
            return Ok(Value::Magic);
        }
        if bytes.len() > 8 {
            return Ok(Value::Other);
        }
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(wide)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_their_sign() {
        let long = |bytes: &[u8]| Reader::new(bytes).long().unwrap();
        assert_eq!(long(&[0]), Value::Int(0));
        assert_eq!(long(&[1, 0xff]), Value::Int(-1));
        assert_eq!(long(&[2, 0xff, 0]), Value::Int(255));
        assert_eq!(long(&[6, 0, 0, 0, 0, 0, 1]), Value::Int(1 << 40));
        assert_eq!(long(&[9, 0, 0, 0, 0, 0, 0, 0, 0, 1]), Value::Other);
        assert_eq!(long(&[&[10][..], &MAGIC].concat()), Value::Magic);
    }

    #[test]
    fn nothing_is_taken_past_the_end() {
        assert!(Reader::new(&[1, 2]).take(3).is_err());
        assert!(Reader::new(&[0xff; 9]).counted(8).is_err());
        assert!(Reader::new(b"no end").line().is_err());
    }
}
