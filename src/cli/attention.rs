//! `mtlface attention PHOTO -o DIR`: where the network sees identity and where age.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::common::{FaceArgs, alignment, open_face, provenance};
use super::{CommonArgs, Output};
use crate::aging::export::{
    AttentionPicture, OutputFolder, PictureKind, Provenance, attention_picture, encode_png, npy_bytes,
};
use crate::model::CELLS;

/// Arguments of `attention`.
#[derive(Debug, Args)]
pub struct AttentionArgs {
    /// The photo.
    photo: PathBuf,
    /// Folder for the picture and the numbers.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    face: FaceArgs,
}

/// Writes picture and numbers.
pub fn run(args: &AttentionArgs, common: &CommonArgs) -> Result<Output> {
    let folder = OutputFolder::prepare(&args.output, &[&args.photo])?;
    let pipeline = common.pipeline()?;
    let (photo, face) = open_face(&args.photo, &args.face, common, &pipeline)?;
    let reading = pipeline.read_face(&face)?;
    let maps = &reading.attention;
    let stem = super::age::file_stem(&photo.name);
    let notes = [
        "Shares say which features the network assigns to identity or age. They do not say what caused a match."
            .to_owned(),
        format!(
            "A cell stands for 16 × 16 pixels of the crop, though its features see more of the face. mtlface {} · weights {}",
            env!("CARGO_PKG_VERSION"),
            &pipeline.weights_sha256()[..12.min(pipeline.weights_sha256().len())]
        ),
    ];
    let picture = attention_picture(&AttentionPicture {
        title: &photo.name,
        subtitle: &format!("about {:.0} years · where identity lives and where age does", reading.age.years),
        face: &face.pixels,
        identity_share: &maps.identity_share,
        spatial_gate: &maps.spatial_gate,
        channel_gate: &maps.channel_gate,
        notes: &notes,
    });
    let made = Provenance::new(&face, pipeline.weights_sha256(), pipeline.device(), common.seed, json!({}));
    let cells = |map: &[[f32; CELLS]; CELLS]| npy_bytes(&[CELLS, CELLS], map.as_flattened());
    let paths = json!({
        "picture": folder.write(&format!("{stem}-attention.png"), &encode_png(&picture, PictureKind::Drawing, &made)?)?,
        "identity_share": folder.write(&format!("{stem}-identity-share.npy"), &cells(&maps.identity_share))?,
        "spatial_gate": folder.write(&format!("{stem}-spatial-gate.npy"), &cells(&maps.spatial_gate))?,
        "channel_gate": folder.write(
            &format!("{stem}-channel-gate.npy"),
            &npy_bytes(&[maps.channel_gate.len()], &maps.channel_gate),
        )?,
    });
    let rows = maps.identity_share.map(|row| row.map(|share| format!("{share:.2}")).join("  "));
    let text = format!(
        "{}: identity share of the features, cell by cell\n{}\nWritten to {}",
        photo.name,
        rows.join("\n"),
        folder.path().display()
    );
    let json = json!({
        "paths": paths,
        "identity_share": maps.identity_share,
        "spatial_gate": maps.spatial_gate,
        "channel_gate": maps.channel_gate,
        "source": { "file": photo.name, "sha256": photo.sha256, "age_years": reading.age.years },
        "alignment": alignment(&face),
        "provenance": provenance(&pipeline, common),
    });
    Ok(Output { json, text })
}
