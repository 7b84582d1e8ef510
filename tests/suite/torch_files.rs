//! Writes files as `torch.save` does, in both its formats, so that checkpoints of any width can be tested.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use anyhow::{Context as _, Result};
use mtlface::model::Parameters;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// One tensor of a checkpoint.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// How the dictionary of tensors is put into the file.
#[derive(Clone, Copy, Debug)]
pub enum Wrapping {
    /// As it is.
    Bare,
    /// Below a name, beside an `epoch`.
    Below(&'static str),
    /// A dictionary for each module, the first word of the names.
    Modules,
}

/// All tensors of a network, or those whose names begin with `prefix`, which is taken away.
pub fn tensors(parameters: &Parameters, prefix: &str) -> Result<Vec<Tensor>> {
    let names = parameters.names().filter_map(|name| Some((name, name.strip_prefix(prefix)?)));
    let tensor = |(full, name): (&str, &str)| {
        let shape = parameters.shape(full).context("a name without a shape")?.to_vec();
        Ok(Tensor { name: name.to_owned(), values: parameters.get(full, &shape)?.into_owned(), shape })
    };
    names.map(tensor).collect()
}

/// The zip archive of today.
pub fn archive(tensors: &[Tensor], wrapping: Wrapping) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut member = |name: &str, bytes: &[u8]| -> Result<()> {
        writer.start_file(format!("any name/{name}"), options)?;
        Ok(writer.write_all(bytes)?)
    };
    member("data.pkl", &pickle(tensors, wrapping, false))?;
    member("byteorder", b"little")?;
    for (index, tensor) in tensors.iter().enumerate() {
        member(&format!("data/{index}"), &numbers(tensor))?;
    }
    member("version", b"3\n")?;
    Ok(writer.finish()?.into_inner())
}

/// The sequence of pickles of old.
pub fn legacy(tensors: &[Tensor], wrapping: Wrapping) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.".to_vec();
    file.extend(b"\x80\x02}(");
    text(&mut file, "little_endian");
    file.extend(b"\x88u.");
    file.extend(pickle(tensors, wrapping, true));
    file.extend(b"\x80\x02](");
    for index in 0..tensors.len() {
        text(&mut file, &index.to_string());
    }
    file.extend(b"e.");
    for tensor in tensors {
        file.extend((tensor.values.len() as u64).to_le_bytes());
        file.extend(numbers(tensor));
    }
    file
}

/// Counters are whole numbers of 64 bits, all else is single precision.
fn is_counter(tensor: &Tensor) -> bool {
    tensor.name.ends_with("num_batches_tracked")
}

fn numbers(tensor: &Tensor) -> Vec<u8> {
    match is_counter(tensor) {
        true => tensor.values.iter().flat_map(|value| (*value as i64).to_le_bytes()).collect(),
        false => tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
    }
}

fn pickle(tensors: &[Tensor], wrapping: Wrapping, is_legacy: bool) -> Vec<u8> {
    let mut out = b"\x80\x02".to_vec();
    let numbered = tensors.iter().enumerate().map(|(index, tensor)| (index, tensor, tensor.name.as_str()));
    match wrapping {
        Wrapping::Bare => dictionary(&mut out, numbered, is_legacy),
        Wrapping::Below(name) => {
            out.extend(b"}(");
            text(&mut out, "epoch");
            out.extend(b"K\x07");
            text(&mut out, name);
            dictionary(&mut out, numbered, is_legacy);
            out.push(b'u');
        }
        Wrapping::Modules => {
            let mut modules: BTreeMap<&str, Vec<(usize, &Tensor, &str)>> = BTreeMap::new();
            for (index, tensor, name) in numbered {
                let (module, leaf) = name.split_once('.').unwrap_or(("", name));
                modules.entry(module).or_default().push((index, tensor, leaf));
            }
            out.extend(b"}(");
            for (module, entries) in modules {
                text(&mut out, module);
                dictionary(&mut out, entries.into_iter(), is_legacy);
            }
            out.push(b'u');
        }
    }
    out.push(b'.');
    out
}

/// A state dictionary of these tensors, each with the number of its storage and its name.
fn dictionary<'a>(out: &mut Vec<u8>, entries: impl Iterator<Item = (usize, &'a Tensor, &'a str)>, is_legacy: bool) {
    out.extend(b"ccollections\nOrderedDict\n)R(");
    for (index, tensor, name) in entries {
        text(out, name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(out, "storage");
        out.extend(if is_counter(tensor) { &b"ctorch\nLongStorage\n"[..] } else { b"ctorch\nFloatStorage\n" });
        text(out, &index.to_string());
        text(out, "cpu");
        number(out, tensor.values.len());
        out.extend(if is_legacy { &b"NtQK\x00("[..] } else { b"tQK\x00(" });
        for length in &tensor.shape {
            number(out, *length);
        }
        out.extend(b"t(");
        for axis in 0..tensor.shape.len() {
            number(out, tensor.shape[axis + 1..].iter().product());
        }
        out.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
    }
    out.push(b'u');
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn number(out: &mut Vec<u8>, number: usize) {
    out.push(b'J');
    out.extend((number as i32).to_le_bytes());
}
