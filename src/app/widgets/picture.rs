//! The photograph and its synthetic age in the middle of the Age workspace: wipe with its handle, side by side, blink,
//! difference; each part with its tag. Wheel, drag and keys over it are `picture_hand`'s.

use std::sync::Arc;

use eframe::egui::{self, Align2, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::picture_hand::{Done, Hand};
use super::scale_chip;
use super::tag::{self, Tag};
use crate::app::age::{Lens, Place, Zoom, ZoomStep};
use crate::app::aged_photo::{AgedPhoto, ChangedFace, PackedChange, PhotoTexture, Shown};
use crate::app::theme::{GAP_M, GAP_S, ON_HANDLE, ON_PHOTO, RADIUS_PICTURE};
use crate::app::view::AgeView;
use crate::face::SimilarityTransform;

const MIDDLE: Vec2 = vec2(0.5, 0.5);
const HANDLE_RADIUS: f32 = 17.0;
/// How near to the picture's edges the wipe's line is put by itself, as a share of the width.
const WIPE_MARGIN: f32 = 0.04;

/// What is shown.
pub struct Picture<'a> {
    /// The photo.
    pub texture: &'a Arc<PhotoTexture>,
    /// Where the face is.
    pub photo_to_crop: Option<SimilarityTransform>,
    /// The change, once there is one.
    pub change: Option<&'a Arc<PackedChange>>,
    /// Whether the age moves in this frame and the CPU draws it.
    pub is_draft: bool,
    /// Further faces that are changed.
    pub others: Vec<ChangedFace>,
    /// The part of the photo that is shown while nobody enlarges it, in its pixels.
    pub base_px: Rect,
    /// How far it is enlarged and where.
    pub zoom: Option<Zoom>,
    /// A change of the zoom that is still to be done.
    pub zoom_step: Option<ZoomStep>,
    /// Whether it can be enlarged and moved.
    pub can_zoom: bool,
    /// How the two are shown together.
    pub view: AgeView,
    /// Where the wipe's line was put, 0 to 1; where nobody touched it, it goes through the middle of the face.
    pub wipe: Option<f32>,
    /// The middle of the face from the photo's left edge, in its pixels.
    pub face_x_px: f32,
    /// Seconds that each picture stays while they blink.
    pub blink_s: f32,
    /// Whether the photograph is shown in place of everything else, as long as somebody asks for it.
    pub is_photograph: bool,
    /// What is said of the synthetic part.
    pub synthetic: Tag,
    /// What is said of the difference.
    pub difference: Tag,
}

/// Where the picture is, and what was done to it.
pub struct Placed {
    /// Where the photo's part is shown.
    pub places: Vec<Place>,
    /// Where the wipe's line was moved to.
    pub wipe: Option<f32>,
    /// How the picture is enlarged from now on.
    pub zoom: Option<Option<Zoom>>,
}

/// Draws the picture as large as fits, or as it was enlarged.
pub fn ui(ui: &mut Ui, picture: &Picture<'_>) -> Placed {
    let free = ui.available_rect_before_wrap();
    if picture.view == AgeView::Side && picture.change.is_some() {
        return side_ui(ui, picture, free);
    }
    let lens = picture.lens(ui, free, MIDDLE);
    let place = lens.place(picture.zoom);
    let rect = place.rect;
    let response = picture_response(ui, rect, "picture", "Photograph and synthetic age");
    let mut wipe = None;
    match (picture.change.is_some() && !picture.is_photograph, picture.view) {
        (false, _) => picture.part(ui, &place, Shown::Wipe(1.0), 0, &Tag::photograph()),
        (true, AgeView::Diff) => picture.part(ui, &place, Shown::Difference, 0, &picture.difference),
        (true, AgeView::Blink) => picture.blink_ui(ui, &place),
        (true, _) => {
            let share = picture.wipe_share(&place);
            picture.wipe_ui(ui, &place, share);
            wipe = Some(share);
        }
    }
    super::focus_ring(ui, &response, RADIUS_PICTURE);
    let done = picture.hand(ui, &lens, &place, &response, wipe);
    let clicked = picture.scale_ui(ui, &lens, &place);
    Placed { places: vec![place], wipe: done.wipe, zoom: clicked.or(done.zoom) }
}

/// Both beside each other, or a wide photo one above the other: the same part in each.
fn side_ui(ui: &mut Ui, picture: &Picture<'_>, free: Rect) -> Placed {
    let (beside, above) = (picture.halves(ui, free, true), picture.halves(ui, free, false));
    let is_wide = above[0].fit_scale() > beside[0].fit_scale();
    let [left, right] = if is_wide { above } else { beside };
    let places = [left.place(picture.zoom), right.place(picture.zoom)];
    let share = if picture.is_photograph { 1.0 } else { 0.0 };
    let tag = if picture.is_photograph { &Tag::photograph() } else { &picture.synthetic };
    picture.part(ui, &places[0], Shown::Wipe(1.0), 0, &Tag::photograph());
    picture.part(ui, &places[1], Shown::Wipe(share), 1, tag);
    let mut zoom = None;
    for (lens, place, name) in [(&left, &places[0], "Photograph"), (&right, &places[1], "Synthetic age")] {
        let response = picture_response(ui, place.rect, name, name);
        super::focus_ring(ui, &response, RADIUS_PICTURE);
        zoom = zoom.or(picture.hand(ui, lens, place, &response, None).zoom);
    }
    let clicked = picture.scale_ui(ui, &right, &places[1]);
    Placed { places: places.to_vec(), wipe: None, zoom: clicked.or(zoom) }
}

fn picture_response(ui: &Ui, rect: Rect, id: &str, name: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(id), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    response
}

impl Picture<'_> {
    /// Two halves of what is free. Both stand together in the middle, however large the window is.
    fn halves(&self, ui: &Ui, free: Rect, is_beside: bool) -> [Lens; 2] {
        let (axis, size) = if is_beside {
            (0, vec2((free.width() - GAP_M) / 2.0, free.height()))
        } else {
            (1, vec2(free.width(), (free.height() - GAP_M) / 2.0))
        };
        let [mut first, mut second] = [MIDDLE; 2];
        (first[axis], second[axis]) = (1.0, 0.0);
        let lens = |min: Pos2, lean: Vec2| self.lens(ui, Rect::from_min_size(min, size), lean);
        [lens(free.min, first), lens(free.max - size, second)]
    }

    fn lens(&self, ui: &Ui, free: Rect, lean: Vec2) -> Lens {
        let [width, height] = self.texture.photo_px();
        Lens {
            free,
            lean,
            pixels_per_point: ui.pixels_per_point(),
            photo_px: vec2(width as f32, height as f32),
            base_px: self.base_px,
        }
    }

    /// Where the wipe's line is, as a share of the width of what is shown: through the face it says most.
    fn wipe_share(&self, place: &Place) -> f32 {
        let through_face = (self.face_x_px - place.source_px.left()) / place.source_px.width().max(1.0);
        self.wipe.unwrap_or(through_face.clamp(WIPE_MARGIN, 1.0 - WIPE_MARGIN))
    }

    fn hand(&self, ui: &Ui, lens: &Lens, place: &Place, response: &Response, wipe: Option<f32>) -> Done {
        let (is_enlarged, can_zoom, step) = (self.zoom.is_some(), self.can_zoom, self.zoom_step);
        Hand { lens, place, response, wipe, is_enlarged, can_zoom, step }.ui(ui)
    }

    /// The scale in the corner; a click on it changes between fitted and 100 %.
    fn scale_ui(&self, ui: &Ui, lens: &Lens, place: &Place) -> Option<Option<Zoom>> {
        if !self.can_zoom {
            return None;
        }
        let is_enlarged = self.zoom.is_some();
        let is_clicked = scale_chip::ui(ui, place, is_enlarged);
        is_clicked.then(|| if is_enlarged { None } else { lens.at_scale(place, 1.0, place.rect.center()) })
    }

    /// One picture with its tag at the lower left.
    fn part(&self, ui: &Ui, place: &Place, shown: Shown, slot: usize, tag: &Tag) {
        self.paint(ui, place, shown, slot);
        let corner = place.rect.left_bottom() + vec2(10.0, -10.0);
        tag::paint(ui, tag, corner, Align2::LEFT_BOTTOM, place.rect.width() - 20.0);
    }

    fn paint(&self, ui: &Ui, place: &Place, shown: Shown, slot: usize) {
        let is_photograph = shown == Shown::Wipe(1.0);
        let aged = AgedPhoto {
            texture: Arc::clone(self.texture),
            photo_to_crop: self.photo_to_crop,
            change: self.change.cloned(),
            others: if is_photograph { Vec::new() } else { self.others.clone() },
            source_px: place.source_px,
            shown,
            radius: f32::from(RADIUS_PICTURE),
            slot,
            is_draft: self.is_draft,
        };
        ui.painter().add(aged.into_shape(place.rect));
    }

    fn blink_ui(&self, ui: &Ui, place: &Place) {
        let (time, blink_s) = (ui.input(|input| input.time), f64::from(self.blink_s));
        let is_synthetic = ((time / blink_s) as u64).is_multiple_of(2);
        let photograph = Tag::photograph();
        let (share, tag) = if is_synthetic { (0.0, &self.synthetic) } else { (1.0, &photograph) };
        self.part(ui, place, Shown::Wipe(share), 0, tag);
        let left_s = blink_s - time % blink_s;
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left_s + 0.005));
    }

    /// Both in one picture with the line and its handle.
    fn wipe_ui(&self, ui: &Ui, place: &Place, share: f32) {
        let rect = place.rect;
        self.paint(ui, place, Shown::Wipe(share), 0);
        let x = (rect.left() + rect.width() * share).round();
        let inset = 10.0;
        let corner = rect.left_bottom() + vec2(inset, -inset);
        tag::paint(ui, &Tag::photograph(), corner, Align2::LEFT_BOTTOM, x - rect.left() - inset - GAP_S);
        let corner = rect.right_bottom() - vec2(inset, inset);
        let room = rect.right() - x - inset - GAP_S;
        tag::paint(ui, &self.synthetic, corner, Align2::RIGHT_BOTTOM, room);
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
    }
}
