//! Presenter mode as it is seen: a calm dark ground in both themes, one face, its age in figures for the back row, the
//! way through the years below. It shows and asks nothing; its keys are `presenter::keys`.
//!
//! | file | what it draws |
//! |---|---|
//! | `stage` | nothing: it says where everything stands, from 900×600 to 4K and on upright screens |
//! | `face` | the face with its label, the photograph beside it |
//! | `figures` | the age and what it means, or what is being done |
//! | `years` | the way from 0 to 90 |
//! | `live` | what the camera sees, and that it is on |
//! | `foot` | the product's name, one sentence, the device in use |

mod face;
mod figures;
mod foot;
mod live;
mod stage;
mod years;

use eframe::egui::{self, CursorIcon, Rect, Role, Sense, Ui, WidgetInfo};

use self::stage::Stage;
use crate::app::ground;
use crate::app::presenter::Presenter;
use crate::app::state::AppState;
use crate::app::theme::Theme;

/// The pointer is hidden after it rested this long, in seconds.
const POINTER_RESTS_S: f32 = 2.0;

/// Draws presenter mode over the whole window.
pub fn ui(ui: &mut Ui, state: &AppState, presenter: &Presenter) {
    // Before an audience it is dark, whatever the window's theme.
    ui.visuals_mut().dark_mode = true;
    let stage = Stage::of(ui.max_rect());
    ground::paint(ui, stage.window, Theme::of(ui).background);
    if presenter.is_live() {
        live::large_ui(ui, presenter, &stage);
    } else {
        face::picture_ui(ui, state, presenter, &stage);
        face::photograph_ui(ui, state, presenter, &stage);
        live::small_ui(ui, presenter, &stage);
    }
    live::indicator_ui(ui, presenter, &stage);
    figures::ui(ui, state, presenter, &stage);
    years::ui(ui, state, presenter, &stage);
    foot::ui(ui, state, presenter, &stage);
    if ui.input(|input| input.pointer.time_since_last_movement()) > POINTER_RESTS_S {
        ui.ctx().set_cursor_icon(CursorIcon::None);
    }
}

/// Names a place for assistive technology.
fn name(ui: &Ui, place: Rect, id: &str, role: Role, words: &str) {
    let response = ui.interact(place, ui.scope_id().with(("presenter", id)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(role, true, words));
}

/// Words broken into lines of at most this width, in points.
fn lines(ui: &Ui, words: &str, font: egui::FontId, colour: egui::Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    ui.painter().layout(words.to_owned(), font, colour, width)
}
