//! Files that PyTorch wrote, as they are, cut everywhere and changed everywhere.

use std::collections::BTreeMap;

use super::super::tensor_file::TensorFile;
use crate::model::TensorReader as _;

const ZIP: &[u8] = include_bytes!("../../../tests/fixtures/checkpoints/tricky_zip.pt");
const LEGACY: &[u8] = include_bytes!("../../../tests/fixtures/checkpoints/tricky_legacy.pt");
const EXPECTED: &[u8] = include_bytes!("../../../tests/fixtures/checkpoints/tricky_expected.safetensors");

type Numbers = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn numbers(bytes: &[u8]) -> Result<Numbers, String> {
    let file = TensorFile::parse("t", bytes.to_vec()).map_err(|error| error.to_string())?;
    let read = |(name, tensor): (&String, &std::sync::Arc<super::StoredTensor>)| {
        Ok((name.clone(), (tensor.shape.clone(), tensor.read()?)))
    };
    file.tensors.iter().map(read).collect()
}

/// Transposed, shifted and shared views; an empty tensor, a scalar, a parameter; every width of number.
#[test]
fn both_formats_give_what_pytorch_says() {
    let expected = numbers(EXPECTED).unwrap();
    assert_eq!(expected.len(), 11);
    assert_eq!(numbers(ZIP).unwrap(), expected);
    assert_eq!(numbers(LEGACY).unwrap(), expected);
}

#[test]
fn every_cut_of_a_file_is_refused_with_a_sentence() {
    for whole in [ZIP, LEGACY] {
        for length in 0..whole.len() {
            let sentence = numbers(&whole[..length]).unwrap_err();
            assert!(sentence.ends_with('.') && sentence.contains("t "), "{length}: {sentence}");
        }
    }
}

/// The old format has no checksum, so that every change reaches the pickle machine.
#[test]
fn every_changed_byte_is_survived() {
    for whole in [ZIP, LEGACY] {
        let mut changed = whole.to_vec();
        for position in 0..whole.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff, b'(', b'.', b'R', b'u', b'Q', b't', whole[position] ^ 1] {
                changed[position] = byte;
                // What matters is that it returns: some changes are harmless.
                let _ = numbers(&changed);
            }
            changed[position] = whole[position];
        }
    }
}

/// Changes to a member are all noticed: each has its checksum.
#[test]
fn no_flipped_bit_of_a_storage_goes_unnoticed() {
    let mut changed = ZIP.to_vec();
    let first = ZIP.windows(4).position(|bytes| bytes == 1.0_f32.to_le_bytes()).unwrap();
    for bit in 0..8 {
        changed[first] ^= 1 << bit;
        let sentence = numbers(&changed).unwrap_err();
        assert!(sentence.contains("CRC-32"), "{sentence}");
        changed[first] ^= 1 << bit;
    }
}
