//! The label every picture of a face carries: Photograph, or Synthetic with its age.

use eframe::egui::{self, Align2, Color32, FontId, Rect, Ui, Vec2, vec2};

use crate::app::aged_photo::DIFFERENCE_GAIN;
use crate::app::theme::{ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, SYNTHETIC_ON_PHOTO, Theme, Type};

/// What a picture is.
#[derive(Clone, Debug, PartialEq)]
pub enum Tag {
    /// As the camera saw it; more words may follow.
    Photograph(String),
    /// Made by the network, at this age in years.
    Synthetic(f32),
    /// Made by the network of the face with this letter, at this age in years.
    SyntheticOf(&'static str, f32),
    /// Synthetic, in small pictures.
    SmallSynthetic(f32),
    /// Several faces made by the network, in words.
    SyntheticFaces(String),
    /// What was changed, from the photograph to this age in years.
    Difference(f32),
    /// What was changed of several faces, in words.
    DifferenceOfFaces(String),
}

impl Tag {
    /// A photograph without more words.
    pub fn photograph() -> Self {
        Self::Photograph("Photograph".to_owned())
    }

    /// What it says.
    pub fn text(&self) -> String {
        match self {
            Self::Photograph(words) => words.clone(),
            Self::Synthetic(years) => format!("Synthetic · age {years:.0}"),
            Self::SyntheticOf(letter, years) => format!("{letter} · Synthetic · age {years:.0}"),
            Self::SmallSynthetic(years) => format!("Synthetic · {years:.0}"),
            Self::SyntheticFaces(words) => format!("Synthetic · {words}"),
            Self::Difference(years) => format!("Synthetic · difference at age {years:.0}, ×{DIFFERENCE_GAIN:.0}"),
            Self::DifferenceOfFaces(words) => format!("Synthetic · difference, {words}, ×{DIFFERENCE_GAIN:.0}"),
        }
    }
}

const PADDING: Vec2 = vec2(7.0, 4.0);

/// Draws a tag with one of its corners at a place (of a picture, inset by the caller). Nothing is drawn where it would
/// be wider than `max_width`, except in small pictures, which then say less.
pub fn paint(ui: &Ui, tag: &Tag, at: egui::Pos2, corner: Align2, max_width: f32) -> Option<Rect> {
    let font = match tag {
        Tag::Photograph(_) => Type::Caption,
        Tag::Synthetic(_)
        | Tag::SyntheticOf(..)
        | Tag::SyntheticFaces(_)
        | Tag::Difference(_)
        | Tag::DifferenceOfFaces(_) => Type::Section,
        Tag::SmallSynthetic(_) => Type::Tag,
    };
    let (ground, writing) = colours(tag, Theme::of(ui));
    let padding = if matches!(tag, Tag::SmallSynthetic(_)) { vec2(5.0, 2.0) } else { PADDING };
    let painter = ui.painter();
    let mut galley = painter.layout_no_wrap(tag.text(), font.font(), writing);
    if galley.size().x + 2.0 * padding.x > max_width {
        let Tag::SmallSynthetic(years) = tag else { return None };
        galley = painter.layout_no_wrap(format!("syn. {years:.0}"), font.font(), writing);
    }
    let rect = corner.anchor_size(at, galley.size() + 2.0 * padding);
    painter.rect_filled(rect, RADIUS_PICTURE, ground);
    painter.galley(rect.min + padding, galley, writing);
    Some(rect)
}

/// Draws a tag in a font of any size, with one of its corners at a place.
pub fn paint_in(ui: &Ui, tag: &Tag, at: egui::Pos2, corner: Align2, font: FontId) -> Rect {
    let (ground, writing) = colours(tag, Theme::of(ui));
    let (padding, radius) = (vec2(0.6, 0.32) * font.size, font.size * 0.25);
    let galley = ui.painter().layout_no_wrap(tag.text(), font, writing);
    let rect = corner.anchor_size(at, galley.size() + 2.0 * padding);
    ui.painter().rect_filled(rect, radius, ground);
    ui.painter().galley(rect.min + padding, galley, writing);
    rect
}

/// Ground and writing.
fn colours(tag: &Tag, theme: &Theme) -> (Color32, Color32) {
    match tag {
        Tag::Photograph(_) => (ON_PHOTO_GROUND, ON_PHOTO),
        Tag::SmallSynthetic(_) => (ON_PHOTO_GROUND, SYNTHETIC_ON_PHOTO),
        _ => (theme.synthetic, theme.on_synthetic),
    }
}
