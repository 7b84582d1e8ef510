//! One source of faces: its pictures by place, and what is known of each.

use std::collections::BTreeSet;
use std::path::Path;

use super::labels::{self, ByName, Label};
use super::record::RecordFile;
use super::{DataConfig, DataError, DataKind, list, utkface};
use crate::face::{Landmarks, PhotoError};
use crate::pictures::{LandmarksTable, PictureSet, Section, Table, is_picture, open_section, read_text};

/// Name of the table of labels that is looked for in a folder or archive.
const LABELS_NAME: &str = "labels.csv";

/// One source of faces.
#[derive(Debug)]
pub(super) struct Source {
    /// As its config gives it.
    pub config: DataConfig,
    /// How many pictures its labels name that are not there, and the first of them.
    pub missing: (usize, Option<String>),
    store: Store,
    landmarks: Option<LandmarksTable>,
}

/// A picture of a source.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its place in the store.
    pub place: usize,
    /// What is known of it.
    pub label: Label,
}

#[derive(Debug)]
enum Store {
    Set(PictureSet),
    Record(RecordFile),
}

impl Source {
    /// Lists the pictures of a source and reads its labels.
    ///
    /// # Errors
    /// When it cannot be read, is damaged or holds no pictures.
    pub(super) fn open(config: &DataConfig) -> Result<(Self, Vec<Entry>), DataError> {
        check(config)?;
        let landmarks = config.landmarks.as_deref().map(LandmarksTable::read).transpose()?;
        let (store, entries, missing) = match config.kind {
            DataKind::Record => records(&config.path)?,
            DataKind::List => listed(config)?,
            DataKind::Folder | DataKind::Utkface | DataKind::Labelled => in_set(config)?,
        };
        let source = Self { config: config.clone(), missing, store, landmarks };
        if entries.is_empty() {
            return Err(source.empty());
        }
        Ok((source, entries))
    }

    /// Name of the picture at this place: the source's and its own.
    pub(super) fn name(&self, place: usize) -> String {
        let source = self.config.path.file_name().unwrap_or(self.config.path.as_os_str()).to_string_lossy();
        match &self.store {
            Store::Set(set) => format!("{source}/{}", set.names()[place]),
            Store::Record(file) => format!("{source}/{}", file.name(place)),
        }
    }

    /// The bytes of the picture at this place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn picture(&self, place: usize) -> Result<Vec<u8>, PhotoError> {
        match &self.store {
            Store::Set(set) => set.picture(place),
            Store::Record(file) => file.picture(place),
        }
    }

    /// The landmarks that are known of the picture at this place.
    pub(super) fn landmarks(&self, place: usize) -> Option<Landmarks> {
        let Store::Set(set) = &self.store else { return None };
        self.landmarks.as_ref()?.of(&set.names()[place])
    }

    fn empty(&self) -> DataError {
        let path = self.config.path.display().to_string();
        let (why, next_step) = match (&self.missing.1, self.config.kind) {
            (Some(first), _) => (
                format!(" that its labels name: {} are missing, “{first}” the first of them", self.missing.0),
                "Set `images` or `path` to the folder that the names start from.",
            ),
            (None, DataKind::Record) => (String::new(), "Give a .rec file of insightface."),
            (None, _) => (String::new(), "Give a folder or a tar archive of JPEG, PNG, WebP, BMP or TIFF files."),
        };
        DataError::NoPictures { path, why, next_step }
    }
}

/// Store, pictures, and how many are missing with the first of them.
type Opened = (Store, Vec<Entry>, (usize, Option<String>));

fn check(config: &DataConfig) -> Result<(), DataError> {
    let refuse = |what: &str, next_step| {
        Err(DataError::Setting { path: config.path.display().to_string(), what: what.to_owned(), next_step })
    };
    let is_list = config.kind == DataKind::List;
    if !(config.weight.is_finite() && config.weight >= 0.0) {
        return refuse("its weight is no number from 0 on", "Set `weight` to 1, or leave it out.");
    }
    if config.aligned && config.landmarks.is_some() {
        return refuse("it has landmarks and is aligned already", "Leave out `landmarks` or `aligned`.");
    }
    if config.images.is_some() && !is_list {
        return refuse("`images` belongs to a list", "Give the pictures as `path`, or set `kind` to \"list\".");
    }
    if config.kind == DataKind::Record && (config.labels.is_some() || config.landmarks.is_some()) {
        return refuse("a record file has no names to find them by", "Leave out `labels` and `landmarks`.");
    }
    Ok(())
}

fn table(path: &Path) -> Result<Table, DataError> {
    Ok(Table::new(path.display().to_string(), read_text(path)?))
}

/// The pictures of a folder or archive.
fn in_set(config: &DataConfig) -> Result<Opened, DataError> {
    let set = PictureSet::open(&config.path)?;
    let table = labels_of(config, Some(&set))?;
    let has_folders = holds_folders(&set);
    let mut entries = Vec::new();
    let mut named = 0;
    for (place, name) in set.names().iter().enumerate().filter(|(_, name)| is_picture(name)) {
        let known = table.as_ref().and_then(|table| table.find(name));
        named += usize::from(known.is_some());
        let label = match config.kind {
            DataKind::Labelled if known.is_none() => continue,
            DataKind::Utkface => utkface::label(name).unwrap_or_default(),
            DataKind::Folder if has_folders => {
                Label { identity: folder_of(name).map(str::to_owned), ..Label::default() }
            }
            _ => Label::default(),
        };
        entries.push(Entry { place, label: known.map_or(label.clone(), |known| label.updated_by(known)) });
    }
    let missing = table.as_ref().map_or(0, |table| table.len().saturating_sub(named));
    let first = table.filter(|_| missing > 0).and_then(|table| table.first_without(set.names().iter()));
    Ok((Store::Set(set), entries, (missing, first)))
}

/// The labels of a set: those its config names, or those that lie in it.
fn labels_of(config: &DataConfig, set: Option<&PictureSet>) -> Result<Option<ByName<Label>>, DataError> {
    if let Some(path) = &config.labels {
        return labels::read(&table(path)?).map(Some);
    }
    let is_table = |name: &&String| name.rsplit('/').next() == Some(LABELS_NAME);
    let inside =
        set.and_then(|set| Some((set, set.find(set.names().iter().filter(is_table).min_by_key(|name| name.len())?)?)));
    match inside {
        Some((set, place)) => labels::read(&Table::new(set.shown(place), set.text(place)?)).map(Some),
        None if config.kind == DataKind::Labelled => Err(DataError::Setting {
            path: config.path.display().to_string(),
            what: "it is to be labelled, and there is no “labels.csv” in it".to_owned(),
            next_step: "Set `labels` to a CSV file with the column “file”.",
        }),
        None => Ok(None),
    }
}

/// Whether pictures lie in more than one folder, so that folders tell people apart.
fn holds_folders(set: &PictureSet) -> bool {
    let folders: BTreeSet<_> = set.names().iter().filter(|name| is_picture(name)).map(|name| folder_of(name)).collect();
    folders.len() > 1
}

fn folder_of(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder)
}

/// The pictures that a list names.
fn listed(config: &DataConfig) -> Result<Opened, DataError> {
    let (shown, text, beside) = if is_set(&config.path) {
        let set = PictureSet::open(&config.path)?;
        let place = only(&set, ".txt", &config.path)?;
        (set.shown(place), set.text(place)?, Some(set))
    } else {
        (config.path.display().to_string(), read_text(&config.path)?, None)
    };
    let set = match (&config.images, beside) {
        (Some(images), _) => PictureSet::open(images)?,
        (None, Some(set)) => set,
        (None, None) => PictureSet::open(folder_beside(&config.path))?,
    };
    let table = labels_of(config, None)?;
    let (mut entries, mut missing, mut first) = (Vec::new(), 0, None);
    for (name, label) in list::read(&shown, &text)? {
        if let Some(place) = set.find(&name) {
            let known = table.as_ref().and_then(|table| table.find(&name));
            entries.push(Entry { place, label: known.map_or(label.clone(), |known| label.updated_by(known)) });
        } else {
            missing += 1;
            first = first.or(Some(name));
        }
    }
    Ok((Store::Set(set), entries, (missing, first)))
}

/// The folder that a file lies in.
fn folder_beside(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The pictures of a record file.
fn records(path: &Path) -> Result<Opened, DataError> {
    let (shown, section, index): (String, Section, Option<String>) = if is_set(path) {
        let set = PictureSet::open(path)?;
        let place = only(&set, ".rec", path)?;
        let index = set.find(&set.names()[place].replace(".rec", ".idx"));
        (set.shown(place), set.section(place)?, index.map(|place| set.text(place)).transpose()?)
    } else {
        let index = path.with_extension("idx");
        let index = index.is_file().then(|| read_text(&index)).transpose()?;
        (path.display().to_string(), open_section(path)?, index)
    };
    let (file, labels) = RecordFile::open(&shown, section, index.as_deref())?;
    let entries = labels.into_iter().enumerate().map(|(place, label)| Entry { place, label }).collect();
    Ok((Store::Record(file), entries, (0, None)))
}

/// Whether a path is a folder or a tar archive, in which a list or record file lies.
fn is_set(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tar"))
}

/// The only file with this ending in a set.
fn only(set: &PictureSet, ending: &str, path: &Path) -> Result<usize, DataError> {
    let mut places = set.names().iter().enumerate().filter(|(_, name)| name.ends_with(ending)).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (first, _) => Err(DataError::Setting {
            path: path.display().to_string(),
            what: format!("it holds {} {ending} file", if first.is_some() { "more than one" } else { "no" }),
            next_step: "Give the file itself as `path`.",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::data::testing::{png, write};

    fn said(config: &DataConfig) -> String {
        Source::open(config).unwrap_err().to_string()
    }

    fn names(opened: &(Source, Vec<Entry>)) -> Vec<String> {
        opened.1.iter().map(|entry| opened.0.name(entry.place)).collect()
    }

    #[test]
    fn folders_tell_people_apart_unless_there_is_only_one() {
        let root = tempfile::tempdir().unwrap();
        let picture = png(8, [200, 100, 50]);
        write(
            root.path(),
            &[("faces/anna/1.png", &picture), ("faces/ben/1.png", &picture), ("flat/x/1.png", &picture)],
        );
        let opened = Source::open(&DataConfig::new(root.path().join("faces"), DataKind::Folder)).unwrap();
        let people: Vec<_> = opened.1.iter().map(|entry| entry.label.identity.as_deref()).collect();
        assert_eq!(people, [Some("anna"), Some("ben")]);
        let flat = Source::open(&DataConfig::new(root.path().join("flat"), DataKind::Folder)).unwrap();
        assert_eq!(flat.1[0].label.identity, None);
    }

    #[test]
    fn a_labelled_set_leaves_out_what_is_not_named_and_counts_what_is_missing() {
        let root = tempfile::tempdir().unwrap();
        let picture = png(8, [200, 100, 50]);
        let labels = b"file,age_years\nb.png,30\ngone.png,4\nalso_gone.png,5\n";
        write(root.path(), &[("images/a.png", &picture), ("images/b.png", &picture), ("labels.csv", labels)]);
        let opened = Source::open(&DataConfig::new(root.path(), DataKind::Labelled)).unwrap();
        assert_eq!(names(&opened).iter().map(|name| name.ends_with("/images/b.png")).collect::<Vec<_>>(), [true]);
        assert_eq!(opened.0.missing, (2, Some("also_gone.png".to_owned())));
    }

    #[test]
    fn a_list_names_pictures_of_its_own_folder_or_of_another() {
        let root = tempfile::tempdir().unwrap();
        let picture = png(8, [200, 100, 50]);
        write(
            root.path(),
            &[("a/1.png", &picture), ("list.txt", b"3 a/1.png 20 1\n3 a/2.png 21 1\n"), ("bad.txt", b"3\n")],
        );
        let list = DataConfig::new(root.path().join("list.txt"), DataKind::List);
        let opened = Source::open(&list).unwrap();
        assert_eq!((opened.1.len(), opened.0.missing.0), (1, 1));
        let elsewhere = DataConfig { images: Some(root.path().join("a")), ..list };
        let message = said(&elsewhere);
        assert!(message.contains("2 are missing, “a/1.png” the first of them. Set `images`"), "{message}");
        assert!(
            said(&DataConfig::new(root.path().join("bad.txt"), DataKind::List))
                .contains("line 1: there are fewer than four fields")
        );
        let folder = said(&DataConfig::new(root.path(), DataKind::List));
        assert!(folder.contains("more than one .txt file"), "{folder}");
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let config = |kind| DataConfig::new(root.path(), kind);
        assert!(said(&DataConfig { weight: f32::NAN, ..config(DataKind::Folder) }).contains("weight"));
        let both = DataConfig { aligned: true, landmarks: Some("x.csv".into()), ..config(DataKind::Folder) };
        assert!(said(&both).contains("Leave out `landmarks` or `aligned`"));
        assert!(
            said(&DataConfig { images: Some("x".into()), ..config(DataKind::Folder) }).contains("belongs to a list")
        );
        assert!(
            said(&DataConfig { labels: Some("x".into()), ..config(DataKind::Record) }).contains("Leave out `labels`")
        );
        assert!(said(&config(DataKind::Labelled)).contains("there is no “labels.csv” in it"));
        assert!(said(&config(DataKind::Folder)).contains("There are no pictures in"));
        assert!(said(&config(DataKind::Record)).contains("it holds no .rec file"));
    }
}
