//! Where a score stands among those of different people and of one person: two curves over the cosine, the default
//! threshold, and the score.

use eframe::egui::{self, Align2, Color32, Mesh, Rect, Sense, Shape, Stroke, Ui, pos2};

use crate::app::theme::{Theme, Type};
use crate::recognition::Histogram;

/// The cosines shown; nothing measured lies outside.
const FROM: f32 = -0.3;
const TO: f32 = 1.0;
/// Bins of a curve: wide enough to be smooth, narrow enough to keep its shape.
const BINS: usize = 104;

/// What is shown.
pub struct Distribution<'a> {
    /// Different people of these ages.
    pub impostors: &'a Histogram,
    /// One person at this age gap, where measured.
    pub genuine: Option<&'a Histogram>,
    /// The default threshold for these ages.
    pub threshold: f32,
    /// The score of the pair.
    pub cosine: f32,
}

/// Draws the curves over all that is free.
pub fn ui(ui: &mut Ui, shown: &Distribution<'_>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let words = format!("Cosine {:.2}, threshold {:.2}", shown.cosine, shown.threshold);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    let plot = Rect::from_min_max(rect.min + egui::vec2(0.0, 16.0), rect.max - egui::vec2(0.0, 18.0));
    let x = |cosine: f32| plot.left() + (cosine - FROM) / (TO - FROM) * plot.width();
    if let Some(genuine) = shown.genuine {
        curve(ui, plot, genuine, theme.identity, 0.45);
    }
    curve(ui, plot, shown.impostors, theme.impostor, 0.55);
    let painter = ui.painter();
    painter.hline(plot.x_range(), plot.bottom(), theme.hairline());
    for tick in [-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let text = if tick < 0.0 { format!("−{:.1}", -tick) } else { format!("{tick:.1}") };
        let align = if tick == 1.0 { Align2::RIGHT_TOP } else { Align2::CENTER_TOP };
        painter.text(pos2(x(tick), plot.bottom() + 5.0), align, text, Type::Caption.font(), theme.faint);
    }
    let threshold = x(shown.threshold);
    let line = [pos2(threshold, plot.top() + 14.0), pos2(threshold, plot.bottom())];
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, theme.warning), 3.0, 3.0));
    let near = (x(shown.cosine) - threshold).abs() < 90.0 && shown.cosine < shown.threshold;
    let (align, dx) = if near { (Align2::LEFT_CENTER, 6.0) } else { (Align2::RIGHT_CENTER, -6.0) };
    let at = pos2(threshold + dx, plot.top() + 20.0);
    painter.text(at, align, "1 in 1,000", Type::Caption.font(), theme.warning);
    score(ui, plot, x(shown.cosine), shown.cosine);
}

fn score(ui: &Ui, plot: Rect, x: f32, cosine: f32) {
    let theme = Theme::of(ui);
    ui.painter().vline(x, plot.top() - 6.0..=plot.bottom(), Stroke::new(2.0, theme.text));
    let (align, dx) = if x > plot.right() - 50.0 { (Align2::RIGHT_CENTER, -7.0) } else { (Align2::LEFT_CENTER, 7.0) };
    let at = pos2(x + dx, plot.top() + 2.0);
    ui.painter().text(at, align, format!("{cosine:.2}"), Type::Medium.font(), theme.text);
}

/// A filled curve, as high as the plot at its highest point: the two sets differ by orders of magnitude in size, only
/// their shapes can be compared.
fn curve(ui: &Ui, plot: Rect, histogram: &Histogram, colour: Color32, opacity: f32) {
    let heights = smoothed(&rebinned(histogram));
    let highest = heights.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let mut mesh = Mesh::default();
    let fill = colour.gamma_multiply(opacity);
    let mut outline = Vec::with_capacity(heights.len());
    for (index, height) in heights.iter().enumerate() {
        let x = plot.left() + plot.width() * index as f32 / (heights.len() - 1) as f32;
        let y = plot.bottom() - (plot.height() - 22.0) * height / highest;
        outline.push(pos2(x, y));
        mesh.colored_vertex(pos2(x, y), fill);
        mesh.colored_vertex(pos2(x, plot.bottom()), fill);
        if index > 0 {
            let last = index as u32 * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    ui.painter().add(mesh);
    ui.painter().line(outline, Stroke::new(1.0, colour.gamma_multiply((opacity + 0.3).min(1.0))));
}

fn rebinned(histogram: &Histogram) -> Vec<f32> {
    let mut bins = vec![0.0; BINS + 1];
    for (index, count) in histogram.counts.iter().enumerate() {
        let middle = histogram.start + (index as f32 + 0.5) * histogram.bin_width;
        let place = (middle - FROM) / (TO - FROM) * BINS as f32;
        if (0.0..=BINS as f32).contains(&place) {
            bins[place.round() as usize] += *count as f32;
        }
    }
    bins
}

/// Twice the mean of three: takes the noise of small sets without moving a peak.
fn smoothed(heights: &[f32]) -> Vec<f32> {
    let mean = |heights: &[f32]| -> Vec<f32> {
        let at = |index: usize, offset: isize| {
            index.checked_add_signed(offset).and_then(|index| heights.get(index)).copied().unwrap_or(0.0)
        };
        (0..heights.len()).map(|index| (at(index, -1) + 2.0 * at(index, 0) + at(index, 1)) / 4.0).collect()
    };
    mean(&mean(heights))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rebinning_keeps_every_pair_in_range() {
        let mut histogram = Histogram::default();
        for cosine in [-0.29, 0.0, 0.5, 0.999] {
            histogram.add(cosine);
        }
        assert_eq!(rebinned(&histogram).iter().sum::<f32>(), 4.0);
    }
}
