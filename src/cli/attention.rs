//! `mtlface attention PHOTO -o DIR`: where the network finds identity and where age, as a picture and as numbers.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Output;
use super::age::{base_name, short};
use super::arguments::FaceArgs;
use super::common::{CommonArgs, Loaded, number, text_of, with};
use super::subject::Subject;
use crate::aging::export::{
    AttentionPicture, OutputFolder, PictureKind, Provenance, attention_picture, encode_png, npy_bytes,
};
use crate::model::CELLS;

/// What keeps readers from seeing more in the maps than there is.
const CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say what caused \
                       a match. Each cell sees more of the face than its own square.";

/// Arguments of `attention`.
#[derive(Debug, clap::Args)]
pub struct AttentionArgs {
    /// The photo
    photo: PathBuf,
    /// Folder to write to; made where it does not exist
    #[arg(short, long = "output", value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    which: FaceArgs,
}

/// Writes the picture and the numbers.
pub fn run(arguments: &AttentionArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let folder = OutputFolder::prepare(&arguments.output, &[&arguments.photo])?;
    let loaded = common.load()?;
    let subject = Subject::open(&arguments.photo, &arguments.which, common, &loaded.pipeline)?;
    let paths = write(&subject, &folder, &loaded, common)?;
    let maps = &subject.reading.attention;
    let own = json!({
        "source": subject.source_json(),
        "paths": paths.iter().map(|(key, path)| (key.to_string(), json!(text_of(path)))).collect::<serde_json::Map<_, _>>(),
        "identity_share": cells_json(&maps.identity_share),
        "spatial_gate": cells_json(&maps.spatial_gate),
        "channel_gate": maps.channel_gate.iter().copied().map(number).collect::<Vec<_>>(),
        "warnings": subject.warnings,
    });
    let json = with(common.record(&loaded, json!({ "aligned": common.aligned })), own);
    Ok(Output { json, text: text(&subject, &paths) })
}

type Paths = Vec<(&'static str, PathBuf)>;

fn write(subject: &Subject, folder: &OutputFolder, loaded: &Loaded, common: &CommonArgs) -> anyhow::Result<Paths> {
    let maps = &subject.reading.attention;
    let base = base_name(&subject.photo.name, subject);
    let pipeline = &loaded.pipeline;
    let record = Provenance::new(&subject.face, pipeline.weights_sha256(), pipeline.device(), common.seed, json!({}));
    let picture = encode_png(&picture(subject, loaded), PictureKind::Drawing, &record)?;
    let cells = |map: &[[f32; CELLS]; CELLS]| npy_bytes(&[CELLS, CELLS], map.as_flattened());
    let channels = npy_bytes(&[maps.channel_gate.len()], &maps.channel_gate);
    Ok(vec![
        ("picture", folder.write(&format!("{base}-attention.png"), &picture)?),
        ("identity_share", folder.write(&format!("{base}-identity-share.npy"), &cells(&maps.identity_share))?),
        ("spatial_gate", folder.write(&format!("{base}-spatial-gate.npy"), &cells(&maps.spatial_gate))?),
        ("channel_gate", folder.write(&format!("{base}-channel-gate.npy"), &channels)?),
    ])
}

fn picture(subject: &Subject, loaded: &Loaded) -> image::RgbImage {
    let maps = &subject.reading.attention;
    let made = format!(
        "mtlface {} · {} · weights {} · source SHA-256 {}",
        env!("CARGO_PKG_VERSION"),
        loaded.model,
        short(loaded.pipeline.weights_sha256()),
        subject.photo.sha256,
    );
    attention_picture(&AttentionPicture {
        title: &subject.photo.name,
        subtitle: "Where the network finds identity, and where age",
        face: &subject.face.pixels,
        identity_share: &maps.identity_share,
        spatial_gate: &maps.spatial_gate,
        channel_gate: &maps.channel_gate,
        notes: &[CAUTION.to_owned(), made],
    })
}

fn cells_json(map: &[[f32; CELLS]; CELLS]) -> Value {
    json!(map.map(|row| row.map(number)))
}

fn text(subject: &Subject, paths: &Paths) -> String {
    let share = &subject.reading.attention.identity_share;
    let mut lines = vec![format!("{}: identity share of each cell, top to bottom", subject.photo.name)];
    for row in share {
        lines.push(format!("  {}", row.map(|value| format!("{value:.2}")).join("  ")));
    }
    lines.extend(paths.iter().map(|(_, path)| text_of(path)));
    lines.push(CAUTION.to_owned());
    lines.extend(subject.warnings.iter().cloned());
    lines.join("\n")
}
