//! The attention maps as files: a vector drawing, a table, an array. Collected here from what is shown, made and
//! written on the pool through `aging::export`. The picture (PNG) is saved as the other pictures are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;
use serde_json::json;

use super::shown::{self, Shown};
use super::view::{AttentionLayer, AttentionView, Beside};
use super::{ages, maps};
use crate::aging::export::{
    self, AttentionDrawing, DrawnMap, ExportError, MapColours, Provenance, TabledFace, attention_csv, attention_svg,
    npy_bytes,
};
use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::state::{AppState, EngineStatus, ToastKind};
use crate::app::widgets::heatmap::{Colours, Heatmap};
use crate::engine::{DeviceReport, FaceReading};
use crate::face::AlignedFace;
use crate::model::CELLS;

/// What keeps readers from seeing more in the maps than there is.
const CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say what caused \
                       a match. Each cell sees more of the face than its own square.";

/// A file of the attention maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttentionFormat {
    /// A vector drawing of every map shown.
    Svg,
    /// Every number of what is shown, but for the channels' cells.
    Csv,
    /// The layer shown: 7×7, or every channel's cells.
    Npy,
}

impl AttentionFormat {
    /// The name's ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Npy => "npy",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Svg => "SVG drawing",
            Self::Csv => "CSV table",
            Self::Npy => "NumPy array",
        }
    }
}

/// The file name offered, or a sentence on why there is nothing to save yet.
pub fn suggested_name(app: &App, format: AttentionFormat) -> Result<String, String> {
    let job = Job::collect(&app.state)?;
    let stem = Path::new(&job.name).file_stem().map_or("photo".into(), |stem| stem.to_string_lossy());
    Ok(match format {
        AttentionFormat::Npy => format!("{stem}-{}.npy", job.layer_name()),
        _ => format!("{stem}-attention.{}", format.ending()),
    })
}

/// Makes the file and writes it there, on the pool.
pub fn start(app: &mut App, format: AttentionFormat, path: PathBuf) {
    let job = match Job::collect(&app.state) {
        Ok(job) => job,
        Err(sentence) => return app.toast(ToastKind::Note, sentence),
    };
    app.state.saving += 1;
    app.pool.run(move || {
        Some(match job.write(format, &path) {
            Ok(()) => Arrival::Saved(format!("Saved “{}”.", path.display())),
            Err(error) => Arrival::NotSaved(format!("{error}. Choose another folder or name.")),
        })
    });
}

/// One face to save.
struct Saved {
    /// What it is called among the maps.
    title: String,
    short: String,
    photo: String,
    synthetic_years: Option<f32>,
    aligned: Arc<AlignedFace>,
    reading: FaceReading,
}

impl Saved {
    /// The crop below the cells; nothing for a synthetic face.
    fn crop(&self) -> Option<RgbImage> {
        self.synthetic_years.is_none().then(|| self.aligned.pixels.clone())
    }
}

/// Everything a file is made from, shared with the pool.
struct Job {
    name: String,
    original: Option<PathBuf>,
    view: AttentionView,
    /// The faces shown, the one looked at first.
    faces: Vec<Saved>,
    /// The same face at its seven ages, where they were read.
    aged: Vec<Saved>,
    model: String,
    weights_sha256: Arc<str>,
    device: DeviceReport,
}

impl Job {
    fn collect(state: &AppState) -> Result<Self, String> {
        let (id, _) = state.face().ok_or("There is no face to save yet. Open a photo with a face first.")?;
        let (_, photo) = state.photo().ok_or("Open a photo first.")?;
        let not_read = "The face is still being read. Try again in a moment.";
        let EngineStatus::Ready { device, model, .. } = &state.engine else { return Err(not_read.to_owned()) };
        let view = state.view.attention.clone();
        let faces: Option<Vec<Saved>> = shown::shown(state).iter().map(|face| saved(state, face)).collect();
        let faces = faces.filter(|faces| !faces.is_empty()).ok_or(not_read)?;
        if view.layer == AttentionLayer::Channel && view.channel.is_none() && view.beside != Beside::Photograph {
            return Err("Choose a channel first: click one of the bars below.".to_owned());
        }
        let original = photo.pixels.as_ref().and_then(|photo| photo.path.clone());
        Ok(Self {
            name: photo.name.clone(),
            original,
            view,
            faces,
            aged: aged(state, id),
            model: model.name(),
            weights_sha256: Arc::clone(&model.weights_sha256),
            device: device.clone(),
        })
    }

    fn write(&self, format: AttentionFormat, path: &Path) -> Result<(), ExportError> {
        let bytes = match format {
            AttentionFormat::Svg => self.drawing()?.into_bytes(),
            AttentionFormat::Csv => self.table().into_bytes(),
            AttentionFormat::Npy => self.array(),
        };
        let originals: Vec<&Path> = self.original.as_deref().into_iter().collect();
        export::write_file(path, &bytes, &originals)
    }

    /// The layer as it is called in file names.
    fn layer_name(&self) -> &'static str {
        match self.view.layer {
            AttentionLayer::IdentityShare => "identity-share",
            AttentionLayer::AgeShare => "age-share",
            AttentionLayer::SpatialGate => "spatial-gate",
            AttentionLayer::Channel => "channel-activity",
        }
    }

    /// The layer of the face looked at: `(7, 7)`, or `(channels, 7, 7)`.
    fn array(&self) -> Vec<u8> {
        let maps = &self.faces[0].reading.attention;
        match maps::of_layer(maps, self.view.layer, None) {
            Some(values) => npy_bytes(&[CELLS, CELLS], values.as_flattened()),
            None => npy_bytes(&[maps.channel_gate.len(), CELLS, CELLS], &maps.channel_activity),
        }
    }

    fn table(&self) -> String {
        // Ages that are shown are among the seven; they stand in the table once.
        let shown = self.faces.iter().filter(|face| face.synthetic_years.is_none() || self.aged.is_empty());
        let mut faces: Vec<TabledFace<'_>> = Vec::new();
        for face in shown.chain(&self.aged) {
            let tabled = TabledFace {
                name: &face.photo,
                synthetic_years: face.synthetic_years,
                source_sha256: &face.aligned.photo_sha256,
                reading: &face.reading,
            };
            faces.push(tabled);
        }
        attention_csv(&faces, &self.weights_sha256)
    }

    fn drawing(&self) -> Result<String, ExportError> {
        let first = &self.faces[0];
        let parameters = json!({ "layer": self.layer_name(), "channel": self.view.channel });
        let record = Provenance::new(&first.aligned, &self.weights_sha256, &self.device, 0, parameters);
        let made = format!(
            "mtlface {} · {} · weights {} · source SHA-256 {}",
            env!("CARGO_PKG_VERSION"),
            self.model,
            self.weights_sha256.get(..12).unwrap_or(&self.weights_sha256),
            first.aligned.photo_sha256,
        );
        let drawing = AttentionDrawing {
            title: &self.name,
            subtitle: "Where the network finds identity, and where age",
            face: &first.aligned.pixels,
            maps: &self.maps(),
            channel_gate: &first.reading.attention.channel_gate,
            regions: &first.reading.attention.regions(),
            notes: &[CAUTION.to_owned(), made],
        };
        attention_svg(&drawing, &record)
    }

    /// Share and gate of the face looked at where it stands alone, and every map that is shown.
    fn maps(&self) -> Vec<DrawnMap> {
        let mut drawn = Vec::new();
        let first = &self.faces[0];
        if self.faces.len() == 1 {
            let layers = [AttentionLayer::IdentityShare, AttentionLayer::AgeShare, AttentionLayer::SpatialGate];
            let mut layers: Vec<AttentionLayer> = layers.into();
            if self.view.channel.is_some() {
                layers.push(AttentionLayer::Channel);
            }
            for layer in layers {
                let view = AttentionView { layer, ..self.view.clone() };
                drawn.extend(self.map(&view, first, self.heading(layer)));
            }
            return drawn;
        }
        for face in &self.faces {
            let heading = format!("{} · {}", face.title, self.heading(self.view.layer).to_lowercase());
            drawn.extend(self.map(&self.view, face, heading));
        }
        if self.view.is_difference {
            drawn.extend(self.difference());
        }
        drawn
    }

    fn heading(&self, layer: AttentionLayer) -> String {
        match (layer, self.view.channel) {
            (AttentionLayer::IdentityShare, _) => "Share of identity".to_owned(),
            (AttentionLayer::AgeShare, _) => "Share of age".to_owned(),
            (AttentionLayer::SpatialGate, _) => "Spatial gate, share given to age".to_owned(),
            (AttentionLayer::Channel, channel) => format!("Channel {}", channel.unwrap_or_default()),
        }
    }

    fn map(&self, view: &AttentionView, face: &Saved, heading: String) -> Option<DrawnMap> {
        let maps = &face.reading.attention;
        let values = maps::of_layer(maps, view.layer, view.channel)?;
        let map = maps::heatmap(view, values, self.strongest());
        Some(drawn(map, heading, face.crop(), maps::scale_words(view, maps.channel_gate.len(), false)))
    }

    fn difference(&self) -> Option<DrawnMap> {
        let [first, second] = [&self.faces[0], self.faces.get(1)?];
        let of = |face: &Saved| maps::of_layer(&face.reading.attention, self.view.layer, self.view.channel);
        let values = maps::difference(&of(first)?, &of(second)?);
        let map = maps::difference_heatmap(&self.view, values, self.strongest());
        let channels = first.reading.attention.channel_gate.len();
        let heading = format!("{} − {}", first.short, second.short);
        Some(drawn(map, heading, None, maps::scale_words(&self.view, channels, true)))
    }

    fn strongest(&self) -> f32 {
        maps::strongest(self.faces.iter().map(|face| &face.reading.attention))
    }
}

fn saved(state: &AppState, face: &Shown<'_>) -> Option<Saved> {
    Some(Saved {
        title: face.title.clone(),
        short: face.short.clone(),
        photo: state.photo_name_of(face.face).to_owned(),
        synthetic_years: face.synthetic_years,
        aligned: Arc::clone(&state.library.faces.get(&face.face)?.aligned),
        reading: face.reading?.clone(),
    })
}

/// The face at its seven ages, where they were read.
fn aged(state: &AppState, id: crate::engine::FaceId) -> Vec<Saved> {
    let Some(columns) = ages::columns(state) else { return Vec::new() };
    let Some(entry) = state.library.faces.get(&id) else { return Vec::new() };
    let readings = shown::aged_readings(state, id).unwrap_or_default();
    let aged = columns.iter().skip(1).zip(readings).map(|(column, reading)| Saved {
        title: shown::age_words(state, column.age),
        short: String::new(),
        photo: state.photo_name_of(id).to_owned(),
        synthetic_years: Some(column.years),
        aligned: Arc::clone(&entry.aligned),
        reading: reading.clone(),
    });
    aged.collect()
}

fn drawn(map: Heatmap, heading: String, face: Option<RgbImage>, scale: String) -> DrawnMap {
    let colours = match map.colours {
        Colours::AgeToIdentity => MapColours::AgeToIdentity,
        Colours::IdentityToAge => MapColours::IdentityToAge,
        Colours::Activity => MapColours::Activity,
        Colours::Signed => MapColours::Signed,
    };
    DrawnMap { heading, face, values: map.values, range: map.range, colours, scale }
}
