//! How an aligned face lies in its place on screen: which point is in the middle, how large, how turned. One pose for
//! two faces keeps the same point of both at the same place, since poses count in pixels of the aligned 112×112 crop.

use eframe::egui::emath::Rot2;
use eframe::egui::{Pos2, Rect, Vec2, vec2};

use crate::face::SimilarityTransform;
use crate::face::alignment::CROP_SIZE_PX;

/// Pixels of the crop across the shorter side of the place at zoom 1: the whole head.
const FIT_SPAN_PX: f32 = 146.0;
/// The point in the middle at the start: a little below the middle of the crop, since photos often end soon above the hair.
const START_PX: Vec2 = vec2(CROP_SIZE_PX as f32 / 2.0, 61.0);
/// Zooms that can be reached: the surroundings, and single pixels of a large photo.
const ZOOMS: [f32; 2] = [0.3, 40.0];
/// How far the middle may go from the crop's, in pixels of the crop.
const FARTHEST_PX: f32 = 600.0;

/// How an aligned face lies in its place on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// The point of the crop in the middle, in its pixels.
    pub centre_px: Vec2,
    /// 1 shows the whole head.
    pub zoom: f32,
    /// Clockwise, in degrees; at 0 the eyes are level.
    pub turn_degrees: f32,
}

impl Default for Pose {
    fn default() -> Self {
        Self { centre_px: START_PX, zoom: 1.0, turn_degrees: 0.0 }
    }
}

impl Pose {
    /// Points of the screen for one pixel of the crop.
    pub fn points_per_px(&self, place: Rect) -> f32 {
        place.width().min(place.height()) * self.zoom / FIT_SPAN_PX
    }

    /// The place of the crop that is at a point of the screen.
    pub fn crop_at(&self, place: Rect, at: Pos2) -> Vec2 {
        self.centre_px + self.back() * (at - place.center()) / self.points_per_px(place)
    }

    /// The point of the screen at which a place of the crop is.
    pub fn screen_at(&self, place: Rect, crop_px: Vec2) -> Pos2 {
        place.center() + self.forth() * (crop_px - self.centre_px) * self.points_per_px(place)
    }

    /// Enlarged by a factor around a point of the screen, which stays where it is.
    #[must_use]
    pub fn zoomed(self, place: Rect, around: Pos2, factor: f32) -> Self {
        let held = self.crop_at(place, around);
        let zoom = (self.zoom * factor).clamp(ZOOMS[0], ZOOMS[1]);
        let mut next = Self { zoom, ..self };
        next.centre_px = held - next.back() * (around - place.center()) / next.points_per_px(place);
        next.within_reach()
    }

    /// Moved with the pointer by so many points.
    #[must_use]
    pub fn moved(self, place: Rect, by: Vec2) -> Self {
        let centre_px = self.centre_px - self.back() * by / self.points_per_px(place);
        Self { centre_px, ..self }.within_reach()
    }

    /// Turned around the middle of its place to so many degrees, −180 to 180.
    #[must_use]
    pub fn turned(self, degrees: f32) -> Self {
        Self { turn_degrees: (degrees + 180.0).rem_euclid(360.0) - 180.0, ..self }
    }

    /// Turned so that the photo is as the camera saw it.
    #[must_use]
    pub fn as_photographed(self, photo_to_crop: &SimilarityTransform) -> Self {
        let [[a, _, _], [c, _, _]] = photo_to_crop.matrix;
        self.turned(-(c.atan2(a).to_degrees() as f32))
    }

    /// From points of the screen, counted from the place's upper left corner, to pixels of the photo: two rows
    /// `[a, b, shift]`.
    pub fn screen_to_photo(&self, place: Rect, photo_to_crop: &SimilarityTransform) -> [[f64; 3]; 2] {
        let back = photo_to_crop.inverse();
        let corner = |x: f32, y: f32| {
            let crop = self.crop_at(place, place.min + vec2(x, y));
            back.apply([f64::from(crop.x), f64::from(crop.y)])
        };
        // Affine, so three points say it; taken far apart, so that nothing is lost in the differences.
        const FAR: f32 = 1000.0;
        let (origin, right, down) = (corner(0.0, 0.0), corner(FAR, 0.0), corner(0.0, FAR));
        let row = |axis: usize| {
            let step = |to: [f64; 2]| (to[axis] - origin[axis]) / f64::from(FAR);
            [step(right), step(down), origin[axis]]
        };
        [row(0), row(1)]
    }

    fn forth(&self) -> Rot2 {
        Rot2::from_angle(self.turn_degrees.to_radians())
    }

    fn back(&self) -> Rot2 {
        Rot2::from_angle(-self.turn_degrees.to_radians())
    }

    fn within_reach(mut self) -> Self {
        let off = self.centre_px - START_PX;
        self.centre_px = START_PX + off.clamp(Vec2::splat(-FARTHEST_PX), Vec2::splat(FARTHEST_PX));
        self
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;
    use crate::face::Landmarks;
    use crate::face::alignment::TEMPLATE_PX;

    const PLACE: Rect = Rect { min: Pos2::new(100.0, 40.0), max: Pos2::new(420.0, 400.0) };

    #[test]
    fn the_point_under_the_pointer_stays_there_while_zooming() {
        let at = pos2(150.0, 350.0);
        let pose = Pose::default().turned(30.0);
        let zoomed = pose.zoomed(PLACE, at, 3.0);
        assert!((zoomed.zoom - 3.0).abs() < 1e-5);
        assert!((pose.crop_at(PLACE, at) - zoomed.crop_at(PLACE, at)).length() < 1e-3);
        let there_and_back = zoomed.screen_at(PLACE, zoomed.crop_at(PLACE, at));
        assert!((there_and_back - at).length() < 1e-2);
        assert_eq!(pose.zoomed(PLACE, at, 1e9).zoom, ZOOMS[1]);
    }

    #[test]
    fn a_drag_takes_the_picture_with_it_however_it_is_turned() {
        let pose = Pose::default().turned(90.0);
        let (at, by) = (pos2(200.0, 200.0), vec2(17.0, -5.0));
        let held = pose.crop_at(PLACE, at);
        assert!((pose.moved(PLACE, by).screen_at(PLACE, held) - (at + by)).length() < 1e-2);
    }

    #[test]
    fn one_pose_keeps_the_eyes_of_two_photos_together() {
        let pose = Pose::default().turned(-20.0).zoomed(PLACE, pos2(130.0, 90.0), 2.2);
        let small: Landmarks = TEMPLATE_PX.map(|[x, y]| [x * 0.7 + 31.0, y * 0.7 + 12.0]);
        let tilted: Landmarks = TEMPLATE_PX.map(|[x, y]| [x * 3.0 - y * 1.1 + 900.0, x * 1.1 + y * 3.0 + 80.0]);
        for landmarks in [small, tilted] {
            let to_crop = SimilarityTransform::between(&landmarks, &TEMPLATE_PX).unwrap();
            let rows = pose.screen_to_photo(PLACE, &to_crop);
            for (index, [x, y]) in landmarks.iter().enumerate() {
                let template = TEMPLATE_PX[index];
                let at = pose.screen_at(PLACE, vec2(template[0], template[1])) - PLACE.min;
                let there = rows.map(|[a, b, shift]| a * f64::from(at.x) + b * f64::from(at.y) + shift);
                let off = (there[0] - f64::from(*x)).hypot(there[1] - f64::from(*y));
                assert!(off < 0.02, "landmark {index} is {off} pixels away");
            }
        }
    }

    #[test]
    fn as_photographed_the_photo_is_upright() {
        let tilted: Landmarks = TEMPLATE_PX.map(|[x, y]| [x * 3.0 - y * 1.1 + 900.0, x * 1.1 + y * 3.0 + 80.0]);
        let to_crop = SimilarityTransform::between(&tilted, &TEMPLATE_PX).unwrap();
        let rows = Pose::default().as_photographed(&to_crop).screen_to_photo(PLACE, &to_crop);
        assert!(rows[0][1].abs() < 1e-3 && rows[1][0].abs() < 1e-3 && rows[0][0] > 0.0, "{rows:?}");
    }
}
