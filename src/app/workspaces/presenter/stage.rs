//! Where everything stands. All measures are shares of the stage's height, so that it looks alike on a laptop and on a
//! wall.

use eframe::egui::{FontId, Rect, Vec2, pos2, vec2};

use crate::app::theme::StageType;

/// The window is at least so many times as wide as high to have the age beside the face; else it stands below.
const WIDE: f32 = 1.15;
const MARGIN: f32 = 0.05;
const FOOT: f32 = 0.09;
const YEARS: f32 = 0.085;
/// Width of what stands beside the face.
const COLUMN: f32 = 0.46;
const GAP: f32 = 0.07;
const PHOTOGRAPH: f32 = 0.32;
const LIVE: f32 = 0.125;
const RADIUS: f32 = 0.01;

/// The places of presenter mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// All of it.
    pub window: Rect,
    /// What shares are of, in points.
    pub height: f32,
    /// The face.
    pub picture: Rect,
    /// The age, and what it means.
    pub figures: Rect,
    /// The photograph.
    pub photograph: Rect,
    /// What the camera sees, small.
    pub live: Rect,
    /// The way from 0 to 90.
    pub years: Rect,
    /// Name, sentence, device.
    pub foot: Rect,
}

impl Stage {
    /// The places in a window.
    pub fn of(window: Rect) -> Self {
        let size = window.size();
        if size.x >= WIDE * size.y { Self::wide(window, size) } else { Self::upright(window, size) }
    }

    /// A font of the stage's own scale.
    pub fn font(&self, kind: StageType) -> FontId {
        kind.font(self.height)
    }

    /// The corners of its pictures, in points.
    pub fn radius(&self) -> u8 {
        (RADIUS * self.height).round().min(255.0) as u8
    }

    /// A share of the stage's height, in points.
    pub fn share(&self, share: f32) -> f32 {
        self.height * share
    }

    fn wide(window: Rect, size: Vec2) -> Self {
        // Nearly square windows: as high as there is width for.
        let height = size.y.min(size.x / 1.36);
        let [margin, gap, column] = [MARGIN, GAP, COLUMN].map(|share| share * height);
        let (years, foot) = below(window, height);
        let room = years.top() - 0.4 * margin - (window.top() + margin);
        let side = room.min(size.x - 2.0 * margin - gap - column);
        let left = window.center().x - (side + gap + column) / 2.0;
        let top = window.top() + margin + (room - side) / 2.0;
        let picture = Rect::from_min_size(pos2(left, top), Vec2::splat(side)).round();
        let beside = Rect::from_min_size(pos2(picture.right() + gap, top), vec2(column, side)).round();
        let photograph = square_at_bottom(beside, beside.left(), PHOTOGRAPH * height);
        let live = square_at_bottom(beside, beside.right() - LIVE * height, LIVE * height);
        let figures = beside.with_max_y(photograph.top() - 0.4 * margin);
        Self { window, height, picture, figures, photograph, live, years, foot }
    }

    fn upright(window: Rect, size: Vec2) -> Self {
        let height = size.x.min(size.y / 1.5);
        let margin = MARGIN * height;
        let (years, foot) = below(window, height);
        let beside = PHOTOGRAPH * height + 0.15 * height;
        let room = years.top() - margin - (window.top() + margin) - beside;
        let side = room.min(size.x - 2.0 * margin);
        let top = window.top() + margin + (room - side) / 2.0;
        let left = window.center().x - side / 2.0;
        let picture = Rect::from_min_size(pos2(left, top), Vec2::splat(side)).round();
        let under = Rect::from_min_size(pos2(left, picture.bottom() + margin), vec2(side, beside - margin)).round();
        let photograph = square_at_bottom(under, under.right() - PHOTOGRAPH * height, PHOTOGRAPH * height);
        let live = square_at_bottom(under, photograph.left() - (LIVE + 0.02) * height, LIVE * height);
        let figures = under.with_max_x(live.left() - 0.02 * height);
        Self { window, height, picture, figures, photograph, live, years, foot }
    }
}

/// The way from 0 to 90, and the foot below it.
fn below(window: Rect, height: f32) -> (Rect, Rect) {
    let inside = window.shrink2(vec2(MARGIN * height, 0.0));
    let foot = inside.with_min_y(window.bottom() - FOOT * height);
    let years = Rect::from_min_max(pos2(inside.left(), foot.top() - YEARS * height), foot.right_top());
    (years, foot)
}

fn square_at_bottom(within: Rect, left: f32, side: f32) -> Rect {
    Rect::from_min_size(pos2(left, within.bottom() - side), Vec2::splat(side)).round()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Pos2;

    use super::*;

    #[test]
    fn nothing_overlaps_or_leaves_the_window_at_any_size() {
        for size in
            [[900.0, 600.0], [1280.0, 800.0], [1024.0, 768.0], [3840.0, 2160.0], [2560.0, 1080.0], [1080.0, 1920.0]]
        {
            let window = Rect::from_min_size(Pos2::ZERO, size.into());
            let stage = Stage::of(window);
            let places = [stage.picture, stage.figures, stage.photograph, stage.live, stage.years, stage.foot];
            for (index, place) in places.iter().enumerate() {
                assert!(window.expand(0.5).contains_rect(*place), "{size:?}: {place:?}");
                assert!(place.is_positive(), "{size:?}: {place:?}");
                for other in &places[index + 1..] {
                    assert!(!place.shrink(1.0).intersects(other.shrink(1.0)), "{size:?}: {place:?} on {other:?}");
                }
            }
            assert!(stage.picture.height() >= 0.4 * size[0].min(size[1]), "{size:?}: {:?}", stage.picture);
        }
    }
}
