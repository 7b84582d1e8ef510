//! The channel gates as bars, sorted: how much of each channel the network gives to age.

use eframe::egui::{self, Align2, Mesh, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::app::theme::{ON_PHOTO, ON_PHOTO_GROUND, RADIUS_PICTURE, Theme, Type};

/// What was pointed at and clicked, as channels in the network's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pointed {
    /// Under the pointer.
    pub hovered: Option<usize>,
    /// Clicked.
    pub clicked: Option<usize>,
}

/// Draws the bars over all that is free. `kept` is the channel marked.
pub fn ui(ui: &mut Ui, gates: &[f32], order: &[usize], kept: Option<usize>) -> Pointed {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
    let words = format!("{} channel gates, sorted", gates.len());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if order.is_empty() {
        return Pointed::default();
    }
    paint_bars(ui, rect, gates, order);
    let painter = ui.painter();
    let half = rect.bottom() - rect.height() * 0.5;
    let line = [pos2(rect.left(), half), pos2(rect.right(), half)];
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, theme.faint), 3.0, 3.0));
    let at = pos2(rect.left() + 4.0, half - 9.0);
    painter.text(at, Align2::LEFT_CENTER, "0.5", Type::Caption.font(), theme.muted);
    let pointed = response.hover_pos().map(|at| {
        let share = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        ((share * order.len() as f32) as usize).min(order.len() - 1)
    });
    let kept_place = kept.and_then(|kept| order.iter().position(|channel| *channel == kept));
    for place in [kept_place, pointed].into_iter().flatten() {
        mark(ui, rect, gates, order, place);
    }
    let hovered = pointed.map(|place| order[place]);
    Pointed { hovered, clicked: hovered.filter(|_| response.clicked()) }
}

/// Channels from the least given to age to the most.
pub fn sorted(gates: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..gates.len()).collect();
    order.sort_by(|a, b| gates[*a].total_cmp(&gates[*b]));
    order
}

fn paint_bars(ui: &Ui, rect: Rect, gates: &[f32], order: &[usize]) {
    let theme = Theme::of(ui);
    let mut mesh = Mesh::default();
    let width = rect.width() / order.len() as f32;
    let quiet = theme.faint.gamma_multiply(0.55);
    for (place, channel) in order.iter().enumerate() {
        let gate = gates[*channel];
        let left = rect.left() + width * place as f32;
        let bar =
            Rect::from_min_max(pos2(left, rect.bottom() - rect.height() * gate), pos2(left + width, rect.bottom()));
        mesh.add_colored_rect(bar, if gate > 0.5 { theme.age } else { quiet });
    }
    ui.painter().add(mesh);
}

fn mark(ui: &Ui, rect: Rect, gates: &[f32], order: &[usize], place: usize) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let channel = order[place];
    let x = rect.left() + rect.width() * (place as f32 + 0.5) / order.len() as f32;
    painter.vline(x, rect.y_range(), Stroke::new(1.5, theme.text));
    let words = format!("channel {channel} · {:.2} to age", gates[channel]);
    let galley = painter.layout_no_wrap(words, Type::Caption.font(), ON_PHOTO);
    let size = galley.size() + vec2(14.0, 10.0);
    let left = (x + 8.0).min(rect.right() - size.x);
    let ground = Rect::from_min_size(pos2(left, rect.top()), size);
    painter.rect_filled(ground, RADIUS_PICTURE, ON_PHOTO_GROUND);
    painter.galley(ground.min + vec2(7.0, 5.0), galley, ON_PHOTO);
}
