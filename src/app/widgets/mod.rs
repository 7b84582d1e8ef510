//! The window's controls, each drawn from the theme and described to assistive technology. They show what they are
//! given and report what was done; the state is changed by commands only.

pub mod age_slider;
pub mod bar_slider;
pub mod chip;
pub mod distribution;
pub mod empty;
pub mod face_picker;
pub mod film;
pub mod filmstrip;
pub mod frame_times;
pub mod gate_bars;
pub mod heatmap;
pub mod hint;
pub mod identity_curve;
pub mod landmarks;
pub mod loop_icon;
mod own_age;
pub mod palette;
pub mod picture;
pub mod picture_hand;
pub mod prompts;
pub mod rows;
mod scale_chip;
pub mod segmented;
pub mod status_bar;
pub mod tag;
pub mod toasts;
pub mod tray;

use eframe::egui::{self, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::theme::{CONTROL_HEIGHT, GAP_M, GAP_S, RADIUS_CONTROL, RADIUS_ROW, Theme, Type};

/// How much a button matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The one primary action of a region.
    Primary,
    /// Everything else.
    Plain,
}

/// A button with text.
pub fn button_ui(ui: &mut Ui, text: &str, weight: Weight, enabled: bool) -> Response {
    let theme = Theme::of(ui);
    let (font, ground, writing) = match weight {
        Weight::Primary => (Type::Strong, theme.identity, theme.on_identity),
        Weight::Plain => (Type::Body, theme.raised, theme.text),
    };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font.font(), writing);
    let size = vec2(galley.size().x + 2.0 * GAP_M + 2.0, CONTROL_HEIGHT + 2.0);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, text));
    let opacity = if enabled { 1.0 } else { 0.45 };
    let fill = match (weight, response.hovered() && enabled) {
        (Weight::Primary, true) => ground.lerp_to_gamma(theme.text, 0.12),
        (Weight::Plain, true) => theme.hovered,
        _ => ground,
    };
    let stroke = if weight == Weight::Primary { Stroke::NONE } else { theme.hairline() };
    let painter = ui.painter();
    painter.rect(rect, RADIUS_CONTROL, fill.gamma_multiply(opacity), stroke, StrokeKind::Inside);
    let at = rect.center() - galley.size() / 2.0;
    painter.galley_with_override_text_color(at, galley, writing.gamma_multiply(opacity));
    focus_ring(ui, &response, RADIUS_CONTROL);
    response
}

/// Text that can be clicked.
pub fn link_ui(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), Type::Body.font(), theme.focus);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, text));
    if response.hovered() {
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, theme.focus));
    }
    ui.painter().galley(rect.min, galley, theme.focus);
    focus_ring(ui, &response, 2);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Pictures for small buttons, drawn from lines so that they fit every size and theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Half a sun.
    Theme,
    /// A cross.
    Close,
    /// Two arrows.
    Swap,
    /// Corners that point outwards.
    Enlarge,
    /// Corners that point inwards.
    Shrink,
    /// A lens.
    Zoom,
}

/// A small button with a picture; `name` is its hint and its name for assistive technology.
pub fn icon_button_ui(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let theme = Theme::of(ui);
    let side = if icon == Icon::Close { 20.0 } else { 28.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, RADIUS_CONTROL, theme.hovered);
    }
    let colour = if response.hovered() { theme.text } else { theme.muted };
    paint_icon(ui, icon, rect.center(), Stroke::new(1.5, colour));
    focus_ring(ui, &response, RADIUS_CONTROL);
    response.on_hover_text(name)
}

fn paint_icon(ui: &Ui, icon: Icon, middle: Pos2, stroke: Stroke) {
    let painter = ui.painter();
    match icon {
        Icon::Close => {
            for (dx, dy) in [(3.5, 3.5), (3.5, -3.5)] {
                painter.line_segment([middle - vec2(dx, dy), middle + vec2(dx, dy)], stroke);
            }
        }
        Icon::Theme => {
            painter.circle_stroke(middle, 6.0, stroke);
            let half: Vec<Pos2> = (0..=16)
                .map(|step| middle + 6.0 * egui::Vec2::angled((step as f32 / 16.0 - 0.5) * std::f32::consts::PI))
                .collect();
            painter.add(Shape::convex_polygon(half, stroke.color, Stroke::NONE));
        }
        Icon::Enlarge | Icon::Shrink => {
            let (tip, back) = if icon == Icon::Enlarge { (5.5, 2.0) } else { (1.5, 5.0) };
            for (x, y) in [(1.0, -1.0), (-1.0, 1.0)] {
                let corner = middle + vec2(tip * x, tip * y);
                painter.line_segment([corner, middle + vec2(back * x, tip * y)], stroke);
                painter.line_segment([corner, middle + vec2(tip * x, back * y)], stroke);
            }
        }
        Icon::Zoom => {
            let lens = middle - vec2(1.5, 1.5);
            painter.circle_stroke(lens, 4.5, stroke);
            painter.line_segment([lens + vec2(3.2, 3.2), lens + vec2(7.0, 7.0)], stroke);
        }
        Icon::Swap => {
            for (y, direction) in [(-3.0, 1.0), (3.0, -1.0)] {
                let (from, to) = (middle + vec2(-6.0 * direction, y), middle + vec2(6.0 * direction, y));
                painter.line_segment([from, to], stroke);
                painter.line_segment([to, to + vec2(-3.0 * direction, -3.0)], stroke);
                painter.line_segment([to, to + vec2(-3.0 * direction, 3.0)], stroke);
            }
        }
    }
}

/// A triangle that points right, for Play.
pub fn play_shape(middle: Pos2, colour: egui::Color32) -> Shape {
    let points = vec![middle + vec2(-4.0, -5.0), middle + vec2(5.0, 0.0), middle + vec2(-4.0, 5.0)];
    Shape::convex_polygon(points, colour, Stroke::NONE)
}

/// The ring around what has the keyboard's focus.
pub fn focus_ring(ui: &Ui, response: &Response, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Theme::of(ui).focus);
        ui.painter().rect_stroke(response.rect.expand(2.0), radius + 2, stroke, StrokeKind::Outside);
    }
}

/// The head of a section.
pub fn section_ui(ui: &mut Ui, title: &str) {
    let theme = Theme::of(ui);
    ui.label(Type::Section.text(title, theme.muted));
    ui.add_space(GAP_S);
}

/// A line between sections.
pub fn divider_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y.round() + 0.5, Theme::of(ui).hairline());
}

/// A number written with digits of equal width, so that it stands still while it changes. Returns where it ends.
pub fn tabular(ui: &Ui, left_bottom: Pos2, text: &str, kind: Type, colour: egui::Color32) -> f32 {
    tabular_in(ui, left_bottom, text, kind.font(), colour)
}

/// The same in a font of any size.
pub fn tabular_in(ui: &Ui, left_bottom: Pos2, text: &str, font: egui::FontId, colour: egui::Color32) -> f32 {
    let painter = ui.painter();
    let zero = painter.layout_no_wrap("0".to_owned(), font.clone(), colour).size().x;
    let mut x = left_bottom.x;
    for letter in text.chars() {
        let galley = painter.layout_no_wrap(letter.to_string(), font.clone(), colour);
        let advance = if letter.is_ascii_digit() { zero } else { galley.size().x };
        let at = pos2(x + (advance - galley.size().x) / 2.0, left_bottom.y - galley.size().y);
        painter.galley(at, galley, colour);
        x += advance;
    }
    x
}

/// A large number with space allocated for it.
pub fn number_ui(ui: &mut Ui, text: &str, kind: Type, colour: egui::Color32) -> Response {
    let height = ui.painter().layout_no_wrap("0".to_owned(), kind.font(), colour).size().y;
    let zero = ui.painter().layout_no_wrap("0".to_owned(), kind.font(), colour).size().x;
    let (rect, response) = ui.allocate_exact_size(vec2(zero * text.chars().count() as f32, height), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    tabular(ui, rect.left_bottom(), text, kind, colour);
    response
}

/// A dashed rectangle with round corners.
pub fn dashed_rect(ui: &Ui, rect: Rect, stroke: Stroke) {
    let rect = rect.shrink(0.5);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, stroke, 3.0, 3.0));
}

/// A bar from left to right in the colours of the shares 0 to 1.
pub fn colour_bar(ui: &Ui, bar: Rect, colour: impl Fn(f32) -> egui::Color32) {
    let mut mesh = egui::Mesh::default();
    for step in 0..=48_u32 {
        let share = step as f32 / 48.0;
        let (x, fill) = (bar.left() + bar.width() * share, colour(share));
        mesh.colored_vertex(pos2(x, bar.top()), fill);
        mesh.colored_vertex(pos2(x, bar.bottom()), fill);
        if step > 0 {
            let last = step * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    ui.painter().add(mesh);
}

/// The ground of a list's row: raised with a line at its left where it is chosen, lighter under the pointer.
pub fn row_ground(ui: &Ui, rect: Rect, is_chosen: bool, is_over: bool) {
    let theme = Theme::of(ui);
    if is_chosen {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.identity);
        let covered = egui::CornerRadius { nw: 6, sw: 6, ne: RADIUS_ROW, se: RADIUS_ROW };
        ui.painter().rect_filled(rect.with_min_x(rect.left() + 2.0), covered, theme.raised);
    } else if is_over {
        ui.painter().rect_filled(rect, RADIUS_ROW, theme.raised.gamma_multiply(0.6));
    }
}
