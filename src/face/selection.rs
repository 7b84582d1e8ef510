//! Which face comes first (ARCHITECTURE C.3): large ones near the centre.

use serde::{Deserialize, Serialize};

use super::Detection;

/// How the distance from the centre is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectionRule {
    /// From the photo's centre.
    #[default]
    CentreMost,
    /// As the authors released it: the centre's axes are swapped, which matters in photos that are not square.
    AsReleased,
}

/// Sorts faces, most important first: area minus twice the squared distance from the centre.
pub fn order_by_importance(faces: &mut [Detection], photo_px: (u32, u32), rule: SelectionRule) {
    faces.sort_by(|a, b| importance(b, photo_px, rule).total_cmp(&importance(a, photo_px, rule)));
}

fn importance(face: &Detection, (width, height): (u32, u32), rule: SelectionRule) -> f64 {
    let [left, top, right, bottom] = face.box_px.map(f64::from);
    let (half_width, half_height) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let [centre_x, centre_y] = match rule {
        SelectionRule::CentreMost => [half_width, half_height],
        SelectionRule::AsReleased => [half_height, half_width],
    };
    let (dx, dy) = ((left + right) / 2.0 - centre_x, (top + bottom) / 2.0 - centre_y);
    (right - left) * (bottom - top) - 2.0 * (dx * dx + dy * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(box_px: [f32; 4]) -> Detection {
        Detection { box_px, score: 1.0, landmarks_px: [[0.0; 2]; 5] }
    }

    /// The boxes of the reference's group picture, 760×400 pixels, in the detector's order.
    fn group() -> [Detection; 4] {
        [
            [660.95, 29.54, 712.71, 101.1],
            [130.28, 27.48, 213.93, 146.52],
            [391.08, 129.48, 475.97, 243.29],
            [272.47, 347.39, 292.32, 369.54],
        ]
        .map(face)
    }

    #[test]
    fn the_default_prefers_the_large_face_at_the_centre() {
        let (mut faces, before) = (group(), group());
        order_by_importance(&mut faces, (760, 400), SelectionRule::default());
        assert_eq!(faces[0], before[2]);
    }

    #[test]
    fn the_released_rule_measures_from_a_swapped_centre() {
        let (mut faces, before) = (group(), group());
        order_by_importance(&mut faces, (760, 400), SelectionRule::AsReleased);
        assert_eq!(faces[0], before[3], "the reference picks this false positive");
        let (mut first, mut second) = (group(), group());
        order_by_importance(&mut first, (400, 400), SelectionRule::AsReleased);
        order_by_importance(&mut second, (400, 400), SelectionRule::CentreMost);
        assert_eq!(first, second, "in a square picture both rules are the same");
    }

    #[test]
    fn a_much_larger_face_beats_a_small_one_nearer_the_centre() {
        let mut faces = [face([190.0, 190.0, 210.0, 210.0]), face([40.0, 60.0, 340.0, 360.0])];
        order_by_importance(&mut faces, (400, 400), SelectionRule::CentreMost);
        assert_eq!(faces[0].box_px[0], 40.0);
    }
}
