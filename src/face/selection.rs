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
