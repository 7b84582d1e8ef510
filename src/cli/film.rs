//! `--film FILE.mp4|FILE.gif` of `age`: the face going through the ages.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::json;

use super::Output;
use super::age::{Wish, parameters};
use super::arguments::{film_path, film_seconds, target_age};
use super::common::{CommonArgs, Loaded, milliseconds, number, text_of};
use super::interrupt;
use super::subject::Subject;
use crate::aging::Between;
use crate::aging::export::film::{
    self, BLENDED_NOTE, Film, FilmFace, FilmFormat, FilmFraming, MAX_FRAMES_PER_SECOND, ages_between,
};
use crate::aging::export::{Credentials, Provenance, Target, years_text};

/// What is asked of a film.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Film")]
pub struct FilmArgs {
    /// Also write a film through the ages; --to and -o may then be left out. MP4 or GIF, by the ending
    #[arg(long, value_name = "FILE", value_parser = film_path)]
    film: Option<PathBuf>,
    /// The age the film begins with
    #[arg(long, value_name = "YEARS", default_value = "5", requires = "film", value_parser = target_age)]
    from: f32,
    /// The age the film goes to
    #[arg(long, value_name = "YEARS", default_value = "75", requires = "film", value_parser = target_age)]
    until: f32,
    /// Come back to the first age, so that the film repeats without a jump
    #[arg(long, requires = "film")]
    there_and_back: bool,
    /// How long the film is
    #[arg(long, value_name = "S", default_value = "6", requires = "film", value_parser = film_seconds)]
    seconds: f32,
    /// Frames a second [default: 25 for MP4, 10 for GIF]
    #[arg(long, value_name = "N", requires = "film")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_FRAMES_PER_SECOND)))]
    fps: Option<u32>,
    /// What the film shows
    #[arg(long, value_enum, default_value_t, requires = "film")]
    framing: Framing,
}

/// What a film shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Framing {
    /// The whole photo.
    #[default]
    Photo,
    /// The face.
    Face,
}

impl FilmArgs {
    /// Looks before any work is done whether the film may be written there.
    ///
    /// # Errors
    /// When it would replace the photo, or its folder cannot be written to.
    pub fn check(&self, photo: &Path) -> anyhow::Result<()> {
        if let Some(path) = &self.film {
            Target::new(path, &[photo])?.scratch()?;
        }
        Ok(())
    }

    /// Makes the film, where one was asked for, and adds it to what is said.
    ///
    /// # Errors
    /// When it is interrupted, cannot be made or cannot be written.
    pub fn write(
        &self,
        output: &mut Output,
        subject: &Subject,
        wish: &Wish,
        loaded: &Loaded,
        common: &CommonArgs,
        credentials: &Credentials,
    ) -> anyhow::Result<()> {
        let Some(path) = &self.film else { return Ok(()) };
        let interrupted = interrupt::flag();
        let (film, pipeline) = (self.film(path), &loaded.pipeline);
        common.progress("the seven ages");
        let timeline = pipeline.timeline(&subject.face)?;
        let own_years = wish.own_years(subject);
        let face = FilmFace {
            photo: &subject.photo.pixels,
            photo_to_crop: &subject.face.photo_to_crop,
            timeline: &timeline,
            own_years,
            strength: wish.strength,
        };
        let about = json!({
            "from_years": number(film.from_years),
            "until_years": number(film.to_years),
            "there_and_back": film.there_and_back,
            "frames": film.frames(),
            "seconds": number(film.seconds),
            "framing": if self.framing == Framing::Photo { "photo" } else { "face" },
            "ages_between": ages_between(timeline.between),
        });
        let mut parameters = parameters(wish, own_years, loaded);
        parameters["film"] = about.clone();
        let record =
            Provenance::new(&subject.face, pipeline.weights_sha256(), pipeline.device(), common.seed, parameters);
        let originals: Vec<&Path> = subject.photo.path.as_deref().into_iter().collect();
        let started = Instant::now();
        let written = film::write_film(path, &film, &face, &record, credentials, &originals, &mut |done, frames| {
            common.progress(&format!("film: frame {done} of {frames}"));
            if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        common.progress_done();
        written?;
        add(output, path, about, timeline.between, milliseconds(started));
        Ok(())
    }

    fn film(&self, path: &Path) -> Film {
        let format = FilmFormat::of_path(path).unwrap_or_default();
        Film {
            format,
            from_years: self.from,
            to_years: self.until,
            there_and_back: self.there_and_back,
            seconds: self.seconds,
            frames_per_second: self.fps.unwrap_or(format.usual_frames_per_second()),
            framing: match self.framing {
                Framing::Photo => FilmFraming::WholePhoto,
                Framing::Face => FilmFraming::Face,
            },
        }
    }
}

/// Adds the film to what is said.
fn add(output: &mut Output, path: &Path, mut about: serde_json::Value, between: Between, elapsed_ms: f64) {
    let bytes = std::fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    let [from, until] = [&about["from_years"], &about["until_years"]]
        .map(|years| years_text(years.as_f64().unwrap_or_default() as f32));
    let text = format!("\n  film {from} to {until}  {:.1} MB  {}", bytes as f64 / 1e6, path.display());
    output.text.push_str(&text);
    if between == Between::Drawn {
        output.text.push_str(&format!("\n{BLENDED_NOTE}"));
        if let Some(warnings) = output.json["warnings"].as_array_mut() {
            warnings.push(json!(BLENDED_NOTE));
        }
    }
    about["path"] = json!(text_of(path));
    about["bytes"] = json!(bytes);
    about["elapsed_ms"] = json!(elapsed_ms);
    output.json["film"] = about;
}
