//! Which network a file holds, told by the names of its tensors.

use super::error::WeightsError;
use super::tensor_file::TensorFile;

/// Tensors only the compact network has together.
const COMPACT_MARKS: [&str; 4] = [
    "backbone.pairs.0.depthwise.weight",
    "afd.channel_fc1.weight",
    "generator.icm.enter.weight",
    "generator.decoder.to_flow.weight",
];

/// Networks that are not the compact one, told by the beginning of a tensor's name.
const OTHERS: [(&str, &str); 5] = [
    ("pnet.", "the tensors are those of the MTCNN face detector"),
    ("backbone.input_layer.", "the tensors are those of an IR-50 MTLFace, which this version cannot run"),
    ("decoder.decoder.style.", "the tensors are those of the StyleGAN2-type MTLFace, which this version cannot run"),
    ("conv_1.", "the tensors are those of the SFace backbone alone"),
    ("generator.", "it holds the synthesis half alone"),
];

/// Checks that a file holds the compact network.
///
/// # Errors
/// With a sentence on what it seems to hold instead.
pub fn compact(file: &TensorFile) -> Result<(), WeightsError> {
    let holds = |mark: &str| file.parameters.names().any(|name| name == mark);
    if COMPACT_MARKS.iter().all(|mark| holds(mark)) {
        return Ok(());
    }
    let begins = |prefix: &str| file.parameters.names().any(|name| name.starts_with(prefix));
    let known = OTHERS.iter().find(|(prefix, _)| begins(prefix)).map(|(_, sentence)| (*sentence).to_owned());
    let reason = known.unwrap_or_else(|| {
        let first = file.parameters.names().next().unwrap_or("none");
        format!(
            "its {} tensors (the first is “{first}”) belong to no network this program knows",
            file.parameters.len()
        )
    });
    Err(WeightsError::OtherModel { name: file.name.clone(), reason })
}
