//! What a weights file is: network, width, format, size, hash, and how its tensors compare with what the network needs.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Output;
use crate::cli::common::text_of;
use crate::model::NetworkConfig;
use crate::weights::{self, Checkpoint, first_names};

/// Describes a file, or says with the error what is known of it.
pub fn describe(path: &Path) -> Result<Output, (anyhow::Error, Output)> {
    let checkpoint = match Checkpoint::open(&[path]) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Err((error.into(), unknown(path))),
    };
    let usable = weights::usable(&checkpoint);
    let file = file_json(&checkpoint, usable.is_ok());
    let known = Output { json: json!({ "file": file }), text: text(&checkpoint, usable.is_ok()) };
    match usable {
        Ok(()) => Ok(known),
        Err(error) => Err((error.into(), known)),
    }
}

/// Of a file that is no network: its size and hash, where it can be read at all.
fn unknown(path: &Path) -> Output {
    let name = text_of(path);
    match weights::hash_file(path) {
        Ok((sha256, bytes)) => Output {
            json: json!({ "file": { "path": name, "bytes": bytes, "sha256": sha256 } }),
            text: format!("file        {name}\n            {}, SHA-256 {sha256}", size(bytes)),
        },
        Err(_) => Output { json: json!({ "file": { "path": name } }), text: format!("file        {name}") },
    }
}

fn file_json(checkpoint: &Checkpoint, is_complete: bool) -> Value {
    let comparison = &checkpoint.comparison;
    let source = checkpoint.sources.first();
    json!({
        "path": checkpoint.name(),
        "bytes": source.map(|source| source.bytes),
        "sha256": source.map(|source| &source.sha256),
        "format": source.map(|source| source.format.name()),
        "dtypes": dtypes(checkpoint),
        "preset": checkpoint.preset().name(),
        "base_width": base_width(checkpoint),
        "part": source.and_then(|source| source.module),
        "source": checkpoint.metadata.get("source").and_then(|json| serde_json::from_str::<Value>(json).ok()),
        "tensors": checkpoint.tensors.len(),
        "parameters": checkpoint.parameter_count(),
        "complete": is_complete,
        "missing": comparison.missing,
        "unexpected": comparison.unexpected,
        "shapes": shapes(checkpoint),
    })
}

/// What a file says it was imported from, in words; as it stands where it is not what `import` writes.
fn made_from(checkpoint: &Checkpoint) -> Vec<String> {
    checkpoint.metadata.get("source").map(|json| sources(json)).unwrap_or_default()
}

fn sources(json: &str) -> Vec<String> {
    let Ok(Value::Array(sources)) = serde_json::from_str(json) else { return vec![json.to_owned()] };
    let words = |source: &Value| {
        let file = source["file"].as_str()?;
        let sha256 = source["sha256"].as_str()?;
        Some(format!("{file} (SHA-256 {}…)", sha256.get(..12)?))
    };
    sources.iter().map(|source| words(source).unwrap_or_else(|| source.to_string())).collect()
}

/// The tensors of another shape than the network needs.
pub fn shapes(checkpoint: &Checkpoint) -> Vec<Value> {
    let mismatched = checkpoint.comparison.mismatched.iter();
    mismatched.map(|one| json!({ "tensor": one.name, "found": one.found, "needed": one.needed })).collect()
}

/// Names of the kinds of numbers a network is stored in, such as `F32`.
pub fn dtypes(checkpoint: &Checkpoint) -> Vec<&'static str> {
    checkpoint.kinds().into_iter().map(|kind| kind.name()).collect()
}

fn base_width(checkpoint: &Checkpoint) -> Option<usize> {
    match &checkpoint.config {
        NetworkConfig::Published(config) => Some(config.base_width),
        NetworkConfig::Compact(_) => None,
    }
}

fn text(checkpoint: &Checkpoint, is_complete: bool) -> String {
    let comparison = &checkpoint.comparison;
    let width = base_width(checkpoint).map(|width| format!(", width {width}")).unwrap_or_default();
    let mut lines = vec![
        format!("file        {}", checkpoint.name()),
        format!("network     {}{width}, {} parameters", checkpoint.preset(), grouped(checkpoint.parameter_count())),
    ];
    for source in &checkpoint.sources {
        let part = source.module.map(|module| format!(", {module} alone")).unwrap_or_default();
        let dtypes = dtypes(checkpoint).join(" and ");
        lines.push(format!("format      {}{part}, {dtypes}, {}", source.format.name(), size(source.bytes)));
        lines.push(format!("SHA-256     {}", source.sha256));
    }
    lines.extend(made_from(checkpoint).iter().map(|source| format!("made from   {source}")));
    lines.push(match is_complete {
        true => format!("tensors     {}, nothing is missing that it needs to run", checkpoint.tensors.len()),
        false => format!("tensors     {}, not all it needs to run", checkpoint.tensors.len()),
    });
    let list = |what: &str, names: &[String]| match names {
        [] => None,
        names => Some(format!("{what:<12}{}: {}", names.len(), first_names(names))),
    };
    lines.extend(list("missing", &comparison.missing));
    lines.extend(list("unexpected", &comparison.unexpected));
    let shapes: Vec<String> = comparison.mismatched.iter().map(|one| one.name.clone()).collect();
    lines.extend(list("misshapen", &shapes));
    lines.join("\n")
}

/// A size in the unit people use for it.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// A count with its thousands apart.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_counts_and_sources_are_readable() {
        assert_eq!([999, 1_500, 1_086_000_000].map(size), ["999 bytes", "1.5 kB", "1.09 GB"]);
        let json = r#"[{"file":"a.tar","sha256":"d98aa03ce6cef7545d939f99"},{"file":"b"}]"#;
        assert_eq!(sources(json), ["a.tar (SHA-256 d98aa03ce6ce…)", r#"{"file":"b"}"#]);
        assert_eq!(sources("by hand"), ["by hand"]);
        assert_eq!([7, 1_000, 271_606_376].map(grouped), ["7", "1,000", "271,606,376"]);
    }
}
