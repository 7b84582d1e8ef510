//! The photograph and its synthetic age in the middle of the Age workspace: wipe with its handle, side by side, blink,
//! difference; each part with its tag.

use std::sync::Arc;

use eframe::egui::{self, Align2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::tag::{self, Tag};
use crate::app::aged_photo::{AgedPhoto, PackedChange, PhotoTexture, Shown};
use crate::app::shell::fitted;
use crate::app::theme::{GAP_M, GAP_S, ON_HANDLE, ON_PHOTO, RADIUS_PICTURE};
use crate::app::view::AgeView;
use crate::face::SimilarityTransform;

/// Seconds that each picture stays while they blink.
const BLINK_S: f64 = 0.7;
const HANDLE_RADIUS: f32 = 17.0;

/// What is shown.
pub struct Picture<'a> {
    /// The photo.
    pub texture: &'a Arc<PhotoTexture>,
    /// Where the face is.
    pub photo_to_crop: Option<SimilarityTransform>,
    /// The change, once there is one.
    pub change: Option<&'a Arc<PackedChange>>,
    /// The part of the photo that is shown, in its pixels.
    pub source_px: Rect,
    /// How the two are shown together.
    pub view: AgeView,
    /// Where the wipe's line is, 0 to 1.
    pub wipe: f32,
    /// The age shown, in years.
    pub target_years: f32,
}

/// Where the picture is, and what was done to it.
pub struct Placed {
    /// Rectangles in which the photo's part is shown.
    pub rects: Vec<Rect>,
    /// Where the wipe's line was moved to.
    pub wipe: Option<f32>,
}

/// Draws the picture as large as fits.
pub fn ui(ui: &mut Ui, picture: &Picture<'_>) -> Placed {
    let free = ui.available_rect_before_wrap();
    if picture.view == AgeView::Side && picture.change.is_some() {
        return side_ui(ui, picture, free);
    }
    let rect = snapped(ui, fitted(free, picture.source_px.size()));
    let response = ui.interact(rect, ui.scope_id().with("picture"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Photograph and synthetic age"));
    let mut placed = Placed { rects: vec![rect], wipe: None };
    match (picture.change.is_some(), picture.view) {
        (false, _) => picture.part(ui, rect, Shown::Wipe(1.0), 0, &Tag::photograph()),
        (true, AgeView::Diff) => picture.part(ui, rect, Shown::Difference, 0, &Tag::Difference(picture.target_years)),
        (true, AgeView::Blink) => picture.blink_ui(ui, rect),
        (true, _) => placed.wipe = picture.wipe_ui(ui, rect, &response),
    }
    placed
}

fn side_ui(ui: &mut Ui, picture: &Picture<'_>, free: Rect) -> Placed {
    let half = vec2((free.width() - GAP_M) / 2.0, free.height());
    let left = fitted(Rect::from_min_size(free.min, half), picture.source_px.size());
    let right = fitted(Rect::from_min_size(free.max - half, half), picture.source_px.size());
    // Both stand together in the middle, however wide the window is.
    let spare = ((right.left() - left.right() - GAP_M) / 2.0).max(0.0);
    let left = snapped(ui, left.translate(vec2(spare, 0.0)));
    let right = snapped(ui, right.translate(vec2(-spare, 0.0)));
    picture.part(ui, left, Shown::Wipe(1.0), 0, &Tag::photograph());
    picture.part(ui, right, Shown::Wipe(0.0), 1, &Tag::Synthetic(picture.target_years));
    Placed { rects: vec![left, right], wipe: None }
}

/// On whole physical pixels, so that the picture is as sharp as the screen.
fn snapped(ui: &Ui, rect: Rect) -> Rect {
    use egui::emath::GuiRounding as _;
    rect.round_to_pixels(ui.pixels_per_point())
}

impl Picture<'_> {
    /// One picture with its tag at the lower left.
    fn part(&self, ui: &Ui, rect: Rect, shown: Shown, slot: usize, tag: &Tag) {
        self.paint(ui, rect, shown, slot);
        tag::paint(ui, tag, rect.left_bottom() + vec2(10.0, -10.0), Align2::LEFT_BOTTOM, rect.width() - 20.0);
    }

    fn paint(&self, ui: &Ui, rect: Rect, shown: Shown, slot: usize) {
        let aged = AgedPhoto {
            texture: Arc::clone(self.texture),
            photo_to_crop: self.photo_to_crop,
            change: self.change.cloned(),
            source_px: self.source_px,
            shown,
            radius: f32::from(RADIUS_PICTURE),
            slot,
        };
        ui.painter().add(aged.into_shape(rect));
    }

    fn blink_ui(&self, ui: &Ui, rect: Rect) {
        let time = ui.input(|input| input.time);
        let is_synthetic = ((time / BLINK_S) as u64).is_multiple_of(2);
        let (share, tag) =
            if is_synthetic { (0.0, Tag::Synthetic(self.target_years)) } else { (1.0, Tag::photograph()) };
        self.part(ui, rect, Shown::Wipe(share), 0, &tag);
        let left_s = BLINK_S - time % BLINK_S;
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left_s + 0.005));
    }

    /// Returns where the line was moved to.
    fn wipe_ui(&self, ui: &Ui, rect: Rect, response: &egui::Response) -> Option<f32> {
        self.paint(ui, rect, Shown::Wipe(self.wipe), 0);
        let x = (rect.left() + rect.width() * self.wipe).round();
        let inset = 10.0;
        let corner = rect.left_bottom() + vec2(inset, -inset);
        tag::paint(ui, &Tag::photograph(), corner, Align2::LEFT_BOTTOM, x - rect.left() - inset - GAP_S);
        let corner = rect.right_bottom() - vec2(inset, inset);
        let room = rect.right() - x - inset - GAP_S;
        tag::paint(ui, &Tag::Synthetic(self.target_years), corner, Align2::RIGHT_BOTTOM, room);
        let painter = ui.painter().with_clip_rect(rect.expand(HANDLE_RADIUS));
        painter.vline(x, rect.y_range(), Stroke::new(2.0, ON_PHOTO));
        let middle = pos2(x, rect.center().y);
        painter.circle_filled(middle, HANDLE_RADIUS, ON_PHOTO);
        for direction in [-1.0, 1.0] {
            let tip = middle + vec2(9.0 * direction, 0.0);
            let back = middle.x + 3.5 * direction;
            let arrow = vec![tip, pos2(back, middle.y - 3.5), pos2(back, middle.y + 3.5)];
            painter.add(Shape::convex_polygon(arrow, ON_HANDLE, Stroke::NONE));
        }
        let pointer = response.interact_pointer_pos().filter(|_| response.dragged());
        if response.hovered() || response.dragged() {
            ui.set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
        }
        pointer.map(|at| ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0))
    }
}
