//! `mtlface attention PHOTO -o DIR`: where the network finds identity and where age, as a picture and as numbers.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Output;
use super::age::{base_name, short};
use super::arguments::FaceArgs;
use super::common::{CommonArgs, Loaded, number, text_of, with};
use super::subject::Subject;
use crate::aging::export::{
    AttentionDrawing, AttentionPicture, DrawnMap, MapColours, OutputFolder, PictureKind, Provenance, TabledFace,
    attention_csv, attention_picture, attention_svg, encode_png, npy_bytes,
};
use crate::engine::{FaceReading, TimelineWatch};
use crate::model::CELLS;

/// What keeps readers from seeing more in the maps than there is.
const CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say what caused \
                       a match. Each cell sees more of the face than its own square.";

const SUBTITLE: &str = "Where the network finds identity, and where age";

/// Arguments of `attention`.
#[derive(Debug, clap::Args)]
pub struct AttentionArgs {
    /// The photo
    photo: PathBuf,
    /// Folder to write to; made where it does not exist
    #[arg(short, long = "output", value_name = "DIR")]
    output: PathBuf,
    /// Read the face at its seven synthetic ages too, for the table
    #[arg(long)]
    ages: bool,
    #[command(flatten)]
    which: FaceArgs,
}

/// Writes the picture and the numbers.
pub fn run(arguments: &AttentionArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let folder = OutputFolder::prepare(&arguments.output, &[&arguments.photo])?;
    let loaded = common.load()?;
    let subject = Subject::open(&arguments.photo, &arguments.which, common, &loaded.pipeline)?;
    let aged = if arguments.ages { aged(&subject, &loaded)? } else { Vec::new() };
    let paths = write(&subject, &aged, &folder, &loaded, common)?;
    let maps = &subject.reading.attention;
    let own = json!({
        "source": subject.source_json(),
        "paths": paths.iter().map(|(key, path)| (key.to_string(), json!(text_of(path)))).collect::<serde_json::Map<_, _>>(),
        "identity_share": cells_json(&maps.identity_share),
        "spatial_gate": cells_json(&maps.spatial_gate),
        "channel_gate": maps.channel_gate.iter().copied().map(number).collect::<Vec<_>>(),
        "ages": aged.iter().map(Aged::json).collect::<Vec<_>>(),
        "warnings": subject.warnings,
    });
    let json = with(common.record(&loaded, json!({ "aligned": common.aligned })), own);
    Ok(Output { json, text: text(&subject, &paths) })
}

type Paths = Vec<(&'static str, PathBuf)>;

/// What the network reads from the face at one of its synthetic ages.
struct Aged {
    target_years: f32,
    reading: FaceReading,
}

impl Aged {
    fn json(&self) -> Value {
        json!({
            "target_age_years": number(self.target_years),
            "estimated_age_years": number(self.reading.age.years),
            "mean_spatial_gate": number(self.reading.attention.mean_spatial_gate()),
            "channels_to_age": self.reading.attention.channels_to_age(),
        })
    }
}

/// Lets the whole timeline be made.
struct NoWatch;

impl TimelineWatch for NoWatch {
    fn anchor_made(&mut self, _made: &crate::engine::AnchorMade, _done: usize) {}

    fn is_stopped(&self) -> bool {
        false
    }
}

/// The face at its seven ages, from its estimated age.
fn aged(subject: &Subject, loaded: &Loaded) -> anyhow::Result<Vec<Aged>> {
    let readings = loaded.pipeline.read_ages(&subject.face, subject.reading.age.years, &mut NoWatch)?;
    let anchors = loaded.pipeline.anchors_years();
    let aged = anchors.into_iter().zip(readings.unwrap_or_default());
    Ok(aged.map(|(target_years, reading)| Aged { target_years, reading }).collect())
}

fn write(
    subject: &Subject,
    aged: &[Aged],
    folder: &OutputFolder,
    loaded: &Loaded,
    common: &CommonArgs,
) -> anyhow::Result<Paths> {
    let maps = &subject.reading.attention;
    let base = base_name(&subject.photo.name, subject);
    let pipeline = &loaded.pipeline;
    let record = Provenance::new(&subject.face, pipeline.weights_sha256(), pipeline.device(), common.seed, json!({}));
    let picture = encode_png(&picture(subject, loaded), PictureKind::Drawing, &record)?;
    let cells = |map: &[[f32; CELLS]; CELLS]| npy_bytes(&[CELLS, CELLS], map.as_flattened());
    let channels = npy_bytes(&[maps.channel_gate.len()], &maps.channel_gate);
    let activity = npy_bytes(&[maps.channel_gate.len(), CELLS, CELLS], &maps.channel_activity);
    let drawing = drawing(subject, loaded, &record)?;
    let table = table(subject, aged, loaded);
    Ok(vec![
        ("picture", folder.write(&format!("{base}-attention.png"), &picture)?),
        ("identity_share", folder.write(&format!("{base}-identity-share.npy"), &cells(&maps.identity_share))?),
        ("spatial_gate", folder.write(&format!("{base}-spatial-gate.npy"), &cells(&maps.spatial_gate))?),
        ("channel_gate", folder.write(&format!("{base}-channel-gate.npy"), &channels)?),
        ("channel_activity", folder.write(&format!("{base}-channel-activity.npy"), &activity)?),
        ("drawing", folder.write(&format!("{base}-attention.svg"), drawing.as_bytes())?),
        ("table", folder.write(&format!("{base}-attention.csv"), table.as_bytes())?),
    ])
}

fn table(subject: &Subject, aged: &[Aged], loaded: &Loaded) -> String {
    let face = |reading, synthetic_years| TabledFace {
        name: &subject.photo.name,
        synthetic_years,
        source_sha256: &subject.photo.sha256,
        reading,
    };
    let photograph = std::iter::once(face(&subject.reading, None));
    let faces = photograph.chain(aged.iter().map(|aged| face(&aged.reading, Some(aged.target_years))));
    attention_csv(&faces.collect::<Vec<_>>(), loaded.pipeline.weights_sha256())
}

fn drawing(subject: &Subject, loaded: &Loaded, record: &Provenance) -> anyhow::Result<String> {
    let maps = &subject.reading.attention;
    let drawn = |heading: &str, values, colours| DrawnMap {
        heading: heading.to_owned(),
        face: Some(subject.face.pixels.clone()),
        values,
        range: [0.0, 1.0],
        colours,
        scale: "Fixed scale, 0 to 1".to_owned(),
    };
    let shown = AttentionDrawing {
        title: &subject.photo.name,
        subtitle: SUBTITLE,
        face: &subject.face.pixels,
        maps: &[
            drawn("Share of identity", maps.identity_share, MapColours::AgeToIdentity),
            drawn("Spatial gate, share given to age", maps.spatial_gate, MapColours::IdentityToAge),
        ],
        channel_gate: &maps.channel_gate,
        regions: &maps.regions(),
        notes: &[CAUTION.to_owned(), made_by(subject, loaded)],
    };
    Ok(attention_svg(&shown, record)?)
}

fn made_by(subject: &Subject, loaded: &Loaded) -> String {
    format!(
        "mtlface {} · {} · weights {} · source SHA-256 {}",
        env!("CARGO_PKG_VERSION"),
        loaded.model,
        short(loaded.pipeline.weights_sha256()),
        subject.photo.sha256,
    )
}

fn picture(subject: &Subject, loaded: &Loaded) -> image::RgbImage {
    let maps = &subject.reading.attention;
    attention_picture(&AttentionPicture {
        title: &subject.photo.name,
        subtitle: SUBTITLE,
        face: &subject.face.pixels,
        identity_share: &maps.identity_share,
        spatial_gate: &maps.spatial_gate,
        channel_gate: &maps.channel_gate,
        notes: &[CAUTION.to_owned(), made_by(subject, loaded)],
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
