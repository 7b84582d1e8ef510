//! Zoom: which part of the photo is shown where. A picture is fitted until someone enlarges it; then a scale and the
//! place in the middle are kept, so that the same part is shown in every view and in windows of every size.

use eframe::egui::emath::GuiRounding as _;
use eframe::egui::{Pos2, Rect, Vec2, pos2};

use crate::app::shell::fitted;

/// Physical pixels for one of the photo, at most.
const MAX_SCALE: f32 = 32.0;

/// How far a picture is enlarged and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    /// Physical pixels of the screen for one pixel of the photo.
    pub scale: f32,
    /// What of the photo is in the middle, in its pixels.
    pub middle_px: [f32; 2],
}

/// Where a part of the photo is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// On the window, in points.
    pub rect: Rect,
    /// Of the photo, in its pixels.
    pub source_px: Rect,
    /// Physical pixels of the screen for one pixel of the photo.
    pub scale: f32,
}

impl Place {
    /// The place in the photo at a place of the window.
    pub fn photo_at(&self, at: Pos2) -> Pos2 {
        self.source_px.min + (at - self.rect.min) / self.rect.size() * self.source_px.size()
    }
}

/// What decides where a picture is shown.
#[derive(Clone, Copy, Debug)]
pub struct Lens {
    /// What is free on the window, in points.
    pub free: Rect,
    /// Where in what is free a smaller picture stands, across and down: 0 at its left or top, 0.5 in the middle, 1 at
    /// its right or bottom.
    pub lean: Vec2,
    /// Physical pixels of a point.
    pub pixels_per_point: f32,
    /// Width and height of the photo in pixels.
    pub photo_px: Vec2,
    /// What is shown of the photo while nobody enlarges it, in its pixels.
    pub base_px: Rect,
}

impl Lens {
    /// The scale at which the base fits.
    pub fn fit_scale(&self) -> f32 {
        fitted(self.free, self.base_px.size()).width() * self.pixels_per_point / self.base_px.width().max(1.0)
    }

    /// Where the picture is shown.
    pub fn place(&self, zoom: Option<Zoom>) -> Place {
        let fit_scale = self.fit_scale();
        let Some(zoom) = zoom else {
            let rect = self.leant(fitted(self.free, self.base_px.size()).size());
            return Place { rect, source_px: self.base_px, scale: fit_scale };
        };
        let scale = zoom.scale.clamp(fit_scale.min(1.0), MAX_SCALE);
        let rect = self.leant(self.free.size().min(self.photo_px * scale / self.pixels_per_point));
        let size_px = (rect.size() * self.pixels_per_point / scale).min(self.photo_px);
        let [x, y] = zoom.middle_px;
        let inside = |middle: f32, axis: usize| {
            let start = (middle - size_px[axis] / 2.0).clamp(0.0, self.photo_px[axis] - size_px[axis]);
            // At 100 % each physical pixel shows one of the photo and nothing is interpolated. At other scales rounding
            // would let what is under the pointer slip away, a little at every turn of the wheel.
            if scale == 1.0 { start.round() } else { start }
        };
        Place { rect, source_px: Rect::from_min_size(pos2(inside(x, 0), inside(y, 1)), size_px), scale }
    }

    /// So many times larger, with what is at a place of the window staying there. Nothing where it fits again.
    pub fn enlarged(&self, shown: &Place, times: f32, at: Pos2) -> Option<Zoom> {
        let fit_scale = self.fit_scale();
        let scale = (shown.scale * times).clamp(fit_scale.min(1.0), MAX_SCALE);
        let passes_fit = (shown.scale - fit_scale) * (scale - fit_scale) < 0.0;
        if passes_fit || (scale / fit_scale - 1.0).abs() < 0.01 { None } else { self.at_scale(shown, scale, at) }
    }

    /// At this scale, with what is at a place of the window staying there.
    pub fn at_scale(&self, shown: &Place, scale: f32, at: Pos2) -> Option<Zoom> {
        let kept = shown.photo_at(at);
        let rect = self.place(Some(Zoom { scale, middle_px: kept.into() })).rect;
        let middle = kept + (rect.center() - at) * self.pixels_per_point / scale;
        Some(self.bounded(Zoom { scale, middle_px: middle.into() }))
    }

    /// Moved with the pointer by so many points.
    pub fn moved(&self, shown: &Place, by: Vec2) -> Zoom {
        let middle = shown.source_px.center() - by * self.pixels_per_point / shown.scale;
        self.bounded(Zoom { scale: shown.scale, middle_px: middle.into() })
    }

    /// With its middle where it is shown: at the photo's edge a drag must not run away.
    fn bounded(&self, zoom: Zoom) -> Zoom {
        let size_px = self.place(Some(zoom)).source_px.size();
        let inside = |middle: f32, axis: usize| {
            let half = size_px[axis] / 2.0;
            middle.clamp(half, (self.photo_px[axis] - half).max(half))
        };
        let [x, y] = zoom.middle_px;
        Zoom { middle_px: [inside(x, 0), inside(y, 1)], ..zoom }
    }

    /// A rectangle of this size in what is free, on whole physical pixels so that it is as sharp as the screen.
    fn leant(&self, size: Vec2) -> Rect {
        let spare = self.free.size() - size;
        let min = self.free.min + spare * self.lean;
        Rect::from_min_size(min, size).round_to_pixels(self.pixels_per_point)
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;

    fn lens() -> Lens {
        let photo_px = vec2(2000.0, 1000.0);
        Lens {
            free: Rect::from_min_size(pos2(100.0, 50.0), vec2(800.0, 600.0)),
            lean: vec2(0.5, 0.5),
            pixels_per_point: 1.0,
            photo_px,
            base_px: Rect::from_min_size(Pos2::ZERO, photo_px),
        }
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let (lens, at) = (lens(), pos2(300.0, 400.0));
        let mut place = lens.place(None);
        assert_eq!(place.rect.size(), vec2(800.0, 400.0));
        // What is smaller than the free place stands in its middle; from there on the pointer holds what it is over.
        place = lens.place(lens.enlarged(&place, 2.0, at));
        assert_eq!(place.rect, lens.free, "an enlarged photo fills what is free");
        let kept = place.photo_at(at);
        for _ in 0..10 {
            place = lens.place(lens.enlarged(&place, 1.25, at));
            assert!((place.photo_at(at) - kept).length() < 1.5 / place.scale, "{:?} {kept:?}", place.photo_at(at));
        }
        assert!(place.scale > 5.0);
    }

    #[test]
    fn zooming_out_ends_where_the_photo_fits() {
        let lens = lens();
        let zoomed = lens.enlarged(&lens.place(None), 1.3, lens.free.center());
        assert!(zoomed.is_some());
        assert_eq!(lens.enlarged(&lens.place(zoomed), 0.5, lens.free.center()), None);
    }

    #[test]
    fn at_its_own_size_pixels_fall_on_pixels_and_the_edge_holds() {
        let lens = lens();
        let place = lens.place(lens.at_scale(&lens.place(None), 1.0, pos2(333.3, 200.7)));
        assert_eq!(place.scale, 1.0);
        assert_eq!(place.source_px.min, place.source_px.min.round());
        assert_eq!(place.source_px.size(), place.rect.size());
        let far = lens.moved(&place, vec2(9000.0, -9000.0));
        let place = lens.place(Some(far));
        assert_eq!((place.source_px.left(), place.source_px.bottom()), (0.0, 1000.0));
        assert_eq!(lens.moved(&place, vec2(50.0, 0.0)), far, "a drag beyond the edge is not stored up");
    }

    #[test]
    fn a_small_photo_can_be_seen_at_its_own_size() {
        let photo_px = vec2(200.0, 100.0);
        let lens = Lens { photo_px, base_px: Rect::from_min_size(Pos2::ZERO, photo_px), ..lens() };
        assert_eq!(lens.fit_scale(), 4.0);
        let place = lens.place(lens.at_scale(&lens.place(None), 1.0, lens.free.center()));
        assert_eq!((place.rect.size(), place.source_px.size()), (photo_px, photo_px));
    }
}
