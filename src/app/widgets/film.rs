//! The question what a film is to show, and how far the film is that is being made.

use eframe::egui::{self, Key, Rect, Ui, vec2};

use super::{Weight, bar_slider, rows, segmented};
use crate::aging::export::film::{BLENDED_NOTE, FilmFormat, FilmFraming};
use crate::aging::{Between, MAX_AGE_YEARS};
use crate::app::commands::Command;
use crate::app::export::{ExportCommand, FilmWish, SECONDS};
use crate::app::shell::Scene;
use crate::app::state::SaveWhat;
use crate::app::theme::{GAP_M, GAP_S, Theme, Type};

/// Width of the dialog, in points.
const WIDTH: f32 = 400.0;

/// What the film is to show, and about how large it becomes.
pub fn dialog_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let theme = Theme::of(ui);
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.label(Type::Reading.text("A film through the ages", theme.text));
    ui.add_space(GAP_S);
    rows::paragraph_ui(ui, "Every frame says that the face is synthetic, and its age.");
    ui.add_space(GAP_M);
    let wish = scene.state.view.film;
    let mut wanted = wish;
    choices_ui(ui, &mut wanted);
    ui.add_space(GAP_M);
    rows::paragraph_ui(ui, &estimate_words(scene, &wish));
    let between = scene.state.face().and_then(|(_, face)| face.timeline.as_ref()).map(|timeline| timeline.between);
    if between == Some(Between::Drawn) {
        ui.add_space(GAP_S);
        rows::note_ui(ui, BLENDED_NOTE, theme.warning);
    }
    ui.add_space(GAP_M);
    let is_film = wish.from_years != wish.to_years && between.is_some() && scene.state.film.is_none();
    ui.horizontal(|ui| {
        let save = super::button_ui(ui, "Save film…", Weight::Primary, is_film);
        let has_nothing_focused = ui.memory(|memory| memory.focused().is_none());
        if has_nothing_focused {
            save.request_focus();
        }
        let entered = save.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if is_film && (save.clicked() || entered) {
            scene.commands.push(Command::SetPrompt(None));
            scene.commands.push(Command::Save(SaveWhat::Film(wish.format)));
        }
        if super::button_ui(ui, "Cancel", Weight::Plain, true).clicked() {
            scene.commands.push(Command::SetPrompt(None));
        }
    });
    if wanted != wish {
        scene.commands.push(Command::Export(ExportCommand::SetFilm(wanted)));
    }
}

fn choices_ui(ui: &mut Ui, wanted: &mut FilmWish) {
    let theme = Theme::of(ui);
    let formats = [(FilmFormat::Mp4, "MP4 film"), (FilmFormat::Gif, "Animated GIF")];
    wanted.format = segmented::ui(ui, "Format", wanted.format, &formats).unwrap_or(wanted.format);
    ui.add_space(GAP_S);
    let framings = [(FilmFraming::WholePhoto, "Whole photo"), (FilmFraming::Face, "Face")];
    wanted.framing = segmented::ui(ui, "Film shows", wanted.framing, &framings).unwrap_or(wanted.framing);
    ui.add_space(GAP_S);
    let ways = [(true, "There and back"), (false, "One way")];
    wanted.there_and_back = segmented::ui(ui, "Way", wanted.there_and_back, &ways).unwrap_or(wanted.there_and_back);
    ui.add_space(GAP_M);
    let years = |value: f32| format!("{value:.0} years");
    let sliders = [("From age", &mut wanted.from_years), ("To age", &mut wanted.to_years)];
    for (label, value) in sliders {
        let moved = bar_slider::ui(ui, label, *value, 0.0..=MAX_AGE_YEARS, theme.age, years);
        *value = moved.unwrap_or(*value);
        ui.add_space(GAP_S / 2.0);
    }
    let [shortest, longest] = SECONDS;
    let seconds = |value: f32| format!("{value} s");
    let moved = bar_slider::ui(ui, "Length", wanted.seconds, shortest..=longest, theme.muted, seconds);
    wanted.seconds = moved.unwrap_or(wanted.seconds);
}

/// Frames, and about how large the file becomes.
fn estimate_words(scene: &Scene<'_>, wish: &FilmWish) -> String {
    if wish.from_years == wish.to_years {
        return "Choose two different ages.".to_owned();
    }
    let film = wish.film();
    let photo_px = scene.state.photo().and_then(|(_, photo)| photo.size_px).unwrap_or([1080, 1080]);
    let megabytes = film.estimated_bytes(photo_px) as f64 / 1e6;
    let size = if megabytes < 1.0 { "less than 1 MB".to_owned() } else { format!("about {megabytes:.0} MB") };
    format!("{} frames, {size}.", film.frames())
}

/// The film that is being made: its name, how far it is, and a way to stop it.
pub fn progress_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(film) = &scene.state.film else { return };
    let theme = Theme::of(ui);
    let [done, frames] = film.progress;
    let share = done as f32 / frames.max(1) as f32;
    let percent = (share * 100.0).floor();
    super::toasts::frame(theme).show(ui, |ui| {
        ui.horizontal(|ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(400.0, 34.0), egui::Sense::hover());
            let words = if film.is_stopping() {
                "Stopping the film…".to_owned()
            } else if done == frames {
                format!("Writing {}…", film.name)
            } else {
                format!("Making {}: {percent:.0} %", film.name)
            };
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
            let mut job = egui::text::LayoutJob::simple_singleline(words, Type::Body.font(), theme.text);
            job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(rect.min, galley, theme.text);
            let rail = Rect::from_min_max(rect.left_bottom() - vec2(0.0, 8.0), rect.right_bottom() - vec2(0.0, 5.0));
            rows::thin_bar(ui, rail, share, theme.synthetic);
            ui.add_space(GAP_S);
            if super::button_ui(ui, "Stop", Weight::Plain, !film.is_stopping()).clicked() {
                scene.commands.push(Command::Export(ExportCommand::StopFilm));
            }
        });
    });
}
