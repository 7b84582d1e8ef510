//! Pictures that can be taken away: the photo with the face aged, the sheet of the seven ages, the picture of the
//! attention maps. Collected here from the state, made and written on the pool through `aging::export`, which labels,
//! marks and signs them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;
use serde_json::{Value, json};

use crate::aging::export::{
    self, AttentionPicture, Credentials, PictureKind, Provenance, Sheet, SheetCell, attention_picture, contact_sheet,
    encode_png, face_picture, labelled_photo, signed_png, years_text,
};
use crate::aging::{Change, Timeline, age_photo};
use crate::app::App;
use crate::app::arrivals::Arrival;
use crate::app::queries::OwnAge;
use crate::app::state::{EngineStatus, SaveWhat, ToastKind};
use crate::engine::{DeviceReport, FaceReading};
use crate::face::{AlignedFace, Photo};

/// What keeps readers of a sheet from seeing more in it than there is.
const SHEET_CAUTION: &str = "Synthetic ages show what a network learnt from photographs of other people. They do not \
                             predict how this person did or will look.";
/// The same for the attention maps.
const ATTENTION_CAUTION: &str = "Shares say which features the network assigns to identity or age. They do not say \
                                 what caused a match. Each cell sees more of the face than its own square.";

/// Everything a picture or a film is made from, shared with other threads.
pub struct Subject {
    pub photo: Arc<Photo>,
    pub face: Arc<AlignedFace>,
    reading: Arc<FaceReading>,
    pub timeline: Option<Arc<Timeline>>,
    /// The age shown at full strength, where the network drew it.
    drawn: Option<Arc<Change>>,
    pub own: OwnAge,
    target_years: f32,
    pub strength: f32,
    model: String,
    weights_sha256: Arc<str>,
    device: DeviceReport,
}

/// The file name offered, or a sentence on why there is nothing to save yet.
pub fn suggested_name(app: &App, what: SaveWhat) -> Result<String, String> {
    let subject = subject(app, what)?;
    let stem = Path::new(&subject.photo.name).file_stem().map_or("photo".into(), |stem| stem.to_string_lossy());
    Ok(match what {
        SaveWhat::Photo => format!("{stem}-age-{}.png", years_text(subject.target_years)),
        SaveWhat::Sheet => format!("{stem}-ages.png"),
        SaveWhat::Attention | SaveWhat::AttentionAs(_) => format!("{stem}-attention.png"),
        SaveWhat::Film(format) => format!("{stem}-film.{}", format.ending()),
    })
}

/// Makes the picture and writes it there, on the pool.
pub fn start(app: &mut App, what: SaveWhat, path: PathBuf) {
    let subject = match subject(app, what) {
        Ok(subject) => subject,
        Err(sentence) => return app.toast(ToastKind::Note, sentence),
    };
    app.state.saving += 1;
    let key = app.settings.key_place();
    app.pool.run(move || {
        let credentials = key.open();
        Some(match subject.write(what, &path, &credentials) {
            Ok(()) => Arrival::Saved(saved_words(&path, &credentials)),
            Err(error) => Arrival::NotSaved(format!("{error}. Choose another folder or name.")),
        })
    });
}

/// That a file is there, and why it carries no signature where it should.
pub fn saved_words(path: &Path, credentials: &Credentials) -> String {
    let saved = format!("Saved “{}”.", path.display());
    credentials.notice().map_or(saved.clone(), |notice| format!("{saved} {notice}"))
}

/// What there is to save, or a sentence on why there is nothing yet.
pub fn subject(app: &App, what: SaveWhat) -> Result<Subject, String> {
    let state = &app.state;
    let (id, face) = state.face().ok_or("There is no face to save yet. Open a photo with a face first.")?;
    let (_, photo) = state.photo().ok_or("Open a photo first.")?;
    let photo = photo.pixels.clone().ok_or("The photo is still being opened. Try again in a moment.")?;
    let not_read = "The face is still being read. Try again in a moment.";
    let EngineStatus::Ready { device, model, .. } = &state.engine else { return Err(not_read.to_owned()) };
    if what != SaveWhat::Attention && face.timeline.is_none() {
        return Err("The ages are still being made. Try again in a moment.".to_owned());
    }
    if what == SaveWhat::Photo && state.is_refining(id) {
        return Err("This age is still being drawn. Try again in a moment.".to_owned());
    }
    Ok(Subject {
        photo,
        face: Arc::clone(&face.aligned),
        reading: face.reading.clone().ok_or(not_read)?,
        timeline: face.timeline.clone(),
        drawn: state.drawn_age(id).map(|drawn| Arc::clone(&drawn.change)),
        own: state.own_age(id).ok_or(not_read)?,
        target_years: state.document.target_years,
        strength: state.document.strength,
        model: model.name(),
        weights_sha256: Arc::clone(&model.weights_sha256),
        device: device.clone(),
    })
}

impl Subject {
    fn write(&self, what: SaveWhat, path: &Path, credentials: &Credentials) -> Result<(), export::ExportError> {
        let (picture, kind, parameters) = match (what, &self.timeline) {
            (SaveWhat::Photo, Some(timeline)) => {
                let photo = match &self.drawn {
                    Some(drawn) => self.changed(&drawn.scaled(self.strength)),
                    None => self.aged(timeline, self.target_years),
                };
                let picture = labelled_photo(&photo, &self.face, self.target_years);
                let parameters = self.parameters("target_age_years", json!(self.target_years));
                (picture, PictureKind::Synthetic(self.target_years), parameters)
            }
            (SaveWhat::Sheet, Some(timeline)) => {
                let ages: Vec<f32> = timeline.anchors_years().to_vec();
                let parameters = self.parameters("target_ages_years", json!(ages));
                (contact_sheet(&self.sheet(timeline)), PictureKind::SyntheticSheet, parameters)
            }
            _ => (self.attention(), PictureKind::Drawing, json!({})),
        };
        let provenance = self.provenance(parameters);
        let bytes = match kind {
            PictureKind::Drawing => encode_png(&picture, kind, &provenance)?,
            synthetic => signed_png(&picture, synthetic, &provenance, credentials)?,
        };
        export::write_file(path, &bytes, &self.originals())
    }

    /// What was asked for, with one thing more.
    pub fn parameters(&self, what: &str, value: Value) -> Value {
        let mut parameters = json!({
            "own_age_years": self.own.years,
            "own_age_stated": self.own.is_stated(),
            "strength": self.strength,
        });
        parameters[what] = value;
        parameters
    }

    /// The record of something made from this face.
    pub fn provenance(&self, parameters: Value) -> Provenance {
        Provenance::new(&self.face, &self.weights_sha256, &self.device, 0, parameters)
    }

    /// The file of the photo, which is never replaced.
    pub fn originals(&self) -> Vec<&Path> {
        self.photo.path.as_deref().into_iter().collect()
    }

    /// The whole photo at full resolution with the face at this age.
    fn aged(&self, timeline: &Timeline, years: f32) -> RgbImage {
        self.changed(&timeline.change_at(years, self.own.years, self.strength))
    }

    fn changed(&self, change: &Change) -> RgbImage {
        age_photo(&self.photo.pixels, &self.face.photo_to_crop, change)
    }

    fn sheet(&self, timeline: &Timeline) -> Sheet {
        let photograph = SheetCell::Photograph {
            picture: face_picture(&self.photo.pixels, &self.face.photo_to_crop),
            age_years: self.own.years,
            stated: self.own.is_stated(),
        };
        let synthetic = timeline.anchors.iter().map(|anchor| {
            let years = anchor.years;
            SheetCell::Synthetic {
                picture: face_picture(&self.aged(timeline, years), &self.face.photo_to_crop),
                age_years: years,
                identity_cosine: anchor.identity_cosine,
            }
        });
        let known = if self.own.is_stated() { "Stated" } else { "Estimated" };
        Sheet {
            title: self.photo.name.clone(),
            subtitle: format!("{known} age {:.0} years · seven synthetic ages", self.own.years),
            cells: std::iter::once(photograph).chain(synthetic).collect(),
            notes: vec![SHEET_CAUTION.to_owned(), self.made_by()],
        }
    }

    fn attention(&self) -> RgbImage {
        let maps = &self.reading.attention;
        attention_picture(&AttentionPicture {
            title: &self.photo.name,
            subtitle: "Where the network finds identity, and where age",
            face: &self.face.pixels,
            identity_share: &maps.identity_share,
            spatial_gate: &maps.spatial_gate,
            channel_gate: &maps.channel_gate,
            notes: &[ATTENTION_CAUTION.to_owned(), self.made_by()],
        })
    }

    fn made_by(&self) -> String {
        format!(
            "mtlface {} · {} · weights {} · source SHA-256 {}",
            env!("CARGO_PKG_VERSION"),
            self.model,
            self.weights_sha256.get(..12).unwrap_or(&self.weights_sha256),
            self.photo.sha256,
        )
    }
}
