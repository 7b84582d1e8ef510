//! The tray: every photo with its faces, what is special about it, and where to drop more.
//!
//! | file | purpose |
//! |---|---|
//! | `head` | how many, which are listed, how far the search for faces is |
//! | `list`, `row`, `faces` | the photos, of which only those in sight are laid out |
//! | `drop_zone` | where to drop more |

mod drop_zone;
mod faces;
mod head;
mod list;
mod row;

use eframe::egui::{self, Frame, Margin, Rect, Ui, vec2};

use super::rows;
use crate::app::shell::{SIDE_MARGIN, Scene};
use crate::app::theme::{GAP_M, GAP_S, Theme};
use crate::app::tray::TrayCommand;

/// What lies between two things below each other, in points.
const SPACING: f32 = 2.0;

/// Draws the tray. The place to drop more follows the last photo; below a list longer than the window it stays in sight.
pub fn ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    ui.spacing_mut().item_spacing.y = SPACING;
    let sides = Margin { top: 0, bottom: 0, ..SIDE_MARGIN };
    let mut free = ui.available_rect_before_wrap();
    Frame::new().inner_margin(Margin { top: SIDE_MARGIN.top, ..sides }).show(ui, |ui| {
        head::ui(ui, scene);
        free.min.y = ui.cursor().top();
    });
    let layout = list::Layout::of(scene, free.width() - sides.sum().x);
    let zone = drop_zone::HEIGHT + GAP_S + f32::from(SIDE_MARGIN.bottom);
    let is_long = layout.height() + zone > free.height() && scene.state.tray.index.total() > 1;
    let rows_place = if is_long { free.with_max_y(free.bottom() - zone) } else { free };
    ui.scope_builder(egui::UiBuilder::new().max_rect(rows_place), |ui| {
        egui::ScrollArea::vertical().id_salt("photos").auto_shrink(false).show_viewport(ui, |ui, viewport| {
            let below = if is_long { GAP_S as i8 } else { SIDE_MARGIN.bottom };
            Frame::new().inner_margin(Margin { bottom: below, ..sides }).show(ui, |ui| {
                list::ui(ui, scene, &layout, viewport);
                nothing_listed_ui(ui, scene);
                if !is_long {
                    ui.add_space(GAP_S);
                    drop_zone::ui(ui, scene);
                }
            });
        });
    });
    if is_long {
        let place = Rect::from_min_max(rows_place.left_bottom(), free.max);
        ui.painter().hline(place.x_range(), place.top() + 0.5, Theme::of(ui).hairline());
        let inner = Rect::from_min_size(place.min + vec2(f32::from(sides.left), GAP_S), place.size() - sides.sum());
        ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| drop_zone::ui(ui, scene));
    }
}

/// Where the filter leaves nothing: why, and the way back.
fn nothing_listed_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    if scene.state.tray.index.total() == 0 || !scene.state.tray.rows.photos().is_empty() {
        return;
    }
    ui.add_space(GAP_S);
    rows::paragraph_ui(ui, "No photo is like this.");
    ui.add_space(GAP_S);
    if super::link_ui(ui, "List all photos").clicked() {
        scene.commands.push(TrayCommand::ClearFilter.into());
    }
    ui.add_space(GAP_M);
}
