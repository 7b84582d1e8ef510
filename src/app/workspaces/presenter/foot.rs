//! The foot of the stage: the product's name, one sentence, and what runs the networks.

use eframe::egui::{self, Align, Align2, Color32, Role, Ui, pos2, vec2};

use super::stage::Stage;
use crate::app::presenter::{CameraStage, Presenter};
use crate::app::state::{AppState, EngineStatus};
use crate::app::theme::{StageType, Theme};

/// The keys are named this long after the beginning, and while the pointer moves, in seconds.
const NAMED_FOR_S: f32 = 6.0;
const POINTER_NAMES_S: f32 = 2.0;

/// Name, sentence, device.
pub fn ui(ui: &Ui, state: &AppState, presenter: &Presenter, stage: &Stage) {
    let theme = Theme::of(ui);
    let (font, y) = (stage.font(StageType::Caption), stage.foot.center().y);
    let at = pos2(stage.foot.left(), y);
    let name = ui.painter().text(at, Align2::LEFT_CENTER, "mtlface", font.clone(), theme.muted);
    let (dot, device) = device(state, theme);
    let at = pos2(stage.foot.right(), y);
    let device_place = ui.painter().text(at, Align2::RIGHT_CENTER, &device, font.clone(), theme.muted);
    let radius = 0.22 * font.size;
    let dot_at = pos2(device_place.left() - 3.5 * radius, y);
    ui.painter().circle_filled(dot_at, radius, dot);
    super::name(ui, device_place, "device", Role::Label, &format!("Runs on {device}"));
    let room = stage.foot.width() / 2.0 - name.width().max(device_place.width() + 5.0 * radius) - stage.share(0.03);
    if let Some((words, colour)) = sentence(ui, state, presenter) {
        let mut job = egui::text::LayoutJob::simple(words.clone(), stage.font(StageType::Sentence), colour, 2.0 * room);
        job.halign = Align::Center;
        let galley = ui.painter().layout_job(job);
        let middle = stage.foot.center() - vec2(0.0, galley.size().y / 2.0);
        let place = galley.rect.translate(middle.to_vec2());
        ui.painter().galley(middle, galley, colour);
        super::name(ui, place, "sentence", Role::Label, &words);
    }
}

/// What has to be said, the most urgent only.
fn sentence(ui: &Ui, state: &AppState, presenter: &Presenter) -> Option<(String, Color32)> {
    let theme = Theme::of(ui);
    let plain = |words: &str| Some((words.to_owned(), theme.muted));
    if let Some(note) = &presenter.note {
        return Some((note.text.clone(), theme.warning));
    }
    let pointer_s = ui.input(|input| input.pointer.time_since_last_movement());
    match &presenter.camera {
        CameraStage::Asked { .. } => {
            return Some(("Press C again to switch the camera on.".to_owned(), theme.text));
        }
        CameraStage::Starting => return plain("The camera is being switched on…"),
        CameraStage::On(_) => return plain("Enter takes a picture · C switches the camera off · nothing is recorded"),
        CameraStage::Off => {}
    }
    let is_demo = presenter.demo.is_some() && presenter.demo == presenter.photo;
    match state.engine {
        EngineStatus::Failed(_) => None,
        _ if presenter.is_paused => plain("Paused · Space goes on"),
        _ if is_demo => plain("A demo face: press Esc and open a photo with a face, or press C for the camera."),
        _ if presenter.clock_s < NAMED_FOR_S || pointer_s < POINTER_NAMES_S => {
            plain("Space pauses · ← → another photo · C camera · Esc leaves")
        }
        _ => None,
    }
}

fn device(state: &AppState, theme: &Theme) -> (Color32, String) {
    match &state.engine {
        EngineStatus::Loading => (theme.warning, "loading the networks".to_owned()),
        EngineStatus::Ready { device, .. } => (theme.good, device.name.clone()),
        EngineStatus::Failed(_) => (theme.danger, "no network".to_owned()),
    }
}
