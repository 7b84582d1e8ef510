//! A set of pictures on the command line, with what is known of them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use crate::cli::CommonArgs;
use crate::cli::output::hinted;
use crate::engine::{EngineError, Pipeline};
use crate::evaluation::identification::IdentifiedFace;
use crate::evaluation::pictures;
use crate::evaluation::{Alignment, Label, Labels, ReadFace, ReadPictures};
use crate::face::AlignedFace;
use crate::pictures::{LandmarksTable, PictureSet, is_picture};

/// A labelled set of pictures.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// Folder or uncompressed tar archive of pictures
    #[arg(long, value_name = "DIR|TAR")]
    pub images: PathBuf,
    /// CSV with the columns file, identity, age_years, gender, ethnicity, as far as known; file names of UTKFace,
    /// FG-NET, AgeDB, CACD and LFW say some of it themselves
    #[arg(long, value_name = "CSV")]
    pub labels: Option<PathBuf>,
    /// CSV with five landmarks for each picture, in pixels: align by them instead of the detector
    #[arg(long, value_name = "CSV", conflicts_with = "aligned")]
    pub landmarks: Option<PathBuf>,
    /// Name of the set in the report
    #[arg(long)]
    pub name: Option<String>,
}

impl SetArgs {
    /// The set's name.
    pub fn set_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| stem(&self.images))
    }

    /// Opens the set.
    ///
    /// # Errors
    /// When the pictures, the labels or the landmarks cannot be read, or nothing is labelled.
    pub fn open(&self, common: &CommonArgs) -> Result<OpenSet> {
        OpenSet::new(&self.images, self.labels.as_deref(), self.landmarks.as_deref(), common)
    }
}

/// Pictures that can be read, with their labels.
#[derive(Debug)]
pub struct OpenSet {
    set: PictureSet,
    /// Paths of the pictures inside the set; with labels only those that have one.
    pub names: Vec<String>,
    /// What is known of them.
    pub labels: Labels,
    /// How faces are aligned.
    pub alignment: Alignment,
}

impl OpenSet {
    /// Opens a folder or tar archive.
    ///
    /// # Errors
    /// When the pictures, the labels or the landmarks cannot be read, or nothing is labelled.
    pub fn new(images: &Path, labels: Option<&Path>, landmarks: Option<&Path>, common: &CommonArgs) -> Result<Self> {
        let labels = labels.map(Labels::read).transpose()?.unwrap_or_default();
        let alignment = match landmarks {
            Some(path) => Alignment::Landmarks(LandmarksTable::read(path)?),
            None if common.aligned => Alignment::Aligned,
            None => Alignment::Detector,
        };
        let set = PictureSet::open(images)?;
        let mut names: Vec<String> = set.names().iter().filter(|name| is_picture(name)).cloned().collect();
        if !labels.is_empty() {
            names.retain(|name| labels.of(name).is_some());
        }
        if names.is_empty() {
            return Err(hinted(
                format!("{} holds no labelled picture.", images.display()),
                "Check --images, and that the labels' column file names its files.",
            ));
        }
        Ok(Self { set, names, labels, alignment })
    }

    /// What is known of a picture.
    pub fn known(&self, name: &str) -> Label {
        self.labels.known(name)
    }

    /// Reads pictures of the set, with progress.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn read(&self, names: &[String], common: &CommonArgs, pipeline: &Pipeline) -> Result<ReadPictures> {
        let told = progress(names.len(), "pictures", common);
        let read = pictures::read(&self.set, pipeline, names, &self.alignment, told)?;
        common.progress_done();
        Ok(read)
    }

    /// Takes something from each face, with progress; `what` is counted.
    ///
    /// # Errors
    /// When the device is lost.
    pub fn each_face<T: Send>(
        &self,
        names: &[String],
        what: &str,
        common: &CommonArgs,
        pipeline: &Pipeline,
        take: impl Fn(&AlignedFace) -> Result<T, EngineError> + Sync,
    ) -> Result<ReadPictures<T>> {
        let told = progress(names.len(), what, common);
        let taken = pictures::each_face(&self.set, pipeline, names, &self.alignment, told, take)?;
        common.progress_done();
        Ok(taken)
    }

    /// The faces whose identity is known, with their ages: stated, else estimated.
    ///
    /// # Errors
    /// When no identity is known.
    pub fn identified<'a>(&self, identities: &'a [(String, &'a ReadFace, f32)]) -> Result<Vec<IdentifiedFace<'a>>> {
        let faces = identities.iter().map(|(identity, face, age_years)| IdentifiedFace {
            identity,
            age_years: *age_years,
            embedding: &face.embedding,
        });
        let faces: Vec<IdentifiedFace<'a>> = faces.collect();
        if faces.is_empty() {
            return Err(hinted(
                "No picture has an identity.",
                "Give --labels with the columns file,identity,age_years.",
            ));
        }
        Ok(faces)
    }

    /// Identity, face and age of the faces whose identity is known; with `stated` only those whose age is, too.
    pub fn identities<'a>(&self, read: &'a ReadPictures, stated: bool) -> Vec<(String, &'a ReadFace, f32)> {
        let known = read.faces.iter().filter_map(|(name, face)| {
            let label = self.known(name);
            let age_years = label.age_years.or((!stated).then_some(face.age.years))?;
            Some((label.identity?, face, age_years))
        });
        known.collect()
    }
}

/// Tells how many are done and how long the rest takes, from any thread.
fn progress(all: usize, what: &str, common: &CommonArgs) -> impl Fn(usize) + Sync {
    let started = Instant::now();
    move |done| {
        if done % 20 == 0 || done == all || all < 200 {
            let left_s = started.elapsed().as_secs_f64() / done as f64 * (all - done) as f64;
            common.progress(&format!("{done} of {all} {what}, {left_s:.0} s left"));
        }
    }
}

/// A file's name without folder and ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
