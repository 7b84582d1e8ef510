//! `mtlface age PHOTO --to 5,25,45,65 -o DIR`: the whole photo and the face at other ages, and a contact sheet. With
//! `--film FILE` also, or only, a film through the ages.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::Output;
use super::arguments::{FaceArgs, stated_age, strength, target_age};
use super::common::{CommonArgs, Loaded, milliseconds, number, text_of, with};
use super::film::FilmArgs;
use super::output::hinted;
use super::subject::{Subject, minor_warning};
use crate::aging::export::{
    Credentials, OutputFolder, PictureKind, Provenance, Sheet, SheetCell, contact_sheet, labelled_face, labelled_photo,
    portrait_picture, signed_png, years_text,
};
use crate::aging::{Between, Change, age_crop, age_photo};
use crate::face::AlignedFace;
use crate::model::{AgeGroup, Noise};

/// Arguments of `age`.
#[derive(Debug, clap::Args)]
pub struct AgeArgs {
    /// The photo
    photo: PathBuf,
    /// Ages to show, in years, such as 5,25,45,65
    #[arg(long, value_name = "AGES", value_delimiter = ',', required_unless_present = "film", requires = "output")]
    #[arg(value_parser = target_age)]
    to: Vec<f32>,
    /// Folder to write to; made where it does not exist
    #[arg(short, long = "output", value_name = "DIR", requires = "to")]
    output: Option<PathBuf>,
    /// The person's age in the photo, where it is known [default: as estimated]
    #[arg(long, value_name = "YEARS", value_parser = stated_age)]
    own_age: Option<f32>,
    /// How much of the learnt change is applied, 0 to 2
    #[arg(long, value_name = "S", default_value = "1", value_parser = strength)]
    strength: f32,
    /// Noise of a network that draws with it: none, the maps stored with the weights, or fresh from --seed
    #[arg(long, value_enum, default_value_t)]
    noise: NoiseChoice,
    #[command(flatten)]
    which: FaceArgs,
    #[command(flatten)]
    film: FilmArgs,
}

/// Where the noise of a style network comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum NoiseChoice {
    /// No noise: the same picture every time.
    #[default]
    Off,
    /// The maps stored with the weights.
    Stored,
    /// Fresh noise from --seed.
    Seeded,
}

/// What is asked of one face.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Ages in years.
    pub ages_years: Vec<f32>,
    /// The person's age where it was stated.
    pub own_age_years: Option<f32>,
    /// How much of the change is applied.
    pub strength: f32,
}

/// Writes the pictures.
pub fn run(arguments: &AgeArgs, common: &CommonArgs) -> anyhow::Result<Output> {
    let started = Instant::now();
    let prepare = |folder: &PathBuf| OutputFolder::prepare(folder, &[&arguments.photo]);
    let folder = arguments.output.as_ref().map(prepare).transpose()?;
    arguments.film.check(&arguments.photo)?;
    let mut loaded = common.load()?;
    use_noise(arguments.noise, common.seed, &mut loaded)?;
    let subject = Subject::open(&arguments.photo, &arguments.which, common, &loaded.pipeline)?;
    let wish =
        Wish { ages_years: arguments.to.clone(), own_age_years: arguments.own_age, strength: arguments.strength };
    let credentials = Credentials::of_user();
    let mut output = match &folder {
        Some(folder) => write_ages(&subject, &wish, folder, &loaded, common, &credentials)?,
        None => no_pictures(&subject, &wish, &loaded, common),
    };
    arguments.film.write(&mut output, &subject, &wish, &loaded, common, &credentials)?;
    finish(&mut output, &credentials, started);
    Ok(output)
}

/// What is said where only a film was asked for.
fn no_pictures(subject: &Subject, wish: &Wish, loaded: &Loaded, common: &CommonArgs) -> Output {
    let own_years = wish.own_years(subject);
    let mut warnings = subject.warnings.clone();
    warnings.extend(minor_warning(own_years));
    let own = json!({
        "source": with_own_age(subject.source_json(), own_years, wish.own_age_years.is_some()),
        "outputs": [],
        "sheet_path": null,
        "warnings": warnings,
    });
    let json = with(common.record(loaded, parameters(wish, own_years, loaded)), own);
    let text = std::iter::once(headline(subject, wish)).chain(warnings).collect::<Vec<_>>().join("\n");
    Output { json, text }
}

/// Says whether everything was signed, why not, and how long all of it took.
pub fn finish(output: &mut Output, credentials: &Credentials, started: Instant) {
    let elapsed_ms = milliseconds(started);
    output.json["signed"] = json!(credentials.has_signed());
    output.json["elapsed_ms"] = json!(elapsed_ms);
    if let Some(notice) = credentials.notice() {
        if let Some(warnings) = output.json["warnings"].as_array_mut() {
            warnings.push(json!(notice));
        }
        output.text.push_str(&format!("\n{notice}"));
    }
    let how = if credentials.has_signed() { ", marked as such and signed" } else { " and marked as such" };
    output.text.push_str(&format!("\nSynthetic: labelled{how}. {:.1} s in all.", elapsed_ms / 1e3));
}

impl Wish {
    /// The age the work starts from: as stated, else as estimated.
    pub fn own_years(&self, subject: &Subject) -> f32 {
        self.own_age_years.unwrap_or(subject.reading.age.years)
    }
}

/// Sets the noise; asking for some of a network that draws without is an error, not a picture like any other.
fn use_noise(choice: NoiseChoice, seed: u64, loaded: &mut Loaded) -> anyhow::Result<()> {
    if loaded.pipeline.noise().is_none() && choice != NoiseChoice::Off {
        let sentence = format!("{} draws without noise.", loaded.model);
        return Err(hinted(sentence, "Leave --noise out, or choose weights of tpami2022."));
    }
    loaded.pipeline.set_noise(match choice {
        NoiseChoice::Off => Noise::Off,
        NoiseChoice::Stored => Noise::Stored,
        NoiseChoice::Seeded => Noise::Seeded(seed),
    });
    Ok(())
}

/// One age of the face, computed but not yet drawn.
struct Aged {
    age_years: f32,
    change: Change,
    identity_cosine: f32,
}

/// One age, written.
struct Written {
    age_years: f32,
    identity_cosine: f32,
    face_path: PathBuf,
    photo_path: PathBuf,
    /// The face and what surrounds it, without its label, for the sheet.
    portrait: image::RgbImage,
}

/// Writes the photo and the face at every age wished for, and the contact sheet.
pub fn write_ages(
    subject: &Subject,
    wish: &Wish,
    folder: &OutputFolder,
    loaded: &Loaded,
    common: &CommonArgs,
    credentials: &Credentials,
) -> anyhow::Result<Output> {
    let own_years = wish.own_years(subject);
    let aged = age_face(subject, wish, own_years, loaded, common)?;
    let base = base_name(&subject.photo.name, subject);
    let record = provenance(subject, wish, own_years, loaded, common);
    let written: anyhow::Result<Vec<Written>> =
        aged.par_iter().map(|aged| write_one(subject, aged, &base, folder, &record, credentials)).collect();
    let written = written?;
    let sheet = contact_sheet(&sheet(subject, &written, wish, own_years, loaded));
    let sheet = signed_png(&sheet, PictureKind::SyntheticSheet, &record, credentials)?;
    let sheet_path = folder.write(&format!("{base}-sheet.png"), &sheet)?;
    let mut warnings = subject.warnings.clone();
    warnings.extend(minor_warning(own_years));
    let own = json!({
        "source": with_own_age(subject.source_json(), own_years, wish.own_age_years.is_some()),
        "outputs": written.iter().map(Written::json).collect::<Vec<_>>(),
        "sheet_path": text_of(&sheet_path),
        "warnings": warnings,
    });
    let json = with(common.record(loaded, parameters(wish, own_years, loaded)), own);
    Ok(Output { json, text: text(subject, wish, &written, &sheet_path, &warnings) })
}

/// The change at every age, and the identity it keeps, measured on the face as it is shown.
fn age_face(
    subject: &Subject,
    wish: &Wish,
    own_years: f32,
    loaded: &Loaded,
    common: &CommonArgs,
) -> anyhow::Result<Vec<Aged>> {
    let mut changes = Vec::with_capacity(wish.ages_years.len());
    for (index, age_years) in wish.ages_years.iter().enumerate() {
        if loaded.pipeline.between() == Between::Drawn {
            common.progress(&format!("age {} of {}", index + 1, wish.ages_years.len()));
        }
        changes.extend(loaded.pipeline.changes(&subject.face, own_years, &[*age_years], wish.strength)?);
    }
    if loaded.pipeline.between() == Between::Drawn {
        common.progress_done();
    }
    let crops: Vec<AlignedFace> = changes
        .iter()
        .map(|change| AlignedFace { pixels: age_crop(&subject.face.pixels, change), ..subject.face.clone() })
        .collect();
    let readings = loaded.pipeline.read_faces(&crops.iter().collect::<Vec<_>>())?;
    let cosines = readings.iter().map(|reading| reading.embedding.cosine(&subject.reading.embedding));
    let aged = wish.ages_years.iter().zip(changes).zip(cosines);
    Ok(aged
        .map(|((age_years, change), identity_cosine)| Aged { age_years: *age_years, change, identity_cosine })
        .collect())
}

fn write_one(
    subject: &Subject,
    aged: &Aged,
    base: &str,
    folder: &OutputFolder,
    provenance: &Provenance,
    credentials: &Credentials,
) -> anyhow::Result<Written> {
    let (face, age_years) = (&subject.face, aged.age_years);
    let mut provenance = provenance.clone();
    provenance.parameters["target_age_years"] = number(age_years);
    let photo = age_photo(&subject.photo.pixels, &face.photo_to_crop, &aged.change);
    let kind = PictureKind::Synthetic(age_years);
    let name = format!("{base}-age-{}", years_text(age_years));
    let whole = signed_png(&labelled_photo(&photo, face, age_years), kind, &provenance, credentials)?;
    let photo_path = folder.write(&format!("{name}.png"), &whole)?;
    let labelled = labelled_face(&photo, &face.photo_to_crop, age_years);
    let labelled = signed_png(&labelled, kind, &provenance, credentials)?;
    let face_path = folder.write(&format!("{name}-face.png"), &labelled)?;
    let portrait = portrait_picture(&photo, &face.photo_to_crop);
    Ok(Written { age_years, identity_cosine: aged.identity_cosine, face_path, photo_path, portrait })
}

impl Written {
    fn json(&self) -> Value {
        json!({
            "target_age_years": number(self.age_years),
            "group": AgeGroup::of_years(self.age_years).label(),
            "face_path": text_of(&self.face_path),
            "photo_path": text_of(&self.photo_path),
            "identity_cosine": number(self.identity_cosine),
        })
    }
}

/// What was asked for, as it stands in records.
pub fn parameters(wish: &Wish, own_years: f32, loaded: &Loaded) -> Value {
    let mut parameters = json!({
        "to_years": wish.ages_years.iter().copied().map(number).collect::<Vec<_>>(),
        "own_age_years": number(own_years),
        "own_age_stated": wish.own_age_years.is_some(),
        "strength": number(wish.strength),
    });
    if let Some(noise) = loaded.pipeline.noise() {
        parameters["noise"] = json!(match noise {
            Noise::Off => "off",
            Noise::Stored => "stored",
            Noise::Seeded(_) => "seeded",
        });
    }
    parameters
}

fn with_own_age(mut source: Value, own_years: f32, stated: bool) -> Value {
    source["own_age_years"] = number(own_years);
    source["own_age_stated"] = json!(stated);
    source
}

fn provenance(subject: &Subject, wish: &Wish, own_years: f32, loaded: &Loaded, common: &CommonArgs) -> Provenance {
    let pipeline = &loaded.pipeline;
    let parameters = parameters(wish, own_years, loaded);
    Provenance::new(&subject.face, pipeline.weights_sha256(), pipeline.device(), common.seed, parameters)
}

/// The first part of every file name: the photo's own name without its ending, and the face where it is not the first.
pub fn base_name(photo_name: &str, subject: &Subject) -> String {
    let stem = Path::new(photo_name).file_stem().map_or("photo".into(), |stem| stem.to_string_lossy());
    match subject.face_number {
        1 => stem.into_owned(),
        number => format!("{stem}-face-{number}"),
    }
}

fn sheet(subject: &Subject, written: &[Written], wish: &Wish, own_years: f32, loaded: &Loaded) -> Sheet {
    let photograph = SheetCell::Photograph {
        picture: portrait_picture(&subject.photo.pixels, &subject.face.photo_to_crop),
        age_years: own_years,
        stated: wish.own_age_years.is_some(),
    };
    let synthetic = written.iter().map(|written| SheetCell::Synthetic {
        picture: written.portrait.clone(),
        age_years: written.age_years,
        identity_cosine: written.identity_cosine,
    });
    let count = match written.len() {
        1 => "one synthetic age".to_owned(),
        count => format!("{count} synthetic ages"),
    };
    Sheet {
        title: subject.photo.name.clone(),
        subtitle: format!("Estimated age {} years · {count}", subject.age_text()),
        cells: std::iter::once(photograph).chain(synthetic).collect(),
        notes: vec![
            "Synthetic ages show what a network learnt from photographs of other people. They do not predict how \
             this person did or will look. Identity kept is the cosine between the face as shown and the photograph; \
             1 is the same."
                .to_owned(),
            format!(
                "mtlface {} · {} · weights {} · source SHA-256 {}",
                env!("CARGO_PKG_VERSION"),
                loaded.model,
                short(loaded.pipeline.weights_sha256()),
                subject.photo.sha256,
            ),
        ],
    }
}

/// The first digits of a hash, enough to tell files apart at a glance.
pub fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// The photo and how old the person in it is.
fn headline(subject: &Subject, wish: &Wish) -> String {
    let age = match wish.own_age_years {
        Some(stated) => format!("{} years old as stated, {} as estimated", years_text(stated), subject.age_text()),
        None => format!("about {} years old", subject.age_text()),
    };
    format!("{}: {age}", subject.photo.name)
}

fn text(subject: &Subject, wish: &Wish, written: &[Written], sheet_path: &Path, warnings: &[String]) -> String {
    let mut lines = vec![headline(subject, wish)];
    for written in written {
        let age = years_text(written.age_years);
        lines.push(format!("  {age:>4}  identity {:.2}  {}", written.identity_cosine, written.photo_path.display()));
        lines.push(format!("                       {}", written.face_path.display()));
    }
    lines.push(format!("  sheet                {}", sheet_path.display()));
    lines.extend(warnings.iter().cloned());
    lines.join("\n")
}
